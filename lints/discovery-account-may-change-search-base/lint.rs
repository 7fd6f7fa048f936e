use cmlint_lint::prelude::*;
use cmlint_model::views::{AskedRight, EntryFor, Guarded, SearchBase};
use cmlint_model::words::Name;
use cmlint_winsec::{Ace, Tri, object_types};

/// Checks what the account of each discovery method may do on the containers that it searches, beyond reading.
pub(super) struct This;

/// Create, delete, write, validated writes, delete trees, permissions and owner; not the extended rights.
const WRITES: AccessMask = AccessMask(0xD_006B);
/// Extended rights, of which few change anything.
const CONTROL_ACCESS: AccessMask = AccessMask(0x100);
const WRITE_DAC: AccessMask = AccessMask(0x4_0000);
/// How many entries get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "an Active Directory discovery account may change a container that it searches",
        severity: Severity::Medium,
        tags: &["accounts", "discovery", "directory"],
        noun: "containers that discovery searches",
        subjects: &[
            "Active Directory Group Discovery Account",
            "Active Directory System Discovery Account",
            "Active Directory User Discovery Account",
        ],
        requirements: &["A1.3", "A2.3", "A3.3"],
        references: &[
            Reference::Section("Active Directory Group Discovery Account"),
            Reference::Section("Active Directory System Discovery Account"),
            Reference::Section("Active Directory User Discovery Account"),
            Reference::MisconfigurationManager("ELEVATE-3"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Component<'s>>;
    type Evidence<'s> = (Each<'s, rows::SiteSystemRole<'s>>, DomainPrincipals<'s>);

    fn check<'s>(components: Self::Subjects<'s>, (roles, principals): &Self::Evidence<'s>, out: &mut Sink) {
        let (bases, holes) = SearchBase::all(&components);
        out.hole(holes);
        for base in bases.iter().filter(|base| base.active) {
            let object = Object::new(base.key(), text!("{}", path(base.dn)), base.scope.clone());
            let mut subject = out.subject(object.purpose(base.purpose), base.path.span);
            let Some(searchers) = subject.require(base.searchers(roles, principals)) else { continue };
            let Some((dns, object)) = subject.require(principals.at_dn(base.dn)) else { continue };
            let guarded = Guarded::in_directory(principals, dns, &object.data);
            let Some(guarded) = subject.require(guarded) else { continue };
            for (name, sid) in searchers {
                judge(base, &name, &sid, &guarded, principals, &mut subject);
            }
        }
    }
}

fn judge<'s>(
    base: &SearchBase<'_>,
    name: &Name,
    sid: &Sid,
    guarded: &Guarded,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let (entries, holes) = guarded.entries_for(sid, principals, changes);
    if !entries.is_empty() {
        let rights = entries.iter().map(|entry| Text::prose(Kind::DirectoryObject.describe_ace(&entry.ace)));
        let mut rights: Vec<Text> = rights.collect();
        rights.dedup();
        let proof = entries[0].proof.clone();
        report(base, name, &Text::join(rights, ", "), &entries, &proof, subject);
        return;
    }
    let owner = guarded.allows(sid, AskedRight { mask: WRITE_DAC, object_type: None }, principals);
    match owner.verdict {
        Tri::Yes => report(base, name, &text!("the rights of its owner"), &[], &owner.proof, subject),
        Tri::No => {}
        Tri::Unknown => subject.unknown(owner.holes),
    }
    subject.holes(holes);
}

/// Whether an entry lets somebody change something. Everybody has some of the extended rights of a domain by
/// default; of those only the reset of passwords counts, and all of them together.
fn changes(ace: &Ace) -> bool {
    ace.mask.intersects(WRITES)
        || ace.mask.intersects(CONTROL_ACCESS)
            && ace.object_type.is_none_or(|right| right == object_types::RESET_PASSWORD)
}

fn clause(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::GroupDiscovery => ("A1.3", "Active Directory Group Discovery"),
        Purpose::SystemDiscovery => ("A2.3", "Active Directory System Discovery"),
        _ => ("A3.3", "Active Directory User Discovery"),
    }
}

fn report(
    base: &SearchBase<'_>,
    name: &Name,
    rights: &Text,
    entries: &[EntryFor],
    proof: &Proof,
    subject: &mut Subject<'_>,
) {
    let (requirement, method) = clause(base.purpose);
    let span = entries.first().map_or(base.path.span, |entry| entry.span);
    let label = match entries.first() {
        Some(entry) => label(entry),
        None => text!("this container is searched as {}, which owns it", name),
    };
    let mut report = subject
        .fail(
            text!(
                "`{}`, as which {} of site {} searches `{}`, has more than Read there: {}",
                name,
                method,
                site(base.scope.key()),
                path(base.dn),
                rights
            ),
            span,
            label,
        )
        .discriminator(name.text.to_lowercase())
        .requirements(&[requirement])
        .proof(proof)
        .help(text!("discovery only reads: take the other rights from {}, or set an account that does not have them", name))
        .fix(
            text!(
                "in Active Directory Users and Computers: {} > Properties > Security > Advanced: remove the entries; where a \
                 group has them, take {} out of the group; an owner is changed in the same window",
                path(base.dn),
                name
            ),
            Some(text!("dsacls \"{}\"", path(base.dn))),
            Some(text!("add the entries again; keep the output of the command for that")),
        );
    for entry in entries {
        report = report.evidence(Key::new("sid", &entry.holder.to_string()));
    }
    for entry in entries.iter().skip(1).take(SHOWN) {
        report = report.label(entry.span, self::label(entry));
    }
    if let Some(account) = base.account {
        report.label(account.span, text!("the account for this container"));
    }
}

fn label(entry: &EntryFor) -> Text {
    let rights = Text::prose(Kind::DirectoryObject.describe_ace(&entry.ace));
    let reached = Text::prose(entry.reach().words(Kind::DirectoryObject).to_string());
    text!("allows {} on {}", rights, reached)
}
