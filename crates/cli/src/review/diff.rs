//! `cmlint diff`.
//!
//! Both snapshots are judged by this program, with the same settings, so that a finding that came or went did
//! so by the environment or by the collection. An end may also be an earlier report of `check -o json`: then
//! only findings are compared, and what another version or another set of lints did is told apart.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cmlint_archive::Archive;
use cmlint_diff::{Seen, Sight, Underneath, findings, underneath};
use cmlint_engine::{Options, Run, Verdict, run, select};
use cmlint_lints::LINTS;
use cmlint_model::views::{ViewId, Views};
use cmlint_model::{Policy, Snapshot};
use cmlint_redact::Redactor;
use cmlint_report::diff::{self as report, Compared, End};
use cmlint_report::outward::Outside;
use cmlint_report::{Input as Judged, sarif};
use cmlint_source::{Source, Sources};

use crate::Exit;
use crate::args::{Baselined, Cli, Diff, Format, Input, Output};
use crate::check::{TOOL, in_pool};
use crate::io::{deliver, outputs, say, style};
use crate::open::{open, visible};
use crate::own::Own;
use crate::repository;
use crate::review::redact;

pub(crate) fn diff(cli: &Cli, args: &Diff) -> Result<Exit, Exit> {
    let outputs = formats(&args.output)?;
    let key = redact::key(&args.redact)?;
    let input = |path: &PathBuf| Input { path: path.clone(), reading: args.reading.clone() };
    in_pool(cli, || {
        let old = Given::load(cli, args, &input(&args.old))?;
        let new = Given::load(cli, args, &input(&args.new))?;
        let (old_rows, new_rows) = (old.read(), new.read());
        let runs = (old.judge(old_rows.as_ref())?, new.judge(new_rows.as_ref())?);
        let Some(key) = key else {
            return compare(cli, &outputs, [&old, &new], [old_rows.as_ref(), new_rows.as_ref()], &runs);
        };
        let names = {
            let ends = [(&old_rows, old.sources()), (&new_rows, new.sources())];
            let all: Vec<_> = ends.iter().filter_map(|(rows, sources)| rows.as_ref().zip(*sources)).collect();
            redact::redactor(&all, &key)
        };
        let (old_names, new_names) = (old.hidden(&names)?, new.hidden(&names)?);
        let rows = (old_names.read(), new_names.read());
        let hidden = (
            old.judge_again(runs.0.as_ref(), &old_names, rows.0.as_ref(), &names)?,
            new.judge_again(runs.1.as_ref(), &new_names, rows.1.as_ref(), &names)?,
        );
        compare(cli, &outputs, [&old_names, &new_names], [rows.0.as_ref(), rows.1.as_ref()], &hidden)
    })
}

/// Shows the difference between two ends and what it decides.
fn compare<'a>(
    cli: &Cli,
    outputs: &[Output],
    [old, new]: [&'a Given; 2],
    [old_rows, new_rows]: [Option<&'a Snapshot<'a>>; 2],
    (old_run, new_run): &'a (Option<Run>, Option<Run>),
) -> Result<Exit, Exit> {
    let seen = |given: &Given, run: Option<&Run>| match (&given.what, run) {
        (What::Archive { archive, .. }, Some(run)) => Seen::of(run, archive.sources(), TOOL.version),
        (What::Report(seen), _) => seen.clone(),
        _ => Seen::default(),
    };
    let compared = findings(&seen(old, old_run.as_ref()), &seen(new, new_run.as_ref()));
    let beneath = match (old.sources().zip(old_rows), new.sources().zip(new_rows)) {
        (Some(old), Some(new)) => Some(between(old, new)),
        _ => None,
    };
    let roots = (old.root(), new.root());
    let whole = Compared {
        old: old.end(&roots.0, old_rows, old_run.as_ref()),
        new: new.end(&roots.1, new_rows, new_run.as_ref()),
        findings: &compared,
        underneath: beneath.as_ref(),
        tool: TOOL,
    };
    for output in outputs {
        deliver(&write(cli, &whole, output)?, output)?;
    }
    let crashed = |run: &Option<Run>| {
        run.as_ref().is_some_and(|r| r.lints.iter().any(|l| matches!(l.verdict, Verdict::Crashed(_))))
    };
    if crashed(old_run) || crashed(new_run) {
        return Ok(Exit::Usage);
    }
    let effective = new.own.effective();
    Ok(match compared.worst_new() {
        Some(worst) if worst >= effective.fail_on.value => Exit::Findings,
        // What the lints can no longer see may hide a new finding.
        _ if compared.lost_sight() && !effective.allow_incomplete.value => Exit::Incomplete,
        _ => Exit::Clean,
    })
}

/// One end as the user gave it.
struct Given {
    path: String,
    own: Arc<Own>,
    policy: Policy,
    what: What,
}

enum What {
    Archive { archive: Box<Archive>, root: String },
    Report(Seen),
}

impl Given {
    fn load(cli: &Cli, args: &Diff, input: &Input) -> Result<Given, Exit> {
        let style = style(cli, true);
        // A baseline says what is known at one end only.
        let none = Baselined { no_baseline: true, ..Baselined::default() };
        let mut own = Own::load(&args.settings, &none, Some(&input.path), &style)?;
        let path = input.path.display().to_string();
        let what = match earlier_report(&input.path)? {
            Some(seen) => What::Report(seen),
            None => {
                let mut archive = open(input, &style)?;
                archive.adopt(own.take_sources());
                let root = repository::root(&input.path, archive.sources().files().map(Source::path));
                What::Archive { archive: Box::new(archive), root }
            }
        };
        Ok(Given { path, policy: own.policy(), own: Arc::new(own), what })
    }

    fn read(&self) -> Option<Snapshot<'_>> {
        let What::Archive { archive, .. } = &self.what else { return None };
        let mut snapshot = archive.read();
        snapshot.policy = self.policy.clone();
        Some(snapshot)
    }

    fn judge(&self, snapshot: Option<&Snapshot<'_>>) -> Result<Option<Run>, Exit> {
        let (Some(sources), Some(snapshot)) = (self.sources(), snapshot) else { return Ok(None) };
        let selection = select(&self.own.lints()?, snapshot, false);
        let mut run = run(selection, snapshot, sources, self.options());
        self.own.settle(&mut run, snapshot, sources);
        Ok(Some(run))
    }

    /// The same with pseudonyms.
    fn hidden(&self, names: &Redactor) -> Result<Given, Exit> {
        let What::Archive { archive, root } = &self.what else {
            say("cmlint: --redact is for snapshots: a report keeps the names that it was written with");
            say("  write it with `check -o json --redact`; reports of the same key can be compared");
            return Err(Exit::Usage);
        };
        let again = redact::rewritten(archive, names).map_err(|why| redact::refuse(&why))?;
        Ok(Given {
            path: names.line(&self.path),
            own: Arc::clone(&self.own),
            policy: redact::policy(&self.policy, names),
            what: What::Archive { archive: Box::new(again), root: names.line(root) },
        })
    }

    /// Judges the end with pseudonyms.
    fn judge_again(
        &self,
        run: Option<&Run>,
        hidden: &Given,
        rows: Option<&Snapshot<'_>>,
        names: &Redactor,
    ) -> Result<Option<Run>, Exit> {
        let (Some(run), Some(sources), Some(rows), Some(before)) =
            (run, hidden.sources(), rows, self.sources())
        else {
            return Ok(None);
        };
        let before = redact::Judged { run, sources: before };
        let lints = self.own.lints()?;
        let again = redact::judge_again(&lints, false, self.options(), &before, (rows, sources), names);
        again.map(Some).map_err(|why| redact::refuse(&why))
    }

    fn options(&self) -> Options {
        let min_confidence = self.own.effective().min_confidence.value;
        Options { min_confidence, hide: cmlint_text::secrets::last_net }
    }

    fn sources(&self) -> Option<&Sources> {
        match &self.what {
            What::Archive { archive, .. } => Some(archive.sources()),
            What::Report(_) => None,
        }
    }

    fn root(&self) -> String {
        match &self.what {
            What::Archive { root, .. } => root.clone(),
            What::Report(_) => String::new(),
        }
    }

    fn end<'a>(&'a self, root: &'a str, rows: Option<&'a Snapshot<'a>>, run: Option<&'a Run>) -> End<'a> {
        let judged = self.sources().zip(rows).zip(run).map(|((sources, snapshot), run)| Judged {
            run,
            snapshot,
            sources,
            tool: TOOL,
            path: &self.path,
        });
        End { path: &self.path, root, judged }
    }
}

/// What an earlier report says; `None` where the path is none.
fn earlier_report(path: &Path) -> Result<Option<Seen>, Exit> {
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    if !json || !path.is_file() {
        return Ok(None);
    }
    // Rows of the provider are JSON too: only what says that it is a report is one.
    let Ok(text) = cmlint_archive::own_file(path) else { return Ok(None) };
    let head = text.get(..text.len().min(400)).unwrap_or(&text);
    if !(head.trim_start().starts_with('{') && head.contains("\"schema\": \"cmlint/")) {
        return Ok(None);
    }
    Seen::of_report(&text).map(Some).map_err(|error| {
        let shown = visible(&path.display().to_string());
        say(&format!("cmlint: {shown} is no report of `cmlint check -o json`: {}", visible(&error.0)));
        Exit::Usage
    })
}

fn between<'s>(old: (&'s Sources, &'s Snapshot<'s>), new: (&'s Sources, &'s Snapshot<'s>)) -> Underneath {
    let all = [
        ViewId::Principals,
        ViewId::Accounts,
        ViewId::Roles,
        ViewId::Administrators,
        ViewId::Permissions,
        ViewId::Rights,
        ViewId::Sql,
        ViewId::Acls,
    ]
    .into();
    let (before, after) = (Views::build(old.1, old.0, &all), Views::build(new.1, new.0, &all));
    let old = Sight { snapshot: old.1, sources: old.0, views: &before };
    let new = Sight { snapshot: new.1, sources: new.0, views: &after };
    underneath(&old, &new)
}

fn write(cli: &Cli, compared: &Compared<'_>, output: &Output) -> Result<String, Exit> {
    let outside = Outside { root: compared.new.root, lints: LINTS, last_net: cmlint_text::secrets::last_net };
    Ok(match output.format {
        Format::Human => report::human(compared, &style(cli, output.file.is_some())),
        Format::Json => report::json(compared),
        Format::Markdown => report::markdown(compared),
        _ => match sarif::diff(compared, &outside) {
            Some(text) => text,
            None => {
                say("cmlint: sarif needs a snapshot as the new end: a report has no files to point into");
                return Err(Exit::Usage);
            }
        },
    })
}

/// The formats that can show a difference.
fn formats(asked: &[Output]) -> Result<Vec<Output>, Exit> {
    let able =
        |o: &Output| matches!(o.format, Format::Human | Format::Json | Format::Markdown | Format::Sarif);
    if !asked.iter().all(able) {
        say("cmlint: `diff` writes human, json, markdown and sarif; the other formats are those of `check`");
        return Err(Exit::Usage);
    }
    outputs(asked)
}
