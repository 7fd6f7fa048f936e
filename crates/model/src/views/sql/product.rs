//! The roles that the product makes in a site database, and who belongs in them.
//!
//! Sources: "SQL database roles" of Microsoft's page about accounts for the members; a site of version 2303
//! for the roles that the page leaves out and for memberships of roles in roles.

use crate::purpose::Purpose;

/// A role that the product makes in every site database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProductRole {
    /// Name.
    pub name: &'static str,
    /// Who belongs in it.
    pub member: RoleMember,
    /// Roles that the product puts it into.
    pub within: &'static [&'static str],
}

/// Who belongs in a role of a site database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoleMember {
    /// Computers with one of these site system roles at the site, or their connection account.
    Hosts(&'static [&'static str]),
    /// The account of a purpose.
    Account(Purpose),
    /// Administrative users who hold an operation: type of object, and bit.
    Administrators(i64, i64),
    /// Only other roles or users of the product.
    Product,
    /// No page says.
    Unsaid,
}

const fn role(name: &'static str, member: RoleMember, within: &'static [&'static str]) -> ProductRole {
    ProductRole { name, member, within }
}

const MP: RoleMember = RoleMember::Hosts(&["SMS Management Point"]);
const CRP: RoleMember = RoleMember::Hosts(&["SMS Certificate Registration Point"]);

static ROLES: &[ProductRole] = &[
    // "Manage Asset Intelligence" on software titles.
    role("smsdbrole_AITool", RoleMember::Administrators(26, 1 << 26), &[]),
    role("smsdbrole_AIUS", RoleMember::Hosts(&["AI Update Service Point"]), &[]),
    role("smsdbrole_AMTSP", RoleMember::Unsaid, &[]),
    role("smsdbrole_AUDITMBAM", RoleMember::Unsaid, &[]),
    role("smsdbrole_CRP", CRP, &[]),
    role("smsdbrole_CRPPfx", CRP, &[]),
    // Those management points that serve mobile devices.
    role("smsdbrole_DMP", MP, &[]),
    role("smsdbrole_DmpConnector", RoleMember::Hosts(&["SMS Dmp Connector"]), &["smsdbrole_HMSUser"]),
    // Of the central site, when distributed views are on.
    role("smsdbrole_DViewAccess", RoleMember::Hosts(&["SMS Site Server"]), &[]),
    role("smsdbrole_DWSS", RoleMember::Hosts(&["Data Warehouse Service Point"]), &["db_owner"]),
    role("smsdbrole_EnrollSvr", RoleMember::Hosts(&["SMS Enrollment Server"]), &[]),
    role("smsdbrole_extract", RoleMember::Unsaid, &[]),
    role("smsdbrole_HMSUser", RoleMember::Product, &[]),
    role("smsdbrole_MCS", RoleMember::Hosts(&["SMS Multicast Service Point"]), &[]),
    // Servers of secondary sites have a management point of their own.
    role("smsdbrole_MP", MP, &[]),
    role("smsdbrole_MPMBAM", MP, &[]),
    role("smsdbrole_MPUserSvc", MP, &[]),
    // Site servers, active and passive, are seen in it too.
    role("smsdbrole_siteprovider", RoleMember::Hosts(&["SMS Provider", "SMS Site Server"]), &["db_owner"]),
    role("smsdbrole_siteserver", RoleMember::Hosts(&["SMS Site Server"]), &["db_owner"]),
    role("smsdbrole_SUP", RoleMember::Hosts(&["SMS Software Update Point"]), &[]),
    role("smsdbrole_WebPortal", RoleMember::Unsaid, &["smsdbrole_HMSUser"]),
    role("smsschm_users", RoleMember::Account(Purpose::ReportingServices), &[]),
];

/// Users that the product makes without logins, and the roles it puts them into.
static USERS: &[(&str, &[&str])] = &[
    ("dbo", &["db_owner"]),
    ("smsdbuser_ReadOnly", &["db_datareader"]),
    ("smsdbuser_ReadWrite", &["db_datareader", "db_datawriter"]),
    ("smsdbuser_ReportSchema", &["smsschm_users"]),
];

/// The roles that the product makes in a site database.
pub fn product_roles() -> impl Iterator<Item = &'static ProductRole> {
    ROLES.iter()
}

/// A role of the product by its name, in any case.
pub fn product_role(name: &str) -> Option<&'static ProductRole> {
    ROLES.iter().find(|role| role.name.eq_ignore_ascii_case(name.trim()))
}

/// Whether the product makes a user of this name, without a login.
pub(super) fn is_user(name: &str) -> bool {
    USERS.iter().any(|(user, _)| user.eq_ignore_ascii_case(name))
}

impl ProductRole {
    /// Whether the product itself puts a role or user of its own into a role.
    pub fn puts(member: &str, role: &str) -> bool {
        let roles = product_role(member).map(|r| r.within);
        let roles = roles.or_else(|| USERS.iter().find(|u| u.0.eq_ignore_ascii_case(member)).map(|u| u.1));
        roles.is_some_and(|roles| roles.iter().any(|known| known.eq_ignore_ascii_case(role)))
    }
}
