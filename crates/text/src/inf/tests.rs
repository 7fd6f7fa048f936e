use proptest::prelude::*;

use super::*;
use crate::support::{assert_problems, assert_span, source};

const RIGHTS: &str = "[Unicode]\nUnicode=yes\n; a comment\n[Privilege Rights]\n\
    SeNetworkLogonRight = *S-1-5-32-544, Guest ,CONTOSO\\svc\nSeLockMemoryPrivilege =\n\
    SeSystemTimePrivilege=*S-1-5-19\n[Registry Values]\n\
    MACHINE\\Lsa\\RestrictRemoteSAM=1,\"O:BAG:BAD:(A;;RC;;;BA)\"\nMACHINE\\Notice=7,first; not a comment,,third\n\
    [Version]\nsignature=\"$CHICAGO$\"\n";

fn values(list: &[Spanned<&str>]) -> Vec<String> {
    list.iter().map(|v| v.value.to_owned()).collect()
}

fn problems(text: &str) -> Vec<(String, String)> {
    let (sources, id) = source(text);
    let (_, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    problems.iter().map(|p| (p.message.clone(), sources.text(p.span).to_owned())).collect()
}

#[test]
fn user_rights_are_lists_with_places() {
    let (sources, id) = source(RIGHTS);
    let (inf, problems) = parse(sources.get(id));
    assert!(problems.is_empty(), "{problems:?}");
    let entry = inf.get("privilege rights", "senetworklogonright").unwrap();
    let list = entry.list();
    assert_eq!(values(&list), ["*S-1-5-32-544", "Guest", "CONTOSO\\svc"]);
    for part in &list {
        assert_eq!(sources.text(part.span), part.value);
    }
    assert_eq!(sources.text(entry.span), "SeNetworkLogonRight = *S-1-5-32-544, Guest ,CONTOSO\\svc");
    assert_eq!(sources.text(entry.key.unwrap().span), "SeNetworkLogonRight");
    assert_eq!(sources.text(inf.section("Privilege Rights").unwrap().name.span), "Privilege Rights");
}

#[test]
fn an_empty_value_is_nobody_and_not_absent() {
    let (sources, id) = source(RIGHTS);
    let (inf, _) = parse(sources.get(id));
    let entry = inf.get("Privilege Rights", "SeLockMemoryPrivilege").unwrap();
    assert_eq!((entry.value.value, entry.list().len()), ("", 0));
    assert_eq!(inf.get("Privilege Rights", "SeDebugPrivilege"), None);
}

#[test]
fn names_are_found_in_any_case() {
    let (sources, id) = source(RIGHTS);
    let (inf, _) = parse(sources.get(id));
    assert!(inf.get("PRIVILEGE RIGHTS", "SeSystemtimePrivilege").is_some());
    let (sources, id) = source("[Größe]\nÜber=1\n");
    let (inf, _) = parse(sources.get(id));
    assert!(inf.get("GRÖSSE", "ÜBER").is_none() && inf.get("GRÖßE", "über").is_some());
}

#[test]
fn quotes_hold_commas_together_and_are_no_part_of_a_field() {
    let (sources, id) = source(RIGHTS);
    let (inf, _) = parse(sources.get(id));
    let sam = inf.get("Registry Values", "MACHINE\\Lsa\\RestrictRemoteSAM").unwrap();
    assert_eq!(values(&sam.fields()), ["1", "O:BAG:BAD:(A;;RC;;;BA)"]);
    assert_eq!(sources.text(sam.fields()[1].span), "O:BAG:BAD:(A;;RC;;;BA)");
    let notice = inf.get("Registry Values", "MACHINE\\Notice").unwrap();
    assert_eq!(values(&notice.fields()), ["7", "first; not a comment", "", "third"]);
    assert_eq!(inf.get("Version", "Signature").unwrap().unquoted().value, "$CHICAGO$");
    let (sources, id) = source("[a]\nx=\"a,b\" , c,\"d\n");
    let (inf, _) = parse(sources.get(id));
    assert_eq!(values(&inf.get("a", "x").unwrap().list()), ["a,b", "c", "d"]);
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = RIGHTS.replace('\n', "\r\n");
    let (lf_sources, lf) = source(RIGHTS);
    let (crlf_sources, crlf) = source(&crlf);
    let (a, b) = (parse(lf_sources.get(lf)).0, parse(crlf_sources.get(crlf)).0);
    assert_eq!(a.sections().len(), b.sections().len());
    for (a, b) in a.sections().iter().zip(b.sections()) {
        assert_eq!(a.entries().len(), b.entries().len());
        for (a, b) in a.entries().iter().zip(b.entries()) {
            assert_eq!(a.value.value, b.value.value);
            let (a, b) = (lf_sources.place(a.value.span), crlf_sources.place(b.value.span));
            assert_eq!((a.start, a.end), (b.start, b.end));
        }
    }
}

#[test]
fn duplicates_and_order_are_kept() {
    let (sources, id) = source("[A]\nx=1\nX=2\n[b]\n[a]\nx=3\n");
    let (inf, _) = parse(sources.get(id));
    let all: Vec<_> = inf.section("a").unwrap().get_all("x").map(|e| e.value.value).collect();
    assert_eq!(all, ["1", "2"]);
    assert_eq!(inf.entries("A").map(|e| e.value.value).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(inf.sections().iter().map(|s| s.name.value).collect::<Vec<_>>(), ["A", "b", "a"]);
    assert_eq!(inf.get("a", "x").unwrap().value.value, "1");
}

#[test]
fn lines_without_a_key_are_entries() {
    let text = "[Service General Setting]\n\"Spooler\",4,\"D:(XA;;CC;;;WD;(@User.x==\"\"y\"\"))\"\nNetlogon,2,\"\"\n\
        \"quoted = key\" = 1\n";
    let (sources, id) = source(text);
    let (inf, problems) = parse(sources.get(id));
    assert!(problems.is_empty(), "{problems:?}");
    let entries = inf.section("Service General Setting").unwrap().entries();
    assert_eq!(entries[0].key, None);
    assert_eq!(values(&entries[0].list())[..2], ["Spooler", "4"]);
    assert!(entries[0].list()[2].value.ends_with("(@User.x==\"\"y\"\"))"));
    assert_eq!(values(&entries[1].fields()), ["Netlogon", "2", ""]);
    assert_eq!(entries[2].key.unwrap().value, "quoted = key");
}

#[test]
fn one_bad_line_hides_no_other() {
    let found = problems("x=1\n[A\ny=2\nnonsense\n=3\n\"open\nz=4\n");
    assert_eq!(
        found.iter().map(|(_, at)| at.as_str()).collect::<Vec<_>>(),
        ["x=1", "[A", "nonsense", "=3", "\"open"]
    );
    assert!(found[0].0.contains("the entry `x` stands in front of the first section"));
    let (sources, id) = source("[A\ny=2\nnonsense\nz=4\n");
    let (inf, _) = parse(sources.get(id));
    assert_eq!(inf.section("a").unwrap().entries().len(), 2);
}

#[test]
fn a_comment_may_stand_behind_the_name_of_a_section() {
    let (sources, id) = source("[ A ] ; note\nx=1\n");
    let (inf, problems) = parse(sources.get(id));
    assert!(problems.is_empty() && inf.get("a", "x").is_some());
}

#[test]
fn a_text_without_sections_is_a_problem() {
    assert_eq!(problems("")[0].0, "no section: this is no INF file");
    assert_eq!(problems("{\"a\":1}").len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read(text in "([\\[\\]=;,\"\r\n a-cé\0]|\\[a\\]|\r\n|\"\"|\u{FEFF}|\u{2003}){0,60}") {
        let (sources, id) = source(&text);
        let (inf, problems) = parse(sources.get(id));
        assert_problems(&text, &problems);
        let mut before = 0;
        for section in inf.sections() {
            prop_assert!(section.name.span.start >= before);
            before = section.name.span.start;
            for entry in section.entries() {
                prop_assert!(entry.span.start >= before);
                before = entry.span.start;
                for part in [Some(entry.value), entry.key, Some(entry.unquoted())].into_iter().flatten().chain(entry.fields()) {
                    assert_span(&text, part.span);
                    prop_assert_eq!(sources.text(part.span), part.value);
                    prop_assert!(part.span.end() <= entry.span.end());
                }
            }
        }
    }
}
