//! Whom a snapshot names, who is in the groups that matter, and all groups above them.

use std::collections::BTreeSet;
use std::io::Write;

use cmlint_model::Cover;
use cmlint_winsec::Sid;

use super::super::attributes;
use super::super::entry::{Depth, Directory, Entry, Question, dns_of, each, escaped, escaped_bytes};
use super::super::names::Named;
use super::{Stop, Walk, mark};

/// Groups whose members decide over the domain, by RID: Domain Admins, Schema Admins, Enterprise Admins, Group Policy
/// Creator Owners. The middle two are only in the root domain.
const TIER_ZERO: [u32; 4] = [512, 518, 519, 520];

/// The same in the domain's `Builtin` container: Administrators and the operators.
const BUILTIN: [u32; 5] = [544, 548, 549, 550, 551];

/// Groups in which everybody is: Domain Users, Domain Guests, Domain Computers. Their members are not asked for.
const EVERYBODY: [u32; 3] = [513, 514, 515];

/// Names in one filter.
const TOGETHER: usize = 40;

impl<W: Write> Walk<'_, W> {
    /// Everybody whom the snapshot names, and the groups that decide over the domain.
    pub(super) fn named(&mut self, directory: &mut dyn Directory, named: &Named) -> Result<(), Stop> {
        let mut questions: Vec<Asked> = Vec::new();
        for name in named.names() {
            match self.filter_of_name(name) {
                Some(filter) => questions.push(Asked { asked: Some(name.to_owned()), filter }),
                None => self.lookup(name, "not-asked", ""),
            }
        }
        for host in &named.hosts {
            let short = host.split('.').next().unwrap_or(host);
            let mut filter = format!("(sAMAccountName={}$)", escaped(short));
            if host.contains('.') {
                filter = format!("(dNSHostName={})", escaped(host));
            }
            // The account is what is asked about; the site names the computer.
            let asked = host.contains('.').then(|| host.clone());
            questions.push(Asked { asked, filter });
        }
        let own = |rid: u32| self.sid.and_then(|sid| sid.child(rid));
        let tier_zero = TIER_ZERO.iter().filter_map(|rid| own(*rid));
        let builtin = BUILTIN.iter().map(|rid| Sid::new(5, [32, *rid]));
        let decisive: BTreeSet<Sid> = tier_zero.chain(builtin).collect();
        for sid in named.sids.union(&decisive) {
            // A SID of another domain may stand here as a member of groups of this one.
            let asked = named.sids.contains(sid) && sid.domain() == self.sid;
            let filter = format!("(objectSid={})", escaped_bytes(&sid.to_binary()));
            questions.push(Asked { asked: asked.then(|| sid.to_string()), filter });
        }
        for together in questions.chunks(TOGETHER) {
            self.ask_together(directory, together)?;
        }
        Ok(())
    }

    fn filter_of_name(&self, name: &str) -> Option<String> {
        let sam = |account: &str| Some(format!("(sAMAccountName={})", escaped(account)));
        if let Some((domain, account)) = name.split_once('\\') {
            let netbios = self.netbios.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(domain));
            return if netbios || domain.eq_ignore_ascii_case(&self.domain.dns) {
                sam(account)
            } else {
                None
            };
        }
        if let Some((account, suffix)) = name.rsplit_once('@') {
            let explicit = format!("(userPrincipalName={})", escaped(name));
            // Every account also answers to its name in its domain (MS-ADTS 5.1.1.1.1).
            return Some(if suffix.eq_ignore_ascii_case(&self.domain.dns) {
                format!("(|{explicit}(sAMAccountName={}))", escaped(account))
            } else {
                explicit
            });
        }
        sam(name)
    }

    fn ask_together(&mut self, directory: &mut dyn Directory, together: &[Asked]) -> Result<(), Stop> {
        let attributes = attributes::named();
        let filter = format!("(|{})", together.iter().map(|a| a.filter.as_str()).collect::<String>());
        let base = self.domain.base.clone();
        let question = Question { base: &base, depth: Depth::Tree, filter: &filter, attributes: &attributes };
        let mut found: Vec<Entry> = Vec::new();
        let asked = each(directory, &question, &mut |_, entry| {
            found.push(entry);
            Ok(())
        });
        if let Err(refusal) = asked {
            self.local(refusal, "some of the accounts that the snapshot names")?;
            for Asked { asked, .. } in together {
                if let Some(asked) = asked {
                    self.lookup(asked, "error", "");
                }
            }
            return Ok(());
        }
        for Asked { asked, .. } in together {
            let Some(asked) = asked else { continue };
            let answer = found.iter().find(|entry| self.answers(asked, entry));
            match answer {
                Some(entry) => self.lookup(asked, "found", &entry.dn.clone()),
                None => self.lookup(asked, "not-found", ""),
            }
        }
        for entry in &found {
            self.write(entry, true)?;
            self.note_downward(entry);
        }
        Ok(())
    }

    /// Whether an object is what was asked about.
    fn answers(&self, asked: &str, entry: &Entry) -> bool {
        let is = |name: &str, value: &str| {
            entry.text(name).is_some_and(|v| v.to_lowercase() == value.to_lowercase())
        };
        if let Ok(sid) = asked.parse::<Sid>() {
            return entry.bytes("objectSid").and_then(Sid::from_binary) == Some(sid);
        }
        if let Some((_, account)) = asked.split_once('\\') {
            return is("sAMAccountName", account);
        }
        if let Some((account, suffix)) = asked.rsplit_once('@') {
            let implicit = suffix.eq_ignore_ascii_case(&self.domain.dns) && is("sAMAccountName", account);
            return is("userPrincipalName", asked) || implicit;
        }
        is("sAMAccountName", asked) || is("dNSHostName", asked)
    }

    fn note_downward(&mut self, entry: &Entry) {
        let sid = entry.bytes("objectSid").and_then(Sid::from_binary);
        let (true, Some(sid)) = (entry.is("group"), sid) else { return };
        let everybody = sid.domain().is_some() && sid.rid().is_some_and(|rid| EVERYBODY.contains(&rid));
        if !everybody && !self.downward.iter().any(|(_, known)| *known == sid) {
            self.downward.push((entry.dn.clone(), sid));
        }
    }

    /// The members of the groups that matter, and of the groups among them.
    pub(super) fn members(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let named = attributes::named();
        let member = attributes::member();
        let base = self.domain.base.clone();
        let mut next = 0;
        while let Some((dn, sid)) = self.downward.get(next).cloned() {
            next += 1;
            let mut within = format!("(memberOf={})", escaped(&dn));
            // Members by their primary group are in no list.
            if let (true, Some(rid)) = (sid.domain().is_some() && sid.domain() == self.sid, sid.rid()) {
                within = format!("(|{within}(primaryGroupID={rid}))");
            }
            let of = Cover::Question { question: "members-of".to_owned(), of: sid.to_string() };
            self.outcome.covers.push(of);
            let groups = format!("(&(objectClass=group){within})");
            let question = Question { base: &base, depth: Depth::Tree, filter: &groups, attributes: &named };
            let mut found = Vec::new();
            let asked = each(directory, &question, &mut |_, entry| {
                found.push(entry);
                Ok(())
            });
            let mut failed = asked.err();
            for group in &found {
                self.write(group, true)?;
                self.note_downward(group);
            }
            if failed.is_none() {
                let others = format!("(&(!(objectClass=group)){within})");
                let question =
                    Question { base: &base, depth: Depth::Tree, filter: &others, attributes: &member };
                failed = self.take(directory, &question, false)?;
            }
            if let Some(refusal) = failed {
                self.outcome.covers.pop();
                self.local(refusal, &format!("the members of {dn}"))?;
            }
        }
        Ok(())
    }

    /// The groups of everybody who was written, and their groups.
    pub(super) fn groups_above(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let attributes = attributes::above();
        loop {
            while let Some(dn) = self.above.pop_front() {
                if self.written.contains(&mark(&dn)) {
                    continue;
                }
                if !self.is_here(&dn) {
                    self.elsewhere.insert(dns_of(&dn));
                    continue;
                }
                match self.base(directory, &dn, &attributes)? {
                    Some(group) => self.write(&group, true)?,
                    None => self.outcome.holes.push(format!("somebody is in {dn}, and it is not shown")),
                }
            }
            let rids = std::mem::take(&mut self.primary);
            let Some(domain) = self.sid else { return Ok(()) };
            let sids: Vec<Sid> = rids.iter().filter_map(|rid| domain.child(*rid)).collect();
            for together in sids.chunks(TOGETHER) {
                let each =
                    together.iter().map(|sid| format!("(objectSid={})", escaped_bytes(&sid.to_binary())));
                let filter = format!("(|{})", each.collect::<String>());
                let base = self.domain.base.clone();
                let question =
                    Question { base: &base, depth: Depth::Tree, filter: &filter, attributes: &attributes };
                self.take_all(directory, &question, true, "primary groups")?;
            }
            if self.above.is_empty() && self.primary.is_empty() {
                return Ok(());
            }
        }
    }
}

/// One name, and the filter that finds it. `asked` is absent where nobody wants to know the answer.
struct Asked {
    asked: Option<String>,
    filter: String,
}
