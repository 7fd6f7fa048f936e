//! Everybody who may do something in the product, and the names that a question is asked in.

use std::collections::BTreeSet;

use super::{On, Permissions, Standing, is_admin};
use crate::catalogue;
use crate::proof::{Proof, merge};
use crate::views::holders::{Grantee, Holders};
use crate::views::principals::Principals;

impl<'s> Permissions<'s> {
    /// Everybody who may do all of `mask` to objects of a type: administrative users, and who is one through
    /// a group that somebody put it into. A group that everybody is in stands for its members.
    pub fn everybody(&self, object_type: i64, mask: i64, on: On<'_>, principals: &Principals<'s>) -> Holders {
        let mut found = Holders { holes: self.administrators.silence().to_vec(), ..Holders::default() };
        let mut nameless = BTreeSet::new();
        for (index, entry) in self.administrators.iter().enumerate().filter(|(_, entry)| entry.sid.is_none())
        {
            nameless.insert(index);
            let way = Some(Proof::of(is_admin(entry)));
            let alone = [Standing { index, name: entry.name.value, way, gaps: Vec::new() }];
            let who = Grantee::Named(entry.name.value.trim().to_owned());
            let (granted, gaps) = self.decide(&alone, object_type, mask, on);
            if granted.is_none() && gaps.is_empty() {
                continue;
            }
            // It may be a group, and then others have the right through it.
            if !entry.is_of_entra() {
                merge(&mut found.holes, principals.unresolved(entry.name.value));
            }
            match granted {
                Some(grant) => found.granted.push((who, grant.proof)),
                None => found.unknown.push((who, gaps)),
            }
        }
        let mut accounts = principals.known();
        accounts.extend(self.administrators.iter().filter_map(|entry| entry.sid));
        for who in accounts {
            let (reached, graph) = principals.reach_as(&who, None, &[]);
            let chosen = reached.into_iter().filter(|r| !r.by_default || r.holder.sid == who);
            let standings = self.standings_of(chosen, &graph, principals);
            // Whom a name without a SID means was asked above.
            let known: Vec<_> = standings.into_iter().filter(|s| !nameless.contains(&s.index)).collect();
            let (granted, gaps) = self.decide(&known, object_type, mask, on);
            match granted {
                Some(grant) => found.granted.push((Grantee::Windows(who), grant.proof)),
                None if gaps.is_empty() => {}
                None => found.unknown.push((Grantee::Windows(who), gaps)),
            }
        }
        found.settle(principals)
    }

    /// What a name means beside a type of object: a collection beside `Collection`, a security scope beside
    /// any other; by identifier or name. A name that is not in an incomplete list is taken as it stands.
    ///
    /// # Errors
    /// All names that are known.
    pub fn on_named<'q>(&self, object_type: i64, name: &'q str) -> Result<On<'q>, BTreeSet<String>> {
        let name = name.trim();
        let (known, all) = match object_type {
            catalogue::COLLECTION => (self.collections.is_known(name), self.collections.names()),
            _ => (self.scopes.is_known(name), self.scopes.all()),
        };
        match (known, object_type) {
            (Some(false), _) => Err(all),
            (_, catalogue::COLLECTION) => Ok(On::Collection(name)),
            _ => Ok(On::Scope(name)),
        }
    }

    /// What a type of object is called.
    pub fn object_type_name(&self, object_type: i64) -> String {
        self.operations.type_name(object_type)
    }
}
