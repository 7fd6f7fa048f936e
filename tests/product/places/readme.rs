//! What the README shows for pipelines.

use serde_json::Value;

use super::{assert_taken, bash, file, is_there, lay_program, repository, word, words, yaml};
use crate::program::{cmlint, command, said};

/// The blocks of a language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let readme = file("README.md");
    let fence = format!("```{language}\n");
    let behind = readme.split(&fence).skip(1);
    behind.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The block that holds a word.
fn block(language: &str, word: &str) -> String {
    let mut all = blocks(language).into_iter().filter(|block| block.contains(word));
    let block = all.next().unwrap_or_else(|| panic!("no {language} with {word}"));
    assert_eq!(all.next(), None);
    block
}

fn release() -> String {
    let version = cmlint(&["--version"]).out;
    format!("v{}", version.trim().split(' ').next_back().unwrap())
}

#[test]
fn every_command_is_one() {
    let readme = file("README.md");
    let mut seen = 0;
    for line in readme.lines().filter_map(|line| line.strip_prefix("    ")) {
        let line = line.split("  ").next().unwrap();
        let Some(line) = line.strip_prefix("cmlint ") else { continue };
        let line = line.split(" #").next().unwrap();
        assert_taken(&words(line));
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn the_example_for_github_uses_the_action_as_it_is() {
    let workflow = yaml(&block("yaml", "runs-on"));
    let action = yaml(&file("action.yml"));
    let steps = workflow["jobs"]["cmlint"]["steps"].as_array().unwrap();
    let ours = format!("cmlint/cmlint@{}", release());
    let step = steps.iter().find(|step| step["uses"] == ours.as_str()).unwrap();
    let given = step["with"].as_object().unwrap();
    let inputs = action["inputs"].as_object().unwrap();
    for name in given.keys() {
        assert!(inputs.contains_key(name), "{name} is no input");
    }
    for (name, input) in inputs {
        assert!(input["required"] != true || given.contains_key(name), "{name} is required");
    }
    let upload = steps.iter().find(|step| word(step, "uses").contains("upload-sarif")).unwrap();
    let output = format!("${{{{ steps.{}.outputs.sarif }}}}", word(step, "id"));
    assert_eq!(upload["with"]["sarif_file"], output.as_str());
    assert!(word(upload, "if").starts_with("always()"), "alerts are for when something was found");
    assert!(action["outputs"]["sarif"].is_object());
    assert_eq!(workflow["permissions"]["security-events"], "write");
}

#[test]
fn the_example_for_gitlab_runs() {
    if !is_there("bash", "the_example_for_gitlab_runs") {
        return;
    }
    let job = &yaml(&block("yaml", "reports:"))["cmlint"];
    let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    let [install, check] = script[..] else { panic!("{script:?}") };
    assert!(install.contains(&format!("--tag {} cmlint", release())), "{install}");
    assert!(check.contains("--now \"$(date -u +%F)\""), "{check}");
    let folder = repository("gitlab");
    lay_program(&folder.join(".cmlint/bin/cmlint"));
    let said = bash(check, &folder, &[]);
    assert!(said.code == 1 && said.out.contains("0 crashed of"), "{}", said.all());
    let made = |name: &Value| folder.join(name.as_str().unwrap()).is_file();
    let artifacts = &job["artifacts"];
    assert!(made(&artifacts["reports"]["junit"]) && made(&artifacts["paths"][0]), "{artifacts}");
    assert_eq!(artifacts["when"], "always");
}

#[test]
fn the_example_for_pre_commit_names_hooks_that_are_there() {
    let example = yaml(&block("yaml", "hooks:"));
    let repo = &example["repos"][0];
    assert_eq!(repo["rev"], release().as_str());
    let hooks = yaml(&file(".pre-commit-hooks.yaml"));
    let hooks: Vec<&str> = hooks.as_array().unwrap().iter().map(|hook| word(hook, "id")).collect();
    for hook in repo["hooks"].as_array().unwrap() {
        assert!(hooks.contains(&word(hook, "id")), "{hook}");
        let arguments = hook["args"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned());
        assert_taken(&std::iter::once("check".to_owned()).chain(arguments).collect::<Vec<_>>());
    }
}

#[test]
fn the_examples_of_own_files_are_taken_and_fit_the_sample() {
    let folder = repository("readme-own-files");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("cmlint.toml", &block("toml", "fail-on"));
    write("cmlint-suppressions.toml", &block("toml", "[[suppression]]"));
    let run = |args: &[&str]| said(command(args).current_dir(&folder).output().unwrap());
    let created = run(&["baseline", "create", "snapshots/site", "--no-config"]);
    assert_eq!(created.code, 0, "{}", created.all());
    let said = run(&["check", "snapshots/site", "-o", "json", "--no-baseline"]);
    assert_eq!(said.code, 1, "{}", said.all());
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["notices"], serde_json::json!([]), "the suppression covers a finding");
    assert!(said.out.contains("\"suppressed\""));
    let known = run(&["check", "snapshots/site", "--allow-incomplete"]);
    assert_eq!(known.code, 0, "{}", known.all());
}
