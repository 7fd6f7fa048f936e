//! Who can do what to an object with a security descriptor, with the proof.

mod entries;

use std::collections::BTreeMap;

use cmlint_source::Span;
use cmlint_winsec::{
    AccessMask, Ace, AceFlags, Acl, Context, Decider, Guid, Kind, ObjectType, Request, SecurityDescriptor,
    Sid, Tri, Trustee, Verdict, access_check, sddl, well_known,
};

pub use self::entries::EntryFor;
use super::acls::Acls;
use super::holders::{Grantee, Holders};
use super::principals::{Holder, Principals};
use crate::proof::{Proof, Step, merge};
use crate::rows::{AclState, Descriptor, DirectoryObject};
use crate::words::{host as host_name, path as path_name, term};
use crate::{Dataset, Gap, Judged, Scope, Status, text};

/// A right that is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AskedRight {
    /// The bits; all of them are asked for.
    pub mask: AccessMask,
    /// The property set, property, extended right or class of a child that is meant, on directory objects.
    pub object_type: Option<Guid>,
}

/// An object whose descriptor was found, ready to be asked about.
#[derive(Debug)]
pub struct Guarded {
    /// What kind of object it is.
    pub kind: Kind,
    /// Its path or name for a reader.
    pub label: String,
    /// The computer whose local groups count; `None` for directory objects.
    pub host: Option<String>,
    descriptor: SecurityDescriptor,
    /// Place of each entry of [`Self::descriptor`].
    places: Vec<Span>,
    whole: Span,
    context: Context,
}

/// Whether somebody has a right, why, and what keeps it from being known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// Yes: every bit is granted. No: at least one bit is denied or granted by nothing.
    pub verdict: Tri,
    /// For yes the way to each granting entry; for no what denies, where something does.
    pub proof: Proof,
    /// For unknown what keeps it from being known.
    pub holes: Vec<Gap>,
}

/// Groups that every account is in without anybody having put it there.
const EVERYBODY: [Sid; 3] = [well_known::EVERYONE, well_known::AUTHENTICATED_USERS, well_known::USERS];

fn is_everybody(sid: &Sid) -> bool {
    EVERYBODY.contains(sid) || sid.is_domain_sid() && matches!(sid.rid(), Some(513 | 515))
}

impl Guarded {
    /// An object of a computer.
    ///
    /// # Errors
    /// The holes, when its descriptor was not collected or not understood.
    pub fn on_host<'s>(
        acls: &Acls<'s>,
        principals: &Principals<'s>,
        host: &Scope,
        kind: Kind,
        path: &str,
    ) -> Judged<Guarded> {
        let (object, levels) = acls.deciding(host, kind, path)?;
        let key = host.key();
        let default = com_limit(kind, path).filter(|_| object.state == AclState::Absent);
        let Some(descriptor) = object.descriptor().or(default.as_ref()) else {
            return Err(vec![Gap::new(
                Dataset::Acl,
                host.clone(),
                Status::Complete,
                format!("{path} does not exist"),
            )]);
        };
        let (descriptor, kept) = handed_down(descriptor, levels);
        let places = kept.into_iter().map(|index| object.ace_span(index)).collect();
        Ok(Guarded {
            kind,
            label: object.path.value.to_owned(),
            host: Some(key.clone()),
            descriptor,
            places,
            whole: object.sddl_span(),
            context: principals.context_of_host(&key),
        })
    }

    /// A directory object.
    ///
    /// # Errors
    /// The holes, when its descriptor was not collected or not understood.
    pub fn in_directory<'s>(
        principals: &Principals<'s>,
        dns: &str,
        object: &'s DirectoryObject<'s>,
    ) -> Judged<Guarded> {
        let label = object.dn.value.to_string();
        let gap = |why: String| vec![Gap::new(Dataset::Directory, Scope::domain(dns), Status::Partial, why)];
        let (descriptor, places, whole) = match &object.descriptor {
            Some(Descriptor::Text(text, map)) => {
                let parsed = sddl::parse(&text.value)
                    .map_err(|_: sddl::SddlError| gap(format!("the descriptor of {label} is no SDDL")))?;
                let aces = parsed.places.dacl.map(|d| d.aces).unwrap_or_default();
                let place = |range: cmlint_winsec::TextRange| {
                    let (start, end) = map.outer(range.start, range.end);
                    text.span.file.span(start as usize, (end - start) as usize)
                };
                (parsed.descriptor, aces.into_iter().map(|a| place(a.whole)).collect(), text.span)
            }
            Some(Descriptor::Bytes(bytes)) => {
                let descriptor = cmlint_winsec::binary::read(&bytes.value)
                    .map_err(|_| gap(format!("the descriptor of {label} is no security descriptor")))?;
                let places = vec![bytes.span; descriptor.dacl.entries().len()];
                (descriptor, places, bytes.span)
            }
            None => return Err(gap(format!("the export has no nTSecurityDescriptor of {label}"))),
        };
        Ok(Guarded {
            kind: Kind::DirectoryObject,
            label,
            host: None,
            descriptor,
            places,
            whole,
            context: principals.context_of_domain(dns),
        })
    }

    /// The entries of the DACL with their places.
    pub fn entries(&self) -> impl Iterator<Item = (Span, &Ace)> {
        self.places.iter().copied().zip(self.descriptor.dacl.entries())
    }

    /// Whether `who` has a right.
    pub fn allows(&self, who: &Sid, right: AskedRight, principals: &Principals<'_>) -> Ruling {
        self.judge(who, right, principals, |_| true)
    }

    /// Everybody who has a right, or may have it.
    ///
    /// Groups that every account is in (Everyone, Authenticated Users, Users, Domain Users) stand for their
    /// members: an account is listed by itself only when it has the right without them.
    pub fn holders(&self, right: AskedRight, principals: &Principals<'_>) -> Holders {
        let mut holders = Holders::default();
        let named = self.descriptor.dacl.entries().iter().filter_map(|a| a.trustee.resolve(&self.context));
        let mut candidates = principals.known();
        candidates.extend(named);
        candidates.extend(EVERYBODY);
        for who in candidates {
            // A group is in Everyone only through its members, which are asked themselves.
            let broad = is_everybody(&who);
            let ruling = self.judge(&who, right, principals, |sid| broad || !is_everybody(sid));
            match ruling.verdict {
                Tri::Yes => holders.granted.push((Grantee::Windows(who), ruling.proof)),
                Tri::No => {}
                Tri::Unknown => holders.unknown.push((Grantee::Windows(who), ruling.holes)),
            }
        }
        holders.settle(principals)
    }

    fn judge(
        &self,
        who: &Sid,
        right: AskedRight,
        principals: &Principals<'_>,
        counts: impl Fn(&Sid) -> bool,
    ) -> Ruling {
        let (reached, holes) = principals.reach(who, self.host.as_deref());
        let reached: BTreeMap<Sid, (Holder, Proof)> = reached
            .into_iter()
            .rev()
            .filter(|(holder, _)| counts(&holder.sid))
            .map(|(holder, proof)| (holder.sid, (holder, proof)))
            .collect();
        let guid = right.object_type;
        let tree = guid.map(|g| ObjectType::path(&[g])).unwrap_or_default();
        let request = Request { tree: &tree, node: 0, ..Request::new(self.kind, right.mask) };
        let holds = |trustee: &Trustee| match trustee.resolve(&self.context) {
            Some(sid) if reached.contains_key(&sid) => Tri::Yes,
            Some(_) if holes.is_empty() => Tri::No,
            _ => Tri::Unknown,
        };
        let access = access_check(&self.descriptor, holds, &request);
        let verdict = access.all();
        let mut proof = Proof::default();
        let mut told = Vec::new();
        // That an owner may read the permissions adds nothing where entries grant the rest.
        let by_entry =
            access.verdicts().iter().any(|(_, v)| matches!(v, Verdict::Granted { by: Decider::Ace(_) }));
        for (_, ruling) in access.verdicts() {
            let by = match (ruling, verdict) {
                (Verdict::Granted { by }, Tri::Yes) | (Verdict::Denied { by }, Tri::No) => by,
                _ => continue,
            };
            if told.contains(by) || *by == Decider::Owner && by_entry {
                continue;
            }
            told.push(*by);
            self.tell(by, verdict, &reached, principals, &mut proof);
        }
        let mut doubts = Vec::new();
        if verdict == Tri::Unknown {
            merge(&mut doubts, holes);
            if doubts.is_empty() {
                let why = format!("an entry of {} depends on a condition, or on the owner", self.label);
                let (dataset, scope) = match &self.host {
                    Some(host) => (Dataset::Acl, Scope::host(host)),
                    None => (Dataset::Directory, Scope::Hierarchy),
                };
                doubts.push(Gap::new(dataset, scope, Status::Partial, why));
            }
        }
        Ruling { verdict, proof, holes: doubts }
    }

    fn tell(
        &self,
        by: &Decider,
        verdict: Tri,
        reached: &BTreeMap<Sid, (Holder, Proof)>,
        principals: &Principals<'_>,
        proof: &mut Proof,
    ) {
        match by {
            Decider::Ace(index) => {
                let Some(ace) = self.descriptor.dacl.entries().get(*index) else { return };
                let sid = ace.trustee.resolve(&self.context);
                if let Some((_, path)) = sid.and_then(|sid| reached.get(&sid)) {
                    let fresh = path.steps.iter().filter(|s| !proof.steps.contains(s)).cloned();
                    let fresh: Vec<Step> = fresh.collect();
                    proof.steps.extend(fresh);
                }
                let name = sid.map_or_else(
                    || term(ace.trustee.alias().unwrap_or("a trustee")),
                    |sid| principals.label(&sid),
                );
                let verb = if verdict == Tri::Yes { "grants" } else { "denies" };
                let what = term(self.kind.describe_ace(ace));
                let step = text!("an entry of {} {} `{}` {}", self.place(), verb, name, what);
                proof.steps.push(Step::read(step, self.places.get(*index).copied().unwrap_or(self.whole)));
            }
            Decider::Owner => {
                let step = text!("the owner of {} may always read and change its permissions", self.place());
                proof.steps.push(Step::read(step, self.whole));
            }
            Decider::NoDacl => {
                let step = text!("{} has no DACL, which grants everybody everything", self.place());
                proof.steps.push(Step::read(step, self.whole));
            }
            Decider::Privilege => proof.steps.push(Step::rule(text!("a privilege of the account grants it"))),
            Decider::NothingGrants => {
                let step = text!("no entry of {} grants all of it", self.place());
                proof.steps.push(Step::read(step, self.whole));
            }
        }
    }

    fn place(&self) -> crate::Text {
        match &self.host {
            Some(host) => text!("{} on {}", path_name(&self.label), host_name(host)),
            None => text!("{}", path_name(&self.label)),
        }
    }
}

/// The limit of COM for all programs of a computer, where the value was never written ("MachineLaunchRestriction" and
/// "MachineAccessRestriction" of the COM documentation; Performance Log Users are in it since Windows Server 2008).
fn com_limit(kind: Kind, path: &str) -> Option<SecurityDescriptor> {
    let text = match (kind, path.to_ascii_lowercase().as_str()) {
        (Kind::ComLaunch, "machinelaunchrestriction") => {
            "O:BAG:BAD:(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;BA)(A;;CCDCLCSWRP;;;LU)(A;;CCDCLCSWRP;;;S-1-5-32-562)"
        }
        (Kind::ComAccess, "machineaccessrestriction") => {
            "O:BAG:BAD:(A;;CCDCLC;;;WD)(A;;CCDC;;;AN)(A;;CCDCLC;;;S-1-5-32-562)(A;;CCDCLC;;;LU)"
        }
        _ => return None,
    };
    sddl::parse(text).ok().map(|parsed| parsed.descriptor)
}

/// What a folder without a row of its own has: the entries that the object `levels` above hands down, with
/// their numbers there. At level 0 it is the descriptor itself.
fn handed_down(descriptor: &SecurityDescriptor, levels: usize) -> (SecurityDescriptor, Vec<usize>) {
    if levels == 0 {
        return (descriptor.clone(), (0..descriptor.dacl.entries().len()).collect());
    }
    let mut kept = Vec::new();
    let mut entries = Vec::new();
    for (index, ace) in descriptor.dacl.entries().iter().enumerate() {
        let inherits = ace.flags.contains(AceFlags::CONTAINER_INHERIT);
        let one_level = ace.flags.contains(AceFlags::NO_PROPAGATE);
        if inherits && (levels == 1 || !one_level) {
            let mut ace = ace.clone();
            ace.flags = AceFlags(ace.flags.0 & !AceFlags::INHERIT_ONLY.0);
            kept.push(index);
            entries.push(ace);
        }
    }
    let dacl = match descriptor.dacl {
        Acl::Entries(_) => Acl::Entries(entries),
        // A null DACL is not handed down, but a child of it was made with the creator's default: not known
        // here, and so rare that the null DACL itself is the finding.
        ref other => other.clone(),
    };
    (SecurityDescriptor { dacl, ..descriptor.clone() }, kept)
}
