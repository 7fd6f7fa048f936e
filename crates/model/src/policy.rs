use cmlint_source::{Span, Spanned};

/// The organisation's own policy: what differs from house to house and no snapshot can tell. Empty by
/// default; a lint declares it as a need like any dataset. Places lie in the user's `cmlint.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    /// Groups that the organisation treats as tier 0, beyond those that Windows itself makes so: SIDs or
    /// `DOMAIN\name`.
    pub tier0_groups: Vec<Spanned<String>>,
    /// Accounts that were approved for what a lint would report: `DOMAIN\name` or SIDs.
    pub approved_accounts: Vec<Spanned<String>>,
    /// Patterns that names of service accounts follow (`svc-*`).
    pub service_account_patterns: Vec<Spanned<String>>,
    /// Known exceptions of the organisation.
    pub exceptions: Vec<Exception>,
}

/// Something that the organisation knows to be other than usual.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// What it is about: `DOMAIN\name`, a SID, a host, a path.
    pub subject: Spanned<String>,
    /// Why it is so, in the organisation's words.
    pub reason: Spanned<String>,
}

impl Policy {
    /// Where a group is named as tier 0, under any of its names (SID, `DOMAIN\name`).
    pub fn tier0(&self, names: &[&str]) -> Option<Span> {
        named(&self.tier0_groups, names)
    }

    /// Where an account is approved, under any of its names (SID, `DOMAIN\name`).
    pub fn approved(&self, names: &[&str]) -> Option<Span> {
        named(&self.approved_accounts, names)
    }

    /// Whether the name of an account, without its domain, follows a pattern; `None` where the organisation
    /// names no patterns.
    pub fn is_service_account_name(&self, name: &str) -> Option<bool> {
        let patterns = &self.service_account_patterns;
        (!patterns.is_empty()).then(|| patterns.iter().any(|pattern| fits(pattern, name)))
    }

    /// A known exception about any of these names.
    pub fn exception(&self, names: &[&str]) -> Option<&Exception> {
        self.exceptions.iter().find(|e| names.iter().any(|name| same(&e.subject, name)))
    }
}

fn named(list: &[Spanned<String>], names: &[&str]) -> Option<Span> {
    list.iter().find(|entry| names.iter().any(|name| same(entry, name))).map(|entry| entry.span)
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Whether a name fits a pattern in which `*` stands for any characters, without regard to case.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(head) else { return false };
    let pieces: Vec<&str> = rest.split('*').collect();
    let (last, between) = pieces.split_last().expect("a split has at least one piece");
    for piece in between {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use cmlint_source::Sources;

    use super::*;

    #[test]
    fn patterns_stand_for_names() {
        let fitting = [("svc-*", "SVC-naa"), ("*-svc", "a-svc"), ("a*b*c", "axxbyyc"), ("*", ""), ("x", "X")];
        assert!(fitting.iter().all(|(pattern, name)| fits(pattern, name)));
        let others = [("svc-*", "asvc-"), ("a*b*c", "acb"), ("x", "xy"), ("ab*ba", "aba")];
        assert!(!others.iter().any(|(pattern, name)| fits(pattern, name)));
    }

    #[test]
    fn entries_are_found_under_any_name_and_keep_their_place() {
        let mut sources = Sources::new();
        let file = sources.add_own("cmlint.toml", "cmlint.toml", String::new());
        let entry = |at, text: &str| Spanned::new(text.to_owned(), file.span(at, text.len()));
        let policy = Policy {
            tier0_groups: vec![entry(3, r"CONTOSO\Tier 0")],
            approved_accounts: vec![entry(40, "S-1-5-21-1-2-3-1104")],
            ..Policy::default()
        };
        assert_eq!(policy.tier0(&["S-1-1-0", r"contoso\tier 0"]), Some(file.span(3, 14)));
        assert_eq!(policy.approved(&["s-1-5-21-1-2-3-1104"]), Some(file.span(40, 19)));
        assert_eq!(policy.approved(&["other"]), None);
        assert_eq!(policy.is_service_account_name("x"), None);
    }
}
