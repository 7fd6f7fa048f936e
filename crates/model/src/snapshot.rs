use cmlint_source::{Field, Many, Problem, Secret, Spanned, Str};

use crate::rows::*;
use crate::table::{Fact, Table};
use crate::{Dataset, Gap, Inventory, Policy, Scope, Statement, Status};

/// What a snapshot says of itself.
#[derive(Debug, Default)]
pub struct About {
    /// Whether there is a manifest. Without one the rows come from loose files.
    pub has_manifest: bool,
    /// When it was collected, as the manifest writes it (RFC 3339).
    pub collected_at: Option<String>,
    /// Who collected it.
    pub collector: Option<String>,
    /// Files that were laid over it, in their order: the snapshot is then what the site would be.
    pub laid: Vec<Laid>,
    /// Findings that are not shown, because only a part of the hierarchy was asked for.
    pub narrowed: Option<Narrowed>,
}

/// How much a report leaves out that shows a part of the hierarchy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Narrowed {
    /// The part, as the user named it: `site PS1`, `host cm01.contoso.com`.
    pub to: String,
    /// Open findings that are not shown.
    pub left_out: usize,
}

/// A file that could not be read, or not wholly.
#[derive(Clone, Debug)]
pub struct FileProblem {
    /// Path relative to the snapshot.
    pub path: String,
    /// What is wrong; in words only when the file could not be opened at all.
    pub problem: Result<Problem, String>,
    /// The dataset that the file belongs to, when known.
    pub dataset: Option<Dataset>,
}

/// What a file that was laid over a snapshot replaced and added in one dataset and scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Laid {
    /// The file, as the user named it.
    pub path: String,
    /// The dataset.
    pub dataset: Dataset,
    /// The scope; rows may name their own.
    pub scope: Scope,
    /// Names of the objects that were replaced.
    pub replaced: Vec<String>,
    /// Names of the objects that are new.
    pub added: Vec<String>,
}

/// Puts rows into the table of their type.
pub trait Insert<T> {
    /// Adds what one statement says, and its rows. A row that names its own scope goes there.
    fn insert(&mut self, scope: Scope, statement: Statement, rows: Vec<Spanned<T>>);
}

macro_rules! snapshot {
    ($($field:ident: $row:ident => $dataset:ident),* $(,)?) => {
        /// Everything that was read, as rows with their places. It borrows from the texts.
        #[derive(Debug, Default)]
        pub struct Snapshot<'a> {
            $(pub(crate) $field: Table<$row<'a>>,)*
            /// What the snapshot says of itself.
            pub about: About,
            /// The organisation's own policy; empty by default.
            pub policy: Policy,
            /// Files that could not be read, or not wholly.
            pub problems: Vec<FileProblem>,
            pub(crate) secrets: Option<Vec<Secret>>,
            pub(crate) inventory: Inventory,
            /// The file that is being laid over what was read.
            pub(crate) over: Option<String>,
        }

        $(impl<'s> Fact<'s> for $row<'s> {
            const DATASET: Dataset = Dataset::$dataset;
            fn table(snapshot: &'s Snapshot<'s>) -> &'s Table<Self> {
                &snapshot.$field
            }
        }

        impl<'a> Insert<$row<'a>> for Snapshot<'a> {
            fn insert(&mut self, scope: Scope, statement: Statement, rows: Vec<Spanned<$row<'a>>>) {
                match self.over.clone() {
                    None => self.$field.insert(scope, statement, rows),
                    Some(path) => {
                        let (replaced, added) = self.$field.lay_over(scope.clone(), statement, rows);
                        let dataset = Dataset::$dataset;
                        self.about.laid.push(Laid { path, dataset, scope, replaced, added });
                    }
                }
            }
        })*

        impl Snapshot<'_> {
            /// Takes a dataset away, as if it had never been collected: for tests of what a lint needs.
            pub fn forget(&mut self, dataset: Dataset) {
                $(if dataset == Dataset::$dataset { self.$field.forget(); })*
                self.seal();
            }

            /// Turns the order of all rows round: for tests that output does not depend on it.
            pub fn reverse(&mut self) {
                $(self.$field.reverse();)*
                self.seal();
            }

            /// What is known of each dataset and scope that a statement names, in the order of the tables.
            pub fn statements(&self) -> Vec<(Dataset, &Scope, &Statement)> {
                let mut all = Vec::new();
                $(all.extend(self.$field.statements().map(|(scope, s)| (Dataset::$dataset, scope, s)));)*
                all.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
                all
            }

            /// Whether any statement names the dataset.
            pub fn is_stated(&self, dataset: Dataset) -> bool {
                match dataset {
                    $(Dataset::$dataset => self.$field.is_stated(),)*
                    _ => false,
                }
            }

            /// The holes of a dataset in the scopes that the inventory expects; with `given_is_enough` a
            /// loose file is none. Where the inventory itself has holes, more scopes may be expected, and
            /// its holes are in the list.
            pub fn holes(&self, dataset: Dataset, given_is_enough: bool) -> Vec<Gap> {
                match dataset {
                    $(Dataset::$dataset => self.expected_holes(&self.$field, given_is_enough),)*
                    _ => Vec::new(),
                }
            }

            /// Why silence of a dataset proves nothing: its holes and, without a manifest, that nobody says
            /// whether there is more than the loose files.
            pub fn silence(&self, dataset: Dataset) -> Vec<Gap> {
                let holes = self.holes(dataset, false);
                if holes.is_empty() && !self.about.has_manifest && !self.is_stated(dataset) {
                    return vec![Gap::new(dataset, Scope::Hierarchy, Status::NotCollected, "no file of it was given")];
                }
                holes
            }

            /// The holes that lazy properties of a dataset leave where a list query left them out.
            pub fn lazy_holes(&self, dataset: Dataset) -> Vec<Gap> {
                match dataset {
                    $(Dataset::$dataset => self.$field.lazy_holes(),)*
                    _ => Vec::new(),
                }
            }

            /// Number of rows of a dataset that a statement about a scope speaks of.
            pub fn count_under(&self, dataset: Dataset, scope: &Scope) -> usize {
                match dataset {
                    $(Dataset::$dataset => self.$field.count_under(scope),)*
                    _ => 0,
                }
            }

            /// Number of rows of a dataset.
            pub fn count(&self, dataset: Dataset) -> usize {
                match dataset {
                    $(Dataset::$dataset => self.$field.rows().count(),)*
                    _ => 0,
                }
            }
        }
    };
}

snapshot! {
    sites: Site => Site,
    site_definitions: SiteDefinition => SiteDefinition,
    site_system_roles: SiteSystemRole => SiteSystemRole,
    components: Component => Component,
    client_components: ClientComponent => ClientComponent,
    stored_accounts: StoredAccount => StoredAccount,
    addresses: Address => Address,
    forests: Forest => Forest,
    forest_statuses: ForestStatus => ForestStatus,
    admins: Admin => Admin,
    roles: Role => Role,
    secured_objects: SecuredObject => SecuredObject,
    security_scopes: SecurityScope => SecurityScope,
    collections: Collection => Collection,
    client_settings: ClientSettings => ClientSettings,
    package_access: PackageAccess => PackageAccess,
    devices: Device => Device,
    task_sequence_packages: TaskSequencePackage => TaskSequencePackage,
    role_xml: RoleXml => RoleXml,
    task_sequences: TaskSequence => TaskSequence,
    computers: Computer => Computer,
    local_groups: LocalGroup => LocalGroup,
    user_rights: UserRight => UserRight,
    acls: AclEntry => Acl,
    services: Service => Service,
    firewall: FirewallValue => Firewall,
    share_folders: ShareFolder => Registry,
    app_pools: AppPool => Iis,
    domains: Domain => Domain,
    directory: DirectoryObject => Directory,
    lookups: Lookup => Lookup,
    sql_server_principals: SqlServerPrincipal => SqlServerPrincipal,
    sql_server_role_members: SqlServerRoleMember => SqlServerRoleMember,
    sql_server_permissions: SqlServerPermission => SqlServerPermission,
    sql_databases: SqlDatabase => SqlDatabase,
    sql_server_properties: SqlServerProperty => SqlServerProperty,
    sql_database_principals: SqlDatabasePrincipal => SqlDatabasePrincipal,
    sql_database_role_members: SqlDatabaseRoleMember => SqlDatabaseRoleMember,
    sql_database_permissions: SqlDatabasePermission => SqlDatabasePermission,
}

impl Snapshot<'_> {
    /// From now on, what is inserted comes from this file and is laid over what is there; with `None`, what
    /// was laid over is brought to where it counts: an imported role is the site's role of that name.
    pub fn lay_over(&mut self, path: Option<&str>) {
        self.over = path.map(str::to_owned);
        if path.is_none() {
            self.import_roles();
        }
    }

    /// Importing a role whose name the site has puts the file's permissions into the site's role; a list of
    /// roles makes older exports of the same roles void.
    fn import_roles(&mut self) {
        let laid = |dataset: Dataset| {
            let files = self.about.laid.iter().filter(move |laid| laid.dataset == dataset);
            let names = files.flat_map(|laid| laid.replaced.iter().chain(&laid.added));
            names.map(|name| name.to_lowercase()).collect::<std::collections::BTreeSet<_>>()
        };
        let (exported, listed) = (laid(Dataset::RoleXml), laid(Dataset::Role));
        let name = |field: &Field<Str<'_>>| field.get().map_or_else(String::new, |n| n.trim().to_lowercase());
        self.role_xml.take_away(|row| {
            let name = name(&row.data.name);
            listed.contains(&name) && !exported.contains(&name)
        });
        for wanted in &exported {
            let file = self.role_xml.rows().find(|(_, row)| name(&row.data.name) == *wanted);
            let Some((_, file)) = file else { continue };
            let operations = Many(file.data.operations.clone());
            let operations = Field::Present(Spanned::new(operations, file.span));
            self.roles.change(|role| {
                let same = name(&role.role_name) == *wanted;
                if same {
                    role.operations = operations.clone();
                }
                same
            });
        }
    }

    /// Ends reading: what follows from the inventory is computed. Nothing may be inserted afterwards.
    pub fn seal(&mut self) {
        self.inventory = Inventory::build(self);
    }

    /// Which sites, hosts, domains and databases the snapshot speaks of.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Records the secrets that were found while reading.
    pub fn set_secrets(&mut self, secrets: Vec<Secret>) {
        self.secrets = Some(secrets);
    }

    fn expected_holes<'s, T: Fact<'s>>(&self, table: &Table<T>, given_is_enough: bool) -> Vec<Gap> {
        let (expected, mut holes) = self.inventory.expected(T::DATASET, self.about.has_manifest);
        let mut scopes: std::collections::BTreeSet<&Scope> = expected.iter().collect();
        // What a manifest names beyond the expectation counts too: a failed host is a hole.
        scopes.extend(table.statements().map(|(scope, _)| scope));
        holes.extend(scopes.into_iter().filter_map(|scope| table.hole(scope, given_is_enough)));
        holes
    }
}
