use std::path::Path;

use cmlint_model::{Dataset, Status};
use serde_json::json;

use crate::program::{Said, files, manifest, program, said, scratch};
use crate::server::{Answer, Server};
use crate::world::World;

pub(crate) fn start(world: World) -> Server {
    serve(Box::new(move |path| world.answer(path)))
}

pub(crate) fn serve(answer: Box<Answer>) -> Server {
    Server::tls("localhost", answer)
}

pub(crate) fn site(server: &Server, out: &Path, more: &[&str]) -> Said {
    let provider = format!("localhost:{}", server.port);
    let mut args = vec!["site", &provider, "--out", out.to_str().unwrap(), "--pin-sha256", &server.pin];
    args.extend(more);
    said(program(&args))
}

#[test]
fn a_site_is_collected_whole() {
    let out = scratch("whole");
    let server = start(World::new());
    let said = site(&server, &out, &["--page-size", "2"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let archive =
        cmlint_archive::open(&out, cmlint_archive::Options { verify: true, ..Default::default() }).unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
    assert!(archive.ignored().is_empty(), "{:?}", archive.ignored());
    for class in World::new().classes.keys().filter(|c| **c != "SMS_Identification") {
        let dataset = Dataset::from_name(class).unwrap();
        let mut said = snapshot.statements().into_iter().filter(|(d, _, _)| *d == dataset).peekable();
        assert_eq!(said.peek().is_some(), dataset.info().typed, "{class}");
        assert!(said.all(|(_, _, statement)| statement.status == Status::Complete), "{class}");
        assert!(snapshot.lazy_holes(dataset).is_empty(), "{class}: {:?}", snapshot.lazy_holes(dataset));
    }
    let entries = manifest(&out);
    assert!(entries.values().all(|e| e["status"] == json!("complete")), "{entries:#?}");
    assert_eq!(entries.len(), World::new().classes.len(), "all classes but one, and the task sequences");
    let role = &entries[&("SMS_Role".to_owned(), String::new())];
    assert_eq!(role["read_by_key"], json!(true));
    assert_eq!(role["files"][0]["rows"], json!(3));
    assert!(role["source"].as_str().unwrap().contains(r"CONTOSO\auditor"), "{role}");
    let text = std::fs::read_to_string(out.join("site/SMS_Role.json")).unwrap();
    assert_eq!(text.matches("GrantedOperations").count(), 3, "{text}");
    let asked = server.asked();
    for expected in [
        "SMS_Role?$top=2&$skip=0",
        "SMS_Role?$top=2&$skip=2",
        "SMS_Role?$top=2&$skip=3",
        "SMS_Role('SMS0003R')",
    ] {
        assert!(asked.iter().any(|a| a.ends_with(expected)), "{expected}: {asked:#?}");
    }
}

#[test]
fn an_object_may_come_in_a_list_of_one() {
    let out = scratch("listed-objects");
    let server = start(World { listed_objects: true, ..World::new() });
    let said = site(&server, &out, &[]);
    assert_eq!(said.code, 0, "{}", said.all());
    let text = std::fs::read_to_string(out.join("site/SMS_Role.json")).unwrap();
    assert!(text.contains("GrantedOperations") && !text.contains("\"value\""), "{text}");
}

#[test]
fn the_sequence_of_a_package_becomes_a_file() {
    let out = scratch("sequence");
    let said = site(&start(World::new()), &out, &["--only", "task-sequence"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let sequence = std::fs::read_to_string(out.join("task-sequences/PS100020.xml")).unwrap();
    assert!(
        sequence.starts_with("<sequence version") && sequence.contains(r"CONTOSO\svc-join"),
        "{sequence}"
    );
    assert!(
        !std::fs::read_to_string(out.join("site/SMS_TaskSequencePackage.json"))
            .unwrap()
            .contains("<sequence")
    );
    assert_eq!(files(&out).len(), 3, "{:?}", files(&out).keys());
}

#[test]
fn a_caller_with_limits_makes_everything_partial() {
    let out = scratch("limits");
    let mut world = World::new();
    for admin in world.classes.get_mut("SMS_Admin").unwrap() {
        admin["IsCovered"] = json!(false);
    }
    let server = start(world);
    let said = site(&server, &out, &[]);
    assert_eq!(said.code, 3, "{}", said.all());
    for ((dataset, _), entry) in manifest(&out) {
        assert_eq!(entry["status"], json!("partial"), "{dataset}");
        let why = entry["why"].as_str().unwrap();
        assert!(why.contains(r"`CONTOSO\auditor`") && why.contains("Read-only Analyst"), "{why}");
    }
    let taken = scratch("limits-taken");
    assert_eq!(site(&server, &taken, &["--sees-all"]).code, 0);
    let source = &manifest(&taken)[&("SMS_Site".to_owned(), String::new())]["source"];
    assert!(source.as_str().unwrap().contains("said to see all"), "{source}");
}

#[test]
fn a_dry_run_asks_nobody_and_writes_nothing() {
    let out = scratch("dry");
    let server = start(World::new());
    let said = site(&server, &out, &["--dry-run"]);
    assert_eq!(said.code, 0, "{}", said.all());
    for expected in [
        "GET wmi/SMS_Admin in pages of 1000, then each object by its key",
        "site/SMS_Admin.json",
        "needs: Read",
    ] {
        assert!(said.out.contains(expected), "{expected}: {}", said.all());
    }
    assert!(server.asked().is_empty() && !out.exists());
}

#[test]
fn a_second_run_adds_and_replaces() {
    let out = scratch("adds");
    let server = start(World::new());
    assert_eq!(site(&server, &out, &["--only", "SMS_Role"]).code, 0);
    assert_eq!(manifest(&out).len(), 1);
    assert_eq!(site(&server, &out, &["--only", "SMS_Admin,SMS_Role"]).code, 0);
    assert_eq!(manifest(&out).len(), 2);
}

#[test]
fn a_failure_does_not_take_the_place_of_what_was_collected() {
    let out = scratch("keeps");
    let whole = start(World::new());
    assert_eq!(site(&whole, &out, &["--only", "SMS_Role"]).code, 0);
    let mut world = World::new();
    world.classes.remove("SMS_Role");
    let said = site(&start(world), &out, &["--only", "SMS_Role"]);
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(said.out.contains("what an earlier run collected stays"), "{}", said.all());
    assert_eq!(manifest(&out)[&("SMS_Role".to_owned(), String::new())]["status"], json!("complete"));
}

#[test]
fn another_hierarchy_and_another_site_are_refused() {
    let out = scratch("mixture");
    assert_eq!(site(&start(World::new()), &out, &["--only", "SMS_Role"]).code, 0);
    let before = files(&out);
    let mut other = World::new();
    other.classes.get_mut("SMS_Site").unwrap()[0]["SiteCode"] = json!("XYZ");
    let said = site(&start(other), &out, &[]);
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(said.err.contains("--allow other-hierarchy") && said.err.contains("XYZ"), "{}", said.all());
    let mut other = World::new();
    other.classes.get_mut("SMS_Identification").unwrap()[0]["ThisSiteCode"] = json!("CAS");
    let other = start(other);
    let said = site(&other, &out, &["--only", "SMS_Role"]);
    assert!(said.code == 2 && said.err.contains("--allow other-site"), "{}", said.all());
    assert_eq!(files(&out), before);
    assert_eq!(site(&other, &out, &["--only", "SMS_Role", "--allow", "other-site"]).code, 0);
}

#[test]
fn a_snapshot_of_another_day_is_refused() {
    let out = scratch("old");
    let server = start(World::new());
    assert_eq!(site(&server, &out, &["--only", "SMS_Role"]).code, 0);
    let manifest = out.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["collected_at"] = json!("2020-02-02T02:02:02Z");
    std::fs::write(&manifest, value.to_string()).unwrap();
    let said = site(&server, &out, &[]);
    assert!(said.code == 2 && said.err.contains("--allow older-snapshot"), "{}", said.all());
    assert_eq!(site(&server, &out, &["--only", "SMS_Role", "--allow", "older-snapshot"]).code, 0);
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let out = scratch("others");
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("thesis.txt"), "mine").unwrap();
    let said = site(&start(World::new()), &out, &[]);
    assert!(said.code == 2 && said.err.contains("adopt"), "{}", said.all());
    assert_eq!(files(&out).len(), 1);
}
