use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Looks for everybody, or everybody of a domain, in the groups that the product makes for itself.
pub(super) struct This;

/// Group → the crowd in it, with the path, and the holes that could hide one.
type Crowds = BTreeMap<Sid, (Option<(Sid, Proof)>, Vec<Gap>)>;

impl Lint for This {
    const META: Meta = Meta {
        title: "a Configuration Manager group holds everybody, or everybody of a domain",
        severity: Severity::Critical,
        tags: &["groups", "escalation"],
        noun: "Configuration Manager groups",
        subjects: &[
            "ConfigMgr_CollectedFilesAccess",
            "ConfigMgr_DViewAccess",
            "ConfigMgr Remote Control Users",
            "SMS Admins",
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G0.4"],
        references: &[
            Reference::Section("Windows groups that Configuration Manager creates and uses"),
            Reference::MisconfigurationManager("RECON-5"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(groups: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        // The same few domain groups stand on all computers.
        let mut crowds = Crowds::new();
        for found in FoundGroup::all(&groups) {
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(members) = subject.require(found.members(principals)) else { continue };
            for member in &members {
                judge(member, &found, principals, &mut crowds, &mut subject);
            }
        }
    }
}

/// What a member of the group can do.
fn opens(group: &ConfigMgrGroup) -> &'static str {
    match group {
        ConfigMgrGroup::CollectedFilesAccess => "read the files that were collected from clients",
        ConfigMgrGroup::DViewAccess => "read the replicated data of the site database",
        ConfigMgrGroup::RemoteControlUsers => "control this computer remotely",
        ConfigMgrGroup::SmsAdmins => "connect to the SMS Provider",
        ConfigMgrGroup::ManagementPoints { .. } => "write what management points send to the site server",
        ConfigMgrGroup::Providers { .. } => "write what SMS Providers send to the site server",
        ConfigMgrGroup::SiteSystems { .. } => "write the status of site systems on the site server",
        ConfigMgrGroup::SiteToSite { .. } => "write what other sites send to the site server",
    }
}

fn judge<'s>(
    member: &GroupMember<'s>,
    group: &FoundGroup<'s>,
    principals: &Principals<'s>,
    crowds: &mut Crowds,
    subject: &mut Subject<'_>,
) {
    let Some(sid) = member.sid else {
        let why = format!("the member `{}` of `{}` has no SID", member.name, group.name());
        subject.unknown([Gap::property(Dataset::LocalGroup, group.scope.clone(), "Members", why)]);
        return;
    };
    if (member.is_user() || member.is_computer()) && !Principals::is_crowd(&sid) {
        return;
    }
    let (crowd, holes) = crowds.entry(sid).or_insert_with(|| principals.crowd_in(&sid)).clone();
    subject.holes(holes);
    if let Some((crowd, path)) = crowd {
        report(member, sid, crowd, path, group, principals, subject);
    }
}

fn report<'s>(
    member: &GroupMember<'s>,
    sid: Sid,
    crowd: Sid,
    path: Proof,
    group: &FoundGroup<'s>,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let (label, everybody) = (principals.label(&sid), principals.label(&crowd));
    let key = subject.object().key.clone().then("member", &sid.to_string());
    let object = Object::new(key, text!("{}", label), group.scope.clone());
    let (span, opens) = (member.span, opens(&group.group));
    let (message, words) = if crowd == sid {
        (
            text!("`{}` is a member of `{}` on {}", everybody, principal(group.name()), host(group.host)),
            text!("everybody in `{}` may {}", everybody, opens),
        )
    } else {
        (
            text!(
                "`{}` is in `{}` on {}, by way of `{}`",
                everybody,
                principal(group.name()),
                host(group.host),
                label
            ),
            text!("brings everybody in `{}` with it, who may {}", everybody, opens),
        )
    };
    let link = path.steps.iter().rev().find_map(|step| step.span);
    let last = text!("`{}` is a member of `{}` on {}", label, principal(group.name()), host(group.host));
    let mut report = subject.fail_about(object, message, span, words);
    if let Some(link) = link {
        report = report.label(link, text!("this membership opens `{}` to `{}`", label, everybody));
    }
    if crowd != sid {
        report = report.proof(&path.then(Step::read(last, span)));
    }
    let help = if group.group == ConfigMgrGroup::RemoteControlUsers {
        text!(
            "take `{}` out of the permitted viewers in Client Settings > Remote Tools: the client fills this group \
             from there",
            label
        )
    } else {
        text!("take `{}` out of the group: the product puts the accounts that need it there by itself", label)
    };
    report.evidence(Key::new("sid", &crowd.to_string())).help(help).fix(
        text!("on {}, in an elevated PowerShell", host(group.host)),
        Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group.name()), label)),
        Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group.name()), label)),
    );
}
