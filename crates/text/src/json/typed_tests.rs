//! What a struct sees: places, properties of another type, lists of one, names in any case.

use std::borrow::Cow;

use cmlint_source::{Bool, Field, Int, Many, Problem, Source, Span, Spanned, Str};
use serde::Deserialize;

use super::{document, document_as};
use crate::support::source;

#[derive(Deserialize, Debug, Default)]
#[serde(bound = "'de: 'a", rename_all = "PascalCase", default)]
struct Row<'a> {
    site_code: Field<Str<'a>>,
    #[serde(rename = "Type")]
    kind: Field<Int>,
    enabled: Field<Bool>,
    names: Field<Many<Spanned<Str<'a>>>>,
    props: Field<Many<Prop<'a>>>,
}

#[derive(Deserialize, Debug)]
#[serde(bound = "'de: 'a", rename_all = "PascalCase")]
struct Prop<'a> {
    property_name: Spanned<Str<'a>>,
    #[serde(default)]
    value: Field<Int>,
}

/// Reads a list of rows and hands each with the source's text to a check.
fn rows<'a>(source: &'a Source) -> (Vec<Spanned<Row<'a>>>, Vec<Problem>) {
    let (document, mut problems) = document(source);
    let rows = document.sections.iter().flat_map(|s| s.rows(&mut problems)).collect();
    (rows, problems)
}

/// The text that a span names.
fn at(source: &Source, span: Span) -> &str {
    &source.text()[span.range()]
}

#[test]
fn every_value_knows_its_place() {
    let (sources, id) = source(
        r#"[ { "SiteCode" : "PS1" , "Type":2,"Props":[{"PropertyName":"a","Value": 7 }, {"PropertyName":"b"}] } ]"#,
    );
    let source = sources.get(id);
    let (rows, problems) = rows(source);
    assert!(problems.is_empty());
    assert!(
        at(source, rows[0].span).starts_with("{ \"SiteCode\"") && at(source, rows[0].span).ends_with("] }")
    );
    let Field::Present(code) = &rows[0].site_code else { panic!() };
    assert_eq!((at(source, code.span), &*code.value.0), (r#""PS1""#, "PS1"));
    assert!(matches!(code.value.0, Cow::Borrowed(_)), "a text without escapes is borrowed");
    assert_eq!(at(source, rows[0].kind.span().unwrap()), "2");
    let props = rows[0].props.get().unwrap();
    assert_eq!(at(source, props[0].value.span().unwrap()), "7");
    assert_eq!(at(source, props[1].property_name.span), r#""b""#);
}

#[test]
fn absent_null_and_another_type_are_told_apart() {
    let text =
        r#"[{"SiteCode":null,"Type":{"a":[1,{"b":"}"}]},"Enabled":"maybe"}, {"Type":"0x10"}, {"Type":3.0}]"#;
    let (sources, id) = source(text);
    let source = sources.get(id);
    let (rows, problems) = rows(source);
    // Unknown is not nothing: each value that was passed over is named with its place.
    let said: Vec<_> = problems.iter().map(|p| (at(source, p.span), p.message.as_str(), p.lossy)).collect();
    assert_eq!(
        said,
        [
            (
                r#"{"a":[1,{"b":"}"}]}"#,
                "expected a whole number, found an object; the property is unknown",
                true
            ),
            (r#""maybe""#, "expected true or false; the property is unknown", true),
        ]
    );
    assert_eq!(rows.len(), 3);
    assert!(matches!(rows[0].site_code, Field::Null(span) if at(source, span) == "null"));
    assert!(matches!(rows[0].kind, Field::Unreadable(span) if at(source, span) == r#"{"a":[1,{"b":"}"}]}"#));
    assert!(matches!(rows[0].enabled, Field::Unreadable(span) if at(source, span) == r#""maybe""#));
    assert_eq!(rows[0].names, Field::Absent);
    assert_eq!(rows[1].kind.get(), Some(&Int(16)));
    assert_eq!(rows[2].kind.get(), Some(&Int(3)));
}

#[test]
fn a_list_of_one_may_stand_without_its_list() {
    let text = r#"[{"Names":"x"},{"Names":["x","y"]},{"Names":[]},{"Names":null},{"Names":[1]},{"Props":{"PropertyName":"p"}}]"#;
    let (sources, id) = source(text);
    let source = sources.get(id);
    let (rows, problems) = rows(source);
    assert_eq!(problems.len(), 1);
    assert_eq!((at(source, problems[0].span), problems[0].lossy), ("1", true), "the element is named");
    let names: Vec<Option<usize>> = rows.iter().map(|r| r.names.get().map(|n| n.len())).collect();
    assert_eq!(names, [Some(1), Some(2), Some(0), None, None, None]);
    assert!(rows[4].names.is_unreadable());
    assert_eq!(&*rows[5].props.get().unwrap()[0].property_name.value, "p");

    #[derive(Deserialize)]
    struct Plain {
        all: Many<Int>,
    }
    for (text, expected) in [("null", 0), ("7", 1), ("[7,8]", 2), ("[]", 0)] {
        let (sources, id) = crate::support::source(&format!(r#"{{"all":{text}}}"#));
        let plain: Plain = document_as(sources.get(id)).unwrap();
        assert_eq!(plain.all.len(), expected, "{text}");
    }
}

#[test]
fn names_of_properties_match_in_any_case() {
    let text = r#"[{"SITECODE":"A"},{"sitecode":"B"},{"site\u0043ode":"C"},{"SiteCode ":"D"}]"#;
    let (sources, id) = source(text);
    let (rows, _) = rows(sources.get(id));
    let codes: Vec<_> = rows.iter().map(|r| r.site_code.get().map(|s| s.to_string())).collect();
    assert_eq!(codes, [Some("A".into()), Some("B".into()), Some("C".into()), None]);
}

#[test]
fn rows_may_write_their_properties_in_any_order() {
    let text = r#"[{"Type":1,"SiteCode":"A"},{"SiteCode":"B","Type":2},{"x":0,"type":3,"SiteCode":"C"},
        {"Props":[{"PropertyName":"p","Value":1},{"value":2,"PropertyName":"q"}],"Type":4},{}]"#;
    let (sources, id) = source(text);
    let (rows, problems) = rows(sources.get(id));
    assert!(problems.is_empty());
    let kinds: Vec<_> = rows.iter().map(|r| r.kind.get().map(|n| n.0)).collect();
    assert_eq!(kinds, [Some(1), Some(2), Some(3), Some(4), None]);
    let codes: Vec<_> = rows.iter().filter_map(|r| r.site_code.get()).map(|s| &**s).collect();
    assert_eq!(codes, ["A", "B", "C"]);
    let props = rows[3].props.get().unwrap();
    assert_eq!(props.iter().map(|p| p.value.get().unwrap().0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_property_that_stands_twice_costs_only_its_row() {
    let (sources, id) = source(r#"[{"SiteCode":"A","sitecode":"B"},{"SiteCode":"C"}]"#);
    let (rows, problems) = rows(sources.get(id));
    assert_eq!(rows.len(), 1);
    assert_eq!(problems[0].message, "property `SiteCode` stands here twice; the row was left out");
}

#[test]
fn a_syntax_error_inside_a_property_is_no_unreadable_property() {
    let (sources, id) = source(r#"{"Type":[1,,2],"SiteCode":"x"}"#);
    let error = document_as::<Row<'_>>(sources.get(id)).unwrap_err();
    assert_eq!((error.span.start, error.span.len), (11, 1));
    let (sources, id) = source(r#"{"Type":"a\qb","SiteCode":"x"}"#);
    assert_eq!(document_as::<Row<'_>>(sources.get(id)).unwrap_err().span.start, 10);
}

#[test]
fn an_error_names_the_innermost_value_and_never_its_text() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Manifest {
        version: u32,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        list: Vec<Entry>,
    }
    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Complete,
        NotCollected,
    }
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Entry {
        path: String,
    }
    for (text, place, message) in [
        (r#"{"version":"hunter2"}"#, r#""hunter2""#, "expected u32, found a text"),
        (r#"{"version":-1}"#, "-1", "expected u32, found another whole number"),
        (r#"{"version":1,"kind":"hunter2"}"#, r#""hunter2""#, "expected `complete` or `not-collected`"),
        (r#"{"version":1,"kind":7}"#, "7", "expected `complete` or `not-collected`"),
        (r#"{"version":1,"list":[{}]}"#, "{}", "property `path` is missing"),
        (r#"{"version":1,"list":[{"path":[]}]}"#, "[]", "expected a string, found a list"),
        (
            r#"{"version":1,"list":[{"paht":"x"}]}"#,
            r#"{"paht":"x"}"#,
            "property `paht` is not known here; expected `path`",
        ),
        (
            r#"{"version":1,"list":[{"a;b":"x"}]}"#,
            r#"{"a;b":"x"}"#,
            "property (a name that is none) is not known here; expected `path`",
        ),
        (r#"{}"#, "{}", "property `version` is missing"),
        (r#"{"version":1} 2"#, "2", "expected nothing behind the document"),
        ("", "", "expected a value"),
        (r#"{"version":1"#, "", "expected `,` or `}`"),
    ] {
        let (sources, id) = source(text);
        let source = sources.get(id);
        let problem = document_as::<Manifest>(source).unwrap_err();
        assert_eq!(at(source, problem.span), place, "{text}");
        assert!(problem.message.starts_with(message), "{text}: {}", problem.message);
        assert!(!problem.message.contains("hunter2") && problem.help.is_some());
    }
    let (sources, id) = source(r#"{"version":1,"kind":"not-\u0063ollected"}"#);
    let manifest: Manifest = document_as(sources.get(id)).unwrap();
    assert!(matches!(manifest.kind, Some(Kind::NotCollected)));
}

#[test]
fn nesting_ends_at_128_levels_whether_read_or_skipped() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for read in [as_value, as_skipped] {
        assert!(read(&nested(128)).is_ok());
        let error = read(&nested(129)).unwrap_err();
        assert_eq!(error.message, "lists and objects are nested deeper than 128 levels");
        assert_eq!(error.span.start, 128);
        assert_eq!(read(&"[".repeat(1_000_000)).unwrap_err().span.start, 128);
        assert_eq!(read(&"{\"a\":".repeat(1_000_000)).unwrap_err().span.start, 128 * 5);
    }
}

fn as_value(text: &str) -> Result<(), Problem> {
    let (sources, id) = source(text);
    document_as::<serde_json::Value>(sources.get(id)).map(drop)
}

fn as_skipped(text: &str) -> Result<(), Problem> {
    let (sources, id) = source(text);
    document_as::<serde::de::IgnoredAny>(sources.get(id)).map(drop)
}

#[test]
fn a_visitor_that_stops_early_does_not_derail_the_reader() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Pair {
        pair: Field<(u8, u8)>,
        after: u8,
    }
    let (sources, id) = source(r#"[{"pair":[1,2,3],"after":4}]"#);
    let (document, _) = document(sources.get(id));
    let mut problems = Vec::new();
    let rows = document.sections[0].rows::<Pair>(&mut problems);
    assert!(rows[0].value.pair.is_unreadable());
    assert_eq!(rows[0].value.after, 4);
    assert_eq!(problems.len(), 1);
}

#[test]
fn a_row_that_is_left_out_takes_its_odd_values_with_it() {
    let (sources, id) = source(r#"[{"Type":{},"Enabled":nope},{"Type":"x"}]"#);
    let (_, problems) = rows(sources.get(id));
    let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].ends_with("the row was left out"), "{said:?}");
    assert!(said[1].ends_with("the property is unknown"), "{said:?}");
}

#[test]
fn a_document_with_a_property_of_another_type_is_refused() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Plain {
        rows: Field<Int>,
    }
    let (sources, id) = source(r#"{"rows":"two"}"#);
    let source = sources.get(id);
    let error = document_as::<Plain>(source).unwrap_err();
    assert_eq!(at(source, error.span), r#""two""#);
}
