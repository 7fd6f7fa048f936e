//! `cargo xtask new-lint`: the folder of a lint, ready to be filled in. Nothing else changes: lints are found
//! by the build script, and no list names them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::Outcome;
use crate::process::root;

/// Arguments.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The bad state, in kebab-case: account-signs-in-interactively.
    id: String,
    /// Another folder than lints/.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// The files, by their path in the folder. `@id@` and `@title@` are replaced.
const TEMPLATE: &[(&str, &str)] = &[
    ("lint.rs", include_str!("new_lint/template/lint.rs.txt")),
    ("README.md", include_str!("new_lint/template/README.md")),
    ("fail/manifest.json", include_str!("new_lint/template/manifest.json")),
    ("fail/site/SMS_SCI_ClientComp.json", include_str!("new_lint/template/fail.json")),
    ("pass/manifest.json", include_str!("new_lint/template/manifest.json")),
    ("pass/site/SMS_SCI_ClientComp.json", include_str!("new_lint/template/pass.json")),
    ("unknown/manifest.json", include_str!("new_lint/template/unknown.json")),
];

/// First words that say what a check does and not what is wrong: "allow no-weak-role" would mean its
/// opposite.
const VERBS: &[&str] = &[
    "allow", "avoid", "check", "deny", "disallow", "dont", "ensure", "forbid", "lint", "must", "no",
    "prefer", "require", "restrict", "should", "use", "validate", "verify",
];

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let lints = args.into.clone().unwrap_or_else(|| root().join("lints"));
    let folder = make(&lints, &args.id)?;
    let id = &args.id;
    println!("made {}", folder.display());
    println!(
        "
Next:
  1. lint.rs: META, subjects, evidence, the rule. README.md: the five parts.
  2. fail/, pass/, unknown/: the smallest snapshots, or loose exports, that show each outcome;
     near-miss/ for what looks wrong and is right. More of one kind: fail-nested/, pass-by-group/, ...
  3. CMLINT_LINT={id} INSTA_UPDATE=always cargo test -p cmlint-lints every_
     writes expected/; read it as you would read code. The tests name what is still missing.
  4. cargo run -- check lints/{id}/fail
     is the finding as its reader will see it; cargo run -- explain {id} the text.
  5. cargo xtask check

No file outside of the folder has to change."
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder of a lint in the folder of all lints.
fn make(lints: &Path, id: &str) -> Outcome<PathBuf> {
    complaint(id).map_or(Ok(()), Err)?;
    if !lints.is_dir() {
        return Err(format!("{} is no folder", lints.display()).into());
    }
    let folder = lints.join(id);
    if folder.exists() {
        return Err(format!("{} is there already", folder.display()).into());
    }
    for (path, text) in TEMPLATE {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(file, text.replace("@id@", id).replace("@title@", &title(id)))?;
    }
    Ok(folder)
}

/// Why an id is none.
fn complaint(id: &str) -> Option<String> {
    let words: Vec<&str> = id.split('-').collect();
    let kebab = words.iter().all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase()));
    let example = "such as account-signs-in-interactively";
    if !kebab {
        return Some(format!(
            "`{id}` is not in kebab-case: lower-case letters and single hyphens, {example}"
        ));
    }
    if words.len() < 2 {
        return Some(format!("`{id}` is one word; name the object and its bad state, {example}"));
    }
    if VERBS.contains(&words[0]) {
        return Some(format!(
            "`{id}` begins with `{}`; name the bad state, so that \"allow {id}\" says what is allowed, {example}",
            words[0]
        ));
    }
    None
}

/// A heading from an id, with the abbreviations as they are written.
fn title(id: &str) -> String {
    const WRITTEN: &[(&str, &str)] = &[
        ("acl", "ACL"),
        ("dcom", "DCOM"),
        ("dp", "DP"),
        ("mp", "MP"),
        ("naa", "NAA"),
        ("osd", "OSD"),
        ("sms", "SMS"),
        ("sql", "SQL"),
        ("wmi", "WMI"),
    ];
    let words: Vec<&str> = id
        .split('-')
        .map(|word| WRITTEN.iter().find(|(lower, _)| *lower == word).map_or(word, |(_, written)| *written))
        .collect();
    let text = words.join(" ");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_a_bad_state_in_kebab_case() {
        for good in ["naa-signs-in-interactively", "role-export-is-irregular", "smsprov-writes-osd-bin"] {
            assert_eq!(complaint(good), None);
        }
        for bad in [
            "no-weak-role",
            "check-roles",
            "Naa-Weak",
            "naa_weak",
            "naa--weak",
            "-naa",
            "naa-",
            "naa",
            "a-1",
            "",
        ] {
            assert!(complaint(bad).is_some(), "{bad}");
        }
        // Nothing can lie outside of the folder of lints.
        assert!(complaint("../../etc-passwd").is_some());
    }

    #[test]
    fn a_title_is_written_as_people_write_it() {
        assert_eq!(title("naa-signs-in-interactively"), "NAA signs in interactively");
        assert_eq!(title("push-account-is-domain-admin"), "Push account is domain admin");
    }
}
