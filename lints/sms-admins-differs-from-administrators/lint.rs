use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::prelude::*;

/// Compares the group that opens the SMS Provider with those who should be in it, in both directions.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group SMS Admins has a member that is no administrative user, or lacks one",
        severity: Severity::High,
        tags: &["groups", "rbac", "provider"],
        noun: "SMS Admins groups on SMS Provider computers",
        subjects: &["SMS Admins"],
        requirements: &["G4.2"],
        references: &[
            Reference::Section("SMS Admins"),
            Reference::MisconfigurationManager("RECON-5"),
            Reference::MisconfigurationManager("TAKEOVER-5"),
            Reference::MisconfigurationManager("TAKEOVER-6"),
            Reference::MisconfigurationManager("DETECT-5"),
            Reference::MisconfigurationManager("DETECT-6"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (
        Each<'s, rows::LocalGroup<'s>>,
        Via<'s, Administrators<'s>>,
        Whole<'s, rows::Admin<'s>>,
        DomainPrincipals<'s>,
        OwnPolicy<'s>,
    );

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (groups, administrators, whole, principals, policy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let expected = Expected {
            administrators,
            policy: policy.0,
            // An extra member is one that is nowhere in the lists, so both lists must be complete.
            administrator_holes: whole.all().err().unwrap_or_default(),
            servers: site_servers(&hierarchy, principals),
            server_holes: Subjects::holes(&hierarchy),
        };
        for (key, entry) in hierarchy.hosts() {
            let provides: Vec<&str> = entry
                .roles
                .iter()
                .filter(|r| r.role.eq_ignore_ascii_case("SMS Provider"))
                .map(|r| &*r.site)
                .collect();
            if provides.is_empty() {
                continue;
            }
            let (found, hole) = FoundGroup::on(groups, key, &ConfigMgrGroup::SmsAdmins);
            let Some(found) = found else {
                // Only a complete list says that there is no such group; that is not for this lint to judge.
                out.hole(hole);
                continue;
            };
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(members) = subject.require(found.members(principals)) else { continue };
            let place = Place { key, sites: &provides, found };
            place.judge_members(&members, &expected, principals, &mut subject);
            place.judge_administrators(&members, administrators, principals, &mut subject);
            place.judge_servers(&members, &expected, principals, &mut subject);
        }
    }
}

const GROUP: &str = "SMS Admins";

struct Expected<'e, 's> {
    administrators: &'e Administrators<'s>,
    policy: &'e cmlint_model::Policy,
    administrator_holes: Vec<Gap>,
    servers: Vec<SiteServer>,
    server_holes: Vec<Gap>,
}

impl Expected<'_, '_> {
    /// Whether the organisation says that this member may be here: an approved account, or a known exception.
    fn is_agreed(&self, member: &GroupMember<'_>, principals: &Principals<'_>) -> bool {
        let label = member.label(principals);
        let sid = member.sid.map(|sid| sid.to_string()).unwrap_or_default();
        let names = [member.name.trim(), label.text.as_str(), sid.as_str()];
        self.policy.approved(&names).is_some() || self.policy.exception(&names).is_some()
    }
}

struct SiteServer {
    host: String,
    sites: BTreeSet<String>,
    sid: Option<Sid>,
    /// `CONTOSO\CM01$`, for members and computers without a SID.
    name: String,
    at: Span,
}

/// Active and passive site servers of all sites.
fn site_servers(hierarchy: &cmlint_model::Inventory, principals: &Principals<'_>) -> Vec<SiteServer> {
    let mut found: BTreeMap<String, (BTreeSet<String>, Span)> = BTreeMap::new();
    let mut add = |host: &str, site: &str, at: Span| {
        let entry = found.entry(host.to_owned()).or_insert_with(|| (BTreeSet::new(), at));
        entry.0.insert(site.to_owned());
    };
    for site in hierarchy.sites() {
        if let Some(server) = &site.server {
            add(server, &site.code, site.span);
        }
    }
    for (key, entry) in hierarchy.hosts() {
        for role in entry.roles.iter().filter(|r| r.role.eq_ignore_ascii_case("SMS Site Server")) {
            add(key, &role.site, role.span);
        }
    }
    found
        .into_iter()
        .map(|(host, (sites, at))| SiteServer {
            sid: principals.account_of(&host).sid(),
            name: principals.computer_name(&host).text,
            host,
            sites,
            at,
        })
        .collect()
}

struct Place<'p, 's> {
    key: &'p str,
    sites: &'p [&'p str],
    found: FoundGroup<'s>,
}

impl<'s> Place<'_, 's> {
    /// Somebody who is no member, and should be.
    fn absent(&self, sid: Option<Sid>, name: &str) -> Object {
        let by_name = self.found.key().name("member-name", name.trim());
        let label = text!("{}", principal(name));
        match sid {
            Some(sid) => {
                let key = self.found.key().then("member", &sid.to_string());
                Object::new(key, label, self.found.scope.clone()).alias(by_name)
            }
            None => Object::new(by_name, label, self.found.scope.clone()),
        }
    }

    fn judge_members(
        &self,
        members: &[GroupMember<'s>],
        expected: &Expected<'_, '_>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        for member in members {
            let administrator = expected.administrators.iter().any(|a| member.is(a.sid, a.name.value));
            let server = expected.servers.iter().any(|s| member.is(s.sid, &s.name));
            if administrator || server || expected.is_agreed(member, principals) {
                continue;
            }
            let mut holes = expected.administrator_holes.clone();
            if member.is_computer() || member.name.ends_with('$') || member.name.is_empty() {
                holes.extend(expected.server_holes.iter().cloned());
            }
            // Without a name on the one side and a SID on the other, nothing tells the two apart.
            if member.name.is_empty() || member.name.starts_with("S-1-") {
                let unknown = expected.servers.iter().filter(|s| s.sid.is_none());
                holes.extend(unknown.flat_map(|s| principals.unresolved(&s.name)));
            }
            if holes.is_empty() {
                self.extra(member, expected, principals, subject);
            } else {
                subject.unknown(holes);
            }
        }
    }

    fn extra(
        &self,
        member: &GroupMember<'s>,
        expected: &Expected<'_, '_>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        let label = member.label(principals);
        let object = Object::member(&self.found, member, principals);
        let hint = if member.is_computer() {
            text!(
                "; the computer account of a hierarchy that migrates from this one belongs here while it does"
            )
        } else {
            Text::default()
        };
        let report = subject
            .fail_about(
                object,
                text!(
                    "`{}` is in `{}` on {} and is no administrative user",
                    label,
                    term(GROUP),
                    host(self.key)
                ),
                member.span,
                text!("may connect to the SMS Provider without being an administrative user"),
            )
            .discriminator("extra")
            .help(text!(
                "make `{}` an administrative user with the role it needs, or take it out of the group{}",
                label,
                hint
            ))
            .fix(
                text!("on {}, in an elevated PowerShell", host(self.key)),
                Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), label)),
                Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), label)),
            );
        // An administrative user or a member of whom only the name is known could be this one renamed.
        if member.sid.is_none() || expected.administrators.iter().any(|a| a.sid.is_none()) {
            report.confidence(Confidence::Medium);
        }
    }

    fn judge_administrators(
        &self,
        members: &[GroupMember<'s>],
        administrators: &Administrators<'_>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        for entry in administrators.iter() {
            // Users and groups of Microsoft Entra ID have no account that a local group could hold.
            if entry.is_of_entra() || members.iter().any(|m| m.is(entry.sid, entry.name.value)) {
                continue;
            }
            // Who is in the group through another one that is listed can connect all the same.
            match entry.sid.map(|sid| self.found.is_nested(&sid, members, principals)) {
                Some(Answer::Yes(_)) => continue,
                Some(Answer::Unknown(holes)) if members.iter().all(|m| m.sid.is_some()) => {
                    subject.unknown(holes);
                    continue;
                }
                _ => {}
            }
            let name = principal(entry.name.value);
            let object = self.absent(entry.sid, entry.name.value);
            let report = subject
                .fail_about(
                    object,
                    text!("`{}` on {} lacks the administrative user `{}`", term(GROUP), host(self.key), name),
                    self.found.span(),
                    text!("`{}` is not among the members", name),
                )
                .label(entry.name.span, text!("an administrative user"))
                .severity(Severity::Medium)
                .discriminator("missing")
                .help(text!(
                    "`{}` cannot open a console through the SMS Provider on {}; the site adds its administrative \
                     users by itself, so find out who took it out",
                    name,
                    host(self.key)
                ))
                .fix(
                    text!("on {}, in an elevated PowerShell", host(self.key)),
                    Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), name)),
                    Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), name)),
                );
            if entry.sid.is_none() || members.iter().any(|m| m.sid.is_none()) {
                report.confidence(Confidence::Medium);
            }
        }
    }

    fn judge_servers(
        &self,
        members: &[GroupMember<'s>],
        expected: &Expected<'_, '_>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        for server in &expected.servers {
            if members.iter().any(|m| m.is(server.sid, &server.name)) {
                continue;
            }
            let Some(sid) = server.sid else {
                subject.unknown(principals.unresolved(&server.name));
                continue;
            };
            let own = self.sites.iter().any(|site| server.sites.contains(*site));
            let name = principal(&server.name);
            let report = subject
                .fail_about(
                    self.absent(Some(sid), &server.name),
                    text!("`{}` on {} lacks the site server account `{}`", term(GROUP), host(self.key), name),
                    self.found.span(),
                    text!("`{}` is not among the members", name),
                )
                .label(server.at, text!("{} is a site server", host(&server.host)))
                .discriminator("missing")
                .fix(
                    text!("on {}, in an elevated PowerShell", host(self.key)),
                    Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), name)),
                    Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", term(GROUP), name)),
                );
            if own {
                report.help(text!(
                    "the site server reaches this SMS Provider through the group: put its computer account back"
                ));
            } else {
                // The page names "the site server" of the provider's site; whether those of other sites belong
                // here too, it leaves open.
                report.severity(Severity::Info).confidence(Confidence::Medium).help(text!(
                    "it is the server of another site of the hierarchy; add it if that site uses this SMS Provider"
                ));
            }
        }
    }
}
