use cmlint_lint::prelude::*;
use cmlint_model::need::Use;
use cmlint_model::views::{source_databases, top_sites};

/// Asks whether an account of the migration owns a source site's database or its server.
pub(super) struct This;

/// What is collected of a database.
type Parts<'s> = (
    Each<'s, rows::SqlDatabasePrincipal<'s>>,
    Each<'s, rows::SqlDatabaseRoleMember<'s>>,
    Each<'s, rows::SqlDatabasePermission<'s>>,
);

impl Lint for This {
    const META: Meta = Meta {
        title: "a migration account owns the source site's database",
        severity: Severity::Medium,
        tags: &["accounts", "migration", "sql", "escalation"],
        noun: "migration accounts",
        subjects: &["Source Site Database Account"],
        requirements: &["A23.3"],
        references: &[
            Reference::Section("Source Site Database Account"),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SourceSiteDatabase>;
    type Evidence<'s> = (Parts<'s>, Hierarchy<'s>, Via<'s, Sql<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        ((users, members, grants), hierarchy, sql, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        out.not_applicable(text!(
            "no account is shown as Migration Manager, and there is no database of a source site"
        ));
        // A database of a site that is not known is no source.
        let holes = [hierarchy.site_holes(), hierarchy.database_holes(), hierarchy.host_holes()].concat();
        if !holes.is_empty() {
            out.hole(holes);
            return;
        }
        // Any of them names the database, whichever was collected.
        let rows = users.iter().map(|(scope, row)| (scope, row.span));
        let rows = rows.chain(members.iter().map(|(scope, row)| (scope, row.span)));
        let rows = rows.chain(grants.iter().map(|(scope, row)| (scope, row.span)));
        let sources = source_databases(rows, hierarchy);
        let used = Use::group(accounts.iter());
        for account in &used {
            let mut subject = out.subject(Object::account_use(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist owns nothing.
            let Some(sid) = sid else { continue };
            if sources.is_empty() {
                subject.unknown([Gap::new(
                    Dataset::SqlDatabasePrincipal,
                    Scope::Hierarchy,
                    Status::NotCollected,
                    "the database of the source site was not collected",
                )]);
            }
            let name = principal(account.name.value.trim());
            for source in sources.keys() {
                let who = Who { sid, name: name.clone(), via: account.via(), span: account.span() };
                who.judge(source, sql, principals, &mut subject);
            }
        }
        if !used.is_empty() {
            return;
        }
        for (source, span) in sources {
            for site in top_sites(hierarchy) {
                let Some(server) = site.server.as_deref() else { continue };
                let object = Object::new(
                    Key::scope(source).then("host", server),
                    text!("computer account of {}", host(server)),
                    source.clone(),
                )
                .purpose(Purpose::SourceSiteDatabase);
                let mut subject = out.subject(object, span);
                let name = principals.computer_name(server);
                match principals.account_of(server).sid() {
                    Some(sid) => {
                        Who { sid, name, via: Proof::default(), span }.judge(
                            source,
                            sql,
                            principals,
                            &mut subject,
                        );
                    }
                    None => subject.unknown(principals.unresolved(&name.text)),
                }
                subject.holes(accounts.whole().err().unwrap_or_default());
            }
        }
    }
}

/// Who migrates.
struct Who {
    sid: Sid,
    name: cmlint_model::words::Name,
    via: Proof,
    span: Span,
}

impl Who {
    fn judge<'s>(
        &self,
        source: &Scope,
        sql: &Sql<'s>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        let has = |right| sql.sql_right(&self.sid, source, right, principals);
        let mut role = "sysadmin";
        let mut answer = has(SqlRight::ServerRole(role));
        if !matches!(answer, Answer::Yes(_)) {
            let owner = has(SqlRight::DatabaseRole("db_owner"));
            if matches!(owner, Answer::Yes(_)) || answer == Answer::No {
                role = "db_owner";
                answer = owner;
            }
        }
        match answer {
            Answer::No => {}
            Answer::Unknown(gaps) => subject.unknown(gaps),
            Answer::Yes(proof) => self.report(role, source, &proof, subject),
        }
    }

    fn report(&self, role: &'static str, source: &Scope, proof: &Proof, subject: &mut Subject<'_>) {
        let (name, at) = (&self.name, database(source.key()));
        let (command, revert) = match role {
            "sysadmin" => (
                text!("ALTER SERVER ROLE sysadmin DROP MEMBER [{}];", name),
                text!("ALTER SERVER ROLE sysadmin ADD MEMBER [{}];", name),
            ),
            _ => (
                text!("ALTER ROLE db_owner DROP MEMBER [{}];", name),
                text!("ALTER ROLE db_owner ADD MEMBER [{}];", name),
            ),
        };
        subject
            .fail(
                text!("migration account `{}` has the rights of `{}` in the source site database {}", name, term(role), at),
                self.span,
                text!("gathers data from the source"),
            )
            .discriminator(source.key())
            .confidence(Confidence::Medium)
            .evidence(Key::scope(source))
            .proof(&self.via)
            .proof(proof)
            .help(text!(
                "a migration only reads: give the account `db_datareader` and EXECUTE in the source database, and take the rest"
            ))
            .fix(
                text!("at the source; where the proof names a group that holds the role, take the account out of that group instead"),
                Some(text!("ALTER ROLE db_datareader ADD MEMBER [{}]; GRANT EXECUTE TO [{}]; {}", name, name, command)),
                Some(revert),
            );
    }
}
