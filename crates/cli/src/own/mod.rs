//! The user's own files: found, read, and joined with what the command line says.

mod baseline;
mod find;
mod init;
mod show;
mod values;

use std::path::{Path, PathBuf};

use cmlint_engine::{Date, Known, Run, Settlement, Suppression, settle};
use cmlint_lint::LintDef;
use cmlint_lints::LINTS;
use cmlint_model::{Policy, Snapshot};
use cmlint_report::{Style, human};
use cmlint_source::{FileId, Problem, Sources, Span};

use crate::Exit;
use crate::args::{Baselined, Settings as Args};
use crate::io::say;
use crate::open::visible;
use crate::repository;
pub(crate) use baseline::baseline;
pub(crate) use init::init;
pub(crate) use show::config;
pub(crate) use values::Effective;

/// The name of the settings file.
const CONFIG: &str = "cmlint.toml";
/// The name of the suppressions file that needs not be named.
const SUPPRESSIONS: &str = "cmlint-suppressions.toml";
/// The name of the baseline that `cmlint baseline` writes where nobody names one.
const BASELINE: &str = "cmlint-baseline.jsonl";

/// What the user's own files and the command line say.
#[derive(Debug)]
pub(crate) struct Own {
    sources: Sources,
    effective: Effective,
    policy: Policy,
    suppressions: Vec<Suppression>,
    baseline: Option<Vec<Known>>,
}

impl Own {
    /// Reads the files. `input` is what will be judged, which must not bring its own rules.
    ///
    /// # Errors
    /// When a file cannot be read or anything in it is wrong; all of it is told.
    pub(crate) fn load(
        args: &Args,
        baselined: &Baselined,
        input: Option<&Path>,
        style: &Style,
    ) -> Result<Own, Exit> {
        let mut reader = Reader { sources: Sources::new(), input, style };
        let (effective, policy) = reader.settings(args, baselined)?;
        let mut suppressions = Vec::new();
        if let Some(path) = &effective.suppressions {
            let file = reader.read(&path.value, path.origin.span())?;
            let read = cmlint_config::suppressions(&reader.sources, file);
            suppressions = reader.usable(&path.value, read)?;
        }
        let mut baseline = None;
        if let Some(path) = &effective.baseline {
            let file = reader.read(&path.value, path.origin.span())?;
            let read = cmlint_config::baseline::read(&reader.sources, file);
            baseline = Some(reader.usable(&path.value, read)?);
        }
        Ok(Own { sources: reader.sources, effective, policy, suppressions, baseline })
    }

    /// The baseline that the settings name.
    fn named_baseline(args: &Args, style: &Style) -> Result<Option<PathBuf>, Exit> {
        let mut reader = Reader { sources: Sources::new(), input: None, style };
        let (effective, _) = reader.settings(args, &Baselined::default())?;
        Ok(effective.baseline.map(|path| path.value))
    }

    /// What counts.
    pub(crate) fn effective(&self) -> &Effective {
        &self.effective
    }

    /// The texts, to lay beside those of a snapshot. Called once.
    pub(crate) fn take_sources(&mut self) -> Sources {
        std::mem::take(&mut self.sources)
    }

    /// The organisation's own policy.
    pub(crate) fn policy(&self) -> Policy {
        self.policy.clone()
    }

    /// The lints that run.
    ///
    /// # Errors
    /// When there are none: nothing judged is no pass.
    pub(crate) fn lints(&self) -> Result<Vec<LintDef>, Exit> {
        let lints: Vec<LintDef> = LINTS.iter().filter(|def| self.effective.runs(def)).copied().collect();
        if lints.is_empty() {
            say("cmlint: no lint is left to run; `cmlint config` says what is selected and ignored");
            return Err(Exit::Usage);
        }
        Ok(lints)
    }

    /// Gives each finding its state.
    pub(crate) fn settle(&self, run: &mut Run, snapshot: &Snapshot<'_>, sources: &Sources) {
        let settlement = Settlement {
            suppressions: &self.suppressions,
            baseline: self.baseline.as_deref(),
            today: self.today(snapshot),
            severities: self.effective.severities.iter().map(|(id, s, _)| (id.clone(), *s)).collect(),
            on_purpose: &self.effective.on_purpose,
            lints: LINTS,
        };
        settle(run, &settlement, sources);
    }

    fn today(&self, snapshot: &Snapshot<'_>) -> Option<Date> {
        let collected = || cmlint_config::day(snapshot.about.collected_at.as_deref()?);
        self.effective.now.as_ref().map(|now| now.value).or_else(collected)
    }

    /// Says which files count, for those who want to know.
    pub(crate) fn tell(&self) {
        let effective = &self.effective;
        let files = [
            ("settings", effective.config.as_ref()),
            ("suppressions", effective.suppressions.as_ref().map(|v| &v.value)),
            ("baseline", effective.baseline.as_ref().map(|v| &v.value)),
        ];
        for (what, path) in files {
            if let Some(path) = path {
                say(&format!("cmlint: {what} from {}", visible(&find::shown(path))));
            }
        }
    }
}

struct Reader<'a> {
    sources: Sources,
    input: Option<&'a Path>,
    style: &'a Style,
}

impl Reader<'_> {
    /// The settings that count, and the policy.
    fn settings(&mut self, args: &Args, baselined: &Baselined) -> Result<(Effective, Policy), Exit> {
        let mut settings = cmlint_config::Settings::default();
        let config = self.config(args)?;
        if let Some(path) = &config {
            let file = self.read(path, None)?;
            let read = cmlint_config::settings(&self.sources, file, LINTS);
            settings = self.usable(path, read)?;
        }
        let effective = Effective::join(args, baselined, &settings, config, self.input)?;
        Ok((effective, settings.policy))
    }

    /// The settings file that counts.
    fn config(&self, args: &Args) -> Result<Option<PathBuf>, Exit> {
        if let Some(path) = &args.config {
            return Ok(Some(path.clone()));
        }
        if args.no_config {
            return Ok(None);
        }
        let (found, skipped) = find::upward(CONFIG, self.input);
        skipped.iter().for_each(|path| not_read(path));
        Ok(found)
    }

    /// Reads a file. `named` is where another file names it.
    fn read(&mut self, path: &Path, named: Option<Span>) -> Result<FileId, Exit> {
        let shown = find::shown(path);
        let why = if self.input.is_some_and(|input| find::is_inside(path, input)) {
            Err("it lies inside the snapshot, which must not bring its own rules; move it elsewhere"
                .to_owned())
        } else {
            cmlint_archive::own_file(path)
        };
        let why = match why {
            Ok(text) => return Ok(self.sources.add_own(shown, repository::outward(path), text)),
            Err(why) => why,
        };
        say(&format!("cmlint: {} cannot be read: {}", visible(&shown), visible(&why)));
        if let Some(span) = named {
            let problem =
                Problem::lost(span, "this file cannot be read").help("the path is relative to this file");
            say(human::mistake(&self.sources, &problem, self.style).trim_end());
        }
        Err(Exit::Usage)
    }

    /// What was read, or all that is wrong with it.
    fn usable<T>(&self, path: &Path, read: Result<T, Vec<Problem>>) -> Result<T, Exit> {
        read.map_err(|problems| {
            say(&format!("cmlint: {} cannot be used", visible(&find::shown(path))));
            for problem in &problems {
                say(human::mistake(&self.sources, problem, self.style).trim_end());
            }
            Exit::Usage
        })
    }
}

fn not_read(path: &Path) {
    say(&format!("cmlint: {} lies inside the snapshot and is not read", visible(&find::shown(path))));
}
