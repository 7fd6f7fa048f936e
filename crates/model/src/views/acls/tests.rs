use cmlint_source::Sources;

use super::*;
use crate::rows::AclEntry;
use crate::{Insert, Statement};

#[test]
fn paths_compare_as_windows_compares_them() {
    assert_eq!(path_key(r"\\?\C:\Program Files\X\"), path_key(r"c:\program files\x"));
    assert_eq!(path_key(r"C:\"), r"c:\");
}

#[test]
fn the_folder_above() {
    assert_eq!(above(r"c:\a\b").as_deref(), Some(r"c:\a"));
    assert_eq!(above(r"c:\a").as_deref(), Some(r"c:\"));
    assert_eq!(above(r"c:\"), None);
}

pub(super) fn snapshot(sources: &Sources, left_out: bool) -> Snapshot<'_> {
    let id = sources.files().next().unwrap().id();
    let mut rows = Vec::new();
    let mut at = 0;
    for line in sources.get(id).text().split_inclusive('\n') {
        let (path, sddl) = line.trim_end().split_once(',').unwrap();
        let spanned = |text, start| Spanned::new(Str(Cow::Borrowed(text)), id.span(start, 1));
        let row = AclEntry {
            kind: spanned("ntfs", at),
            path: spanned(path, at),
            state: AclState::Ok,
            sddl: Some(spanned(sddl, at + path.len() + 1)),
        };
        rows.push(Spanned::new(row, id.span(at, line.len())));
        at += line.len();
    }
    let mut statement = Statement::new(Status::Complete, "");
    statement.covers.push(Cover::Tree {
        kind: "ntfs".to_owned(),
        root: path_key(r"C:\CM"),
        depth: Some(2),
        inherited_left_out: left_out,
    });
    let mut snapshot = Snapshot::default();
    snapshot.insert(Scope::host("cm01.x.com"), statement, rows);
    snapshot.seal();
    snapshot
}

#[test]
fn a_path_without_a_row_has_what_is_handed_down_if_such_rows_were_left_out() {
    let text = "C:\\CM,D:(A;OICI;FA;;;BA)\nC:\\CM\\OSD,D:(A;OICI;FR;;;BU)\n";
    let mut sources = Sources::new();
    sources.add("acl.csv", text.to_owned(), cmlint_source::Encoding::Utf8);
    let host = Scope::host("cm01.x.com");
    let deciding = |snapshot: &Snapshot<'_>, path: &str| {
        let acls = Acls::build(snapshot);
        acls.deciding(&host, Kind::Directory, path).map(|(o, n)| (o.path.value.to_owned(), n)).ok()
    };
    let left_out = snapshot(&sources, true);
    assert_eq!(deciding(&left_out, r"C:\CM\osd"), Some((r"C:\CM\OSD".to_owned(), 0)));
    assert_eq!(deciding(&left_out, r"C:\CM\osd\bin\x64"), None, "deeper than the walk");
    assert_eq!(deciding(&left_out, r"C:\CM\osd\bin"), Some((r"C:\CM\OSD".to_owned(), 1)));
    assert_eq!(deciding(&left_out, r"C:\CM\logs\a"), Some((r"C:\CM".to_owned(), 2)));
    assert_eq!(deciding(&left_out, r"C:\Other"), None, "outside of the walk");
    assert_eq!(deciding(&snapshot(&sources, false), r"C:\CM\osd\bin"), None, "absent, or not read");
}

#[test]
fn a_walk_of_two_levels_reaches_one_level_below_the_first() {
    assert!(deep_enough(r"c:\a\osd", r"c:\a", 2));
    assert!(!deep_enough(r"c:\a\osd\bin", r"c:\a", 2));
    assert!(!deep_enough(r"c:\ab", r"c:\a", 2));
}
