use cmlint_lint::prelude::*;

/// Compares the group that opens collected files with the administrative users who may view them.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for collected files has a member who may not view them, or lacks one who may",
        severity: Severity::High,
        tags: &["groups", "rbac"],
        noun: "ConfigMgr_CollectedFilesAccess groups on servers of primary sites",
        subjects: &["ConfigMgr_CollectedFilesAccess"],
        requirements: &["G1.2"],
        references: &[
            Reference::Section("ConfigMgr_CollectedFilesAccess"),
            Reference::MisconfigurationManager("DETECT-5"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (
        Each<'s, rows::LocalGroup<'s>>,
        Maybe<Via<'s, ExpectedMembers<'s>>>,
        Via<'s, Permissions<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(hierarchy: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let (groups, Maybe(expected), permissions, principals) = evidence;
        for site in hierarchy.sites().filter(|site| site.kind.is_none_or(|kind| kind == PRIMARY)) {
            for (server, _) in expected.site_servers(&site.code) {
                let (found, hole) = FoundGroup::on(groups, &server, &ConfigMgrGroup::CollectedFilesAccess);
                let Some(found) = found else {
                    // Whether it ought to be there is not for this lint to judge.
                    out.hole(hole);
                    continue;
                };
                let mut subject = out.subject(Object::group(&found), found.span());
                let Some(members) = subject.require(found.members(principals)) else { continue };
                let (expected, holes) = expected.known(found.host, &found.group);
                let difference = found.difference(&members, &expected, &holes, principals);
                for member in &difference.extra {
                    // A member of a group that is an administrative user may view the files through it.
                    let may = member
                        .sid
                        .map(|sid| permissions.can(&sid, COLLECTION, VIEW_COLLECTED_FILE, principals));
                    match may {
                        Some(Answer::Yes(_)) => {}
                        Some(Answer::Unknown(holes)) => subject.unknown(holes),
                        Some(Answer::No) | None => extra(member, &found, principals, &mut subject),
                    }
                }
                for expected in &difference.missing {
                    missing(expected, &found, &mut subject);
                }
                subject.holes(difference.holes);
            }
        }
    }
}

/// `Type` of a primary site.
const PRIMARY: i64 = 2;
/// Type of objects: collections.
const COLLECTION: i64 = 1;
/// "View Collected File" on a collection.
const VIEW_COLLECTED_FILE: i64 = 1 << 11;

fn extra(
    member: &GroupMember<'_>,
    found: &FoundGroup<'_>,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (label, group) = (member.label(principals), principal(found.name()));
    let message = text!(
        "`{}` is in `{}` on {} and may not view collected files in the product",
        label,
        group,
        host(found.host)
    );
    let report = subject
        .fail_about(
            Object::member(found, member, principals),
            message,
            member.span,
            text!("reads the files that were collected from clients, past the roles of the product"),
        )
        .discriminator("extra")
        .help(text!(
            "give `{}` a security role with View Collected File on collections, or take it out of the group",
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

fn missing(missing: &Expected, found: &FoundGroup<'_>, subject: &mut Subject<'_>) {
    let (name, group) = (principal(&missing.name), principal(found.name()));
    let key = match missing.sid {
        Some(sid) => found.key().then("member", &sid.to_string()),
        None => found.key().name("member-name", &missing.name),
    };
    subject
        .fail_about(
            Object::new(key, text!("{}", name), found.scope.clone()),
            text!("`{}` on {} lacks the administrative user `{}`", group, host(found.host), name),
            found.span(),
            text!("`{}` is not among the members", name),
        )
        .step(missing.why.clone())
        .severity(Severity::Low)
        .discriminator("missing")
        .help(text!(
            "`{}` may view collected files and cannot open them in Resource Explorer; the site adds such \
             administrative users by itself, so find out who took it out",
            name
        ))
        .fix(
            text!("on {}, in an elevated PowerShell", host(found.host)),
            Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, name)),
            Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, name)),
        );
}
