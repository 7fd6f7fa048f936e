use cmlint_lint::prelude::*;

/// Looks for members of the product's groups who are disabled or do not exist any more.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a Configuration Manager group has a member that is disabled or does not exist",
        severity: Severity::Low,
        tags: &["groups", "hygiene"],
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
        requirements: &["G0.5"],
        references: &[Reference::Section("Windows groups that Configuration Manager creates and uses")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(groups: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for found in FoundGroup::all(&groups) {
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(members) = subject.require(found.members(principals)) else { continue };
            for member in &members {
                match standing(member, &found, principals) {
                    Standing::Sound => {}
                    Standing::Unknown(holes) => subject.unknown(holes),
                    Standing::Stale { is, why } => report(member, is, why, &found, principals, &mut subject),
                }
            }
        }
    }
}

enum Standing {
    Sound,
    Stale { is: &'static str, why: Step },
    Unknown(Vec<Gap>),
}

const GONE: &str = "does not exist any more";
const DISABLED_ACCOUNT: &str = "is disabled";
/// `ACCOUNTDISABLE` of `userAccountControl` (MS-ADTS 2.2.16).
const DISABLED: u32 = 2;

fn standing<'s>(member: &GroupMember<'s>, found: &FoundGroup<'s>, principals: &Principals<'s>) -> Standing {
    let Some(sid) = member.sid else {
        let name = Spanned::new(member.name, member.span);
        return match principals.resolve(name, &Home { host: Some(found.host) }) {
            Principal::NotFound(at) => {
                let text = text!("`{}` was looked for and not found", principal(member.name));
                let why = Step::read(text, at.unwrap_or(member.span)).confidence(Confidence::Medium);
                Standing::Stale { is: GONE, why }
            }
            _ => Standing::Unknown(principals.unresolved(member.name)),
        };
    };
    // What has no domain is well known and does not go away.
    if sid.domain().is_none() || principals.is_group(&sid) == Some(true) {
        return Standing::Sound;
    }
    if let Some(object) = principals.object(&sid) {
        return match &object.user_account_control {
            Some(control) if control.value & DISABLED != 0 => {
                let text = text!("`{}` is disabled", principals.label(&sid));
                Standing::Stale { is: DISABLED_ACCOUNT, why: Step::read(text, control.span) }
            }
            Some(_) => Standing::Sound,
            None => {
                let dns = principals.domain_of(&sid).unwrap_or_default();
                let why = format!("the object of `{}` has no userAccountControl", member.name);
                let scope = Scope::domain(dns);
                Standing::Unknown(vec![Gap::property(Dataset::Directory, scope, "userAccountControl", why)])
            }
        };
    }
    if let Some(why) = principals.gone(&sid) {
        return Standing::Stale { is: GONE, why };
    }
    if member.name.is_empty() || member.name.parse::<Sid>().is_ok() {
        let text = text!(
            "the computer found no name for {} when its groups were listed",
            cmlint_model::words::sid(sid)
        );
        let why = Step::read(text, member.span).confidence(Confidence::Medium);
        return Standing::Stale { is: "has no name any more", why };
    }
    if principals.machine_of(&sid).is_some() {
        let why = format!("nothing says whether the local account `{}` is enabled", member.name);
        return Standing::Unknown(vec![Gap::new(
            Dataset::LocalGroup,
            found.scope.clone(),
            Status::Partial,
            why,
        )]);
    }
    Standing::Unknown(principals.unresolved(member.name))
}

fn report<'s>(
    member: &GroupMember<'s>,
    is: &'static str,
    why: Step,
    found: &FoundGroup<'s>,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let (label, group) = (member.label(principals), principal(found.name()));
    let (stays, again) = if is == GONE {
        let again = text!("an account that does not exist cannot be put back");
        (text!("nobody can sign in as this member"), again)
    } else {
        let stays = match is == DISABLED_ACCOUNT {
            true => text!("gets the group's rights back as soon as it is enabled"),
            false => text!("no account was found behind this member"),
        };
        (stays, text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label))
    };
    let object = Object::member(found, member, principals);
    let command = match member.sid {
        Some(id) => text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, sid(id)),
        None => text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label),
    };
    subject
        .fail_about(
            object,
            text!("`{}` in `{}` on {} {}", label, group, host(found.host), is),
            member.span,
            stays,
        )
        .step(why)
        .help(text!("take `{}` out of the group", label))
        .fix(text!("on {}, in an elevated PowerShell", host(found.host)), Some(command), Some(again));
}
