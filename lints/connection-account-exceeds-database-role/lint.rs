use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::words::{Name, NameKind};

/// Compares what a connection account may do on the database server with the one role it needs.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a database connection account holds more than its database role",
        severity: Severity::High,
        tags: &["accounts", "sql", "escalation"],
        noun: "connection accounts of management points and enrollment points",
        subjects: &["Management Point Connection Account", "Enrollment Point Connection Account"],
        requirements: &["A12.3", "A9.3"],
        references: &[
            Reference::Section("Management Point Connection Account"),
            Reference::Section("Enrollment Point Connection Account"),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("CRED-8"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = (Stored<'s, one::ManagementPoint>, Stored<'s, one::EnrollmentPoint>);
    type Evidence<'s> = (Hierarchy<'s>, Via<'s, Sql<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(
        (management, enrollment): Self::Subjects<'s>,
        (hierarchy, sql, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        out.not_applicable(text!(
            "no management point or enrollment point has a connection account; they use their computer accounts"
        ));
        // One account of many management points is one account on one database.
        let mut accounts: BTreeMap<(&Scope, Purpose, String), Vec<&Account<'s>>> = BTreeMap::new();
        for account in management.iter().chain(enrollment.iter()) {
            if is_product_computer(account, hierarchy, principals) {
                continue;
            }
            let name = account.name.value.trim().to_lowercase();
            accounts.entry((&account.scope, account.purpose, name)).or_default().push(account);
        }
        for ((scope, purpose, name), places) in accounts {
            let first = places[0];
            let key = Key::scope(scope).then("account", purpose.info().word).name("name", &name);
            let mut object = Object { key, ..Object::account(first) };
            for account in &places {
                object = object.alias(account.key());
            }
            let mut subject = out.subject(object, first.span());
            let Some(sid) = subject.require(first.sid(principals)) else { continue };
            // A name that does not exist has no rights.
            let Some(sid) = sid else { continue };
            let Some(at) = subject.require(database_of(scope, hierarchy)) else { continue };
            let judge = Judge { places: &places, sid, at, sql, principals };
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

fn database_of<'h>(scope: &Scope, hierarchy: &'h cmlint_model::Inventory) -> Judged<&'h Scope> {
    let hole = |dataset, why: &str, known: &[Gap]| match known {
        [] => vec![Gap::new(dataset, scope.clone(), Status::Partial, why)],
        gaps => gaps.to_vec(),
    };
    let Scope::Site(code) = scope else {
        return Err(hole(Dataset::Site, "the role belongs to no site", hierarchy.site_holes()));
    };
    let Some(site) = hierarchy.site(code) else {
        return Err(hole(Dataset::Site, "the site is not in the list", hierarchy.site_holes()));
    };
    site.database.as_ref().ok_or_else(|| {
        hole(Dataset::SiteDefinition, "nothing names the site's database", hierarchy.database_holes())
    })
}

struct Judge<'j, 's> {
    places: &'j [&'j Account<'s>],
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
        let first = self.places[0];
        let name = principal(first.name.value.trim());
        let (requirement, role) = match first.purpose {
            Purpose::EnrollmentPoint => ("A9.3", "smsdbrole_EnrollSvr"),
            _ => ("A12.3", "smsdbrole_MP"),
        };
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
        for account in &self.places[1..] {
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
