use serde_json::Value;

use super::*;
use crate::outward::made_up;

fn log(count: usize, limits: Limits) -> (String, Value) {
    let text = made_up::show(count, |input, outside| {
        within(input, outside, &outward::open(input.run), false, limits)
    });
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn the_worst_results_stay_and_the_others_are_counted() {
    let (_, log) = log(300, Limits { results: 40, bytes: MOST_BYTES });
    let critical = results(&log).iter().filter(|r| r["properties"]["severity"] == "critical").count();
    assert_eq!((results(&log).len(), critical), (40, 30));
    assert_eq!(log["runs"][0]["properties"]["leftOut"], 260);
    let note = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!((&note["descriptor"]["id"], &note["level"]), (&"left-out".into(), &"warning".into()));
    assert!(note["message"]["text"].as_str().unwrap().starts_with("260 findings left out"));
}

#[test]
fn a_file_that_is_too_large_loses_lines_first_and_then_the_mildest() {
    let whole = zipped(&log(300, Limits { results: MOST_RESULTS, bytes: MOST_BYTES }).0);
    let (text, value) = log(300, Limits { results: MOST_RESULTS, bytes: whole - 1 });
    assert!(zipped(&text) < whole);
    assert_eq!(results(&value).len(), 300);
    assert!(!text.contains("contextRegion"));
    let (text, value) = log(300, Limits { results: MOST_RESULTS, bytes: whole / 3 });
    assert!(zipped(&text) <= whole / 3);
    let kept = results(&value).len();
    assert!((1..300).contains(&kept));
    assert_eq!(value["runs"][0]["properties"]["leftOut"], 300 - kept);
    assert_eq!(results(&value)[0]["properties"]["severity"], "critical");
}

#[test]
fn ten_thousand_findings_are_all_there_and_how_many_are_shown_is_said() {
    let (text, log) = log(10_000, Limits { results: MOST_RESULTS, bytes: MOST_BYTES });
    assert_eq!(results(&log).len(), 10_000);
    assert!(zipped(&text) <= MOST_BYTES);
    assert_eq!(log["runs"][0]["properties"]["leftOut"], 0);
    let note = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(note["message"]["text"], "GitHub shows the worst 5000 of these 10000 findings.");
}
