use cmlint_winsec::Sid;

use super::Principals;
use crate::proof::Step;
use crate::rows::LookupAnswer;
use crate::words::{domain as domain_name, principal, sid as sid_name};
use crate::{Scope, Status, text};

impl Principals<'_> {
    /// What shows that a domain does not know a name: it was asked for it, as it is written, and had no answer.
    pub fn not_found_in(&self, dns: &str, name: &str) -> Option<Step> {
        let known = self.lookups.get_key_value(&(dns, name.trim().to_lowercase()))?;
        let ((dns, _), (LookupAnswer::NotFound, span)) = known else { return None };
        let text =
            text!("{} was asked for `{}` and does not know it", domain_name(*dns), principal(name.trim()));
        Some(Step::read(text, *span))
    }

    /// What shows that no account has a SID any more: the directory was asked for it, or all of the directory
    /// is there and it is not in it. `None` when it exists or nothing tells.
    pub fn gone(&self, sid: &Sid) -> Option<Step> {
        if self.object(sid).is_some() {
            return None;
        }
        let dns = self.domain_of(sid)?;
        if let Some((LookupAnswer::NotFound, span)) = self.lookups.get(&(dns, sid.to_string().to_lowercase()))
        {
            let text = text!("{} was looked for in {} and not found", sid_name(sid), domain_name(dns));
            return Some(Step::read(text, *span));
        }
        let directory = self.snapshot.directory.statement(&Scope::domain(dns));
        let whole = directory.status == Status::Complete && directory.covers.is_empty();
        let text = text!("{} is none of the objects of {}", sid_name(sid), domain_name(dns));
        whole.then(|| match directory.at {
            Some(at) => Step::read(text, at),
            None => Step::rule(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Scope;
    use crate::rows::{Lookup, LookupAnswer};
    use crate::views::Principals;
    use crate::views::testing::Made;

    #[test]
    fn a_domain_does_not_know_a_name_that_it_was_asked_for_in_vain() {
        let mut made = Made::new();
        for (asked, answer) in [(r"X\svc-new", LookupAnswer::NotFound), (r"X\svc-old", LookupAnswer::Found)] {
            let (asked, span) = (made.text(asked), made.at());
            made.put(&Scope::domain("y.com"), Lookup { asked, answer, span });
        }
        made.snapshot.seal();
        let principals = Principals::build(&made.snapshot);
        let unknown = |dns: &str, name: &str| principals.not_found_in(dns, name).is_some();
        assert!(unknown("y.com", r"x\SVC-new "));
        assert!(!unknown("y.com", r"X\svc-old"));
        assert!(!unknown("y.com", r"X\svc-other"), "nobody asked");
        assert!(!unknown("x.com", r"X\svc-new"), "another domain was asked");
    }
}
