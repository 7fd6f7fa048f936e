use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::need::Use;

/// Looks for packages that the network access accounts may not read, where clients have nothing else to read with.
pub(super) struct This;

/// Groups of each computer that every account of a domain which it trusts is in.
const EVERYBODY: [Sid; 3] = [well_known::USERS, well_known::EVERYONE, well_known::AUTHENTICATED_USERS];

impl Lint for This {
    const META: Meta = Meta {
        title: "a package is out of reach of clients that read with the network access account",
        severity: Severity::Medium,
        tags: &["accounts", "network-access-account", "content", "packages", "function"],
        noun: "packages with access accounts",
        subjects: &["Package Access Account"],
        requirements: &["A15.4"],
        references: &[
            Reference::Section("Package Access Account"),
            Reference::Section("Network Access Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::PackageAccess<'s>>;
    type Evidence<'s> = (
        Stored<'s, one::NetworkAccess>,
        DomainPrincipals<'s>,
        Hierarchy<'s>,
        Each<'s, rows::Device<'s>>,
        Whole<'s, rows::Device<'s>>,
        Whole<'s, rows::Domain<'s>>,
        Whole<'s, rows::PackageAccess<'s>>,
    );

    fn check<'s>(
        access: Self::Subjects<'s>,
        (accounts, principals, hierarchy, devices, all_devices, domains, whole): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let used = Use::group(accounts.iter());
        let unknown = accounts.whole().err().unwrap_or_default();
        if used.is_empty() && unknown.is_empty() {
            out.not_applicable(text!("no network access account is set"));
            return;
        }
        let mut sites: BTreeMap<&Scope, Vec<&Use<'s>>> = BTreeMap::new();
        for account in &used {
            sites.entry(&account.scope).or_default().push(account);
        }
        for (package, entries) in PackageEntry::by_package(access.iter(), principals) {
            let Some(first) = entries.first() else { continue };
            let scope = first.account.scope.clone();
            let object =
                Object::new(Key::new("package", &package), text!("package {}", object(&package)), scope)
                    .purpose(Purpose::PackageAccess);
            let mut subject = out.subject(object, first.account.span());
            let mut readers = Vec::new();
            let mut holes = Vec::new();
            for entry in &entries {
                match entry.reads() {
                    Ok(true) => match entry.account.sid(principals) {
                        Ok(sid) => readers.extend(sid),
                        Err(gaps) => holes.extend(gaps),
                    },
                    Ok(false) => {}
                    Err(gaps) => holes.extend(gaps),
                }
            }
            if readers.iter().any(|sid| EVERYBODY.contains(sid)) {
                continue;
            }
            for (scope, accounts) in &sites {
                match read(accounts, &readers, principals) {
                    Answer::Yes(_) => continue,
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                    Answer::No if !holes.is_empty() => subject.unknown(holes.iter().cloned()),
                    Answer::No => {
                        let Some(domains) = subject.require(domains.all()) else { continue };
                        let mut found = Vec::new();
                        let code = scope.key();
                        for (_, row) in devices.iter().filter(|(_, row)| is_client_of(row, &code)) {
                            match outside(row, &code, domains.is_empty(), principals, hierarchy) {
                                Answer::Yes(proof) => found.push((row, proof)),
                                Answer::No => {}
                                Answer::Unknown(gaps) => subject.unknown(gaps),
                            }
                        }
                        // What is not known to be a site system may be a distribution point.
                        for holes in
                            [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()]
                        {
                            subject.holes(holes.iter().cloned());
                        }
                        found.sort_by_key(|(row, _)| row.span);
                        if found.is_empty() {
                            subject.holes(all_devices.all().err().unwrap_or_default());
                        } else {
                            report(&package, &entries, accounts, &found, &mut subject);
                            subject.holes(whole.all().err().unwrap_or_default());
                        }
                    }
                }
            }
            subject.holes(unknown.iter().cloned());
        }
    }
}

/// Whether one of the accounts of a site is among the readers of a package.
fn read(accounts: &[&Use<'_>], readers: &[Sid], principals: &Principals<'_>) -> Answer {
    let mut doubts = Vec::new();
    for account in accounts {
        match account.sid(principals) {
            Ok(Some(sid)) => match principals.any_membership(&sid, readers, None) {
                Answer::Yes(proof) => return Answer::Yes(proof),
                Answer::No => {}
                Answer::Unknown(gaps) => doubts.extend(gaps),
            },
            // An account that does not exist reads nothing.
            Ok(None) => {}
            Err(gaps) => doubts.extend(gaps),
        }
    }
    Answer::no_unless(doubts)
}

fn is_client_of(row: &rows::Device<'_>, code: &str) -> bool {
    let here = row.site_code.get().is_some_and(|site| site.trim().eq_ignore_ascii_case(code));
    here && row.is_client.get().is_some_and(|client| client.0)
}

/// Whether the distribution points of a site do not know the computer account of a client.
fn outside(
    row: &Row<rows::Device<'_>>,
    code: &str,
    no_domains: bool,
    principals: &Principals<'_>,
    hierarchy: &Hierarchy<'_>,
) -> Answer {
    let gap = |dataset, why: String| {
        Answer::Unknown(vec![Gap::new(dataset, Scope::Hierarchy, Status::Partial, why)])
    };
    let name = row.name.get().map_or("", |name| &**name);
    let Some(home) = row.domain.filled() else {
        return gap(Dataset::Device, format!("nothing says in which domain {name} is"));
    };
    let Some(dns) = principals.dns_name_of(home.value) else {
        if no_domains {
            return gap(Dataset::Domain, format!("nothing says whether {} is a domain", home.value.trim()));
        }
        let text = text!(
            "{} is in {}, which is none of the domains of the snapshot",
            host(name),
            domain(home.value.trim())
        );
        return Answer::Yes(Proof::of(Step::read(text, home.span).confidence(Confidence::Medium)));
    };
    let points = hierarchy.hosts_with(code, "SMS Distribution Point");
    let mut doubts = hierarchy.host_holes().to_vec();
    if points.is_empty() && doubts.is_empty() {
        return Answer::No;
    }
    for (server, _) in points {
        match principals.domain_of_host(server) {
            Ok(Some(there)) => match principals.trusts(&there, dns) {
                // One that knows it is enough to read from.
                Answer::Yes(_) => return Answer::No,
                Answer::No => {}
                Answer::Unknown(gaps) => doubts.extend(gaps),
            },
            Ok(None) => {}
            Err(gaps) => doubts.extend(gaps),
        }
    }
    if !doubts.is_empty() {
        return Answer::Unknown(doubts);
    }
    let text = text!(
        "{} is in {}, which no distribution point of site {} trusts",
        host(name),
        domain(dns),
        site(code)
    );
    Answer::Yes(Proof::of(Step::read(text, home.span)))
}

fn report(
    package: &str,
    entries: &[PackageEntry<'_>],
    accounts: &[&Use<'_>],
    clients: &[(&Row<rows::Device<'_>>, Proof)],
    subject: &mut Subject<'_>,
) {
    let Some(account) = accounts.first() else { return };
    let Some((_, proof)) = clients.iter().rev().max_by_key(|(_, proof)| proof.confidence()) else { return };
    let name = principal(account.name.value.trim());
    let who = match accounts.len() {
        1 => text!("network access account `{}`", name),
        more => text!(
            "network access account `{}` and {} more of site {}",
            name,
            more - 1,
            site(account.scope.key())
        ),
    };
    let span = subject.span();
    let mut report = subject
        .fail(
            text!("package {} may not be read by {}", object(package), who),
            span,
            text!("those who may read it are listed here; Users is not among them"),
        )
        .discriminator(account.scope.key())
        .label(account.span(), text!("clients without a trusted domain read with it"))
        .proof(proof)
        .help(text!(
            "{} clients of site {} are in no domain that the distribution points trust, and have only this account: let it \
             read the package, or deploy the package to other clients only",
            clients.len(),
            site(account.scope.key())
        ))
        .fix(
            text!(
                "Software Library > {} > Manage Access Accounts: add Users with Read; then redistribute the package",
                object(package)
            ),
            Some(text!(
                "New-CMAccessAccount -PackageId \"{}\" -AccountType User -Access Read",
                object(package)
            )),
            Some(text!("remove the entry again, and redistribute the package")),
        );
    for (row, _) in clients.iter().take(3) {
        let Some(home) = row.domain.filled() else { continue };
        let client = row.name.get().map_or("", |name| &**name);
        report =
            report.label(home.span, text!("{} is a client in {}", host(client), domain(home.value.trim())));
    }
    for entry in entries {
        report = report.evidence(entry.key());
    }
}
