use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::linter::linter;
use crate::prefix::{prefix, windows_path};
use crate::program::{Said, manifest, program, said, scratch};
use crate::realm::{DOMAIN, SERVER};
use crate::sql_results::{results, views};
use crate::web::{Web, web};
use crate::world::World;

const TESTS: &str = "the collection of a site, a computer, a database and a domain into one folder";

/// A site whose server and accounts are those of the realm.
fn world() -> World {
    let mut world = World::new();
    world.classes.get_mut("SMS_Site").unwrap()[0]["InstallDir"] = json!(r"C:\cm");
    let admins = world.classes.get_mut("SMS_Admin").unwrap();
    admins[1]["LogonName"] = json!(r"CONTOSO\CM-Admins");
    admins[1]["AdminSid"] = json!(format!("{DOMAIN}-1116"));
    world
}

/// What the linter says, as JSON.
fn asked(out: &Path, command: &str) -> (Value, i32) {
    let mut linter = linter();
    linter.args([command, "--output", "json"]).arg(out);
    let said = said(linter);
    let code = said.code;
    (serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.all())), code)
}

fn site(web: &Web, out: &Path) -> Said {
    let authority = web.realm.authority();
    let args = [
        "site",
        "cm02.contoso.test",
        "--out",
        out.to_str().unwrap(),
        "--ca-file",
        &authority,
        "--kdc",
        SERVER,
    ];
    said(web.program("reader@contoso.test", "Passw0rd!4", &args))
}

fn directory(web: &Web, out: &Path) -> Said {
    let authority = web.realm.authority();
    let args = ["directory", "--server", SERVER, "--out", out.to_str().unwrap(), "--ca-file", &authority];
    said(web.program("reader@contoso.test", "Passw0rd!4", &args))
}

fn sql(out: &Path) -> Said {
    let file = scratch("round-sql.txt");
    std::fs::write(&file, results(&views(), r#""1","1","1""#)).unwrap();
    let of = ["sql", "--server", "cm02.contoso.test", "--database", "CM_PS1"];
    let files = ["--results", file.to_str().unwrap(), "--out", out.to_str().unwrap()];
    said(program(&[&of[..], &files].concat()))
}

#[test]
fn everything_comes_into_one_folder_and_the_linter_misses_nothing_of_it() {
    let world = world();
    let Some(turn) = web(TESTS, Box::new(move |path| world.answer(path))) else { return };
    let Some(prefix) = prefix(TESTS) else { return };
    let out = scratch("round");
    let host = |arguments: &[&str]| prefix.run_canned_whole(arguments);
    for (said, code) in [
        (site(turn.web, &out), 0),
        // Wine has no descriptors of WMI namespaces.
        (host(&["host", "--out", &windows_path(&out)]), 3),
        (sql(&out), 0),
        (directory(turn.web, &out), 0),
    ] {
        assert_eq!(said.code, code, "{}", said.all());
    }

    let verified = said(program(&["verify", out.to_str().unwrap()]));
    assert_eq!(verified.code, 0, "{}", verified.all());

    let entries = manifest(&out);
    let complete: BTreeSet<(String, String)> =
        entries.iter().filter(|(_, e)| e["status"] == json!("complete")).map(|(k, _)| k.clone()).collect();
    let open: Vec<_> = entries.keys().filter(|key| !complete.contains(key)).collect();
    assert_eq!(open, [&("acl".to_owned(), "cm02.contoso.test".to_owned())]);
    let why = entries[open[0]]["why"].as_str().unwrap();
    assert!(why.contains("WMI"), "{why}");

    let (report, code) = asked(&out, "check");
    assert!([0, 1, 3].contains(&code), "{code}");
    assert_eq!(report["problems"], json!([]), "{report}");
    let mut evaluated = 0;
    for lint in report["lints"].as_array().unwrap() {
        for gap in lint["gaps"].as_array().unwrap() {
            let key = |field: &Value| field.as_str().unwrap_or_default().to_owned();
            let of = (key(&gap["dataset"]), key(&gap["scope"]["key"]));
            // What the made-up rows of the site do not say is no hole of the collection.
            let of_the_rows =
                of.1.is_empty() && gap["status"] == json!("partial") && gap["property"].is_null();
            if of_the_rows {
                continue;
            }
            assert!(!complete.contains(&of), "{} misses what was collected: {gap}", lint["id"]);
        }
        evaluated += u32::from(lint["gaps"].as_array().unwrap().is_empty());
    }
    assert!(evaluated > 50, "{evaluated} lints had all that they need");
}
