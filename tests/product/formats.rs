//! What all formats have in common, seen from outside.

use crate::commands::FORMATS;
use crate::program::{cmlint, command, root, said};

#[test]
fn reports_do_not_depend_on_threads() {
    for format in FORMATS {
        let run =
            |threads: &str| cmlint(&["check", "snapshots/contoso", "--threads", threads, "-o", format]).out;
        assert!(run("1") == run("8"), "{format}");
    }
}

#[test]
fn other_commands_write_for_people_and_json_only() {
    for args in [&["coverage", "snapshots/contoso"][..], &["rules"]] {
        let said = cmlint(&[args, &["-o", "sarif"]].concat());
        assert_eq!(said.code, 2, "{}", said.all());
        assert!(said.err.contains("human and json only") && said.out.is_empty(), "{}", said.all());
    }
}

fn addresses(log: &str) -> Vec<String> {
    let log: serde_json::Value = serde_json::from_str(log).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let uri =
        |r: &serde_json::Value| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    results.iter().map(|r| uri(r).as_str().unwrap().replace("%20", " ")).collect()
}

#[test]
fn sarif_names_files_from_the_root_of_the_repository() {
    let from_root = cmlint(&["check", "snapshots/contoso", "-o", "sarif"]).out;
    let all = addresses(&from_root);
    assert!(all.len() > 10);
    for address in &all {
        assert!(root().join(address).is_file(), "{address}");
    }
    // It does not matter where in the repository the program was started; without one, the folder counts.
    if root().join(".git").exists() {
        let elsewhere = command(&["check", "../snapshots/contoso", "-o", "sarif"])
            .current_dir(root().join("tests"))
            .output()
            .unwrap();
        assert_eq!(addresses(&said(elsewhere).out), all);
    }
    // A loose file is named from there too.
    let role = "snapshots/contoso/roles/Patch My PC Advanced Insights Client Actions and Collections.xml";
    let loose = cmlint(&["check", role, "-o", "sarif"]).out;
    assert!(addresses(&loose).iter().all(|address| address == role), "{loose}");
}

#[test]
fn several_formats_come_from_one_run() {
    let folder = crate::program::scratch("formats");
    let targets: Vec<String> =
        FORMATS.iter().map(|format| format!("{format}={}", folder.join(format).display())).collect();
    let mut args = vec!["check", "snapshots/contoso"];
    for target in &targets {
        args.extend(["-o", target]);
    }
    let said = cmlint(&args);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.all());
    for format in FORMATS {
        let alone = cmlint(&["check", "snapshots/contoso", "-o", format]).out;
        assert!(std::fs::read_to_string(folder.join(format)).unwrap() == alone, "{format}");
    }
}
