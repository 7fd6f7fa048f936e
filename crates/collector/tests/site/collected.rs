use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::program::{Said, manifest, said, scratch};
use crate::server::Reply;
use crate::web::{Turn, Web, web};
use crate::world::World;

fn with_the_world() -> Option<Turn> {
    let world = World::new();
    web("site against a web server", Box::new(move |path| world.answer(path)))
}

fn site(web: &Web, account: &str, password: &str, out: &Path, more: &[&str]) -> Said {
    let authority = web.realm.authority();
    let mut args = vec!["site", "cm02.contoso.test", "--out", out.to_str().unwrap(), "--ca-file", &authority];
    args.extend(more);
    said(web.program(account, password, &args))
}

fn all_are(out: &Path, status: &str) -> Vec<Value> {
    let entries: Vec<Value> = manifest(out).into_values().collect();
    assert_eq!(entries.len(), World::new().classes.len());
    assert!(entries.iter().all(|e| e["status"] == json!(status)), "{entries:#?}");
    entries
}

const KERBEROS: &[&str] = &["--auth", "kerberos", "--kdc", "dc1.contoso.test"];

#[test]
fn a_site_is_collected_with_kerberos() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let out = scratch("lab-kerberos");
    let said = site(web, "reader@contoso.test", "Passw0rd!4", &out, KERBEROS);
    assert_eq!(said.code, 0, "{}", said.all());
    all_are(&out, "complete");
    assert!(web.log().contains("reader@CONTOSO.TEST 200 GET /AdminService/wmi/SMS_Role("), "{}", web.log());
    let asked = web.asked();
    assert!(
        asked
            .iter()
            .any(|a| a.contains("SMS_SCI_Component(FileType=2,ItemName='SMS_CLIENT_CONFIG_MANAGER%7C"))
    );
}

#[test]
fn a_site_is_collected_with_ntlm() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let out = scratch("lab-ntlm");
    let said = site(web, r"CONTOSO\reader", "Passw0rd!4", &out, &["--auth", "ntlm"]);
    assert_eq!(said.code, 0, "{}", said.all());
    all_are(&out, "complete");
}

#[test]
fn ntlm_helps_where_no_domain_controller_answers() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let closed = "dc1.contoso.test:9";
    let out = scratch("lab-fallback");
    let said = site(web, r"CONTOSO\reader", "Passw0rd!4", &out, &["--kdc", closed]);
    assert_eq!(said.code, 0, "{}", said.all());
    let out = scratch("lab-no-fallback");
    let said = site(web, r"CONTOSO\reader", "Passw0rd!4", &out, &["--kdc", closed, "--auth", "kerberos"]);
    assert_eq!(said.code, 2, "{}", said.all());
    for entry in all_are(&out, "failed") {
        assert!(entry["why"].as_str().unwrap().contains("needs the port: dc1.contoso.test:9"), "{entry}");
    }
}

#[test]
fn a_wrong_password_is_said_once() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let before = web.asked().len();
    for (name, args) in
        [("kerberos", KERBEROS), ("ntlm", &["--auth", "ntlm"]), ("auto", &["--kdc", "dc1.contoso.test"])]
    {
        let out = scratch(&format!("lab-wrong-{name}"));
        let log = web.log().len();
        let said = site(web, "reader@contoso.test", "not-the-password", &out, args);
        assert_eq!(said.code, 2, "{}", said.all());
        for entry in all_are(&out, "failed") {
            assert!(entry["why"].as_str().unwrap().contains("refused the account"), "{entry}");
        }
        assert!(!said.all().contains("not-the-password"));
        let rounds = web.log()[log..].lines().count();
        assert!(rounds <= 3, "{name}: one sign-in has at most three requests: {}", &web.log()[log..]);
    }
    assert_eq!(web.asked().len(), before, "nobody was let in");
}

#[test]
fn a_certificate_of_its_own_is_believed_by_its_hash_only() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let run = |name: &str, belief: &[&str]| {
        let out = scratch(name);
        let mut args =
            vec!["site", "cm02.contoso.test:8443", "--only", "SMS_Role", "--out", out.to_str().unwrap()];
        args.extend(["--auth", "ntlm"]);
        args.extend(belief);
        let said = said(web.program(r"CONTOSO\reader", "Passw0rd!4", &args));
        (said, manifest(&out).into_values().next().unwrap())
    };
    let authority = web.realm.authority();
    let (said, entry) = run("lab-self-signed", &["--ca-file", &authority]);
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(entry["why"].as_str().unwrap().contains("signed its certificate itself"), "{entry}");
    let mut openssl = web.realm.command("openssl");
    openssl
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(web.realm.folder.join("web/self.pem"));
    let said_by_openssl = crate::program::said(openssl).out;
    let hash = said_by_openssl.trim().split_once('=').unwrap().1;
    let (said, entry) = run("lab-pinned", &["--pin-sha256", hash]);
    assert_eq!((said.code, &entry["status"]), (0, &json!("complete")), "{}", said.all());
}

#[test]
fn faults_behind_the_sign_in_are_never_an_empty_whole() {
    let (world, busy) = (World::new(), AtomicU32::new(0));
    let service = Box::new(move |path: &str| {
        if path.contains("SMS_Package?") {
            return Reply::status(403);
        }
        if path.contains("SMS_ADForest") {
            return Reply::status(500);
        }
        if path.contains("SMS_BootImagePackage") && busy.fetch_add(1, Ordering::SeqCst) < 2 {
            return Reply::status(429);
        }
        if path.contains("SMS_DistributionPointInfo") {
            let mut reply = world.answer(path);
            reply.cut = true;
            reply.headers.push(("Retry-After", "0".to_owned()));
            return reply;
        }
        if path.contains("SMS_Role('SMS0002R')") {
            return Reply::status(403);
        }
        world.answer(path)
    });
    let Some(Turn { web, .. }) = &web("site against a web server", service) else { return };
    let out = scratch("lab-faults");
    let said = site(web, r"CONTOSO\reader", "Passw0rd!4", &out, &["--auth", "ntlm"]);
    assert_eq!(said.code, 3, "{}", said.all());
    let entries = manifest(&out);
    let of = |class: &str| entries[&(class.to_owned(), String::new())].clone();
    for (class, status, why) in [
        ("SMS_Package", "failed", "403"),
        ("SMS_ADForest", "failed", "500"),
        ("SMS_BootImagePackage", "complete", ""),
        ("SMS_DistributionPointInfo", "failed", ""),
        ("SMS_Role", "partial", "1 of 3"),
        ("SMS_Collection", "complete", ""),
    ] {
        let entry = of(class);
        assert_eq!(entry["status"], json!(status), "{entry}");
        assert!(entry["why"].as_str().unwrap_or_default().contains(why), "{entry}");
    }
}

#[cfg(feature = "gssapi")]
#[test]
fn the_tickets_of_the_signed_in_user_are_enough() {
    let Some(Turn { web, .. }) = &with_the_world() else { return };
    let tickets = web.realm.tickets("reader@CONTOSO.TEST", "Passw0rd!4");
    let out = scratch("lab-tickets");
    let authority = web.realm.authority();
    let args = ["site", "cm02.contoso.test", "--ca-file", &authority, "--out", out.to_str().unwrap()];
    let mut command = web.program("", "", &args);
    command.env("KRB5CCNAME", &tickets);
    let said = said(command);
    assert_eq!(said.code, 0, "{}", said.all());
    all_are(&out, "complete");
}
