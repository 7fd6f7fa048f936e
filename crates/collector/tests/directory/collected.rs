//! What a plain user of the domain collects.

use crate::program::{manifest, said, scratch};
use crate::realm::{DOMAIN, SERVER, realm};
use crate::world::{TESTS, directory, over_ldaps, site};

fn key(dataset: &str) -> (String, String) {
    (dataset.to_owned(), if dataset == "domains" { String::new() } else { "contoso.test".to_owned() })
}

#[test]
fn principals_of_the_snapshot_their_groups_and_members_are_collected() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-collected");
    site(&out);
    let said = said(over_ldaps(realm, &out, &["--about", "CONTOSO\\gmsa-sql$"]));
    assert_eq!(said.code, 0, "{}", said.all());
    let manifest = manifest(&out);
    for dataset in ["directory", "lookups", "domains"] {
        assert_eq!(manifest[&key(dataset)]["status"], "complete", "{}", said.all());
    }
    let lookups = std::fs::read_to_string(out.join("directory/contoso.test.lookups.csv")).unwrap();
    for row in [
        "CONTOSO\\svc-naa,found,\"CN=svc-naa,OU=Service Accounts,DC=contoso,DC=test\"\r\n",
        "CONTOSO\\svc-gone,not-found,\r\n",
        &format!("{DOMAIN}-1116,found,\"CN=CM-Admins,OU=Groups,DC=contoso,DC=test\"\r\n"),
    ] {
        assert!(lookups.contains(row), "{row}\n{lookups}");
    }
    let covers = manifest[&key("directory")]["covers"].as_array().unwrap();
    let asked = |question: &str, of: &str| covers.iter().any(|c| c["question"] == question && c["of"] == of);
    assert!(asked("lookup", "stored-accounts") && asked("groups-of", "all"));
    // Of the group that the site names, and of the group in it.
    assert!(asked("members-of", &format!("{DOMAIN}-1116")) && asked("members-of", &format!("{DOMAIN}-1115")));
    let ldif = std::fs::read_to_string(out.join("directory/contoso.test.ldf")).unwrap().replace("\n ", "");
    for dn in ["CN=pnovak,OU=Staff", "CN=ebrandt,OU=Staff", "CN=Domain Admins,CN=Users", "CN=Computers"] {
        assert!(ldif.contains(&format!("\ndn: {dn},DC=contoso,DC=test\n")), "{dn}");
    }
    // A name beyond ASCII; the computer of the site; a gMSA is known by its class.
    assert!(ldif.contains("dn:: Q049am3DvGxsZXIsT1U9U3RhZmYsREM9Y29udG9zbyxEQz10ZXN0\n"));
    assert!(ldif.contains("\ndNSHostName: cm01.contoso.test\n"), "{ldif}");
    assert!(ldif.contains("\nobjectClass: msDS-GroupManagedServiceAccount\n"));
    assert!(ldif.contains("\nms-DS-MachineAccountQuota: 10\n"));
    assert!(!ldif.to_lowercase().contains("pwd:") && !ldif.contains("Passw0rd"));
}

#[test]
fn an_answer_of_many_pages_is_whole() {
    const MANY: usize = 1100;
    let Some(realm) = realm(TESTS) else { return };
    let base = "DC=contoso,DC=test";
    let mut objects = format!("dn: OU=Many,{base}\nchangetype: add\nobjectClass: organizationalUnit\n\n");
    let mut group =
        format!("dn: CN=Many,OU=Many,{base}\nchangetype: add\nobjectClass: group\nsAMAccountName: Many\n");
    for n in 0..MANY {
        let dn = format!("CN=many{n:04},OU=Many,{base}");
        objects.push_str(&format!(
            "dn: {dn}\nchangetype: add\nobjectClass: user\nsAMAccountName: many{n:04}\nuserAccountControl: 514\n\n"
        ));
        group.push_str(&format!("member: {dn}\n"));
    }
    realm.modify(&format!("{objects}{group}"));
    let out = scratch("directory-many");
    let said = said(over_ldaps(realm, &out, &["--about", "CONTOSO\\Many"]));
    assert_eq!(said.code, 0, "{}", said.all());
    let ldif = std::fs::read_to_string(out.join("directory/contoso.test.ldf")).unwrap().replace("\n ", "");
    assert_eq!(ldif.matches("\ndn: CN=many").count(), MANY);
    // The list of members comes in ranges.
    assert_eq!(ldif.matches("\nmember: CN=many").count(), MANY);
}

#[test]
fn starttls_is_as_good_as_ldaps() {
    let Some(realm) = realm(TESTS) else { return };
    let (tls, start) = (scratch("directory-ldaps"), scratch("directory-starttls"));
    let about = ["--about", "CONTOSO\\svc-push"];
    let authority = realm.authority();
    assert_eq!(said(over_ldaps(realm, &tls, &about)).code, 0);
    let arguments = ["--server", SERVER, "--starttls", "--ca-file", &authority, about[0], about[1]];
    let said = said(directory(realm, &start, &arguments));
    assert_eq!(said.code, 0, "{}", said.all());
    let read =
        |folder: &std::path::Path| std::fs::read(folder.join("directory/contoso.test.lookups.csv")).unwrap();
    assert_eq!(read(&tls), read(&start));
}

#[cfg(feature = "gssapi")]
#[test]
fn the_tickets_of_the_signed_in_user_are_enough() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-kerberos");
    let mut command =
        directory(realm, &out, &["--server", SERVER, "--kerberos", "--about", "CONTOSO\\svc-push"]);
    command.env_remove("CMLINT_COLLECT_USER").env_remove("CMLINT_COLLECT_PASSWORD");
    command.env("KRB5CCNAME", realm.tickets("reader@CONTOSO.TEST", "Passw0rd!4"));
    let said = said(command);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(manifest(&out).values().all(|e| e["status"] == "complete"), "{}", said.all());
    let source = manifest(&out)[&key("directory")]["source"].as_str().unwrap().to_owned();
    assert!(source.contains("dc1.contoso.test"), "{source}");
}

#[cfg(feature = "gssapi")]
#[test]
fn without_tickets_nobody_is_signed_in() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-no-tickets");
    let mut command = directory(realm, &out, &["--server", SERVER, "--kerberos"]);
    command.env("KRB5CCNAME", "FILE:/nonexistent");
    let said = said(command);
    assert_eq!(said.code, 2, "{}", said.all());
    for entry in manifest(&out).values() {
        assert_eq!(entry["status"], "failed");
        assert!(entry["why"].as_str().unwrap().contains("no Kerberos ticket"), "{entry}");
    }
}

#[test]
fn the_dry_run_says_what_would_be_asked_and_asks_nobody() {
    let Some(realm) = realm(TESTS) else { return };
    let out = scratch("directory-dry");
    let said = said(over_ldaps(realm, &out, &["--dry-run"]));
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("ldaps://dc1.contoso.test:636"), "{}", said.all());
    assert!(said.out.contains("into directory/contoso.test.ldf"), "{}", said.all());
    assert!(!out.exists());
}
