//! The rights in System Management, from the domain controller to the answer of the linter.

use std::path::Path;

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

fn who_can(out: &Path, right: &str) -> String {
    let mut command = linter();
    command.arg("who-can").arg(out).args([right, "--on", CONTAINER, "--color", "never", "--width", "200"]);
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_wrong_entry_is_found_by_file_and_line_and_a_right_one_is_not() {
    let Some(realm) = realm(TESTS) else { return };
    let wrong = collected(realm, "directory-wrong");
    let answer = who_can(&wrong, "Full control");
    // The account of the snapshot that may write there, and the line of the LDIF that says so.
    assert!(answer.contains("CONTOSO\\svc-naa"), "{answer}");
    let line = answer.lines().find(|line| line.contains("directory/contoso.test.ldf:")).unwrap_or_default();
    let number: usize =
        line.split("contoso.test.ldf:").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
    let ldif = std::fs::read_to_string(wrong.join("directory/contoso.test.ldf")).unwrap();
    let place = ldif.lines().take(number).filter(|line| line.starts_with("dn: ")).last().unwrap();
    assert_eq!(place, format!("dn: {CONTAINER}"), "{answer}");
    let sddl =
        |ldif: &str| ldif.replace("\n ", "").split(&format!("dn: {CONTAINER}\n")).nth(1).unwrap().to_owned();
    assert!(sddl(&ldif).contains(&format!("(A;CINP;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1110)")), "{ldif}");

    let right = format!(
        "O:DAG:DAD:(A;CI;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1110)(A;CI;GA;;;DA)(A;CI;GA;;;SY)(A;CI;GR;;;AU)"
    );
    realm.modify(&format!(
        "dn: {CONTAINER}\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: {right}\n"
    ));
    let right = collected(realm, "directory-right");
    let answer = who_can(&right, "Full control");
    assert!(!answer.contains("svc-naa"), "{answer}");
    assert!(answer.contains("CM01$"), "{answer}");
    let ldif = std::fs::read_to_string(right.join("directory/contoso.test.ldf")).unwrap();
    assert!(sddl(&ldif).contains(&format!("(A;CI;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1110)")), "{ldif}");
}
