//! What GitHub asks of SARIF beyond the standard.

use std::collections::BTreeSet;

use cmlint_source::{Encoding, OffsetMap};
use serde_json::Value;

use crate::outward::{Reports, bad_sites, hostile};
use crate::support::*;

/// Logs with everything that a log can hold.
fn logs() -> Vec<Value> {
    let mut sources = cmlint_source::Sources::new();
    let text = "{\n  \"a\": \"😀é\", \"SiteCode\": \"PS1\",\n  \"SiteName\": \"x\n y\"\n}\n";
    let file = sources.add("a b/ü.json", text.to_owned(), Encoding::Utf8);
    let wide = sources.add("wide.json", text.to_owned(), Encoding::Utf16Le);
    let child = sources.add_child(file, "copy", text.to_owned(), OffsetMap::verbatim(0, text.len()));
    let mut logs = Vec::new();
    for id in [file, wide, child] {
        let places = [find(&sources, id, "PS1"), find(&sources, id, "x\n y"), find(&sources, id, "a")];
        let (snapshot, run) = judge_places(&sources, &places);
        logs.push(Reports::of(&run, &snapshot, &sources, no_net).log());
    }
    logs.push(hostile(|run, snapshot, sources| Reports::of(run, snapshot, sources, no_net).log()));
    logs.push(bad_sites(0, "", |run, snapshot, sources| Reports::of(run, snapshot, sources, no_net).log()));
    logs.push(bad_sites(3, "bad", |run, snapshot, sources| {
        Reports::of(run, snapshot, sources, no_net).log()
    }));
    logs
}

fn array<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// Every member of this name, however deep.
fn named<'a>(value: &'a Value, name: &str, out: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == name {
                    out.push(value);
                }
                named(value, name, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, name, out)),
        _ => {}
    }
}

fn all<'a>(log: &'a Value, name: &str) -> Vec<&'a Value> {
    let mut out = Vec::new();
    named(log, name, &mut out);
    out
}

#[test]
fn required_members_are_there_and_not_empty() {
    for log in logs() {
        assert_eq!((&log["version"], array(&log, "runs").len()), (&"2.1.0".into(), 1));
        assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "cmlint");
        assert_eq!(run["tool"]["driver"]["semanticVersion"], "9.9.9");
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        for rule in array(&run["tool"]["driver"], "rules") {
            for text in [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"]] {
                let text = text.as_str().unwrap();
                assert!(!text.is_empty() && text.chars().count() <= 1024);
            }
            for text in [&rule["id"], &rule["name"], &rule["help"]["text"], &rule["help"]["markdown"]] {
                assert!(!text.as_str().unwrap().is_empty(), "{rule}");
            }
        }
        for result in array(run, "results") {
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            assert_eq!(array(result, "locations").len(), 1);
            assert!(result["partialFingerprints"]["cmlint/v1"].as_str().unwrap().len() == 16);
        }
        for location in all(&log, "physicalLocation") {
            assert!(!location["artifactLocation"]["uri"].as_str().unwrap().is_empty());
        }
        for text in all(&log, "text") {
            assert_ne!(text, "");
        }
    }
}

#[test]
fn severity_stands_on_the_rule_and_rules_are_found() {
    for log in logs() {
        let run = &log["runs"][0];
        let rules = array(&run["tool"]["driver"], "rules");
        let ids: BTreeSet<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len());
        for rule in rules {
            let properties = &rule["properties"];
            let severity: f64 = properties["security-severity"].as_str().unwrap().parse().unwrap();
            assert!(severity > 0.0 && severity <= 10.0);
            let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
            assert_eq!(
                level,
                if severity >= 7.0 {
                    "error"
                } else if severity >= 4.0 {
                    "warning"
                } else {
                    "note"
                }
            );
            let tags = array(properties, "tags");
            assert!(tags.len() <= 10 && tags[0] == "security");
            assert!(
                ["very-high", "high", "medium", "low"].contains(&properties["precision"].as_str().unwrap())
            );
        }
        for result in array(run, "results") {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
        }
    }
}

#[test]
fn addresses_are_relative_and_encoded() {
    for log in logs() {
        for uri in all(&log, "uri") {
            let uri = uri.as_str().unwrap();
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
            assert!(!uri.starts_with('/') && !uri.contains("//"), "{uri}");
            assert!(uri.split('/').all(|part| !matches!(part, "" | "." | "..")), "{uri}");
            assert!(uri.starts_with("snap/%3Cb%3Ex/"), "{uri}");
        }
        assert!(all(&log, "uriBaseId").is_empty() && all(&log, "originalUriBaseIds").is_empty());
    }
    assert!(all(&logs()[0], "uri").iter().any(|uri| *uri == "snap/%3Cb%3Ex/a%20b/%C3%BC.json"));
}

#[test]
fn regions_are_whole_and_the_primary_one_is_on_one_line() {
    for log in logs() {
        for region in all(&log, "region") {
            let number = |name: &str| region[name].as_u64().unwrap_or_else(|| panic!("{name} in {region}"));
            let start = (number("startLine"), number("startColumn"));
            let end = (number("endLine"), number("endColumn"));
            assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{region}");
        }
        for result in array(&log["runs"][0], "results") {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], region["endLine"]);
        }
    }
}

#[test]
fn columns_count_utf16() {
    let log = &logs()[0];
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    // Two units before the letter, one for it: `  "a": "😀é", "SiteCode": "PS1"`.
    let line = "  \"a\": \"😀é\", \"SiteCode\": \"";
    let column = line.encode_utf16().count() as u64 + 1;
    assert_eq!(
        (region["startColumn"].as_u64(), region["endColumn"].as_u64()),
        (Some(column), Some(column + 3))
    );
    assert_ne!(column as usize, line.chars().count() + 1);
    assert_eq!(region["startLine"], 2);
}

#[test]
fn the_line_hash_is_there_for_utf8_only() {
    let logs = logs();
    let hash =
        |log: &Value| log["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"].clone();
    assert!(hash(&logs[0]).as_str().unwrap().ends_with(":1"));
    assert!(hash(&logs[1]).is_null());
    assert_eq!(hash(&logs[2]), hash(&logs[0]));
}

#[test]
fn a_proof_is_a_flow_and_each_step_has_a_place() {
    for log in logs() {
        for flow in all(&log, "threadFlows") {
            let locations = array(&flow[0], "locations");
            assert!(!locations.is_empty() && locations.len() <= 1000);
            for location in locations {
                assert!(location["location"]["physicalLocation"]["region"].is_object());
                assert!(!location["location"]["message"]["text"].as_str().unwrap().is_empty());
            }
        }
    }
    let result = &logs()[5]["runs"][0]["results"][0];
    let steps = array(&result["codeFlows"][0]["threadFlows"][0], "locations");
    assert_eq!(steps[0]["location"]["message"]["text"], "`S000` names itself");
    assert_eq!(steps[1]["location"]["message"]["text"], "every site has a name (by rule)");
}

#[test]
fn what_could_not_be_judged_is_a_notification_and_no_result() {
    for log in logs() {
        let run = &log["runs"][0];
        for name in
            ["suppressions", "kind", "baselineState", "fixes", "relatedLocations", "originalUriBaseIds"]
        {
            for result in array(run, "results") {
                assert!(result[name].is_null(), "{name}");
            }
        }
        let outcomes = run["properties"]["outcomes"].as_object().unwrap();
        let notes = array(&run["invocations"][0], "toolExecutionNotifications");
        let kinds = array(&run["tool"]["driver"], "notifications");
        for note in notes {
            let index = note["descriptor"]["index"].as_u64().unwrap() as usize;
            assert_eq!(kinds[index]["id"], note["descriptor"]["id"]);
        }
        let told = |kind: &str, rule: &str| {
            notes.iter().any(|n| n["descriptor"]["id"] == kind && n["associatedRule"]["id"] == rule)
        };
        for (lint, outcome) in outcomes {
            assert_eq!(told("not-evaluated", lint), outcome == "not_evaluated", "{lint}");
            assert_eq!(told("crashed", lint), outcome == "crashed", "{lint}");
        }
        let crashed = outcomes.values().any(|o| o == "crashed");
        assert_eq!(run["invocations"][0]["executionSuccessful"], !crashed);
    }
}

#[test]
fn nothing_in_a_message_is_a_link() {
    for log in logs() {
        for name in ["message", "shortDescription", "fullDescription"] {
            for message in all(&log, name) {
                let text = message["text"].as_str().unwrap();
                assert!(!text.contains("]("), "{text}");
            }
        }
    }
}

#[test]
fn the_category_comes_from_the_sites_and_there_is_no_clock() {
    let log = &logs()[5];
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "cmlint/S000+S001+S002/");
    for name in ["startTimeUtc", "endTimeUtc", "machine", "account", "workingDirectory", "guid"] {
        assert!(all(log, name).is_empty(), "{name}");
    }
}
