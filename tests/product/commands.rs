//! Commands, exit codes, streams.

use std::io::Read;
use std::process::Stdio;

use crate::program::{cmlint, command, said, scratch};

/// All that `check` writes.
pub(crate) const FORMATS: [&str; 8] =
    ["human", "json", "sarif", "sarif-full", "junit", "github", "markdown", "html"];

#[test]
fn exit_codes_are_the_same_for_every_format() {
    let folder = scratch("exit-codes");
    let empty = folder.join("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.to_str().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let broken = file("broken.toml", "fail-on = \"hgih\"\n");
    let none = file("none.toml", "ignore = \"all\"\n");
    let milder = file("milder.toml", "fail-on = \"critical\"\nselect = [\"custom-role-edits-security\"]\n");
    let unread = file(
        "unread.toml",
        "select = [\"smsprov-group-writes-osd-bin\"]\n[[not-collected-on-purpose]]\ndataset = \"acl\"\n\
         reason = \"nobody may\"\n[[not-collected-on-purpose]]\ndataset = \"SMS_Site\"\nreason = \"nobody may\"\n\
         [[not-collected-on-purpose]]\ndataset = \"local-groups\"\nreason = \"nobody may\"\n\
         [[not-collected-on-purpose]]\ndataset = \"SMS_SCI_SysResUse\"\nreason = \"nobody may\"\n",
    );
    let entry = |object: &str, more: &str| {
        format!("[[suppression]]\nlint = \"custom-role-edits-security\"\nobject = \"{object}\"\n{more}")
    };
    let no_reason = file("no-reason.toml", &entry("role:PS100002", ""));
    let accepted = file("accepted.toml", &entry("role:PS100002", "reason = \"x\"\nexpires = 2026-06-30\n"));
    let broad = file("broad.toml", &entry("*", "reason = \"x\"\n"));
    let known = folder.join("known.jsonl");
    let known = known.to_str().unwrap();
    let made = cmlint(&["baseline", "create", "snapshots/contoso", "--baseline", known]);
    assert_eq!(made.code, 0, "{}", made.all());
    let one = ["check", "snapshots/contoso", "--select", "custom-role-edits-security"];
    let with = |more: &[&'static str], path: &str| -> Vec<String> {
        one.iter().chain(more).map(|s| (*s).to_owned()).chain([path.to_owned()]).collect()
    };
    let own_files: Vec<(i32, Vec<String>)> = vec![
        (1, with(&["--suppressions"], &broad)),
        (0, with(&["--now", "2026-06-30", "--suppressions"], &accepted)),
        (1, with(&["--now", "2026-07-01", "--suppressions"], &accepted)),
        (2, with(&["--suppressions"], &no_reason)),
        (2, with(&["--suppressions"], "no-such-file.toml")),
        (2, with(&["--config"], &broken)),
        (2, with(&["--config"], "no-such-file.toml")),
        (0, with(&["--baseline"], known)),
        (2, with(&["--baseline"], &broken)),
        (0, ["check", "snapshots/contoso", "--config", &milder].map(str::to_owned).to_vec()),
        (2, ["check", "snapshots/contoso", "--config", &none].map(str::to_owned).to_vec()),
        (0, ["check", "snapshots/v1-first", "--config", &unread].map(str::to_owned).to_vec()),
        (2, ["check", "snapshots/contoso", "--now", "soon"].map(str::to_owned).to_vec()),
        (2, ["check", empty, "--config", &broken].map(str::to_owned).to_vec()),
    ];
    let own_files: Vec<(i32, Vec<&str>)> =
        own_files.iter().map(|(code, args)| (*code, args.iter().map(String::as_str).collect())).collect();
    let table: &[(i32, &[&str])] = &[
        (1, &["check", "snapshots/contoso"]),
        (0, &["check", "snapshots/contoso-hardened"]),
        (3, &["check", "snapshots/v1-first"]),
        (0, &["check", "snapshots/v1-first", "--allow-incomplete"]),
        (2, &["check", "snapshots/no-such-folder"]),
        (4, &["check", empty]),
        (2, &["check", "snapshots/contoso", "--select", "no-such-lint"]),
    ];
    let manifest = |name: &str, text: &str| {
        std::fs::create_dir(folder.join(name)).unwrap();
        file(&format!("{name}/manifest.json"), text);
        folder.join(name).to_str().unwrap().to_owned()
    };
    let empty_but = |version: u8, datasets: &str| {
        format!(
            "{{\"format\": \"cmlint-snapshot\", \"version\": {version}, \"collected_at\": \"2026-03-02T08:15:00Z\", \
             \"datasets\": [{datasets}]}}"
        )
    };
    let outside = "{\"dataset\": \"SMS_Site\", \"scope\": {\"kind\": \"hierarchy\"}, \"status\": \"complete\", \
                   \"files\": [{\"path\": \"../broken.toml\", \"rows\": 1}]}";
    let inputs = [
        (2, manifest("cut-off", "{\"format\": \"cmlint-snapshot\"")),
        (2, manifest("too-new", &empty_but(2, ""))),
        (2, manifest("outside", &empty_but(1, outside))),
        // A single file that is recognised and broken is judged as far as it goes.
        (3, file("role.xml", "<SMS_Roles><SMS_Role CopiedFromID=\"SMS0001R\" RoleName=\"x\">")),
        (4, file("note.txt", "nothing that anybody knows\n")),
    ];
    // Below the threshold, with a hole that could hide something worse.
    let below =
        ["check", "snapshots/contoso", "--select", "low-rights-account-is-privileged", "--config", &milder];
    let inputs = inputs.iter().map(|(code, path)| (code, ["check", path]));
    let inputs: Vec<(&i32, Vec<&str>)> = inputs
        .map(|(code, args)| (code, args.to_vec()))
        .chain([(&3, below.to_vec()), (&2, vec!["check", "snapshots/contoso", "--max-files", "3"])])
        .collect();
    let inputs = inputs.iter().map(|(code, args)| (*code, args.as_slice()));
    let own_files = own_files.iter().map(|(code, args)| (code, args.as_slice()));
    for (code, args) in table.iter().map(|(code, args)| (code, *args)).chain(own_files).chain(inputs) {
        for format in FORMATS {
            let mut all = args.to_vec();
            all.extend(["-o", format]);
            let said = cmlint(&all);
            assert_eq!(said.code, *code, "{all:?}\n{}", said.all());
        }
    }
    assert_eq!(cmlint(&["check"]).code, 2);
    assert_eq!(cmlint(&["frobnicate"]).code, 2);
    assert_eq!(cmlint(&["--help"]).code, 0);
    assert_eq!(cmlint(&["--version"]).code, 0);
}

#[test]
fn the_threshold_decides_about_findings() {
    let high = cmlint(&[
        "check",
        "snapshots/contoso",
        "--fail-on",
        "critical",
        "--select",
        "too-many-network-access-accounts",
    ]);
    assert_eq!(high.code, 0, "{}", high.all());
    let low = cmlint(&[
        "check",
        "snapshots/contoso",
        "--fail-on",
        "info",
        "--select",
        "too-many-network-access-accounts",
    ]);
    assert_eq!(low.code, 1, "{}", low.all());
}

#[test]
fn exit_code_3_says_why_and_what_changes_it_and_no_other_does() {
    for format in FORMATS {
        let said = cmlint(&["check", "snapshots/v1-first", "-o", format]);
        assert_eq!(said.code, 3, "{}", said.all());
        for words in
            ["exit code 3", "could not see everything", "not-collected-on-purpose", "--allow-incomplete"]
        {
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
    }
    let healthy = ["contoso-hardened", "--select", "naa-without-domain"];
    for args in [&["contoso"][..], &healthy, &["v1-first", "--allow-incomplete"]] {
        let snapshot = format!("snapshots/{}", args[0]);
        let said = cmlint(&[&["check", &snapshot], &args[1..]].concat());
        assert_eq!(said.err, "", "{}", said.all());
    }
}

#[test]
fn the_last_line_has_one_form() {
    for snapshot in ["contoso", "contoso-hardened", "low-privilege"] {
        let said = cmlint(&["check", &format!("snapshots/{snapshot}")]);
        let last = said.out.trim_end().lines().last().unwrap().to_owned();
        let words: Vec<&str> = last.split(|c: char| c.is_ascii_digit()).collect();
        let words = words.join("").replace(' ', "");
        assert_eq!(words, "fail,pass,notapplicable,notevaluated,crashedoflints", "{last}");
    }
}

#[test]
fn colour_comes_only_when_asked_for() {
    let plain = cmlint(&["check", "snapshots/contoso"]);
    assert!(!plain.out.contains('\u{1b}'));
    let forced = said(
        command(&["check", "snapshots/contoso"])
            .env_remove("NO_COLOR")
            .env("FORCE_COLOR", "1")
            .output()
            .unwrap(),
    );
    assert!(forced.out.contains('\u{1b}'));
    // A flag says more than the environment.
    let flag = said(
        command(&["check", "snapshots/contoso", "--color", "never"])
            .env_remove("NO_COLOR")
            .env("FORCE_COLOR", "1")
            .output()
            .unwrap(),
    );
    assert!(!flag.out.contains('\u{1b}'));
    let flag = said(command(&["check", "snapshots/contoso", "--color", "always"]).output().unwrap());
    assert!(flag.out.contains('\u{1b}'));
}

#[test]
fn a_narrow_terminal_is_drawn_in() {
    for width in ["1", "40", "60"] {
        let said = cmlint(&["check", "snapshots/contoso", "--width", width]);
        assert_eq!(said.code, 1, "{}", said.err);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_is_measured_and_a_pipe_is_not() {
    let select = "naa-without-domain";
    let said_in_terminal = |before: &str| {
        let program = crate::program::binary();
        let line = format!(
            "stty cols 48 rows 24; {before} '{}' check snapshots/contoso --select {select}",
            program.display()
        );
        let mut script = std::process::Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script.current_dir(crate::program::root()).env_remove("COLUMNS").stdin(Stdio::null());
        script.output().ok().map(said)
    };
    let Some(measured) = said_in_terminal("") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"a_terminal_is_measured_and_a_pipe_is_not was left out: no script in PATH\n",
        );
        return;
    };
    assert_eq!(measured.code, 1, "{}", measured.all());
    assert!(measured.out.contains('\u{1b}'), "a terminal has colours");
    // Lines of a file and commands to copy stay whole; what is our own is drawn in.
    let own = |out: &str| out.lines().filter(|line| line.contains("help:")).map(|l| l.chars().count()).max();
    assert!(own(&measured.out).unwrap() < 70, "{}", measured.out);
    assert!(own(&said_in_terminal("COLUMNS=100").unwrap().out).unwrap() > 70);
    let mut piped = command(&["check", "snapshots/contoso", "--select", select]);
    let piped = said(piped.env_remove("COLUMNS").output().unwrap());
    assert!(own(&piped.out).unwrap() > 70 && !piped.out.contains('\u{1b}'), "{}", piped.out);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let mut child = command(&["check", "snapshots/contoso"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn several_outputs_go_to_their_places() {
    let file = scratch("outputs").join("report.json");
    let target = format!("json={}", file.display());
    let said = cmlint(&["check", "snapshots/contoso", "-o", "human", "-o", &target]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.contains("fail, "));
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(report["schema"], "cmlint/v1");
    let twice = cmlint(&["check", "snapshots/contoso", "-o", "human", "-o", "json"]);
    assert_eq!(twice.code, 2, "{}", twice.all());
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let said = cmlint(&["check", "snapshots/contoso", "-o", "json=no/such/folder/report.json"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("cannot be written"), "{}", said.err);
    if std::path::Path::new("/dev/full").exists() {
        let said = cmlint(&["check", "snapshots/contoso", "-o", "json=/dev/full"]);
        assert_eq!(said.code, 2, "{}", said.all());
    }
}

#[test]
fn a_lint_explains_itself_and_a_misspelt_one_is_suggested() {
    let said = cmlint(&["explain", "role-export-is-irregular"]);
    assert_eq!(said.code, 0, "{}", said.all());
    for part in ["What it finds", "Why it matters", "How to fix it", "What may break", "References"] {
        assert!(said.out.to_lowercase().contains(&part.to_lowercase()), "{part}:\n{}", said.out);
    }
    let said = cmlint(&["explain", "role-export-is-iregular"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `role-export-is-irregular`?"), "{}", said.err);
}

#[test]
fn the_lints_are_listed() {
    let said = cmlint(&["rules"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("role-export-is-irregular"));
    let json = cmlint(&["rules", "-o", "json"]);
    serde_json::from_str::<serde_json::Value>(&json.out).unwrap();
}

#[test]
fn coverage_says_what_to_collect() {
    let said = cmlint(&["coverage", "snapshots/low-privilege"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("SMS_Admin") && said.out.contains("Get-"), "{}", said.out);
    let json = cmlint(&["coverage", "snapshots/low-privilege", "-o", "json"]);
    serde_json::from_str::<serde_json::Value>(&json.out).unwrap();
}
