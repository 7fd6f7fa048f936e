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
    );

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (groups, administrators, whole, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let expected = Expected {
            administrators,
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
            let scope = Scope::host(key);
            let (found, hole) = groups.at(&scope);
            let Some(group) =
                found.iter().find(|g| g.name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case(GROUP)))
            else {
                // Only a complete list says that there is no such group; that is not for this lint to judge.
                out.hole(hole);
                continue;
            };
            let place = Place { key, scope: &scope, sites: &provides, group };
            let mut subject = out.subject(place.object(), rows::place_of(&group.name, group.span));
            let Some(listed) = subject.require(group.listed(&scope)) else { continue };
            let members: Vec<Listed<'_>> = listed.iter().map(Listed::of).collect();
            place.judge_members(&members, &expected, principals, &mut subject);
            place.judge_administrators(&members, administrators, &mut subject);
            place.judge_servers(&members, &expected, principals, &mut subject);
        }
    }
}

const GROUP: &str = "SMS Admins";

struct Expected<'e, 's> {
    administrators: &'e Administrators<'s>,
    administrator_holes: Vec<Gap>,
    servers: Vec<SiteServer>,
    server_holes: Vec<Gap>,
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

/// A member as the group lists it.
struct Listed<'m> {
    sid: Option<Sid>,
    name: &'m str,
    computer: bool,
    span: Span,
}

impl<'m> Listed<'m> {
    fn of(member: &'m Spanned<rows::Member<'m>>) -> Listed<'m> {
        let name = member.name.filled().map_or("", |n| n.value.trim());
        let class = member.object_class.get().map_or("", |c| &**c);
        Listed {
            sid: member.member_sid().or_else(|| name.parse().ok()),
            name,
            computer: class.eq_ignore_ascii_case("computer"),
            span: rows::place_of(&member.name, member.span),
        }
    }

    /// Same SID; where one of the two has none, same name.
    fn is(&self, sid: Option<Sid>, name: &str) -> bool {
        match (self.sid, sid) {
            (Some(mine), Some(other)) => mine == other,
            _ => !name.is_empty() && self.name.eq_ignore_ascii_case(name.trim()),
        }
    }
}

struct Place<'p, 's> {
    key: &'p str,
    scope: &'p Scope,
    sites: &'p [&'p str],
    group: &'s Row<rows::LocalGroup<'s>>,
}

impl Place<'_, '_> {
    fn object_key(&self) -> Key {
        match self.group.group_sid() {
            Some(sid) => Key::host(self.key).then("group", &sid.to_string()),
            None => Key::host(self.key).name("group-name", GROUP),
        }
    }

    fn object(&self) -> Object {
        Object::new(self.object_key(), text!("{} on {}", term(GROUP), host(self.key)), self.scope.clone())
            .alias(Key::host(self.key).name("group-name", GROUP))
    }

    fn member_object(&self, sid: Option<Sid>, name: &str, label: Text) -> Object {
        let by_name = self.object_key().name("member-name", name);
        match sid {
            Some(sid) => {
                let key = self.object_key().then("member", &sid.to_string());
                let object = Object::new(key, label, self.scope.clone());
                if name.is_empty() { object } else { object.alias(by_name) }
            }
            None => Object::new(by_name, label, self.scope.clone()),
        }
    }

    fn judge_members(
        &self,
        members: &[Listed<'_>],
        expected: &Expected<'_, '_>,
        principals: &Principals<'_>,
        subject: &mut Subject<'_>,
    ) {
        for member in members {
            let administrator = expected.administrators.iter().any(|a| member.is(a.sid, a.name.value));
            let server = expected.servers.iter().any(|s| member.is(s.sid, &s.name));
            if administrator || server {
                continue;
            }
            let mut holes = expected.administrator_holes.clone();
            if member.computer || member.name.ends_with('$') || member.name.is_empty() {
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
        member: &Listed<'_>,
        expected: &Expected<'_, '_>,
        principals: &Principals<'_>,
        subject: &mut Subject<'_>,
    ) {
        let label = match member.sid {
            Some(sid) => principals.label(&sid),
            None => principal(member.name),
        };
        let object = self.member_object(member.sid, member.name, text!("{}", label));
        let hint = if member.computer {
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
        members: &[Listed<'_>],
        administrators: &Administrators<'_>,
        subject: &mut Subject<'_>,
    ) {
        for entry in administrators.iter() {
            // Users and groups of Microsoft Entra ID have no account that a local group could hold.
            let cloud = entry.account_type.is_some_and(|t| t >= 128);
            if cloud || members.iter().any(|m| m.is(entry.sid, entry.name.value)) {
                continue;
            }
            let name = principal(entry.name.value);
            let object = self.member_object(entry.sid, entry.name.value, text!("{}", name));
            let report = subject
                .fail_about(
                    object,
                    text!("`{}` on {} lacks the administrative user `{}`", term(GROUP), host(self.key), name),
                    self.span(),
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
        members: &[Listed<'_>],
        expected: &Expected<'_, '_>,
        principals: &Principals<'_>,
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
                    self.member_object(Some(sid), &server.name, text!("{}", name)),
                    text!("`{}` on {} lacks the site server account `{}`", term(GROUP), host(self.key), name),
                    self.span(),
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

    fn span(&self) -> Span {
        rows::place_of(&self.group.name, self.group.span)
    }
}
