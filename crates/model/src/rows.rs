//! Rows: what files of a snapshot say, each scalar with its place, nothing interpreted.

mod directory;
mod firewall;
mod host;
mod identity;
mod provider;
mod rbac;
mod sequence;
mod shape;
mod sql;

pub use directory::{
    Descriptor, DirectoryObject, Domain, Lookup, LookupAnswer, TEXT_ATTRIBUTES, TYPED_ATTRIBUTES,
};
pub use firewall::{FirewallHolds, FirewallProfile, FirewallStore, FirewallValue};
pub use host::{
    AclEntry, AclState, AppPool, Computer, LocalGroup, Member, PoolIdentity, Service, ShareFolder, UserRight,
};
pub use identity::Identity;
pub use provider::{
    Address, AgentConfiguration, ClientComponent, ClientSettings, Collection, Component, ComponentItem,
    Device, Forest, ForestStatus, PackageAccess, Prop, PropList, Site, SiteDefinition, SiteSystemRole,
    StoredAccount, TaskSequencePackage, place_of, prop, prop_list,
};
pub use rbac::{
    Admin, NamedOperation, Operation, Permission, Role, RoleXml, SecuredObject, SecurityScope, mask_span,
};
pub use sequence::{Step, TaskSequence, Variable};
pub use shape::{LazyState, Shape};
pub use sql::{
    SqlDatabase, SqlDatabasePermission, SqlDatabasePrincipal, SqlDatabaseRoleMember, SqlPermission,
    SqlPrincipal, SqlRoleMember, SqlServerPermission, SqlServerPrincipal, SqlServerProperty,
    SqlServerRoleMember,
};
