//! `commands`: the stock commands that give the same files where no binary may run. They come from the table of
//! datasets, as does the help of the linter's gaps.

use std::fmt::Write;

use cmlint_model::{Dataset, ScopeKind};

use crate::Failure;

/// Print the stock commands that give the same files, with the right that each needs.
#[derive(clap::Args, Debug)]
pub(crate) struct CommandsArgs {
    /// Names of datasets (`SMS_Admin`, `acl`, `sql.databases`); all when none is given.
    datasets: Vec<String>,
}

/// The text that the command prints.
pub(crate) fn text(args: &CommandsArgs) -> Result<String, Failure> {
    let mut text = String::from(
        "# Each command writes one file of a snapshot; put it at the path that is shown. `<…>` stands for a name of yours.\n\
         # Afterwards: cmlint-collect adopt <folder>\n",
    );
    for dataset in chosen(&args.datasets)? {
        describe(dataset, &mut text);
    }
    Ok(text)
}

fn chosen(names: &[String]) -> Result<Vec<Dataset>, Failure> {
    if names.is_empty() {
        // What an organisation decides is nothing that can be collected.
        return Ok(Dataset::all().filter(|d| *d != Dataset::Policy).collect());
    }
    names
        .iter()
        .map(|name| {
            Dataset::from_name(name).filter(|d| *d != Dataset::Policy).ok_or_else(|| {
                let known: Vec<&str> = Dataset::all().map(Dataset::name).collect();
                Failure::Usage(format!("there is no dataset `{name}`; there are {}", known.join(", ")))
            })
        })
        .collect()
}

fn describe(dataset: Dataset, text: &mut String) {
    let info = dataset.info();
    let each = match info.scope {
        ScopeKind::Host => " (on each computer)",
        ScopeKind::Domain => " (for each domain)",
        ScopeKind::Database => " (for each server and database)",
        ScopeKind::Hierarchy | ScopeKind::Site | ScopeKind::File => "",
    };
    let _ = writeln!(text, "\n# {}{each}\n# file: {}\n# needs: {}", info.name, info.pattern, info.right);
    match info.lazy {
        [] => {
            let _ = writeln!(text, "{}", info.command);
        }
        [first, ..] => {
            let names: Vec<&str> = info.lazy.iter().map(|l| l.property).collect();
            let _ = writeln!(
                text,
                "# reads each object by its key, because a list leaves out: {}",
                names.join(", ")
            );
            let _ = writeln!(text, "{}", first.command);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Result<String, Failure> {
        text(&CommandsArgs { datasets: names.iter().map(|n| (*n).to_owned()).collect() })
    }

    #[test]
    fn every_dataset_has_its_command_its_file_and_its_right() {
        let all = of(&[]).unwrap();
        for info in cmlint_model::DATASETS.iter().filter(|i| i.dataset != Dataset::Policy) {
            assert!(all.contains(info.pattern) && all.contains(info.right), "{}", info.name);
            let command = info.lazy.first().map_or(info.command, |l| l.command);
            assert!(all.lines().any(|line| line == command), "{}", info.name);
        }
    }

    #[test]
    fn a_name_in_any_case_chooses_one() {
        let one = of(&["sms_admin"]).unwrap();
        assert!(one.contains("SMS_Admin") && !one.contains("SMS_Role"), "{one}");
        assert!(one.contains("a list leaves out: Permissions"), "{one}");
    }

    #[test]
    fn an_unknown_name_is_an_error_that_names_the_known() {
        let error = of(&["SMS_Admins"]).unwrap_err().to_string();
        assert!(error.contains("SMS_Admins") && error.contains("local-groups"), "{error}");
    }
}
