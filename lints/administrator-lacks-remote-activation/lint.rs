use cmlint_lint::prelude::*;
use cmlint_winsec::Tri;

/// Looks whether DCOM lets administrative users start a connection to the SMS Provider from elsewhere.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "DCOM keeps administrative users from connecting with remote consoles",
        severity: Severity::Medium,
        tags: &["dcom", "provider", "rbac"],
        noun: "computers with an SMS Provider and their site servers",
        subjects: &["SMS Admins"],
        requirements: &["G4.6"],
        references: &[Reference::Section("SMS Admins")],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (
        Via<'s, Acls<'s>>,
        Via<'s, Administrators<'s>>,
        Each<'s, rows::LocalGroup<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (acls, administrators, groups, principals): &Self::Evidence<'s>,
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
            let Some(limit) = subject.require(acls.object(&scope, Kind::ComLaunch, LIMIT)) else { continue };
            let guarded = Guarded::on_host(acls, principals, &scope, Kind::ComLaunch, LIMIT);
            let Some(guarded) = subject.require(guarded) else { continue };
            subject.holes(administrators.silence().to_vec());
            // Administrative users are let in through groups of the computer.
            subject.holes(groups.at(&scope).1);
            let mut lacking = Vec::new();
            for entry in administrators.iter().filter(|entry| !entry.is_of_entra()) {
                let Some(sid) = entry.sid else {
                    subject.unknown(principals.unresolved(entry.name.value));
                    continue;
                };
                let right = AskedRight { mask: REMOTE_ACTIVATION, object_type: None };
                let ruling = guarded.allows(&sid, right, principals);
                match ruling.verdict {
                    Tri::Yes => {}
                    Tri::No => lacking.push(entry),
                    Tri::Unknown => subject.unknown(ruling.holes),
                }
            }
            if !lacking.is_empty() {
                report(key, limit, &lacking, &mut subject);
            }
        }
    }
}

const LIMIT: &str = "MachineLaunchRestriction";
/// COM_RIGHTS_EXECUTE and COM_RIGHTS_ACTIVATE_REMOTE.
const REMOTE_ACTIVATION: AccessMask = AccessMask(0x11);

fn report(key: &str, limit: &AclObject<'_>, lacking: &[&AdminEntry<'_>], subject: &mut Subject<'_>) {
    let names = lacking.iter().take(3).map(|entry| text!("`{}`", principal(entry.name.value.trim())));
    let mut who = Text::join(names, ", ");
    if lacking.len() > 3 {
        who = who.and(text!(" and {} others", lacking.len() - 3));
    }
    let all = Text::join(lacking.iter().map(|entry| text!("`{}`", principal(entry.name.value.trim()))), ", ");
    let mut report = subject
        .fail(
            text!("DCOM on {} gives no Remote Activation to {}", host(key), who),
            limit.sddl_span(),
            text!("no entry that allows Remote Activation reaches {}", all),
        )
        // A policy may set another limit, which wins and is not part of what was read.
        .confidence(Confidence::Medium);
    for entry in lacking.iter().take(3) {
        let words = text!("`{}` is an administrative user", principal(entry.name.value.trim()));
        report = report.label(entry.name.span, words);
    }
    for entry in lacking {
        report = report.evidence(match entry.sid {
            Some(sid) => Key::new("sid", &sid.to_string()),
            None => Key::new("name", &entry.name.value.trim().to_lowercase()),
        });
    }
    report
        .help(text!(
            "if administrative users work with consoles on other computers, give SMS Admins Remote Activation: Component \
             Services > Computers > My Computer > Properties > COM Security > Launch and Activation Permissions > Edit \
             Limits"
        ))
        .fix(
            text!("on {}; where a policy sets the limits, change the policy", host(key)),
            Some(text!("dcomcnfg.exe")),
            Some(text!("take the entry out again in the same place")),
        );
}
