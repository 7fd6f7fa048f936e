//! A proposed change under review: what `diff` and `check --with` say of it.

use serde_json::Value;

use crate::own_files::{House, copy};
use crate::program::Said;

const NAA: &str = "site/SMS_SCI_ClientComp.json";
const STORED: &str = "site/SMS_SCI_Reserved.json";
const DIRECTORY: &str = "directory/contoso.com.ldf";

/// A repository with the weak sample in `snap`, and in `new` as a change would make it: the group of the service
/// desk is in the group of the full administrators, and a network access account is another.
pub(crate) fn changed(name: &str) -> House {
    let house = House::new(name);
    copy(&house.path("snap"), &house.path("new"));
    let end = if house.read("snap/directory/contoso.com.ldf").contains("\r\n") { "\r\n" } else { "\n" };
    let dn = |name: &str| format!("CN={name},OU=Groups,DC=contoso,DC=com");
    let hoffmann = format!("member: CN=Hoffmann Katrin (admin),OU=Admins,DC=contoso,DC=com{end}");
    let next = format!("{end}dn: {}", dn("CM-ServiceDesk"));
    let member = format!("member: {}{end}", dn("CM-ServiceDesk"));
    let file = format!("new/{DIRECTORY}");
    house.change(&file, &format!("{hoffmann}{next}"), &format!("{hoffmann}{member}{next}"));
    let mehta = format!("member: CN=Mehta Sunita,OU=Staff,DC=contoso,DC=com{end}");
    let next = format!("{end}dn: {}", dn("CM-Packagers"));
    let member_of = format!("memberOf: {}{end}", dn("CM-Admins"));
    house.change(&file, &format!("{mehta}{next}"), &format!("{mehta}{member_of}{next}"));
    house.change(&format!("new/{NAA}"), r#""CONTOSO\\svc-naa","#, r#""CONTOSO\\svc-osdnet","#);
    house.change(&format!("new/{STORED}"), r"CONTOSO\\svc-naa|0", r"CONTOSO\\svc-osdnet|0");
    house.change(&format!("new/{STORED}"), r#""CONTOSO\\svc-naa""#, r#""CONTOSO\\svc-osdnet""#);
    house
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}\n{}", said.all()))
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("no list {name} in {value}"))
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The changes of an area, as the report words them.
fn changes<'v>(report: &'v Value, area: &str) -> Vec<&'v str> {
    list(report, "changes").iter().filter(|c| c["area"] == area).map(|c| word(c, "text")).collect()
}

const NESTED: &str = r"`CONTOSO\CM-ServiceDesk` is now a member of `CONTOSO\CM-Admins`";
const SWAPPED: &str =
    r"the network access account of site PS1 was swapped: `CONTOSO\svc-naa` -> `CONTOSO\svc-osdnet`";

#[test]
fn a_nested_group_and_a_swapped_account_are_named_with_the_rights_gained_and_the_path() {
    let house = changed("review-json");
    let said = house.run(&["diff", "snap", "new", "-o", "json"]);
    let report = json(&said);
    assert_eq!(changes(&report, "members"), [NESTED]);
    assert_eq!(changes(&report, "accounts"), [SWAPPED]);
    let gained: Vec<&Value> = list(&report, "effects").iter().filter(|e| e["sign"] == "gained").collect();
    let right =
        |words: &str| *gained.iter().find(|e| word(e, "right") == words).unwrap_or_else(|| panic!("{words}"));
    let role = right("what the role `Full Administrator` grants");
    assert_eq!(role["who"], serde_json::json!([r"CONTOSO\CM-ServiceDesk"]));
    assert_eq!(role["through"], serde_json::json!([r"CONTOSO\jreuter", r"CONTOSO\smehta"]));
    let details: Vec<&str> = list(role, "details").iter().filter_map(Value::as_str).collect();
    assert!(details.iter().any(|d| d.contains("Run Script") && d.contains("All Systems")), "{details:?}");
    let steps: Vec<&str> = list(role, "proof").iter().map(|step| word(step, "text")).collect();
    assert_eq!(steps[0], r"`CONTOSO\CM-ServiceDesk` is a member of `CONTOSO\CM-Admins`");
    assert_eq!(steps[2], r"`CONTOSO\CM-Admins` holds the role `Full Administrator`");
    let place = &role["proof"][0]["place"];
    assert_eq!((word(place, "path"), place["column"].as_u64()), (DIRECTORY, Some(9)));
    // The account of a computer, and of a database server, by the groups there.
    right(r"membership of `BUILTIN\Administrators` on cm01.contoso.com");
    right("the role sysadmin in the server sql01.contoso.com");
    // The first words are for what brings most.
    assert_eq!(word(gained[0], "right"), "what the role `Full Administrator` grants");
    assert!(list(&report, "effects").iter().all(|e| e["sign"] == "gained"), "nobody loses anything");
}

#[test]
fn a_part_of_a_right_is_not_told_beside_it() {
    let house = changed("review-parts");
    let report = json(&house.run(&["diff", "snap", "new", "-o", "json"]));
    let rights: Vec<&str> = list(&report, "effects").iter().map(|e| word(e, "right")).collect();
    let of_folder: Vec<&&str> =
        rights.iter().filter(|right| right.ends_with(r"on D:\SCCMContentLib on dp01.contoso.com")).collect();
    assert_eq!(of_folder, [&r"Full control on D:\SCCMContentLib on dp01.contoso.com"], "{rights:#?}");
}

#[test]
fn the_same_change_as_a_page_for_a_merge_request() {
    let house = changed("review-markdown");
    let page = house.run(&["diff", "snap", "new", "-o", "markdown"]).out;
    for told in [
        r"CONTOSO\CM-ServiceDesk",
        r"CONTOSO\CM-Admins",
        r"CONTOSO\svc-osdnet",
        "Full Administrator",
        "was swapped",
    ] {
        // Markdown has a backslash of its own.
        let escaped = told.replace('\\', "\\\\");
        assert!(page.contains(told) || page.contains(&escaped), "{told}\n{page}");
    }
    assert!(page.len() < 1024 * 1024);
}

#[test]
fn the_same_change_for_code_scanning() {
    let house = changed("review-sarif");
    // A finding that the change brings.
    house.change(&format!("new/{NAA}"), r#""CONTOSO\\svc-naa-oslo","#, r#""svc-naa-oslo","#);
    let report = json(&house.run(&["diff", "snap", "new", "-o", "sarif"]));
    let run = &report["runs"][0];
    let state = |result: &Value| word(result, "baselineState").to_owned();
    let new: Vec<&Value> = list(run, "results").iter().filter(|r| state(r) == "new").collect();
    let nameless =
        new.iter().find(|r| r["ruleId"] == "naa-without-domain").unwrap_or_else(|| panic!("{new:#?}"));
    let place = &nameless["locations"][0]["physicalLocation"];
    assert_eq!(word(&place["artifactLocation"], "uri"), format!("new/{NAA}"));
    assert!(place["region"]["startLine"].as_u64().unwrap() > 1);
    assert!(!nameless["partialFingerprints"].as_object().unwrap().is_empty());
    for result in list(run, "results") {
        assert!(["new", "unchanged", "updated", "absent"].contains(&state(result).as_str()), "{result}");
    }
    let text = report.to_string();
    assert!(
        text.contains(r"CONTOSO\\\\CM-ServiceDesk") || text.contains(r"CONTOSO\\CM-ServiceDesk"),
        "the changes underneath"
    );
}

#[test]
fn only_new_findings_at_the_threshold_fail() {
    let house = changed("review-exit");
    let exit = |args: &[&str]| house.run(args).code;
    // The sample is weak on both sides: known findings do not count.
    assert_eq!(exit(&["check", "new"]), 1);
    assert_eq!(exit(&["diff", "snap", "snap"]), 0);
    assert_eq!(exit(&["diff", "snap", "new"]), 0);
    house.change(&format!("new/{NAA}"), r#""CONTOSO\\svc-naa-oslo","#, r#""svc-naa-oslo","#);
    for format in ["human", "json", "markdown", "sarif"] {
        // The other way round it is put right.
        let one = ["--select", "naa-without-domain", "-o", format];
        assert_eq!(exit(&[&["diff", "snap", "new"], &one[..]].concat()), 1, "{format}");
        assert_eq!(exit(&[&["diff", "new", "snap"], &one[..]].concat()), 0, "{format}");
    }
    let severity = {
        let report = json(&house.run(&["diff", "snap", "new", "-o", "json"]));
        let new = list(&report["findings"], "new").to_vec();
        new.iter().map(|f| word(f, "severity").to_owned()).collect::<Vec<_>>()
    };
    assert!(!severity.contains(&"critical".to_owned()), "{severity:?}");
    assert_eq!(exit(&["diff", "snap", "new", "--fail-on", "critical"]), 0);
}

#[test]
fn what_one_side_does_not_hold_is_no_change() {
    let house = changed("review-incomparable");
    std::fs::remove_dir_all(house.path("new/roles")).unwrap();
    let manifest = house.read("new/manifest.json");
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    let gone = |entry: &Value| {
        let dataset = word(entry, "dataset");
        dataset == "security-role-xml" || dataset == "SMS_Role" || dataset == "user-rights"
    };
    manifest["datasets"].as_array_mut().unwrap().retain(|entry| !gone(entry));
    house.write("new/manifest.json", &manifest.to_string());
    let said = house.run(&["diff", "snap", "new", "-o", "json"]);
    let report = json(&said);
    let holes: Vec<&str> = list(&report, "not_comparable").iter().map(|hole| word(hole, "dataset")).collect();
    assert!(holes.contains(&"user-rights") && holes.contains(&"SMS_Role"), "{holes:?}");
    assert_eq!(changes(&report, "user-rights"), [] as [&str; 0]);
    assert_eq!(changes(&report, "security-roles"), [] as [&str; 0]);
    // Findings that only the missing files showed went with the collection, not with the environment.
    let fixed = list(&report["findings"], "fixed");
    let of_rights: Vec<&Value> =
        fixed.iter().filter(|f| f["lint"] == "account-signs-in-interactively").collect();
    assert!(of_rights.iter().all(|f| f["cause"] == "collection"), "{of_rights:#?}");
    // What the lints can no longer see may hide a new finding.
    assert_eq!(said.code, 3, "{}", said.err);
    let human = house.run(&["diff", "snap", "new"]).out;
    assert!(human.to_lowercase().contains("not comparable"), "{human}");
}

#[test]
fn another_version_or_another_set_of_lints_is_told_apart() {
    let house = changed("review-tool");
    let old = house.run(&["check", "snap", "--ignore", "naa-without-domain", "-o", "json=old.json"]);
    assert_eq!(old.code, 1, "{}", old.all());
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    house.change("old.json", &version, "\"version\": \"0.0.1\"");
    let said = house.run(&["diff", "old.json", "snap", "-o", "json"]);
    let diff = json(&said);
    let new = list(&diff["findings"], "new");
    assert!(!new.is_empty());
    for finding in new {
        assert_eq!(
            (word(finding, "lint"), word(finding, "cause")),
            ("naa-without-domain", "tool"),
            "{finding}"
        );
    }
    assert_eq!(word(&diff["old"], "judged_by"), "0.0.1");
    // What another set of lints finds is no fault of the change.
    assert_eq!(said.code, 0, "{}", said.all());
}

#[test]
fn two_loose_exports_are_compared() {
    let house = House::new("review-loose");
    let role = house.read("snap/roles/Packaging Desk.xml");
    house.write("old-role.xml", &role);
    let from = r#"GrantedOperations="33" ObjectTypeID="6""#;
    assert!(role.contains(from));
    house.write("new-role.xml", &role.replace(from, r#"GrantedOperations="37" ObjectTypeID="6""#));
    let said = house.run(&["diff", "old-role.xml", "new-role.xml", "-o", "json"]);
    let report = json(&said);
    let told = changes(&report, "security-roles");
    assert_eq!(told.len(), 1, "{}", said.all());
    assert!(told[0].contains("Packaging Desk") && told[0].contains("Delete"), "{told:?}");
    let change = &list(&report, "changes")[0];
    assert_eq!(word(&change["new"], "path"), "new-role.xml");
    let human = house.run(&["diff", "old-role.xml", "new-role.xml"]);
    assert!(human.out.contains("Delete"), "{}", human.all());
}

/// The custom role of the sample, with the operations of full administrators on roles.
fn stronger(house: &House) -> String {
    let role = house.read("snap/roles/Packaging Desk.xml");
    let from = "<Operations>";
    assert!(role.contains(from));
    role.replacen(from, "<Operations>\n      <Operation GrantedOperations=\"1031\" ObjectTypeID=\"27\" />", 1)
}

#[test]
fn a_file_laid_over_is_judged_as_it_would_be_and_named_by_its_own_path() {
    let house = House::new("review-with");
    house.write("proposed/role.xml", &stronger(&house));
    let open = |args: &[&str]| -> Vec<Value> {
        let said = house.run(&[&["check", "snap", "-o", "json"], args].concat());
        let report = json(&said);
        let lints = list(&report, "lints").iter();
        lints
            .filter(|l| l["id"] == "custom-role-edits-security")
            .flat_map(|l| list(l, "findings").to_vec())
            .collect()
    };
    let before = open(&[]);
    let after = open(&["--with", "proposed/role.xml"]);
    assert_eq!(after.len(), before.len() + 1, "{after:#?}");
    let text = |finding: &Value| finding.to_string();
    let of_file: Vec<&Value> = after.iter().filter(|f| text(f).contains("proposed/role.xml")).collect();
    assert_eq!(of_file.len(), 1, "{after:#?}");
    assert!(text(of_file[0]).contains("Packaging Desk"));
    let human = house.run(&[
        "check",
        "snap",
        "--with",
        "proposed/role.xml",
        "--select",
        "custom-role-edits-security",
    ]);
    assert!(human.out.contains("[proposed/role.xml:"), "{}", human.all());
    assert!(human.out.contains("ObjectTypeID=\"27\""), "the words of the file\n{}", human.out);
    assert!(human.all().contains("as it would be") || human.all().contains("laid over"), "{}", human.all());
    // The snapshot itself stays what it is.
    assert_eq!(open(&[]), before);
}

#[test]
fn several_files_may_be_laid_over() {
    let house = House::new("review-with-two");
    house.write("role.xml", &stronger(&house));
    house.write(
        "comp.json",
        &house.read(&format!("snap/{NAA}")).replace(r#""CONTOSO\\svc-naa-oslo","#, r#""svc-naa-oslo","#),
    );
    let said = house.run(&["check", "snap", "--with", "role.xml", "--with", "comp.json"]);
    for told in ["[role.xml:", "[comp.json:", "`svc-naa-oslo`"] {
        assert!(said.out.contains(told), "{told}\n{}", said.all());
    }
    let nothing = house.run(&["check", "snap", "--with", "snap/manifest.json"]);
    assert!(nothing.code == 2 || nothing.code == 4, "{}", nothing.all());
    let missing = house.run(&["check", "snap", "--with", "no-such.xml"]);
    assert!(missing.code == 2 && missing.err.contains("no-such.xml"), "{}", missing.all());
}

#[test]
fn what_is_shown_may_be_narrowed_and_what_is_left_out_is_counted() {
    let house = House::new("review-narrow");
    let all = json(&house.run(&["check", "snap", "-o", "json"]));
    let count =
        |report: &Value| -> usize { list(report, "lints").iter().map(|l| list(l, "findings").len()).sum() };
    for narrowed in [["--host", "cm01"], ["--host", "cm01.contoso.com"], ["--site", "PS1"]] {
        let said = house.run(&[&["check", "snap"], &narrowed[..]].concat());
        let shown = json(&house.run(&[&["check", "snap", "-o", "json"], &narrowed[..]].concat()));
        let left_out = count(&all) - count(&shown);
        assert!(count(&shown) > 0 && left_out > 0, "{narrowed:?}");
        assert!(said.out.contains(&format!("{left_out} findings left out")), "{narrowed:?}\n{}", said.out);
        // All are judged: nothing that is not shown changes what decides.
        assert_eq!(said.code, 1);
        let verdicts = |report: &Value| -> Vec<String> {
            list(report, "lints").iter().map(|l| format!("{}{}", l["id"], l["outcome"])).collect()
        };
        assert_eq!(verdicts(&shown), verdicts(&all));
    }
    let unknown = house.run(&["check", "snap", "--host", "cm99"]);
    assert!(unknown.code == 2 && unknown.err.contains("cm01.contoso.com"), "{}", unknown.all());
    let unknown = house.run(&["check", "snap", "--site", "XYZ"]);
    assert!(unknown.code == 2 && unknown.err.contains("PS1"), "{}", unknown.all());
}
