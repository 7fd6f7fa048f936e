use cmlint_lint::prelude::*;
use cmlint_winsec::{Acl, Effect, reach};

/// Looks for rights on the namespace of the SMS Provider beyond what the product gives.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the namespace of the SMS Provider is open wider than the product opens it",
        severity: Severity::High,
        tags: &["wmi", "groups", "provider"],
        noun: "computers with an SMS Provider",
        subjects: &["SMS Admins"],
        requirements: &["G4.4", "G4.5"],
        references: &[
            Reference::Section("SMS Admins"),
            Reference::MisconfigurationManager("RECON-5"),
            Reference::Attack("T1047"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (Each<'s, rows::LocalGroup<'s>>, Via<'s, Acls<'s>>, Names<'s>);

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (groups, acls, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (key, entry) in hierarchy.hosts() {
            let Some(role) = entry.roles.iter().find(|r| r.role.eq_ignore_ascii_case("SMS Provider")) else {
                continue;
            };
            let scope = Scope::host(key);
            let object = Object::new(
                Key::host(key).name("namespace", NAMESPACE),
                text!("{} of {}", path(NAMESPACE), host(key)),
                scope.clone(),
            );
            let mut subject = out.subject(object, role.span);
            let (found, hole) = FoundGroup::on(groups, key, &ConfigMgrGroup::SmsAdmins);
            if found.is_none() {
                subject.holes(hole);
            }
            let group = found.as_ref().and_then(FoundGroup::sid);
            let namespace = acls.object(&scope, Kind::WmiNamespace, NAMESPACE);
            let Some(namespace) = subject.require(namespace) else { continue };
            // A null list lets everybody do everything; an export may also have left the list out.
            match namespace.dacl() {
                Some(Acl::Null) => {
                    let everybody = (namespace.sddl_span(), well_known::EVERYONE);
                    let all = Kind::WmiNamespace.full_control().without(EVERYBODY);
                    report(everybody, all, ("G4.5", EVERYBODY), key, principals, &mut subject);
                }
                Some(Acl::Absent) => {
                    let why = format!("the descriptor of {NAMESPACE} has no list of permissions");
                    subject.unknown([Gap::new(Dataset::Acl, scope.clone(), Status::Partial, why)]);
                }
                _ => {}
            }
            for (span, ace) in namespace.entries() {
                let Some(who) = ace.trustee.sid() else { continue };
                // Child namespaces have rights of their own.
                if ace.kind.effect() != Some(Effect::Allow) || !reach(ace).this_object {
                    continue;
                }
                let (requirement, default) = if Some(who) == group {
                    ("G4.4", GROUP)
                } else if Principals::is_crowd(&who) {
                    ("G4.5", EVERYBODY)
                } else {
                    continue;
                };
                let beyond = Kind::WmiNamespace.map_ace(ace.mask).without(default);
                if beyond.is_empty() {
                    continue;
                }
                report((span, who), beyond, (requirement, default), key, principals, &mut subject);
            }
        }
    }
}

const NAMESPACE: &str = r"root\SMS";
/// Execute Methods, Provider Write, Enable Account; reading the permissions changes nothing.
const EVERYBODY: AccessMask = AccessMask(0x13 | AccessMask::READ_CONTROL.0);
/// Enable Account, Remote Enable; its members are in Authenticated Users too.
const GROUP: AccessMask = AccessMask(0x21 | EVERYBODY.0);

fn report(
    (span, who): (Span, Sid),
    beyond: AccessMask,
    (requirement, default): (&'static str, AccessMask),
    key: &str,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (label, at) = (principals.label(&who), path(NAMESPACE));
    let words = |mask| Text::prose(Kind::WmiNamespace.describe(mask));
    let keep = words(default.without(AccessMask::READ_CONTROL));
    let opens = if requirement == "G4.5" {
        text!("lets everybody in `{}` do more here than the product does", label)
    } else {
        text!("lets each member of the group do more here than the product does")
    };
    subject
        .fail(text!("`{}` has {} on `{}` of {}", label, words(beyond), at, host(key)), span, opens)
        .requirements(&[requirement])
        .discriminator(who.to_string())
        .evidence(Key::host(key).then("sid", &who.to_string()))
        .help(text!("leave `{}` at most {}", label, keep))
        .fix(
            text!("on {}: wmimgmt.msc, WMI Control > Properties > Security > {} > Security", host(key), at),
            Some(text!("wmimgmt.msc")),
            Some(text!("give `{}` {} again there", label, words(beyond))),
        );
}
