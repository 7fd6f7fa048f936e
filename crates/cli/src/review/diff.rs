//! `cmlint diff`.
//!
//! Both snapshots are judged by this program, with the same settings, so that a finding that came or went did
//! so by the environment or by the collection. An end may also be an earlier report of `check -o json`: then
//! only findings are compared, and what another version or another set of lints did is told apart.

use std::path::{Path, PathBuf};

use cmlint_archive::Archive;
use cmlint_diff::{Seen, Sight, Underneath, findings, underneath};
use cmlint_engine::{Options, Run, Verdict, run, select};
use cmlint_lints::LINTS;
use cmlint_model::Snapshot;
use cmlint_model::views::{ViewId, Views};
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

pub(crate) fn diff(cli: &Cli, args: &Diff) -> Result<Exit, Exit> {
    let outputs = formats(&args.output)?;
    let input = |path: &PathBuf| Input { path: path.clone(), reading: args.reading.clone() };
    in_pool(cli, || {
        let old = Given::load(cli, args, &input(&args.old))?;
        let new = Given::load(cli, args, &input(&args.new))?;
        let (old_rows, new_rows) = (old.read(), new.read());
        let old_run = old.judge(old_rows.as_ref())?;
        let new_run = new.judge(new_rows.as_ref())?;
        let seen = |given: &Given, run: Option<&Run>| match (&given.what, run) {
            (What::Archive { archive, .. }, Some(run)) => Seen::of(run, archive.sources(), TOOL.version),
            (What::Report(seen), _) => seen.clone(),
            _ => Seen::default(),
        };
        let compared = findings(&seen(&old, old_run.as_ref()), &seen(&new, new_run.as_ref()));
        let beneath = match (old.sources().zip(old_rows.as_ref()), new.sources().zip(new_rows.as_ref())) {
            (Some(old), Some(new)) => Some(between(old, new)),
            _ => None,
        };
        let roots = (old.root(), new.root());
        let whole = Compared {
            old: old.end(&roots.0, old_rows.as_ref(), old_run.as_ref()),
            new: new.end(&roots.1, new_rows.as_ref(), new_run.as_ref()),
            findings: &compared,
            underneath: beneath.as_ref(),
            tool: TOOL,
        };
        for output in &outputs {
            deliver(&write(cli, &whole, output)?, output)?;
        }
        let crashed = |run: &Option<Run>| {
            run.as_ref().is_some_and(|r| r.lints.iter().any(|l| matches!(l.verdict, Verdict::Crashed(_))))
        };
        if crashed(&old_run) || crashed(&new_run) {
            return Ok(Exit::Usage);
        }
        let effective = new.own.effective();
        Ok(match compared.worst_new() {
            Some(worst) if worst >= effective.fail_on.value => Exit::Findings,
            // What the lints can no longer see may hide a new finding.
            _ if compared.lost_sight() && !effective.allow_incomplete.value => Exit::Incomplete,
            _ => Exit::Clean,
        })
    })
}

/// One end as the user gave it.
struct Given {
    path: String,
    own: Own,
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
        Ok(Given { path, own, what })
    }

    fn read(&self) -> Option<Snapshot<'_>> {
        let What::Archive { archive, .. } = &self.what else { return None };
        let mut snapshot = archive.read();
        snapshot.policy = self.own.policy();
        Some(snapshot)
    }

    fn judge(&self, snapshot: Option<&Snapshot<'_>>) -> Result<Option<Run>, Exit> {
        let (Some(sources), Some(snapshot)) = (self.sources(), snapshot) else { return Ok(None) };
        let selection = select(&self.own.lints()?, snapshot, false);
        let min_confidence = self.own.effective().min_confidence.value;
        let options = Options { min_confidence, hide: cmlint_text::secrets::last_net };
        let mut run = run(selection, snapshot, sources, options);
        self.own.settle(&mut run, snapshot, sources);
        Ok(Some(run))
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
