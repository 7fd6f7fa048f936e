use cmlint_lint::prelude::*;

/// Looks for packages to which, beside administrators, only a network access account has access.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a package is restricted to the network access account",
        severity: Severity::Medium,
        tags: &["accounts", "network-access-account", "content"],
        noun: "packages with access accounts",
        subjects: &["Package Access Account"],
        requirements: &["A15.5"],
        references: &[
            Reference::Section("Package Access Account"),
            Reference::MisconfigurationManager("CRED-6"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::PackageAccess>;
    type Evidence<'s> = (Each<'s, rows::PackageAccess<'s>>, Stored<'s, one::NetworkAccess>, Names<'s>);

    fn check<'s>(
        access: Self::Subjects<'s>,
        (entries, network_access, names): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (package, entries) in PackageEntry::by_package(entries.iter(), names) {
            let named: Vec<&Account<'_>> = entries.iter().map(|entry| &entry.account).collect();
            let Some(first) = named.first() else { continue };
            let object = Object::new(
                Key::new("package", &package),
                text!("package {}", object(&package)),
                Scope::Hierarchy,
            )
            .purpose(Purpose::PackageAccess);
            let mut subject = out.subject(object, first.span());
            let mut restricted = Vec::new();
            let mut doubts = Vec::new();
            let mut open = false;
            for account in &named {
                if account.principal.sid() == Some(well_known::ADMINISTRATORS) {
                    continue;
                }
                match same_as_one(account, network_access, names) {
                    Answer::Yes(proof) => restricted.push((*account, proof)),
                    Answer::No => open = true,
                    Answer::Unknown(gaps) => doubts.extend(gaps),
                }
            }
            if open {
                continue;
            }
            match restricted.first() {
                Some((account, proof)) if doubts.is_empty() => {
                    report(&package, account, proof, &mut subject);
                    subject.holes(access.whole().err().unwrap_or_default());
                }
                // Only administrators have access, or it is not known who has.
                _ => {
                    subject.holes(doubts);
                    if restricted.is_empty()
                        && named.iter().any(|a| a.principal.sid() != Some(well_known::ADMINISTRATORS))
                    {
                        subject.holes(network_access.whole().err().unwrap_or_default());
                    }
                }
            }
        }
    }
}

fn same_as_one(
    account: &Account<'_>,
    network_access: &Stored<'_, one::NetworkAccess>,
    names: &Principals<'_>,
) -> Answer {
    let mut doubts = Vec::new();
    for listed in network_access.iter() {
        match account.is_same_as(listed, names) {
            Answer::Yes(proof) => {
                return Answer::Yes(proof.then(Step::read(
                    text!(
                        "`{}` is a network access account of site {}",
                        principal(listed.name.value.trim()),
                        site(listed.scope.key())
                    ),
                    listed.span(),
                )));
            }
            Answer::No => {}
            Answer::Unknown(gaps) => doubts.extend(gaps),
        }
    }
    doubts.extend(network_access.whole().err().unwrap_or_default());
    Answer::no_unless(doubts)
}

fn report(package: &str, account: &Account<'_>, proof: &Proof, subject: &mut Subject<'_>) {
    let name = principal(account.name.value.trim());
    subject
        .fail(
            text!("package {} may be read by the network access account `{}` and administrators only", object(package), name),
            account.span(),
            text!("every client can use this account"),
        )
        .proof(proof)
        .help(text!(
            "every client of the site can read the package with this account: restrict it to the users or computers that are \
             meant, or give it back to Users"
        ))
        .fix(
            text!(
                "Software Library > {} > Manage Access Accounts: replace the network access account by those who should read the \
                 package; then redistribute it to the distribution points",
                object(package)
            ),
            None,
            Some(text!("add the network access account again, and redistribute the package")),
        );
}
