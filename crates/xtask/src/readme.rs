//! `cargo xtask snapshots-readme`: the description of the snapshot format, made from the table of datasets
//! so that it cannot say anything else than what the program reads.

use std::fmt::Write as _;
use std::process::ExitCode;

use cmlint_model::{DATASETS, Dataset, DatasetInfo, ScopeKind};

use crate::Outcome;
use crate::process::root;

/// What stands before the tables.
const HEAD: &str = include_str!("readme/head.md");

/// Arguments.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Write snapshots/README.md instead of printing it.
    #[arg(long)]
    write: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let text = text();
    if args.write {
        std::fs::write(root().join("snapshots/README.md"), text)?;
    } else {
        print!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole file.
fn text() -> String {
    let mut text = HEAD.trim_end().to_owned();
    text.push('\n');
    for (title, kind) in [
        ("The whole hierarchy", ScopeKind::Hierarchy),
        ("Each computer", ScopeKind::Host),
        ("Each domain", ScopeKind::Domain),
        ("Each database server and site database", ScopeKind::Database),
    ] {
        let datasets: Vec<&DatasetInfo> = DATASETS.iter().filter(|d| d.scope == kind && is_file(d)).collect();
        section(&mut text, title, &datasets);
    }
    text.push_str(
        "\n## Properties that a list query leaves out\n\n\
         A query over a class returns these absent or empty. They have to be read object by object, with this \
         command in place of the one above; then say `\"read_by_key\": true`.\n",
    );
    let mut by_command: Vec<(String, Vec<String>)> = Vec::new();
    for dataset in DATASETS {
        for lazy in dataset.lazy {
            let name = format!("`{}` of `{}`", lazy.property, dataset.name);
            group(&mut by_command, general(lazy.command, dataset), name);
        }
    }
    for (command, names) in by_command {
        let _ = write!(text, "\n{}:\n\n{}\n", names.join(", "), code(&command));
    }
    text
}

/// The organisation's policy is a dataset and no file of a snapshot.
fn is_file(dataset: &DatasetInfo) -> bool {
    dataset.dataset != Dataset::Policy
}

fn section(text: &mut String, title: &str, datasets: &[&DatasetInfo]) {
    let _ = write!(text, "\n## {title}\n\n");
    text.push_str("| dataset | scope | file | columns or properties that are read |\n|---|---|---|---|\n");
    for dataset in datasets {
        let columns: Vec<String> = dataset.columns.iter().map(|c| format!("`{c}`")).collect();
        let remark = if dataset.typed { "" } else { " (kept; no lint reads it yet)" };
        let scope = match dataset.row_scope == dataset.scope {
            true => dataset.scope.word().to_owned(),
            false => format!("{}; each row its {}", dataset.scope.word(), dataset.row_scope.word()),
        };
        let _ = writeln!(
            text,
            "| `{}` | {scope} | `{}` | {}{remark} |",
            dataset.name,
            dataset.pattern,
            columns.join(", ").replace('|', "\\|")
        );
    }
    text.push_str("\nWhat collects them, and the right that it needs:\n");
    let mut by_command: Vec<((String, &str), Vec<String>)> = Vec::new();
    for dataset in datasets {
        let how = (general(dataset.command, dataset), dataset.right);
        group(&mut by_command, how, format!("`{}`", dataset.name));
    }
    for ((command, right), names) in by_command {
        let _ = write!(text, "\n{} ({right}):\n\n{}\n", names.join(", "), code(&command));
    }
}

/// A command that several classes share but for their names is written once.
fn general(command: &str, dataset: &DatasetInfo) -> String {
    match dataset.name.strip_prefix("SMS_") {
        Some(_) => command.replace(dataset.name, "<CLASS>"),
        None => command.to_owned(),
    }
}

fn group<K: PartialEq>(groups: &mut Vec<(K, Vec<String>)>, key: K, name: String) {
    match groups.iter_mut().find(|(k, _)| *k == key) {
        Some((_, names)) => names.push(name),
        None => groups.push((key, vec![name])),
    }
}

/// An indented block, in which nothing has to be escaped.
fn code(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_what_the_table_says() {
        let file = std::fs::read_to_string(root().join("snapshots/README.md")).unwrap_or_default();
        assert!(file == text(), "run `cargo xtask snapshots-readme --write`");
    }

    #[test]
    fn every_dataset_is_described_with_its_command_and_its_right() {
        let text = text();
        for dataset in DATASETS.iter().filter(|d| is_file(d)) {
            assert!(text.contains(&format!("| `{}` |", dataset.name)), "{}", dataset.name);
            for part in [&code(&general(dataset.command, dataset)), dataset.right] {
                assert!(text.contains(part), "{}: {part}", dataset.name);
            }
        }
    }
}
