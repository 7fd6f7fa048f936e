use proptest::prelude::*;

use super::*;
use crate::support::{assert_problems, assert_span, source};

/// Header and records as text.
fn rows(text: &str) -> (Vec<String>, Vec<Vec<String>>, Vec<String>) {
    let (sources, id) = source(text);
    let (table, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    let header = table.header().iter().map(|h| h.value.to_string()).collect();
    let records = table.records().map(|r| r.fields().map(|f| f.value.to_string()).collect()).collect();
    (header, records, problems.iter().map(|p| p.message.clone()).collect())
}

const ACL: &str =
    "kind,path,state,sddl\nntfs,\"C:\\a,b\",ok,\"D:(A;;FA;;;SY)\"\nshare,\"say \"\"hi\"\"\",denied,\n";

#[test]
fn fields_are_found_by_the_name_of_their_column_in_any_case() {
    let (sources, id) = source(ACL);
    let (table, problems) = parse(sources.get(id));
    assert!(problems.is_empty());
    assert_eq!(table.len(), 2);
    let record = table.record(0).unwrap();
    let sddl = record.get("SDDL").unwrap();
    assert_eq!(&*sddl.value, "D:(A;;FA;;;SY)");
    assert!(matches!(sddl.value.0, Cow::Borrowed(_)));
    assert_eq!(sources.text(sddl.span), "D:(A;;FA;;;SY)");
    assert_eq!(sources.text(record.span()), "ntfs,\"C:\\a,b\",ok,\"D:(A;;FA;;;SY)\"");
    assert_eq!(record.get("none"), None);
    let path = table.column("Path").unwrap();
    let record = table.record(1).unwrap();
    assert_eq!(&*record.field(path).unwrap().value, "say \"hi\"");
    assert_eq!(sources.text(record.field(path).unwrap().span), "say \"\"hi\"\"");
    assert_eq!(&*record.get("sddl").unwrap().value, "");
}

#[test]
fn a_part_of_a_value_maps_to_the_file() {
    let (sources, id) = source(ACL);
    let (table, _) = parse(sources.get(id));
    for (record, column, part) in
        [(0, "sddl", "A;;FA"), (0, "kind", "tf"), (1, "path", "hi"), (1, "path", "say")]
    {
        let (record, column) = (table.record(record).unwrap(), table.column(column).unwrap());
        let value = record.field(column).unwrap().value;
        let start = value.find(part).unwrap() as u32;
        let (start, end) = record.map(column).unwrap().outer(start, start + part.len() as u32);
        assert_eq!(&ACL[start as usize..end as usize], part);
    }
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = ACL.replace('\n', "\r\n");
    assert_eq!(rows(ACL), rows(&crlf));
    let (lf_sources, lf) = source(ACL);
    let (crlf_sources, crlf) = source(&crlf);
    let (a, b) = (parse(lf_sources.get(lf)).0, parse(crlf_sources.get(crlf)).0);
    for (a, b) in a.records().zip(b.records()) {
        for (a, b) in a.fields().zip(b.fields()) {
            assert_eq!(lf_sources.place(a.span).start, crlf_sources.place(b.span).start);
        }
    }
}

#[test]
fn the_delimiter_is_the_one_of_the_header() {
    for d in [",", ";", "\t", "|"] {
        let (header, records, problems) = rows(&format!("a{d}b{d}c\n1{d}2,;x{d}3\n").replace(",;x", ""));
        assert_eq!((header.len(), &records[0][1], problems.len()), (3, &"2".to_owned(), 0));
    }
    assert_eq!(rows("\"a,b,c\";d\n1;2\n").0, ["a,b,c", "d"]);
    assert_eq!(rows("sep=;\na,b;c\n1;2\n").0, ["a,b", "c"]);
    assert_eq!(rows("only\nx\n").1, [["x"]]);
}

#[test]
fn powershells_type_line_is_skipped() {
    let (header, records, problems) =
        rows("#TYPE System.Security.AccessControl\r\n\"Path\",\"Sddl\"\r\n\"a\",\"b\"\r\n");
    assert_eq!((header, records.len(), problems.len()), (vec!["Path".into(), "Sddl".into()], 1, 0));
}

#[test]
fn sqlcmds_dashes_and_row_count_are_skipped() {
    for end in ["(2 rows affected)", "(2 Zeilen betroffen)", "(2 lignes affectées)", "(2 行受影响)"] {
        for text in [
            format!("name,sid\n----,---\nsa,0x01\ndbo,0x02\n\n{end}\n"),
            format!("name,sid\n----,---\nsa,0x01\ndbo,0x02\n{end}"),
            format!(
                "name                ,sid       \n--------------------,----------\nsa                  ,0x01      \ndbo                 ,      0x02\n\n{end}\n"
            ),
            format!(
                "Changed database context to 'CM_PS1'.\nname,sid\n----,---\nsa,0x01\ndbo,0x02\n\n{end}\n\nCompletion time: 2024-05-01T10:00:00\n"
            ),
        ] {
            let (header, records, problems) = rows(&text);
            assert_eq!(header, ["name", "sid"], "{text}");
            assert_eq!(records, [["sa", "0x01"], ["dbo", "0x02"]], "{text}");
            assert!(problems.iter().all(|p| p.starts_with("text in front")), "{problems:?}");
        }
    }
}

#[test]
fn padding_is_no_part_of_a_value() {
    let text = "name  ,sid \n------,----\nsa    ,0x01\n";
    let (sources, id) = source(text);
    let (table, _) = parse(sources.get(id));
    let name = table.record(0).unwrap().get("name").unwrap();
    assert_eq!((&*name.value, sources.text(name.span)), ("sa", "sa"));
}

#[test]
fn dashes_that_are_values_are_kept() {
    assert_eq!(rows("name,sid\n-,-\n").1.len(), 1);
    assert_eq!(rows("a\n(5)\n").1, [["(5)"]], "a value of a table of one column");
    assert_eq!(rows("a\nx\n\n(1 row affected)\n").1, [["x"]]);
    assert_eq!(rows("a\n-----\nx\n(1 row affected)\n").1, [["x"]]);
}

#[test]
fn a_row_count_that_disagrees_is_a_problem() {
    let (_, records, problems) = rows("a,b\n1,2\n\n(3 rows affected)\n");
    assert_eq!((records.len(), &*problems[0]), (1, "the last line counts 3 rows, but 1 were found"));
    assert_eq!(rows("a,b\n1,2\n\n(1.000 Zeilen betroffen)\n").2.len(), 0);
}

#[test]
fn values_may_hold_line_breaks() {
    let (_, records, problems) = rows("a,b\r\n\"1\r\n2\",\"3\n\n4\"\r\n5,6\r\n");
    assert_eq!(records, [["1\r\n2", "3\n\n4"], ["5", "6"]]);
    assert!(problems.is_empty());
}

#[test]
fn blank_lines_are_skipped() {
    assert_eq!(rows("\n\na,b\n\n1,2\n\r\n\n3,4\n\n").1, [["1", "2"], ["3", "4"]]);
}

#[test]
fn records_of_another_length_are_kept_with_a_problem() {
    let text = "a,b\n1\n1,2\n1,2,3\n";
    let (sources, id) = source(text);
    let (table, problems) = parse(sources.get(id));
    let found: Vec<_> = problems.iter().map(|p| (&*p.message, sources.text(p.span))).collect();
    assert_eq!(
        found,
        [("1 field where the header has 2", "1"), ("3 fields where the header has 2", "1,2,3")]
    );
    assert_eq!(table.len(), 3);
    assert_eq!(table.record(0).unwrap().get("b"), None);
    assert_eq!(&*table.record(1).unwrap().get("b").unwrap().value, "2");
}

#[test]
fn a_quote_that_is_never_closed_is_a_problem_at_the_quote() {
    let text = "a,b\n1,2\n3,\"4\n5,6\n";
    let (sources, id) = source(text);
    let (table, problems) = parse(sources.get(id));
    assert_eq!(table.len(), 2);
    assert_eq!(&*table.record(1).unwrap().get("a").unwrap().value, "3");
    assert_eq!(table.record(1).unwrap().get("b"), None);
    assert!(problems.iter().any(|p| p.span.start as usize == text.find('"').unwrap() && p.lossy));
}

#[test]
fn text_behind_a_closing_quote_is_a_problem_and_kept() {
    let (_, records, problems) = rows("a,b\n\"1\"x\"y,2\n");
    assert_eq!(records, [["1x\"y", "2"]]);
    assert_eq!(problems, ["text behind the closing quote of a field"]);
}

#[test]
fn a_column_that_stands_twice_is_remarked_upon() {
    let (sources, id) = source("Name,NAME,,\n1,2,3,4\n");
    let (table, problems) = parse(sources.get(id));
    assert_eq!(
        problems.iter().map(|p| &*p.message).collect::<Vec<_>>(),
        ["the column `NAME` stands twice; the first is used"]
    );
    assert_eq!(&*table.record(0).unwrap().get("name").unwrap().value, "1");
}

#[test]
fn a_table_without_a_header_is_a_problem_and_without_rows_none() {
    for text in ["", "\r\n\r\n", "#TYPE X\r\n"] {
        assert_eq!(rows(text).2, ["the text ends before a header line"]);
    }
    assert_eq!(rows("a,b\n").2.len(), 0);
    assert_eq!(rows("a,b").0, ["a", "b"]);
}

/// Every promise that holds for any input.
fn check(text: &str) {
    let (sources, id) = source(text);
    let (table, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    let mut before = 0;
    for name in table.header() {
        assert_span(text, name.span);
    }
    for (index, record) in table.records().enumerate() {
        assert_eq!(record.index(), index);
        assert!(!record.is_empty());
        assert_span(text, record.span());
        assert!(record.span().start >= before);
        before = record.span().start;
        for (i, field) in record.fields().enumerate() {
            assert_span(text, field.span);
            assert!(field.span.start >= before && field.span.end() <= record.span().end());
            before = field.span.start;
            if !text[record.span().range()].contains('"') {
                assert_eq!(sources.text(field.span), &*field.value);
            }
            let map = record.map(Column(i)).unwrap();
            for (at, _) in field.value.char_indices() {
                let (start, end) = map.outer(at as u32, field.value.len() as u32);
                assert_span(text, id.span(start as usize, (end - start) as usize));
                assert!(end <= field.span.end());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read(text in "([,;|\t\"\r\n a-c1()é-]|#TYPE |sep=|\"\"|\r\n|---|\u{FEFF}){0,60}") {
        check(&text);
    }

    #[test]
    fn the_csv_crate_reads_the_same(
        rows in prop::collection::vec(prop::collection::vec("[a-z,\"\r\né ]{0,6}", 3), 1..8),
        crlf: bool,
        always: bool,
    ) {
        let mut writer = csv::WriterBuilder::new()
            .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        check(&text);
        let (header, records, problems) = super::tests::rows(&text);
        prop_assert_eq!(header, ["x", "y", "z"]);
        prop_assert_eq!(records, rows);
        prop_assert!(problems.is_empty());
    }

    #[test]
    fn the_csv_crate_splits_the_same(body in "([,\"\r\n a-c]|\"\"|\r\n|\",\"){0,60}") {
        let text = format!("x,y\n{body}");
        let (_, records, problems) = rows(&text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let expected: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let unclosed = problems.iter().any(|p| p.starts_with("a quote that is never closed"));
        // What an unclosed quote swallows is no value here.
        let same = expected.len() - usize::from(unclosed);
        prop_assert!(records.len() == expected.len() || records.len() == same);
        prop_assert_eq!(&records[..same], &expected[..same]);
    }
}
