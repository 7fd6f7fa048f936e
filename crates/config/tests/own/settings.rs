use cmlint_config::{KEYS, Settings, TEMPLATE, settings};
use cmlint_lint::Severity;
use cmlint_model::proof::Confidence;
use cmlint_model::{Dataset, Scope};

use crate::support::*;

fn read(text: &str) -> Result<Settings, Vec<String>> {
    let (sources, file) = file(text);
    settings(&sources, file, &lints()).map_err(|problems| told(&sources, &problems))
}

/// The one thing that is wrong with a text.
fn wrong(text: &str) -> String {
    let all = read(text).unwrap_err();
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

#[test]
fn what_init_writes_changes_nothing_and_every_line_of_it_can_be_uncommented() {
    assert_eq!(read(TEMPLATE), Ok(Settings::default()));
    let code = |line: &&str| !line.starts_with("# ") && !line.is_empty();
    let whole: Vec<&str> =
        TEMPLATE.lines().filter(code).map(|line| line.strip_prefix('#').unwrap_or(line)).collect();
    let whole = whole.join("\n");
    let settings = read(&whole).unwrap();
    for key in KEYS {
        assert!(whole.contains(key), "{key} is not in the file");
    }
    // The examples are the defaults where there are any.
    assert_eq!(settings.fail_on.unwrap().value, Severity::Medium);
    assert_eq!(settings.min_confidence.unwrap().value, Confidence::Medium);
    assert!(!settings.allow_incomplete.unwrap().value);
    assert_eq!(settings.on_purpose[0].dataset, Dataset::UserRight);
    assert_eq!(settings.on_purpose[0].scope, Some(Scope::host("dp01.contoso.com")));
    assert_eq!(settings.policy.exceptions.len(), 1);
}

#[test]
fn values_keep_their_places() {
    let text = "fail-on = \"HIGH\"\nselect = \"tag:accounts\"\n[severity]\nother = \"info\"\n\
                [policy]\ntier0-groups = ['CONTOSO\\Tier 0']\n";
    let (sources, file) = file(text);
    let settings = settings(&sources, file, &lints()).unwrap();
    assert_eq!(settings.fail_on.unwrap().value, Severity::High);
    assert_eq!(sources.text(settings.select.unwrap()[0].span), "\"tag:accounts\"");
    assert_eq!(
        (settings.severities[0].0.value.as_str(), settings.severities[0].1),
        ("other", Severity::Info)
    );
    let group = &settings.policy.tier0_groups[0];
    assert_eq!((group.value.as_str(), sources.text(group.span)), (r"CONTOSO\Tier 0", r"'CONTOSO\Tier 0'"));
    assert_eq!(settings.policy.tier0(&[r"contoso\tier 0"]), Some(group.span));
}

#[test]
fn whatever_is_wrong_has_a_place_and_a_suggestion() {
    for (text, told) in [
        ("selct = []", "1:1 selct: unknown key `selct` (did you mean `select`?)"),
        ("fail_on = 1", "1:1 fail_on: unknown key `fail_on` (did you mean `fail-on`?)"),
        ("ignore = [\"oter\"]", "1:11 \"oter\": there is no lint `oter` (did you mean `other`?)"),
        (
            "select = \"tag:acounts\"",
            "1:10 \"tag:acounts\": no lint has the tag `acounts` (did you mean `tag:accounts`?)",
        ),
        (
            "fail-on = \"hgih\"",
            "1:11 \"hgih\": `fail-on` knows no `hgih` (did you mean `high`? one of info, low, medium, high, critical)",
        ),
        ("allow-incomplete = 1", "1:20 1: `allow-incomplete` is a number and should be true or false ()"),
        ("[severity]\nothr = \"low\"", "2:1 othr: there is no lint `othr` (did you mean `other`?)"),
        ("policy = 3", "1:10 3: `policy` is a number and should be a section `[policy]` ()"),
        (
            "[policy]\ntier0-group = []",
            "2:1 tier0-group: unknown key `tier0-group` (did you mean `tier0-groups`?)",
        ),
        (
            "[[not-collected-on-purpose]]\ndataset = \"user-right\"\nreason = \"x\"",
            "2:11 \"user-right\": `dataset` knows no `user-right` (did you mean `user-rights`?)",
        ),
    ] {
        assert_eq!(wrong(text), told);
    }
    assert!(wrong("select = [").starts_with("1:11 : unclosed array"));
    let twice = wrong("fail-on = \"low\"\nfail-on = \"low\"");
    assert!(twice.starts_with("2:1 fail-on: duplicate key"), "{twice}");
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_order() {
    let all =
        read("a = 1\nfail-on = \"x\"\n[policy]\nb = 1\n[[policy.exceptions]]\nsubject = \"\"").unwrap_err();
    let lines: Vec<&str> = all.iter().map(|told| told.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["1:1", "2:11", "4:1", "5:1", "6:11"]);
}
