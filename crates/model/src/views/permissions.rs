//! Effective permissions in the product: administrative user × role × security scope or collection.
//!
//! A role grants operations on types of objects. It is held within bounds: collections bound what it grants
//! on collections, security scopes what it grants on types that scopes divide, and nothing bounds the rest
//! ("Fundamentals of role-based administration").

mod assign;
mod collections;
mod everybody;
mod grants;
mod operations;
mod powers;
mod scopes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cmlint_winsec::{Sid, Tri};

use self::assign::{Assignment, Held, Teller};
use self::collections::Collections;
use self::operations::Operations;
use self::powers::Powers;
use self::scopes::Scopes;
use super::administrators::{AdminEntry, Administrators};
use super::principals::{Principals, Reached};
use crate::catalogue;
use crate::proof::{Answer, Confidence, Proof, Step, merge};
use crate::words::principal;
use crate::{Gap, Snapshot, text};

/// Who may do what in the product.
#[derive(Debug)]
pub struct Permissions<'s> {
    administrators: Administrators<'s>,
    /// For each administrative user, in the order of [`Administrators`].
    held: Vec<Held>,
    powers: Powers<'s>,
    operations: Operations<'s>,
    collections: Collections<'s>,
    scopes: Scopes<'s>,
}

/// How well an assignment is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Extent {
    /// From the triples of role and scope or collection.
    Exactly,
    /// From lists of names, which leave no choice: one role, or one place.
    ByNames,
    /// From lists of names, which do not say which role belongs to which scope or collection.
    AtMost,
}

/// The bounds within which something is granted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Within {
    /// All objects of the type: neither scopes nor collections divide it.
    AllObjects,
    /// The objects of a security scope; `SMS00ALL` is all of them.
    Scope {
        /// Identifier in upper case; `None` where only a name is known.
        id: Option<String>,
        /// Name.
        name: String,
    },
    /// A collection and all that are limited to it.
    Collection {
        /// Identifier in upper case; `None` where only a name is known.
        id: Option<String>,
        /// Name.
        name: String,
    },
}

/// What a question is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On<'q> {
    /// At least one object, present or to come.
    Anything,
    /// Every object of a security scope, by identifier or name.
    Scope(&'q str),
    /// One collection, by identifier or name.
    Collection(&'q str),
}

/// Something granted to an administrative user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EffectiveGrant {
    /// Name of the role; of several that only together grant what was asked, all names.
    pub role: String,
    /// Identifier of the role.
    pub role_id: Option<String>,
    /// The bounds.
    pub within: Within,
    /// Type of object.
    pub object_type: i64,
    /// Bits.
    pub mask: i64,
    /// How well the bounds are known.
    pub extent: Extent,
    /// Why.
    pub proof: Proof,
}

/// One assignment as far as it bears on a question.
struct Candidate<'c> {
    assignment: &'c Assignment,
    within: Within,
    granted: i64,
    /// Bits that it grants or may grant.
    most: i64,
    /// The way from who was asked about to the administrative user; `None` when it may not be one.
    way: Option<Proof>,
    admin: &'c str,
    step: Option<Step>,
    gaps: Vec<Gap>,
}

/// An administrative user that somebody is, or may be.
struct Standing<'c> {
    index: usize,
    name: &'c str,
    way: Option<Proof>,
    gaps: Vec<Gap>,
}

impl<'s> Permissions<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Self {
        let administrators = Administrators::build(snapshot, principals);
        let powers = Powers::build(snapshot);
        let collections = Collections::build(snapshot);
        let scopes = Scopes::build(snapshot);
        let teller = Teller { powers: &powers, scopes: &scopes, collections: &collections };
        let held = administrators.iter().map(|entry| teller.held(entry.row)).collect();
        let operations = Operations::build(snapshot);
        Permissions { administrators, held, powers, operations, collections, scopes }
    }

    /// The administrative users that this rests on.
    pub fn administrators(&self) -> &Administrators<'s> {
        &self.administrators
    }

    /// The bit of an operation of a type, by the site's name for it, else by that of the catalogue.
    pub fn operation_by_name(&self, object_type: i64, name: &str) -> Option<i64> {
        self.operations.operation(object_type, name)
    }

    /// The type of objects of a name (`Collection`, `Security Roles`), by the site's name for it, else by
    /// that of the catalogue; singular or plural, with or without `SMS_`.
    pub fn object_type_by_name(&self, name: &str) -> Option<i64> {
        self.operations.object_type(name)
    }

    /// Types of objects with their names.
    pub fn object_types(&self) -> BTreeMap<i64, String> {
        self.operations.types()
    }

    /// Names of the operations of a type, by bit.
    pub fn operation_names(&self, object_type: i64) -> Vec<String> {
        self.operations.all_names(object_type)
    }

    /// Names of the bits of a mask on a type.
    pub fn names_of(&self, object_type: i64, mask: i64) -> Vec<String> {
        self.operations.names(object_type, mask)
    }

    /// Whether `who`, itself or through groups, may do all of `mask` to at least one object of a type.
    pub fn can(&self, who: &Sid, object_type: i64, mask: i64, principals: &Principals<'s>) -> Answer {
        self.can_on(who, object_type, mask, On::Anything, principals)
    }

    /// As [`Self::can`], to a collection or to the objects of a security scope. A collection that is assigned
    /// to somebody cannot be modified or deleted by that one, but what is limited to it can.
    pub fn can_on(
        &self,
        who: &Sid,
        object_type: i64,
        mask: i64,
        on: On<'_>,
        principals: &Principals<'s>,
    ) -> Answer {
        let standings = self.standings(who, principals);
        let (granted, gaps) = self.decide(&standings, object_type, mask, on);
        match granted {
            Some(grant) => Answer::Yes(grant.proof),
            None => {
                let mut holes = self.administrators.silence().to_vec();
                merge(&mut holes, gaps);
                Answer::no_unless(holes)
            }
        }
    }

    /// Everything that is granted to `who`, itself or through groups, and the holes that could hide more.
    pub fn grants(&self, who: &Sid, principals: &Principals<'s>) -> (Vec<EffectiveGrant>, Vec<Gap>) {
        let mut holes = self.administrators.silence().to_vec();
        let mut grants = Vec::new();
        for standing in self.standings(who, principals) {
            if standing.way.is_some() {
                merge(&mut holes, self.held[standing.index].holes.iter().cloned());
                self.all_of(&standing, &mut grants, &mut holes);
            } else {
                merge(&mut holes, standing.gaps);
            }
        }
        (grants, holes)
    }

    /// The administrative users, groups as groups, who may do all of `mask` to objects of a type, each with
    /// every assignment that allows it, and the holes that could hide more.
    pub fn holders(&self, object_type: i64, mask: i64) -> (Vec<(&AdminEntry<'s>, EffectiveGrant)>, Vec<Gap>) {
        self.holders_on(object_type, mask, On::Anything)
    }

    /// As [`Self::holders`], of a collection or security scope.
    pub fn holders_on(
        &self,
        object_type: i64,
        mask: i64,
        on: On<'_>,
    ) -> (Vec<(&AdminEntry<'s>, EffectiveGrant)>, Vec<Gap>) {
        let mut holes = self.administrators.silence().to_vec();
        let mut found = Vec::new();
        for (index, entry) in self.administrators.iter().enumerate() {
            let way = Some(Proof::of(is_admin(entry)));
            let standing = [Standing { index, name: entry.name.value, way, gaps: Vec::new() }];
            let alone = self.each(&standing, object_type, mask, on);
            if alone.is_empty() {
                let (together, gaps) = self.decide(&standing, object_type, mask, on);
                found.extend(together.map(|grant| (entry, grant)));
                merge(&mut holes, gaps);
            } else {
                found.extend(alone.into_iter().map(|grant| (entry, grant)));
            }
        }
        (found, holes)
    }

    /// The administrative users that `who` is for sure, and those that it may be.
    fn standings(&self, who: &Sid, principals: &Principals<'s>) -> Vec<Standing<'s>> {
        let (reached, graph) = principals.reach_as(who, None, &[]);
        self.standings_of(reached.into_iter(), &graph, principals)
    }

    /// As [`Self::standings`], for somebody of whom memberships are chosen; `graph` is what hides more.
    fn standings_of(
        &self,
        reached: impl Iterator<Item = Reached>,
        graph: &[Gap],
        principals: &Principals<'s>,
    ) -> Vec<Standing<'s>> {
        let mut ways: BTreeMap<Sid, Proof> = BTreeMap::new();
        for Reached { holder, proof, .. } in reached {
            ways.entry(holder.sid).or_insert(proof);
        }
        let mut standings = Vec::new();
        for (index, entry) in self.administrators.iter().enumerate() {
            let gaps = match entry.sid {
                Some(sid) => match ways.get(&sid) {
                    Some(way) => {
                        let way = Some(way.clone().then(is_admin(entry)));
                        standings.push(Standing { index, name: entry.name.value, way, gaps: Vec::new() });
                        continue;
                    }
                    None if may_be_group(entry, &sid, principals) => graph.to_vec(),
                    None => Vec::new(),
                },
                None if entry.is_of_entra() => Vec::new(),
                None => principals.unresolved(entry.name.value),
            };
            if !gaps.is_empty() {
                standings.push(Standing { index, name: entry.name.value, way: None, gaps });
            }
        }
        standings
    }
}

/// A group holds for its members; whether an entry is one, the row says, else its object.
fn may_be_group(entry: &AdminEntry<'_>, sid: &Sid, principals: &Principals<'_>) -> bool {
    match (entry.row.is_group.get(), entry.account_type) {
        (Some(is), _) => is.0,
        (None, Some(kind)) => kind == 1,
        (None, None) => principals.is_group(sid) != Some(false),
    }
}

fn is_admin(entry: &AdminEntry<'_>) -> Step {
    let step =
        Step::read(text!("`{}` is an administrative user", principal(entry.name.value)), entry.name.span);
    let own = entry.row.admin_sid.filled().is_some_and(|sid| sid.value.trim().parse::<Sid>().is_ok());
    if own { step } else { step.confidence(Confidence::Medium) }
}

/// How the bounds of an assignment bound a type; `None` when it grants nothing on it.
fn bounds(within: &Within, object_type: i64) -> Option<Within> {
    if object_type == catalogue::COLLECTION {
        return matches!(within, Within::Collection { .. }).then(|| within.clone());
    }
    match catalogue::object_type(object_type).and_then(|t| t.scoped) {
        Some(false) => Some(Within::AllObjects),
        // Of types of which no page says it, a scope is what bounds them at most.
        Some(true) | None => matches!(within, Within::Scope { .. }).then(|| within.clone()),
    }
}

/// Whether what is granted within `outer` reaches `inner`, with the steps that show it.
fn covers(outer: &Within, inner: &Within, collections: &Collections<'_>) -> (Tri, Vec<Step>, Vec<Gap>) {
    let plain = |is: bool| (Tri::from(is), Vec::new(), Vec::new());
    match (outer, inner) {
        (Within::AllObjects, _) => plain(true),
        (Within::Scope { id: Some(all), .. }, Within::Scope { .. }) if all == "SMS00ALL" => plain(true),
        (Within::Scope { id: a, name }, Within::Scope { id: b, name: other }) => match (a, b) {
            (Some(a), Some(b)) => plain(a == b),
            _ => plain(name.eq_ignore_ascii_case(other)),
        },
        (Within::Collection { id: Some(above), .. }, Within::Collection { id: Some(id), .. }) => {
            let under = collections.under(id, above);
            (under.is, under.steps, under.gaps)
        }
        (Within::Collection { name, .. }, Within::Collection { name: other, .. }) => {
            if name.eq_ignore_ascii_case(other) {
                return plain(true);
            }
            let why =
                format!("no single collection is called `{}`", if outer < inner { name } else { other });
            let scope = crate::Scope::Hierarchy;
            let gap = Gap::new(crate::Dataset::Collection, scope, crate::Status::Partial, why);
            (Tri::Unknown, Vec::new(), vec![gap])
        }
        _ => plain(false),
    }
}
