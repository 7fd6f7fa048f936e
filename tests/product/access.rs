//! `why` and `who-can` on the weak sample: every line below was checked by hand against its files.

use crate::program::{cmlint, root, scratch};

fn json(args: &[&str]) -> (i32, serde_json::Value) {
    let mut all = args.to_vec();
    all.extend(["-o", "json"]);
    let said = cmlint(&all);
    let value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", said.all()));
    (said.code, value)
}

/// Names of those who have a right, those with the shortest way first.
fn names(right: &str, on: &str) -> Vec<String> {
    let (code, answer) = json(&["who-can", "snapshots/contoso", right, "--on", on]);
    assert_eq!(code, 0, "{answer:#}");
    answer["granted"].as_array().unwrap().iter().map(|h| h["name"].as_str().unwrap().to_owned()).collect()
}

const DOMAIN_ADMINS: [&str; 6] = [
    r"CONTOSO\Domain Admins",
    r"CONTOSO\adm-castell",
    r"CONTOSO\Administrator",
    r"CONTOSO\GG-Server-Automation",
    r"CONTOSO\GG-Deployment-Automation",
    r"CONTOSO\svc-clientpush",
];

#[test]
fn full_control_of_system_management_is_listed_with_its_ways() {
    let all = names("Full Control", "System Management");
    for name in
        [r"CONTOSO\CM01$", r"CONTOSO\svc-adforest", r"CONTOSO\Enterprise Admins", r"NT AUTHORITY\SYSTEM"]
    {
        assert!(all.contains(&name.to_owned()), "{name}: {all:?}");
    }
    for name in DOMAIN_ADMINS {
        assert!(all.contains(&name.to_owned()), "{name}: {all:?}");
    }
    // The central administration site's server has nothing here, which its lint will say.
    assert!(!all.contains(&r"CONTOSO\CM00$".to_owned()), "{all:?}");
    let position = |name: &str| all.iter().position(|n| n == name).unwrap();
    assert!(position(r"CONTOSO\CM01$") < position(r"CONTOSO\adm-castell"), "direct before nested: {all:?}");
    assert!(
        position(r"CONTOSO\adm-castell") < position(r"CONTOSO\svc-clientpush"),
        "short before long: {all:?}"
    );
}

#[test]
fn remote_enable_on_the_provider_namespace_is_open_to_everybody_who_signs_in() {
    let all = names("Remote Enable", r"cm02:root\SMS");
    assert_eq!(
        &all[..3],
        [r"BUILTIN\Administrators", r"CM02\SMS Admins", r"NT AUTHORITY\Authenticated Users"]
    );
    for name in [r"CONTOSO\CM-Admins", r"CONTOSO\jreuter", r"CONTOSO\pnovak"] {
        assert!(all.contains(&name.to_owned()), "{name}: {all:?}");
    }
    // Stands for everybody and is not spelt out account by account.
    assert!(!all.contains(&r"CONTOSO\dlarsen".to_owned()), "{all:?}");
}

#[test]
fn writers_of_the_inboxes_are_listed() {
    let all = names("Modify", r"cm01:C:\Program Files\Microsoft Configuration Manager\inboxes");
    assert!(all.contains(&r"NT AUTHORITY\SYSTEM".to_owned()), "{all:?}");
    assert!(all.contains(&r"CM01\SMS_SiteSystemToSiteServerConnection_MP_PS1".to_owned()), "{all:?}");
    assert!(!all.contains(&r"CM01\SMS_SiteSystemToSiteServerConnection_Stat_PS1".to_owned()), "{all:?}");
}

#[test]
fn a_way_of_four_steps_leads_through_three_files() {
    let (code, answer) =
        json(&["why", "snapshots/contoso", "--who", "pnovak", "--can", "Modify", "--on", r"OSD\bin\x64"]);
    assert_eq!((code, &answer["answer"]), (0, &serde_json::json!("yes")));
    let steps = answer["proof"].as_array().unwrap();
    assert_eq!(steps.len(), 4, "{steps:#?}");
    let files: std::collections::BTreeSet<&str> = steps.iter().map(|s| s["path"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for step in steps {
        let text =
            std::fs::read_to_string(root().join("snapshots/contoso").join(step["path"].as_str().unwrap()))
                .unwrap();
        assert!(text.lines().count() >= step["line"].as_u64().unwrap() as usize);
    }
}

#[test]
fn no_and_unknown_are_told_apart() {
    let (code, answer) = json(&[
        "why",
        "snapshots/contoso",
        "--who",
        r"CONTOSO\dlarsen",
        "--can",
        "Modify",
        "--on",
        r"OSD\bin\x64",
    ]);
    assert_eq!((code, &answer["answer"]), (1, &serde_json::json!("no")));
    // The same snapshot without the directory: the groups of the account are not known.
    let folder = scratch("no-directory");
    for entry in walkdir::WalkDir::new(root().join("snapshots/contoso")) {
        let entry = entry.unwrap();
        let inner = entry.path().strip_prefix(root().join("snapshots/contoso")).unwrap();
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(folder.join(inner)).unwrap();
        } else if inner.extension().is_none_or(|e| e != "ldf") {
            std::fs::copy(entry.path(), folder.join(inner)).unwrap();
        }
    }
    let (code, answer) = json(&[
        "why",
        folder.to_str().unwrap(),
        "--who",
        "S-1-5-21-2087394612-1164239578-3302857941-1215",
        "--can",
        "Modify",
        "--on",
        r"OSD\bin\x64",
    ]);
    assert_eq!((code, &answer["answer"]), (3, &serde_json::json!("unknown")), "{answer:#}");
    assert!(answer["gaps"].as_array().unwrap().iter().any(|g| g["dataset"] == "directory"), "{answer:#}");
}

#[test]
fn misspelt_names_rights_and_objects_are_suggested() {
    let ask = |who: &str, can: &str, on: &str| {
        cmlint(&["why", "snapshots/contoso", "--who", who, "--can", can, "--on", on])
    };
    let said = ask("pnovk", "Modify", r"OSD\bin\x64");
    assert!(said.code == 2 && said.err.contains(r"CONTOSO\pnovak"), "{}", said.all());
    let said = ask("pnovak", "Modfy", r"OSD\bin\x64");
    assert!(said.code == 2 && said.err.contains("Modify"), "{}", said.all());
    let said = ask("pnovak", "Modify", "inboxs");
    assert!(said.code == 2 && said.err.contains("inboxes"), "{}", said.all());
}
