use cmlint_lint::prelude::*;
use cmlint_model::views::site_servers;

/// Checks for each forest whether whoever discovers it, and publishes to it, can sign in there.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a forest is discovered with an account that cannot sign in there",
        severity: Severity::High,
        tags: &["accounts", "forests", "trusts", "function"],
        noun: "forests that the hierarchy knows",
        subjects: &["Active Directory Forest Account"],
        requirements: &["A4.1"],
        references: &[
            Reference::Section("Active Directory Forest Account"),
            Reference::Document("Microsoft, New-CMActiveDirectoryForest", "Parameters"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Forest<'s>>;
    type Evidence<'s> = (Each<'s, rows::Site<'s>>, Each<'s, rows::SiteSystemRole<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        forests: Self::Subjects<'s>,
        (sites, roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (scope, row) in forests.iter() {
            let Some(name) = row.data.forest_fqdn.filled() else { continue };
            let forest = name.value.trim().to_lowercase();
            let object = Object::new(key(scope, &forest), text!("forest {}", domain(&forest)), scope.clone())
                .purpose(Purpose::Forest);
            let mut subject = out.subject(object, name.span);
            match row.data.account.filled() {
                Some(account) => named(&forest, account, principals, &mut subject),
                // Forests that are neither discovered nor published to need no account.
                None if in_use(&row.data) == Some(false) => {}
                None => {
                    unnamed(&forest, name.span, in_use(&row.data), sites, roles, principals, &mut subject)
                }
            }
        }
    }
}

fn key(scope: &Scope, forest: &str) -> Key {
    Key::scope(scope).then("forest", forest).then("account", Purpose::Forest.info().word)
}

/// Whether the forest is discovered or was published to; `None` when the row does not tell.
fn in_use(forest: &rows::Forest<'_>) -> Option<bool> {
    let discovered = forest.enable_discovery.get().map(|on| on.0);
    let published = forest.publishing_status.get().map(|status| matches!(status.0, 1 | 2));
    match (discovered, published) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// An account is set: it is one of a domain that the forest trusts.
fn named(forest: &str, account: Spanned<&str>, principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let typed = account.value.trim();
    let local = match (typed.split_once('\\'), typed.contains('@')) {
        (Some((".", _)), _) | (None, false) => true,
        (Some((place, _)), _) => {
            !principals.is_domain_name(place) && principals.computer_named(place).is_some()
        }
        (None, true) => false,
    };
    if local {
        return report(forest, account, text!("is a local account"), None, subject);
    }
    let sid = match principals.resolve(account, &Home::default()) {
        Principal::Resolved { sid, .. } => sid,
        Principal::NotFound(_) => return,
        _ => return subject.unknown(principals.unresolved(typed)),
    };
    if principals.machine_of(&sid).is_some() {
        return report(forest, account, text!("is a local account"), None, subject);
    }
    if principals.is_group(&sid) == Some(true) || sid.domain().is_none() {
        return report(forest, account, text!("is a group"), None, subject);
    }
    let Some(home) = principals.domain_of(&sid) else {
        return subject.unknown(principals.unresolved(typed));
    };
    match principals.trusts(forest, home) {
        Answer::Yes(_) => {}
        Answer::Unknown(gaps) => subject.unknown(gaps),
        Answer::No => {
            let step = Step::rule(text!("{} does not trust {}", domain(forest), domain(home)));
            let what = text!("is an account of {}, which that forest does not trust", domain(home));
            report(forest, account, what, Some(step), subject);
        }
    }
}

/// No account is set: the forest trusts the domains of the site servers, whose computer accounts are used.
fn unnamed<'s>(
    forest: &str,
    span: Span,
    in_use: Option<bool>,
    sites: &Each<'s, rows::Site<'s>>,
    roles: &Each<'s, rows::SiteSystemRole<'s>>,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let (_, hole) = sites.at(&Scope::Hierarchy);
    for (scope, _) in sites.iter() {
        let Some(servers) = subject.require(site_servers(roles, scope)) else { continue };
        for server in servers {
            let Some(home) = subject.require(principals.domain_of_host(server.value)) else { continue };
            let Some(home) = home else { continue };
            match (principals.trusts(forest, &home), in_use) {
                (Answer::Yes(_), _) => {}
                (Answer::Unknown(gaps), _) => subject.unknown(gaps),
                (Answer::No, None) => {
                    let why = "nothing says whether the forest is discovered or published to";
                    let gap = Gap::new(Dataset::Forest, Scope::Hierarchy, Status::Partial, why);
                    subject.unknown([gap]);
                }
                (Answer::No, Some(_)) => {
                    let name = principals.computer_name(server.value);
                    let what = text!("is the site server, and that forest does not trust {}", domain(&home));
                    let step = Step::rule(text!("{} does not trust {}", domain(forest), domain(&home)));
                    report(forest, Spanned::new(&name.text, span), what, Some(step), subject);
                    return;
                }
            }
        }
    }
    subject.holes(hole);
}

fn report(forest: &str, account: Spanned<&str>, what: Text, why: Option<Step>, subject: &mut Subject<'_>) {
    let name = principal(account.value.trim());
    let mut report = subject
        .fail(
            text!("forest `{}` is discovered as `{}`, which {}", domain(forest), name, what),
            account.span,
            text!("who signs in to the forest, for discovery and to publish"),
        )
        .help(text!(
            "set an account of a domain that the forest trusts; for a forest without a trust one of its own domains"
        ))
        .fix(
            text!(
                "Administration > Hierarchy Configuration > Active Directory Forests > {} > Properties > General: Use a \
                 specific account",
                domain(forest)
            ),
            Some(text!(
                "Set-CMActiveDirectoryForest -ForestFqdn {} -UserName \"<account>\" -Password (Read-Host -AsSecureString)",
                domain(forest)
            )),
            Some(text!("choose the computer account of the site server again in the same place")),
        );
    if let Some(step) = why {
        report = report.step(step);
    }
    let _ = report;
}
