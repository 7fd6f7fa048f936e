//! The snapshots that ship with the project.

use crate::program::{cmlint, root};

fn json(name: &str) -> (i32, serde_json::Value) {
    let said = cmlint(&["check", &format!("snapshots/{name}"), "-o", "json"]);
    let value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{name}: {e}\n{}", said.all()));
    (said.code, value)
}

#[test]
fn the_weak_sample_fails() {
    let (code, report) = json("contoso");
    assert_eq!(code, 1);
    assert_eq!(report["schema"], "cmlint/v1");
    assert_eq!(report["summary"]["crashed"], 0);
    for lint in report["lints"].as_array().unwrap() {
        for finding in lint["findings"].as_array().unwrap() {
            let labels = finding["labels"].as_array().unwrap();
            assert_eq!(labels.iter().filter(|l| l["primary"] == true).count(), 1, "{}", lint["id"]);
            for label in labels {
                let path = root().join("snapshots/contoso").join(label["path"].as_str().unwrap());
                assert!(path.is_file(), "{} points at {}", lint["id"], label["path"]);
                assert!(label["line"].as_u64().unwrap() >= 1 && label["column"].as_u64().unwrap() >= 1);
            }
        }
    }
}

#[test]
fn the_hardened_sample_is_clean_and_not_because_nothing_was_looked_at() {
    let (code, report) = json("contoso-hardened");
    let open: Vec<_> = report["lints"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["outcome"] != "pass" && l["outcome"] != "not_applicable")
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    assert_eq!(code, 0);
    for lint in report["lints"].as_array().unwrap() {
        if lint["outcome"] == "pass" {
            assert!(lint["checked"].as_u64().unwrap() > 0, "{}", lint["id"]);
        }
    }
}

#[test]
fn what_setup_leaves_is_not_shouted_at() {
    let (code, report) = json("default-install");
    assert_eq!(code, 3, "much of it is in no public source");
    assert!(report["summary"]["pass"].as_u64().unwrap() > 5, "{}", report["summary"]);
    for lint in report["lints"].as_array().unwrap() {
        for finding in lint["findings"].as_array().unwrap() {
            assert_eq!(finding["severity"], "info", "{}: {finding:#}", lint["id"]);
        }
    }
}

#[test]
fn what_a_plain_user_could_not_collect_is_not_passed() {
    let (code, report) = json("low-privilege");
    assert!(code == 1 || code == 3, "{code}");
    assert!(report["summary"]["not_evaluated"].as_u64().unwrap() > 0);
}

#[test]
fn damage_is_named_file_by_file_and_nothing_crashes() {
    let said = cmlint(&["check", "snapshots/damaged"]);
    assert!(said.code == 1 || said.code == 3, "{}", said.all());
    assert!(!said.all().contains("panicked"), "{}", said.all());
    assert!(!said.out.contains('\u{1b}'), "a name of the snapshot reached the terminal");
    let manifest: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(root().join("snapshots/damaged/manifest.json")).unwrap(),
    )
    .unwrap();
    let broken = manifest["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["source"].as_str().is_some_and(|s| s.starts_with("damaged: ")));
    let mut count = 0;
    for entry in broken {
        for file in entry["files"].as_array().unwrap() {
            let path = file["path"].as_str().unwrap();
            count += 1;
            assert!(said.out.contains(path), "{path} is broken and not named:\n{}", said.out);
        }
    }
    assert!(count >= 8, "the sample is damaged in {count} files");
}

#[test]
fn the_first_snapshot_ever_still_loads() {
    let said = cmlint(&["coverage", "snapshots/v1-first"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("SMS_Site"), "{}", said.out);
}

#[test]
fn a_zip_file_says_what_the_folder_says() {
    let folder = root().join("snapshots/contoso");
    let path = crate::program::scratch("zip").join("contoso.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
            zip.start_file(name, options).unwrap();
            std::io::Write::write_all(&mut zip, &std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    zip.finish().unwrap();
    let lints = |path: &str| {
        let said = cmlint(&["check", path, "-o", "json"]);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        report["lints"].clone()
    };
    assert_eq!(lints("snapshots/contoso"), lints(path.to_str().unwrap()));
}

#[test]
fn threads_and_runs_change_no_byte() {
    let one = cmlint(&["check", "snapshots/contoso", "--threads", "1"]);
    let eight = cmlint(&["check", "snapshots/contoso", "--threads", "8"]);
    assert_eq!(one.out, eight.out);
    let json = |threads| cmlint(&["check", "snapshots/contoso", "-o", "json", "--threads", threads]).out;
    assert_eq!(json("1"), json("8"));
}
