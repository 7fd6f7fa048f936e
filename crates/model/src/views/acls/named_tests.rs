use cmlint_source::Sources;
use cmlint_winsec::{Ace, Kind, Sid, well_known};

use super::tests::snapshot;
use super::*;

const GROUP: &str = "S-1-5-21-9-9-9-1003";

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("acl.csv", text.to_owned(), cmlint_source::Encoding::Utf8);
    sources
}

/// Paths with the paths of what holds their entries, of entries by which the group writes.
fn written(text: &str, root: &str) -> Vec<(String, String)> {
    let sources = sources(text);
    let snapshot = snapshot(&sources, true);
    let acls = Acls::build(&snapshot);
    let group: Sid = GROUP.parse().unwrap();
    let writes =
        |_: &str, ace: &Ace| ace.trustee.sid() == Some(group) && !Kind::Directory.has_no_write(ace.mask);
    let host = Scope::host("cm01.x.com");
    let (found, _) = acls.entries_in_tree(&host, Kind::Directory, root, writes);
    found.into_iter().map(|f| (f.path, f.holder.path.value.to_owned())).collect()
}

#[test]
fn what_is_inherited_from_an_object_that_was_told_is_not_told_again() {
    let text = format!(
        "C:\\CM,D:(A;OICI;FR;;;{GROUP})\nC:\\CM\\a,D:(A;OICI;FA;;;{GROUP})\nC:\\CM\\a\\b,D:(A;OICIID;FA;;;{GROUP})\n"
    );
    let a = (r"C:\CM\a".to_owned(), r"C:\CM\a".to_owned());
    assert_eq!(written(&text, r"C:\CM"), [a]);
}

#[test]
fn a_root_without_a_row_has_what_is_handed_down() {
    let text = format!("C:\\CM,D:(A;OICI;FA;;;{GROUP})\n");
    assert_eq!(written(&text, r"C:\CM\x"), [(r"C:\CM\x".to_owned(), r"C:\CM".to_owned())]);
    let this_folder_only = format!("C:\\CM,D:(A;;FA;;;{GROUP})\n");
    assert_eq!(written(&this_folder_only, r"C:\CM\x"), []);
}

#[test]
fn a_null_list_lets_everybody_write() {
    assert_eq!(written("C:\\CM,D:NO_ACCESS_CONTROL\n", r"C:\CM").len(), 1);
}

#[test]
fn what_is_denied_first_is_not_allowed() {
    let group: Sid = GROUP.parse().unwrap();
    let text = format!(
        "C:\\CM,D:(D;;SD;;;{GROUP})(A;OICI;0x1301bf;;;{GROUP})(A;OICIIO;FA;;;{GROUP})\nC:\\CM\\a,D:(A;;FR;;;AU)\n"
    );
    let sources = sources(&text);
    let snapshot = snapshot(&sources, true);
    let acls = Acls::build(&snapshot);
    let host = Scope::host("cm01.x.com");
    let allowed = |path: &str, who: &[Sid]| acls.allowed(&host, Kind::Directory, path, who).ok().flatten();
    assert_eq!(allowed(r"C:\CM", &[group]), Some(cmlint_winsec::AccessMask(0x0012_01bf)));
    assert_eq!(allowed(r"C:\CM\a", &[group]), Some(cmlint_winsec::AccessMask::NONE));
    assert_eq!(
        allowed(r"C:\CM\a", &[group, well_known::AUTHENTICATED_USERS]),
        Some(cmlint_winsec::AccessMask(0x0012_0089))
    );
    assert_eq!(allowed(r"D:\CM", &[group]), None, "not collected");
}
