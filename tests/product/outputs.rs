//! Outputs that cannot be delivered, and outputs that must be the same.

use std::process::Stdio;

use crate::commands::FORMATS;
use crate::own_files::House;
use crate::program::{Said, command, root, said, scratch};

/// Runs a check of the weak sample whose standard output goes to a file.
fn into(format: &str, out: Stdio) -> Said {
    let mut command = command(&["check", "snapshots/contoso", "-o", format]);
    said(command.stdout(out).stderr(Stdio::piped()).output().unwrap())
}

#[test]
fn a_reader_that_went_away_is_exit_2_without_a_word() {
    for format in FORMATS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let said = into(format, writer.into());
        assert_eq!((said.code, said.err.as_str()), (2, ""), "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_exit_2_with_words() {
    for format in FORMATS {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let said = into(format, full.into());
        assert_eq!(said.code, 2, "{format}");
        assert!(said.err.contains("standard output cannot be written: No space left"), "{}", said.err);
        let target = format!("{format}=/dev/full");
        let said = crate::program::cmlint(&["check", "snapshots/contoso", "-o", &target]);
        assert_eq!(said.code, 2, "{format}");
        assert!(said.err.contains("/dev/full cannot be written: No space left"), "{}", said.err);
    }
}

#[test]
fn an_output_that_cannot_be_written_is_exit_2_with_its_name() {
    let folder = scratch("unwritable");
    for format in FORMATS {
        for (path, words) in [(folder.clone(), "directory"), (folder.join("no/such/report"), "No such file")]
        {
            let target = format!("{format}={}", path.display());
            let said = crate::program::cmlint(&["check", "snapshots/contoso", "-o", &target]);
            assert_eq!(said.code, 2, "{}", said.all());
            let told = said.err.contains(&format!("{} cannot be written", path.display()));
            assert!(told && (cfg!(windows) || said.err.contains(words)), "{}", said.err);
        }
    }
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Every format of two repositories' check, with more arguments.
fn same(a: &House, b: &House, more: &[&str]) {
    for format in FORMATS {
        let run = |house: &House| house.run(&[&["check", "snap", "-o", format], more].concat());
        let (a, b) = (run(a), run(b));
        assert_eq!(a.code, b.code, "{format}");
        assert!(a.out == b.out && a.err == b.err, "{format} differs");
    }
}

fn dealt_with(house: &House) {
    house.write(
        "cmlint-suppressions.toml",
        "[[suppression]]\nlint = \"naa-without-domain\"\nreason = \"x\"\nobject = 'site:PS1/account:network-access/*'\n\
         [[suppression]]\nlint = \"custom-role-edits-security\"\nreason = \"x\"\nobject = 'role:gone'\n",
    );
}

#[test]
fn threads_and_the_order_of_files_change_no_byte() {
    let (a, b) = (House::new("order-a"), House::new("order-b"));
    dealt_with(&a);
    dealt_with(&b);
    let path = b.path("snap/manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    manifest["datasets"].as_array_mut().unwrap().reverse();
    std::fs::write(&path, serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
    same(&a, &b, &["--threads", "1"]);
    same(&b, &a, &["--threads", "8"]);
    for format in FORMATS {
        let run = |threads: &str| a.run(&["check", "snap", "-o", format, "--threads", threads]).out;
        assert!(run("1") == run("8"), "{format}");
    }
}

#[test]
fn the_order_of_members_in_a_zip_file_changes_no_byte() {
    let folder = root().join("snapshots/contoso");
    let mut files: Vec<_> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut said: Vec<Vec<String>> = Vec::new();
    for reversed in [false, true] {
        if reversed {
            files.reverse();
        }
        let place = scratch(if reversed { "zip-reversed" } else { "zip-sorted" });
        let mut zip = zip::ZipWriter::new(std::fs::File::create(place.join("snap.zip")).unwrap());
        for path in &files {
            let name = path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, &std::fs::read(path).unwrap()).unwrap();
        }
        zip.finish().unwrap();
        std::fs::create_dir(place.join(".git")).unwrap();
        let run = |format: &&str| {
            let mut command = command(&["check", "snap.zip", "-o", format]);
            crate::program::said(command.current_dir(&place).output().unwrap()).out
        };
        said.push(FORMATS.iter().map(run).collect());
    }
    assert!(said[0] == said[1]);
}

#[test]
fn line_ends_change_no_line_no_column_and_no_verdict() {
    let (lf, crlf) = (House::new("lf"), House::new("crlf"));
    for (house, end) in [(&lf, "\n"), (&crlf, "\r\n")] {
        dealt_with(house);
        let mut changed = 0;
        let files = walkdir::WalkDir::new(house.path("snap")).into_iter().map(|e| e.unwrap().into_path());
        let own = house.path("cmlint-suppressions.toml");
        for path in files.filter(|path| path.is_file()).chain([own]) {
            let bytes = std::fs::read(&path).unwrap();
            let with = |text: &str| text.replace("\r\n", "\n").replace('\n', end);
            let bytes = match bytes.as_slice() {
                [0xff, 0xfe, rest @ ..] => {
                    let units: Vec<u16> = rest.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
                    let text = with(&String::from_utf16(&units).unwrap());
                    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
                }
                _ => match String::from_utf8(bytes) {
                    Ok(text) => with(&text).into_bytes(),
                    Err(other) => other.into_bytes(),
                },
            };
            std::fs::write(&path, bytes).unwrap();
            changed += 1;
        }
        assert!(changed > 30);
    }
    for format in FORMATS.into_iter().filter(|format| *format != "json") {
        let run = |house: &House| house.run(&["check", "snap", "-o", format]);
        let (lf, crlf) = (run(&lf), run(&crlf));
        assert_eq!(lf.code, crlf.code, "{format}");
        assert!(lf.out == crlf.out, "{format} differs");
    }
    let json = |house: &House| -> serde_json::Value {
        let mut report = serde_json::from_str(&house.run(&["check", "snap", "-o", "json"]).out).unwrap();
        without_offsets(&mut report);
        report
    };
    assert!(json(&lf) == json(&crlf));
}

/// Counts of bytes are what line ends change.
fn without_offsets(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            members.remove("offset");
            members.remove("length");
            members.values_mut().for_each(without_offsets);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_offsets),
        _ => {}
    }
}
