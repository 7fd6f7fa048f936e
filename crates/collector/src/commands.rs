//! `commands`: the stock commands that give the same files where no binary may run. They come from the table of
//! datasets, as does the help of the linter's gaps.

use std::fmt::Write;

use cmlint_model::{Dataset, ScopeKind};

use crate::{Failure, directory, host, site, sql};

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

/// Who gives a dataset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Giver {
    /// A place of this program, by its name.
    Place(&'static str),
    /// A stock command only.
    Command,
    /// Nobody: an organisation decides it, and writes it down for the linter.
    Organisation,
}

fn giver(dataset: Dataset) -> Giver {
    if site::collects(dataset) {
        Giver::Place("site")
    } else if directory::DATASETS.contains(&dataset) {
        Giver::Place("directory")
    } else if host::DATASETS.contains(&dataset) {
        Giver::Place("host")
    } else if sql::views().any(|view| view == dataset) {
        Giver::Place("sql")
    } else if dataset == Dataset::Policy {
        Giver::Organisation
    } else {
        Giver::Command
    }
}

fn chosen(names: &[String]) -> Result<Vec<Dataset>, Failure> {
    let collected = || Dataset::all().filter(|d| giver(*d) != Giver::Organisation);
    if names.is_empty() {
        return Ok(collected().collect());
    }
    let one = |name: &String| match Dataset::from_name(name) {
        Some(dataset) if giver(dataset) == Giver::Organisation => Err(Failure::Usage(format!(
            "`{}` cannot be collected: it is what your organisation decides, in cmlint.toml",
            dataset.name()
        ))),
        Some(dataset) => Ok(dataset),
        None => {
            let known: Vec<&str> = collected().map(Dataset::name).collect();
            Err(Failure::Usage(format!("there is no dataset `{name}`; there are {}", known.join(", "))))
        }
    };
    names.iter().map(one).collect()
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
    if let Giver::Place(place) = giver(dataset) {
        let _ = writeln!(text, "# the same as: cmlint-collect {place}");
    }
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
    fn every_dataset_is_collected_or_has_a_command_or_cannot_be_collected() {
        let of = |giver: Giver| Dataset::all().filter(move |d| self::giver(*d) == giver).map(Dataset::name);
        assert_eq!(of(Giver::Command).collect::<Vec<_>>(), ["security-role-xml"]);
        assert_eq!(of(Giver::Organisation).collect::<Vec<_>>(), ["policy"]);
        let all = self::of(&[]).unwrap();
        for dataset in Dataset::all().filter(|d| giver(*d) != Giver::Organisation) {
            assert!(all.contains(&format!("\n# {}", dataset.name())), "{}", dataset.name());
            assert!(
                !dataset.info().command.contains("cmlint"),
                "{}: no program may run there",
                dataset.name()
            );
        }
        for place in ["site", "directory", "host", "sql"] {
            assert_ne!(of(Giver::Place(place)).count(), 0, "{place}");
            assert!(all.contains(&format!("# the same as: cmlint-collect {place}\n")), "{place}");
        }
        let error = self::of(&["policy"]).unwrap_err().to_string();
        assert!(error.contains("cannot be collected") && error.contains("cmlint.toml"), "{error}");
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
