use std::path::{Path, PathBuf};

use serde_json::json;

use crate::program::{Said, files, manifest, program, said, scratch};

/// Exports as an administrator would lay them: two at the paths of the format, two elsewhere, one unknown.
fn exports(name: &str) -> PathBuf {
    let folder = scratch(name);
    let write = |path: &str, text: &str| {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("site/SMS_Site.json", r#"[{"SiteCode":"PS1","ServerName":"cm02.contoso.test","Type":2}]"#);
    write("hosts/CM02.contoso.test/registry.reg", "Windows Registry Editor Version 5.00\r\n");
    write(
        "from-ann/reserved.json",
        r#"{"value":[{"__CLASS":"SMS_SCI_Reserved","UserName":"CONTOSO\\naa","ItemName":"CONTOSO\\naa|0","Reserved2":"00AABBCCDDEEFF0011223344"}]}"#,
    );
    write("groups.json", r#"[{"Name":"Administrators","SID":"S-1-5-32-544","Members":[]}]"#);
    write("letter.txt", "Dear colleague");
    folder
}

fn adopt(folder: &Path, more: &[&str]) -> Said {
    let mut args = vec!["adopt", folder.to_str().unwrap()];
    args.extend(more);
    said(program(&args))
}

fn verify(folder: &Path) -> Said {
    said(program(&["verify", folder.to_str().unwrap()]))
}

#[test]
fn what_can_be_seen_is_not_asked() {
    let folder = exports("adopt-seen");
    let said = adopt(&folder, &["--complete", "all", "--account", r"CONTOSO\ann"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let entries = manifest(&folder);
    let of = |dataset: &str, key: &str| entries.get(&(dataset.to_owned(), key.to_owned()));
    assert_eq!(of("SMS_Site", "").unwrap()["files"][0]["rows"], json!(1));
    assert_eq!(of("SMS_SCI_Reserved", "").unwrap()["files"][0]["path"], json!("from-ann/reserved.json"));
    assert_eq!(of("registry", "cm02.contoso.test").unwrap()["status"], json!("complete"));
    assert_eq!(entries.len(), 3, "{entries:#?}");
    assert!(said.out.contains("groups.json: left out: nobody can tell of which computer"), "{}", said.all());
    assert!(said.out.contains("letter.txt: left out"), "{}", said.all());
    assert!(!said.all().contains("AABBCC"));
}

#[test]
fn nothing_is_taken_for_whole_when_nobody_says_so() {
    let folder = exports("adopt-partial");
    assert_eq!(adopt(&folder, &["--complete", "SMS_Site"]).code, 3);
    let entries = manifest(&folder);
    assert_eq!(entries[&("SMS_Site".to_owned(), String::new())]["status"], json!("complete"));
    assert_eq!(entries[&("SMS_SCI_Reserved".to_owned(), String::new())]["status"], json!("partial"));
    let other = exports("adopt-silent");
    assert_eq!(adopt(&other, &[]).code, 3);
    assert!(manifest(&other).values().all(|e| e["status"] == json!("partial")));
}

#[test]
fn secrets_are_told_of_and_cut_when_asked() {
    let folder = exports("adopt-secrets");
    let said = adopt(&folder, &["--complete", "all", "--cut-secrets"]);
    assert!(said.out.contains("1 secrets were cut"), "{}", said.all());
    assert!(!String::from_utf8_lossy(&files(&folder)["from-ann/reserved.json"]).contains("AABBCC"));
    assert_eq!(verify(&folder).code, 3, "two files are not named: {}", verify(&folder).all());
}

#[test]
fn verify_finds_what_was_changed_removed_and_added() {
    let folder = exports("verify");
    std::fs::remove_file(folder.join("letter.txt")).unwrap();
    std::fs::remove_file(folder.join("groups.json")).unwrap();
    assert_eq!(adopt(&folder, &["--complete", "all", "--cut-secrets"]).code, 0);
    let sound = verify(&folder);
    assert!(sound.code == 0 && sound.out.contains("3 files agree"), "{}", sound.all());
    assert_eq!(adopt(&folder, &[]).code, 2, "there is a manifest");

    let site = folder.join("site/SMS_Site.json");
    let before = std::fs::read_to_string(&site).unwrap();
    std::fs::write(&site, before.replace("PS1", "PS2")).unwrap();
    let changed = verify(&folder);
    assert!(changed.code == 3 && changed.out.contains("SMS_Site.json"), "{}", changed.all());

    std::fs::write(&site, "[]").unwrap();
    let shorter = verify(&folder);
    assert!(shorter.code == 3 && shorter.out.contains("states 1 row"), "{}", shorter.all());

    std::fs::write(&site, &before).unwrap();
    std::fs::write(folder.join("more.json"), "[]").unwrap();
    let more = verify(&folder);
    assert!(more.code == 3 && more.out.contains("more.json"), "{}", more.all());
    std::fs::remove_file(folder.join("more.json")).unwrap();

    std::fs::remove_file(&site).unwrap();
    let gone = verify(&folder);
    assert!(gone.code == 3 && gone.out.contains("SMS_Site.json"), "{}", gone.all());
    assert_eq!(verify(&scratch("verify-nowhere")).code, 2);
}
