use cmlint_lint::prelude::*;

/// Looks for members of the group for distributed views, other than those who use such views.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for distributed views has a member that needs none",
        severity: Severity::Medium,
        tags: &["groups", "sql"],
        noun: "ConfigMgr_DViewAccess groups",
        subjects: &["ConfigMgr_DViewAccess"],
        requirements: &["G2.2"],
        references: &[
            Reference::Section("ConfigMgr_DViewAccess"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> = (Via<'s, ExpectedMembers<'s>>, Names<'s>);

    fn check<'s>(groups: Self::Subjects<'s>, (expected, principals): &Self::Evidence<'s>, out: &mut Sink) {
        for found in FoundGroup::all(&groups) {
            if found.group != ConfigMgrGroup::DViewAccess {
                continue;
            }
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(members) = subject.require(found.members(principals)) else { continue };
            let (may, holes) = expected.known(found.host, &found.group);
            let difference = found.difference(&members, &may, &holes, principals);
            subject.holes(difference.holes);
            for member in &difference.extra {
                report(member, &may, &found, principals, &mut subject);
            }
        }
    }
}

fn report(
    member: &GroupMember<'_>,
    may: &[Expected],
    found: &FoundGroup<'_>,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (label, group) = (member.label(principals), principal(found.name()));
    // The older documentation says that the group is not used, the newer one who uses it.
    let (severity, who) = if may.is_empty() {
        (
            Severity::Medium,
            text!("; nobody belongs in it where no central administration site reads the database"),
        )
    } else {
        let names = may.iter().map(|e| text!("`{}`", principal(&e.name)));
        (Severity::High, text!(", in which only {} belong", Text::join(names, " and ")))
    };
    let report = subject
        .fail_about(
            Object::member(found, member, principals),
            text!("`{}` is in `{}` on {}{}", label, group, host(found.host), who),
            member.span,
            text!("reads tables of the site database, where distributed views are on"),
        )
        .severity(severity)
        .help(text!(
            "take `{}` out of the group, and give it a role in the database if it has to read there",
            label
        ))
        .fix(
            text!("on {}, in an elevated PowerShell", host(found.host)),
            Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
            Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
        );
    if member.sid.is_none() || may.iter().any(|e| e.sid.is_none()) {
        report.confidence(Confidence::Medium);
    }
}
