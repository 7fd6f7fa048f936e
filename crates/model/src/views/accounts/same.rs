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
