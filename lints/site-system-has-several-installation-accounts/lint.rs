use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::need::Use;

/// Compares the installation accounts that sites have for the same computer.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site system has several installation accounts",
        severity: Severity::Low,
        tags: &["accounts", "site-systems"],
        noun: "site systems with an installation account",
        subjects: &["Site System Installation Account"],
        requirements: &["A18.3"],
        references: &[Reference::Section("Site System Installation Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SiteSystemInstallation>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        let mut servers: BTreeMap<&str, Vec<&Account<'s>>> = BTreeMap::new();
        for account in accounts.iter() {
            if let Some(server) = account.host.as_deref() {
                servers.entry(server).or_default().push(account);
            }
        }
        for (server, mut accounts) in servers {
            accounts.sort_by_key(|account| account.span());
            let [first, others @ ..] = accounts.as_slice() else { continue };
            let object =
                Object::new(Key::host(server), text!("site system {}", host(server)), first.scope.clone())
                    .purpose(Purpose::SiteSystemInstallation);
            let mut subject = out.subject(object, first.span());
            let mut different = Vec::new();
            for other in others {
                match other.is_same_as(first, names) {
                    Answer::No => different.push(*other),
                    Answer::Yes(_) => {}
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                }
            }
            if !different.is_empty() {
                report(server, first, &different, &mut subject);
            }
        }
    }
}

fn report(server: &str, first: &Account<'_>, different: &[&Account<'_>], subject: &mut Subject<'_>) {
    let count = Use::group(std::iter::once(first).chain(different.iter().copied())).len();
    let mut report = subject
        .fail(
            text!("site system `{}` has {} installation accounts", host(server), count),
            first.span(),
            text!("`{}` for site {}", principal(first.name.value.trim()), site(first.scope.key())),
        )
        .help(text!(
            "one account installs and maintains all roles of a computer: set the same one wherever the computer is listed, \
             so that it is known whose rights are needed there"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Servers and Site System Roles > {} > Site system > Properties: set \
                 the account that stays",
                host(server)
            ),
            Some(text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName {} -AccountName \"{}\"",
                site(different[0].scope.key()),
                host(server),
                principal(first.name.value.trim())
            )),
            Some(text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName {} -AccountName \"{}\"",
                site(different[0].scope.key()),
                host(server),
                principal(different[0].name.value.trim())
            )),
        );
    for other in different {
        report = report
            .label(
                other.span(),
                text!("`{}` for site {}", principal(other.name.value.trim()), site(other.scope.key())),
            )
            .evidence(other.key());
    }
}
