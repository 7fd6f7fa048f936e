use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Asks for each network access account whether the domains of the distribution points trust its domain.
pub(super) struct This;

/// How many distribution points get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account is of a domain that a distribution point does not trust",
        severity: Severity::Medium,
        tags: &["accounts", "network-access-account", "trusts", "function"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.7"],
        references: &[Reference::Section("Network Access Account"), Reference::Catalogue("B-NAA.3")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = (Each<'s, rows::SiteSystemRole<'s>>, DomainPrincipals<'s>);

    fn check<'s>(accounts: Self::Subjects<'s>, (roles, principals): &Self::Evidence<'s>, out: &mut Sink) {
        let all: Vec<&Account<'s>> = accounts.iter().collect();
        for account in &all {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // An account that does not exist, or is one computer's own, is another fault.
            let Some(sid) = sid.filter(|sid| principals.machine_of(sid).is_none()) else { continue };
            let Some(home) = principals.domain_of(&sid) else {
                subject.unknown(principals.unresolved(account.name.value));
                continue;
            };
            let same_site = all.iter().filter(|other| other.scope == account.scope);
            let others = same_site.filter_map(|other| principals.domain_of(&other.principal.sid()?));
            let others: Vec<&str> = others.filter(|domain| *domain != home).collect();
            let (mut refused, mut trusted, mut covered) = (Vec::new(), 0, 0);
            let (rows, hole) = roles.at(&account.scope);
            for (key, span) in distribution_points(rows, principals) {
                let Some(domain) = subject.require(principals.domain_of_host(&key)) else { continue };
                // A computer without a domain has accounts of its own only.
                let Some(domain) = domain else { continue };
                match principals.trusts(&domain, home) {
                    Answer::Yes(_) => trusted += 1,
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                    // Clients try every network access account; one of them is enough.
                    Answer::No if others.iter().any(|other| is_yes(&principals.trusts(&domain, other))) => {
                        covered += 1;
                    }
                    Answer::No => refused.push((key, domain, span)),
                }
            }
            // An account that is not known may be of a domain that is trusted.
            let same_site = all.iter().filter(|other| other.scope == account.scope);
            let hidden: Vec<Gap> =
                same_site.filter_map(|other| other.sid(principals).err()).flatten().collect();
            if !refused.is_empty() && !hidden.is_empty() {
                subject.unknown(hidden);
            } else if !refused.is_empty() {
                report(account, home, &refused, trusted + covered, &mut subject);
            }
            subject.holes(hole);
        }
    }
}

/// The distribution points among site system roles, each with the place of its name.
fn distribution_points(
    rows: &[cmlint_model::Row<rows::SiteSystemRole<'_>>],
    principals: &Principals<'_>,
) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    for row in rows {
        let is_one = row
            .data
            .role_name
            .get()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("SMS Distribution Point"));
        if let (true, Some(server)) = (is_one, row.data.network_os_path.filled()) {
            let at: &mut Span = found.entry(principals.host_key(server.value)).or_insert(server.span);
            *at = (*at).min(server.span);
        }
    }
    found
}

fn is_yes(answer: &Answer) -> bool {
    matches!(answer, Answer::Yes(_))
}

fn report(
    account: &Account<'_>,
    home: &str,
    refused: &[(String, String, Span)],
    others: usize,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let [(key, first, _), ..] = refused else { return };
    let places = match refused.len() {
        1 => text!("distribution point {} does", host(key)),
        more => text!("{} distribution points do", more),
    };
    let step = Step::rule(text!("{} does not trust {}", domain(first), domain(home)));
    let mut report = subject
        .fail(
            text!("network access account `{}` is of `{}`, which {} not trust", name, domain(home), places),
            account.span(),
            text!("clients fetch content with it where their computer account cannot"),
        )
        .proof(&account.via())
        .step(step)
        .help(match others {
            0 => text!("use an account of a domain that the domains of the distribution points trust"),
            _ => text!(
                "use an account of a domain that all of them trust, or add one of {} for these distribution points",
                domain(first)
            ),
        })
        .fix(
            text!(
                "Administration > Site Configuration > Sites > {} > Configure Site Components > Software Distribution > Network \
                 Access Account",
                site(account.scope.key())
            ),
            None,
            Some(text!("set the former accounts in the same place")),
        );
    for (index, (key, dns, span)) in refused.iter().take(SHOWN).enumerate() {
        let rest = refused.len() - (index + 1);
        let words = match index + 1 == SHOWN && rest > 0 {
            true => text!("{} is in {}; {} more are like it", host(key), domain(dns), rest),
            false => text!("{} is in {}, which does not trust {}", host(key), domain(dns), domain(home)),
        };
        report = report.label(*span, words);
    }
    for (key, _, _) in refused {
        report = report.evidence(Key::host(key));
    }
}
