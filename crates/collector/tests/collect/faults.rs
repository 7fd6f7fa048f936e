use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::program::{files, manifest, program, said, scratch};
use crate::server::{Reply, Server, closed_port};
use crate::site::{serve, site, start};
use crate::world::World;

/// A server of the whole world in which paths that hold `part` are answered by `fault`, counted from 0.
fn with_fault(part: &'static str, fault: fn(usize) -> Option<Reply>) -> Server {
    let (world, count) = (World::new(), AtomicUsize::new(0));
    serve(Box::new(move |path| {
        let reply = path.contains(part).then(|| fault(count.fetch_add(1, Ordering::SeqCst))).flatten();
        reply.unwrap_or_else(|| world.answer(path))
    }))
}

/// Collects the class and gives the statement about it and the exit code.
fn collected(name: &str, server: &Server, class: &str, more: &[&str]) -> (Value, i32) {
    let out = scratch(name);
    let mut args = vec!["--only", class];
    args.extend(more);
    let said = site(server, &out, &args);
    let entry =
        manifest(&out).remove(&(class.to_owned(), String::new())).unwrap_or_else(|| panic!("{}", said.all()));
    let text = entry.to_string();
    assert!(!text.contains("pass-of-the-auditor") && !said.all().contains("pass-of-the-auditor"));
    (entry, said.code)
}

fn why(entry: &Value) -> &str {
    entry["why"].as_str().unwrap_or_default()
}

#[test]
fn a_refused_class_fails_with_the_right_that_it_needs_and_is_asked_once() {
    let server = with_fault("SMS_Package?", |_| Some(Reply::status(403)));
    let (entry, code) = collected("forbidden", &server, "SMS_Package", &[]);
    assert_eq!((code, &entry["status"]), (2, &json!("failed")));
    assert!(why(&entry).contains("403") && why(&entry).contains("needs the right: Read on"), "{entry}");
    assert!(entry.get("files").is_none(), "{entry}");
    assert_eq!(server.asked().iter().filter(|a| a.contains("SMS_Package?")).count(), 1);
}

#[test]
fn a_busy_server_is_asked_again() {
    for (name, status) in [("busy", 429), ("broken", 500), ("away", 503)] {
        let server = match status {
            429 => with_fault("SMS_Package?", |n| (n < 3).then(|| Reply::status(429))),
            500 => with_fault("SMS_Package?", |n| (n < 3).then(|| Reply::status(500))),
            _ => with_fault("SMS_Package?", |n| (n < 3).then(|| Reply::status(503))),
        };
        let (entry, code) = collected(name, &server, "SMS_Package", &[]);
        assert_eq!((code, &entry["status"]), (0, &json!("complete")), "{entry}");
    }
}

#[test]
fn a_server_that_stays_broken_fails_after_five_tries() {
    let server = with_fault("SMS_Package?", |_| Some(Reply::status(500)));
    let (entry, code) = collected("stays-broken", &server, "SMS_Package", &[]);
    assert_eq!((code, &entry["status"]), (2, &json!("failed")));
    assert!(why(&entry).contains("500"), "{entry}");
    assert_eq!(server.asked().iter().filter(|a| a.contains("SMS_Package?")).count(), 5);
}

#[test]
fn an_answer_that_ends_in_the_middle_is_asked_for_again() {
    let server = with_fault("SMS_Package?", |n| {
        let mut reply = Reply::json(&json!({"value": [{"PackageID": "PS100001", "Name": "x".repeat(4000)}]}));
        reply.cut = true;
        (n == 0).then_some(reply)
    });
    let (entry, _) = collected("cut-once", &server, "SMS_Package", &[]);
    assert_eq!(entry["status"], json!("complete"), "{entry}");
    assert_eq!(entry["files"][0]["rows"], json!(1));
}

#[test]
fn pages_before_a_fault_are_kept_and_partial() {
    let server = with_fault("SMS_Collection?$top=1&$skip=1", |_| Some(Reply::status(403)));
    let (entry, code) = collected("second-page", &server, "SMS_Collection", &["--page-size", "1"]);
    assert_eq!((code, &entry["status"]), (3, &json!("partial")));
    assert_eq!(entry["files"][0]["rows"], json!(1));
    assert!(why(&entry).contains("only the first 1 rows"), "{entry}");
}

#[test]
fn objects_that_are_refused_by_key_are_partial() {
    let server = with_fault("SMS_Role('SMS0002R')", |_| Some(Reply::status(403)));
    let (entry, code) = collected("one-key", &server, "SMS_Role", &[]);
    assert_eq!((code, &entry["status"]), (3, &json!("partial")));
    assert_eq!((&entry["files"][0]["rows"], entry.get("read_by_key")), (&json!(3), None));
    assert!(why(&entry).contains("1 of 3") && why(&entry).contains("Operations"), "{entry}");
}

#[test]
fn a_provider_that_reads_nothing_by_key_is_not_asked_for_each_object() {
    let mut world = World::new();
    let roles = world.classes.get_mut("SMS_Role").unwrap();
    *roles = (0..200).map(|n| json!({"RoleID": format!("PS1{n:05}"), "Operations": [1]})).collect();
    let server =
        serve(Box::new(
            move |path| {
                if path.contains("SMS_Role(") { Reply::status(404) } else { world.answer(path) }
            },
        ));
    let (entry, _) = collected("no-keys", &server, "SMS_Role", &["--connections", "1"]);
    assert_eq!(entry["status"], json!("partial"), "{entry}");
    assert_eq!(server.asked().iter().filter(|a| a.contains("SMS_Role(")).count(), 5);
}

#[test]
fn an_empty_list_where_every_site_has_rows_is_a_failure() {
    let mut world = World::new();
    world.classes.get_mut("SMS_SCI_SysResUse").unwrap().clear();
    let (entry, code) = collected("shows-nothing", &start(world), "SMS_SCI_SysResUse", &[]);
    assert_eq!((code, &entry["status"]), (2, &json!("failed")));
    assert!(why(&entry).contains("every site has some"), "{entry}");
}

#[test]
fn an_empty_list_where_there_may_be_none_is_complete() {
    let (entry, code) = collected("none", &start(World::new()), "SMS_SCI_Address", &[]);
    assert_eq!((code, &entry["status"], &entry["files"][0]["rows"]), (0, &json!("complete"), &json!(0)));
}

#[test]
fn what_is_no_list_is_a_failure() {
    for (name, body) in
        [("html", "<html>IIS</html>"), ("error", r#"{"error":{"message":"no"}}"#), ("half", r#"{"value":[{"#)]
    {
        let world = World::new();
        let server = serve(Box::new(move |path| {
            if path.contains("SMS_Package?") {
                Reply { status: 200, headers: Vec::new(), body: body.into(), cut: false }
            } else {
                world.answer(path)
            }
        }));
        let (entry, _) = collected(name, &server, "SMS_Package", &[]);
        assert_eq!(entry["status"], json!("failed"), "{body}: {entry}");
    }
}

#[test]
fn a_provider_that_cannot_skip_gives_no_endless_list() {
    let world = World::new();
    let server = serve(Box::new(move |path| world.answer(path.split("&$skip").next().unwrap())));
    let (entry, _) = collected("no-skip", &server, "SMS_Collection", &["--page-size", "2"]);
    assert_eq!(entry["status"], json!("partial"), "{entry}");
    let (entry, _) = collected("no-skip-short", &server, "SMS_Collection", &["--page-size", "3"]);
    assert_eq!((&entry["status"], &entry["files"][0]["rows"]), (&json!("complete"), &json!(2)));
}

#[test]
fn one_class_that_fails_does_not_stop_the_others() {
    let out = scratch("others-go-on");
    let server = with_fault("SMS_Admin", |_| Some(Reply::status(403)));
    let said = site(&server, &out, &["--sees-all"]);
    assert_eq!(said.code, 3, "{}", said.all());
    let entries = manifest(&out);
    let failed: Vec<&String> =
        entries.iter().filter(|(_, e)| e["status"] != json!("complete")).map(|(k, _)| &k.0).collect();
    assert_eq!(failed, ["SMS_Admin"], "{}", said.all());
}

#[test]
fn a_server_that_offers_no_sign_in_is_asked_once() {
    let out = scratch("no-sign-in");
    let server = serve(Box::new(|_| Reply::status(401)));
    let said = site(&server, &out, &[]);
    assert_eq!(said.code, 2, "{}", said.all());
    assert_eq!(server.asked().len(), 1, "{:?}", server.asked());
    for ((dataset, _), entry) in manifest(&out) {
        assert_eq!(entry["status"], json!("failed"), "{dataset}");
        assert!(why(&entry).contains("offers no sign-in"), "{entry}");
    }
}

#[test]
fn a_certificate_is_believed_by_its_authority_or_by_its_hash_only() {
    let server = start(World::new());
    let authority = scratch("authority.pem");
    std::fs::write(&authority, &server.authority).unwrap();
    let authority = authority.to_str().unwrap();
    let provider = format!("localhost:{}", server.port);
    let by_address = format!("127.0.0.1:{}", server.port);
    let wrong = "00".repeat(32);
    let cases: [(&str, &[&str], i32, &str); 5] = [
        (&provider, &["--ca-file", authority], 0, ""),
        (&provider, &["--pin-sha256", &server.pin.to_uppercase()], 0, ""),
        (&provider, &["--pin-sha256", &wrong], 2, &server.pin),
        (&by_address, &["--ca-file", authority], 2, "another name"),
        (&provider, &["--ca-file", "/nowhere.pem"], 2, "/nowhere.pem"),
    ];
    for (at, (provider, belief, code, text)) in cases.into_iter().enumerate() {
        let out = scratch(&format!("belief-{at}"));
        let mut args = vec!["site", provider, "--only", "SMS_Role", "--out", out.to_str().unwrap()];
        args.extend(belief);
        let said = said(program(&args));
        assert_eq!(said.code, code, "{belief:?}: {}", said.all());
        assert!(said.all().contains(text), "{belief:?}: {}", said.all());
        if code == 2 && out.join("manifest.json").exists() && !belief.contains(&"/nowhere.pem") {
            let entry = &manifest(&out)[&("SMS_Role".to_owned(), String::new())];
            assert!(why(entry).contains("--pin-sha256"), "{entry}");
        }
    }
    assert!(!server.asked().is_empty());
}

#[test]
fn a_closed_port_is_named() {
    let out = scratch("closed");
    let provider = format!("localhost:{}", closed_port());
    let said =
        said(program(&["site", &provider, "--out", out.to_str().unwrap(), "--pin-sha256", &"00".repeat(32)]));
    assert_eq!(said.code, 2, "{}", said.all());
    for (_, entry) in manifest(&out) {
        assert_eq!(entry["status"], json!("failed"));
        assert!(why(&entry).contains(&format!("needs the port: {provider}")), "{entry}");
    }
    assert_eq!(files(&out).len(), 1);
}

#[test]
fn without_an_account_and_a_terminal_there_is_nobody_to_ask() {
    let out = scratch("no-account");
    let server = start(World::new());
    let provider = format!("localhost:{}", server.port);
    let mut command =
        program(&["site", &provider, "--out", out.to_str().unwrap(), "--pin-sha256", &server.pin]);
    command.env_remove("CMLINT_COLLECT_USER").env_remove("CMLINT_COLLECT_PASSWORD");
    if cfg!(windows) || cfg!(feature = "gssapi") {
        command.arg("--ask");
    }
    let said = said(command);
    assert!(said.code == 2 && said.err.contains("CMLINT_COLLECT_USER"), "{}", said.all());
    assert!(server.asked().is_empty());
}
