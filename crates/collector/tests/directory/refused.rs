//! Each way in which a domain controller cannot be asked has its words in the manifest.

use std::path::Path;

use crate::program::{Said, manifest, said, scratch};
use crate::realm::{SERVER, realm};
use crate::world::{TESTS, directory, over_ldaps};

/// Why each dataset failed; the same for all of them.
fn why(out: &Path, said: &Said) -> String {
    assert_eq!(said.code, 2, "{}", said.all());
    let manifest = manifest(out);
    let all: Vec<(&str, &str)> =
        manifest.values().map(|e| (e["status"].as_str().unwrap(), e["why"].as_str().unwrap())).collect();
    assert_eq!(all.len(), 3, "{manifest:?}");
    assert!(all.iter().all(|each| *each == all[0] && each.0 == "failed"), "{all:?}");
    all[0].1.to_owned()
}

#[test]
fn a_wrong_password() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-password");
    let mut command = over_ldaps(realm, &out, &[]);
    command.env("CMLINT_COLLECT_PASSWORD", "wrong-and-secret");
    let said = said(command);
    assert_eq!(
        why(&out, &said),
        "the sign-in failed: the name or the password is wrong; needs the right: an account of the domain that may sign in"
    );
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    assert!(!said.all().contains("wrong-and-secret") && !manifest.contains("wrong-and-secret"));
}

#[test]
fn a_closed_port() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-port");
    let authority = realm.authority();
    let said = said(directory(realm, &out, &["--server", "dc1.contoso.test:1636", "--ca-file", &authority]));
    let why = why(&out, &said);
    assert!(why.starts_with("dc1.contoso.test:1636 cannot be reached: Connection refused"), "{why}");
    assert!(why.ends_with("; needs the port: dc1.contoso.test:1636"), "{why}");
}

#[test]
fn a_sign_in_that_everybody_could_read_is_refused_by_us() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-plain");
    let said = said(directory(realm, &out, &["--server", "ldap://dc1.contoso.test"]));
    assert_eq!(
        why(&out, &said),
        "no sign-in: ldap://dc1.contoso.test:389 would carry a password unencrypted; use ldaps://, --starttls or --kerberos"
    );
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-certificate");
    let other = "0000000000000000000000000000000000000000000000000000000000000000";
    let said = said(directory(realm, &out, &["--server", SERVER, "--pin-sha256", other]));
    let why = why(&out, &said);
    assert!(why.starts_with("the certificate of the server is not trusted: "), "{why}");
}

#[test]
fn what_an_earlier_run_collected_stays_when_a_later_one_fails() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-later");
    assert_eq!(said(over_ldaps(realm, &out, &[])).code, 0);
    let mut command = over_ldaps(realm, &out, &[]);
    command.env("CMLINT_COLLECT_PASSWORD", "wrong");
    let said = said(command);
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(manifest(&out).values().all(|e| e["status"] == "complete"));
}

#[test]
fn an_object_of_which_a_plain_user_sees_the_name_alone_makes_the_directory_partial() {
    let Some(realm) = realm(TESTS) else { return };
    // Everybody may list the groups, and only administrators may read this one.
    let group = "CN=Push Operators,OU=Groups,DC=contoso,DC=test";
    let set = |sddl: &str| {
        realm.modify(&format!(
            "dn: {group}\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: {sddl}\n"
        ));
    };
    set("O:DAG:DAD:P(A;;GA;;;DA)(A;;GA;;;SY)");
    let out = scratch("directory-hidden");
    let said = said(over_ldaps(realm, &out, &["--about", "CONTOSO\\svc-push"]));
    set("O:DAG:DAD:(A;;GA;;;DA)(A;;GA;;;SY)(A;;GR;;;AU)");
    let manifest = manifest(&out);
    let entry = &manifest[&("directory".to_owned(), "contoso.test".to_owned())];
    assert_eq!(entry["status"], "partial", "{}", said.all());
    let why = entry["why"].as_str().unwrap();
    assert!(why.starts_with("1 of "), "{why}");
    let needs = "objects came without their nTSecurityDescriptor; needs the right: Read and Read Permissions on these objects";
    assert!(why.ends_with(needs), "{why}");
    assert_eq!(said.code, 3, "{}", said.all());
}
