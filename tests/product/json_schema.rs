//! The JSON report against the schema that the program prints.

use serde_json::Value;

use crate::own_files::House;
use crate::program::{Said, cmlint};

fn schema() -> Value {
    let said = cmlint(&["schema"]);
    assert_eq!(said.code, 0, "{}", said.all());
    serde_json::from_str(&said.out).unwrap()
}

fn wrong(schema: &Value, report: &Said) -> Vec<String> {
    let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|e| panic!("{e}\n{}", report.all()));
    let schema = jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
    schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn it_is_a_schema_of_its_draft_and_closed() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
        panic!("{error}");
    }
    assert!(schema["$id"].is_string() && schema["title"].is_string());
}

#[test]
fn the_report_of_every_sample_passes() {
    let schema = schema();
    let role = "snapshots/contoso/roles/Patch My PC Advanced Insights Client Actions and Collections.xml";
    for path in ["contoso", "contoso-hardened", "low-privilege", "damaged", "v1-first"]
        .map(|name| format!("snapshots/{name}"))
        .iter()
        .map(String::as_str)
        .chain(["snapshots/contoso/site", role])
    {
        let told = wrong(&schema, &cmlint(&["check", path, "-o", "json"]));
        assert!(told.is_empty(), "{path}\n{}", told.join("\n"));
        let told = wrong(
            &schema,
            &cmlint(&["check", path, "-o", "json", "--require-all", "--min-confidence", "low"]),
        );
        assert!(told.is_empty(), "{path}\n{}", told.join("\n"));
    }
}

#[test]
fn so_do_findings_that_somebody_has_dealt_with() {
    let house = House::new("json-schema");
    house.write(
        "cmlint-suppressions.toml",
        "[[suppression]]\nlint = \"naa-without-domain\"\nreason = \"x\"\nowner = \"Jo\"\nticket = \"C-1\"\n\
         expires = 2099-01-01\nstatus = \"mitigated\"\nobject = 'site:PS1/account:network-access/*'\n\
         [[suppression]]\nlint = \"custom-role-edits-security\"\nreason = \"x\"\nobject = 'role:gone'\n",
    );
    assert_eq!(house.run(&["baseline", "create", "snap"]).code, 0);
    let said = house.run(&["check", "snap", "-o", "json", "--baseline", "cmlint-baseline.jsonl"]);
    for state in ["\"suppressed\"", "\"baselined\"", "suppression-unused"] {
        assert!(said.out.contains(state), "{state}");
    }
    let told = wrong(&schema(), &said);
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn another_report_does_not_pass() {
    let schema = schema();
    let said = cmlint(&["check", "snapshots/v1-first", "-o", "json"]);
    for (from, to) in
        [("cmlint/v1", "cmlint/v2"), ("\"not_evaluated\"", "\"unknown\""), ("\"summary\"", "\"sumary\"")]
    {
        let other = Said { out: said.out.replace(from, to), err: String::new(), code: said.code };
        assert_ne!(other.out, said.out, "{from}");
        assert!(!wrong(&schema, &other).is_empty(), "{to}");
    }
}
