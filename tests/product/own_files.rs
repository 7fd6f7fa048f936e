//! Settings, suppressions and baseline, from their first line to their last day.

use std::path::{Path, PathBuf};

use crate::program::{Said, command, root, said, scratch};

/// A repository with the weak sample in `snap`.
pub(crate) struct House {
    folder: PathBuf,
}

impl House {
    pub(crate) fn new(name: &str) -> House {
        let folder = scratch(name);
        std::fs::create_dir(folder.join(".git")).unwrap();
        copy(&root().join("snapshots/contoso"), &folder.join("snap"));
        House { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Puts another text in the place of one in a file of the snapshot.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} holds no {from}");
        self.write(name, &text.replace(from, to));
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.run_in(".", args)
    }

    fn run_in(&self, folder: &str, args: &[&str]) -> Said {
        let mut command = command(args);
        command.current_dir(self.path(folder)).env_remove("SOURCE_DATE_EPOCH");
        said(command.output().unwrap())
    }

    /// State and key of the findings of one lint, in the order of their places.
    fn findings(&self, lint: &str, more: &[&str]) -> Vec<(String, String)> {
        let said = self.run(&[&["check", "snap", "-o", "json"], more].concat());
        let report: serde_json::Value =
            serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}\n{}", said.all()));
        let lints = report["lints"].as_array().unwrap();
        let found = lints.iter().find(|l| l["id"] == lint).unwrap()["findings"].as_array().unwrap();
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        found.iter().map(|f| (word(&f["state"]), word(&f["key"]))).collect()
    }

    fn states(&self, lint: &str, more: &[&str]) -> Vec<String> {
        self.findings(lint, more).into_iter().map(|(state, _)| state).collect()
    }

    fn notices(&self, more: &[&str]) -> Vec<String> {
        let said = self.run(&[&["check", "snap", "-o", "json"], more].concat());
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let notices = report["notices"].as_array().unwrap();
        notices.iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        match entry.file_type().is_dir() {
            true => std::fs::create_dir_all(target).unwrap(),
            false => std::fs::copy(entry.path(), target).map(drop).unwrap(),
        }
    }
}

const NAMELESS: &str = "naa-without-domain";
const NAMELESS_KEY: &str = "site:PS1/account:network-access/name:svc-naa2";
const MANY: &str = "too-many-network-access-accounts";
const MEMBERS: &str = "client-push-account-is-domain-admin";

#[test]
fn init_writes_a_file_once_that_changes_nothing() {
    let house = House::new("init");
    let before = house.run(&["check", "snap"]);
    let said = house.run(&["init"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(house.run(&["check", "snap"]).out, before.out);
    house.write("cmlint.toml", "# mine\n");
    let again = house.run(&["init"]);
    assert!(again.code == 2 && again.err.contains("not overwritten"), "{}", again.all());
    assert_eq!(house.read("cmlint.toml"), "# mine\n");
}

#[test]
fn settings_are_found_upwards_as_far_as_the_repository_goes() {
    let house = House::new("upwards");
    house.write("deep/er/x", "");
    let config = |folder: &str| house.run_in(folder, &["config"]).out;
    assert!(config("deep/er").starts_with("no cmlint.toml counts here"), "{}", config("deep/er"));
    house.write("cmlint.toml", "fail-on = \"low\"\n");
    let said = config("deep/er");
    let line = said.lines().find(|l| l.starts_with("fail-on")).unwrap();
    assert!(line.contains("low") && line.ends_with("../../cmlint.toml:1:11"), "{said}");
    // The nearest counts, and no further.
    house.write("deep/cmlint.toml", "");
    assert!(config("deep/er").starts_with("settings of ../cmlint.toml\n"));
    house.write("deep/er/.git/x", "");
    assert!(config("deep/er").starts_with("no cmlint.toml counts here"));
    // Who asks for none gets none.
    assert!(house.run(&["config", "--no-config"]).out.starts_with("no cmlint.toml counts here"));
}

#[test]
fn the_command_line_says_more_than_the_file() {
    let house = House::new("precedence");
    house.write(
        "cmlint.toml",
        "fail-on = \"critical\"\nselect = [\"tag:hygiene\"]\nignore = [\"naa-without-domain\"]\n\
         [severity]\nnaa-without-domain = \"info\"\n",
    );
    let said = house.run(&["config", "--fail-on", "info", "--select", NAMELESS, "--now", "2026-07-01"]);
    for (key, value, origin) in [
        ("fail-on", "info", "command line"),
        ("select", NAMELESS, "command line"),
        ("ignore", "(none)", "default"),
        ("now", "2026-07-01", "command line"),
        ("min-confidence", "medium", "default"),
        ("severity.naa-without-domain", "info", "cmlint.toml:5:1"),
    ] {
        let line = said.out.lines().find(|l| l.split_whitespace().next() == Some(key));
        let line = line.unwrap_or_else(|| panic!("{key}\n{}", said.all()));
        assert!(line.contains(value) && line.ends_with(origin), "{line}");
    }
    let json = house.run(&["config", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let settings = json["settings"].as_array().unwrap();
    let ignore = settings.iter().find(|s| s["key"] == "ignore").unwrap();
    assert_eq!((&ignore["value"], &ignore["line"]), (&NAMELESS.into(), &3.into()));
    // What is asked for runs, with the severity of the house.
    let check = house.run(&["check", "snap", "--select", NAMELESS]);
    assert!(check.code == 0 && check.out.contains("info[naa-without-domain]"), "{}", check.all());
    assert_eq!(house.run(&["check", "snap", "--select", NAMELESS, "--fail-on", "info"]).code, 1);
}

#[test]
fn a_mistake_is_told_with_its_place_before_anything_is_read() {
    let house = House::new("mistake");
    house.write("cmlint.toml", "\n  fial-on = \"low\"\n");
    let said = house.run(&["check", "snap"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.all());
    for words in ["cmlint.toml cannot be used", "cmlint.toml:2:3", "did you mean `fail-on`?"] {
        assert!(said.err.contains(words), "{}", said.err);
    }
    let word = house.run(&["check", "snap", "--no-config", "--select", "naa-withot-domain"]);
    assert!(word.code == 2 && word.err.contains("did you mean `naa-without-domain`?"), "{}", word.all());
}

#[test]
fn a_snapshot_brings_no_rules_of_its_own() {
    let house = House::new("inside");
    house.write("snap/cmlint.toml", "ignore = [\"all\"]\n");
    house.write("snap/cmlint-suppressions.toml", "nonsense");
    house.write("cmlint.toml", "fail-on = \"high\"\n");
    let said = house.run_in("snap", &["check", "."]);
    assert!(said.code == 1 && said.out.contains("0 crashed of"), "{}", said.all());
    assert!(said.err.contains("cmlint.toml lies inside the snapshot and is not read"), "{}", said.err);
    for option in ["--config", "--suppressions", "--baseline"] {
        let said = house.run(&["check", "snap", option, "snap/cmlint.toml"]);
        assert!(said.code == 2 && said.err.contains("must not bring its own rules"), "{}", said.all());
    }
    let create = house.run(&["baseline", "create", "snap", "--baseline", "snap/known.jsonl"]);
    assert!(create.code == 2 && !house.path("snap/known.jsonl").exists(), "{}", create.all());
}

#[test]
fn the_life_of_a_suppression() {
    let house = House::new("suppression");
    let write = |object: &str| {
        let text = format!(
            "[[suppression]]\nlint = \"{NAMELESS}\"\nobject = '{object}'\nreason = \"moves in spring\"\n\
             owner = \"Jo\"\nticket = \"CHG-1\"\nexpires = 2026-06-30\n"
        );
        house.write("cmlint-suppressions.toml", &text);
    };
    assert_eq!(house.states(NAMELESS, &[]), ["open", "open"]);

    write(NAMELESS_KEY);
    let day = ["--now", "2026-06-30"];
    assert_eq!(house.states(NAMELESS, &day), ["suppressed", "open"]);
    assert_eq!(house.notices(&day), Vec::<String>::new());
    // It is told, with all that is known of it, wherever there is room for it.
    for format in ["json", "sarif-full", "junit", "markdown", "html"] {
        let said = house.run(&["check", "snap", "-o", format, "--now", "2026-06-30"]);
        for words in ["moves in spring", "Jo", "CHG-1", "2026-06-30"] {
            assert!(said.out.contains(words), "{words} in {format}");
        }
    }
    let sarif = house.run(&["check", "snap", "-o", "sarif", "--now", "2026-06-30"]).out;
    assert!(!sarif.contains("moves in spring"), "GitHub would open an alert");
    let human = house.run(&["check", "snap", "--now", "2026-06-30", "--verbose"]);
    assert!(human.out.contains("why: accepted: moves in spring"), "{}", human.out);

    // It ends, and says where.
    let over = ["--now", "2026-07-01"];
    assert_eq!(house.states(NAMELESS, &over), ["open", "open"]);
    assert_eq!(house.notices(&over), ["suppression-expired"]);
    let said = house.run(&["check", "snap", "--now", "2026-07-01"]);
    for words in ["low[suppression-expired]", "cmlint-suppressions.toml:7:11", "ended on 2026-06-30"] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    let github = house.run(&["check", "snap", "--now", "2026-07-01", "-o", "github"]).out;
    assert!(github.contains("::notice file=cmlint-suppressions.toml,line=7,"), "{github}");

    // Put right, it covers nothing.
    write("site:PS1/account:network-access/name:nobody");
    assert_eq!(house.notices(&day), ["suppression-unused"]);
    assert_eq!(house.states(NAMELESS, &["--no-suppressions"]), ["open", "open"]);
}

#[test]
fn the_day_is_said_or_that_of_the_build_or_that_of_the_snapshot() {
    let house = House::new("day");
    let entry = |day: &str| {
        let text = format!(
            "[[suppression]]\nlint = \"{NAMELESS}\"\nobject = '{NAMELESS_KEY}'\nreason = \"x\"\nexpires = {day}\n"
        );
        house.write("cmlint-suppressions.toml", &text);
    };
    let manifest: serde_json::Value = serde_json::from_str(&house.read("snap/manifest.json")).unwrap();
    let collected = manifest["collected_at"].as_str().unwrap()[..10].to_owned();
    entry(&collected);
    assert_eq!(house.states(NAMELESS, &[])[0], "suppressed");
    entry("2020-01-01");
    assert_eq!(house.states(NAMELESS, &[])[0], "open");
    let epoch = |seconds: &str| {
        let mut command = command(&["check", "snap", "-o", "json"]);
        let output = command.current_dir(house.path(".")).env("SOURCE_DATE_EPOCH", seconds).output().unwrap();
        said(output)
    };
    // The last second of the day, and the first of the next one.
    assert!(epoch("1577923199").out.contains("\"suppressed\""));
    assert!(!epoch("1577923200").out.contains("\"suppressed\""));
    assert_eq!(epoch("yesterday").code, 2);
    house.change("snap/manifest.json", "\"collected_at\"", "\"collected_then\"");
    assert_eq!(house.notices(&[]), ["suppression-undated"]);
}

#[test]
fn an_account_of_another_name_is_the_same_by_its_sid() {
    let house = House::new("renamed");
    let said = house.run(&["check", "snap", "-o", "json", "--select", MEMBERS]);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let finding = &report["lints"][0]["findings"][0];
    let (key, sid) = (finding["key"].as_str().unwrap(), finding["aliases"][0].as_str().unwrap());
    assert!(key.ends_with(r"contoso\svc-clientpush") && sid.contains("/sid:S-1-5-21-"), "{finding}");
    let entry = format!("[[suppression]]\nlint = \"{MEMBERS}\"\nobject = '{sid}'\nreason = \"x\"\n");
    house.write("cmlint-suppressions.toml", &entry);
    let create = house.run(&["baseline", "create", "snap", "--no-suppressions"]);
    assert_eq!(create.code, 0, "{}", create.all());
    rename(&house, "svc-clientpush", "svc-push-new");
    let (state, renamed) = house.findings(MEMBERS, &[]).remove(0);
    assert!(state == "suppressed" && renamed.ends_with("svc-push-new"), "{state} {renamed}");
    let known = ["--no-suppressions", "--baseline", "cmlint-baseline.jsonl"];
    assert_eq!(house.states(MEMBERS, &known), ["baselined"]);
}

/// Gives an account another name in all files of the snapshot.
fn rename(house: &House, from: &str, to: &str) {
    for entry in walkdir::WalkDir::new(house.path("snap")) {
        let entry = entry.unwrap();
        if let Some(text) = entry.file_type().is_file().then(|| std::fs::read(entry.path()).unwrap())
            && let Ok(text) = String::from_utf8(text)
            && text.contains(from)
        {
            std::fs::write(entry.path(), text.replace(from, to)).unwrap();
        }
    }
}

#[test]
fn the_life_of_a_baseline() {
    let house = House::new("baseline");
    let known = ["--baseline", "cmlint-baseline.jsonl"];
    let check = |more: &[&str]| house.run(&[&["check", "snap"], &known[..], more].concat());
    assert_eq!(house.run(&["baseline", "show"]).code, 2);
    let create = house.run(&["baseline", "create", "snap"]);
    assert_eq!(create.code, 0, "{}", create.all());
    let text = house.read("cmlint-baseline.jsonl");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert!(lines.len() > 20 && lines.is_sorted_by_key(|line| entry_order(line)));
    assert_eq!(house.run(&["baseline", "create", "snap"]).code, 2, "it overwrites nothing");
    let shown = house.run(&["baseline", "show"]);
    assert!(shown.out.contains(&format!("knows {} findings", lines.len())), "{}", shown.out);

    // What was there does not fail.
    let said = check(&["--allow-incomplete"]);
    assert!(said.code == 0 && said.out.contains("known from the baseline"), "{}", said.all());

    // One more account of the kind that was known: the finding rests on more.
    house.change(
        "snap/site/SMS_SCI_ClientComp.json",
        "\"svc-naa2\"",
        "\"svc-naa2\",\n  \"CONTOSO\\\\svc-extra\"",
    );
    assert_eq!(house.states(MANY, &known), ["open"]);
    let said = check(&["--select", MANY]);
    assert!(said.code == 1 && said.out.contains("again: "), "{}", said.all());
    assert!(said.out.contains("svc-extra"), "{}", said.out);
    assert!(said.out.contains("notice[baseline-outgrown]"), "{}", said.out);

    // Taken up, it is known; put right, it is a notice that fails nothing.
    let update = house.run(&["baseline", "update", "snap"]);
    assert!(update.code == 0 && update.out.contains("changed"), "{}", update.all());
    assert_eq!(check(&["--select", MANY]).code, 0);
    // The name stands in two places of the site.
    house.change("snap/site/SMS_SCI_ClientComp.json", "\"svc-naa2\",\n", "");
    house.change("snap/site/SMS_SCI_Reserved.json", "svc-naa2", "CONTOSO\\\\svc-naa");
    let said = check(&["--select", NAMELESS, "--fail-on", "info"]);
    assert!(said.code == 0 && said.out.contains("notice[baseline-stale]"), "{}", said.all());
    let update = house.run(&["baseline", "update", "snap"]);
    assert_eq!(update.code, 0, "{}", update.all());
    assert!(!house.read("cmlint-baseline.jsonl").contains(NAMELESS_KEY));
    assert_eq!(house.notices(&known), Vec::<String>::new());
}

/// Lint and key of a line.
fn entry_order(line: &str) -> (String, String) {
    let entry: serde_json::Value = serde_json::from_str(line).unwrap();
    (entry["lint"].as_str().unwrap().to_owned(), entry["key"].as_str().unwrap().to_owned())
}

#[test]
fn findings_are_grouped_and_cut_and_those_left_out_are_counted() {
    let house = House::new("grouped");
    let total = house.run(&["check", "snap"]).out.matches("\n    key: ").count();
    for (by, heading) in [
        ("lint", "naa-without-domain: 2 findings"),
        ("object", "site:PS1: "),
        ("host", "host cm01.contoso.com: "),
        ("site", "site PS1: "),
    ] {
        let said = house.run(&["check", "snap", "--group-by", by]);
        assert_eq!(said.out.matches("\n    key: ").count(), total, "{by}");
        if by != "object" {
            assert!(said.out.contains(heading), "{heading}\n{}", said.out);
        }
        let markdown = house.run(&["check", "snap", "--group-by", by, "-o", "markdown"]).out;
        let told = |confidence: &str| markdown.matches(&format!(", {confidence} confidence")).count();
        assert_eq!(told("high") + told("medium"), total, "{by}");
    }
    let said = house.run(&["check", "snap", "--max-findings", "3"]);
    assert_eq!((said.code, said.out.matches("\n    key: ").count()), (1, 3));
    let more = format!("{} more findings left out", total - 3);
    assert!(said.out.contains(&more), "{}", said.out);
    for format in ["github", "markdown"] {
        let said = house.run(&["check", "snap", "--max-findings", "3", "-o", format]);
        assert!(said.code == 1 && said.out.contains(&more), "{format}\n{}", said.out);
    }
}

#[test]
fn what_is_not_collected_on_purpose_is_shown_and_is_no_reason_to_fail() {
    let house = House::new("on-purpose");
    let select = ["--select", "smsprov-group-writes-osd-bin", "-o", "json"];
    let check = |more: &[&str]| {
        let mut command = command(&[&["check", "snapshots/v1-first"], &select[..], more].concat());
        said(command.current_dir(root()).output().unwrap())
    };
    let before = check(&[]);
    assert_eq!(before.code, 3, "{}", before.all());
    let report: serde_json::Value = serde_json::from_str(&before.out).unwrap();
    let gaps = report["lints"][0]["gaps"].as_array().unwrap();
    let mut datasets: Vec<&str> = gaps.iter().map(|g| g["dataset"].as_str().unwrap()).collect();
    datasets.sort_unstable();
    datasets.dedup();
    let entry =
        |d: &&str| format!("[[not-collected-on-purpose]]\ndataset = \"{d}\"\nreason = \"nobody may\"\n");
    let all: String = datasets.iter().map(entry).collect();
    house.write("all.toml", &all);
    let all = house.path("all.toml");
    let after = check(&["--config", all.to_str().unwrap()]);
    assert!(after.code == 0 && after.out.contains("not collected on purpose: nobody may"), "{}", after.all());
    house.write("some.toml", &datasets[1..].iter().map(entry).collect::<String>());
    let some = house.path("some.toml");
    assert_eq!(check(&["--config", some.to_str().unwrap()]).code, if datasets.len() > 1 { 3 } else { 0 });
}

#[test]
fn the_policy_of_the_house_is_evidence_like_any_other() {
    let house = House::new("policy");
    const EXTRA: &str = "sms-admins-differs-from-administrators";
    const LOW: &str = "low-rights-account-is-privileged";
    let count = |lint: &str| house.findings(lint, &[]).len();
    let (extra, low) = (count(EXTRA), count(LOW));
    house.write(
        "cmlint.toml",
        "[policy]\ntier0-groups = ['CONTOSO\\GG-Push-Accounts']\napproved-accounts = ['contoso\\dlarsen']\n\
         [[policy.exceptions]]\nsubject = 'CONTOSO\\tvaldez'\nreason = \"until the move is over\"\n",
    );
    assert_eq!((count(EXTRA), count(LOW)), (extra - 2, low + 1));
    let said = house.run(&["check", "snap", "--select", LOW]);
    for words in ["of the organisation's tier 0", "[cmlint.toml:2:17]"] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    for format in crate::commands::FORMATS {
        let said = house.run(&["check", "snap", "--select", LOW, "-o", format, "--max-findings", "99"]);
        assert!(said.out.contains("tier 0") && said.code == 1, "{format}\n{}", said.all());
    }
    assert_eq!(
        house.run(&["check", "snap", "--no-config", "--select", LOW]).out.matches("tier 0").count(),
        0
    );
}
