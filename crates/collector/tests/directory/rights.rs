//! The rights in System Management, from the domain controller to the answer of the linter.

use std::path::Path;

use serde_json::Value;

use crate::linter::linter;
use crate::program::{said, scratch};
use crate::realm::{DOMAIN, Realm, realm};
use crate::world::{TESTS, over_ldaps, site};

const CONTAINER: &str = "CN=System Management,CN=System,DC=contoso,DC=test";

fn collected(realm: &Realm, name: &str) -> std::path::PathBuf {
    let out = scratch(name);
    site(&out);
    let said = said(over_ldaps(realm, &out, &[]));
    assert_eq!(said.code, 0, "{}", said.all());
    out
}

/// What the lint about the rights of publishing sites says.
fn publishing(out: &Path) -> Value {
    let mut command = linter();
    command.args(["check", "--output", "json"]).arg(out);
    let said = said(command);
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.all()));
    let lint =
        report["lints"].as_array().unwrap().iter().find(|l| l["id"] == "forest-account-cannot-publish");
    lint.unwrap().clone()
}

/// Lines of a file from the one with the name of the container to the end of its record, counted from 1.
fn record(ldif: &str) -> std::ops::Range<u64> {
    let start = ldif.lines().position(|line| line == format!("dn: {CONTAINER}")).unwrap();
    let end = ldif.lines().skip(start).position(str::is_empty).unwrap();
    start as u64 + 1..(start + end) as u64 + 1
}

#[test]
fn a_wrong_entry_is_found_by_file_and_line_and_a_right_one_is_not() {
    let Some(realm) = realm(TESTS) else { return };
    let wrong = collected(realm, "directory-wrong");
    let lint = publishing(&wrong);
    assert_eq!(lint["outcome"], "fail", "{lint}");
    let finding = &lint["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains(r"CONTOSO\CM01$"), "{finding}");
    let place = &finding["labels"][0];
    assert_eq!(place["path"], "directory/contoso.test.ldf", "{finding}");
    let ldif = std::fs::read_to_string(wrong.join("directory/contoso.test.ldf")).unwrap();
    assert!(record(&ldif).contains(&place["line"].as_u64().unwrap()), "{finding}");
    // One level only: the descriptor went through Samba and this program unchanged.
    let one_level = format!("(A;CINP;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1110)");
    assert!(ldif.replace("\n ", "").contains(&one_level), "{ldif}");

    let right = format!(
        "O:DAG:DAD:(A;CI;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1110)(A;CI;GA;;;DA)(A;CI;GA;;;SY)(A;CI;GR;;;AU)"
    );
    realm.modify(&format!(
        "dn: {CONTAINER}\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: {right}\n"
    ));
    let right = collected(realm, "directory-right");
    let lint = publishing(&right);
    assert_eq!((&lint["outcome"], &lint["checked"]), (&Value::from("pass"), &Value::from(1)), "{lint}");
}
