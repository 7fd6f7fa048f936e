use cmlint_lint::prelude::*;
use cmlint_model::need::Use;
use cmlint_model::views::{source_databases, top_sites};

/// Asks whether an account of the migration may read a source site's database.
pub(super) struct This;

/// What is collected of a database.
type Parts<'s> = (
    Each<'s, rows::SqlDatabasePrincipal<'s>>,
    Each<'s, rows::SqlDatabaseRoleMember<'s>>,
    Each<'s, rows::SqlDatabasePermission<'s>>,
);

impl Lint for This {
    const META: Meta = Meta {
        title: "no account of the migration may read the source site",
        severity: Severity::Medium,
        tags: &["accounts", "migration", "sql", "function"],
        noun: "source sites of a migration",
        subjects: &["Source Site Database Account"],
        requirements: &["A23.1", "A23.2"],
        references: &[Reference::Section("Source Site Database Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SourceSiteDatabase>;
    type Evidence<'s> =
        (Parts<'s>, Each<'s, rows::LocalGroup<'s>>, Hierarchy<'s>, Via<'s, Sql<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        ((users, members, grants), groups, hierarchy, sql, principals): &Self::Evidence<'s>,
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
        let used = Use::group(accounts.iter());
        // Any of them names the database, whichever was collected.
        let rows = users.iter().map(|(scope, row)| (scope, row.span));
        let rows = rows.chain(members.iter().map(|(scope, row)| (scope, row.span)));
        let rows = rows.chain(grants.iter().map(|(scope, row)| (scope, row.span)));
        let sources = source_databases(rows, hierarchy);
        if sources.is_empty() && !used.is_empty() {
            out.hole([Gap::new(
                Dataset::SqlDatabasePrincipal,
                Scope::Hierarchy,
                Status::NotCollected,
                "the database of the source site was not collected",
            )]);
        }
        for (source, span) in sources {
            let label = text!("source site database {}", database(source.key()));
            let object =
                Object::new(Key::scope(source), label, source.clone()).purpose(Purpose::SourceSiteDatabase);
            let mut subject = out.subject(object, span);
            if used.is_empty() {
                subject.holes(accounts.whole().err().unwrap_or_default());
                for site in top_sites(hierarchy) {
                    let Some(server) = site.server.as_deref() else { continue };
                    let Some(sid) = principals.account_of(server).sid() else {
                        subject.unknown(principals.unresolved(&principals.computer_name(server).text));
                        continue;
                    };
                    let computer = Computer { sid, server, source, span };
                    computer.in_distributed_com_users(principals, &mut subject);
                    computer.in_sms_admins(groups, hierarchy, principals, &mut subject);
                }
                subject.unknown([Gap::new(
                    Dataset::Admin,
                    source.clone(),
                    Status::NotCollected,
                    "which objects of the source site the computer account may read lies in the source hierarchy",
                )]);
            } else {
                let answer = used.iter().fold(Answer::No, |answer, account| {
                    answer.or(|| match account.sid(principals) {
                        Ok(Some(sid)) => reads_and_executes(&sid, source, sql, principals),
                        // A name that does not exist has no rights.
                        Ok(None) => Answer::No,
                        Err(gaps) => Answer::Unknown(gaps),
                    })
                });
                match answer {
                    Answer::Yes(_) => {}
                    Answer::No => report_accounts(&used, source, &mut subject),
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                }
            }
        }
    }
}

/// Both rights on the database as a whole; executing what is in `dbo` is enough, where the product's procedures lie.
fn reads_and_executes<'s>(sid: &Sid, source: &Scope, sql: &Sql<'s>, principals: &Principals<'s>) -> Answer {
    let has = |right| sql.sql_right(sid, source, right, principals);
    let dbo = Securable::Schema("dbo");
    let reads = has(SqlRight::Permission("SELECT")).or(|| has(SqlRight::PermissionOn("SELECT", dbo)));
    let executes = || has(SqlRight::Permission("EXECUTE")).or(|| has(SqlRight::PermissionOn("EXECUTE", dbo)));
    match reads {
        Answer::Yes(proof) => match executes() {
            Answer::Yes(other) => Answer::Yes(proof.and(other)),
            other => other,
        },
        other => other,
    }
}

fn report_accounts(used: &[Use<'_>], source: &Scope, subject: &mut Subject<'_>) {
    let Some(first) = used.first() else { return };
    let name = principal(first.name.value.trim());
    let who = match used.len() {
        1 => text!("migration account `{}`", name),
        more => text!("none of the {} migration accounts, `{}` among them,", more, name),
    };
    let may = Text::prose(if used.len() == 1 { "may not read and execute" } else { "may read and execute" });
    let mut report = subject
        .fail(
            text!("{} {} in the source site database {}", who, may, database(source.key())),
            first.span(),
            text!("is shown as Migration Manager in the console"),
        )
        .requirements(&["A23.1"])
        .help(text!(
            "the source site database account gathers data from this database: it needs `db_datareader` and EXECUTE there, and \
             no more"
        ))
        .fix(
            text!("in the source site's database"),
            Some(text!(
                "CREATE USER [{}] FOR LOGIN [{}]; ALTER ROLE db_datareader ADD MEMBER [{}]; GRANT EXECUTE TO [{}];",
                name,
                name,
                name,
                name
            )),
            Some(text!("DROP USER [{}];", name)),
        );
    for other in &used[1..] {
        report = report.label(other.span(), text!("so is `{}`", principal(other.name.value.trim())));
    }
}

/// A site server that migrates as itself.
struct Computer<'c> {
    sid: Sid,
    server: &'c str,
    source: &'c Scope,
    span: Span,
}

impl Computer<'_> {
    fn in_distributed_com_users(&self, principals: &Principals<'_>, subject: &mut Subject<'_>) {
        let Scope::Database { server, .. } = self.source else { return };
        let Some(Some(dns)) = subject.require(principals.domain_of_host(server)) else { return };
        let (reached, holes) = principals.reach(&self.sid, None);
        let there = GroupPlace::Domain(dns.clone());
        if reached
            .iter()
            .any(|(group, _)| group.sid == well_known::DISTRIBUTED_COM_USERS && group.place == there)
        {
            return;
        }
        if !holes.is_empty() {
            subject.unknown(holes);
            return;
        }
        let what = text!("is not in Distributed COM Users of {}, the domain of the source", domain(&dns));
        let command = text!(
            "Add-ADGroupMember -Server {} -Identity \"Distributed COM Users\" -Members (Get-ADComputer <site server>)",
            domain(&dns)
        );
        self.report("distributed-com-users", what, command, None, principals, subject);
    }

    fn in_sms_admins(
        &self,
        groups: &Each<'_, rows::LocalGroup<'_>>,
        hierarchy: &cmlint_model::Inventory,
        principals: &Principals<'_>,
        subject: &mut Subject<'_>,
    ) {
        let mut found = false;
        for (scope, group) in groups.iter() {
            let is_it = group.name.get().is_some_and(|name| name.trim().eq_ignore_ascii_case("SMS Admins"));
            let Scope::Host(host_name) = scope else { continue };
            if !is_it || hierarchy.host(host_name).is_some() {
                continue;
            }
            found = true;
            let Some(sid) = group.sid.get().and_then(|sid| sid.trim().parse::<Sid>().ok()) else { continue };
            match principals.membership(&self.sid, &sid, Some(host_name)) {
                Answer::Yes(_) => {}
                Answer::Unknown(gaps) => subject.unknown(gaps),
                Answer::No => {
                    let what = text!("is not in SMS Admins of {}, a computer of the source", host(host_name));
                    let command = text!(
                        "Add-LocalGroupMember -Group \"SMS Admins\" -Member \"{}\"",
                        principals.computer_name(self.server)
                    );
                    self.report(host_name, what, command, Some(group.span), principals, subject);
                }
            }
        }
        if !found {
            subject.unknown([Gap::new(
                Dataset::LocalGroup,
                self.source.clone(),
                Status::NotCollected,
                "SMS Admins of the source site was not collected",
            )]);
        }
    }

    fn report(
        &self,
        part: &str,
        what: Text,
        command: Text,
        group: Option<Span>,
        principals: &Principals<'_>,
        subject: &mut Subject<'_>,
    ) {
        let name = principals.computer_name(self.server);
        let report = subject
            .fail(
                text!("computer account `{}`, which migrates from database {}, {}", name, database(self.source.key()), what),
                self.span,
                text!("no account is shown as Migration Manager, so that the site server migrates as itself"),
            )
            .requirements(&["A23.2"])
            .confidence(Confidence::Medium)
            .discriminator(part)
            .help(text!(
                "the computer account has to be in Distributed COM Users of the source's domain and in SMS Admins there, and to \
                 read all objects; or set a source site database account"
            ))
            .fix(text!("at the source"), Some(command), Some(text!("take the computer account out of the group again")));
        if let Some(span) = group {
            report.label(span, text!("the group does not hold it"));
        }
    }
}
