//! Input that is wrong, broken or hostile: a clear error or a hole, nothing lost, nothing executed.

use std::io::Write;
use std::path::Path;

use crate::program::{Said, cmlint, scratch};

const ROLE: &str = "<SMS_Roles>\r\n  <SMS_Role CopiedFromID=\"SMS0009R\" RoleName=\"Packaging\" RoleDescription=\"\">\r\n    \
                    <Operations>\r\n      <Operation GrantedOperations=\"1\" ObjectTypeID=\"6\" />\r\n    </Operations>\r\n  \
                    </SMS_Role>\r\n</SMS_Roles>";

fn check(path: &Path) -> Said {
    sound(cmlint(&["check", path.to_str().unwrap()]))
}

/// What holds for every input: no panic, nothing for the terminal to execute.
fn sound(said: Said) -> Said {
    assert!(!said.all().contains("panicked"), "{}", said.all());
    for text in [&said.out, &said.err] {
        let raw = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert!(raw.is_none(), "a control character {raw:?} reached the terminal:\n{text}");
        assert!(!text.contains('\u{202e}'), "a bidirectional mark reached the terminal:\n{text}");
    }
    said
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn manifest(entries: &str) -> String {
    format!(
        "{{\"format\": \"cmlint-snapshot\", \"version\": 1, \"collected_at\": \"2026-03-02T08:15:00Z\", \"datasets\": [{entries}]}}"
    )
}

#[test]
fn a_path_that_does_not_exist_is_named_and_a_near_one_suggested() {
    let folder = scratch("near");
    write(&folder, "role.xml", ROLE);
    let said = check(&folder.join("role.xlm"));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("does not exist") && said.err.contains("role.xml"), "{}", said.err);
}

#[test]
fn an_empty_folder_and_an_unknown_file_hold_nothing_known() {
    let folder = scratch("nothing");
    assert_eq!(check(&folder).code, 4);
    let file = write(&folder, "notes.txt", "buy milk");
    let said = check(&file);
    assert_eq!(said.code, 4);
    assert!(said.err.contains("notes.txt"), "{}", said.err);
}

#[test]
fn a_file_is_the_same_in_any_encoding_and_on_one_line() {
    let folder = scratch("encodings");
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(ROLE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let one_line: String = ROLE.replace("\r\n", "");
    let with_mark = [&[0xEF, 0xBB, 0xBF], ROLE.as_bytes()].concat();
    let lf = ROLE.replace("\r\n", "\n");
    let verdicts = |name: &str, bytes: &[u8]| {
        let path = write(&folder, name, bytes);
        let said = sound(cmlint(&["check", path.to_str().unwrap(), "-o", "json"]));
        assert_eq!(said.code, 0, "{name}: {}", said.all());
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        report["lints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| format!("{} {}", l["id"], l["outcome"]))
            .collect::<Vec<_>>()
    };
    let plain = verdicts("a.xml", ROLE.as_bytes());
    assert_eq!(plain, verdicts("b.xml", &utf16));
    assert_eq!(plain, verdicts("c.xml", one_line.as_bytes()));
    assert_eq!(plain, verdicts("d.xml", &with_mark));
    assert_eq!(plain, verdicts("e.xml", lf.as_bytes()));
}

#[test]
fn a_loose_file_that_is_cut_short_is_not_judged_and_its_place_is_named() {
    let folder = scratch("cut");
    let path = write(&folder, "role.xml", &ROLE[..ROLE.len() / 2]);
    let said = check(&path);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.out.contains("role.xml:"), "{}", said.out);
}

#[test]
fn a_manifest_that_cannot_be_trusted_stops_the_program_with_a_place() {
    for (name, text) in [
        ("broken", "{\"format\": \"cmlint-snapshot\", ".to_owned()),
        ("newer", manifest("").replace("\"version\": 1", "\"version\": 2")),
        (
            "outside",
            manifest(
                "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"../secret.json\"}]}",
            ),
        ),
        (
            "absolute",
            manifest(
                "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"/etc/passwd\"}]}",
            ),
        ),
        (
            "drive",
            manifest(
                "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"C:\\\\x.json\"}]}",
            ),
        ),
        (
            "status",
            manifest(
                "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"fine\"}",
            ),
        ),
    ] {
        let folder = scratch(&format!("manifest-{name}"));
        write(&folder, "manifest.json", &text);
        let said = check(&folder);
        assert_eq!(said.code, 2, "{name}: {}", said.all());
        assert!(said.err.contains("manifest.json:1:"), "{name}: {}", said.err);
    }
}

#[test]
fn a_file_that_the_manifest_names_and_that_is_not_there_is_a_hole() {
    let folder = scratch("missing");
    write(
        &folder,
        "manifest.json",
        manifest(
            "{\"dataset\": \"SMS_Admin\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"site/SMS_Admin.json\"}]}",
        ),
    );
    let said = check(&folder);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.out.contains("SMS_Admin.json"), "{}", said.out);
}

#[test]
fn a_row_count_that_disagrees_is_a_hole() {
    let folder = scratch("rows");
    write(
        &folder,
        "manifest.json",
        manifest(
            "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"a.json\", \"rows\": 2}]}",
        ),
    );
    write(&folder, "a.json", "[{\"SiteCode\": \"PS1\"}]");
    let said = check(&folder);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.out.contains("2 rows"), "{}", said.out);
}

#[test]
fn a_file_over_the_limit_is_a_hole_and_an_input_over_it_an_error() {
    let folder = scratch("limits");
    write(&folder, "role.xml", ROLE);
    write(&folder, "other.xml", "<SMS_Roles></SMS_Roles>");
    let path = folder.to_str().unwrap();
    let said = sound(cmlint(&["check", path, "--max-file-size", "100"]));
    assert!(said.all().contains("role.xml") && said.all().contains("--max-file-size"), "{}", said.all());
    // Letters beyond ASCII have one byte here and two as UTF-8.
    let page = [b"<SMS_Roles>".as_slice(), &[0xE9; 80], b"</SMS_Roles>"].concat();
    std::fs::write(folder.join("page.xml"), page).unwrap();
    let said = sound(cmlint(&["check", path, "--max-file-size", "150"]));
    assert!(said.all().contains("page.xml") && said.all().contains("as UTF-8"), "{}", said.all());
    std::fs::remove_file(folder.join("page.xml")).unwrap();
    assert_eq!(sound(cmlint(&["check", path, "--max-total-size", "100"])).code, 2);
    assert_eq!(sound(cmlint(&["check", path, "--max-files", "1"])).code, 2);
}

#[test]
fn a_zip_bomb_is_not_unpacked() {
    let folder = scratch("bomb");
    let path = folder.join("bomb.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("role.xml", options).unwrap();
    zip.write_all(ROLE.as_bytes()).unwrap();
    zip.start_file("bomb.xml", options).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&zeros).unwrap();
    }
    zip.start_file("../outside.xml", options).unwrap();
    zip.write_all(ROLE.as_bytes()).unwrap();
    zip.finish().unwrap();
    let said = sound(cmlint(&["check", path.to_str().unwrap(), "--verbose"]));
    assert!(said.all().contains("bomb.xml") && said.all().contains("times its size"), "{}", said.all());
    assert!(said.all().contains("points outside"), "{}", said.all());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = scratch("links");
    write(&folder, "real/role.xml", ROLE);
    write(&folder, "snapshot/other.xml", ROLE);
    std::os::unix::fs::symlink(folder.join("real"), folder.join("snapshot/link")).unwrap();
    std::os::unix::fs::symlink(folder.join("real/role.xml"), folder.join("snapshot/role.xml")).unwrap();
    let said = sound(cmlint(&["check", folder.join("snapshot").to_str().unwrap(), "--verbose"]));
    assert!(said.err.contains("links are never followed"), "{}", said.all());
}

#[test]
fn deep_nesting_does_not_end_the_program() {
    let folder = scratch("deep");
    write(
        &folder,
        "manifest.json",
        manifest(
            "{\"dataset\": \"SMS_Admin\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \"files\": [{\"path\": \"a.json\"}]}",
        ),
    );
    write(&folder, "a.json", "[".repeat(1_000_000));
    let said = check(&folder);
    assert_eq!(said.code, 3, "{}", said.all());
    let xml = write(&folder, "deep.xml", format!("<SMS_Roles>{}", "<a>".repeat(1_000_000)));
    assert_eq!(check(&xml).code, 3);
}

#[test]
fn names_cannot_speak_to_the_terminal() {
    let folder = scratch("hostile");
    let role = ROLE
        .replace("RoleName=\"Packaging\"", "RoleName=\"evil&#x1b;[2J&#x202e;&#7;name\"")
        .replace("ObjectTypeID=\"6\"", "ObjectTypeID=\"231\"");
    let path = write(&folder, "role.xml", &role);
    let said = sound(cmlint(&["check", path.to_str().unwrap(), "--fail-on", "info"]));
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.contains("evil"));
    let json = cmlint(&["check", path.to_str().unwrap(), "-o", "json"]);
    serde_json::from_str::<serde_json::Value>(&json.out).unwrap();
    // Bytes of the file itself, too, where an excerpt shows them.
    let path = write(
        &folder,
        "raw.xml",
        role.replace("&#x1b;", "\u{1b}").replace("&#7;", "\u{7}").replace("&#x202e;", "\u{202e}"),
    );
    sound(cmlint(&["check", path.to_str().unwrap(), "--fail-on", "info"]));
}
