use std::collections::BTreeSet;

use crate::access::{Decider, Doubt, ObjectType, Request, Verdict};
use crate::{
    AccessMask, Ace, AceFlags, AceKind, Acl, Effect, Guid, Kind, SecurityDescriptor, Tri, Trustee,
    well_known as wk,
};

/// One verdict for each bit asked for.
pub(super) fn check(
    descriptor: &SecurityDescriptor,
    holds: &impl Fn(&Trustee) -> Tri,
    request: &Request<'_>,
) -> Vec<(AccessMask, Verdict)> {
    let mut wanted = request.kind.map(request.mask);
    let maximum = wanted.contains(AccessMask::MAXIMUM_ALLOWED);
    if maximum {
        wanted =
            descriptor.dacl.entries().iter().fold(
                wanted.without(AccessMask::MAXIMUM_ALLOWED) | request.kind.full_control(),
                |all, ace| all | request.kind.map_ace(ace.mask),
            );
        wanted = wanted.without(AccessMask::GENERIC | AccessMask::MAXIMUM_ALLOWED);
    }
    let check = Check::new(descriptor, holds, request, wanted);
    wanted.bits().map(|bit| (bit, check.at(bit, request.node))).collect()
}

/// A descriptor in the eyes of one token.
struct Check<'a> {
    tree: &'a [ObjectType],
    /// For each entry of the tree the one it is below.
    parents: Vec<Option<usize>>,
    no_dacl: bool,
    /// Whether the token holds the owner, if ownership grants anything by itself.
    owner: Option<(Tri, Option<Trustee>)>,
    steps: Vec<Step>,
    take_ownership: Tri,
    security: Tri,
}

/// An ACE that could decide a bit.
struct Step {
    index: usize,
    /// `None` where the ACE is of an unknown type and may do either.
    effect: Option<Effect>,
    mask: AccessMask,
    /// Whether it may also name bits outside of its mask.
    vague: bool,
    applies: Tri,
    doubts: Vec<Doubt>,
    object_type: Option<Guid>,
    trustee: Trustee,
    conditional: bool,
}

impl<'a> Check<'a> {
    fn new(
        descriptor: &SecurityDescriptor,
        holds: &impl Fn(&Trustee) -> Tri,
        request: &Request<'a>,
        wanted: AccessMask,
    ) -> Check<'a> {
        let owner = descriptor.owner.as_ref().map_or(Tri::Unknown, holds);
        let mut check = Check {
            tree: request.tree,
            parents: parents(request.tree),
            no_dacl: descriptor.dacl == Acl::Absent || descriptor.dacl == Acl::Null,
            owner: Some((owner, descriptor.owner)),
            steps: Vec::new(),
            take_ownership: request.take_ownership,
            security: request.security,
        };
        for (index, ace) in descriptor.dacl.entries().iter().enumerate() {
            // MS-DTYP 2.4.4.1: an inherit-only ACE does not control access to the object it is attached to.
            if ace.flags.contains(AceFlags::INHERIT_ONLY) {
                continue;
            }
            let is_owner_rights = ace.trustee == Trustee::Sid(wk::OWNER_RIGHTS);
            if is_owner_rights {
                check.owner = None;
            }
            let Some(mut step) = Step::of(ace, index, request.kind, wanted) else { continue };
            let (applies, doubt) = if step.effect.is_none() {
                // Nothing is known of its parts, not even whom it names.
                (Tri::Unknown, Doubt::Meaning(index))
            } else if is_owner_rights {
                step.trustee = descriptor.owner.unwrap_or(step.trustee);
                (owner, Doubt::Owner)
            } else {
                (member(&ace.trustee, holds, request), Doubt::Membership(index))
            };
            if applies == Tri::No {
                continue;
            }
            if applies == Tri::Unknown {
                step.doubts.insert(0, doubt);
            }
            step.applies = if step.doubts.is_empty() { Tri::Yes } else { Tri::Unknown };
            check.steps.push(step);
        }
        check
    }

    /// The verdict for one bit at one entry of the tree.
    fn at(&self, bit: AccessMask, node: usize) -> Verdict {
        let verdict = self.first_match(bit, node);
        if let Verdict::Granted { .. } = verdict {
            return verdict;
        }
        // MS-ADTS 5.1.3.3.3: what all children of an entry grant, the entry grants.
        let children: Vec<Verdict> = (0..self.tree.len())
            .filter(|child| self.parents[*child] == Some(node))
            .map(|child| self.at(bit, child))
            .collect();
        if children.is_empty() || children.iter().any(|v| matches!(v, Verdict::Denied { .. })) {
            return verdict;
        }
        let mut doubts = match verdict {
            Verdict::Unknown { because } => because,
            _ => Vec::new(),
        };
        let mut last = Decider::NothingGrants;
        let mut certain = true;
        for child in children {
            match child {
                Verdict::Granted { by: Decider::Ace(i) } if last < Decider::Ace(i) => last = Decider::Ace(i),
                Verdict::Granted { by } if last == Decider::NothingGrants => last = by,
                Verdict::Unknown { because } => {
                    certain = false;
                    doubts.extend(because);
                }
                Verdict::Granted { .. } | Verdict::Denied { .. } => {}
            }
        }
        if certain {
            return Verdict::Granted { by: last };
        }
        doubts.sort_unstable();
        doubts.dedup();
        Verdict::Unknown { because: doubts }
    }

    /// Follows the list until an ACE decides the bit for certain.
    fn first_match(&self, bit: AccessMask, node: usize) -> Verdict {
        let mut ways = Ways::default();
        if bit == AccessMask::ACCESS_SYSTEM_SECURITY {
            return match self.security {
                Tri::Yes => Verdict::Granted { by: Decider::Privilege },
                Tri::No => Verdict::Denied { by: Decider::NothingGrants },
                Tri::Unknown => Verdict::Unknown { because: vec![Doubt::Privilege] },
            };
        }
        if self.no_dacl {
            return Verdict::Granted { by: Decider::NoDacl };
        }
        if bit.intersects(AccessMask::GENERIC) {
            // It is still there because no document says what it stands for on this kind of object.
            return Verdict::Unknown { because: vec![Doubt::Request] };
        }
        if bit == AccessMask::WRITE_OWNER {
            match self.take_ownership {
                Tri::Yes => return Verdict::Granted { by: Decider::Privilege },
                Tri::Unknown => ways.may(Some(Effect::Allow), &[Doubt::Privilege]),
                Tri::No => {}
            }
        }
        // Trustees that the token cannot hold where the list is followed further: an ACE would have decided.
        let mut not_held: BTreeSet<Trustee> = BTreeSet::new();
        if bit == AccessMask::READ_CONTROL || bit == AccessMask::WRITE_DAC {
            match self.owner {
                Some((Tri::Yes, _)) => return ways.end(Effect::Allow, Decider::Owner),
                Some((Tri::Unknown, owner)) => {
                    ways.may(Some(Effect::Allow), &[Doubt::Owner]);
                    not_held.extend(owner);
                }
                Some((Tri::No, _)) | None => {}
            }
        }
        for step in &self.steps {
            let named = step.mask.contains(bit);
            if !(named || step.vague) || !self.concerns(step, node) || not_held.contains(&step.trustee) {
                continue;
            }
            match (step.applies, step.effect) {
                (Tri::Yes, Some(effect)) if named => return ways.end(effect, Decider::Ace(step.index)),
                (_, effect) => {
                    ways.may(effect, if named { &step.doubts } else { &[] });
                    if !named {
                        ways.doubts.push(Doubt::Meaning(step.index));
                    } else if !step.conditional && effect.is_some() {
                        not_held.insert(step.trustee);
                    }
                }
            }
        }
        ways.end(Effect::Deny, Decider::NothingGrants)
    }

    /// Whether the object type of an ACE concerns an entry of the tree (MS-ADTS 5.1.3.3.3): what is allowed
    /// for a type is allowed for all below it; what is denied for a type is denied for all below and above.
    fn concerns(&self, step: &Step, node: usize) -> bool {
        let Some(guid) = step.object_type else { return true };
        let denies = step.effect != Some(Effect::Allow);
        if self.tree.is_empty() {
            return denies;
        }
        let matches = |at: usize| self.tree[at].guid == guid;
        (0..self.tree.len())
            .filter(|at| matches(*at))
            .any(|at| self.is_at_or_below(node, at) || (denies && self.is_at_or_below(at, node)))
    }

    fn is_at_or_below(&self, node: usize, above: usize) -> bool {
        let mut at = Some(node);
        while let Some(i) = at {
            if i == above {
                return true;
            }
            at = self.parents.get(i).copied().flatten();
        }
        false
    }
}

impl Step {
    /// What an ACE could decide of the wanted bits; `None` when nothing.
    fn of(ace: &Ace, index: usize, kind: Kind, wanted: AccessMask) -> Option<Step> {
        let mapped = kind.map_ace(ace.mask);
        let unknown_type = matches!(ace.kind, AceKind::Other(_));
        let vague = unknown_type || mapped.intersects(AccessMask::GENERIC);
        let effect = ace.kind.effect();
        if !(mapped.intersects(wanted) || vague) || (effect.is_none() && !unknown_type) {
            return None;
        }
        let conditional = ace.kind.is_callback();
        let doubts = if conditional { vec![Doubt::Condition(index)] } else { Vec::new() };
        Some(Step {
            index,
            effect,
            mask: mapped,
            vague,
            applies: Tri::Unknown,
            doubts,
            object_type: ace.object_type,
            trustee: ace.trustee,
            conditional,
        })
    }
}

/// Whether the token holds the trustee of an ACE (MS-DTYP 2.5.3.1.1, SidInToken).
fn member(trustee: &Trustee, holds: &impl Fn(&Trustee) -> Tri, request: &Request<'_>) -> Tri {
    let Trustee::Sid(sid) = trustee else { return holds(trustee) };
    match request.principal_self {
        _ if *sid == wk::CREATOR_OWNER || *sid == wk::CREATOR_GROUP => Tri::No,
        Some(account) if *sid == wk::PRINCIPAL_SELF => holds(&Trustee::Sid(account)),
        _ => holds(trustee),
    }
}

/// The ways in which a bit may have been decided so far.
#[derive(Default)]
struct Ways {
    granted: bool,
    denied: bool,
    doubts: Vec<Doubt>,
}

impl Ways {
    /// It may be decided here.
    fn may(&mut self, effect: Option<Effect>, doubts: &[Doubt]) {
        self.granted |= effect != Some(Effect::Deny);
        self.denied |= effect != Some(Effect::Allow);
        self.doubts.extend(doubts);
    }

    /// It is decided here at the latest.
    fn end(self, effect: Effect, by: Decider) -> Verdict {
        match effect {
            Effect::Allow if !self.denied => Verdict::Granted { by },
            Effect::Deny if !self.granted => Verdict::Denied { by },
            _ => {
                let mut because = self.doubts;
                because.sort_unstable();
                because.dedup();
                Verdict::Unknown { because }
            }
        }
    }
}

/// For each entry the last one before it that has a smaller level.
fn parents(tree: &[ObjectType]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(tree.len());
    for (i, entry) in tree.iter().enumerate() {
        while open.last().is_some_and(|last| tree[*last].level >= entry.level) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(i);
    }
    parents
}
