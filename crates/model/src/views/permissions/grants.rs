//! Putting assignments and roles together.

use std::collections::BTreeSet;

use cmlint_winsec::Tri;

use super::{Candidate, EffectiveGrant, Extent, On, Permissions, Standing, Within, bounds, covers};
use crate::catalogue;
use crate::proof::{Proof, Step, merge};
use crate::{Dataset, Gap, Scope, Status};

/// Bits that a collection's own assignment does not give on it: Modify and Delete.
const NOT_ON_ITSELF: i64 = catalogue::MODIFY | 1 << 2;

impl<'s> Permissions<'s> {
    /// The assignments that alone grant all of a mask.
    pub(super) fn each(
        &self,
        standings: &[Standing<'_>],
        object_type: i64,
        mask: i64,
        on: On<'_>,
    ) -> Vec<EffectiveGrant> {
        let candidates = self.candidates(standings, object_type, mask);
        let asked = self.asked(on);
        let mut found = Vec::new();
        for candidate in candidates.iter().filter(|c| c.way.is_some()) {
            let place = asked.as_ref().unwrap_or(&candidate.within);
            let (reaches, steps, _) = covers(&candidate.within, place, &self.collections);
            if reaches == Tri::Yes && self.granted(candidate, asked.as_ref(), object_type) & mask == mask {
                found.push(self.grant(candidate, object_type, mask, &steps));
            }
        }
        found.sort_by_key(|g| (g.proof.steps.len(), std::cmp::Reverse(g.proof.confidence()), g.extent));
        found
    }

    /// One grant of all of a mask, or what keeps it from being ruled out.
    pub(super) fn decide(
        &self,
        standings: &[Standing<'_>],
        object_type: i64,
        mask: i64,
        on: On<'_>,
    ) -> (Option<EffectiveGrant>, Vec<Gap>) {
        if let Some(first) = self.each(standings, object_type, mask, on).into_iter().next() {
            return (Some(first), Vec::new());
        }
        let candidates = self.candidates(standings, object_type, mask);
        let asked = self.asked(on);
        let places: BTreeSet<&Within> = match &asked {
            Some(place) => BTreeSet::from([place]),
            None => candidates.iter().map(|c| &c.within).collect(),
        };
        let mut holes = Vec::new();
        for place in places {
            let (grant, gaps) = self.at(&candidates, asked.as_ref(), place, object_type, mask);
            if grant.is_some() {
                return (grant, Vec::new());
            }
            merge(&mut holes, gaps);
        }
        for standing in standings {
            merge(&mut holes, self.held[standing.index].holes.iter().cloned());
        }
        (None, holes)
    }

    /// What several assignments grant together at one place.
    fn at(
        &self,
        candidates: &[Candidate<'_>],
        asked: Option<&Within>,
        place: &Within,
        object_type: i64,
        mask: i64,
    ) -> (Option<EffectiveGrant>, Vec<Gap>) {
        let (mut sure, mut most) = (0, 0);
        let mut parts: Vec<EffectiveGrant> = Vec::new();
        let mut gaps = Vec::new();
        for candidate in candidates {
            let (mut reaches, steps, mut doubts) = covers(&candidate.within, place, &self.collections);
            if reaches == Tri::No
                && let (Within::Scope { .. }, Within::Scope { .. }) = (&candidate.within, place)
                && let Some(gap) = self.undivided(object_type)
            {
                reaches = Tri::Unknown;
                doubts.push(gap);
            }
            if reaches == Tri::No {
                continue;
            }
            let granted = self.granted(candidate, asked, object_type) & mask;
            let could = self.restrict(candidate, asked, object_type, candidate.most) & mask;
            most |= could;
            if candidate.way.is_some() && reaches == Tri::Yes && granted & !sure != 0 {
                parts.push(self.grant(candidate, object_type, granted & !sure, &steps));
                sure |= granted;
            }
            if could & !granted != 0 {
                merge(&mut gaps, candidate.gaps.iter().cloned());
            }
            if could != 0 && candidate.way.is_none() {
                merge(&mut gaps, candidate.gaps.iter().cloned());
            }
            if could != 0 {
                merge(&mut gaps, doubts);
                merge(&mut gaps, is_open(candidate).then(unpaired));
            }
        }
        if sure & mask == mask {
            return (join(parts, mask), Vec::new());
        }
        (None, if most & mask == mask { gaps } else { Vec::new() })
    }

    /// Every assignment of these administrative users, with what it grants of a mask on a type.
    fn candidates<'c>(
        &'c self,
        standings: &[Standing<'c>],
        object_type: i64,
        mask: i64,
    ) -> Vec<Candidate<'c>> {
        let mut candidates = Vec::new();
        let mut seen = BTreeSet::new();
        for standing in standings {
            for assignment in &self.held[standing.index].assignments {
                let Some(within) = bounds(&assignment.within, object_type) else { continue };
                if !seen.insert((standing.index, &assignment.role, within.clone())) {
                    continue;
                }
                let power = self.powers.on(&assignment.role, object_type, &self.operations);
                let most = !power.withheld & mask;
                if most == 0 {
                    continue;
                }
                let granted = power.granted & mask;
                let step = (granted != 0)
                    .then(|| power.step(&assignment.role, object_type, granted, &self.operations));
                let mut gaps = standing.gaps.clone();
                merge(&mut gaps, power.gaps);
                candidates.push(Candidate {
                    assignment,
                    within,
                    granted,
                    most,
                    way: standing.way.clone(),
                    admin: standing.name,
                    step,
                    gaps,
                });
            }
        }
        candidates
    }

    fn granted(&self, candidate: &Candidate<'_>, asked: Option<&Within>, object_type: i64) -> i64 {
        if is_open(candidate) {
            return 0;
        }
        self.restrict(candidate, asked, object_type, candidate.granted)
    }

    /// A collection that is assigned itself can be neither modified nor deleted through that assignment
    /// ("Configure role-based administration", collections).
    fn restrict(
        &self,
        candidate: &Candidate<'_>,
        asked: Option<&Within>,
        object_type: i64,
        bits: i64,
    ) -> i64 {
        let itself = match (asked, &candidate.within) {
            (Some(Within::Collection { id: Some(asked), .. }), Within::Collection { id: Some(own), .. }) => {
                asked == own
            }
            _ => false,
        };
        if itself && object_type == catalogue::COLLECTION { bits & !NOT_ON_ITSELF } else { bits }
    }

    /// A role on a type that scopes may not divide grants on all of its objects, whatever the scope.
    fn undivided(&self, object_type: i64) -> Option<Gap> {
        let known = catalogue::object_type(object_type).and_then(|t| t.scoped);
        known.is_none().then(|| {
            let name = self.operations.type_name(object_type);
            let why = format!("no page says whether security scopes divide the objects of {name}");
            Gap::new(Dataset::SecuredObject, Scope::Hierarchy, Status::Partial, why)
        })
    }

    fn asked(&self, on: On<'_>) -> Option<Within> {
        match on {
            On::Anything => None,
            On::Scope(text) => Some(self.scope(text)),
            On::Collection(text) => {
                let id = self.collections.id(text);
                let name = id.as_deref().and_then(|id| self.collections.name(id)).unwrap_or(text);
                Some(Within::Collection { name: name.trim().to_owned(), id })
            }
        }
    }

    /// A scope as some assignment knows it; one that nobody holds anything in has an identifier only.
    fn scope(&self, text: &str) -> Within {
        let all = self.held.iter().flat_map(|held| &held.assignments).map(|a| &a.within);
        let found = all.filter(|within| match within {
            Within::Scope { id, name } => {
                id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(text.trim()))
                    || name.eq_ignore_ascii_case(text.trim())
            }
            _ => false,
        });
        let text = text.trim().to_owned();
        found.min().cloned().unwrap_or(Within::Scope { id: Some(text.to_ascii_uppercase()), name: text })
    }

    fn grant(&self, candidate: &Candidate<'_>, object_type: i64, mask: i64, more: &[Step]) -> EffectiveGrant {
        let Candidate { assignment, within, way, admin, step, .. } = candidate;
        let mut proof = way.clone().unwrap_or_default().then(assignment.step(admin, within));
        proof.steps.extend(step.clone());
        let undivided = *within == Within::AllObjects;
        EffectiveGrant {
            role: assignment.role.name.clone(),
            role_id: assignment.role.id.clone(),
            within: within.clone(),
            object_type,
            mask,
            extent: if undivided { Extent::Exactly } else { assignment.extent },
            proof: proof.and(Proof { steps: more.to_vec() }),
        }
    }

    /// Everything that one administrative user holds.
    pub(super) fn all_of(
        &self,
        standing: &Standing<'_>,
        grants: &mut Vec<EffectiveGrant>,
        holes: &mut Vec<Gap>,
    ) {
        let assignments = &self.held[standing.index].assignments;
        let roles: BTreeSet<_> = assignments.iter().map(|a| &a.role).collect();
        let mut types = BTreeSet::new();
        for role in roles {
            let known = self.powers.types(role, &self.operations);
            if known.is_empty() {
                // Nothing says what it grants, or it grants nothing.
                merge(holes, self.powers.on(role, catalogue::COLLECTION, &self.operations).gaps);
            }
            types.extend(known);
        }
        for object_type in types {
            let alone = std::slice::from_ref(standing);
            for candidate in self.candidates(alone, object_type, catalogue::EVERYTHING) {
                merge(holes, candidate.gaps.iter().cloned());
                if candidate.granted != 0 {
                    grants.push(self.grant(&candidate, object_type, candidate.granted, &[]));
                }
            }
        }
    }
}

/// Whether lists of names leave open where a role is held. What nothing divides is held wherever it is.
fn is_open(candidate: &Candidate<'_>) -> bool {
    candidate.assignment.extent == Extent::AtMost && candidate.within != Within::AllObjects
}

fn unpaired() -> Gap {
    let why = "lists of names do not say which role is held in which security scope or on which collection";
    Gap::property(Dataset::Admin, Scope::Hierarchy, "Permissions", why)
}

/// Parts that only together make up a mask.
fn join(mut parts: Vec<EffectiveGrant>, mask: i64) -> Option<EffectiveGrant> {
    parts.sort_by_key(|part| part.proof.steps.len());
    let mut parts = parts.into_iter();
    let mut whole = parts.next()?;
    for part in parts {
        if !whole.role.split(", ").any(|role| role == part.role) {
            whole.role = format!("{}, {}", whole.role, part.role);
            whole.role_id = None;
        }
        let fresh: Vec<Step> =
            part.proof.steps.into_iter().filter(|s| !whole.proof.steps.contains(s)).collect();
        whole.proof.steps.extend(fresh);
        whole.extent = whole.extent.max(part.extent);
    }
    whole.mask = mask;
    Some(whole)
}
