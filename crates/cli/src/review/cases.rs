//! `cmlint test`: snapshots beside what is expected of them.

use std::path::{Path, PathBuf};

use cmlint_engine::{Options, Run, run, select};
use cmlint_lint::LintDef;
use similar::{ChangeTag, TextDiff};

use crate::Exit;
use crate::args::{Baselined, Cli, Input, Settings, Test};
use crate::check::in_pool;
use crate::io::{print, say, style, write_file};
use crate::library::Outcomes;
use crate::open::{open, visible};
use crate::own::Own;

/// What is expected, beside the snapshot.
const EXPECTED: &str = "expected.txt";
/// How the snapshot of a case may be called.
const SNAPSHOT: [&str; 2] = ["snapshot", "snapshot.zip"];
/// How a line begins that says which lints a case is about.
const SELECT: &str = "select: ";

/// A folder with a snapshot and what is expected of it.
struct Case {
    folder: PathBuf,
    snapshot: PathBuf,
}

pub(crate) fn test(cli: &Cli, args: &Test) -> Result<Exit, Exit> {
    let cases = cases(&args.folder)?;
    if cases.is_empty() {
        let folder = visible(&args.folder.display().to_string());
        say(&format!("cmlint: no test in {folder}"));
        say(&format!(
            "  a test is a folder with `snapshot` (a folder, a zip file or an export) and `{EXPECTED}`;"
        ));
        say("  `cmlint test --update` writes what is expected");
        return Err(Exit::Nothing);
    }
    in_pool(cli, || {
        let (mut failed, mut written) = (0, 0);
        for case in &cases {
            let name = visible(&case.folder.display().to_string());
            let file = case.folder.join(EXPECTED);
            let expected = match file.is_file() {
                true => cmlint_archive::own_file(&file).map_err(|why| {
                    say(&format!("cmlint: {} cannot be read: {why}", visible(&file.display().to_string())));
                    Exit::Usage
                })?,
                false => String::new(),
            };
            let expected = expected.replace("\r\n", "\n");
            let found = judged(cli, args, case, &expected)?;
            if expected == found {
                print(&format!("pass {name}\n"))?;
            } else if args.update {
                written += 1;
                write_file(&file, &found)?;
                print(&format!("written {name}\n"))?;
            } else {
                failed += 1;
                let difference = match file.is_file() {
                    true => difference(&expected, &found),
                    false => format!("  it has no {EXPECTED}; --update writes it\n"),
                };
                print(&format!("fail {name}\n{difference}"))?;
            }
        }
        let passed = cases.len() - failed - written;
        let written = if args.update { format!(", {written} written") } else { String::new() };
        print(&format!("{passed} pass, {failed} fail{written} of {} tests\n", cases.len()))?;
        Ok(if failed > 0 { Exit::Findings } else { Exit::Clean })
    })
}

/// The folder itself, or each folder in it that is a case.
fn cases(folder: &Path) -> Result<Vec<Case>, Exit> {
    let unreadable = |error: std::io::Error| {
        say(&format!("cmlint: {} cannot be read: {error}", visible(&folder.display().to_string())));
        Exit::Usage
    };
    if let Some(case) = case(folder) {
        return Ok(vec![case]);
    }
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        folders.push(entry.map_err(unreadable)?.path());
    }
    folders.sort();
    let mut cases = Vec::new();
    for path in folders.iter().filter(|path| path.is_dir()) {
        match case(path) {
            Some(case) => cases.push(case),
            // A test whose snapshot went away must not pass by being passed over.
            None if path.join(EXPECTED).is_file() => {
                let shown = visible(&path.display().to_string());
                say(&format!("cmlint: {shown} has {EXPECTED} and no snapshot: name it `snapshot`"));
                return Err(Exit::Usage);
            }
            None => {}
        }
    }
    Ok(cases)
}

fn case(folder: &Path) -> Option<Case> {
    let named = SNAPSHOT.iter().map(|name| folder.join(name)).find(|path| path.exists());
    let snapshot = named.or_else(|| {
        // One export of any name beside what is expected.
        let expected = folder.join(EXPECTED).is_file();
        let mut others: Vec<PathBuf> = std::fs::read_dir(folder)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.file_name().is_some_and(|name| name != EXPECTED))
            .collect();
        (expected && others.len() == 1).then(|| others.remove(0))
    })?;
    Some(Case { folder: folder.to_owned(), snapshot })
}

/// What is found, as it is expected to be written.
fn judged(cli: &Cli, args: &Test, case: &Case, expected: &str) -> Result<String, Exit> {
    let style = style(cli, true);
    let input = Input { path: case.snapshot.clone(), reading: args.reading.clone() };
    let select_line = expected.lines().find(|line| line.starts_with(SELECT));
    let chosen: Vec<String> = match select_line {
        Some(line) => line[SELECT.len()..].split(',').map(|id| id.trim().to_owned()).collect(),
        None => args.settings.select.clone(),
    };
    let settings = Settings { select: chosen, ..args.settings.clone() };
    let none = Baselined { no_baseline: true, ..Baselined::default() };
    let mut own = Own::load(&settings, &none, Some(&input.path), &style)?;
    let lints: Vec<LintDef> = own.lints()?;
    let mut archive = open(&input, &style)?;
    archive.adopt(own.take_sources());
    let mut snapshot = archive.read();
    snapshot.policy = own.policy();
    let min_confidence = own.effective().min_confidence.value;
    let options = Options { min_confidence, hide: cmlint_text::secrets::last_net };
    let mut run: Run = run(select(&lints, &snapshot, false), &snapshot, archive.sources(), options);
    own.settle(&mut run, &snapshot, archive.sources());
    let head = select_line.map_or_else(String::new, |line| format!("{line}\n"));
    Ok(format!("{head}{}", Outcomes::of(&run, archive.sources())))
}

/// The lines that differ, with the line of their lint.
fn difference(expected: &str, found: &str) -> String {
    let diff = TextDiff::from_lines(expected, found);
    let mut out = String::new();
    let (mut heading, mut told) = (None, None);
    for change in diff.iter_all_changes() {
        let line = change.value().trim_end_matches('\n');
        let is_heading = !line.starts_with(' ');
        if change.tag() == ChangeTag::Equal {
            if is_heading {
                heading = Some(line);
            }
            continue;
        }
        if !is_heading && heading.is_some() && told != heading {
            out.push_str(&format!("    {}\n", visible(heading.unwrap_or_default())));
            told = heading;
        }
        if is_heading {
            heading = None;
        }
        let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
        out.push_str(&format!("  {sign} {}\n", visible(line)));
    }
    out
}
