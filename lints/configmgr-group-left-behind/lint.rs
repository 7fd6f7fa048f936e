use cmlint_lint::prelude::*;
use cmlint_winsec::Effect;

/// Looks for groups of the product on computers where nothing needs them any more.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a Configuration Manager group was left behind",
        severity: Severity::Low,
        tags: &["groups", "hygiene"],
        noun: "Configuration Manager groups",
        subjects: &[
            "ConfigMgr_CollectedFilesAccess",
            "ConfigMgr Remote Control Users",
            "SMS Admins",
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G0.2", "G1.5", "G3.5", "G4.8", "G5.5", "G6.6", "G7.5", "G8.5"],
        references: &[Reference::Section("Windows groups that Configuration Manager creates and uses")],
        ..Meta::BASE
    };
    type Subjects<'s> = (Each<'s, rows::LocalGroup<'s>>, Hierarchy<'s>);
    type Evidence<'s> = (Whole<'s, rows::ClientSettings<'s>>, Maybe<Via<'s, Acls<'s>>>);

    fn check<'s>(
        (groups, hierarchy): Self::Subjects<'s>,
        (settings, Maybe(acls)): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for found in FoundGroup::all(&groups) {
            let Some(requirement) = requirement(&found.group) else { continue };
            let mut subject = out.subject(Object::group(&found), found.span());
            let left = match &found.group {
                ConfigMgrGroup::RemoteControlUsers => {
                    let Some(tools) = subject.require(RemoteTools::of_all_clients(settings)) else {
                        continue;
                    };
                    if tools.on {
                        continue;
                    }
                    Left { why: text!("the client settings turn remote tools off"), at: Some(tools.at) }
                }
                group => match left_by_roles(group, found.host, &hierarchy) {
                    Some(why) => {
                        let holes = Subjects::holes(&hierarchy);
                        if !holes.is_empty() {
                            subject.unknown(holes);
                            continue;
                        }
                        Left { why, at: None }
                    }
                    None => continue,
                },
            };
            left.report(&found, requirement, hierarchy.host(found.host).is_some(), acls, &mut subject);
        }
    }
}

/// The requirement about a group that is left behind; nobody asks to delete the one for distributed views.
fn requirement(group: &ConfigMgrGroup) -> Option<&'static str> {
    match group {
        ConfigMgrGroup::CollectedFilesAccess => Some("G1.5"),
        ConfigMgrGroup::DViewAccess => None,
        ConfigMgrGroup::RemoteControlUsers => Some("G3.5"),
        ConfigMgrGroup::SmsAdmins => Some("G4.8"),
        ConfigMgrGroup::ManagementPoints { .. } => Some("G5.5"),
        ConfigMgrGroup::Providers { .. } => Some("G6.6"),
        ConfigMgrGroup::SiteSystems { .. } => Some("G7.5"),
        ConfigMgrGroup::SiteToSite { .. } => Some("G8.5"),
    }
}

/// Why the roles of a computer need no such group; `None` where they may. A site server keeps groups that
/// nobody uses at the moment: setup made them.
fn left_by_roles(group: &ConfigMgrGroup, key: &str, hierarchy: &cmlint_model::Inventory) -> Option<Text> {
    let serves = |code: &str| {
        hierarchy.site(code).is_some_and(|site| site.server.as_deref() == Some(key))
            || hierarchy.hosts_with(code, "SMS Site Server").iter().any(|(host, _)| *host == key)
    };
    let Some(code) = group.site() else {
        let server = hierarchy.sites().any(|site| serves(&site.code));
        return match group {
            ConfigMgrGroup::SmsAdmins if !server && !hierarchy.has_role(key, "SMS Provider") => {
                Some(text!("the computer has no SMS Provider and is no site server"))
            }
            ConfigMgrGroup::CollectedFilesAccess if !server => Some(text!("the computer is no site server")),
            _ => None,
        };
    };
    let provides = hierarchy.hosts_with(code, "SMS Provider").iter().any(|(host, _)| *host == key);
    if hierarchy.site(code).is_none() {
        Some(text!("there is no site {}", site(code)))
    } else if !serves(code) && !provides {
        Some(text!("the computer is neither a server nor an SMS Provider of the site {}", site(code)))
    } else {
        None
    }
}

struct Left {
    why: Text,
    at: Option<Span>,
}

impl Left {
    fn report(
        &self,
        found: &FoundGroup<'_>,
        requirement: &'static str,
        of_hierarchy: bool,
        acls: &Acls<'_>,
        subject: &mut Subject<'_>,
    ) {
        let name = principal(found.name());
        let members = found.row.listed(found.scope).map_or(0, <[_]>::len);
        let named = acls.of_host(found.scope).find_map(|object| {
            let entry = object.entries().find(|(_, ace)| {
                ace.kind.effect() == Some(Effect::Allow)
                    && found.sid().is_some()
                    && ace.trustee.sid() == found.sid()
            });
            entry.map(|(span, _)| (span, object.path.value))
        });
        let label = match members {
            0 => text!("{}", self.why),
            1 => text!("{}; the group still has a member", self.why),
            n => text!("{}; the group still has {} members", self.why, n),
        };
        let message = text!("`{}` was left behind on {}", name, host(found.host));
        let mut report = subject.fail(message, found.span(), label).requirements(&["G0.2", requirement]);
        if let Some(at) = self.at {
            report = report.label(at, text!("here they are turned off"));
        }
        if let Some((span, path_of)) = named {
            report = report.label(span, text!("the group may still do something on {}", path(path_of)));
        }
        if members > 0 || named.is_some() {
            report = report.severity(Severity::Medium);
        }
        // The computer may belong to another hierarchy, which this snapshot does not know.
        if !of_hierarchy && self.at.is_none() {
            report = report.confidence(Confidence::Medium);
        }
        report
            .help(text!(
                "delete the group by hand: the product does not, and what names it gives its rights to whoever is put \
                 into it"
            ))
            .fix(
                text!("on {}, in an elevated PowerShell", host(found.host)),
                Some(text!("Remove-LocalGroup -Name \"{}\"", name)),
                Some(text!("New-LocalGroup -Name \"{}\", and its members again; it gets another SID", name)),
            );
    }
}
