//! `cmlint coverage`, `explain` and `rules`.

pub(crate) use cmlint_engine::distance;
use cmlint_lints::LINTS;
use cmlint_report::requirements::Table as Requirements;
use cmlint_report::{coverage as coverage_report, explain as explain_report, rules as rules_report};

use crate::Exit;
use crate::args::{Cli, Completions, Coverage, Explain, Format, Rules};
use crate::check::{TOOL, in_pool};
use crate::io::{answers, deliver, print, say, style};
use crate::open::{open, visible};

pub(crate) fn coverage(cli: &Cli, args: &Coverage) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    in_pool(cli, || {
        let archive = open(&args.input, &style(cli, true))?;
        let snapshot = archive.read();
        for output in &outputs {
            let text = match output.format {
                Format::Json => coverage_report::json(&snapshot, LINTS, TOOL),
                _ => coverage_report::human(&snapshot, LINTS, &style(cli, output.file.is_some())),
            };
            deliver(&text, output)?;
        }
        Ok(Exit::Clean)
    })
}

pub(crate) fn explain(cli: &Cli, args: &Explain) -> Result<Exit, Exit> {
    match cmlint_lints::find(&args.lint) {
        Some(def) => print(&explain_report::explain(def, &style(cli, false))).map(|()| Exit::Clean),
        None => {
            say(&format!("cmlint: there is no lint `{}`{}", visible(&args.lint), suggest(&args.lint)));
            Err(Exit::Usage)
        }
    }
}

pub(crate) fn rules(cli: &Cli, args: &Rules) -> Result<Exit, Exit> {
    if args.by_requirement {
        return by_requirement(cli, args);
    }
    for output in answers(&args.output)? {
        let text = match output.format {
            Format::Json => rules_report::json(LINTS, TOOL),
            _ => rules_report::human(LINTS, &style(cli, output.file.is_some())),
        };
        deliver(&text, &output)?;
    }
    Ok(Exit::Clean)
}

fn by_requirement(cli: &Cli, args: &Rules) -> Result<Exit, Exit> {
    let requirements = cmlint_lints::requirements();
    let mut table = Requirements::new(&requirements, LINTS);
    if let Some(subject) = &args.subject {
        if !requirements.iter().any(|r| r.subject.eq_ignore_ascii_case(subject.trim())) {
            let near = requirements
                .iter()
                .map(|r| (distance(&subject.to_lowercase(), &r.subject.to_lowercase()), r.subject));
            let near = near.min().map_or_else(String::new, |(_, title)| format!("; did you mean `{title}`?"));
            say(&format!("cmlint: no requirement is about `{}`{near}", visible(subject)));
            return Err(Exit::Usage);
        }
        table = table.of(subject.trim());
    }
    for output in answers(&args.output)? {
        let text = match output.format {
            Format::Json => table.json(TOOL),
            _ => table.human(&style(cli, output.file.is_some())),
        };
        deliver(&text, &output)?;
    }
    Ok(Exit::Clean)
}

pub(crate) fn schema() -> Result<Exit, Exit> {
    print(&cmlint_report::json::schema()).map(|()| Exit::Clean)
}

pub(crate) fn completions(args: &Completions) -> Result<Exit, Exit> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut <Cli as clap::CommandFactory>::command(), "cmlint", &mut out);
    print(&String::from_utf8_lossy(&out)).map(|()| Exit::Clean)
}

/// A lint whose id is near to a word, as the end of a sentence.
pub(crate) fn suggest(word: &str) -> String {
    let near = LINTS.iter().map(|l| (distance(word, l.id), l.id)).min();
    match near {
        Some((d, id)) if d <= 1 + word.len() / 3 => format!("; did you mean `{id}`?"),
        _ => "; `cmlint rules` lists them".to_owned(),
    }
}

/// Of known names those that look like a word, the likest first; all distances count letters without case.
pub(crate) fn nearest<'n>(word: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    let word = word.trim().to_lowercase();
    let mut near: Vec<(usize, &str)> =
        known.map(|name| (distance(&word, &name.to_lowercase()), name)).collect();
    near.sort_unstable();
    near.into_iter()
        .filter(|(d, _)| *d <= 1 + word.chars().count() / 3)
        .take(5)
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_lint_is_suggested() {
        assert_eq!(distance("naa", "naa"), 0);
        assert_eq!(distance("role-export-is-iregular", "role-export-is-irregular"), 1);
        assert!(suggest("role-export-is-iregular").contains("`role-export-is-irregular`"));
    }
}
