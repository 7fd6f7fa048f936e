//! `accounts` on the sample snapshots: every line below was checked by hand against their files.

use crate::program::cmlint;

fn inventory(snapshot: &str) -> serde_json::Value {
    let said = cmlint(&["accounts", snapshot, "-o", "json"]);
    assert_eq!(said.code, 0, "{}", said.all());
    serde_json::from_str(&said.out).unwrap()
}

fn purpose<'v>(inventory: &'v serde_json::Value, word: &str) -> &'v serde_json::Value {
    let purposes = inventory["purposes"].as_array().unwrap();
    assert_eq!(purposes.len(), 26);
    purposes.iter().find(|p| p["purpose"] == word).unwrap()
}

fn account<'v>(purpose: &'v serde_json::Value, name: &str) -> &'v serde_json::Value {
    purpose["accounts"].as_array().unwrap().iter().find(|a| a["name"] == name).unwrap()
}

#[test]
fn an_account_is_listed_with_whom_it_stands_for_and_what_else_it_does() {
    let inventory = inventory("snapshots/contoso");
    let naa = account(purpose(&inventory, "network-access"), r"CONTOSO\svc-naa");
    assert_eq!(naa["path"], "site/SMS_SCI_ClientComp.json");
    assert_eq!(naa["sid"], "S-1-5-21-2087394612-1164239578-3302857941-1201");
    assert_eq!(
        (&naa["state"], &naa["kind"], &naa["enabled"]),
        (&"resolved".into(), &"user".into(), &true.into())
    );
    // 2025-06-17, and the snapshot is of 2026-03-02.
    assert_eq!((&naa["password_set"], &naa["password_age_days"]), (&"2025-06-17".into(), &257.into()));
    let shared = naa["shared_with"].as_array().unwrap();
    for other in ["capture-image", "domain-join", "network-folder", "run-as", "package-access"] {
        assert!(shared.contains(&other.into()), "{other}: {shared:?}");
    }
    let findings = naa["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["lint"] == "naa-in-task-sequence-step"), "{findings:?}");
    let osd = account(purpose(&inventory, "network-access"), r"CONTOSO\svc-osd");
    assert_eq!(osd["administrative_user"], true);
}

#[test]
fn a_name_that_stands_for_nobody_is_told_from_one_that_was_not_asked_for() {
    let inventory = inventory("snapshots/contoso");
    let naa = purpose(&inventory, "network-access");
    assert_eq!(account(naa, r"CONTOSO\svc-naa-old")["state"], "missing");
    assert_eq!(account(naa, "svc-naa2")["state"], "unknown");
    assert_eq!(account(naa, r"CONTOSO\svc-naa-lab")["enabled"], false);
    let join = account(purpose(&inventory, "domain-join"), "%JoinAccount%");
    assert_eq!((&join["state"], &join["variable"]), (&"variable".into(), &"JoinAccount".into()));
}

#[test]
fn for_each_purpose_it_is_told_whether_it_could_be_seen() {
    let seen = inventory("snapshots/contoso");
    let exchange = purpose(&seen, "exchange");
    assert_eq!((&exchange["seen"], exchange["accounts"].as_array().unwrap().len()), (&true.into(), 1));
    let migration = purpose(&seen, "source-site");
    assert_eq!((&migration["seen"], migration["accounts"].as_array().unwrap().len()), (&true.into(), 0));
    let little = inventory("snapshots/low-privilege");
    let unseen = purpose(&little, "network-access");
    assert_eq!(unseen["seen"], false);
    assert!(!unseen["gaps"].as_array().unwrap().is_empty());
}

#[test]
fn for_people_the_same_is_said_in_words() {
    let text = cmlint(&["accounts", "snapshots/contoso", "--width", "100"]).out;
    for words in [
        "Network Access Account\n  CONTOSO\\svc-naa  site PS1\n",
        "critical: naa-in-task-sequence-step (4)",
        "does not exist",
        "set by the variable JoinAccount",
        "no account is named for\n  Source Site Account\n",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}
