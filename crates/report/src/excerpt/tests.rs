use cmlint_source::{Encoding, FileId, OffsetMap, Why};
use proptest::prelude::*;
use textwrap::core::display_width;

use super::*;
use crate::escape;

const NO_NET: LastNet = |_| Vec::new();

fn how(width: usize) -> Cut {
    Cut { width, unicode: true, last_net: NO_NET }
}

fn file(text: impl Into<String>) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let id = sources.add("a/b.json", text.into(), Encoding::Utf8);
    (sources, id)
}

fn at(span: Span) -> Pointer {
    Pointer { span, words: 0 }
}

/// The lines with the marks below, as a reader sees them.
fn drawn(excerpts: &[Excerpt<'_>]) -> String {
    let mut out = String::new();
    for (index, excerpt) in excerpts.iter().enumerate() {
        if index > 0 {
            out.push_str("--\n");
        }
        for (row, line) in excerpt.lines.iter().enumerate() {
            out.push_str(&format!("{}|{}\n", line.number, line.text));
            for mark in excerpt.marks.iter().filter(|m| m.line == row) {
                let before = " ".repeat(display_width(&line.text[..mark.range.start]) + 2);
                let carets = "^".repeat(display_width(&line.text[mark.range.clone()]));
                out.push_str(&format!("{before}{carets}\n"));
            }
        }
    }
    out
}

fn cut_one(text: &str, start: usize, len: usize, width: usize) -> String {
    let (sources, id) = file(text);
    drawn(&cut(&sources, &[at(id.span(start, len))], &how(width)))
}

#[test]
fn the_place_of_a_secret_does_not_tell_its_length() {
    let text = r#"{"a":"b","password":"hunter2","c":"d"}"#;
    let (sources, id) = file(text);
    let secret = text.find("hunter2").unwrap();
    sources.mask(id.span(secret, "hunter2".len()), Why::Secret("password"));
    let bytes = |start, len| place(&sources, id.span(start, len)).bytes.unwrap();
    assert_eq!(bytes(secret, 7), (secret as u32, 0));
    assert_eq!(bytes(secret - 1, 9), (secret as u32 - 1, 1));
    assert_eq!(bytes(0, text.len()), (0, secret as u32));
    assert_eq!(bytes(5, 3), (5, 3));
    let end = place(&sources, id.span(secret, 7)).end;
    assert_eq!((end.line, end.column as usize), (1, secret + 1));
}

#[test]
fn a_label_has_a_line_of_context_on_each_side() {
    let text = "one\ntwo\r\nthree three\r\nfour\nfive\n";
    assert_eq!(cut_one(text, text.find("three").unwrap(), 5, 40), "2|two\n3|three three\n  ^^^^^\n4|four\n");
}

#[test]
fn a_long_line_is_cut_around_the_label_and_stands_alone() {
    let text = format!("short\n{}HERE{}\nshort", "a".repeat(100), "b".repeat(100));
    let expected = "2|…aaaaaaaaaaaaHEREbbbbbbbbbbbb…\n               ^^^^\n";
    assert_eq!(cut_one(&text, 106, 4, 30), expected);
}

#[test]
fn room_that_one_side_does_not_use_goes_to_the_other() {
    let text = format!("{}HERE}}", "a".repeat(100));
    assert_eq!(
        cut_one(&text, 100, 4, 30),
        "1|…aaaaaaaaaaaaaaaaaaaaaaaaHERE}\n                           ^^^^\n"
    );
    let text = format!("{{HERE{}", "a".repeat(100));
    assert_eq!(cut_one(&text, 1, 4, 30), "1|{HEREaaaaaaaaaaaaaaaaaaaaaaaa…\n   ^^^^\n");
}

#[test]
fn words_get_the_room_they_ask_for() {
    let (sources, id) = file("x".repeat(36) + "HERE");
    let pointer = Pointer { span: id.span(36, 4), words: 16 };
    let excerpts = cut(&sources, &[pointer], &how(40));
    let mark = &excerpts[0].marks[0];
    assert!(display_width(&excerpts[0].lines[0].text[..mark.range.start]) + 2 + ELBOW + 16 <= 40);
    assert_eq!(&excerpts[0].lines[0].text[mark.range.clone()], "HERE");
}

#[test]
fn a_label_that_is_longer_than_the_window_begins_in_it() {
    let text = "ab".repeat(100);
    assert_eq!(cut_one(&text, 2, 150, 20), "1|abababababababababa…\n    ^^^^^^^^^^^^^^^^^\n");
}

#[test]
fn deep_indentation_leaves_room_for_the_text() {
    let deep = " ".repeat(30);
    let text = format!("{deep}{{\n{deep}    \"a\": 1\n{deep}}}\n");
    let expected = "1|  {\n2|      \"a\": 1\n        ^^^\n3|  }\n";
    assert_eq!(cut_one(&text, text.find("\"a\"").unwrap(), 3, 40), expected);
    assert_eq!(cut_one(&text, 0, 3, 40).lines().nth(1), Some("  ^^^"));
}

#[test]
fn a_label_of_several_lines_marks_the_first_and_shows_what_follows() {
    let text = "a\n{ \"b\": [\n  1,\n  2,\n  3,\n  4\n] }\n";
    assert_eq!(cut_one(text, 2, 30, 40), "1|a\n2|{ \"b\": [\n  ^^^^^^^^\n3|  1,\n4|  2,\n5|  3,\n");
}

#[test]
fn a_label_without_length_points_at_something() {
    assert_eq!(cut_one("ab\ncd", 1, 0, 40), "1|ab\n   ^\n2|cd\n");
    assert_eq!(cut_one("ab\r\ncd", 2, 0, 40), "1|ab\n   ^\n2|cd\n");
    assert_eq!(cut_one("ab\ncd", 5, 0, 40), "1|ab\n2|cd\n   ^\n");
    assert_eq!(cut_one("ab\n", 3, 0, 40), "1|ab\n2|␤\n  ^\n");
    assert_eq!(cut_one("", 0, 0, 40), "1|␤\n  ^\n");
    assert_eq!(cut_one("ab", 900, 30, 40), "1|ab\n   ^\n");
}

#[test]
fn what_cannot_be_seen_is_shown_and_the_mark_follows() {
    let text = "\t\u{1b}[2J\u{0}\u{7}\u{202e}é東\u{200b}HERE";
    let expected = "1|  ␛[2J␀␇\\u{202e}é東\\u{200b}HERE\n                             ^^^^\n";
    assert_eq!(cut_one(text, text.find("HERE").unwrap(), 4, 60), expected);
}

#[test]
fn labels_that_stand_together_share_an_excerpt() {
    let (sources, id) = file("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
    let pointers = [at(id.span(8, 5)), at(id.span(19, 4)), at(id.span(8, 5)), at(id.span(40, 4))];
    let excerpts = cut(&sources, &pointers, &how(40));
    let expected = "2|two\n3|three\n  ^^^^^\n4|four\n5|five\n  ^^^^\n6|six\n--\n8|eight\n9|nine\n  ^^^^\n";
    assert_eq!(drawn(&excerpts), expected);
    assert_eq!(excerpts[0].marks[0].pointers, [0, 2]);
}

#[test]
fn labels_that_cover_each_other_are_drawn_apart() {
    let (sources, id) = file("{ \"a\": 1 }");
    let excerpts = cut(&sources, &[at(id.span(2, 3)), at(id.span(0, 10))], &how(40));
    assert_eq!(drawn(&excerpts), "1|{ \"a\": 1 }\n    ^^^\n--\n1|{ \"a\": 1 }\n  ^^^^^^^^^^\n");
}

#[test]
fn a_document_inside_a_file_is_shown_as_itself() {
    let (sources, id) = file("{\"x\": \"<a>\\r\\n <b/>\\r\\n</a>\"}");
    let breaks = vec![(0, 7), (4, 12), (5, 14), (10, 20), (11, 22)];
    let map = OffsetMap::from_breaks(breaks, 26);
    let child = sources.add_child(id, "document", "<a>\r\n <b/>\r\n</a>".to_owned(), map);
    let excerpts = cut(&sources, &[at(child.span(6, 4))], &how(40));
    assert_eq!(drawn(&excerpts), "1|<a>\n2| <b/>\n   ^^^^\n3|</a>\n");
    let mark = &excerpts[0].marks[0];
    assert_eq!((excerpts[0].path, excerpts[0].within), ("a/b.json", Some("document")));
    assert_eq!((mark.place.start.line, mark.inner.unwrap().line), (1, 2));
}

/// Text with a secret of some length before, in, or behind a label; the marks tell nothing of it.
fn with_secret(len: usize) -> (Sources, FileId) {
    let secret = "§".repeat(len);
    let (sources, id) =
        file(format!("{{\n\"Before\": \"{secret}\",\n\"a\": 1, \"P\": \"x{secret}x\", \"c\": 3\n}}\n"));
    let text = sources.get(id).text();
    for (start, _) in text.match_indices(&secret) {
        sources.mask(id.span(start, secret.len()), Why::Secret("a test"));
    }
    (sources, id)
}

#[test]
fn a_secret_is_blanked_in_labels_and_around_them_and_its_length_is_not_told() {
    let mut seen = Vec::new();
    for len in [1, 2, 40, 400] {
        let (sources, id) = with_secret(len);
        let text = sources.get(id).text();
        let label = text.find("\"P\"").unwrap();
        let pointers =
            [at(id.span(label, text[label..].find(", \"c\"").unwrap())), at(id.span(label + 7, 1))];
        seen.push(drawn(&cut(&sources, &pointers, &how(60))));
    }
    let line = "2|\"Before\": \"•••\",\n3|\"a\": 1, \"P\": \"x•••x\", \"c\": 3\n";
    let expected = format!("{line}          ^^^^^^^^^^^^\n4|}}\n--\n{line}                 ^^^\n4|}}\n");
    assert_eq!(seen, [expected.clone(), expected.clone(), expected.clone(), expected]);
}

#[test]
fn bytes_that_nobody_understood_are_blanked_too() {
    let (sources, id) = file("abc: hunter2");
    sources.mask(id.span(5, 7), Why::NotUnderstood);
    assert_eq!(drawn(&cut(&sources, &[at(id.span(0, 3))], &how(40))), "1|abc: •••\n  ^^^\n");
}

#[test]
fn the_last_net_sees_more_than_is_shown() {
    fn net(text: &str) -> Vec<Range<usize>> {
        // Finds a value by a name that stands far before it, and answers with nonsense beside it.
        let found = text.find("password=").map(|at| at + 9..text.find(';').unwrap_or(text.len()));
        found.into_iter().chain([usize::MAX - 1..usize::MAX, Range { start: 9, end: 3 }]).collect()
    }
    let (sources, id) = file(format!("{}password={};end of it", "a".repeat(3000), "é".repeat(500)));
    let label = sources.get(id).text().find("end").unwrap();
    for unicode in [true, false] {
        let how = Cut { width: 60, unicode, last_net: net };
        let excerpts = cut(&sources, &[at(id.span(label, 3))], &how);
        assert!(!excerpts[0].text().contains('é'), "{}", excerpts[0].text());
        assert!(excerpts[0].text().contains(if unicode { "=•••;end" } else { "=***;end" }));
        let inside = cut(&sources, &[at(id.span(label - 300, 3))], &how);
        assert!(!inside[0].text().contains('é'), "{}", inside[0].text());
    }
}

#[test]
fn a_line_of_100_mb_is_cut_to_a_window() {
    let mut text = "\"MemberCount\":1,".repeat(100 * 1024 * 1024 / 16);
    let middle = text.len() / 2;
    text.replace_range(middle..middle + 15, "\"CollectionID\":");
    let (sources, id) = file(text);
    let pointers = [at(id.span(middle + 1, 12)), at(id.span(middle + 1_000_000, 13))];
    let excerpts = cut(&sources, &pointers, &how(80));
    assert_eq!(excerpts.len(), 2);
    for excerpt in &excerpts {
        assert_eq!(excerpt.lines.len(), 1);
        assert!(display_width(&excerpt.lines[0].text) <= 80 && excerpt.lines[0].text.len() <= 100);
    }
    let mark = &excerpts[0].marks[0];
    assert_eq!(&excerpts[0].lines[0].text[mark.range.clone()], "CollectionID");
    assert_eq!((mark.place.start.line, mark.place.start.column as usize), (1, middle + 2));
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z {}\":,]{0,30}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t\u{1b}\u{0}\u{202e}\u{9b}\u{e0041}".to_owned()),
        Just("é東\u{301}\u{301}😀".to_owned()),
        (1usize..900).prop_map(|n| "long ".repeat(n)),
        (1usize..900).prop_map(|n| "\u{301}".repeat(n)),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_span_of_any_text_is_drawn(
        text in any_text(),
        spans in proptest::collection::vec((any::<u16>(), any::<u16>(), 0usize..60), 1..6),
        far in any::<bool>(),
        masks in proptest::collection::vec((any::<u16>(), 0u16..200), 0..4),
        width in 0usize..130,
        unicode in any::<bool>(),
    ) {
        let (sources, id) = file(text);
        let len = sources.get(id).text().len();
        let scale = |n: u16| usize::from(n) * (len + 2) / usize::from(u16::MAX);
        for (start, len) in masks {
            sources.mask(id.span(scale(start), usize::from(len)), Why::NotUnderstood);
        }
        let child = sources.add_child(id, "all of it", sources.get(id).text().to_owned(), OffsetMap::verbatim(0, len));
        let mut pointers: Vec<Pointer> = spans
            .iter()
            .map(|(start, len, words)| Pointer { span: id.span(scale(*start), scale(*len)), words: *words })
            .collect();
        if far {
            pointers.push(at(id.span(usize::MAX, usize::MAX)));
            pointers.push(at(child.span(usize::MAX, 3)));
            pointers.push(at(child.span(0, usize::MAX)));
        }
        let excerpts = cut(&sources, &pointers, &Cut { width, unicode, last_net: NO_NET });
        let mut pointed: Vec<usize> = excerpts.iter().flat_map(|e| &e.marks).flat_map(|m| m.pointers.clone()).collect();
        pointed.sort_unstable();
        prop_assert_eq!(pointed, (0..pointers.len()).collect::<Vec<_>>());
        prop_assert!(excerpts[0].marks.iter().any(|m| m.pointers.contains(&0)));
        for excerpt in &excerpts {
            for line in &excerpt.lines {
                prop_assert!(display_width(&line.text) <= width.max(16), "{:?}", line.text);
                prop_assert!(line.text.chars().count() <= width.max(16), "{:?}", line.text);
                prop_assert!(line.text.chars().all(|c| escape::visible(c, true).is_none()));
            }
            for mark in &excerpt.marks {
                prop_assert!(!mark.range.is_empty());
                prop_assert!(excerpt.lines[mark.line].text.get(mark.range.clone()).is_some());
            }
        }
    }
}
