//! The action of GitHub.

use std::path::PathBuf;

use serde_json::Value;

use super::{bash, file, is_there, lay_program, repository, word, yaml};
use crate::program::Said;

fn action() -> Value {
    yaml(&file("action.yml"))
}

fn steps(action: &Value) -> &Vec<Value> {
    assert_eq!(action["runs"]["using"], "composite");
    action["runs"]["steps"].as_array().unwrap()
}

fn step<'v>(action: &'v Value, name: &str) -> &'v Value {
    steps(action).iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}"))
}

/// What the step `Check` did in a repository.
struct Ran {
    folder: PathBuf,
    said: Said,
    outputs: String,
    summary: String,
}

impl Ran {
    fn new(name: &str, inputs: &[(&str, &str)]) -> Ran {
        Ran::with(name, inputs, "")
    }

    fn with(name: &str, inputs: &[(&str, &str)], suppressions: &str) -> Ran {
        let folder = repository(name);
        std::fs::write(folder.join("cmlint-suppressions.toml"), suppressions).unwrap();
        let temporary = folder.join("runner temp");
        lay_program(&temporary.join("cmlint/bin/cmlint"));
        let action = action();
        let step = step(&action, "Check");
        let value = |variable: &Value| {
            let variable = variable.as_str().unwrap();
            let input =
                variable.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
            let declared = &action["inputs"][input];
            assert!(declared["description"].is_string(), "{input} is no input");
            let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| (*value).to_owned());
            given.unwrap_or_else(|| declared["default"].as_str().unwrap().to_owned())
        };
        let environment = step["env"].as_object().unwrap();
        let mut variables: Vec<(&str, String)> =
            environment.iter().map(|(name, input)| (name.as_str(), value(input))).collect();
        for (variable, file) in
            [("RUNNER_TEMP", "runner temp"), ("GITHUB_OUTPUT", "outputs"), ("GITHUB_STEP_SUMMARY", "summary")]
        {
            variables.push((variable, folder.join(file).to_str().unwrap().to_owned()));
        }
        let variables: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let said = bash(word(step, "run"), &folder, &variables);
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        Ran { said, outputs: read("outputs"), summary: read("summary"), folder }
    }
}

#[test]
fn inputs_reach_scripts_through_the_environment_only() {
    let action = action();
    for step in steps(&action) {
        if let Some(script) = step["run"].as_str() {
            assert!(!script.contains("${{"), "an input could be a command in {script}");
            assert_eq!(step["shell"], "bash");
        }
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        assert_eq!(word(output, "value"), format!("${{{{ steps.check.outputs.{name} }}}}"));
    }
}

#[test]
fn it_builds_the_program_with_the_version_of_rust_that_it_needs() {
    let action = action();
    let script = word(step(&action, "Build"), "run").to_owned();
    let manifest = file("Cargo.toml");
    let (_, rest) = manifest.split_once("rust-version = \"").unwrap();
    let (version, _) = rest.split_once('"').unwrap();
    assert!(script.contains(&format!("rustup toolchain install {version} ")), "{script}");
    assert!(script.contains(&format!("cargo +{version} install --locked ")), "{script}");
    assert!(script.contains("--path \"$GITHUB_ACTION_PATH/crates/cli\""), "{script}");
    assert!(script.contains("--root \"$RUNNER_TEMP/cmlint\""), "{script}");
}

#[test]
fn it_annotates_sums_up_and_fails() {
    if !is_there("bash", "it_annotates_sums_up_and_fails") {
        return;
    }
    let ran = Ran::new("action-weak", &[("snapshot", "snapshots/site")]);
    assert_eq!(ran.said.code, 1, "{}", ran.said.all());
    assert!(ran.said.out.starts_with("::error file=snapshots/site/"), "{}", ran.said.out);
    assert!(ran.summary.starts_with("# cmlint: "), "{}", ran.summary);
    assert_eq!(ran.outputs, "sarif=cmlint.sarif\nexit-code=1\n");
    let log = std::fs::read_to_string(ran.folder.join("cmlint.sarif")).unwrap();
    let log: Value = serde_json::from_str(&log).unwrap();
    assert!(log["runs"][0]["results"].as_array().unwrap().len() > 10);
}

#[test]
fn it_passes_where_all_is_well_and_takes_arguments() {
    if !is_there("bash", "it_passes_where_all_is_well_and_takes_arguments") {
        return;
    }
    let ran = Ran::new(
        "action-healthy",
        &[
            ("snapshot", "snapshots/well kept"),
            ("arguments", "--select\nnaa-*,tag:accounts\n\n--fail-on\nlow\n"),
            ("sarif", "out put.sarif"),
        ],
    );
    assert_eq!(ran.said.code, 0, "{}", ran.said.all());
    assert_eq!(ran.outputs, "sarif=out put.sarif\nexit-code=0\n");
    let last = ran.said.out.lines().last().unwrap();
    assert!(last.starts_with("0 fail, ") && ran.folder.join("out put.sarif").is_file(), "{last}");
}

#[test]
fn nothing_to_judge_is_no_report() {
    if !is_there("bash", "nothing_to_judge_is_no_report") {
        return;
    }
    let ran = Ran::new("action-wrong", &[("snapshot", "snapshots/sight; touch hacked")]);
    assert_eq!(ran.said.code, 2, "{}", ran.said.all());
    assert_eq!((ran.outputs.as_str(), ran.summary.as_str()), ("exit-code=2\n", ""));
    assert!(!ran.folder.join("hacked").exists());
}

#[test]
fn a_suppression_ends_today_or_on_the_day_that_is_said() {
    if !is_there("bash", "a_suppression_ends_today_or_on_the_day_that_is_said") {
        return;
    }
    // The last day is that of the snapshot: without a word about the day it would still count.
    let manifest: Value = serde_json::from_str(&file("snapshots/contoso/manifest.json")).unwrap();
    let day = &word(&manifest, "collected_at")[..10];
    let entry = format!(
        "[[suppression]]\nlint = \"naa-without-domain\"\nreason = \"x\"\nexpires = {day}\n\
         object = 'site:PS1/account:network-access/name:svc-naa2'\n"
    );
    for (name, now, ended) in [("action-day", day, false), ("action-today", "", true)] {
        let ran = Ran::with(name, &[("snapshot", "snapshots/site"), ("now", now)], &entry);
        assert_eq!(ran.said.out.contains("suppression-expired"), ended, "{}", ran.said.all());
    }
}
