use proptest::prelude::*;

use super::*;
use crate::support::{assert_problems, assert_span, source};

const EXPORT: &str = "version: 1\n\ndn: CN=System Management,CN=System,DC=contoso,DC=com\nchangetype: add\n\
    objectClass: top\nobjectClass: container\nDescription: a long text that is fol\n ded over \n three lines\n\
    nTSecurityDescriptor:: AQAEjIgB\n AACkAQAA\nmember;range=0-1499: CN=a\nlegacy;lang-de;x-y: b \n\n\
    # a comment\n  that is folded\ndn:: Q049R3LDvMOfZQ==\nempty:\nms-DS-MachineAccountQuota: 10\n\n";

fn with<T>(text: &str, check: impl FnOnce(&Ldif<'_>, &[Problem], &dyn Fn(Span) -> String) -> T) -> T {
    let (sources, id) = source(text);
    let (ldif, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    check(&ldif, &problems, &|span| sources.text(span).to_owned())
}

fn problems(text: &str) -> Vec<(String, String, bool)> {
    with(text, |_, problems, shown| {
        problems.iter().map(|p| (p.message.clone(), shown(p.span), p.lossy)).collect()
    })
}

fn text(value: Option<&Value<'_>>) -> String {
    value.unwrap().text().unwrap().value.to_owned()
}

#[test]
fn entries_have_names_and_values() {
    with(EXPORT, |ldif, problems, shown| {
        assert!(problems.is_empty(), "{problems:?}");
        let [first, second] = ldif.records() else { panic!() };
        assert_eq!(first.dn.text().unwrap().value, "CN=System Management,CN=System,DC=contoso,DC=com");
        let classes: Vec<_> = first.values("OBJECTCLASS").map(|v| v.text().unwrap().value).collect();
        assert_eq!(classes, ["top", "container"]);
        assert!(first.get("changetype").is_none());
        assert_eq!(second.dn.text().unwrap().value, "CN=Grüße");
        assert_eq!(shown(second.dn.span()), "Q049R3LDvMOfZQ==");
        assert_eq!(text(second.get("ms-ds-machineaccountquota")), "10");
        assert_eq!(text(second.get("empty")), "");
        assert!(shown(first.span).starts_with("dn: CN=System") && shown(first.span).ends_with("x-y: b "));
        assert!(shown(second.span).ends_with("Quota: 10"));
    });
}

#[test]
fn folded_text_is_joined_and_its_parts_map_to_their_bytes() {
    with(EXPORT, |ldif, _, shown| {
        let Some(Value::Text(description)) = ldif.records()[0].get("description") else { panic!() };
        assert_eq!(description.as_str(), "a long text that is folded over three lines");
        let fold = description.as_str().find("folded").unwrap();
        assert_eq!(shown(description.part(fold..fold + 6)), "fol\n ded");
        assert_eq!(shown(description.part(fold..fold + 3)), "fol");
        assert_eq!(shown(description.part(fold + 3..fold + 6)), "ded");
        let three = description.as_str().find("three").unwrap() as u32;
        let (start, end) = description.map().outer(three, three + 5);
        assert_eq!(&EXPORT[start as usize..end as usize], "three");
        assert_eq!(shown(description.part(5..5)), "");
    });
}

#[test]
fn base64_is_decoded_over_folds() {
    with(EXPORT, |ldif, _, shown| {
        let value = ldif.records()[0].get("nTSecurityDescriptor").unwrap();
        assert_eq!(value.bytes().unwrap().value, [1, 0, 4, 0x8C, 0x88, 1, 0, 0, 0xA4, 1, 0, 0]);
        assert_eq!(shown(value.span()), "AQAEjIgB\n AACkAQAA");
        assert_eq!(value.text(), None);
        let (start, end) = value.map().outer(3, 4);
        assert_eq!(shown(value.span()), EXPORT[start as usize..end as usize]);
    });
}

#[test]
fn options_stand_apart_from_the_name() {
    with(EXPORT, |ldif, _, shown| {
        let attributes = ldif.records()[0].attributes();
        let found: Vec<_> = attributes.iter().map(|a| (a.name.value, a.options)).skip(4).collect();
        assert_eq!(found, [("member", "range=0-1499"), ("legacy", "lang-de;x-y")]);
        assert_eq!(shown(attributes[4].name.span), "member");
        assert_eq!(text(ldif.records()[0].get("MEMBER")), "CN=a");
    });
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = EXPORT.replace('\n', "\r\n");
    let (lf_sources, lf) = source(EXPORT);
    let (crlf_sources, crlf) = source(&crlf);
    let (a, b) = (parse(lf_sources.get(lf)).0, parse(crlf_sources.get(crlf)).0);
    assert_eq!(a.records().len(), b.records().len());
    for (a, b) in a.records().iter().zip(b.records()) {
        assert_eq!(a.attributes().len(), b.attributes().len());
        for (a, b) in a.attributes().iter().zip(b.attributes()) {
            assert_eq!(a.value.bytes().unwrap().value, b.value.bytes().unwrap().value);
            let (a, b) = (lf_sources.place(a.value.span()), crlf_sources.place(b.value.span()));
            assert_eq!((a.start, a.end), (b.start, b.end));
        }
    }
}

#[test]
fn the_trailer_of_ldapsearch_is_no_record() {
    let text = "dn: DC=x\na: b\n\n# search reference\nref: ldap://y/DC=y\n\n# search result\nsearch: 2\n\
        result: 0 Success\n\n# numResponses: 3\n# numEntries: 1\n# numReferences: 1\n";
    with(text, |ldif, problems, _| {
        assert_eq!(ldif.records().len(), 1);
        assert_eq!(problems.len(), 1);
        assert!(!problems[0].lossy && problems[0].message.starts_with("a referral"));
    });
}

#[test]
fn a_search_that_did_not_succeed_is_a_problem() {
    let found = problems("dn: DC=x\na: b\n\nsearch: 2\nresult: 4 Size limit exceeded\n\n# numEntries: 2\n");
    assert_eq!(found[0].0, "the search ended at the server's size limit (result 4): entries are missing");
    assert_eq!(found[0].1, "result: 4 Size limit exceeded");
    assert_eq!(found[1].0, "2 entries were counted by the search, but 1 stand in the file");
    assert!(found.iter().all(|f| f.2));
}

#[test]
fn changes_are_no_entries() {
    let text = "dn: CN=a\nchangetype: modify\nreplace: description\ndescription: x\n-\n\ndn: CN=b\nx: y\n\n";
    with(text, |ldif, problems, shown| {
        assert_eq!(ldif.records().len(), 1);
        assert_eq!((problems.len(), &*shown(problems[0].span)), (1, "modify"));
    });
}

#[test]
fn urls_are_never_followed() {
    with("dn: CN=a\njpegPhoto:< file:///etc/passwd\nb: c\n\n", |ldif, problems, shown| {
        assert_eq!(shown(problems[0].span), "file:///etc/passwd");
        let record = &ldif.records()[0];
        assert_eq!(record.get("jpegPhoto").unwrap().bytes(), None);
        assert_eq!(text(record.get("b")), "c");
    });
}

#[test]
fn bad_base64_hides_nothing_else() {
    with("dn: CN=a\nx:: !!!\ny:: QQ=\nz: 1\n\ndn:: %\nz: 2\n\n", |ldif, problems, shown| {
        let at: Vec<_> = problems.iter().map(|p| shown(p.span)).collect();
        assert_eq!(at, ["!!!", "QQ=", "%"]);
        assert_eq!(problems[0].message, "the value of `x` is no valid base64; it is unknown");
        assert!(matches!(ldif.records()[0].get("x"), Some(Value::Unreadable { .. })));
        assert_eq!(text(ldif.records()[0].get("z")), "1");
        assert_eq!(text(ldif.records()[1].get("z")), "2");
    });
}

#[test]
fn a_text_that_ends_inside_a_line_is_a_problem() {
    let found = problems("dn: CN=a\nb: c");
    assert_eq!(found[0].0, "the last line has no line end: the file may be cut off");
    assert_eq!(problems("dn: CN=a\nb: c\n").len(), 0);
    assert_eq!(problems("dn: CN=a\nb: c\n\n# numEntries: 1").len(), 0);
    with("dn: CN=a\nb: c\nnTSec", |ldif, problems, _| {
        assert_eq!(problems.len(), 2);
        assert_eq!(text(ldif.records()[0].get("b")), "c");
    });
}

#[test]
fn lines_that_are_no_attributes_are_skipped() {
    for bad in ["nonsense", "a b: c", ": c", "ü: c"] {
        with(&format!("dn: CN=a\n{bad}\nb: c\n\n"), |ldif, problems, _| {
            assert_eq!(problems.len(), 1, "{bad}");
            assert_eq!(text(ldif.records()[0].get("b")), "c");
        });
    }
    assert_eq!(problems(" x\ndn: CN=a\nb: c\n\n").len(), 1);
    let found = problems("a: b\nc: d\n\ndn: CN=a\nb: c\n\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].0.starts_with("`a` stands outside of a record"));
}

#[test]
fn records_without_an_empty_line_between_them_are_told_apart() {
    with("dn: CN=a\nx: 1\ndn: CN=b\nx: 2\n", |ldif, problems, _| {
        assert_eq!(ldif.records().len(), 2);
        assert!(!problems[0].lossy);
    });
}

#[test]
fn an_empty_export_has_no_records_and_no_problem() {
    assert_eq!(problems(""), []);
    assert_eq!(problems("version: 1\n"), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read(text in "([:;# a-cA\r\né=<+]|dn: |dn:: |\n|\n |\r\n |\n\n|QUJD|changetype: |result: |# numEntries: 5|\u{FEFF}){0,50}") {
        with(&text, |ldif, _, shown| {
            let mut before = 0;
            for record in ldif.records() {
                assert_span(&text, record.span);
                assert!(record.span.start >= before);
                before = record.span.start;
                let end = record.span.end();
                let values = record.attributes().iter().map(|a| &a.value);
                for value in std::iter::once(&record.dn).chain(values) {
                    assert_span(&text, value.span());
                    assert!(value.span().start >= before && value.span().end() <= end, "{value:?} in {:?}", record.span);
                    before = value.span().start;
                    let Value::Text(joined) = value else { continue };
                    let lone: Vec<_> = joined.as_str().char_indices().collect();
                    for (at, c) in lone {
                        assert_eq!(shown(joined.part(at..at + c.len_utf8())), c.to_string());
                    }
                }
            }
        });
    }
}
