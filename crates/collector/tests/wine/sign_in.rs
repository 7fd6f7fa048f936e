use std::path::Path;

use serde_json::json;

use crate::TESTS;
use crate::prefix::{Prefix, prefix, windows_path};
use crate::program::{Said, manifest, said, scratch};
use crate::realm::SERVER;
use crate::web::{Turn, web};
use crate::world::World;

/// Collects a site with an account and its password.
fn site(prefix: &Prefix, account: &str, password: &str, out: &Path, more: &[&str]) -> Said {
    let authority = windows_path(Path::new(&prefix.realm.authority()));
    let out = windows_path(out);
    let mut arguments = vec!["site", "cm02.contoso.test", "--out", &out, "--ca-file", &authority];
    arguments.extend(more);
    let mut command = prefix.program(&arguments);
    command.env("CMLINT_COLLECT_USER", account).env("CMLINT_COLLECT_PASSWORD", password);
    said(command)
}

fn with_the_world() -> Option<(Turn, &'static Prefix)> {
    let world = World::new();
    let turn = web(TESTS, Box::new(move |path| world.answer(path)))?;
    Some((turn, prefix(TESTS)?))
}

#[test]
fn a_site_is_collected_with_kerberos_and_with_ntlm() {
    let Some((turn, prefix)) = with_the_world() else { return };
    for (protocol, account, more) in [
        ("kerberos", "reader@contoso.test", &["--auth", "kerberos", "--kdc", "dc1.contoso.test"][..]),
        ("ntlm", r"CONTOSO\reader", &["--auth", "ntlm"][..]),
    ] {
        let out = scratch(&format!("wine-site-{protocol}"));
        let before = turn.web.log().len();
        let said = site(prefix, account, "Passw0rd!4", &out, more);
        assert_eq!(said.code, 0, "{protocol}: {}", said.all());
        let entries = manifest(&out);
        assert_eq!(entries.len(), World::new().classes.len());
        assert!(entries.values().all(|e| e["status"] == json!("complete")), "{entries:#?}");
        let log = &turn.web.log()[before..];
        let let_in =
            if protocol == "kerberos" { "reader@CONTOSO.TEST 200 GET" } else { r"CONTOSO\\reader 200 GET" };
        assert!(log.contains(let_in), "{protocol}: {log}");
    }
}

#[test]
fn a_wrong_password_is_said() {
    let Some((_turn, prefix)) = with_the_world() else { return };
    let out = scratch("wine-site-wrong");
    let said = site(prefix, r"CONTOSO\reader", "not-the-password", &out, &["--auth", "ntlm"]);
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(!said.all().contains("not-the-password"));
    for entry in manifest(&out).into_values() {
        assert!(entry["why"].as_str().unwrap().contains("refused the account"), "{entry}");
    }
}

#[test]
fn a_directory_is_collected_over_ldaps_and_starttls() {
    let Some(prefix) = prefix(TESTS) else { return };
    let authority = windows_path(Path::new(&prefix.realm.authority()));
    for (name, protection) in [("wine-ldaps", None), ("wine-starttls", Some("--starttls"))] {
        let folder = scratch(name);
        let out = windows_path(&folder);
        let mut arguments = vec!["directory", "--out", &out, "--server", SERVER, "--ca-file", &authority];
        arguments.extend(["--about", r"CONTOSO\svc-push"]);
        arguments.extend(protection);
        let mut command = prefix.program(&arguments);
        command
            .env("CMLINT_COLLECT_USER", "reader@contoso.test")
            .env("CMLINT_COLLECT_PASSWORD", "Passw0rd!4");
        let said = said(command);
        assert_eq!(said.code, 0, "{name}: {}", said.all());
        let lookups = std::fs::read_to_string(folder.join("directory/contoso.test.lookups.csv")).unwrap();
        assert!(lookups.contains(r"CONTOSO\svc-push,found,"), "{lookups}");
    }
}
