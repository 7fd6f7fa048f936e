//! Whether two entries stand for one account.

use super::Account;
use crate::proof::{Answer, Confidence, Proof, Step, merge};
use crate::text;
use crate::views::{Principal, Principals};
use crate::words::principal;

impl Account<'_> {
    /// Whether another entry stands for the same account: by SID; where one of them has none, by name, which
    /// is less sure.
    pub fn is_same_as(&self, other: &Account<'_>, principals: &Principals<'_>) -> Answer {
        let (mine, theirs) = (self.name.value.trim(), other.name.value.trim());
        let same_name = mine.to_lowercase() == theirs.to_lowercase();
        if let (Some(sid), Some(their_sid)) = (self.principal.sid(), other.principal.sid()) {
            if sid != their_sid {
                return Answer::No;
            }
            let mut proof = self.via();
            if !same_name {
                proof = proof.and(other.via());
            }
            if proof.steps.is_empty() {
                proof = Proof::of(Step::rule(text!("both are {}", crate::words::sid(sid))));
            }
            return Answer::Yes(proof);
        }
        // What a variable will hold is not told by the other name.
        for entry in [self, other] {
            if let (Principal::SetByVariable(_), Err(gaps)) = (&entry.principal, entry.sid(principals)) {
                return Answer::Unknown(gaps);
            }
        }
        let same = if same_name { Some(true) } else { same_parts(mine, theirs, principals) };
        match same {
            Some(true) => {
                let text = text!("`{}` is the same name; nothing says which SID it has", principal(theirs));
                let step = Step::read(text, other.span()).confidence(Confidence::Medium);
                return Answer::Yes(Proof::of(step));
            }
            Some(false) => return Answer::No,
            None => {}
        }
        let mut holes = self.sid(principals).err().unwrap_or_default();
        merge(&mut holes, other.sid(principals).err().unwrap_or_default());
        Answer::no_unless(holes)
    }
}

/// Whether two names of different spelling name one account; `None` when the names do not tell.
fn same_parts(one: &str, other: &str, principals: &Principals<'_>) -> Option<bool> {
    let (domain, account) = one.rsplit_once('\\').unwrap_or(("", one));
    let (other_domain, other_account) = other.rsplit_once('\\').unwrap_or(("", other));
    // What stands before `@` need not be the account's name.
    if one.contains('@') || other.contains('@') {
        return None;
    }
    if account.to_lowercase() != other_account.to_lowercase() {
        return Some(false);
    }
    let (domain, other_domain) = (principals.dns_name_of(domain)?, principals.dns_name_of(other_domain)?);
    Some(domain == other_domain)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use cmlint_source::{Encoding, Field, Sources, Spanned, Str};

    use super::*;
    use crate::rows::Domain;
    use crate::views::{AccountKind, Home};
    use crate::{Insert, Purpose, Scope, Snapshot, Statement, Status};

    /// yes, no or unknown, and how sure.
    fn judge(one: &str, other: &str) -> (&'static str, Confidence) {
        let mut sources = Sources::new();
        let file = sources.add("rows", String::new(), Encoding::Utf8);
        let text = |text| Field::Present(Spanned::new(Str(Cow::Borrowed(text)), file.span(0, 0)));
        let domain = Domain {
            dns: text("x.com"),
            netbios: text("X"),
            sid: text("S-1-5-21-1-2-3"),
            forest: Field::Absent,
        };
        let mut snapshot = Snapshot::default();
        let statement = Statement::new(Status::Complete, "");
        snapshot.insert(Scope::Hierarchy, statement, vec![Spanned::new(domain, file.span(0, 0))]);
        snapshot.seal();
        let principals = Principals::build(&snapshot);
        let account = |name| {
            let name = Spanned::new(name, file.span(0, 0));
            Account {
                purpose: Purpose::NetworkAccess,
                scope: Scope::Hierarchy,
                name,
                kind: AccountKind::Named,
                principal: principals.resolve(name, &Home::default()),
                host: None,
                step: None,
            }
        };
        match account(one).is_same_as(&account(other), &principals) {
            Answer::Yes(proof) => ("yes", proof.confidence()),
            Answer::No => ("no", Confidence::High),
            Answer::Unknown(gaps) => {
                assert!(!gaps.is_empty());
                ("unknown", Confidence::High)
            }
        }
    }

    #[test]
    fn accounts_are_told_by_their_sids_else_by_their_names() {
        let (high, medium) = (Confidence::High, Confidence::Medium);
        assert_eq!(judge("S-1-5-21-1-2-3-1201", "S-1-5-21-1-2-3-1201"), ("yes", high));
        assert_eq!(judge("S-1-5-21-1-2-3-1201", "S-1-5-21-1-2-3-1202"), ("no", high));
        assert_eq!(judge(r"X\svc", r"x\SVC"), ("yes", medium));
        assert_eq!(judge(r"X\svc", r"x.com\svc"), ("yes", medium));
        assert_eq!(judge(r"X\svc", r"X\other"), ("no", high));
        assert_eq!(judge(r"X\svc", r"Y\svc"), ("unknown", high));
        assert_eq!(judge(r"X\svc", "svc"), ("unknown", high));
        assert_eq!(judge(r"X\svc", "someone@x.com"), ("unknown", high));
        assert_eq!(judge(r"X\svc", "%Account%"), ("unknown", high));
        assert_eq!(judge("%Account%", "%Account%"), ("unknown", high));
    }
}
