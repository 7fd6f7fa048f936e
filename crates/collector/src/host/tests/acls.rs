//! Descriptors: rows, what is left out, and what the manifest says was walked.

use cmlint_model::Dataset;

use super::world::{Canned, DENIED, INSTALL, bytes, collected, share, text_value};
use crate::host::answers::ObjectKind;

fn rows_of(csv: &str, kind: &str) -> Vec<String> {
    let prefix = format!("{kind},");
    csv.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
}

#[test]
fn folders_that_only_inherit_are_left_out_and_the_manifest_says_so() {
    let collected = collected(&Canned::new(), "folders");
    let rows = rows_of(&collected.text("acl.csv"), "ntfs");
    let paths: Vec<&str> = rows.iter().map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(paths, [INSTALL, r"C:\Program Files\ConfigMgr\inboxes\auth", r"D:\Daten"]);
    assert!(rows[1].starts_with(
        r"C:\Program Files\ConfigMgr\inboxes\auth,ok,O:BAG:SYD:AI(A;OICI;0x1301bf;;;S-1-5-21-21-22-23-1105)"
    ));
    let manifest = collected.manifest();
    let entries = manifest["datasets"].as_array().unwrap();
    let acl = entries.iter().find(|entry| entry["dataset"] == "acl").unwrap();
    let covers = acl["covers"].as_array().unwrap();
    let find = |root: &str| covers.iter().find(|cover| cover["root"] == root).unwrap();
    let install =
        serde_json::json!({"root": INSTALL, "kind": "ntfs", "depth": "all", "inherited_only": "left-out"});
    assert_eq!(*find(INSTALL), install);
    assert_eq!(find(r"D:\Daten")["depth"], 0);
    assert_eq!(find("SMS_PS1")["kind"], "share");
    assert_eq!(find(r"root\SMS")["depth"], 1);
    assert_eq!(find("MachineLaunchRestriction")["kind"], "dcom");
    assert_eq!(find("SMS_EXECUTIVE")["kind"], "service");
}

#[test]
fn what_is_not_there_has_a_row_that_says_so() {
    let collected = collected(&Canned::new(), "absent");
    let csv = collected.text("acl.csv");
    assert_eq!(rows_of(&csv, "wmi").last().unwrap(), r"root\ccm,absent,");
    assert!(rows_of(&csv, "dcom").contains(&"MachineAccessRestriction,absent,".to_owned()), "{csv}");
}

#[test]
fn administrative_shares_are_left_out() {
    let collected = collected(&Canned::new(), "shares");
    let shares = rows_of(&collected.text("acl.csv"), "share");
    assert_eq!(shares, ["SMS_PS1,ok,O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;WD)", "Daten,ok,O:BAG:SYD:(A;;FR;;;WD)"]);
}

#[test]
fn a_refused_folder_has_a_row_and_its_children_are_walked_with_all_their_entries() {
    let mut canned = Canned::new();
    canned.descriptors.insert((ObjectKind::Ntfs, format!(r"{INSTALL}\bin")), Err(DENIED));
    let collected = collected(&canned, "denied");
    let rows = rows_of(&collected.text("acl.csv"), "ntfs");
    assert!(rows.contains(&format!(r"{INSTALL}\bin,denied,")), "{rows:?}");
    // What is above it is not known, so its own entries are.
    assert!(rows.iter().any(|row| row.starts_with(&format!(r"{INSTALL}\bin\X64,ok,"))), "{rows:?}");
    assert_eq!(
        collected.state(Dataset::Acl),
        "partial: access to 1 objects was denied; needs the right: local Administrators, elevated, on cm01.contoso.test"
    );
}

#[test]
fn a_folder_that_cannot_be_listed_makes_the_walk_partial() {
    let mut canned = Canned::new();
    canned.folders.insert(format!(r"{INSTALL}\inboxes"), Err(DENIED));
    let collected = collected(&canned, "unlisted");
    let state = collected.state(Dataset::Acl);
    assert!(state.starts_with(
        r"partial: what is in C:\Program Files\ConfigMgr\inboxes cannot be listed: access denied"
    ));
}

#[test]
fn a_policy_about_com_goes_before_the_value_of_the_computer() {
    let mut canned = Canned::new();
    let policy = text_value("MachineLaunchRestriction", "O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)");
    canned.key_at(r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DCOM", vec![policy], &[]);
    let collected = collected(&canned, "com");
    let rows = rows_of(&collected.text("acl.csv"), "dcom");
    assert_eq!(rows[0], "MachineLaunchRestriction,ok,O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)");
}

#[test]
fn bytes_that_are_no_descriptor_are_a_hole_and_no_row() {
    let mut canned = Canned::new();
    canned.descriptors.insert((ObjectKind::Wmi, "root".to_owned()), Ok(Some(vec![1, 2, 3])));
    let collected = collected(&canned, "broken");
    assert!(collected.state(Dataset::Acl).starts_with("partial: the descriptor of root is not understood"));
    assert!(!collected.text("acl.csv").contains("wmi,root,"));
}

#[test]
fn a_plain_user_gets_the_names_of_shares_and_the_rest_is_denied() {
    let mut canned = Canned::new();
    for answer in canned.descriptors.values_mut() {
        *answer = Err(DENIED);
    }
    for answer in canned.keys.values_mut() {
        *answer = Err(DENIED);
    }
    canned.shares = Ok(vec![share("SMS_PS1", INSTALL, Err(DENIED))]);
    canned.shares.as_mut().unwrap()[0].path = None;
    let collected = collected(&canned, "plain");
    let state = collected.state(Dataset::Acl);
    assert!(state.starts_with("failed: access to"), "{state}");
    assert!(
        state.ends_with("needs the right: local Administrators, elevated, on cm01.contoso.test"),
        "{state}"
    );
}

#[test]
fn a_path_with_a_comma_is_one_field() {
    let mut canned = Canned::new();
    let name = r"D:\a, b";
    canned.folder(name, "O:BAG:SYD:P(A;OICI;FA;;;BA)", &[]);
    canned.shares.as_mut().unwrap().push(share("x", name, Ok(bytes("D:(A;;FA;;;BA)"))));
    let collected = collected(&canned, "comma");
    assert!(collected.text("acl.csv").contains("ntfs,\"D:\\a, b\",ok,"));
}
