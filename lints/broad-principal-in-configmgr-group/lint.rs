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
        for (scope, group) in groups.iter() {
            let Scope::Host(key) = scope else { continue };
            let name = group.name.get().map_or("", |n| n.trim());
            let Some(opens) = what_it_opens(name) else { continue };
            let by_name = Key::host(key).name("group-name", name);
            let object_key = match group.group_sid() {
                Some(sid) => Key::host(key).then("group", &sid.to_string()),
                None => by_name.clone(),
            };
            let object =
                Object::new(object_key, text!("{} on {}", principal(name), host(key)), scope.clone())
                    .alias(by_name);
            let mut subject = out.subject(object, rows::place_of(&group.name, group.span));
            let Some(members) = subject.require(group.listed(scope)) else { continue };
            for member in members {
                let group = Group { scope, host: key, name, opens };
                judge(member, group, principals, &mut crowds, &mut subject);
            }
        }
    }
}

const REMOTE_CONTROL: &str = "control this computer remotely";

/// What a member of the group can do; `None` for a group that is not the product's.
fn what_it_opens(name: &str) -> Option<&'static str> {
    const WHOLE: &[(&str, &str)] = &[
        ("configmgr_collectedfilesaccess", "read the files that were collected from clients"),
        ("configuration manager_collectedfilesaccess", "read the files that were collected from clients"),
        ("configmgr_dviewaccess", "read the replicated data of the site database"),
        ("configuration manager_dviewaccess", "read the replicated data of the site database"),
        ("configmgr remote control users", REMOTE_CONTROL),
        ("configuration manager remote control users", REMOTE_CONTROL),
        ("sms admins", "connect to the SMS Provider"),
    ];
    const SITE: &[(&str, &str)] = &[
        ("sms_sitesystemtositeserverconnection_mp_", "write what management points send to the site server"),
        ("sms_sitesystemtositeserverconnection_smsprov_", "write what SMS Providers send to the site server"),
        ("sms_sitesystemtositeserverconnection_stat_", "write the status of site systems on the site server"),
        ("sms_sitetositeconnection_", "write what other sites send to the site server"),
    ];
    let name = name.to_lowercase();
    let whole = WHOLE.iter().find(|(known, _)| name == *known);
    whole
        .or_else(|| SITE.iter().find(|(start, _)| name.len() > start.len() && name.starts_with(start)))
        .map(|w| w.1)
}

#[derive(Clone, Copy)]
struct Group<'g> {
    scope: &'g Scope,
    host: &'g str,
    name: &'g str,
    opens: &'static str,
}

fn judge(
    member: &Spanned<rows::Member<'_>>,
    group: Group<'_>,
    principals: &Principals<'_>,
    crowds: &mut Crowds,
    subject: &mut Subject<'_>,
) {
    let name = member.name.filled();
    let resolved = name.and_then(|n| principals.resolve(n, &Home { host: Some(group.host) }).sid());
    let Some(sid) = member.member_sid().or(resolved) else {
        let why = format!("the member `{}` of `{}` has no SID", name.map_or("", |n| n.value), group.name);
        subject.unknown([Gap::property(Dataset::LocalGroup, group.scope.clone(), "Members", why)]);
        return;
    };
    let class = member.object_class.get().map_or("", |c| c.trim());
    let single = class.eq_ignore_ascii_case("user") || class.eq_ignore_ascii_case("computer");
    if single && !Principals::is_crowd(&sid) {
        return;
    }
    let (crowd, holes) = crowds.entry(sid).or_insert_with(|| principals.crowd_in(&sid)).clone();
    subject.holes(holes);
    if let Some((crowd, path)) = crowd {
        report(member, sid, crowd, path, group, principals, subject);
    }
}

fn report(
    member: &Spanned<rows::Member<'_>>,
    sid: Sid,
    crowd: Sid,
    path: Proof,
    group: Group<'_>,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (label, everybody) = (principals.label(&sid), principals.label(&crowd));
    let key = subject.object().key.clone().then("member", &sid.to_string());
    let object = Object::new(key, text!("{}", label), group.scope.clone());
    let span = rows::place_of(&member.name, member.span);
    let (message, words) = if crowd == sid {
        (
            text!("`{}` is a member of `{}` on {}", everybody, principal(group.name), host(group.host)),
            text!("everybody in `{}` may {}", everybody, group.opens),
        )
    } else {
        (
            text!(
                "`{}` is in `{}` on {}, by way of `{}`",
                everybody,
                principal(group.name),
                host(group.host),
                label
            ),
            text!("brings everybody in `{}` with it, who may {}", everybody, group.opens),
        )
    };
    let link = path.steps.iter().rev().find_map(|step| step.span);
    let last = text!("`{}` is a member of `{}` on {}", label, principal(group.name), host(group.host));
    let mut report = subject.fail_about(object, message, span, words);
    if let Some(link) = link {
        report = report.label(link, text!("this membership opens `{}` to `{}`", label, everybody));
    }
    if crowd != sid {
        report = report.proof(&path.then(Step::read(last, span)));
    }
    let help = if group.opens == REMOTE_CONTROL {
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
        Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group.name), label)),
        Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group.name), label)),
    );
}
