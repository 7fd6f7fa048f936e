//! Groups, rights, services, registry, firewall, IIS: what is written, and what a refusal makes of it.

use cmlint_archive::{Options, open};
use cmlint_model::{Dataset, Scope};

use super::world::{Canned, DENIED, collected, number_value, service};
use crate::host::answers::Refused;

#[test]
fn everything_is_complete_and_the_linter_reads_every_row() {
    let collected = collected(&Canned::new(), "everything");
    assert!(collected.all_states().iter().all(|state| *state == "complete"), "{:?}", collected.all_states());
    let archive = open(collected.folder(), Options { verify: true, ..Options::default() }).ok().unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
    let host = Scope::host("cm01.contoso.test");
    for (dataset, rows) in [
        (Dataset::Computer, 1),
        (Dataset::LocalGroup, 3),
        (Dataset::UserRight, 2),
        (Dataset::Service, 2),
        (Dataset::Acl, 20),
    ] {
        assert_eq!(snapshot.count_under(dataset, &host), rows, "{dataset:?}");
    }
}

#[test]
fn members_are_sids_and_a_deleted_account_keeps_its_sid_for_a_name() {
    let collected = collected(&Canned::new(), "members");
    let groups: serde_json::Value = serde_json::from_str(&collected.text("groups.json")).unwrap();
    let members = &groups[0]["Members"];
    assert_eq!(members[0]["SID"], "S-1-5-21-21-22-23-512");
    assert_eq!(members[0]["Name"], r"CONTOSO\Domänen-Admins");
    assert_eq!(members[1]["Name"], "S-1-5-21-21-22-23-1777");
    assert_eq!(groups[2]["Members"], serde_json::json!([]));
}

#[test]
fn a_group_that_does_not_show_its_members_is_no_empty_group() {
    let mut canned = Canned::new();
    canned.members.insert("SMS Admins".to_owned(), Err(DENIED));
    let collected = collected(&canned, "hidden-members");
    let state = collected.state(Dataset::LocalGroup);
    assert_eq!(
        state,
        "partial: the members of SMS Admins: access denied; needs the right: local Administrators, elevated, on \
         cm01.contoso.test"
    );
    let groups: serde_json::Value = serde_json::from_str(&collected.text("groups.json")).unwrap();
    assert_eq!(groups[1].get("Members"), None);
    assert_eq!(groups[1]["Error"], "access denied");
}

#[test]
fn rights_are_written_as_secedit_does() {
    let collected = collected(&Canned::new(), "rights");
    assert_eq!(
        collected.text("user-rights.inf"),
        "[Unicode]\r\nUnicode=yes\r\n[Privilege Rights]\r\n\
         SeServiceLogonRight = *S-1-5-80-0,*S-1-5-21-21-22-23-1105\r\nSeDebugPrivilege = *S-1-5-32-544\r\n\
         [Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n"
    );
}

#[test]
fn rights_of_which_none_was_answered_are_failed_and_not_held_by_nobody() {
    let mut canned = Canned::new();
    for right in crate::host::roots::USER_RIGHTS {
        canned.rights.insert(right, Err(DENIED));
    }
    let collected = collected(&canned, "no-rights");
    assert!(collected.state(Dataset::UserRight).starts_with("failed: access denied"));
    assert!(!collected.folder().join("hosts/cm01.contoso.test/user-rights.inf").exists());
}

#[test]
fn services_whose_account_is_hidden_make_the_list_partial() {
    let mut canned = Canned::new();
    canned.services = Ok(vec![service("A", Some(r"CONTOSO\svc")), service("B", None)]);
    let collected = collected(&canned, "services");
    assert!(collected.state(Dataset::Service).starts_with("partial: access to 1 objects was denied"));
    let services: serde_json::Value = serde_json::from_str(&collected.text("services.json")).unwrap();
    assert_eq!(services[0]["StartName"], r"CONTOSO\svc");
    assert_eq!(services[1]["StartName"], serde_json::Value::Null);
}

#[test]
fn only_listed_values_of_the_registry_are_written() {
    let mut canned = Canned::new();
    let instances = vec![super::world::text_value("MSSQLSERVER", "MSSQL16.MSSQLSERVER")];
    canned.key_at(crate::host::roots::SQL_INSTANCES, instances, &[]);
    let net =
        r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQLServer\SuperSocketNetLib";
    canned.key_at(net, vec![number_value("ExtendedProtection", 2), number_value("Other", 1)], &[]);
    let collected = collected(&canned, "registry");
    let text = collected.text("registry.reg");
    assert!(text.starts_with("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\"), "{text}");
    assert!(text.contains("\"RequireSecuritySignature\"=dword:00000001\r\n"), "{text}");
    assert!(
        text.contains("\"Installation Directory\"=\"C:\\\\Program Files\\\\ConfigMgr\\\\\"\r\n"),
        "{text}"
    );
    assert!(text.contains("\"ExtendedProtection\"=dword:00000002\r\n"), "{text}");
    assert!(
        text.contains("LanmanServer\\Shares]\r\n\"Daten\"=hex(7):50,00,61,00,74,00,68,00,3d,00"),
        "{text}"
    );
    assert!(!text.contains("hunter2") && !text.contains("Other"), "{text}");
}

#[test]
fn the_firewall_is_read_whole() {
    let collected = collected(&Canned::new(), "firewall");
    let text = collected.text("firewall.reg");
    let keys: Vec<&str> =
        text.lines().filter(|l| l.starts_with('[')).map(|l| l.rsplit('\\').next().unwrap()).collect();
    assert_eq!(keys, ["FirewallPolicy]", "FirewallRules]", "PublicProfile]"]);
    assert!(
        text.contains("\"In-1\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=445|\""),
        "{text}"
    );
}

#[test]
fn passwords_and_keys_of_iis_are_cut_and_everything_else_stays_in_its_place() {
    let mut canned = Canned::new();
    let config = "<configuration>\r\n <add provider=\"Aes\" sessionKey=\"AAECAwQ=\" />\r\n\
                  <processModel identityType='SpecificUser' userName='CONTOSO\\web' password='[enc:Aes:QUJD:enc]' />\r\n\
                  <virtualDirectory path=\"/\" userName=\"CONTOSO\\v\" password = \"hunter2\"/>\r\n\
                  <add name=\"x\" connectionString=\"Server=s;Password=hunter3\" />\r\n <k value=\"a=b\">x=y</k>\r\n</configuration>";
    canned.config = Ok(Some(config.as_bytes().to_vec()));
    let collected = collected(&canned, "iis");
    let written = collected.text("applicationHost.config");
    for secret in ["AAECAwQ=", "enc:", "hunter2", "hunter3"] {
        assert!(!written.contains(secret), "{written}");
    }
    assert_eq!(written.lines().count(), config.lines().count());
    assert!(written.contains("userName='CONTOSO\\web' password='' />"), "{written}");
    assert!(written.contains("password = \"\"/>"), "{written}");
    assert!(written.ends_with("<k value=\"a=b\">x=y</k>\r\n</configuration>"), "{written}");
}

#[test]
fn a_configuration_that_is_not_understood_is_not_written() {
    let mut canned = Canned::new();
    canned.config = Ok(Some(vec![0xff, 0xfe, b'<', 0]));
    let collected = collected(&canned, "iis-utf16");
    assert!(collected.state(Dataset::Iis).starts_with("failed: it is not UTF-8"));
    assert!(!collected.folder().join("hosts/cm01.contoso.test/applicationHost.config").exists());
}

#[test]
fn a_computer_that_does_not_answer_fails_in_every_dataset_and_names_the_port() {
    let mut canned = Canned::new();
    canned.computer = Err(Refused::Unreachable("the network path was not found".to_owned()));
    let collected = collected(&canned, "away");
    for state in collected.all_states() {
        assert_eq!(
            state,
            "failed: cannot be reached: the network path was not found; needs the port: cm01:445"
        );
    }
}

#[test]
fn one_dataset_that_fails_stops_no_other() {
    let mut canned = Canned::new();
    canned.groups = Err(Refused::Failed("NetLocalGroupEnum: out of order".to_owned()));
    let collected = collected(&canned, "one-fails");
    assert_eq!(collected.state(Dataset::LocalGroup), "failed: NetLocalGroupEnum: out of order");
    assert_eq!(collected.state(Dataset::Acl), "complete");
}
