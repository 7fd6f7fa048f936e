//! Several files, documents inside files, encodings.

use cmlint_lint::prelude::Span;
use cmlint_source::{Encoding, FileId, OffsetMap, Sources};

use crate::support::*;

const OUTER: &str = concat!(
    "[\n  {\n    \"PackageID\": \"PS100023\",\n    \"Sequence\": ",
    r#""<sequence>\r\n  <step name=\"Join\">\r\n    <v name=\"Account\">CONTOSO\\x</v>\r\n  </step>\r\n</sequence>""#,
    "\n  }\n]\n"
);
const INNER: &str = "<sequence>\r\n  <step name=\"Join\">\r\n    <v name=\"Account\">CONTOSO\\x</v>\r\n  </step>\r\n</sequence>";

/// A task sequence inside a JSON string, and a file in UTF-16.
fn two_files() -> (Sources, Vec<Span>) {
    let mut sources = Sources::new();
    let outer = sources.add("site/SMS_TaskSequencePackage.json", OUTER.to_owned(), Encoding::Utf8);
    let groups = "[\n  {\"Name\": \"Büro\", \"Members\": [\n    {\"Name\": \"CONTOSO\\\\x\"}\n  ]}\n]\n";
    let groups = sources.add("hosts/cm01/groups.json", groups.to_owned(), Encoding::Utf16Le);
    let child = sequence(&sources, outer);
    let places = vec![
        find(&sources, child, "CONTOSO\\x"),
        find(&sources, groups, "\"CONTOSO\\\\x\""),
        find(&sources, outer, "PS100023"),
        find(&sources, groups, "Büro"),
    ];
    (sources, places)
}

fn sequence(sources: &Sources, outer: FileId) -> FileId {
    let start = OUTER.find("<sequence>").expect("it is there") as u32;
    let mut breaks = vec![(0, start)];
    let (mut inside, mut outside) = (0, start);
    for c in INNER.chars() {
        inside += c.len_utf8() as u32;
        outside += if "\r\n\"\\".contains(c) { 2 } else { 1 };
        breaks.push((inside, outside));
    }
    let map = OffsetMap::from_breaks(breaks, outside as usize);
    sources.add_child(outer, "task sequence PS100023", INNER.to_owned(), map)
}

#[test]
fn each_file_has_its_own_frame() {
    let (sources, places) = two_files();
    expected!("two-files", draw_places(&sources, &places, &style(80)));
}

#[test]
fn json_names_the_file_on_disk() {
    let (sources, places) = two_files();
    let (snapshot, run) = judge_places(&sources, &places);
    let json: serde_json::Value = serde_json::from_str(&json_of(&run, &snapshot, &sources)).unwrap();
    let labels = &json["lints"][0]["findings"][0]["labels"];

    let inner = &labels[0];
    assert_eq!(inner["path"], "site/SMS_TaskSequencePackage.json");
    assert_eq!(inner["within"], "task sequence PS100023");
    assert_eq!((&inner["line"], &inner["primary"]), (&4.into(), &true.into()));
    let (offset, length) = (inner["offset"].as_u64().unwrap(), inner["length"].as_u64().unwrap());
    assert_eq!(&OUTER[offset as usize..][..length as usize], r"CONTOSO\\x");
    let line_start = OUTER[..offset as usize].rfind('\n').unwrap() + 1;
    assert_eq!(inner["column"], offset - line_start as u64 + 1);

    // Bytes of UTF-8 mean nothing in a file of UTF-16; columns are characters.
    let member = &labels[1];
    assert!(member["offset"].is_null() && member["length"].is_null() && member["within"].is_null());
    assert_eq!(
        (&member["line"], &member["column"], &member["end_column"]),
        (&3.into(), &14.into(), &26.into())
    );
    let name = &labels[3];
    assert_eq!((&name["column"], &name["end_column"]), (&13.into(), &17.into()));
}
