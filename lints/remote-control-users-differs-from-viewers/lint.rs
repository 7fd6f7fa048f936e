use cmlint_lint::prelude::*;

/// Compares the group for remote control on clients with the permitted viewers of the client settings.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for remote control of a client has a member who is no permitted viewer, or lacks one",
        severity: Severity::High,
        tags: &["groups", "clients", "remote-control"],
        noun: "ConfigMgr Remote Control Users groups on collected computers",
        subjects: &["ConfigMgr Remote Control Users", "Remote Tools Permitted Viewer Accounts"],
        requirements: &["G3.2", "A17.1"],
        references: &[
            Reference::Section("ConfigMgr Remote Control Users"),
            Reference::Section("Remote Tools Permitted Viewer Accounts"),
            Reference::Attack("T1021"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> =
        (Maybe<Via<'s, ExpectedMembers<'s>>>, Whole<'s, rows::ClientSettings<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        groups: Self::Subjects<'s>,
        (Maybe(expected), _, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for found in FoundGroup::all(&groups) {
            if found.group != ConfigMgrGroup::RemoteControlUsers {
                continue;
            }
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(members) = subject.require(found.members(principals)) else { continue };
            let (viewers, holes) = expected.known(found.host, &found.group);
            let difference = found.difference(&members, &viewers, &holes, principals);
            subject.holes(difference.holes);
            for member in &difference.extra {
                extra(member, &found, principals, &mut subject);
            }
            for viewer in &difference.missing {
                missing(viewer, &found, &mut subject);
            }
        }
    }
}

fn extra(
    member: &GroupMember<'_>,
    found: &FoundGroup<'_>,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (label, group) = (member.label(principals), principal(found.name()));
    let report = subject
        .fail_about(
            Object::member(found, member, principals),
            text!("`{}` is in `{}` on {} and is no permitted viewer", label, group, host(found.host)),
            member.span,
            text!("views and controls this computer without standing in the client settings"),
        )
        .discriminator("extra")
        .help(text!(
            "name `{}` in Client Settings > Remote Tools > Permitted viewers if it is meant to control clients, \
             else take it out of the group",
            label
        ))
        .fix(
            text!("on {}, in an elevated PowerShell", host(found.host)),
            Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
            Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
        );
    if member.sid.is_none() {
        report.confidence(Confidence::Medium);
    }
}

fn missing(viewer: &Expected, found: &FoundGroup<'_>, subject: &mut Subject<'_>) {
    let (name, group) = (principal(&viewer.name), principal(found.name()));
    let key = match viewer.sid {
        Some(sid) => found.key().then("member", &sid.to_string()),
        None => found.key().name("member-name", &viewer.name),
    };
    subject
        .fail_about(
            Object::new(key, text!("{}", name), found.scope.clone()),
            text!("`{}` on {} lacks the permitted viewer `{}`", group, host(found.host), name),
            found.span(),
            text!("`{}` is not among the members", name),
        )
        .step(viewer.why.clone())
        .severity(Severity::Low)
        .requirements(&["G3.2"])
        .discriminator("missing")
        .help(text!(
            "the client has not applied the newest client settings, or somebody took `{}` out: let it read its \
             policy",
            name
        ))
        .fix(
            text!("on {}, in an elevated PowerShell", host(found.host)),
            Some(text!(
                "Invoke-CimMethod -Namespace root\\ccm -ClassName SMS_Client -MethodName TriggerSchedule \
                 -Arguments @{sScheduleID='{00000000-0000-0000-0000-000000000021}'}"
            )),
            Some(text!("nothing to undo: the client only reads its policy")),
        );
}
