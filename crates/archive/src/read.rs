//! Texts into rows, one job at a time; jobs run in parallel.

mod csv_rows;
mod firewall;
mod iis;
mod json_rows;
mod ldif_rows;
mod registry;
mod roles;
mod sequences;
mod user_rights;

use std::collections::BTreeSet;

use cmlint_model::{Dataset, FileProblem, Insert, Scope, Snapshot, Statement, Status, rows};
use cmlint_source::{Problem, Secret, Source, Sources, Span, Spanned};

use crate::open::Job;

/// Puts rows into a snapshot.
pub(crate) type Insertion<'a> = Box<dyn FnOnce(&mut Snapshot<'a>) + Send + 'a>;

/// What a job yields.
pub(crate) struct Read<'a> {
    pub(crate) insertions: Vec<Insertion<'a>>,
    pub(crate) problems: Vec<FileProblem>,
}

/// A job at work.
pub(crate) struct Reader<'a, 'j> {
    pub(crate) sources: &'a Sources,
    pub(crate) source: &'a Source,
    pub(crate) job: &'j Job,
    /// The secrets of the file.
    secrets: &'j [Secret],
    insertions: Vec<Insertion<'a>>,
    problems: Vec<Problem>,
    /// Where the problems are.
    places: BTreeSet<(Span, bool)>,
}

/// Reads a job. `secrets` are those of all files, in the order of the files.
pub(crate) fn job<'a>(sources: &'a Sources, job: &Job, secrets: &[Secret]) -> Read<'a> {
    let source = sources.get(job.file);
    let first = secrets.partition_point(|s| s.span.file < job.file);
    let behind = secrets.partition_point(|s| s.span.file <= job.file);
    let mut reader = Reader {
        sources,
        source,
        job,
        secrets: &secrets[first..behind],
        insertions: Vec::new(),
        problems: Vec::new(),
        places: BTreeSet::new(),
    };
    match job.dataset {
        Dataset::RoleXml => roles::read(&mut reader),
        Dataset::TaskSequence => sequences::read(&mut reader),
        Dataset::TaskSequencePackage => sequences::read_packages(&mut reader),
        Dataset::Iis => iis::read(&mut reader),
        Dataset::UserRight => user_rights::read(&mut reader),
        Dataset::Firewall => firewall::read(&mut reader),
        Dataset::Registry => registry::read(&mut reader),
        Dataset::Directory => ldif_rows::read(&mut reader),
        Dataset::Acl
        | Dataset::Lookup
        | Dataset::SqlServerPrincipal
        | Dataset::SqlServerRoleMember
        | Dataset::SqlServerPermission
        | Dataset::SqlDatabase
        | Dataset::SqlServerProperty
        | Dataset::SqlDatabasePrincipal
        | Dataset::SqlDatabaseRoleMember
        | Dataset::SqlDatabasePermission => csv_rows::read(&mut reader),
        _ => json_rows::read(&mut reader),
    }
    let problems = reader.problems.into_iter().map(|problem| FileProblem {
        path: source.path().to_owned(),
        problem: Ok(problem),
        dataset: Some(job.dataset),
    });
    let problems = problems.collect();
    Read { insertions: reader.insertions, problems }
}

/// Records a statement that has no readable file: an honest "none" or a hole.
pub(crate) fn bare(snapshot: &mut Snapshot<'_>, dataset: Dataset, scope: Scope, statement: Statement) {
    macro_rules! each {
        ($($dataset:ident => $row:ident),* $(,)?) => {
            match dataset {
                $(Dataset::$dataset => Insert::<rows::$row<'_>>::insert(snapshot, scope, statement, Vec::new()),)*
                // Datasets whose rows the linter does not read.
                _ => {}
            }
        };
    }
    each! {
        Site => Site, SiteDefinition => SiteDefinition, SiteSystemRole => SiteSystemRole, Component => Component,
        ClientComponent => ClientComponent, StoredAccount => StoredAccount, Address => Address, Forest => Forest,
        ForestStatus => ForestStatus,
        Admin => Admin, Role => Role, SecuredObject => SecuredObject, SecurityScope => SecurityScope,
        Collection => Collection, ClientSettings => ClientSettings, PackageAccess => PackageAccess, Device => Device,
        TaskSequencePackage => TaskSequencePackage, RoleXml => RoleXml, TaskSequence => TaskSequence,
        Computer => Computer, LocalGroup => LocalGroup, UserRight => UserRight, Acl => AclEntry,
        Service => Service, Firewall => FirewallValue, Registry => ShareFolder, Iis => AppPool, Domain => Domain, Directory => DirectoryObject, Lookup => Lookup,
        SqlServerPrincipal => SqlServerPrincipal, SqlServerRoleMember => SqlServerRoleMember,
        SqlServerPermission => SqlServerPermission, SqlDatabase => SqlDatabase,
        SqlServerProperty => SqlServerProperty, SqlDatabasePrincipal => SqlDatabasePrincipal,
        SqlDatabaseRoleMember => SqlDatabaseRoleMember, SqlDatabasePermission => SqlDatabasePermission,
    }
}

impl<'a> Reader<'a, '_> {
    /// Records problems of the text. Of several about one place the first says what is wrong, and the
    /// others what follows from it.
    pub(crate) fn problems(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            let problem = self.hushed(problem);
            if self.places.insert((problem.span, problem.lossy)) {
                self.problems.push(problem);
            }
        }
    }

    /// A problem without names that are pieces of a secret: in broken XML `pass<word` holds a tag.
    fn hushed(&self, mut problem: Problem) -> Problem {
        if self.secrets.is_empty() || !problem.message.contains('`') {
            return problem;
        }
        let secret = |name: &str| {
            name.len() > 3
                && (self.secrets.len() > COMPARED
                    || self.secrets.iter().any(|s| self.sources.text(s.span).contains(name)))
        };
        let parts = problem.message.split('`').enumerate();
        let kept = parts.map(|(n, part)| if n % 2 == 1 && secret(part) { "***" } else { part });
        problem.message = kept.collect::<Vec<_>>().join("`");
        problem
    }

    /// A problem with its place, in words.
    pub(crate) fn at(&self, problem: &Problem) -> String {
        let place = self.sources.place(problem.span);
        format!("{}:{}:{}: {}", place.path, place.start.line, place.start.column, problem.message)
    }

    /// Puts the rows of the job's own dataset. `counted` is how many the file holds in the manifest's sense.
    pub(crate) fn put<T: Send + 'a>(&mut self, rows: Vec<Spanned<T>>, counted: usize)
    where
        Snapshot<'a>: Insert<T>,
    {
        let mut statement = self.job.statement.clone();
        let miscounted = self.job.rows.filter(|stated| *stated != counted as u64);
        if let Some(lost) = self.problems.iter().find(|p| p.lossy) {
            // What was lost explains a wrong count; the count says how much it was.
            let mut why = self.at(lost);
            if let Some(stated) = miscounted.filter(|stated| *stated > counted as u64) {
                why.push_str(&format!(" ({counted} of {} read)", count(stated, "row")));
            }
            let status = if rows.is_empty() { Status::Failed } else { Status::Partial };
            worsen(&mut statement, status, why);
        } else if let Some(stated) = miscounted {
            let rows = count(stated, "row");
            let text = format!("the manifest states {rows}, {} holds {counted}", self.source.path());
            worsen(&mut statement, Status::Partial, text.clone());
            let span = self.job.named.or(statement.at).unwrap_or(self.source.id().span(0, 0));
            self.problems.push(
                Problem::lost(span, text)
                    .help("the file was cut or edited after collection; collect it again"),
            );
        }
        self.put_at(self.job.scope.clone(), statement, rows);
    }

    /// Puts rows of any dataset under a statement.
    pub(crate) fn put_at<T: Send + 'a>(
        &mut self,
        scope: Scope,
        mut statement: Statement,
        rows: Vec<Spanned<T>>,
    ) where
        Snapshot<'a>: Insert<T>,
    {
        if let Some(doubt) = self.job.doubt {
            worsen(&mut statement, Status::Partial, format!("{}: {doubt}", self.source.path()));
        }
        self.insertions.push(Box::new(move |snapshot| snapshot.insert(scope, statement, rows)));
    }
}

/// A name is compared with so many secrets; in a file with more of them it is not shown at all.
const COMPARED: usize = 1000;

/// `1 row`, `3 rows`.
fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn worsen(statement: &mut Statement, status: Status, why: String) {
    if status > statement.status {
        statement.status = status;
        statement.why = why;
    }
}
