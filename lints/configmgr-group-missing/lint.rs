use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::{Inventory, SiteEntry};

/// Looks for the groups that the product makes, on the computers where it needs them.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a group that Configuration Manager needs is not on the computer that needs it",
        severity: Severity::Medium,
        tags: &["groups"],
        noun: "computers that need a Configuration Manager group",
        subjects: &[
            "ConfigMgr_CollectedFilesAccess",
            "ConfigMgr Remote Control Users",
            "SMS Admins",
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G1.1", "G3.1", "G4.1", "G5.1", "G6.1", "G7.1", "G8.1"],
        references: &[
            Reference::Section("ConfigMgr_CollectedFilesAccess"),
            Reference::Section("ConfigMgr Remote Control Users"),
            Reference::Section("SMS Admins"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_MP_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>"),
            Reference::Section("SMS_SiteToSiteConnection_<sitecode>"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (
        Each<'s, rows::LocalGroup<'s>>,
        Each<'s, rows::Computer<'s>>,
        DomainPrincipals<'s>,
        Whole<'s, rows::ClientSettings<'s>>,
        Each<'s, rows::Service<'s>>,
    );

    fn check<'s>(hierarchy: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let mut needed = Vec::new();
        for site in hierarchy.sites() {
            of_site(&hierarchy, site, &mut needed);
        }
        for (host, entry) in hierarchy.hosts() {
            let provider = entry.roles.iter().find(|r| r.role.eq_ignore_ascii_case("SMS Provider"));
            needed.extend(provider.map(|role| Needed {
                group: ConfigMgrGroup::SmsAdmins,
                hosts: vec![host],
                requirement: "G4.1",
                severity: Severity::High,
                because: text!("administrative users connect to its SMS Provider as members of the group"),
                at: role.span,
            }));
        }
        for needed in needed {
            needed.judge(evidence, out);
        }
        clients(&hierarchy, evidence, out);
    }
}

/// A group that one of some computers must have.
struct Needed<'h> {
    group: ConfigMgrGroup,
    /// The first is where it belongs, the others may have it instead.
    hosts: Vec<&'h str>,
    requirement: &'static str,
    severity: Severity,
    because: Text,
    at: Span,
}

/// What the roles of a site need on its server.
fn of_site<'h>(hierarchy: &'h Inventory, site: &'h SiteEntry, needed: &mut Vec<Needed<'h>>) {
    let Some(server) = site.server.as_deref() else { return };
    let servers: BTreeSet<&str> = hierarchy
        .hosts_with(&site.code, "SMS Site Server")
        .into_iter()
        .map(|(host, _)| host)
        .chain([server])
        .collect();
    let mut add = |group, requirement, severity, because, at| {
        needed.push(Needed { group, hosts: vec![server], requirement, severity, because, at });
    };
    let code = || site.code.clone();
    if site.kind == Some(2) {
        let because = text!("administrative users read collected files on the server of a primary site");
        add(ConfigMgrGroup::CollectedFilesAccess, "G1.1", Severity::Info, because, site.span);
    }
    let roles = [
        ("SMS Management Point", ConfigMgrGroup::ManagementPoints { site: code() }, "G5.1"),
        ("SMS Provider", ConfigMgrGroup::Providers { site: code() }, "G6.1"),
        ("SMS Site System", ConfigMgrGroup::SiteSystems { site: code() }, "G7.1"),
    ];
    for (role, group, requirement) in roles {
        let remote =
            hierarchy.hosts_with(&site.code, role).into_iter().find(|(host, _)| !servers.contains(host));
        if let Some((remote, at)) = remote {
            let because = text!("{} with the role `{}` reaches it by this group", host(remote), term(role));
            add(group, requirement, Severity::Medium, because, at.span);
        }
    }
    let is = |a: &Option<String>, b: &str| a.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(b));
    let related =
        hierarchy.sites().find(|other| is(&other.parent, &site.code) || is(&site.parent, &other.code));
    if let Some(related) = related {
        let because =
            text!("the site {} sends files to it by this group", cmlint_model::words::site(&related.code));
        add(ConfigMgrGroup::SiteToSite { site: code() }, "G8.1", Severity::Medium, because, related.span);
    }
    // The page puts this group on computers with an SMS Provider, its purpose on the site server.
    let providers = hierarchy.hosts_with(&site.code, "SMS Provider");
    for needed in needed.iter_mut() {
        if needed.group == (ConfigMgrGroup::ManagementPoints { site: code() }) {
            needed.hosts.extend(providers.iter().map(|(host, _)| *host).filter(|host| *host != server));
        }
    }
}

impl Needed<'_> {
    fn judge(&self, evidence: &<This as Lint>::Evidence<'_>, out: &mut Sink) {
        let mut subject = open(&self.group, self.hosts[0], self.at, out);
        let mut holes = Vec::new();
        for host in &self.hosts {
            match is_there(&self.group, host, evidence) {
                Answer::Yes(_) => return,
                Answer::No => {}
                Answer::Unknown(gaps) => holes.extend(gaps),
            }
        }
        if !holes.is_empty() {
            return subject.unknown(holes);
        }
        let (name, key) = (self.group.to_string(), self.hosts[0]);
        let clause =
            if self.hosts.len() > 1 { text!(" and on no SMS Provider of the site") } else { Text::default() };
        subject
            .fail(
                text!("`{}` is missing on {}{}", principal(&name), host(key), clause),
                self.at,
                self.because.clone(),
            )
            .severity(self.severity)
            .requirements(&[self.requirement])
            .help(text!(
                "run Setup on the site server, Perform site maintenance or reset this site, and reset the site \
                 without changes: it sets the groups and permissions of the product again"
            ))
            .fix(
                text!("on the site server, elevated, in bin\\X64 of the installation folder"),
                Some(text!("setup.exe /RESETSITE")),
                Some(text!(
                    "on {}: Remove-LocalGroup -Name \"{}\"; a reset takes nothing away",
                    host(key),
                    principal(&name)
                )),
            );
    }
}

fn open<'o>(group: &ConfigMgrGroup, key: &str, at: Span, out: &'o mut Sink) -> Subject<'o> {
    let name = group.to_string();
    let label = text!("{} on {}", principal(&name), host(key));
    out.subject(Object::new(Key::host(key).name("group-name", &name), label, Scope::host(key)), at)
}

/// Whether a computer has a group. All domain controllers of a domain have theirs in the directory.
fn is_there(
    group: &ConfigMgrGroup,
    key: &str,
    (groups, computers, principals, ..): &<This as Lint>::Evidence<'_>,
) -> Answer {
    let (found, hole) = FoundGroup::on(groups, key, group);
    if let Some(found) = found {
        return Answer::Yes(Proof::of(Step::read(found.label(), found.span())));
    }
    if let Some(hole) = hole {
        return Answer::Unknown(vec![hole]);
    }
    let scope = Scope::host(key);
    let (rows, hole) = computers.at(&scope);
    match rows.iter().find_map(|row| Some((row.domain_role.get()?, row.span))) {
        Some((role, at)) if role.0 >= 4 => {
            let domain = key.split_once('.').map_or("", |(_, domain)| domain);
            let name = format!("{domain}\\{group}");
            match principals.resolve(Spanned::new(&name, at), &Home::default()) {
                Principal::Resolved { .. } | Principal::Ambiguous(_) => Answer::Yes(Proof::default()),
                Principal::NotFound(_) => Answer::No,
                _ => Answer::Unknown(principals.unresolved(&name)),
            }
        }
        Some(_) => Answer::No,
        None => {
            let why = "nothing says whether it is a domain controller, which has its groups in the directory";
            let missing = || Gap::property(Dataset::Computer, scope.clone(), "DomainRole", why);
            Answer::Unknown(vec![hole.unwrap_or_else(missing)])
        }
    }
}

/// Collected computers outside of the hierarchy that are clients, once remote tools are on.
fn clients(hierarchy: &Inventory, evidence: &<This as Lint>::Evidence<'_>, out: &mut Sink) {
    let (groups, _, _, settings, services) = evidence;
    let group = ConfigMgrGroup::RemoteControlUsers;
    let hosts: BTreeSet<&Scope> = groups.iter().map(|(scope, _)| scope).collect();
    for scope in hosts {
        let Scope::Host(key) = scope else { continue };
        if hierarchy.host(key).is_some() {
            continue;
        }
        let tools = RemoteTools::of_all_clients(settings);
        if let (Some(found), _) = FoundGroup::on(groups, key, &group) {
            // Without the settings nobody knows whether it has to be there.
            open(&group, key, found.span(), out).require(tools);
            continue;
        }
        let (services, hole) = services.at(scope);
        let named = |row: &&Row<rows::Service<'_>>| {
            row.name.get().is_some_and(|name| name.trim().eq_ignore_ascii_case("CcmExec"))
        };
        let Some(client) = services.iter().find(named) else {
            out.hole(hole);
            continue;
        };
        let at = rows::place_of(&client.name, client.span);
        if tools.as_ref().is_ok_and(|tools| !tools.on) {
            continue;
        }
        let mut subject = open(&group, key, at, out);
        let Some(tools) = subject.require(tools) else { continue };
        match is_there(&group, key, evidence) {
            Answer::Yes(_) => continue,
            Answer::Unknown(holes) => {
                subject.unknown(holes);
                continue;
            }
            Answer::No => {}
        }
        subject
            .fail(
                text!("`{}` is missing on the client {}", principal(group.to_string()), host(key)),
                at,
                text!(
                    "the computer is a client, which makes the group once its policy turns remote tools on"
                ),
            )
            .label(tools.at, text!("the client settings turn remote tools on"))
            .severity(Severity::Info)
            .requirements(&["G3.1"])
            .confidence(Confidence::Medium)
            .help(text!(
                "let the client read its policy, and see whether it reports errors in RemoteControl.log"
            ))
            .fix(
                text!("on {}, in an elevated PowerShell", host(key)),
                Some(text!(
                    "Invoke-CimMethod -Namespace root\\ccm -ClassName SMS_Client -MethodName TriggerSchedule \
                     -Arguments @{sScheduleID='{00000000-0000-0000-0000-000000000021}'}"
                )),
                Some(text!("nothing to undo: the client only reads its policy")),
            );
    }
}
