use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Asks for each package access account of a domain whether the domains of the distribution points trust that domain.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a package access account comes from a domain that a distribution point does not trust",
        severity: Severity::Low,
        tags: &["accounts", "content", "packages", "trusts"],
        noun: "package access accounts of a domain",
        subjects: &["Package Access Account"],
        requirements: &["A15.2"],
        references: &[Reference::Section("Package Access Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::PackageAccess<'s>>;
    type Evidence<'s> = (DomainPrincipals<'s>, Hierarchy<'s>, Maybe<Via<'s, Acls<'s>>>);

    fn check<'s>(
        access: Self::Subjects<'s>,
        (principals, hierarchy, Maybe(acls)): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        out.not_applicable(text!("packages list only accounts that every computer has, such as Users"));
        let mut points: BTreeMap<&str, Point> = BTreeMap::new();
        for (server, entry) in hierarchy.hosts() {
            let role = entry.roles.iter().find(|r| r.role.eq_ignore_ascii_case("SMS Distribution Point"));
            if let Some(role) = role {
                let content = acls.content(&Scope::host(server));
                let packages = content.packages.into_iter().map(|(package, _)| package).collect();
                let point = Point { span: role.span, domain: principals.domain_of_host(server), packages };
                points.insert(server, point);
            }
        }
        for entry in PackageEntry::by_package(access.iter(), principals).into_values().flatten() {
            let sid = entry.account.sid(principals);
            // Users and Administrators are each computer's own.
            if matches!(&sid, Ok(Some(sid)) if sid.domain().is_none()) {
                continue;
            }
            let label = text!(
                "`{}` on package {}",
                principal(entry.account.name.value.trim()),
                object(&entry.package)
            );
            let mut about =
                Object::new(entry.key(), label, entry.account.scope.clone()).purpose(Purpose::PackageAccess);
            if let Some(key) = entry.sid_key() {
                about = about.alias(key);
            }
            let mut subject = out.subject(about, entry.account.span());
            let Some(sid) = subject.require(sid) else { continue };
            // That a name does not exist is the matter of another lint.
            let Some(sid) = sid else { continue };
            let Some(home) = principals.domain_of(&sid) else {
                subject.unknown(principals.unresolved(entry.account.name.value));
                continue;
            };
            let mut strangers = Vec::new();
            for (server, point) in &points {
                let Some(domain) = subject.require(point.domain.clone()) else { continue };
                match domain.map(|domain| (principals.trusts(&domain, home), domain)) {
                    Some((Answer::Yes(_), _)) => {}
                    Some((Answer::Unknown(gaps), _)) => subject.unknown(gaps),
                    Some((Answer::No, domain)) => strangers.push((*server, point, Some(domain))),
                    // In a workgroup nobody is asked.
                    None => strangers.push((*server, point, None)),
                }
            }
            if !strangers.is_empty() {
                report(&entry, home, &strangers, strangers.len() == points.len(), &mut subject);
            }
            // What is not known to be a site system may be a distribution point.
            for holes in [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()] {
                subject.holes(holes.iter().cloned());
            }
        }
    }
}

/// A distribution point.
struct Point {
    span: Span,
    domain: Judged<Option<String>>,
    /// Packages that are known to lie there.
    packages: Vec<String>,
}

fn report(
    entry: &PackageEntry<'_>,
    home: &str,
    strangers: &[(&str, &Point, Option<String>)],
    everywhere: bool,
    subject: &mut Subject<'_>,
) {
    let name = principal(entry.account.name.value.trim());
    let package = object(&entry.package);
    let lies_there = |point: &Point| point.packages.contains(&entry.package);
    let sure = everywhere || strangers.iter().any(|(_, point, _)| lies_there(point));
    let places = match strangers {
        [(one, ..)] => text!("{} cannot", host(one)),
        many => text!("{} distribution points cannot", many.len()),
    };
    let mut report = subject
        .fail(
            text!("package access account `{}` of package {} is from {}, which {} ask", name, package, domain(home), places),
            entry.account.span(),
            text!("nobody gets access to the package by this entry there"),
        )
        .proof(&entry.account.via())
        .help(text!(
            "use an account or group of a domain that the distribution points' domains trust, or keep the package off these \
             distribution points; clients of the other domain need the network access account"
        ))
        .fix(
            text!(
                "Software Library > {} > Manage Access Accounts: replace the account; then redistribute the package",
                package
            ),
            None,
            Some(text!("add the account again, and redistribute the package")),
        );
    // Without a package share nothing tells which of them have the package.
    if !sure {
        report = report.severity(Severity::Info).confidence(Confidence::Medium);
    }
    for (server, point, where_it_is) in strangers.iter().take(4) {
        let words = match where_it_is {
            Some(dns) => {
                text!("{} is in {}, which does not trust {}", host(server), domain(dns), domain(home))
            }
            None => text!("{} is in no domain", host(server)),
        };
        let there = if lies_there(point) { text!("; the package lies there") } else { text!("") };
        report = report.label(point.span, text!("{}{}", words, there));
    }
    for (server, ..) in strangers {
        report = report.evidence(Key::host(server));
    }
}
