use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::need::Use;

/// Counts the site systems that share one domain account for their installation.
pub(super) struct This;

/// How many site systems get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "several site systems share one installation account",
        severity: Severity::Low,
        tags: &["accounts", "site-systems", "reuse"],
        noun: "site system installation accounts",
        subjects: &["Site System Installation Account"],
        requirements: &["A18.4"],
        references: &[
            Reference::Section("Site System Installation Account"),
            Reference::MisconfigurationManager("PREVENT-10"),
            Reference::MisconfigurationManager("ELEVATE-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SiteSystemInstallation>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        out.not_applicable(text!(
            "no site system installation account is set; the site servers install with their computer accounts"
        ));
        let uses = Use::group(accounts.iter());
        for (index, account) in uses.iter().enumerate() {
            // Each site has its own list; the account is one.
            if uses[..index].iter().any(|earlier| is_same(earlier, account)) {
                continue;
            }
            let computer = account.is_computer(principals);
            if computer == Ok(true) {
                continue;
            }
            let places: Vec<&Account<'_>> = uses
                .iter()
                .filter(|other| is_same(other, account))
                .flat_map(|u| u.places())
                .copied()
                .collect();
            let servers: BTreeSet<&str> = places.iter().filter_map(|place| place.host.as_deref()).collect();
            let object = places.iter().fold(Object::account_use(account), |o, place| o.alias(place.key()));
            let mut subject = out.subject(object, account.span());
            if servers.len() < 2 || subject.require(computer).is_none() {
                continue;
            }
            let name = principal(account.name.value.trim());
            let label = |place: &Account<'_>| match &place.host {
                Some(server) => text!("installs {}", host(server)),
                None => text!("installs a site system"),
            };
            let mut report = subject
                .fail(
                    text!(
                        "site system installation account `{}` installs {} site systems",
                        name,
                        servers.len()
                    ),
                    account.span(),
                    label(places[0]),
                )
                .proof(&account.via())
                .help(text!(
                    "the account is an administrator of each of them, and who has one of them has all: use an account of its \
                     own for each, local or of the domain, or the computer account of the site server"
                ))
                .fix(
                    text!(
                        "Administration > Site Configuration > Servers and Site System Roles > the server > Site system > \
                         Properties: set another account, on all of these servers but one"
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
            let rest = places.len().saturating_sub(SHOWN);
            for (index, place) in places.iter().enumerate() {
                report = report.evidence(place.key());
                if (1..SHOWN).contains(&index) {
                    let more =
                        if index + 1 == SHOWN && rest > 0 { text!(", and {} more", rest) } else { text!("") };
                    report = report.label(place.span(), text!("{}{}", label(place), more));
                }
            }
        }
    }
}

/// Whether two sites name the same account: by SID, else by a name that says its domain.
fn is_same(one: &Use<'_>, other: &Use<'_>) -> bool {
    let (name, its_name) = (one.name.value.trim(), other.name.value.trim());
    match (one.principal.sid(), other.principal.sid()) {
        (Some(sid), Some(its_sid)) => sid == its_sid,
        (None, None) => {
            one.key() == other.key() || !is_local(name) && name.to_lowercase() == its_name.to_lowercase()
        }
        _ => false,
    }
}

/// Whether a name is at home on the computer that it is used for.
fn is_local(name: &str) -> bool {
    name.starts_with(r".\") || !name.contains(['\\', '@'])
}
