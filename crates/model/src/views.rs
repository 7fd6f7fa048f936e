//! Views: computations that many lints share. Each is built once before the lints run, only when a
//! selected lint declares it, and its answers carry the holes of its inputs.

mod access;
mod accounts;
mod acls;
mod administrators;
mod advanced_insights;
mod discovery;
mod expected;
mod firewall;
mod forests;
mod groups;
mod holders;
mod joins;
mod migration;
mod packages;
mod permissions;
mod principals;
mod rbac;
mod remote_tools;
mod rights;
mod secrets;
mod sql;
#[cfg(test)]
mod testing;

use std::collections::BTreeSet;
use std::sync::Arc;

use cmlint_source::Sources;

pub use access::{AskedRight, EntryFor, Guarded, Ruling};
pub use accounts::{Account, AccountKind, Accounts};
pub use acls::{AclObject, Acls, Content, Found, path_key};
pub use administrators::{AdminEntry, Administrators, HeldRole};
pub use advanced_insights::{AdvancedInsights, InsightsIdentity, InsightsPool, OnNetwork, SmsProviders};
pub use discovery::{SearchBase, dn_of_path, site_servers};
pub use expected::{ConfigMgrGroup, Expected, ExpectedMembers};
pub use firewall::{Asked, Firewall, Gate, NamedRule};
pub use forests::{publishing_domain, publishing_sites, system_management};
pub use groups::{Difference, FoundGroup, GroupMember};
pub use holders::{Grantee, Holders};
pub use joins::{adds_workstations, makes_computers};
pub use migration::{source_databases, top_sites};
pub use packages::PackageEntry;
pub use permissions::{EffectiveGrant, Extent, On, Permissions, Within};
pub use principals::{GroupPlace, Holder, Home, Principal, Principals, Reached, domain_dn, domain_of_dn};
pub use rbac::{Granted, RoleEntry, RoleOrigin, Roles};
pub use remote_tools::RemoteTools;
pub use rights::{Grant, Held, HostRight, Rights};
pub use secrets::Secrets;
pub use sql::{ProductRole, RoleMember, Securable, Sql, SqlRight, product_role, product_roles};

use crate::{Dataset, Snapshot};

/// The views, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ViewId {
    /// [`Principals`].
    Principals,
    /// [`Accounts`].
    Accounts,
    /// [`Roles`].
    Roles,
    /// [`Administrators`].
    Administrators,
    /// [`Permissions`].
    Permissions,
    /// [`ExpectedMembers`].
    ExpectedMembers,
    /// [`Rights`].
    Rights,
    /// [`Sql`].
    Sql,
    /// [`Acls`].
    Acls,
    /// [`AdvancedInsights`].
    AdvancedInsights,
    /// [`SmsProviders`].
    SmsProviders,
    /// [`Secrets`].
    Secrets,
}

/// A shared computation.
pub trait View<'s>: Sized + Send + Sync + 's {
    /// Its name.
    const ID: ViewId;
    /// The datasets it reads, in groups of which one member must be there: a lint that declares the view
    /// needs these. Those that a view only uses to word its answers are not listed.
    const INPUTS: &'static [&'static [Dataset]];

    /// The view, built before the lints run.
    #[doc(hidden)]
    fn get(views: &'s Views<'s>) -> &'s Self;
}

/// The views that were built.
#[derive(Debug, Default)]
pub struct Views<'s> {
    principals: Option<Principals<'s>>,
    accounts: Option<Accounts<'s>>,
    roles: Option<Roles<'s>>,
    administrators: Option<Administrators<'s>>,
    permissions: Option<Arc<Permissions<'s>>>,
    expected_members: Option<ExpectedMembers<'s>>,
    rights: Option<Rights<'s>>,
    sql: Option<Sql<'s>>,
    acls: Option<Acls<'s>>,
    advanced_insights: Option<AdvancedInsights<'s>>,
    sms_providers: Option<SmsProviders<'s>>,
    secrets: Option<Secrets>,
}

impl<'s> Views<'s> {
    /// Builds the views of a set and those they rest on, in their order.
    pub fn build(snapshot: &'s Snapshot<'s>, sources: &'s Sources, wanted: &BTreeSet<ViewId>) -> Views<'s> {
        let wants = |id: ViewId| wanted.contains(&id);
        let mut views = Views::default();
        // Nearly every answer names a principal, and building the graph costs one pass over its rows.
        let needs_principals =
            wanted.iter().any(|id| !matches!(id, ViewId::Secrets | ViewId::Acls | ViewId::SmsProviders));
        if needs_principals {
            views.principals = Some(Principals::build(snapshot));
        }
        let Some(principals) = &views.principals else {
            views.finish(snapshot, sources, wants);
            return views;
        };
        if wants(ViewId::Accounts) {
            views.accounts = Some(Accounts::build(snapshot, principals));
        }
        if wants(ViewId::Roles) || wants(ViewId::Administrators) {
            views.roles = Some(Roles::build(snapshot));
        }
        if wants(ViewId::Administrators) {
            views.administrators = Some(Administrators::build(snapshot, principals));
        }
        if wants(ViewId::Permissions) || wants(ViewId::ExpectedMembers) {
            let permissions = Arc::new(Permissions::build(snapshot, principals));
            if wants(ViewId::ExpectedMembers) {
                let permissions = permissions.clone();
                views.expected_members = Some(ExpectedMembers::build(snapshot, principals, permissions));
            }
            views.permissions = Some(permissions);
        }
        if wants(ViewId::Rights) {
            views.rights = Some(Rights::build(snapshot, principals));
        }
        if wants(ViewId::Sql) {
            views.sql = Some(Sql::build(snapshot));
        }
        if wants(ViewId::AdvancedInsights) {
            views.advanced_insights = Some(AdvancedInsights::build(snapshot, principals));
        }
        views.finish(snapshot, sources, wants);
        views
    }

    fn finish(&mut self, snapshot: &'s Snapshot<'s>, sources: &'s Sources, wants: impl Fn(ViewId) -> bool) {
        if wants(ViewId::Acls) {
            self.acls = Some(Acls::build(snapshot));
        }
        if wants(ViewId::SmsProviders) {
            self.sms_providers = Some(SmsProviders::build(snapshot));
        }
        if wants(ViewId::Secrets) {
            self.secrets = Some(Secrets::build(snapshot, sources));
        }
    }
}

macro_rules! views {
    ($($view:ident => $field:ident [$([$($input:ident),*]),* $(,)?];)*) => {$(
        impl<'s> View<'s> for $view<'s> {
            const ID: ViewId = ViewId::$view;
            const INPUTS: &'static [&'static [Dataset]] = &[$(&[$(Dataset::$input),*]),*];
            fn get(views: &'s Views<'s>) -> &'s Self {
                views.$field.as_ref().expect("the engine builds the views that a lint declares")
            }
        }
    )*};
}

views! {
    Principals => principals [[Directory], [LocalGroup]];
    Accounts => accounts [];
    Roles => roles [[Role, RoleXml]];
    Administrators => administrators [[Admin]];
    ExpectedMembers => expected_members [[Site], [SiteDefinition], [SiteSystemRole]];
    Rights => rights [[UserRight], [Directory], [LocalGroup]];
    Sql => sql [
        [SqlServerPrincipal], [SqlServerRoleMember], [SqlServerPermission], [SqlDatabase],
        [SqlDatabasePrincipal], [SqlDatabaseRoleMember], [SqlDatabasePermission], [Directory], [LocalGroup],
    ];
    Acls => acls [[Acl]];
    AdvancedInsights => advanced_insights [[Iis]];
    SmsProviders => sms_providers [[SiteSystemRole]];
}

/// Shared with [`ExpectedMembers`], which rests on it.
impl<'s> View<'s> for Permissions<'s> {
    const ID: ViewId = ViewId::Permissions;
    const INPUTS: &'static [&'static [Dataset]] =
        &[&[Dataset::Admin], &[Dataset::Role, Dataset::RoleXml], &[Dataset::Directory]];
    fn get(views: &'s Views<'s>) -> &'s Self {
        views.permissions.as_deref().expect("the engine builds the views that a lint declares")
    }
}

impl<'s> View<'s> for Secrets {
    const ID: ViewId = ViewId::Secrets;
    const INPUTS: &'static [&'static [Dataset]] = &[];
    fn get(views: &'s Views<'s>) -> &'s Self {
        views.secrets.as_ref().expect("the engine builds the views that a lint declares")
    }
}
