use cmlint_lint::prelude::*;
use cmlint_winsec::Effect;

/// Looks for grants of Remote Activation to others than the group that is meant for it.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "Remote Activation is granted to a user or group instead of SMS Admins",
        severity: Severity::Low,
        tags: &["dcom", "provider"],
        noun: "computers with an SMS Provider and their site servers",
        subjects: &["SMS Admins"],
        requirements: &["G4.7"],
        references: &[Reference::Section("SMS Admins"), Reference::Attack("T1021.003")],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (Via<'s, Acls<'s>>, Each<'s, rows::LocalGroup<'s>>, Names<'s>);

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (acls, groups, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (key, at) in hierarchy.consoles_connect_to() {
            let scope = Scope::host(key);
            let object = Object::new(
                Key::host(key).name("dcom", LIMIT),
                text!("{} of {}", term(LIMIT), host(key)),
                scope.clone(),
            );
            let mut subject = out.subject(object, at);
            let provides = hierarchy.has_role(key, "SMS Provider");
            // A value that was never written is the default of Windows.
            let Some(limit) = subject.require(acls.object(&scope, Kind::ComLaunch, LIMIT)) else { continue };
            for (span, ace) in limit.entries() {
                let Some(who) = ace.trustee.sid() else { continue };
                let grants = ace.kind.effect() == Some(Effect::Allow)
                    && Kind::ComLaunch.map_ace(ace.mask).contains(REMOTE_ACTIVATION);
                if !grants || is_meant(&who, principals) {
                    continue;
                }
                // Without the groups of the computer this may be SMS Admins.
                let foreign = principals.domain_of(&who).is_some() || Principals::is_crowd(&who);
                if let (Some(hole), false) = (groups.at(&scope).1, foreign) {
                    subject.unknown([hole]);
                    continue;
                }
                // Where there is no SMS Provider, there is no group SMS Admins to give it to.
                if !provides && !Principals::is_crowd(&who) {
                    match principals.is_group(&who) {
                        Some(true) => continue,
                        Some(false) => {}
                        None => {
                            subject.unknown(principals.unresolved(&principals.label(&who).text));
                            continue;
                        }
                    }
                }
                report(key, span, who, principals, &mut subject);
            }
        }
    }
}

const LIMIT: &str = "MachineLaunchRestriction";
/// COM_RIGHTS_ACTIVATE_REMOTE.
const REMOTE_ACTIVATION: AccessMask = AccessMask(0x10);

/// The defaults of Windows, the system itself, and the group that Microsoft's page names.
fn is_meant(who: &Sid, principals: &Principals<'_>) -> bool {
    let defaults = [
        well_known::ADMINISTRATORS,
        well_known::PERFORMANCE_LOG_USERS,
        well_known::DISTRIBUTED_COM_USERS,
        well_known::SYSTEM,
    ];
    let name = principals.label(who).text;
    defaults.contains(who) || ConfigMgrGroup::parse(&name) == Some(ConfigMgrGroup::SmsAdmins)
}

fn report(key: &str, span: Span, who: Sid, principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let label = principals.label(&who);
    let words = if Principals::is_crowd(&who) {
        text!("everybody in `{}` may start COM servers here from other computers", label)
    } else {
        text!("may start COM servers here from other computers")
    };
    subject
        .fail(text!("DCOM on {} gives Remote Activation to `{}` itself", host(key), label), span, words)
        .discriminator(who.to_string())
        .evidence(Key::host(key).then("sid", &who.to_string()))
        .help(text!(
            "give it to SMS Admins instead, and take `{}` out, unless another product needs it",
            label
        ))
        .fix(
            text!("on {}: Component Services > Computers > My Computer > Properties > COM Security > Launch and Activation Permissions > Edit Limits", host(key)),
            Some(text!("dcomcnfg.exe")),
            Some(text!("give `{}` Remote Activation again in the same place", label)),
        );
}
