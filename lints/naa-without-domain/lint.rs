use cmlint_lint::prelude::*;

/// Reads what stands before the account's own name in each entry of the list.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account is named without a domain",
        severity: Severity::High,
        tags: &["accounts", "network-access-account"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.2"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::MisconfigurationManager("PREVENT-3"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    /// What stands before `\` may be a computer: the inventory and the directory know their names.
    type Evidence<'s> = (Hierarchy<'s>, Names<'s>);

    fn check<'s>(accounts: Self::Subjects<'s>, (hierarchy, names): &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            match origin(account.name.value.trim(), names) {
                Origin::Domain => {}
                Origin::Unknown => {
                    let lists = [hierarchy.host_holes(), hierarchy.site_holes(), hierarchy.database_holes()];
                    subject.holes(lists.concat());
                }
                Origin::Nothing => report(
                    account,
                    text!(
                        "network access account `{}` names no domain",
                        principal(account.name.value.trim())
                    ),
                    text!("a name alone, which each computer looks up for itself"),
                    None,
                    &mut subject,
                ),
                Origin::Itself => report(
                    account,
                    text!(
                        "network access account `{}` names the computer that uses it, and no domain",
                        principal(account.name.value.trim())
                    ),
                    text!("`.` is whichever computer reads the name"),
                    None,
                    &mut subject,
                ),
                Origin::Computer(key) => report(
                    account,
                    text!(
                        "network access account `{}` is an account of the computer {}, not of a domain",
                        principal(account.name.value.trim()),
                        host(&key)
                    ),
                    text!("a computer stands where a domain should"),
                    hierarchy.host(&key).and_then(|entry| entry.roles.first()).map(|role| role.span),
                    &mut subject,
                ),
            }
        }
    }
}

/// Whose account a name says it is.
enum Origin {
    Domain,
    Nothing,
    Itself,
    /// By its key.
    Computer(String),
    /// A name that is no known domain; a computer that was not collected may have it.
    Unknown,
}

fn origin(name: &str, names: &Principals<'_>) -> Origin {
    let Some((before, _)) = name.split_once('\\') else {
        // A user principal name ends in a domain or in a suffix that the forest knows.
        let upn = name.split_once('@').is_some_and(|(user, suffix)| !user.is_empty() && !suffix.is_empty());
        return if upn { Origin::Domain } else { Origin::Nothing };
    };
    match before.trim() {
        "" => Origin::Nothing,
        "." => Origin::Itself,
        domain if names.is_domain_name(domain) => Origin::Domain,
        other => names.computer_named(other).map_or(Origin::Unknown, Origin::Computer),
    }
}

fn report(
    account: &Account<'_>,
    message: Text,
    label: Text,
    computer: Option<Span>,
    subject: &mut Subject<'_>,
) {
    let name = account.name.value.trim();
    let code = account.scope.key();
    let own = name.rsplit('\\').next().unwrap_or(name);
    let change = |add: Text, remove: Text| {
        text!(
            "Set-CMSoftwareDistributionComponent -SiteCode {} -AddNetworkAccessAccountName \"{}\" \
             -RemoveNetworkAccessAccountName \"{}\"",
            site(&code),
            add,
            remove
        )
    };
    let qualified = || text!("<DOMAIN>\\{}", principal(own));
    let report = subject
        .fail(message, account.span(), label)
        .help(text!(
            "use an account of a domain that the distribution points trust, and enter it as DOMAIN\\name; equal names \
             and passwords on several computers do not work for this account"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Sites > {} > Configure Site Components > Software \
                 Distribution > Network Access Account: add the account with its domain, then remove this entry",
                site(&code)
            ),
            Some(change(qualified(), text!("{}", principal(name)))),
            Some(change(text!("{}", principal(name)), qualified())),
        );
    if let Some(span) = computer {
        report.label(span, text!("the computer of that name"));
    }
}
