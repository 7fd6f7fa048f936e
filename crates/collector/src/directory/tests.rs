//! A directory that answers from a table.

mod many;
mod world;

use std::cell::Cell;

use cmlint_model::Cover;

use super::entry::{Refusal, dns_of, escaped};
use super::names::Named;
use super::walk::{Outcome, collect, domain};
use super::{ldif, merged, state, write_lookups};
use world::{Canned, object};

fn collected(canned: &mut Canned, named: &Named) -> (Outcome, String) {
    let domain = domain(canned).unwrap();
    let mut out = Vec::new();
    let outcome = collect(canned, &domain, named, &mut out, &|_| {}).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

fn names(dn: &str) -> usize {
    dn.lines().filter(|line| line.starts_with("dn:")).count()
}

fn named(all: &[&str]) -> Named {
    let mut named = Named::default();
    all.iter().for_each(|name| named.name(name));
    named
}

fn has(ldif: &str, dn: &str) -> bool {
    ldif.replace("\n ", "").lines().any(|line| line == format!("dn: {dn}"))
}

fn answer<'o>(outcome: &'o Outcome, asked: &str) -> &'o str {
    outcome.lookups.iter().find(|lookup| lookup.asked == asked).map_or("", |lookup| lookup.answer)
}

#[test]
fn found_not_found_and_not_asked_stay_apart() {
    let named = named(&[
        "CONTOSO\\svc-naa",
        "CONTOSO\\gone",
        "FABRIKAM\\x",
        "svc-naa@contoso.test",
        "svc-naa",
        ".\\local",
    ]);
    let (outcome, ldif) = collected(&mut Canned::new(), &named);
    assert_eq!(answer(&outcome, "CONTOSO\\svc-naa"), "found");
    assert_eq!(answer(&outcome, "svc-naa@contoso.test"), "found");
    assert_eq!(answer(&outcome, "svc-naa"), "found");
    assert_eq!(answer(&outcome, "CONTOSO\\gone"), "not-found");
    assert_eq!(answer(&outcome, "FABRIKAM\\x"), "not-asked");
    assert_eq!(answer(&outcome, ".\\local"), "not-asked");
    assert!(has(&ldif, "CN=svc-naa,OU=Accounts,DC=contoso,DC=test"));
    assert!(outcome.holes.is_empty(), "{:?}", outcome.holes);
}

#[test]
fn each_object_is_written_once_with_all_groups_above_it() {
    let (outcome, ldif) = collected(&mut Canned::new(), &named(&["CONTOSO\\svc-naa", "CONTOSO\\SVC-NAA"]));
    // svc-naa → Operators → All; its primary group is Domain Users.
    for group in ["CN=Operators,OU=Groups", "CN=All,OU=Groups", "CN=Domain Users,CN=Users"] {
        assert!(has(&ldif, &format!("{group},DC=contoso,DC=test")), "{group}");
    }
    assert_eq!(names(&ldif) as u64, outcome.records);
    let mut dns: Vec<&str> = ldif.lines().filter(|line| line.starts_with("dn:")).collect();
    dns.sort_unstable();
    dns.dedup();
    assert_eq!(dns.len() as u64, outcome.records);
    assert!(
        outcome.covers.contains(&Cover::Question { question: "groups-of".to_owned(), of: "all".to_owned() })
    );
}

#[test]
fn members_are_followed_downward_through_circles() {
    let (outcome, ldif) = collected(&mut Canned::new(), &named(&["CONTOSO\\CM-Admins"]));
    // CM-Admins ⊃ Inner ⊃ CM-Admins, and Inner ⊃ ebrandt.
    assert!(has(&ldif, "CN=ebrandt,OU=Staff,DC=contoso,DC=test"));
    assert!(has(&ldif, "CN=pnovak,OU=Staff,DC=contoso,DC=test"));
    for rid in [1110, 1111] {
        let of = format!("S-1-5-21-1-2-3-{rid}");
        assert!(outcome.covers.contains(&Cover::Question { question: "members-of".to_owned(), of }), "{rid}");
    }
}

#[test]
fn all_organizational_units_are_asked_for_and_a_refusal_is_a_hole() {
    let all =
        Cover::Question { question: "permissions-of".to_owned(), of: "organizational-units".to_owned() };
    let mut canned = Canned::new();
    canned.add(object("OU=Kiosks,OU=Staff,DC=contoso,DC=test", "organizationalUnit", 0));
    let (outcome, ldif) = collected(&mut canned, &named(&[]));
    assert!(has(&ldif, "OU=Kiosks,OU=Staff,DC=contoso,DC=test"));
    assert!(outcome.covers.contains(&all));
    let mut canned = Canned::new();
    canned.refuse = Some("organizationalUnit");
    let (outcome, _) = collected(&mut canned, &named(&[]));
    assert!(!outcome.covers.contains(&all));
    assert!(
        outcome.holes.iter().any(|hole| hole.starts_with("the organizational units")),
        "{:?}",
        outcome.holes
    );
}

#[test]
fn members_of_groups_that_hold_everybody_are_not_asked_for() {
    let (outcome, _) = collected(&mut Canned::new(), &named(&["CONTOSO\\Domain Users"]));
    let of = "S-1-5-21-1-2-3-513".to_owned();
    assert!(!outcome.covers.contains(&Cover::Question { question: "members-of".to_owned(), of }));
}

#[test]
fn a_long_list_of_members_comes_in_ranges_and_is_whole() {
    let mut canned = Canned::new();
    canned.range = 2;
    let (outcome, ldif) = collected(&mut canned, &named(&["CONTOSO\\Many"]));
    assert_eq!(ldif.lines().filter(|line| line.starts_with("member: CN=m")).count(), 5, "{ldif}");
    assert!(!ldif.contains("range="), "{ldif}");
    assert!(outcome.holes.is_empty(), "{:?}", outcome.holes);
}

#[test]
fn answers_come_in_pages_of_any_size() {
    let whole = collected(&mut Canned::new(), &named(&["CONTOSO\\CM-Admins", "CONTOSO\\Many"]));
    let mut canned = Canned::new();
    canned.page = 1;
    let paged = collected(&mut canned, &named(&["CONTOSO\\CM-Admins", "CONTOSO\\Many"]));
    assert_eq!(whole.1, paged.1);
    canned.one_cookie = true;
    let by_one_cookie = collected(&mut canned, &named(&["CONTOSO\\CM-Admins", "CONTOSO\\Many"]));
    assert_eq!(by_one_cookie.0.ended, None);
    assert_eq!(whole.1, by_one_cookie.1);
}

#[test]
fn a_group_that_is_not_shown_is_a_hole() {
    let mut canned = Canned::new();
    canned.objects.retain(|object| object.dn != "CN=All,OU=Groups,DC=contoso,DC=test");
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\svc-naa"]));
    assert_eq!(outcome.holes, ["somebody is in CN=All,OU=Groups,DC=contoso,DC=test, and it is not shown"]);
}

#[test]
fn a_group_of_another_domain_is_a_hole_that_names_the_domain() {
    let mut canned = Canned::new();
    canned.add(
        object("CN=x,OU=Staff,DC=contoso,DC=test", "user", 1400)
            .sam("x")
            .value("userAccountControl", "512")
            .value("memberOf", "CN=U,DC=root,DC=test"),
    );
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\x"]));
    assert_eq!(
        outcome.holes,
        ["some are in groups of root.test, which another server has to be asked about"]
    );
}

#[test]
fn objects_without_their_descriptor_make_the_directory_partial_and_name_the_right() {
    let mut canned = Canned::new();
    canned.hidden = &["nTSecurityDescriptor"];
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\svc-naa"]));
    let text = state(&outcome.holes, None).why().unwrap().to_string();
    assert!(text.contains("objects came without their nTSecurityDescriptor"), "{text}");
    assert!(text.ends_with("needs the right: Read and Read Permissions on these objects"), "{text}");
}

#[test]
fn accounts_without_their_restrictions_are_no_accounts_without_restrictions() {
    let mut canned = Canned::new();
    canned.hidden = &["userAccountControl", "pwdLastSet", "profilePath", "memberOf"];
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\svc-naa"]));
    let text = state(&outcome.holes, None).why().unwrap().to_string();
    assert!(text.starts_with("1 of 1 accounts came without their userAccountControl"), "{text}");
    assert!(text.ends_with("needs the right: Read and Read Permissions on these objects"), "{text}");
    let none = Cover::Question { question: "groups-of".to_owned(), of: "all".to_owned() };
    assert!(!outcome.covers.contains(&none), "who is in a group may be hidden too");
}

#[test]
fn a_connection_that_breaks_keeps_what_was_read_and_claims_nothing() {
    let mut canned = Canned::new();
    canned.questions_left = Cell::new(9);
    let (outcome, ldif) = collected(&mut canned, &named(&["CONTOSO\\svc-naa", "CONTOSO\\CM-Admins"]));
    assert_eq!(outcome.ended, Some(Refusal::Broken("cut".to_owned())));
    assert_eq!(names(&ldif) as u64, outcome.records);
    assert!(outcome.records > 0 && outcome.covers.is_empty());
    assert!(!outcome.domain_holes.is_empty());
}

#[test]
fn a_question_that_is_refused_is_an_error_and_no_absence() {
    let mut canned = Canned::new();
    canned.refuse = Some("svc-naa");
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\svc-naa"]));
    assert_eq!(answer(&outcome, "CONTOSO\\svc-naa"), "error");
    assert!(outcome.holes[0].contains("some of the accounts that the snapshot names"), "{:?}", outcome.holes);
}

#[test]
fn a_server_that_repeats_a_page_is_not_asked_for_ever() {
    let mut canned = Canned::new();
    canned.stuck = true;
    let (outcome, _) = collected(&mut canned, &named(&["CONTOSO\\svc-naa"]));
    assert_eq!(outcome.ended, Some(Refusal::Broken("the same page came twice".to_owned())));
}

#[test]
fn domains_and_trusts_have_names_and_sids() {
    let (outcome, _) = collected(&mut Canned::new(), &Named::default());
    let list: Vec<_> =
        outcome.domains.iter().map(|d| (d.dns.as_str(), d.netbios.as_deref(), d.sid.as_deref())).collect();
    assert_eq!(
        list,
        [
            ("child.contoso.test", Some("CHILD"), None),
            ("contoso.test", Some("CONTOSO"), Some("S-1-5-21-1-2-3")),
            ("fabrikam.test", Some("FABRIKAM"), Some("S-1-5-21-7-8-9")),
        ]
    );
    assert_eq!(outcome.domain_holes, ["nothing here gives the SID of child.contoso.test"]);
    // A run over the other domain gives what this one could not.
    let mut other = outcome.domains.clone();
    other[0].sid = Some("S-1-5-21-4-5-6".to_owned());
    assert_eq!(merged(other, &outcome.domains)[0].sid.as_deref(), Some("S-1-5-21-4-5-6"));
}

#[test]
fn a_name_cannot_change_the_filter() {
    assert_eq!(escaped("a*)(x=\\é\0"), "a\\2a\\29\\28x=\\5c\\c3\\a9\\00");
    let (outcome, _) = collected(&mut Canned::new(), &named(&["CONTOSO\\*)(objectClass=*"]));
    assert_eq!(answer(&outcome, "CONTOSO\\*)(objectClass=*"), "not-found");
}

#[test]
fn records_are_folded_and_what_is_not_plain_is_base64() {
    let entry = object("CN=jmüller,OU=Staff,DC=contoso,DC=test", "user", 1106).value("cn", " x").entry();
    let mut out = Vec::new();
    ldif::write(&mut out, &entry).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("dn:: Q049am3DvGxsZXIs"), "{text}");
    assert!(text.contains("\ncn:: IHg=\n"), "{text}");
    assert!(text.contains("\nobjectSid: S-1-5-21-1-2-3-1106\n"), "{text}");
    assert!(text.contains("\nnTSecurityDescriptor: O:BAG:BAD:(A;;"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 76), "{text}");
}

#[test]
fn look_ups_are_csv() {
    let (outcome, _) = collected(&mut Canned::new(), &named(&["CONTOSO\\gone, really"]));
    let mut out = Vec::new();
    write_lookups(&mut out, &outcome.lookups).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("asked,answer,dn\r\n"), "{text}");
    assert!(text.contains("\"CONTOSO\\gone, really\",not-found,\r\n"), "{text}");
    assert_eq!(dns_of("CN=x,DC=Contoso,DC=test"), "contoso.test");
}
