use std::collections::BTreeSet;

use cmlint_lint::prelude::*;

/// Compares the groups by which computers connect to a site server with the computers that need them.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a group that opens a site server has a member that is none of its site systems, or lacks one",
        severity: Severity::High,
        tags: &["groups", "lateral-movement"],
        noun: "connection groups on site servers and SMS Providers",
        subjects: &[
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G0.3", "G5.2", "G6.2", "G7.2", "G8.2"],
        references: &[
            Reference::Section("SMS_SiteSystemToSiteServerConnection_MP_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>"),
            Reference::Section("SMS_SiteToSiteConnection_<sitecode>"),
            Reference::MisconfigurationManager("PREVENT-10"),
            Reference::MisconfigurationManager("TAKEOVER-4"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (
        Each<'s, rows::LocalGroup<'s>>,
        Maybe<Via<'s, ExpectedMembers<'s>>>,
        Whole<'s, rows::Address<'s>>,
        Each<'s, rows::SiteSystemRole<'s>>,
        Names<'s>,
    );

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (groups, Maybe(expected), _, roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for site in hierarchy.sites() {
            let providers = hierarchy.hosts_with(&site.code, "SMS Provider");
            let hosts: BTreeSet<String> = expected
                .site_servers(&site.code)
                .into_iter()
                .map(|(host, _)| host)
                .chain(providers.into_iter().map(|(host, _)| host.to_owned()))
                .collect();
            for host in hosts {
                for clause in Clause::of(&site.code) {
                    let (found, hole) = FoundGroup::on(groups, &host, &clause.group);
                    let Some(found) = found else {
                        // Whether it ought to be there is not for this lint to judge.
                        out.hole(hole);
                        continue;
                    };
                    clause.judge(&found, expected, roles, principals, out);
                }
            }
        }
    }
}

struct Clause {
    group: ConfigMgrGroup,
    requirement: &'static str,
    /// Who belongs in the group.
    who: &'static str,
    /// What a member may do.
    opens: &'static str,
    /// What stops when somebody is missing.
    stops: &'static str,
}

impl Clause {
    fn of(site: &str) -> [Clause; 4] {
        let site = || site.to_owned();
        [
            Clause {
                group: ConfigMgrGroup::ManagementPoints { site: site() },
                requirement: "G5.2",
                who: "management point of the site on another computer",
                opens: "writes to the inboxes of the site server as a management point does",
                stops: "what clients send to this management point does not reach the site server",
            },
            Clause {
                group: ConfigMgrGroup::Providers { site: site() },
                requirement: "G6.2",
                who: "SMS Provider of the site on another computer",
                opens: "writes to inboxes and boot images of the site server as an SMS Provider does",
                stops: "what administrators change through this SMS Provider does not reach the site server",
            },
            Clause {
                group: ConfigMgrGroup::SiteSystems { site: site() },
                requirement: "G7.2",
                who: "site system of the site on another computer",
                opens: "writes status and state to the inboxes of the site server",
                stops: "the status of this site system does not reach the site server if it runs File Dispatch Manager",
            },
            Clause {
                group: ConfigMgrGroup::SiteToSite { site: site() },
                requirement: "G8.2",
                who: "server of a parent or child site, and no file replication account",
                opens: "sends files to the site as a parent or child site does",
                stops: "files that the other site sends are not received",
            },
        ]
    }

    fn judge<'s>(
        &self,
        found: &FoundGroup<'s>,
        expected: &ExpectedMembers<'s>,
        roles: &Each<'s, rows::SiteSystemRole<'s>>,
        principals: &Principals<'s>,
        out: &mut Sink,
    ) {
        let mut subject = out.subject(Object::group(found), found.span());
        let Some(members) = subject.require(found.members(principals)) else { return };
        let (expected, holes) = expected.known(found.host, &found.group);
        let difference = found.difference(&members, &expected, &holes, principals);
        subject.holes(difference.holes);
        for member in &difference.extra {
            self.extra(member, found, &expected, principals, &mut subject);
        }
        for missing in &difference.missing {
            if !self.is_fetched_from(missing, roles) {
                self.missing(missing, found, &mut subject);
            }
        }
    }

    /// Whether the site server fetches from a site system what it has, so that this one need not connect.
    fn is_fetched_from<'s>(&self, missing: &Expected, roles: &Each<'s, rows::SiteSystemRole<'s>>) -> bool {
        let ConfigMgrGroup::SiteSystems { site } = &self.group else { return false };
        let Some(host) = missing.of.strip_prefix("computer ") else { return false };
        let (roles, _) = roles.at(&Scope::site(site));
        roles.iter().any(|row| {
            let path = row.network_os_path.get().map_or("", |path| path.trim());
            let operation = rows::prop(&row.props, "FDMOperation").and_then(|prop| prop.value.get());
            cmlint_model::host_key(path) == host && operation.is_some_and(|operation| operation.0 == 1)
        })
    }

    fn extra(
        &self,
        member: &GroupMember<'_>,
        found: &FoundGroup<'_>,
        expected: &[Expected],
        principals: &Principals<'_>,
        subject: &mut Subject<'_>,
    ) {
        let (label, group) = (member.label(principals), principal(found.name()));
        let object = Object::member(found, member, principals);
        let report = subject
            .fail_about(
                object,
                text!("`{}` is in `{}` on {} and is no {}", label, group, host(found.host), self.who),
                member.span,
                text!("{}", self.opens),
            )
            .requirements(&["G0.3", self.requirement])
            .discriminator("extra")
            .help(text!(
                "take `{}` out of the group: the product puts the computers that need it there by itself",
                label
            ))
            .fix(
                text!("on {}, in an elevated PowerShell", host(found.host)),
                Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
                Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, label)),
            );
        // Somebody of whom only the name is known could be this member under another one.
        if member.sid.is_none() || expected.iter().any(|e| e.sid.is_none()) {
            report.confidence(Confidence::Medium);
        }
    }

    fn missing(&self, missing: &Expected, found: &FoundGroup<'_>, subject: &mut Subject<'_>) {
        let (name, group) = (principal(&missing.name), principal(found.name()));
        let key = match missing.sid {
            Some(sid) => found.key().then("member", &sid.to_string()),
            None => found.key().name("member-name", &missing.name),
        };
        let object = Object::new(key, text!("{}", name), found.scope.clone());
        let (why, then) = if missing.of.starts_with("computer ") {
            (
                "the site adds its own computers when a role is installed, so find out who took it out",
                "; the computer signs in as a member after its next start",
            )
        } else {
            ("the site adds no account that was typed for a route: put it in by hand", "")
        };
        // Which site systems run File Dispatch Manager, which connects by this group, is in no dataset.
        let (severity, confidence) = match &self.group {
            ConfigMgrGroup::SiteSystems { .. } => (Severity::Info, Confidence::Medium),
            _ => (Severity::Medium, Confidence::High),
        };
        subject
            .fail_about(
                object,
                text!("`{}` on {} lacks `{}`", group, host(found.host), name),
                found.span(),
                text!("`{}` is not among the members", name),
            )
            .step(missing.why.clone())
            .severity(severity)
            .confidence(confidence)
            .requirements(&[self.requirement])
            .discriminator("missing")
            .help(text!("while it is missing, {}; {}", self.stops, why))
            .fix(
                text!("on {}, in an elevated PowerShell{}", host(found.host), then),
                Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, name)),
                Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", group, name)),
            );
    }
}
