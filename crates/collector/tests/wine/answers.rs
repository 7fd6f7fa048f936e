use std::path::{Path, PathBuf};

use cmlint_archive::{Options, open};
use serde_json::Value;

use crate::TESTS;
use crate::prefix::{prefix, windows_path};
use crate::program::{Said, manifest, scratch};

fn host_folder(out: &Path) -> PathBuf {
    let mut hosts = std::fs::read_dir(out.join("hosts")).unwrap();
    hosts.next().unwrap().unwrap().path()
}

fn json(out: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(host_folder(out).join(name)).unwrap()).unwrap()
}

fn text(out: &Path, name: &str) -> String {
    let bytes = std::fs::read(host_folder(out).join(name)).unwrap();
    if bytes.starts_with(&[0xff, 0xfe]) {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
        return String::from_utf16(&units).unwrap();
    }
    String::from_utf8(bytes).unwrap()
}

/// Status and reason of a dataset.
fn state(out: &Path, dataset: &str) -> (String, String) {
    let manifest = manifest(out);
    let entry = manifest.iter().find(|((name, _), _)| name == dataset).unwrap().1;
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("why"))
}

fn collected(name: &str, run: impl FnOnce(&[&str]) -> Said) -> (PathBuf, Said) {
    let out = scratch(name);
    let said = run(&["host", "--out", &windows_path(&out)]);
    (out, said)
}

#[test]
fn services_and_registry_are_those_of_the_system() {
    let Some(prefix) = prefix(TESTS) else { return };
    let (out, said) = collected("wine-own", |arguments| prefix.run(arguments));
    assert_eq!(said.code, 3, "{}", said.all());
    let services = json(&out, "services.json");
    let service =
        |name: &str| services.as_array().unwrap().iter().find(|s| s["Name"] == name).cloned().unwrap();
    let log = service("Eventlog");
    assert_eq!((&log["State"], &log["StartMode"]), (&Value::from("Running"), &Value::from("Auto")));
    assert_eq!(log["StartName"], "LocalSystem");
    let executive = service("SMS_EXECUTIVE");
    assert_eq!(
        (&executive["State"], &executive["StartMode"]),
        (&Value::from("Stopped"), &Value::from("Auto"))
    );
    assert_eq!(
        (&executive["StartName"], &executive["PathName"]),
        (&Value::from(r".\svc"), &Value::from(r"C:\cm\smsexec.exe"))
    );
    assert_eq!(state(&out, "services").0, "complete");
    let registry = text(&out, "registry.reg");
    assert!(registry.contains("\"RequireSecuritySignature\"=dword:00000001\r\n"), "{registry}");
    assert!(registry.contains("\"Full Version\"=\"5.00.9106.1000\"\r\n"), "{registry}");
    assert!(!registry.contains("hunter2"), "{registry}");
    let firewall = text(&out, "firewall.reg");
    assert!(firewall.contains("\"In-1\"=\"v2.31|Action=Allow|"), "{firewall}");
    let config = text(&out, "applicationHost.config");
    assert!(config.contains("userName=\"CONTOSO\\web\" password=\"\""), "{config}");
}

#[test]
fn the_bytes_of_a_com_permission_are_read_from_the_registry() {
    let Some(prefix) = prefix(TESTS) else { return };
    let (out, said) = collected("wine-com", |arguments| prefix.run_canned(arguments));
    let acl = text(&out, "acl.csv");
    assert!(
        acl.contains("dcom,MachineLaunchRestriction,ok,O:BAG:BAD:(A;;CCDCSW;;;WD)\r\n"),
        "{acl}\n{}",
        said.all()
    );
    assert!(acl.contains("dcom,MachineAccessRestriction,absent,\r\n"), "{acl}");
}

#[test]
fn groups_rights_and_descriptors_come_through_the_native_calls() {
    let Some(prefix) = prefix(TESTS) else { return };
    let (out, said) = collected("wine-canned-answers", |arguments| prefix.run_canned(arguments));
    assert_eq!(said.code, 3, "{}", said.all());
    let computer = &json(&out, "computer.json")[0];
    assert_eq!((&computer["Name"], &computer["DomainRole"]), (&Value::from("CM02"), &Value::from(3)));
    assert_eq!(
        (&computer["Domain"], &computer["MachineSid"]),
        (&Value::from("contoso.test"), &Value::from("S-1-5-21-11-12-13"))
    );
    let groups = json(&out, "groups.json");
    let names: Vec<&str> = groups.as_array().unwrap().iter().map(|g| g["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Administrators", "SMS Admins", "Hidden"]);
    assert_eq!(groups[0]["SID"], "S-1-5-32-544");
    assert_eq!(groups[0]["Members"][1]["SID"], "S-1-5-21-21-22-23-512");
    assert_eq!(groups[0]["Members"][1]["Name"], "CONTOSO\\Domänen-Admins");
    assert_eq!(groups[0]["Members"][2]["Name"], "S-1-5-21-21-22-23-1777");
    // Windows gives no buffer at all for an empty group.
    assert_eq!(
        (&groups[1]["SID"], &groups[1]["Members"]),
        (&Value::from("S-1-5-21-11-12-13-1004"), &serde_json::json!([]))
    );
    let (status, why) = state(&out, "local-groups");
    assert_eq!(status, "partial");
    assert!(
        why.starts_with("the members of Hidden: access denied; needs the right: local Administrators"),
        "{why}"
    );
    let rights = text(&out, "user-rights.inf");
    assert!(rights.contains("SeServiceLogonRight = *S-1-5-80-0,*S-1-5-21-21-22-23-1105\r\n"), "{rights}");
    assert_eq!(state(&out, "user-rights").0, "complete");
    let acl = text(&out, "acl.csv");
    for row in [
        "ntfs,C:\\cm,ok,O:BAG:SYD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)\r\n",
        "ntfs,C:\\cm\\denied,denied,\r\n",
        "ntfs,C:\\cm\\own,ok,O:BAG:SYD:AI(A;OICI;0x1301bf;;;S-1-5-21-21-22-23-1105)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)\r\n",
        "share,SMS_PS1,ok,O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;WD)\r\n",
        "service,SMS_EXECUTIVE,ok,O:SYG:SYD:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)\r\n",
        "wmi,root\\SMS,absent,\r\n",
    ] {
        assert!(acl.contains(row), "{row}\n{acl}");
    }
    assert!(!acl.contains("inherits"), "{acl}");
}

#[test]
fn the_linter_reads_what_was_written_and_finds_nothing_odd() {
    let Some(prefix) = prefix(TESTS) else { return };
    let (out, said) = collected("wine-read", |arguments| prefix.run_canned(arguments));
    let archive = open(&out, Options { verify: true, ..Options::default() }).ok().unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty(), "{:?}\n{}", snapshot.problems, said.all());
}

#[test]
fn elevation_and_account_are_said() {
    let Some(prefix) = prefix(TESTS) else { return };
    let (out, _) = collected("wine-elevated", |arguments| prefix.run(arguments));
    let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest["collector"]["elevated"].is_boolean(), "{manifest}");
    assert!(manifest["collector"]["account"].as_str().is_some_and(|name| !name.is_empty()), "{manifest}");
}

#[test]
fn computers_that_do_not_answer_fail_side_by_side() {
    let Some(prefix) = prefix(TESTS) else { return };
    let out = scratch("wine-remote");
    let computers = "a.contoso.test,b.contoso.test";
    let said = prefix.run_canned(&["host", "--computer", computers, "--out", &windows_path(&out)]);
    assert_eq!(said.code, 2, "{}", said.all());
    let manifest = manifest(&out);
    for host in ["a.contoso.test", "b.contoso.test"] {
        let entry = &manifest[&("acl".to_owned(), host.to_owned())];
        assert_eq!(entry["status"], "failed");
        let why = entry["why"].as_str().unwrap();
        assert!(why.starts_with("cannot be reached: "), "{why}");
        assert!(why.ends_with(&format!("needs the port: {host}:445")), "{why}");
    }
}
