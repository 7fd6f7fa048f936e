//! SARIF of the samples against the schema of the standard and against what GitHub asks beyond it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use crate::own_files::House;
use crate::program::{cmlint, root};

const SAMPLES: [&str; 5] = ["contoso", "contoso-hardened", "low-privilege", "damaged", "v1-first"];

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn log(args: &[&str]) -> Value {
    parsed(&cmlint(&[&["check"], args, &["-o", "sarif"]].concat()).out)
}

/// The log of a sample, made once.
fn sample(name: &str) -> Value {
    static MADE: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(name.to_owned()).or_insert_with(|| log(&[&format!("snapshots/{name}")])).clone()
}

fn run(log: &Value) -> &Value {
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    &log["runs"][0]
}

fn array<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

/// Every value that a member of this name has, however deep.
fn every<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(members) => {
            let own = members.get(name).into_iter();
            own.chain(members.values().flat_map(|member| every(member, name))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| every(item, name)).collect(),
        _ => Vec::new(),
    }
}

fn schema() -> Validator {
    let text = std::fs::read_to_string(root().join("tests/fixtures/sarif/sarif-2.1.0.schema.json")).unwrap();
    // One pattern of the standard's own schema has a bracket too many and is no regular expression.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    jsonschema::options().should_validate_formats(true).build(&parsed(&text)).unwrap()
}

fn assert_valid(schema: &Validator, log: &Value, what: &str) {
    let wrong: Vec<String> =
        schema.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{what}\n{}", wrong.join("\n"));
}

/// The weak sample with a suppression, a useless suppression, and the rest in a baseline but for one lint.
fn dealt_with(name: &str) -> House {
    let house = House::new(name);
    house.write(
        "cmlint-suppressions.toml",
        "[[suppression]]\nlint = \"naa-without-domain\"\nreason = \"see [x](y)\"\nowner = \"Jo\"\n\
         expires = 2099-01-01\nobject = 'site:PS1/account:network-access/*'\n\
         [[suppression]]\nlint = \"custom-role-edits-security\"\nreason = \"x\"\nobject = 'role:gone'\n",
    );
    let made = house.run(&["baseline", "create", "snap", "--ignore", "too-many-network-access-accounts"]);
    assert_eq!(made.code, 0, "{}", made.all());
    house
}

#[test]
fn every_log_passes_the_schema() {
    let schema = schema();
    assert!(!schema.is_valid(&serde_json::json!({"version": "2.1.0"})), "the schema asks for something");
    for name in SAMPLES {
        for format in ["sarif", "sarif-full"] {
            let said = cmlint(&["check", &format!("snapshots/{name}"), "-o", format]);
            assert_valid(&schema, &parsed(&said.out), name);
        }
    }
    let house = dealt_with("sarif-schema");
    for format in ["sarif", "sarif-full"] {
        let said = house.run(&["check", "snap", "-o", format, "--baseline", "cmlint-baseline.jsonl"]);
        assert_valid(&schema, &parsed(&said.out), format);
    }
    let said = cmlint(&["diff", "snapshots/contoso-hardened", "snapshots/contoso", "-o", "sarif"]);
    assert_valid(&schema, &parsed(&said.out), "diff");
}

#[test]
fn what_github_requires_is_there_and_says_something() {
    for name in SAMPLES {
        let log = sample(name);
        assert!(text(&log, "/$schema").ends_with("sarif-2.1.0.json"));
        assert_eq!(text(&log, "/version"), "2.1.0");
        let run = run(&log);
        assert_eq!(text(run, "/tool/driver/name"), "cmlint");
        for rule in array(&run["tool"]["driver"], "rules") {
            for pointer in ["/id", "/help/text", "/help/markdown"] {
                assert_ne!(text(rule, pointer), "");
            }
            for pointer in ["/shortDescription/text", "/fullDescription/text"] {
                assert!((1..=1024).contains(&text(rule, pointer).chars().count()), "{}", rule["id"]);
            }
            assert!(text(rule, "/name").len() <= 255 && array(&rule["properties"], "tags").len() <= 10);
        }
        for result in array(run, "results") {
            assert_ne!(text(result, "/message/text"), "");
            assert_eq!(array(result, "locations").len(), 1);
            assert!(!result["partialFingerprints"].as_object().unwrap().is_empty());
            for flow in every(result, "threadFlows") {
                assert!(array(&flow[0], "locations").len() <= 1000);
            }
        }
        assert!(array(run, "results").len() <= 25_000 && log.to_string().len() < 10_000_000);
        assert_eq!(
            array(run, "results").is_empty(),
            name == "contoso-hardened" || name == "v1-first",
            "{name}"
        );
    }
}

#[test]
fn a_rule_has_one_severity_and_its_results_have_it_too() {
    let log = sample("contoso");
    let rules = array(&run(&log)["tool"]["driver"], "rules");
    for result in array(run(&log), "results") {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"], "{}", result["message"]);
        let weight = match text(result, "/properties/severity") {
            "critical" => "9.5",
            "high" => "8.0",
            "medium" => "5.5",
            "low" => "2.0",
            _ => "0.1",
        };
        assert_eq!(text(rule, "/properties/security-severity"), weight, "{}", result["message"]);
    }
    for rule in rules {
        let severity: f64 = text(rule, "/properties/security-severity").parse().unwrap();
        let level = match severity {
            7.0..=10.0 => "error",
            4.0..7.0 => "warning",
            0.1..4.0 => "note",
            other => panic!("{other}"),
        };
        assert_eq!(text(rule, "/defaultConfiguration/level"), level);
        assert!(array(&rule["properties"], "tags").iter().any(|tag| tag == "security"));
        assert!(["very-high", "high", "medium", "low"].contains(&text(rule, "/properties/precision")));
    }
}

#[test]
fn the_catalogue_of_rules_is_the_same_every_time() {
    let rules = |log: &Value| run(log)["tool"]["driver"]["rules"].clone();
    let all = rules(&sample("contoso-hardened"));
    assert_eq!(rules(&log(&["snapshots/contoso", "--select", "naa-without-domain"])), all);
    let ids: BTreeSet<&str> = all.as_array().unwrap().iter().map(|rule| text(rule, "/id")).collect();
    // Beside these stand those of findings that are worse or milder than their lint.
    let log = sample("contoso");
    let mut more = array(&run(&log)["tool"]["driver"], "rules").to_vec();
    more.retain(|rule| !text(rule, "/id").contains('/'));
    assert!(Value::from(more) == all);
    let listed = parsed(&cmlint(&["rules", "-o", "json"]).out);
    let listed: BTreeSet<&str> = array(&listed, "lints").iter().map(|lint| text(lint, "/id")).collect();
    assert_eq!(ids, listed);
}

/// A file of the repository by the URI that names it.
fn named(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match (first, behind) {
            (b'%', [a, b, behind @ ..]) => {
                let digits = [*a, *b];
                (u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap(), behind)
            }
            _ => (*first, behind),
        };
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_address_is_that_of_a_file_in_the_repository() {
    for name in SAMPLES {
        let log = sample(name);
        assert!(every(&log, "uriBaseId").is_empty() && every(&log, "originalUriBaseIds").is_empty());
        for uri in every(&log, "uri") {
            let uri = uri.as_str().unwrap();
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
            assert!(uri.split('/').all(|part| !matches!(part, "" | "." | "..")), "{uri}");
            assert!(uri.starts_with(&format!("snapshots/{name}/")), "{uri}");
        }
        for result in array(run(&log), "results") {
            for uri in every(result, "uri") {
                assert!(root().join(named(uri.as_str().unwrap())).is_file(), "{uri}");
            }
        }
    }
}

/// The lines of a file, without a mark at its beginning; whether it is UTF-8.
fn lines(path: &str) -> (Vec<String>, bool) {
    let bytes = std::fs::read(root().join(path)).unwrap();
    let (text, is_utf8) = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            (String::from_utf16(&units).unwrap(), false)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => (String::from_utf8(rest.to_vec()).unwrap(), true),
        bytes => (String::from_utf8(bytes.to_vec()).unwrap(), true),
    };
    (text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect(), is_utf8)
}

#[test]
fn regions_are_whole_lie_in_their_files_and_the_primary_one_is_on_one_line() {
    let log = sample("contoso");
    assert_eq!(text(run(&log), "/columnKind"), "utf16CodeUnits");
    let mut files = BTreeMap::new();
    for result in array(run(&log), "results") {
        let primary = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(primary["startLine"], primary["endLine"]);
        for location in every(result, "physicalLocation") {
            let path = named(text(location, "/artifactLocation/uri"));
            let (lines, _) = files.entry(path).or_insert_with_key(|path| lines(path));
            let number = |name: &str| location["region"][name].as_u64().unwrap() as usize;
            let start = (number("startLine"), number("startColumn"));
            let end = (number("endLine"), number("endColumn"));
            assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{location}");
            for (line, column) in [start, end] {
                let units = lines[line - 1].encode_utf16().count();
                assert!(column <= units + 1, "{location}: the line has {units} units");
            }
        }
    }
    assert!(files.len() > 10);
}

#[test]
fn fingerprints_tell_findings_apart_and_lines_are_told_where_github_can_read_them() {
    let log = sample("contoso");
    let results = array(run(&log), "results");
    let own: BTreeSet<&str> = results.iter().map(|r| text(r, "/partialFingerprints/cmlint~1v1")).collect();
    assert_eq!(own.len(), results.len());
    let mut wide = 0;
    let mut repeated = 0;
    for result in results {
        let uri = named(text(result, "/locations/0/physicalLocation/artifactLocation/uri"));
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str();
        let Some(hash) = hash else {
            // No hash is made of a secret either.
            let is_wide = !lines(&uri).1;
            assert!(is_wide || result.to_string().contains("•••"), "{result}");
            wide += usize::from(is_wide);
            continue;
        };
        assert!(lines(&uri).1, "{uri}");
        let (digits, occurrence) = hash.split_once(':').unwrap();
        assert!(u64::from_str_radix(digits, 16).is_ok() && occurrence.parse::<u32>().unwrap() > 0, "{hash}");
        repeated += usize::from(occurrence != "1");
    }
    assert!(wide > 0, "the sample has a file of UTF-16");
    // Places whose line tells nothing of the object would trade alerts when a file is sorted anew.
    assert!(repeated * 20 <= results.len(), "{repeated} of {}", results.len());
}

#[test]
fn what_somebody_has_dealt_with_opens_no_alert() {
    let house = dealt_with("sarif-dealt-with");
    let check = |format| {
        let said = house.run(&["check", "snap", "-o", format, "--baseline", "cmlint-baseline.jsonl"]);
        parsed(&said.out)
    };
    let log = check("sarif");
    let rules: BTreeSet<&str> = array(run(&log), "results").iter().map(|r| text(r, "/ruleId")).collect();
    assert_eq!(rules, ["too-many-network-access-accounts"].into());
    for name in ["suppressions", "kind", "baselineState", "fixes"] {
        assert!(array(run(&log), "results").iter().all(|result| result[name].is_null()), "{name}");
    }
    let told = &run(&log)["invocations"][0]["toolConfigurationNotifications"];
    assert_eq!(text(told, "/0/descriptor/id"), "suppression-unused");
    assert_eq!(
        text(told, "/0/locations/0/physicalLocation/artifactLocation/uri"),
        "cmlint-suppressions.toml"
    );
    // The full form says who has dealt with what.
    let full = check("sarif-full");
    let full = array(run(&full), "results");
    let suppressed = |r: &&Value| r["suppressions"].as_array().is_some_and(|s| !s.is_empty());
    assert_eq!(full.iter().filter(suppressed).count(), 2);
    assert!(full.iter().filter(|r| r["baselineState"] == "unchanged").count() > 20);
}

#[test]
fn what_was_not_judged_is_told_of_the_tool_and_is_no_result() {
    let log = sample("low-privilege");
    let run = run(&log);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let notes = array(&run["invocations"][0], "toolExecutionNotifications");
    let told: BTreeSet<&str> = notes
        .iter()
        .filter(|note| note["descriptor"]["id"] == "not-evaluated")
        .map(|note| text(note, "/associatedRule/id"))
        .collect();
    let outcomes = run["properties"]["outcomes"].as_object().unwrap();
    let open: BTreeSet<&str> =
        outcomes.iter().filter(|(_, o)| *o == "not_evaluated").map(|(id, _)| id.as_str()).collect();
    assert!(open.len() > 5);
    assert_eq!(told, open);
}

#[test]
fn titles_name_what_they_are_about() {
    for result in array(run(&sample("contoso")), "results") {
        let message = text(result, "/message/text");
        let title = message.lines().next().unwrap();
        assert!(title.contains('`') && title.ends_with('.'), "{title}");
        assert!(!message.contains("]("), "{message}");
        assert_ne!(text(result, "/locations/0/logicalLocations/0/fullyQualifiedName"), "");
    }
}

#[test]
fn the_category_is_that_of_the_sites_and_nothing_is_of_this_computer() {
    let category = |name: &str| text(run(&sample(name)), "/automationDetails/id").to_owned();
    let contoso = category("contoso");
    assert!(contoso.starts_with("cmlint/") && contoso.contains("PS1") && contoso.ends_with('/'), "{contoso}");
    assert_ne!(category("v1-first"), contoso);
    let log = sample("contoso");
    assert!(!log.to_string().contains(root().to_str().unwrap()));
    for name in
        ["startTimeUtc", "endTimeUtc", "machine", "account", "workingDirectory", "guid", "commandLine"]
    {
        assert!(every(&log, name).is_empty(), "{name}");
    }
}
