//! `cmlint baseline`.

use std::path::{Path, PathBuf};

use cmlint_engine::{Known, Options, known, run, select};
use cmlint_report::baseline as report;

use super::{BASELINE, Own, find, init};
use crate::Exit;
use crate::args::{Baseline, BaselineFile, BaselineShow, Baselined, Cli, Format, Output, Settings as Args};
use crate::check::{TOOL, in_pool};
use crate::io::{answers, deliver, print, say, style};
use crate::open::{open, visible};

pub(crate) fn baseline(cli: &Cli, command: &Baseline) -> Result<Exit, Exit> {
    match command {
        Baseline::Create(args) => create(cli, args),
        Baseline::Update(args) => update(cli, args),
        Baseline::Show(args) => show(cli, args),
    }
}

fn create(cli: &Cli, args: &BaselineFile) -> Result<Exit, Exit> {
    let none = Baselined { baseline: None, no_baseline: true };
    let own = Own::load(&args.settings, &none, Some(&args.input.path), &style(cli, true))?;
    let path = path(args.baseline.as_deref(), &args.settings, cli)?;
    refuse_inside(&path, &args.input.path)?;
    let shown = visible(&find::shown(&path));
    if path.exists() {
        say(&format!(
            "cmlint: {shown} is there already and is not overwritten; `cmlint baseline update` changes it"
        ));
        return Err(Exit::Usage);
    }
    let (entries, doubtful) = judge(cli, args, own)?;
    init::create(&path, &cmlint_config::baseline::write(&entries))?;
    print(&format!("{shown} knows {}\n", report::findings(entries.len())))?;
    tell_doubt(&doubtful);
    Ok(Exit::Clean)
}

fn update(cli: &Cli, args: &BaselineFile) -> Result<Exit, Exit> {
    let path = path(args.baseline.as_deref(), &args.settings, cli)?;
    let shown = visible(&find::shown(&path));
    if !path.exists() {
        say(&format!("cmlint: {shown} is not there; `cmlint baseline create` makes it"));
        return Err(Exit::Usage);
    }
    let which = Baselined { baseline: Some(path.clone()), no_baseline: false };
    let mut own = Own::load(&args.settings, &which, Some(&args.input.path), &style(cli, true))?;
    let old = own.baseline.take().unwrap_or_default();
    let (found, doubtful) = judge(cli, args, own)?;
    let same = |a: &Known, b: &Known| a.order() == b.order();
    let is_kept = |entry: &&Known| doubtful.contains(&entry.lint) && !found.iter().any(|f| same(f, entry));
    let kept: Vec<Known> = old.iter().filter(is_kept).cloned().collect();
    let added = found.iter().filter(|f| !old.iter().any(|o| same(o, f))).count();
    let grown =
        |f: &&Known| old.iter().any(|o| same(o, f) && (o.evidence != f.evidence || o.severity != f.severity));
    let changed = found.iter().filter(grown).count();
    let removed = old.iter().filter(|o| !found.iter().chain(&kept).any(|f| same(f, o))).count();
    let unseen = kept.len();
    let all: Vec<Known> = found.into_iter().chain(kept).collect();
    let output = Output { format: Format::Json, file: Some(path) };
    deliver(&cmlint_config::baseline::write(&all), &output)?;
    print(&format!(
        "{shown} knows {}: {added} added, {changed} changed, {removed} taken out\n",
        report::findings(all.len())
    ))?;
    if unseen > 0 {
        say(&format!(
            "cmlint: {} kept, because their lints could not judge this time",
            report::findings(unseen)
        ));
    }
    tell_doubt(&doubtful);
    Ok(Exit::Clean)
}

fn show(cli: &Cli, args: &BaselineShow) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    let settings = Args { config: args.config.clone(), no_config: args.no_config, ..Args::default() };
    let path = path(args.file.as_deref(), &settings, cli)?;
    let which = Baselined { baseline: Some(path.clone()), no_baseline: false };
    let settings = Args { no_suppressions: true, ..settings };
    let own = Own::load(&settings, &which, None, &style(cli, true))?;
    let entries = own.baseline.as_deref().unwrap_or_default();
    for output in &outputs {
        let text = match output.format {
            Format::Json => report::json(entries, &find::shown(&path), TOOL),
            _ => report::human(entries, &find::shown(&path), &style(cli, output.file.is_some())),
        };
        deliver(&text, output)?;
    }
    Ok(Exit::Clean)
}

/// What a snapshot has, and the lints that could not see all of it (or did not run).
fn judge(cli: &Cli, args: &BaselineFile, mut own: Own) -> Result<(Vec<Known>, Vec<String>), Exit> {
    let lints = own.lints()?;
    in_pool(cli, || {
        let mut archive = open(&args.input, &style(cli, true))?;
        archive.adopt(own.take_sources());
        let mut snapshot = archive.read();
        snapshot.policy = own.policy();
        let selection = select(&lints, &snapshot, false);
        let options = Options {
            min_confidence: own.effective().min_confidence.value,
            hide: cmlint_text::secrets::last_net,
        };
        let mut run = run(selection, &snapshot, archive.sources(), options);
        own.effective.severities.clear();
        own.settle(&mut run, &snapshot, archive.sources());
        if run.lints.iter().any(|l| matches!(l.verdict, cmlint_engine::Verdict::Crashed(_))) {
            say("cmlint: a lint crashed, so that what the snapshot has is not known; see `cmlint check`");
            return Err(Exit::Usage);
        }
        let whole: Vec<&str> = run.lints.iter().filter(|l| l.is_whole()).map(|l| l.def.id).collect();
        let doubtful = cmlint_lints::LINTS.iter().map(|def| def.id).filter(|id| !whole.contains(id));
        Ok((known(&run), doubtful.map(str::to_owned).collect()))
    })
}

fn tell_doubt(doubtful: &[String]) {
    if !doubtful.is_empty() {
        let lints = report::lints(doubtful.len());
        say(&format!("cmlint: {lints} did not see everything; what they find later is new"));
    }
}

/// The baseline that is meant: the one that is named, that of the settings, or the usual name.
fn path(named: Option<&Path>, settings: &Args, cli: &Cli) -> Result<PathBuf, Exit> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let settings = Args {
        config: settings.config.clone(),
        no_config: settings.no_config,
        no_suppressions: true,
        ..Args::default()
    };
    let named = Own::named_baseline(&settings, &style(cli, true))?;
    Ok(named.unwrap_or_else(|| PathBuf::from(BASELINE)))
}

/// A snapshot is not written into: what lies in it would not be read either.
fn refuse_inside(path: &Path, input: &Path) -> Result<(), Exit> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !find::is_inside(folder, input) {
        return Ok(());
    }
    let shown = visible(&find::shown(path));
    say(&format!(
        "cmlint: {shown} would lie inside the snapshot, which must not bring its own rules; name a file elsewhere with --baseline"
    ));
    Err(Exit::Usage)
}
