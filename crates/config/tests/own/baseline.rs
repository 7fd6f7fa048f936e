use cmlint_config::baseline::{SCHEMA, read, write};
use cmlint_engine::Known;
use cmlint_lint::Severity;

use crate::support::*;

fn known(lint: &str, key: &str) -> Known {
    Known {
        lint: lint.to_owned(),
        key: key.to_owned(),
        aliases: vec!["sid:S-1-1".to_owned()],
        discriminator: String::new(),
        severity: Severity::High,
        evidence: vec!["group:x".to_owned(), "group:y".to_owned()],
        span: None,
    }
}

#[test]
fn one_finding_is_one_line_and_lines_are_sorted() {
    let bare = Known { aliases: vec![], evidence: vec![], discriminator: "d".to_owned(), ..known("b", "k") };
    let text = write(&[bare, known("b", "j\"\\é\u{1b}"), known("a", "z")]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            r#"{"schema":"cmlint-baseline/v1"}"#,
            r#"{"lint":"a","key":"z","aliases":["sid:S-1-1"],"severity":"high","evidence":["group:x","group:y"]}"#,
            r#"{"lint":"b","key":"j\"\\é\u001b","aliases":["sid:S-1-1"],"severity":"high","evidence":["group:x","group:y"]}"#,
            r#"{"lint":"b","key":"k","discriminator":"d","severity":"high"}"#,
        ]
    );
    assert!(text.ends_with('\n'));
}

#[test]
fn what_was_written_is_read_with_its_places_whatever_the_line_ends() {
    let entries = [known("a", "z"), known("b", "k")];
    for text in [write(&entries), write(&entries).replace('\n', "\r\n")] {
        let (sources, file) = file(&text);
        let all = read(&sources, file).unwrap();
        let bare: Vec<Known> = all.iter().cloned().map(|k| Known { span: None, ..k }).collect();
        assert_eq!(bare, entries);
        assert_eq!(sources.text(all[1].span.unwrap()), text.lines().nth(2).unwrap());
    }
}

#[test]
fn lines_that_are_no_entries_are_told_with_their_places() {
    let text = format!(
        "{{\"schema\":\"{SCHEMA}\"}}\n{{\"lint\":\"a\",\"key\":3}}\n\n\
         {{\"lint\":\"a\",\"key\":\"k\",\"severity\":\"bad\"}}\n<<<<<<< HEAD\n"
    );
    let (sources, file) = file(&text);
    let all = told(&sources, &read(&sources, file).unwrap_err());
    let places: Vec<&str> = all.iter().map(|told| told.split(' ').next().unwrap()).collect();
    assert_eq!(places, ["2:19", "4:23", "5:1"], "{all:#?}");
}

#[test]
fn another_format_is_told_from_another_version() {
    for (text, words) in [
        ("", "an empty file is no baseline"),
        ("[]\n", "this is no baseline"),
        ("{\"schema\":\"cmlint-baseline/v2\"}\n{\"x\":1}\n", "of another version"),
    ] {
        let (sources, file) = file(text);
        let all = told(&sources, &read(&sources, file).unwrap_err());
        assert!(all.len() == 1 && all[0].contains(words), "{all:?}");
    }
}
