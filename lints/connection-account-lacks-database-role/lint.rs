use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};

/// Looks whether a connection account may read, and where it has to write, the site database.
pub(super) struct This;

/// What the account of a purpose needs in the site database.
struct Clause {
    purpose: Purpose,
    requirement: &'static str,
    /// The role that the product makes for it.
    role: &'static str,
    /// Roles that give as much, all of them together.
    instead: &'static [&'static str],
    may: &'static str,
}

static CLAUSES: &[Clause] = &[
    Clause {
        purpose: Purpose::CertificateRegistration,
        requirement: "A6.2",
        role: "smsdbrole_CRP",
        instead: &["db_datareader"],
        may: "read",
    },
    Clause {
        purpose: Purpose::EnrollmentPoint,
        requirement: "A9.2",
        role: "smsdbrole_EnrollSvr",
        instead: &["db_datareader", "db_datawriter"],
        may: "read and write",
    },
];

pub(super) struct Connects;

impl Purposes for Connects {
    const PURPOSES: &'static [Purpose] = &[Purpose::CertificateRegistration, Purpose::EnrollmentPoint];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "a connection account lacks its database role",
        severity: Severity::Medium,
        tags: &["accounts", "sql", "function"],
        noun: "connection accounts of enrollment points and certificate registration points",
        subjects: &["Certificate Registration Point Account", "Enrollment Point Connection Account"],
        requirements: &["A6.2", "A9.2"],
        references: &[
            Reference::Section("Certificate Registration Point Account"),
            Reference::Section("Enrollment Point Connection Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, Connects>;
    type Evidence<'s> = (Hierarchy<'s>, Via<'s, Sql<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (hierarchy, sql, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        out.not_applicable(text!(
            "no enrollment point or certificate registration point has a connection account; they use their computer \
             accounts, to which setup gives the role"
        ));
        for account in accounts.uses() {
            let Some(clause) = CLAUSES.iter().find(|clause| clause.purpose == account.purpose) else {
                continue;
            };
            let computer = account.is_computer(principals);
            if computer == Ok(true) {
                continue;
            }
            let mut subject = out.subject(Object::account_use(&account), account.span());
            if subject.require(computer).is_none() {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // That a name does not exist is the matter of another lint.
            let Some(sid) = sid else { continue };
            let Some(at) = subject.require(hierarchy.database_of(&account.scope)) else { continue };
            let has = |role: &'static str| sql.sql_right(&sid, at, SqlRight::DatabaseRole(role), principals);
            let own = has(clause.role);
            let instead = || clause.instead.iter().map(|role| has(role)).reduce(both).unwrap_or(Answer::No);
            match own.or(instead) {
                // What a role gives, a DENY that was not read may take back.
                Answer::Yes(_) => {
                    subject.require(sql.read_whole(at));
                }
                Answer::Unknown(gaps) => subject.unknown(gaps),
                Answer::No => report(&account, clause, at, &principals.label(&sid), &mut subject),
            }
        }
    }
}

/// Yes if both are, no if one is not.
fn both(one: Answer, other: Answer) -> Answer {
    match (one, other) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Unknown(gaps), _) | (_, Answer::Unknown(gaps)) => Answer::Unknown(gaps),
        (yes, Answer::Yes(_)) => yes,
    }
}

fn report(
    account: &Use<'_>,
    clause: &Clause,
    at: &Scope,
    login: &cmlint_model::words::Name,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let label = database(at.key());
    let mut report = subject
        .fail(
            text!(
                "{} `{}` may not {} {}",
                Text::prose(account.purpose.words()),
                name,
                clause.may,
                label
            ),
            account.span(),
            text!("the role signs in to the database with this account"),
        )
        .requirements(&[clause.requirement])
        .proof(&account.via())
        .step(Step::rule(text!(
            "neither `{}` nor {} has the account as a member, itself or through a group",
            database(clause.role),
            Text::join(clause.instead.iter().map(|role| text!("`{}`", database(role))), " and ")
        )))
        .help(text!("give the account the role that the product makes for it, and nothing else"))
        .fix(
            text!(
                "in {}: if the account is no user there yet, CREATE LOGIN [{}] FROM WINDOWS and CREATE USER [{}] first",
                label,
                login,
                login
            ),
            Some(text!("ALTER ROLE {} ADD MEMBER [{}]", database(clause.role), login)),
            Some(text!("ALTER ROLE {} DROP MEMBER [{}]", database(clause.role), login)),
        );
    for place in &account.places()[1..] {
        report = report.label(place.span(), text!("and here"));
    }
}
