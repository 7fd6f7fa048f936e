//! Accounts in the steps of task sequences: each kind of step that has one, under each name that exports give it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::program::{cmlint, scratch};

/// A place in a step where the name of an account may stand.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Slot {
    pub(crate) step: String,
    pub(crate) variable: String,
    pub(crate) property: String,
}

impl Slot {
    pub(crate) fn new(step: &str, variable: &str, property: &str) -> Slot {
        Slot { step: step.to_owned(), variable: variable.to_owned(), property: property.to_owned() }
    }

    /// The purpose under which `accounts` must list it.
    pub(crate) fn purpose(&self) -> &'static str {
        let kinds = [
            ("CaptureSystemImage", "capture-image"),
            ("ApplyNetworkSettings", "domain-join"),
            ("JoinDomainWorkgroup", "domain-join"),
            ("ConnectNetworkFolder", "network-folder"),
            ("RunCommandLine", "run-as"),
            ("RunPowerShellScript", "run-as"),
        ];
        let kind = kinds.iter().find(|(kind, _)| self.step == format!("SMS_TaskSequence_{kind}Action"));
        kind.unwrap_or_else(|| panic!("{self:?} is no place of an account")).1
    }
}

/// A task sequence with a step for each slot, whose accounts are called as `name` says.
pub(crate) fn sequence(folder: &Path, slots: &[Slot], name: impl Fn(usize) -> String) -> PathBuf {
    let mut steps = String::new();
    for (index, slot) in slots.iter().enumerate() {
        let Slot { step, variable, property } = slot;
        let name = name(index);
        write!(
            steps,
            "  <step type=\"{step}\" name=\"Step {index}\">\n    <defaultVarList>\n      \
             <variable name=\"{variable}\" property=\"{property}\">{name}</variable>\n    </defaultVarList>\n  </step>\n"
        )
        .unwrap();
    }
    let path = folder.join("made-up.xml");
    std::fs::write(&path, format!("<sequence version=\"3.10\">\n{steps}</sequence>\n")).unwrap();
    path
}

/// The accounts that the program lists: purpose, name, state and variable.
pub(crate) fn listed(path: &Path) -> Vec<[String; 4]> {
    let said = cmlint(&["accounts", path.to_str().unwrap(), "-o", "json"]);
    assert_eq!(said.code, 0, "{}: {}", path.display(), said.all());
    let inventory: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for purpose in inventory["purposes"].as_array().unwrap() {
        for account in purpose["accounts"].as_array().unwrap() {
            let [name, state, variable] = ["name", "state", "variable"].map(|key| text(&account[key]));
            all.push([text(&purpose["purpose"]), name, state, variable]);
        }
    }
    all
}

/// Each slot with a variable in the place of the name: listed, with the variable named.
pub(crate) fn names_the_variable_of_each(folder: &Path, slots: &[Slot]) {
    let path = sequence(folder, slots, |index| format!("%Account{index}%"));
    let listed = listed(&path);
    for (index, slot) in slots.iter().enumerate() {
        let name = format!("Account{index}");
        let expected = [slot.purpose().to_owned(), format!("%{name}%"), "variable".to_owned(), name];
        assert!(listed.contains(&expected), "{slot:?} is not in {listed:?}");
    }
    assert_eq!(listed.len(), slots.len(), "{listed:?}");
}

fn slots() -> Vec<Slot> {
    [
        ("CaptureSystemImage", "OSDCaptureAccount", "CaptureUsername"),
        ("ApplyNetworkSettings", "OSDJoinAccount", "DomainUsername"),
        ("JoinDomainWorkgroup", "OSDJoinAccount", "DomainUsername"),
        ("ConnectNetworkFolder", "SMSConnectNetworkFolderAccount", "Username"),
        ("RunCommandLine", "SMSTSRunCommandLineUserName", "SMSTSRunCommandLineUserName"),
        ("RunCommandLine", "SMSTSRunCommandLineUserName", "UserName"),
        ("RunPowerShellScript", "SMSTSRunPowerShellUserName", "UserName"),
    ]
    .into_iter()
    .map(|(step, variable, property)| {
        Slot::new(&format!("SMS_TaskSequence_{step}Action"), variable, property)
    })
    .collect()
}

#[test]
fn each_step_with_an_account_lists_it() {
    let slots = slots();
    let path = sequence(&scratch("sequence-names"), &slots, |index| format!("CORP\\svc-{index}"));
    let listed = listed(&path);
    for (index, slot) in slots.iter().enumerate() {
        let name = format!("CORP\\svc-{index}");
        let found = listed.iter().find(|account| account[1] == name);
        let found = found.unwrap_or_else(|| panic!("{slot:?} is not in {listed:?}"));
        assert_eq!((found[0].as_str(), found[3].as_str()), (slot.purpose(), ""));
    }
}

#[test]
fn an_account_that_a_variable_sets_cannot_be_judged_and_the_variable_is_named() {
    let folder = scratch("sequence-variables");
    names_the_variable_of_each(&folder, &slots());
    let path = folder.join("made-up.xml");
    let said = cmlint(&["check", path.to_str().unwrap(), "-o", "json"]);
    assert_eq!(said.code, 3, "{}", said.all());
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let lint = |id: &str| report["lints"].as_array().unwrap().iter().find(|l| l["id"] == id).unwrap().clone();
    for id in
        ["run-as-account-is-domain-admin", "low-rights-account-is-privileged", "account-does-not-resolve"]
    {
        assert_eq!(lint(id)["outcome"], "not_evaluated", "{id}");
        let gaps = lint(id)["gaps"].to_string();
        assert!(gaps.contains("set by the variable Account4"), "{id}: {gaps}");
    }
}
