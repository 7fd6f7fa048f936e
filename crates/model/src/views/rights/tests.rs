use std::borrow::Cow;

use cmlint_source::{Encoding, Field, Int, Many, Sources, Str};

use super::*;
use crate::rows::{Computer, DirectoryObject, Domain, LocalGroup, Member, UserRight};
use crate::{Insert, Statement};

const DOMAIN: &str = "S-1-5-21-1-2-3";
const HOST: &str = "dp01.x.com";

/// A snapshot in the making: a domain `X`, a computer `DP01`, one account `svc`.
struct Made {
    snapshot: Snapshot<'static>,
    file: cmlint_source::FileId,
    at: usize,
    objects: Vec<Spanned<DirectoryObject<'static>>>,
    groups: Vec<Spanned<LocalGroup<'static>>>,
    rights: Vec<Spanned<UserRight<'static>>>,
    role: Option<i64>,
}

impl Made {
    fn new() -> Made {
        let mut sources = Sources::new();
        let file = sources.add("rows", String::new(), Encoding::Utf8);
        let mut made = Made {
            snapshot: Snapshot::default(),
            file,
            at: 0,
            objects: Vec::new(),
            groups: Vec::new(),
            rights: Vec::new(),
            role: Some(3),
        };
        made.object("Domain Users", "S-1-5-21-1-2-3-513", "group", &[]);
        made
    }

    fn span(&mut self) -> Span {
        self.at += 1;
        self.file.span(self.at, 1)
    }

    fn text(&mut self, text: &'static str) -> Spanned<Str<'static>> {
        let span = self.span();
        Spanned::new(Str(Cow::Borrowed(text)), span)
    }

    fn object(&mut self, name: &'static str, sid: &str, class: &'static str, groups: &[&'static str]) {
        let (dn, sam, class) = (self.dn(name), self.text(name), self.text(class));
        let member_of = groups.iter().map(|group| self.dn(group)).collect();
        let (span, place) = (self.span(), self.span());
        let row = DirectoryObject {
            dn,
            sid: Some(Spanned::new(sid.parse().unwrap(), place)),
            sam: Some(sam),
            upn: None,
            dns_host_name: None,
            member_of,
            members: Vec::new(),
            primary_group: (&**class == "user").then(|| Spanned::new(513, place)),
            user_account_control: None,
            group_type: None,
            descriptor: None,
            attributes: Vec::new(),
            classes: vec![class],
            span,
        };
        self.objects.push(Spanned::new(row, span));
    }

    fn dn(&mut self, name: &str) -> Spanned<Str<'static>> {
        let span = self.span();
        Spanned::new(Str(Cow::Owned(format!("CN={name},DC=x,DC=com"))), span)
    }

    /// A local group with members as SIDs, or as names without one.
    fn group(&mut self, name: &'static str, sid: &'static str, members: &[&'static str]) {
        let mut rows = Vec::new();
        for member in members {
            let text = Field::Present(self.text(member));
            let is_sid = member.starts_with("S-1-");
            let row = if is_sid {
                Member { sid: text, ..Member::default() }
            } else {
                Member { name: text, ..Member::default() }
            };
            let span = self.span();
            rows.push(Spanned::new(row, span));
        }
        let span = self.span();
        let members = Field::Present(Spanned::new(Many(rows), span));
        let (name, sid) = (Field::Present(self.text(name)), Field::Present(self.text(sid)));
        self.groups.push(Spanned::new(LocalGroup { name, sid, members, error: Field::Absent }, span));
    }

    fn right(&mut self, name: &'static str, holders: &[&'static str]) {
        let span = self.span();
        let holders = holders.iter().map(|holder| Spanned::new(*holder, self.span())).collect();
        self.rights.push(Spanned::new(UserRight { name: Spanned::new(name, span), holders }, span));
    }

    /// What is known of signing in as `svc` at the computer.
    fn held(mut self, right: &'static str) -> Held {
        let whole = || Statement::new(Status::Complete, "");
        let (dns, netbios) = (Field::Present(self.text("x.com")), Field::Present(self.text("X")));
        let sid = Field::Present(self.text(DOMAIN));
        let span = self.span();
        let domain = Domain { dns, netbios, sid, forest: Field::Absent };
        let mut snapshot = self.snapshot;
        snapshot.about.has_manifest = true;
        snapshot.insert(Scope::Hierarchy, whole(), vec![Spanned::new(domain, span)]);
        snapshot.insert(Scope::domain("x.com"), whole(), self.objects);
        snapshot.insert(Scope::host(HOST), whole(), self.groups);
        snapshot.insert(Scope::host(HOST), whole(), self.rights);
        if let Some(role) = self.role {
            let domain_role = Field::Present(Spanned::new(Int(role), span));
            let computer = Computer { domain_role, ..Computer::default() };
            snapshot.insert(Scope::host(HOST), whole(), vec![Spanned::new(computer, span)]);
        }
        snapshot.seal();
        let principals = Principals::build(&snapshot);
        let rights = Rights::build(&snapshot, &principals);
        let who = "S-1-5-21-1-2-3-1201".parse().unwrap();
        rights.held(&who, right, &Scope::host(HOST), &principals)
    }
}

const LOCAL: &str = "SeInteractiveLogonRight";
const REMOTE: &str = "SeRemoteInteractiveLogonRight";
const USERS: &str = "*S-1-5-32-545";
const DESKTOP: &str = "*S-1-5-32-555";

fn words(proof: &Proof) -> Vec<String> {
    proof.steps.iter().map(|step| step.text.to_string()).collect()
}

#[test]
fn a_membership_that_somebody_made_goes_before_one_that_all_have() {
    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &["Kiosk"]);
    made.object("Kiosk", "S-1-5-21-1-2-3-1300", "group", &["Outer"]);
    made.object("Outer", "S-1-5-21-1-2-3-1301", "group", &[]);
    made.group("Remote Desktop Users", "S-1-5-32-555", &["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-1301"]);
    made.right(REMOTE, &[DESKTOP]);
    let held = made.held(REMOTE);
    let [grant] = held.grants.as_slice() else { panic!("{held:?}") };
    assert!(!grant.by_default);
    assert_eq!(words(&grant.proof)[0], r"`X\svc` is a member of `X\Kiosk`");
    assert_eq!(grant.proof.steps.len(), 4);
}

#[test]
fn what_every_account_has_is_said_to_be_so() {
    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &[]);
    made.group("Users", "S-1-5-32-545", &["S-1-5-4"]);
    made.right(LOCAL, &[USERS]);
    let held = made.held(LOCAL);
    let [grant] = held.grants.as_slice() else { panic!("{held:?}") };
    assert!(grant.by_default);
    assert!(words(&grant.proof)[0].contains("INTERACTIVE"), "{:?}", words(&grant.proof));
    assert_eq!(held.perhaps_denied, []);
}

#[test]
fn a_deny_entry_wins_and_an_account_of_the_computer_hides_none() {
    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &[]);
    made.group("Users", "S-1-5-32-545", &["S-1-5-11"]);
    made.right(LOCAL, &[USERS]);
    made.right("SeDenyInteractiveLogonRight", &["Guest"]);
    let held = made.held(LOCAL);
    assert!(held.denied.is_none() && held.perhaps_denied.is_empty() && held.grants.len() == 1, "{held:?}");

    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &["Denied"]);
    made.object("Denied", "S-1-5-21-1-2-3-1300", "group", &[]);
    made.group("Users", "S-1-5-32-545", &["S-1-5-11"]);
    made.right(LOCAL, &[USERS]);
    made.right("SeDenyInteractiveLogonRight", &["Guest", r"X\Denied"]);
    assert!(made.held(LOCAL).denied.is_some());

    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &[]);
    made.group("Users", "S-1-5-32-545", &["S-1-5-11"]);
    made.right(LOCAL, &[USERS]);
    made.right("SeDenyInteractiveLogonRight", &[r"Y\Denied"]);
    assert!(!made.held(LOCAL).perhaps_denied.is_empty(), "nobody knows who is in Y\\Denied");
}

#[test]
fn groups_of_the_domain_count_on_its_controllers_only() {
    let held = |role| {
        let mut made = Made::new();
        made.object("svc", "S-1-5-21-1-2-3-1201", "user", &["Server Operators"]);
        made.object("Server Operators", "S-1-5-32-549", "group", &[]);
        made.right(LOCAL, &["*S-1-5-32-549"]);
        made.group("Administrators", "S-1-5-32-544", &[]);
        made.role = role;
        made.held(LOCAL)
    };
    assert_eq!(held(Some(5)).grants.len(), 1);
    let member = held(Some(3));
    assert!(member.grants.is_empty() && member.perhaps_granted.is_empty(), "{member:?}");
    let unknown = held(None);
    assert!(unknown.grants.is_empty(), "{unknown:?}");
    assert_eq!(unknown.perhaps_granted[0].dataset, Dataset::Computer);
}

#[test]
fn a_member_without_a_sid_is_found_by_name_or_is_a_hole() {
    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &[]);
    made.group("Remote Desktop Users", "S-1-5-32-555", &[r"X\svc"]);
    made.right(REMOTE, &[DESKTOP]);
    assert_eq!(made.held(REMOTE).grants.len(), 1);

    let mut made = Made::new();
    made.object("svc", "S-1-5-21-1-2-3-1201", "user", &[]);
    made.group("Remote Desktop Users", "S-1-5-32-555", &[r"Y\Operators"]);
    made.right(REMOTE, &[DESKTOP]);
    let held = made.held(REMOTE);
    assert!(held.grants.is_empty());
    assert_eq!(held.perhaps_granted[0].dataset, Dataset::LocalGroup);
}
