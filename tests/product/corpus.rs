//! Real files that nobody here wrote, where they are at hand. The rules they show are also held by fixtures
//! of the project, so that their absence leaves nothing untested.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::program::{Said, cmlint, root, scratch};
use crate::sequences::{Slot, listed, names_the_variable_of_each};

/// The corpus, or a visible line that it is absent.
fn corpus(part: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared/corpus").join(part);
    if path.is_dir() {
        return Some(path);
    }
    // The test runner hides what `eprintln` says.
    let _ = writeln!(std::io::stderr(), "left out: ../shared/corpus/{part} is absent");
    None
}

fn check(path: &Path) -> Said {
    let said = cmlint(&["check", path.to_str().unwrap()]);
    assert!(!said.all().contains("panicked"), "{}: {}", path.display(), said.all());
    said
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn a_published_role_is_judged_and_its_bits_are_named() {
    let Some(folder) = corpus("role-xml") else { return };
    let path = files(&folder).into_iter().find(|p| p.to_string_lossy().contains("CRLF")).unwrap();
    let said = check(&path);
    assert_eq!(said.code, 0, "{}", said.all());
    for name in ["Collection", "Remote Control", "Read Resource", "Run Report", "inferred"] {
        assert!(said.out.contains(name), "{name}:\n{}", said.out);
    }
}

#[test]
fn every_role_of_the_corpus_is_read_and_swapped_elements_are_refused_with_a_place() {
    let Some(folder) = corpus("role-xml") else { return };
    for path in files(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        let said = check(&path);
        let inner = text.trim_start().starts_with("<SMS_Role>") && text.contains("<SMS_Roles");
        if inner {
            assert_eq!(said.code, 3, "{}: {}", path.display(), said.all());
            assert!(said.out.contains("wrong nesting") && said.out.contains(".xml:"), "{}", said.all());
        } else {
            assert!([0, 1].contains(&said.code), "{}: {}", path.display(), said.all());
        }
    }
}

#[test]
fn rows_of_a_live_site_show_what_they_show_and_no_more() {
    let Some(folder) = corpus("adminservice") else { return };
    let path = files(&folder).into_iter().find(|p| p.extension().is_some_and(|e| e == "json")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
    let said = check(&path);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.contains("naa-has-other-use") && said.out.contains("networkaccess"), "{}", said.out);
    assert!(said.out.contains("snapshot-holds-secret"), "{}", said.out);
    for row in rows["SMS_SCI_Reserved"].as_array().unwrap() {
        let blob = row["Reserved2"].as_str().unwrap();
        for part in [blob, &blob[..24], &blob[blob.len() - 24..]] {
            assert!(!said.all().contains(part), "a stored password was shown");
        }
    }
    let json = cmlint(&["check", path.to_str().unwrap(), "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let role_lint =
        report["lints"].as_array().unwrap().iter().find(|l| l["id"] == "custom-role-edits-security").unwrap();
    assert_eq!(role_lint["outcome"], "not_evaluated", "empty Operations are no permissions");
    let collect = role_lint["gaps"][0]["collect"].as_str().unwrap();
    assert!(collect.contains(".Get()"), "{collect}");
}

#[test]
fn every_xml_of_the_corpus_is_read_or_refused_with_a_place() {
    for part in ["task-sequence", "applicationHost"] {
        let Some(folder) = corpus(part) else { continue };
        let mut read = 0;
        for path in files(&folder) {
            if path.extension().is_some_and(|e| e == "tsv") {
                continue;
            }
            let said = check(&path);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!([0, 1, 3, 4].contains(&said.code), "{name}: {}", said.all());
            if said.code == 3 {
                let placed = said.out.contains(&format!("{name}:"));
                assert!(placed || said.out.contains("not evaluated"), "{name}: {}", said.all());
            }
            read += usize::from(said.code < 4);
        }
        assert!(read > 3, "{part}: {read} files were read");
    }
}

/// Variables of steps that hold the name of an account.
const NAMES: [&str; 5] = [
    "OSDCaptureAccount",
    "OSDJoinAccount",
    "SMSConnectNetworkFolderAccount",
    "SMSTSRunCommandLineUserName",
    "SMSTSRunPowerShellUserName",
];

/// Values of these variables by a plain search of the text, which knows nothing of steps.
fn searched(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in NAMES {
        for (at, _) in text.match_indices(&format!("name=\"{name}\"")) {
            let value = text[at..].split_once('>').map_or("", |(_, rest)| rest);
            let value = value.split_once('<').map_or("", |(value, _)| value).trim();
            found.extend((!value.is_empty()).then(|| value.to_owned()));
        }
    }
    found
}

#[test]
fn every_task_sequence_of_the_corpus_lists_the_accounts_of_its_steps() {
    let Some(folder) = corpus("task-sequence") else { return };
    let (mut read, mut accounts) = (0, 0);
    for path in files(&folder) {
        let extension = path.extension().unwrap_or_default();
        if extension != "xml" && extension != "zip" {
            continue;
        }
        let listed: BTreeSet<String> = listed(&path).into_iter().map(|[_, name, ..]| name).collect();
        if extension == "xml" {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert_eq!(listed, searched(&text), "{}", path.display());
        }
        read += 1;
        accounts += listed.len();
    }
    assert!(read > 20 && accounts > 0, "{read} files, {accounts} accounts");
}

#[test]
fn every_place_of_an_account_that_348_sequences_have_is_known() {
    let Some(folder) = corpus("task-sequence") else { return };
    let table =
        files(&folder).into_iter().find(|p| p.to_string_lossy().contains("account_variables")).unwrap();
    let table = std::fs::read_to_string(table).unwrap();
    let mut slots = BTreeSet::new();
    for row in table.lines().skip(1) {
        let [step, variable, property, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        // The other rows are passwords, paths, and the name of the owner that Windows shows.
        let name = property.to_lowercase().ends_with("username") && property != "RegisteredUserName";
        slots.extend(name.then(|| Slot::new(step, variable, property)));
    }
    let slots: Vec<Slot> = slots.into_iter().collect();
    assert!(slots.len() > 5, "{slots:?}");
    names_the_variable_of_each(&scratch("corpus-slots"), &slots);
}
