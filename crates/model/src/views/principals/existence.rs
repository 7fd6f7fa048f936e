use cmlint_winsec::Sid;

use super::Principals;
use crate::proof::Step;
use crate::rows::LookupAnswer;
use crate::words::{domain as domain_name, sid as sid_name};
use crate::{Scope, Status, text};

impl Principals<'_> {
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
