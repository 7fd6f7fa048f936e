//! Documents as tools write them, and as they arrive.

use cmlint_source::{Field, Int, Problem, Source, Span, Str};
use proptest::prelude::*;
use serde::Deserialize;

use super::{document, unread};
use crate::support::{assert_problems, assert_span, source};

#[derive(Deserialize, Debug, Default)]
#[serde(bound = "'de: 'a", default)]
struct Row<'a> {
    n: Field<Int>,
    name: Field<Str<'a>>,
}

/// Per section its name and the numbers of its rows, with all problems.
fn read(source: &Source) -> (Vec<(String, Vec<i64>)>, Vec<Problem>) {
    let (document, mut problems) = document(source);
    let sections = document.sections.iter().map(|section| {
        let rows = section.rows::<Row<'_>>(&mut problems);
        let name = section.name.as_ref().map_or(String::new(), |n| n.to_string());
        (name, rows.iter().map(|r| r.n.get().map_or(-1, |n| n.0)).collect())
    });
    (sections.collect(), problems)
}

fn at(source: &Source, span: Span) -> &str {
    &source.text()[span.range()]
}

/// The sections of a text in which nothing is wrong.
fn good(text: &str) -> Vec<(String, Vec<i64>)> {
    let (sources, id) = source(text);
    let (sections, problems) = read(sources.get(id));
    assert_eq!(problems, [], "{text}");
    assert_eq!(unread(sources.get(id)), []);
    sections
}

/// The rows of a text of one section, and for each problem the text at its place and its message.
fn bad(text: &str) -> (Vec<i64>, Vec<(String, String)>, Vec<String>) {
    let (sources, id) = source(text);
    let source = sources.get(id);
    let (mut sections, problems) = read(source);
    assert_problems(text, &problems);
    assert!(problems.iter().all(|p| p.lossy));
    let rows = if sections.is_empty() { Vec::new() } else { sections.remove(0).1 };
    let problems = problems.into_iter().map(|p| (at(source, p.span).to_owned(), p.message)).collect();
    let gaps = unread(source).into_iter().map(|gap| at(source, gap).to_owned()).collect();
    (rows, problems, gaps)
}

fn one(name: &str, rows: &[i64]) -> (String, Vec<i64>) {
    (name.to_owned(), rows.to_vec())
}

#[test]
fn the_shapes_that_tools_write() {
    let cases = [
        (r#"[{"n":1},{"n":2}]"#, vec![one("", &[1, 2])]),
        ("[]", vec![one("", &[])]),
        (r#"{"n":1}"#, vec![one("", &[1])]),
        ("{}", vec![one("", &[-1])]),
        (r#"{"@odata.context":"x","value":[{"n":1},{"n":2}]}"#, vec![one("", &[1, 2])]),
        (r#"{"@odata.context":"x","@odata.count":2,"value":[{"n":1}],"more":{"a":[]}}"#, vec![one("", &[1])]),
        (r#"{"@odata.context":"x","value":{"n":7}}"#, vec![one("", &[7])]),
        (r#"{"@odata.context":"x","n":7}"#, vec![one("", &[7])]),
        (r#"{"value":[{"n":1},{"n":2}],"Count":2}"#, vec![one("", &[1, 2])]),
        (r#"{"A":[{"n":1}],"B":[{"n":2},{"n":3}]}"#, vec![one("A", &[1]), one("B", &[2, 3])]),
        (r#"{"A":[{"n":1}],"B":[],"at":"2025"}"#, vec![one("A", &[1]), one("B", &[])]),
        (r#"{"data":[{"n":1}],"meta":{"n":5}}"#, vec![one("data", &[1])]),
        (r#"{"n":1,"x":2,"Props":[{"n":9}]}"#, vec![one("", &[1])]),
        (r#"{"__CLASS":"C","Props":[{"n":9}],"PropLists":[{"n":9}]}"#, vec![one("", &[-1])]),
        (r#"{"n":1,"value":[1,2]}"#, vec![one("", &[1])]),
        (r#"{"value":["a"],"n":3}"#, vec![one("", &[3])]),
    ];
    for (text, expected) in cases {
        assert_eq!(good(text), expected, "{text}");
    }
}

#[test]
fn a_section_knows_its_name_class_and_place() {
    let text =
        r#" { "A" : [ {"n":1,"__class":"SMS_Site","k":{"z":[1]},"l\u0041st":"x"} ] , "B":[{"n":2}] } "#;
    let (sources, id) = source(text);
    let source = sources.get(id);
    let (document, _) = document(source);
    let [a, b] = &document.sections[..] else { panic!() };
    assert_eq!(at(source, a.name.as_ref().unwrap().span), r#""A""#);
    assert!(at(source, a.span).starts_with("[ {\"n\":1") && at(source, a.span).ends_with("} ]"));
    assert_eq!(at(source, b.span), r#"[{"n":2}]"#);
    assert!(!a.single && a.context.is_none());
    let names: Vec<String> = a.peek().iter().map(|n| n.to_string()).collect();
    assert_eq!(names, ["n", "__class", "k", "lAst"]);
    assert_eq!(at(source, a.peek_text("__CLASS").unwrap().span), r#""SMS_Site""#);
    assert!(b.peek_text("__CLASS").is_none() && a.peek_text("n").is_none());
    assert_eq!((a.count(), b.count()), (1, 1));
    let whole = document.whole().unwrap();
    assert!(whole.single && at(source, whole.span) == text.trim());
    assert_eq!(whole.rows::<serde::de::IgnoredAny>(&mut Vec::new()).len(), 1);
}

#[test]
fn an_answer_keeps_its_context() {
    let text = r#"{"@odata.context":"https://cm/AdminService/wmi/$metadata#SMS_Site","value":[{"n":1}]}"#;
    let (sources, id) = source(text);
    let (document, _) = document(sources.get(id));
    let section = &document.sections[0];
    assert!(section.context.as_ref().unwrap().ends_with("#SMS_Site"));
    assert_eq!(section.peek().len(), 1);
    assert!(document.whole().unwrap().single);
}

#[test]
fn a_page_of_several_is_no_complete_answer() {
    let rows = r#""value":[{"n":1}]"#;
    let link = r#""@odata.nextLink":"https://cm/x?$skip=1000""#;
    for text in [format!("{{\"@odata.context\":\"\",{rows},{link}}}"), format!("{{{link},{rows}}}")] {
        let (kept, problems, gaps) = bad(&text);
        assert_eq!((kept, gaps.len()), (vec![1], 0));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].0.contains("skip=1000") && problems[0].1.contains("another page"));
    }
    assert_eq!(good(&format!("{{{rows},\"@odata.nextLink\":null}}")), [one("", &[1])]);
}

#[test]
fn what_is_no_list_of_rows_says_what_was_expected() {
    for (text, place, message) in [
        ("", "", "the text is empty"),
        (" \r\n\t", " \r\n\t", "the text is empty"),
        ("null", "null", "expected a list of rows or an object"),
        (" \"abc\" ", "\"abc\"", "expected a list of rows or an object"),
        ("12.5", "12.5", "expected a list of rows or an object"),
        ("Get-X : error", "G", "expected a value"),
        ("<html>", "<", "expected a value"),
    ] {
        let (rows, problems, _) = bad(text);
        assert_eq!((rows.len(), problems.len()), (0, 1), "{text}");
        assert_eq!(problems[0].0, place);
        assert!(problems[0].1.starts_with(message), "{}", problems[0].1);
    }
}

#[test]
fn garbage_behind_the_document_is_reported_and_not_read() {
    for (text, rows) in [
        (r#"[{"n":1}] [{"n":2}]"#, 1),
        ("{\"n\":1}\n{\"n\":2}", 1),
        (r#"{"@odata.context":"","value":[{"n":1}]}, secret"#, 1),
        (r#"{"A":[{"n":1}]}]"#, 1),
    ] {
        let (kept, problems, gaps) = bad(text);
        assert_eq!((kept.len(), problems.len(), gaps.len()), (rows, 1, 1), "{text}: {problems:?}");
        assert!(problems[0].1.starts_with("expected nothing behind the document"));
        assert!(text.ends_with(&gaps[0]));
    }
}

#[test]
fn a_row_of_another_type_never_hides_the_others() {
    let (rows, problems, gaps) = bad(r#"[{"n":1},null,"x",[{"n":7}],{"n":2}]"#);
    assert_eq!(rows, [1, 2]);
    let places: Vec<&str> = problems.iter().map(|p| p.0.as_str()).collect();
    assert_eq!(places, ["null", "\"x\"", "[{\"n\":7}]"]);
    assert!(gaps.is_empty(), "a row of another type was read, only not used");
}

#[test]
fn harmless_errors_cost_one_row() {
    for broken in [
        "{\"n\":2,\"name\":\"a\nb\"}",
        r#"{"n":02}"#,
        r#"{"n":2,"name":"C:\Users"}"#,
        r#"{"n":NaN}"#,
        r#"{"n":2,}"#,
    ] {
        for text in [
            format!("[{{\"n\":1}},{broken},{{\"n\":3}}]"),
            format!("{{\"@odata.context\":\"\",\"value\":[{{\"n\":1}},{broken},{{\"n\":3}}]}}"),
            format!("{{\"A\":[{{\"n\":1}},{broken},{{\"n\":3}}],\"B\":[{{\"n\":4}}]}}"),
        ] {
            let (rows, problems, gaps) = bad(&text);
            assert_eq!(rows, [1, 3], "{text}");
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
            assert_eq!(gaps.len(), 1);
            assert!(broken.ends_with(&gaps[0]), "{}", gaps[0]);
        }
    }
    let (sources, id) = source(r#"{"A":[{"n":01},{"n":2}],"B":[{"n":4}]}"#);
    assert_eq!(read(sources.get(id)).0, [one("A", &[2]), one("B", &[4])]);
}

#[test]
fn an_error_in_the_structure_ends_the_reading() {
    for (text, rows, gap) in [
        (r#"[{"n":1},{"n":2,"name":"say "hi""},{"n":3}]"#, vec![1], r#"hi""},{"n":3}]"#),
        (r#"[{"n":1},{"n":2,"name":"x},{"n":3}]"#, vec![1], r#"n":3}]"#),
        (r#"[{"n":1},{"n":2 "name":"x"},{"n":3}]"#, vec![1], r#""name":"x"},{"n":3}]"#),
        (r#"[{"n":1},{"n":2},{"n":"#, vec![1, 2], ""),
        (r#"[{"n":1},{"n":2},"#, vec![1, 2], ""),
        (r#"[{"n":1},{"n":2}"#, vec![1, 2], ""),
        (r#"[{"n":1},{"n":2}; {"n":3}]"#, vec![1, 2], r#"; {"n":3}]"#),
        (r#"{"A":[{"n":1},{"n":2,"name":"ab"#, vec![1], ""),
        (r#"{"A":[{"n":1}] "B":[{"n":2}]}"#, vec![1], r#""B":[{"n":2}]}"#),
        (r#"{"@odata.context":"","value":[{"n":1}"#, vec![1], ""),
        (r#"{"n":1,"name":"#, vec![], ""),
    ] {
        let (kept, problems, gaps) = bad(text);
        assert_eq!(kept, rows, "{text}");
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(gaps, [gap], "{text}");
    }
}

#[test]
fn commas_between_rows_may_be_missing_or_too_many() {
    let (rows, problems, _) = bad(r#"[{"n":1}{"n":2},{"n":3},]"#);
    assert_eq!(rows, [1, 2, 3]);
    assert_eq!(problems[0], ("{".into(), "expected `,` before this row".into()));
    assert_eq!(problems[1], (",".into(), "a row is missing behind the last comma".into()));
}

#[test]
fn a_flood_of_bad_rows_is_counted_not_listed() {
    let (sources, id) = source(&format!("[{}{{\"n\":1}}]", "1,".repeat(20_000)));
    let (sections, problems) = read(sources.get(id));
    assert_eq!(sections, [one("", &[1])]);
    assert!(problems.len() < 2_000);
    assert!(problems.iter().any(|p| p.message.contains("more problems")));
}

#[test]
fn deep_nesting_in_one_row_is_a_problem_and_no_crash() {
    let deep = "[".repeat(1_000_000);
    let (rows, problems, _) = bad(&format!("[{{\"n\":1}},{{\"n\":2,\"x\":{deep}"));
    assert_eq!(rows, [1]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].1.contains("128 levels"));
    assert_eq!(bad(&deep).1.len(), 1);
    assert_eq!(bad(&"{\"a\":".repeat(100_000)).1.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_gives_rows_and_problems(text in "[\\[\\]{}\",:\\\\0-9.eE+tfn \\n€-]{0,40}|\\PC{0,30}") {
        let (sources, id) = source(&text);
        let source = sources.get(id);
        let (document, mut problems) = document(source);
        for section in &document.sections {
            assert_span(&text, section.span);
            section.peek();
            for row in section.rows::<Row<'_>>(&mut problems) {
                assert_span(&text, row.span);
            }
        }
        for problem in &problems {
            assert_span(&text, problem.span);
        }
        for gap in unread(source) {
            assert_span(&text, gap);
        }
        prop_assert!(!document.sections.is_empty() || !problems.is_empty());
    }

    #[test]
    fn a_cut_document_keeps_its_complete_rows(cut in 0_usize..60) {
        let text = r#"{"@odata.context":"","value":[{"n":1},{"n":1,"name":"é"},{"n":1}]}"#;
        let cut = (0..=cut).rev().find(|&c| text.is_char_boundary(c)).unwrap();
        let text = &text[..cut];
        let (sources, id) = source(text);
        let (sections, problems) = read(sources.get(id));
        let rows = sections.first().map_or(0, |s| s.1.iter().filter(|&&n| n == 1).count());
        prop_assert_eq!(rows, text.matches('}').count());
        prop_assert!(problems.iter().any(|p| p.lossy));
    }
}
