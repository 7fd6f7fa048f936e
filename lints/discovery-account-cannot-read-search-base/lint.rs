use cmlint_lint::prelude::*;
use cmlint_model::views::{AskedRight, Guarded, SearchBase};
use cmlint_model::words::Name;
use cmlint_winsec::Tri;

/// Checks what the account of each discovery method may do on the containers that it searches.
pub(super) struct This;

/// Generic read: list contents, list object, read properties, read permissions.
const READ: AccessMask = AccessMask(0x2_0094);
/// What discovery cannot do without: list contents, read properties.
const NEEDED: AccessMask = AccessMask(0x14);

impl Lint for This {
    const META: Meta = Meta {
        title: "an Active Directory discovery account cannot read a container that it searches",
        severity: Severity::Medium,
        tags: &["accounts", "discovery", "directory", "function"],
        noun: "containers that discovery searches",
        subjects: &[
            "Active Directory Group Discovery Account",
            "Active Directory System Discovery Account",
            "Active Directory User Discovery Account",
        ],
        requirements: &["A1.2", "A2.2", "A3.2"],
        references: &[
            Reference::Section("Active Directory Group Discovery Account"),
            Reference::Section("Active Directory System Discovery Account"),
            Reference::Section("Active Directory User Discovery Account"),
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
    let right = |mask| AskedRight { mask, object_type: None };
    let Some(home) = principals.domain_of(sid) else {
        return subject.unknown(principals.unresolved(&name.text));
    };
    // Whoever cannot sign in there cannot read either, whatever the list says of everybody.
    match principals.trusts(&base.domain(), home) {
        Answer::Yes(_) => {}
        Answer::Unknown(gaps) => return subject.unknown(gaps),
        Answer::No => {
            let step = text!("{} does not trust {}", domain(base.domain()), domain(home));
            let proof = Proof::of(Step::rule(step));
            return report(base, name, guarded, &proof, Severity::Medium, true, subject);
        }
    }
    let ruling = guarded.allows(sid, right(READ), principals);
    match ruling.verdict {
        Tri::Yes => {}
        Tri::Unknown => subject.unknown(ruling.holes),
        Tri::No => {
            let severity = match guarded.allows(sid, right(NEEDED), principals).verdict {
                Tri::No => Severity::Medium,
                _ => Severity::Info,
            };
            report(base, name, guarded, &ruling.proof, severity, false, subject);
        }
    }
}

fn clause(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::GroupDiscovery => ("A1.2", "Active Directory Group Discovery"),
        Purpose::SystemDiscovery => ("A2.2", "Active Directory System Discovery"),
        _ => ("A3.2", "Active Directory User Discovery"),
    }
}

fn report(
    base: &SearchBase<'_>,
    name: &Name,
    guarded: &Guarded,
    proof: &Proof,
    severity: Severity,
    untrusted: bool,
    subject: &mut Subject<'_>,
) {
    let (requirement, method) = clause(base.purpose);
    let what = if severity == Severity::Info { "has not all of Read on" } else { "cannot read" };
    let mut report = subject
        .fail(
            text!(
                "`{}` {} `{}`, where {} of site {} searches",
                name,
                what,
                path(base.dn),
                method,
                site(base.scope.key())
            ),
            base.path.span,
            text!("this container is searched as {}", name),
        )
        .discriminator(name.text.to_lowercase())
        .requirements(&[requirement])
        .severity(severity)
        .proof(proof)
        .label(guarded.span(), text!("these are the permissions of the container"))
        .help(match untrusted {
            true => text!("set an account of a domain that {} trusts, or one of its own", domain(base.domain())),
            false => text!(
                "let {} read the container and everything in it, and remove entries that deny it; or take the container \
                 out of the method",
                name
            ),
        });
    report = match untrusted {
        true => report.fix(
            text!(
                "Administration > Hierarchy Configuration > Discovery Methods > {} of site {} > Properties > {} > Edit: set \
                 the discovery account",
                method,
                site(base.scope.key()),
                path(base.dn)
            ),
            None,
            Some(text!("set the computer account of the site server again")),
        ),
        false => report.fix(
            text!(
                "in Active Directory Users and Computers: {} > Properties > Security: Read for {} on this object and all \
                 descendant objects",
                path(base.dn),
                name
            ),
            Some(text!("dsacls \"{}\" /I:T /G \"{}:GR\"", path(base.dn), name)),
            Some(text!("dsacls \"{}\" /R \"{}\"", path(base.dn), name)),
        ),
    };
    if severity == Severity::Info {
        // What it has is enough to list and read objects; whether discovery needs the rest is not documented.
        report = report.confidence(Confidence::Medium);
    }
    if let Some(account) = base.account {
        report.label(account.span, text!("the account for this container"));
    }
}
