use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};
use cmlint_model::words::{Name, NameKind};

/// Compares what a connection account may do on the database server with the one role it needs.
pub(super) struct This;

/// What the account of a purpose needs in the site database, and what is judged.
struct Clause {
    purpose: Purpose,
    requirement: &'static str,
    role: &'static str,
    /// Roles beyond those that own the database and its server.
    others: &'static [&'static str],
    /// Whether a local administrator of the server has too much.
    host: bool,
}

const fn clause(
    purpose: Purpose,
    requirement: &'static str,
    role: &'static str,
    others: &'static [&'static str],
    host: bool,
) -> Clause {
    Clause { purpose, requirement, role, others, host }
}

/// Roles that write: the point only reads.
const WRITE: &[&str] = &["db_datawriter", "db_ddladmin", "db_securityadmin"];

static CLAUSES: &[Clause] = &[
    clause(Purpose::CertificateRegistration, "A6.3", "smsdbrole_CRP", WRITE, false),
    clause(Purpose::EnrollmentPoint, "A9.3", "smsdbrole_EnrollSvr", &[], true),
    clause(Purpose::ManagementPoint, "A12.3", "smsdbrole_MP", &[], true),
    clause(Purpose::Multicast, "A13.3", "smsdbrole_MCS", &[], true),
    clause(Purpose::ReportingServices, "A16.2", "smsschm_users", &[], false),
];

pub(super) struct Connects;

impl Purposes for Connects {
    const PURPOSES: &'static [Purpose] = &[
        Purpose::CertificateRegistration,
        Purpose::EnrollmentPoint,
        Purpose::ManagementPoint,
        Purpose::Multicast,
        Purpose::ReportingServices,
    ];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "a database connection account holds more than its database role",
        severity: Severity::High,
        tags: &["accounts", "sql", "escalation"],
        noun: "accounts with which site system roles connect to the site database",
        subjects: &[
            "Certificate Registration Point Account",
            "Enrollment Point Connection Account",
            "Management Point Connection Account",
            "Multicast Connection Account",
            "Reporting Services Point Account",
        ],
        requirements: &["A6.3", "A9.3", "A12.3", "A13.3", "A16.2"],
        references: &[
            Reference::Section("Certificate Registration Point Account"),
            Reference::Section("Enrollment Point Connection Account"),
            Reference::Section("Management Point Connection Account"),
            Reference::Section("Multicast Connection Account"),
            Reference::Section("Reporting Services Point Account"),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("CRED-8"),
            Reference::MisconfigurationManager("PREVENT-10"),
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
            "no site system role has an account for the site database; they use their computer accounts"
        ));
        for account in accounts.uses() {
            let Some(clause) = CLAUSES.iter().find(|clause| clause.purpose == account.purpose) else {
                continue;
            };
            if is_product_computer(&account, hierarchy, principals) {
                continue;
            }
            let mut subject = out.subject(Object::account_use(&account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist has no rights.
            let Some(sid) = sid else { continue };
            let Some(at) = subject.require(hierarchy.database_of(&account.scope)) else { continue };
            let judge = Judge { account: &account, clause, sid, at, sql, principals };
            judge.judge(&mut subject);
        }
    }
}

/// The computer account of a site system, typed as a name: what the product takes by default.
fn is_product_computer(
    account: &Account<'_>,
    hierarchy: &cmlint_model::Inventory,
    principals: &Principals<'_>,
) -> bool {
    let name = account.name.value.trim();
    if let Some(sid) = account.principal.sid()
        && let Some(is) = principals.is_computer(&sid)
    {
        return is;
    }
    let bare = name.rsplit('\\').next().unwrap_or(name);
    let Some(short) = bare.strip_suffix('$') else { return false };
    hierarchy.hosts().any(|(key, _)| key.split('.').next().is_some_and(|s| s.eq_ignore_ascii_case(short)))
}

struct Judge<'j, 's> {
    account: &'j Use<'s>,
    clause: &'static Clause,
    sid: Sid,
    at: &'j Scope,
    sql: &'j Sql<'s>,
    principals: &'j Principals<'s>,
}

impl Judge<'_, '_> {
    fn judge(&self, subject: &mut Subject<'_>) {
        let Scope::Database { server, .. } = self.at else { return };
        let sysadmin = self.right(SqlRight::ServerRole("sysadmin"));
        match &sysadmin {
            Answer::Yes(proof) => {
                let what = text!("has the rights of `{}` on {}", database("sysadmin"), host(server));
                let means = text!("this gives every right in every database of {}", host(server));
                self.report("sysadmin", what, means, proof, subject);
            }
            Answer::No => {}
            Answer::Unknown(holes) => subject.unknown(holes.clone()),
        }
        // Of its own first: sysadmin has every role, and that is said above.
        let (mut roles, holes) = self.sql.database_roles(&self.sid, self.at, self.principals);
        subject.holes(holes);
        let owner = match roles.remove("db_owner") {
            Some(proof) => Answer::Yes(proof),
            None if matches!(sysadmin, Answer::Yes(_)) => Answer::No,
            None => self.right(SqlRight::DatabaseRole("db_owner")),
        };
        let owns = matches!(owner, Answer::Yes(_)) || matches!(sysadmin, Answer::Yes(_));
        for other in self.clause.others.iter().filter(|_| !owns) {
            let Some(proof) = roles.get(*other) else { continue };
            let label = database(self.at.key());
            let what = text!("has the rights of `{}` in {}", database(other), label);
            let means = text!("this gives the rights of {} in {}", database(other), label);
            self.report(other, what, means, proof, subject);
        }
        match owner {
            Answer::Yes(proof) => {
                let label = database(self.at.key());
                let what = text!("has the rights of `{}` in {}", database("db_owner"), label);
                let means = text!("this gives every right in {}", label);
                self.report("db_owner", what, means, &proof, subject);
            }
            Answer::No => {}
            Answer::Unknown(holes) => subject.unknown(holes),
        }
        if !self.clause.host {
            return;
        }
        match self.principals.membership(&self.sid, &well_known::ADMINISTRATORS, Some(server)) {
            Answer::Yes(proof) => {
                let what = text!("is a local administrator of {}", host(server));
                let means =
                    text!("administrators of {} can make themselves {}", host(server), database("sysadmin"));
                self.report("administrators", what, means, &proof, subject);
            }
            Answer::No => {}
            Answer::Unknown(holes) => subject.unknown(holes),
        }
    }

    fn right(&self, right: SqlRight) -> Answer {
        self.sql.sql_right(&self.sid, self.at, right, self.principals)
    }

    fn report(&self, kind: &'static str, what: Text, means: Text, proof: &Proof, subject: &mut Subject<'_>) {
        let first = self.account;
        let name = principal(first.name.value.trim());
        let Clause { requirement, role, .. } = *self.clause;
        let label = database(self.at.key());
        // SQL Server knows no other form of the name, whatever was typed.
        let login = self.principals.label(&self.sid);
        let (take, give) = cut(proof, &login, kind).unzip();
        let proof = first.via().and(proof.clone());
        let link = proof.steps.iter().rev().find_map(|step| step.span);
        let mut report = subject
            .fail(
                text!("{} `{}` {}", Text::prose(first.purpose.words()), name, what),
                first.span(),
                text!("the role signs in to the database with this account"),
            )
            .requirements(&[requirement])
            .discriminator(kind)
            .proof(&proof)
            .help(text!(
                "the account needs `{}` in {} and nothing else: take the rest away",
                database(role),
                label
            ))
            .fix(
                text!("first in {}: ALTER ROLE {} ADD MEMBER [{}]", label, database(role), login),
                take,
                give,
            );
        for account in &first.places()[1..] {
            report = report.label(account.span(), text!("and here"));
        }
        if let Some(link) = link {
            report.label(link, means);
        }
    }
}

/// How to take the right away from this account alone: its own link is the first of the path. The later ones
/// also hold for others, `smsdbrole_siteserver` in `db_owner` for the product itself.
fn cut(path: &Proof, label: &Name, kind: &str) -> Option<(Text, Text)> {
    use NameKind::{Database, Host, Principal, Term};
    let bare = |name: &Name| principal(name.text.rsplit('\\').next().unwrap_or_default());
    let mut grantee = label.clone();
    path.steps.iter().find_map(|step| {
        let names: Vec<&Name> = step.text.names().collect();
        let kinds: Vec<NameKind> = names.iter().map(|n| n.kind).collect();
        match (&kinds[..], &names[..]) {
            ([Principal, Principal], [member, group]) if *member == label => Some((
                text!("Remove-ADGroupMember -Identity \"{}\" -Members \"{}\"", bare(group), bare(member)),
                text!("Add-ADGroupMember -Identity \"{}\" -Members \"{}\"", bare(group), bare(member)),
            )),
            ([Principal, Principal, Host], [member, group, _]) if *member == label => Some((
                text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", bare(group), member),
                text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", bare(group), member),
            )),
            ([Principal, Database, Database], [member, role, _]) => {
                let server = if kind == "sysadmin" { "SERVER " } else { "" };
                Some((
                    text!("ALTER {}ROLE {} DROP MEMBER [{}]", server, role, member),
                    text!("ALTER {}ROLE {} ADD MEMBER [{}]", server, role, member),
                ))
            }
            ([Database, Database | Principal], [at, _]) => {
                let name = database(at.text.rsplit('/').next().unwrap_or_default());
                Some((
                    text!("ALTER AUTHORIZATION ON DATABASE::[{}] TO [sa]", name),
                    text!("ALTER AUTHORIZATION ON DATABASE::[{}] TO [{}]", name, label),
                ))
            }
            ([Principal, Database | Host], [name, _]) => {
                grantee = (*name).clone();
                None
            }
            ([Term, Database], [permission, _]) => Some((
                text!("REVOKE {} FROM [{}]", permission, grantee),
                text!("GRANT {} TO [{}]", permission, grantee),
            )),
            _ => None,
        }
    })
}
