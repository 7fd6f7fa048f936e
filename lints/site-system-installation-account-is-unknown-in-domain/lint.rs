use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::need::Use;

/// Asks for each installation account whether the domains of its site systems know it.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site system installation account is not known in the domain of a site system",
        severity: Severity::Info,
        tags: &["accounts", "site-systems", "trusts", "function"],
        noun: "site system installation accounts that are used outside of their domain",
        subjects: &["Site System Installation Account"],
        requirements: &["A18.6"],
        references: &[Reference::Section("Site System Installation Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SiteSystemInstallation>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in Use::group(accounts.iter()) {
            let name = account.name.value.trim();
            // An account of the computer itself is known there and nowhere else.
            if name.starts_with(r".\")
                || account.principal.sid().is_some_and(|s| principals.machine_of(&s).is_some())
            {
                continue;
            }
            let home = match account.sid(principals) {
                Ok(Some(sid)) => principals.domain_of(&sid).map(str::to_owned),
                // A name that was looked up at home and is not there says its home itself.
                Ok(None) => {
                    domain_in(name).and_then(|domain| principals.dns_name_of(domain)).map(str::to_owned)
                }
                Err(gaps) => {
                    out.subject(Object::account_use(&account), account.span()).unknown(gaps);
                    continue;
                }
            };
            let Some(home) = home else {
                out.subject(Object::account_use(&account), account.span())
                    .unknown(principals.unresolved(name));
                continue;
            };
            let mut abroad: BTreeMap<String, Vec<&Account<'_>>> = BTreeMap::new();
            let mut unplaced = Vec::new();
            let mut lone = Vec::new();
            for place in account.places() {
                let Some(server) = place.host.as_deref() else { continue };
                match principals.domain_of_host(server) {
                    Ok(Some(dns)) if dns == home => {}
                    Ok(Some(dns)) => abroad.entry(dns).or_default().push(place),
                    Ok(None) => lone.push(*place),
                    Err(gaps) => unplaced.extend(gaps),
                }
            }
            if abroad.is_empty() && lone.is_empty() && unplaced.is_empty() {
                continue;
            }
            let mut subject = out.subject(Object::account_use(&account), account.span());
            subject.holes(unplaced);
            for (dns, places) in &abroad {
                if let Some(step) = principals.not_found_in(dns, name) {
                    report(&account, &home, Some(dns), places, Some(step), &mut subject);
                    continue;
                }
                match principals.trusts(dns, &home) {
                    Answer::Yes(_) => {}
                    Answer::No => report(&account, &home, Some(dns), places, None, &mut subject),
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                }
            }
            if !lone.is_empty() {
                report(&account, &home, None, &lone, None, &mut subject);
            }
        }
    }
}

/// What stands before `\` or behind `@`.
fn domain_in(name: &str) -> Option<&str> {
    name.split_once('\\').map(|(domain, _)| domain).or_else(|| name.split_once('@').map(|(_, domain)| domain))
}

/// `there` is the domain of the site systems; `None` when they are in no domain. `asked` is what that domain answered,
/// where it was asked; else it does not trust the home of the account.
fn report(
    account: &Use<'_>,
    home: &str,
    there: Option<&str>,
    places: &[&Account<'_>],
    asked: Option<Step>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let servers = match places {
        [one] => text!("{}", host(one.host.as_deref().unwrap_or_default())),
        many => text!("{} site systems", many.len()),
    };
    let what = match (there, &asked) {
        (Some(dns), Some(_)) => text!("is not known in {}, the domain of {}", domain(dns), servers),
        (Some(dns), None) => {
            text!("is of {}, which {}, the domain of {}, does not trust", domain(home), domain(dns), servers)
        }
        (None, _) => text!("is of {}, and {} in no domain", domain(home), {
            let verb = Text::prose(if places.len() == 1 { " is" } else { " are" });
            servers.and(verb)
        }),
    };
    let mut report = subject
        .fail(
            text!("site system installation account `{}` {}", name, what),
            account.span(),
            text!("installs a site system with an account that its domain has to know"),
        )
        .discriminator(there.unwrap_or_default())
        .confidence(Confidence::Medium)
        .proof(&account.via())
        .help(text!(
            "use an account that the domain of the site system knows, or a local one of that computer; where the account is new, \
             wait until the domain controllers have replicated it"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Servers and Site System Roles > the server > Site system > Properties: set \
                 an account of that domain"
            ),
            Some(text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName <server> -AccountName \"<account>\"",
                site(account.scope.key())
            )),
            Some(text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName <server> -AccountName \"{}\"",
                site(account.scope.key()),
                name
            )),
        );
    for place in places.iter().filter(|place| place.span() != account.span()).take(4) {
        let server = host(place.host.as_deref().unwrap_or_default());
        report = report.label(place.span(), text!("installs {}", server));
    }
    for place in places {
        report = report.evidence(place.key());
    }
    if let Some(step) = asked {
        report.step(step);
    }
}
