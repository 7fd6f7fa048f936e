use std::collections::BTreeSet;

use cmlint_winsec::{AccessMask, Ace};

use super::*;
use crate::rows::{Descriptor, DirectoryObject};
use crate::views::testing::{DOMAIN, Made, datasets, sid, steps};

const WRITES: AccessMask = AccessMask(0x21);

/// What `svc` (1101, in Team 1201) may change on an object with this list, as holder and place in the list,
/// and the datasets that could hide more.
fn judge(made: Made, list: &str) -> (Vec<u32>, BTreeSet<Dataset>) {
    let (found, holes) = entries(made, list, |_| {});
    (found, datasets(&holes))
}

fn entries(made: Made, list: &str, look: impl Fn(&EntryFor)) -> (Vec<u32>, Vec<Gap>) {
    let mut made = made.user(1101, "svc", &["Team"]).group(1201, "Team", &[]).user(1102, "other", &[]);
    let text = made.text(&format!("O:BAD:{list}"));
    let span = text.span;
    made.close();
    let object: &'static DirectoryObject<'static> = Box::leak(Box::new(DirectoryObject {
        dn: made.text("OU=Staff,DC=corp,DC=example"),
        classes: Vec::new(),
        sid: None,
        sam: None,
        upn: None,
        dns_host_name: None,
        member_of: Vec::new(),
        members: Vec::new(),
        primary_group: None,
        user_account_control: None,
        group_type: None,
        descriptor: Some(Descriptor::Text(text, cmlint_source::OffsetMap::verbatim(0, 4096))),
        attributes: Vec::new(),
        span,
    }));
    let snapshot: &'static crate::Snapshot<'static> = Box::leak(Box::new(made.snapshot));
    let principals: &'static Principals<'static> = Box::leak(Box::new(Principals::build(snapshot)));
    let guarded = Guarded::in_directory(principals, DOMAIN, object).unwrap();
    let writes = |ace: &Ace| ace.mask.intersects(WRITES);
    let (found, holes) = guarded.entries_for(&sid(1101), principals, writes);
    found.iter().for_each(look);
    (found.iter().filter_map(|entry| entry.holder.rid()).collect(), holes)
}

#[test]
fn entries_for_the_account_and_its_groups_count_wherever_they_have_an_effect() {
    let own = "(A;;WP;;;S-1-5-21-1-2-3-1101)(A;CIIO;CC;;;S-1-5-21-1-2-3-1201)(A;;RP;;;S-1-5-21-1-2-3-1101)";
    assert_eq!(judge(Made::new(), own).0, [1101, 1201]);
    assert_eq!(judge(Made::new(), "(A;;WP;;;S-1-5-21-1-2-3-1102)"), (vec![], BTreeSet::new()));
    assert_eq!(judge(Made::new(), "(A;;GA;;;AU)").0, [11]);
}

#[test]
fn what_an_entry_before_denies_is_taken_off() {
    let deny = "(D;CI;WP;;;S-1-5-21-1-2-3-1201)";
    assert_eq!(judge(Made::new(), &format!("{deny}(A;CI;RPWP;;;S-1-5-21-1-2-3-1101)")).0, [0; 0]);
    assert_eq!(judge(Made::new(), &format!("{deny}(A;CI;CCWP;;;S-1-5-21-1-2-3-1101)")).0, [1101]);
    assert_eq!(judge(Made::new(), &format!("(A;CI;WP;;;S-1-5-21-1-2-3-1101){deny}")).0, [1101]);
    let here_only = "(D;;WP;;;S-1-5-21-1-2-3-1201)(A;CI;WP;;;S-1-5-21-1-2-3-1101)";
    assert_eq!(judge(Made::new(), here_only).0, [1101], "objects below inherit the right all the same");
    let property =
        "(OD;;WP;4c164200-20c0-11d0-a768-00aa006e0529;;S-1-5-21-1-2-3-1101)(A;;WP;;;S-1-5-21-1-2-3-1101)";
    assert_eq!(judge(Made::new(), property).0, [1101]);
}

#[test]
fn conditions_hidden_memberships_and_a_missing_list_are_holes() {
    let condition = r#"(XA;;WP;;;S-1-5-21-1-2-3-1101;(@User.Title == "x"))"#;
    assert_eq!(judge(Made::new(), condition), (vec![], [Dataset::Directory].into()));
    let hidden = Made::new().without(Dataset::Directory);
    assert_eq!(judge(hidden, "(A;;WP;;;S-1-5-21-1-2-3-1299)"), (vec![], [Dataset::Directory].into()));
    assert_eq!(judge(Made::new(), "NO_ACCESS_CONTROL").1, [Dataset::Directory].into());
}

#[test]
fn the_proof_leads_to_the_entry() {
    entries(Made::new(), "(A;;CC;;;S-1-5-21-1-2-3-1201)", |entry| {
        let proof = steps(&entry.proof);
        assert_eq!(proof.len(), 2);
        assert!(proof[1].starts_with("an entry of OU=Staff,DC=corp,DC=example grants CORP\\Team Create"));
        assert!(!entry.by_default && entry.reach().this_object);
    });
}
