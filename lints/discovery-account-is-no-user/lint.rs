use cmlint_lint::prelude::*;
use cmlint_model::views::site_servers;

/// Looks up what kind of account each discovery account is.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "an Active Directory discovery account is neither a user nor the site server",
        severity: Severity::Low,
        tags: &["accounts", "discovery"],
        noun: "Active Directory discovery accounts",
        subjects: &[
            "Active Directory Group Discovery Account",
            "Active Directory System Discovery Account",
            "Active Directory User Discovery Account",
        ],
        requirements: &["A1.1", "A2.1", "A3.1"],
        references: &[
            Reference::Section("Active Directory Group Discovery Account"),
            Reference::Section("Active Directory System Discovery Account"),
            Reference::Section("Active Directory User Discovery Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> =
        (Stored<'s, one::GroupDiscovery>, Stored<'s, one::SystemDiscovery>, Stored<'s, one::UserDiscovery>);
    type Evidence<'s> = (Each<'s, rows::SiteSystemRole<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        (group, system, user): Self::Subjects<'s>,
        (roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in group.iter().chain(system.iter()).chain(user.iter()) {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is no account of any kind; that is for another lint.
            let Some(sid) = sid else { continue };
            if principals.is_group(&sid) == Some(true) || sid.domain().is_none() {
                report(account, text!("a group"), None, &mut subject);
                continue;
            }
            let Some(object) = principals.object(&sid) else {
                subject.unknown(principals.unresolved(account.name.value.trim()));
                continue;
            };
            let class = object.classes.last().map(|class| class.span);
            if ["msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"].iter().any(|c| object.is(c))
            {
                report(account, text!("a managed service account"), class, &mut subject);
            } else if object.is("computer") {
                let Some(servers) = subject.require(site_servers(roles, &account.scope)) else { continue };
                let own = |server: &Spanned<&str>| principals.computer(server.value).map(|(sid, _)| sid);
                if servers.iter().any(|server| own(server) == Some(sid)) {
                    continue;
                }
                if let Some(server) = servers.iter().find(|server| own(server).is_none()) {
                    let mut gaps = principals.unresolved(&principals.computer_name(server.value).text);
                    for gap in &mut gaps {
                        gap.why = format!("nothing says which account the site server {} has", server.value);
                    }
                    subject.unknown(gaps);
                    continue;
                }
                report(account, text!("the account of another computer"), class, &mut subject);
            } else if !object.is("user") {
                report(account, text!("no user account"), class, &mut subject);
            }
        }
    }
}

fn clause(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::GroupDiscovery => ("A1.1", "Active Directory Group Discovery"),
        Purpose::SystemDiscovery => ("A2.1", "Active Directory System Discovery"),
        _ => ("A3.1", "Active Directory User Discovery"),
    }
}

fn report(account: &Account<'_>, what: Text, class: Option<Span>, subject: &mut Subject<'_>) {
    let (requirement, method) = clause(account.purpose);
    let name = principal(account.name.value.trim());
    let report = subject
        .fail(
            text!("`{}`, which {} of site {} signs in with, is {}", name, method, site(account.scope.key()), what),
            account.span(),
            text!("discovery signs in with this name and a stored password"),
        )
        .requirements(&[requirement])
        .proof(&account.via())
        .help(text!(
            "use the computer account of the site server, or a user account of the domain that is searched, with no rights \
             but to read the containers"
        ))
        .fix(
            text!(
                "Administration > Hierarchy Configuration > Discovery Methods > {} of site {} > Properties > the container > \
                 Edit: set the discovery account",
                method,
                site(account.scope.key())
            ),
            None,
            Some(text!("set the former account in the same place")),
        );
    if let Some(class) = class {
        report.label(class, text!("the directory says what it is"));
    }
}
