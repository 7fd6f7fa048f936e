use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Counts the network access accounts of each site.
pub(super) struct This;

/// How many a site may have.
const LIMIT: usize = 10;
/// How many of those beyond the limit get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site has more than 10 network access accounts",
        severity: Severity::High,
        tags: &["accounts", "network-access-account"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.1"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::MisconfigurationManager("PREVENT-3"),
            Reference::MisconfigurationManager("CRED-3"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = ();

    fn check<'s>(accounts: Self::Subjects<'s>, _: &(), out: &mut Sink) {
        let mut sites: BTreeMap<&Scope, Vec<&Account<'_>>> = BTreeMap::new();
        for account in accounts.iter() {
            sites.entry(&account.scope).or_default().push(account);
        }
        for (scope, named) in sites {
            let code = scope.key();
            let key = Key::scope(scope).then("account", Purpose::NetworkAccess.info().word);
            let object =
                Object::new(key, text!("network access accounts of site {}", site(&code)), scope.clone())
                    .purpose(Purpose::NetworkAccess);
            let mut subject = out.subject(object, named[0].span());
            // Whatever was not read can only add to the number.
            if named.len() > LIMIT {
                report(&code, &named, &mut subject);
            } else {
                subject.holes(accounts.holes_at(scope));
                // Ten or fewer is a statement about all of them, which a loose file cannot make.
                subject.holes(accounts.whole().err().unwrap_or_default());
            }
        }
    }
}

fn report(code: &str, named: &[&Account<'_>], subject: &mut Subject<'_>) {
    let count = named.len();
    let (first, beyond) = named[LIMIT..].split_first().expect("there are more than the limit");
    let mut report = subject
        .fail(
            text!("site `{}` has {} network access accounts; {} is the most it may have", site(code), count, LIMIT),
            first.span(),
            text!("the {}th of {}", LIMIT + 1, count),
        )
        .help(text!(
            "keep the accounts that clients without an account in the domain still need, usually one for each \
             domain with distribution points, and remove the others"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Sites > {} > Configure Site Components > Software \
                 Distribution > Network Access Account",
                site(code)
            ),
            Some(text!(
                "Set-CMSoftwareDistributionComponent -SiteCode {} -RemoveNetworkAccessAccountName \"{}\"",
                site(code),
                principal(first.name.value.trim())
            )),
            Some(text!(
                "Set-CMSoftwareDistributionComponent -SiteCode {} -AddNetworkAccessAccountName \"{}\"",
                site(code),
                principal(first.name.value.trim())
            )),
        );
    for (index, account) in beyond.iter().take(SHOWN).enumerate() {
        let rest = beyond.len().saturating_sub(SHOWN);
        let words = if index + 1 == SHOWN && rest > 0 {
            text!("beyond the limit, as are {} more", rest)
        } else {
            text!("beyond the limit")
        };
        report = report.label(account.span(), words);
    }
    for account in named {
        report = report.evidence(account.key());
    }
}
