//! The table of datasets: the one place that knows what a snapshot can hold, where it lies, how it is
//! collected and with which right. Archive, collector, `coverage` and the help of gaps read it.

use crate::ScopeKind;

mod table;

pub use table::DATASETS;

/// The kinds of files a dataset comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// Rows of the SMS Provider or of another WMI class as JSON.
    Json,
    /// XML.
    Xml,
    /// Comma-separated values with a header line.
    Csv,
    /// A `secedit` export.
    Inf,
    /// LDIF.
    Ldif,
    /// A `reg export`.
    Reg,
}

/// What is known about one dataset.
#[derive(Debug)]
pub struct DatasetInfo {
    /// The dataset.
    pub dataset: Dataset,
    /// Name in manifests and outputs; never changed after a release.
    pub name: &'static str,
    /// What a statement about it speaks of.
    pub scope: ScopeKind,
    /// The scope of its rows where that differs: a row with a `SiteCode` belongs to that site.
    pub row_scope: ScopeKind,
    /// Where its files lie: `<HOST>`, `<DOMAIN>`, `<SERVER>`, `<DATABASE>` and `*` stand for names.
    pub pattern: &'static str,
    /// Format of its files.
    pub kind: FileKind,
    /// Columns or properties that are read, most telling first.
    pub columns: &'static [&'static str],
    /// Properties that a list query leaves out.
    pub lazy: &'static [Lazy],
    /// A stock command that collects it.
    pub command: &'static str,
    /// The right that the command needs.
    pub right: &'static str,
    /// Whether the linter reads its rows; of the others it knows only that they are there.
    pub typed: bool,
}

/// A property that a list query leaves out: absent or empty in such an answer means "not collected".
#[derive(Debug)]
pub struct Lazy {
    /// Name of the property.
    pub property: &'static str,
    /// The command that loads it.
    pub command: &'static str,
}

impl Dataset {
    /// What is known about it.
    pub fn info(self) -> &'static DatasetInfo {
        &DATASETS[self as usize]
    }

    /// Name in manifests and outputs.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The dataset of a name, in any case.
    pub fn from_name(name: &str) -> Option<Dataset> {
        DATASETS.iter().find(|d| d.name.eq_ignore_ascii_case(name)).map(|d| d.dataset)
    }

    /// All datasets, in the order of the table.
    pub fn all() -> impl Iterator<Item = Dataset> {
        DATASETS.iter().map(|d| d.dataset)
    }
}

macro_rules! datasets {
    ($($(#[$doc:meta])* $id:ident),* $(,)?) => {
        /// A kind of data that a snapshot can hold.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Dataset { $($(#[$doc])* $id),* }
    };
}

datasets! {
    /// `SMS_Site`.
    Site,
    /// `SMS_SCI_SiteDefinition`.
    SiteDefinition,
    /// `SMS_SCI_SysResUse`: site system roles.
    SiteSystemRole,
    /// `SMS_SCI_Component`.
    Component,
    /// `SMS_SCI_ClientComp`.
    ClientComponent,
    /// `SMS_SCI_Reserved`: stored accounts.
    StoredAccount,
    /// `SMS_SCI_Address`: file replication routes.
    Address,
    /// `SMS_SCI_SQLTask`: maintenance tasks.
    MaintenanceTask,
    /// `SMS_ADForest`.
    Forest,
    /// `SMS_ADForestDiscoveryStatus`: which site discovers which forest and publishes to it.
    ForestStatus,
    /// `SMS_Admin`: administrative users.
    Admin,
    /// `SMS_Role`: security roles.
    Role,
    /// `SMS_RbacSecuredObject`: which operations exist on each object type.
    SecuredObject,
    /// `SMS_SecuredCategory`: security scopes.
    SecurityScope,
    /// `SMS_SecuredCategoryMembership`: objects in security scopes.
    SecurityScopeMember,
    /// `SMS_Collection`.
    Collection,
    /// `SMS_CollectionSettings`: collection variables.
    CollectionSettings,
    /// `SMS_ClientSettings`.
    ClientSettings,
    /// `SMS_Package`.
    Package,
    /// `SMS_PackageAccessByUsers`.
    PackageAccess,
    /// `SMS_TaskSequencePackage`.
    TaskSequencePackage,
    /// `SMS_BootImagePackage`.
    BootImage,
    /// `SMS_DistributionPointInfo`.
    DistributionPoint,
    /// `SMS_SCI_SCProperty`: site control properties, flattened.
    SiteControlProperty,
    /// `SMS_SCI_SCPropertyList`: site control property lists, flattened.
    SiteControlPropertyList,
    /// `SMS_CombinedDeviceResources`: managed devices.
    Device,
    /// Exported security roles.
    RoleXml,
    /// Task sequences.
    TaskSequence,
    /// Domain membership and role of a computer.
    Computer,
    /// Local groups of a computer.
    LocalGroup,
    /// User rights of a computer.
    UserRight,
    /// Descriptors of folders, shares, registry keys, WMI namespaces, COM and services of a computer.
    Acl,
    /// Services of a computer.
    Service,
    /// Firewall rules of a computer.
    Firewall,
    /// Registry values of a computer.
    Registry,
    /// `applicationHost.config` of a computer.
    Iis,
    /// Names and SIDs of domains.
    Domain,
    /// Objects of a directory.
    Directory,
    /// What was asked of a directory, and the answers.
    Lookup,
    /// `sys.server_principals`.
    SqlServerPrincipal,
    /// `sys.server_role_members`.
    SqlServerRoleMember,
    /// `sys.server_permissions`.
    SqlServerPermission,
    /// `sys.databases`.
    SqlDatabase,
    /// `SERVERPROPERTY` and network protocol settings.
    SqlServerProperty,
    /// `sys.servers` and `sys.linked_logins`.
    SqlLinkedServer,
    /// `sys.database_principals`.
    SqlDatabasePrincipal,
    /// `sys.database_role_members`.
    SqlDatabaseRoleMember,
    /// `sys.database_permissions`.
    SqlDatabasePermission,
    /// The organisation's own policy.
    Policy,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_dataset_at_its_place_and_no_name_twice() {
        let mut names = std::collections::BTreeSet::new();
        for (index, info) in DATASETS.iter().enumerate() {
            assert_eq!(info.dataset as usize, index, "{}", info.name);
            assert!(names.insert(info.name.to_lowercase()), "{} stands twice", info.name);
            assert!(!info.command.is_empty() && !info.right.is_empty(), "{}", info.name);
        }
    }
}
