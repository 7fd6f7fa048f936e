use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};

/// Looks where the connection accounts of management points and multicast are at home.
pub(super) struct This;

/// Version 2203. Microsoft's page of that time asks for a service account with few rights, wherever it is at home.
const RELAXED: i64 = 9078;
/// Version 1606, the last of the year from which the page is that asks for a local account. When it changed is not known.
const ASKED: i64 = 8412;

pub(super) struct Local;

impl Purposes for Local {
    const PURPOSES: &'static [Purpose] = &[Purpose::ManagementPoint, Purpose::Multicast];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "a database connection account is not a local account of the SQL Server computer",
        severity: Severity::Medium,
        tags: &["accounts", "sql"],
        noun: "connection accounts of management points and multicast before version 2203",
        subjects: &["Management Point Connection Account", "Multicast Connection Account"],
        requirements: &["A12.2", "A13.2"],
        references: &[
            Reference::Section("Management Point Connection Account"),
            Reference::Section("Multicast Connection Account"),
            Reference::Catalogue("B-MP.1"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, Local>;
    type Evidence<'s> = (Hierarchy<'s>, DomainPrincipals<'s>);

    fn check<'s>(accounts: Self::Subjects<'s>, (hierarchy, principals): &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.uses() {
            let computer = account.is_computer(principals);
            let site_entry = hierarchy.site(&account.scope.key());
            if computer == Ok(true) || site_entry.and_then(|s| s.build).is_some_and(|build| build >= RELAXED)
            {
                continue;
            }
            let mut subject = out.subject(Object::account_use(&account), account.span());
            if subject.require(computer).is_none() {
                continue;
            }
            let Some(Scope::Database { server, .. }) = subject.require(hierarchy.database_of(&account.scope))
            else {
                continue;
            };
            let Some(build) = site_entry.and_then(|entry| entry.build) else {
                let why = "the build of the site is not known, by which the rule differs";
                subject.unknown([Gap::new(Dataset::Site, account.scope.clone(), Status::Partial, why)]);
                continue;
            };
            let name = account.name.value.trim();
            // Without a SID the name itself may say that it is one of that computer.
            if name.split_once('\\').and_then(|(home, _)| principals.computer_named(home)).as_ref()
                == Some(server)
            {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is at home nowhere; that is the matter of another lint.
            let Some(sid) = sid else { continue };
            match (principals.machine_of(&sid), principals.domain_of(&sid)) {
                (Some(home), _) if home == server => {}
                (Some(home), _) => {
                    report(&account, text!("an account of {}", host(home)), server, build, &mut subject)
                }
                (None, Some(dns)) => {
                    report(
                        &account,
                        text!("an account of the domain {}", domain(dns)),
                        server,
                        build,
                        &mut subject,
                    );
                }
                (None, None) => subject.unknown(principals.unresolved(name)),
            }
        }
    }
}

fn report(account: &Use<'_>, what: Text, server: &str, build: i64, subject: &mut Subject<'_>) {
    let (requirement, role) = match account.purpose {
        Purpose::Multicast => ("A13.2", "smsdbrole_MCS"),
        _ => ("A12.2", "smsdbrole_MP"),
    };
    let name = principal(account.name.value.trim());
    let short = server.split('.').next().unwrap_or(server).to_uppercase();
    let mut report = subject
        .fail(
            text!(
                "{} `{}` is {} and not of the SQL Server computer {}",
                Text::prose(account.purpose.words()),
                name,
                what,
                host(server)
            ),
            account.span(),
            text!("the role signs in to the database with this account"),
        )
        .requirements(&[requirement])
        .proof(&account.via())
        .step(
            Step::rule(text!("the site has build {}; from build {} on any service account will do", build, RELAXED))
                .confidence(Confidence::Medium),
        )
        .help(text!(
            "an account of the SQL Server computer alone can sign in nowhere else: make one there, give it {} and nothing \
             more, and set it in the role",
            database(role)
        ))
        .fix(
            text!(
                "on {}: make the account; in the site database: CREATE LOGIN [{}] FROM WINDOWS, CREATE USER, ALTER ROLE {} \
                 ADD MEMBER; then Administration > Site Configuration > Servers and Site System Roles: set it in the role",
                host(server),
                principal(format!("{short}\\<account>")),
                database(role)
            ),
            Some(text!("New-LocalUser -Name \"<account>\" -Password (Read-Host -AsSecureString)")),
            Some(text!("set {} again in the properties of the role", name)),
        );
    if build > ASKED {
        report = report.severity(Severity::Info);
    }
    for place in &account.places()[1..] {
        report = report.label(place.span(), text!("and here"));
    }
}
