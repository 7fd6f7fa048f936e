use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::program::{Said, manifest, program, said, scratch};
use crate::sql_results::{results, views};

const ALL_RIGHTS: &str = r#""1","1","1""#;

fn take_in(name: &str, text: &str) -> (Said, PathBuf) {
    let file = scratch(&format!("{name}.txt"));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    let out = scratch(name);
    (run(&file, &out, "cm02.contoso.test"), out)
}

fn run(file: &Path, out: &Path, server: &str) -> Said {
    said(program(&[
        "sql",
        "--server",
        server,
        "--database",
        "CM_PS1",
        "--results",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]))
}

fn entry(out: &Path, view: &str) -> Value {
    let entries = manifest(out);
    let mut found = entries.into_iter().filter(|((dataset, _), _)| dataset == view);
    found.next().unwrap().1
}

#[test]
fn results_become_one_file_for_each_view() {
    let (said, out) = take_in("sql-whole", &results(&views(), ALL_RIGHTS));
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(manifest(&out).len(), 9);
    let archive =
        cmlint_archive::open(&out, cmlint_archive::Options { verify: true, ..Default::default() }).unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty() && archive.ignored().is_empty(), "{:?}", snapshot.problems);
    assert_eq!(snapshot.count(cmlint_model::Dataset::SqlServerPrincipal), 4);
    let logins = entry(&out, "sql.server_principals");
    assert_eq!(
        (&logins["scope"]["key"], &logins["files"][0]["rows"]),
        (&json!("cm02.contoso.test/master"), &json!(4))
    );
    let users = entry(&out, "sql.database_principals");
    assert_eq!(users["scope"]["key"], json!("cm02.contoso.test/cm_ps1"));
}

#[test]
fn an_output_that_was_cut_is_partial_and_what_follows_has_failed() {
    let whole = results(&views(), ALL_RIGHTS);
    let at = whole.find("\"16384\",\"db_owner\",\"DATABASE_ROLE\"").unwrap();
    let (said, out) = take_in("sql-cut", &whole[..at + 10]);
    assert_eq!(said.code, 3, "{}", said.all());
    let cut = entry(&out, "sql.database_principals");
    assert_eq!((&cut["status"], &cut["files"][0]["rows"]), (&json!("partial"), &json!(1)));
    assert!(cut["why"].as_str().unwrap().contains("end after 1 rows"), "{cut}");
    assert_eq!(entry(&out, "sql.database_permissions")["status"], json!("failed"));
    assert_eq!(entry(&out, "sql.databases")["status"], json!("complete"));
}

#[test]
fn a_row_that_got_lost_is_missed() {
    let text =
        results(&views(), ALL_RIGHTS).replace("\"3\",\"sysadmin\",\"260\",\"CONTOSO\\CM02$\"   \r\n", "");
    let (_, out) = take_in("sql-lost", &text);
    let entry = entry(&out, "sql.server_role_members");
    assert_eq!(entry["status"], json!("partial"), "{entry}");
    assert!(
        entry["why"].as_str().unwrap().contains("1 rows")
            && entry["why"].as_str().unwrap().contains("counted 2")
    );
}

#[test]
fn a_login_that_sees_little_makes_everything_partial() {
    let (said, out) = take_in("sql-plain", &results(&views(), r#""0","0","0""#));
    assert_eq!(said.code, 3, "{}", said.all());
    for (_, entry) in manifest(&out) {
        assert_eq!(entry["status"], json!("partial"), "{entry}");
        assert!(entry["why"].as_str().unwrap().contains("VIEW"), "{entry}");
    }
}

#[test]
fn what_the_server_refused_has_failed_with_its_words() {
    let text = results(&views(), ALL_RIGHTS).replace(
        "#begin sql.databases\r\n\r\n",
        "#begin sql.databases\r\nMsg 300, Level 14, State 1, Server CM02, Line 1\r\nVIEW SERVER STATE permission was denied\r\n",
    );
    let (_, out) = take_in("sql-refused", &text);
    let entry = entry(&out, "sql.databases");
    assert!(
        entry["status"] == json!("failed") && entry["why"].as_str().unwrap().contains("Msg 300"),
        "{entry}"
    );
}

#[test]
fn results_of_another_server_are_refused() {
    let file = scratch("sql-other.txt");
    std::fs::write(&file, results(&views(), ALL_RIGHTS)).unwrap();
    let out = scratch("sql-other");
    let said = run(&file, &out, "sql77.contoso.test");
    assert!(said.code == 2 && said.err.contains("sql77") && !out.exists(), "{}", said.all());
    std::fs::write(&file, "line\n----\n").unwrap();
    let said = run(&file, &out, "cm02.contoso.test");
    assert!(said.code == 2 && said.err.contains("no results of the script"), "{}", said.all());
}

#[test]
fn without_results_the_script_is_printed() {
    let said = said(program(&["sql", "--server", "cm02.contoso.test", "--database", "CM_PS1"]));
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("sqlcmd -S cm02.contoso.test") && said.out.contains("#begin sql.databases"));
    let bad = crate::program::said(program(&["sql", "--server", "x; DROP", "--database", "CM_PS1"]));
    assert_eq!(bad.code, 2, "{}", bad.all());
}
