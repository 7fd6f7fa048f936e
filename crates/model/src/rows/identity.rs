//! Which object a row is about: a row of another export of the same object takes its place.

use cmlint_source::{Field, Int, Str};

use super::*;
use crate::{host_key, path_key};

/// See the module.
pub trait Identity {
    /// The object's name among the rows of one dataset and scope, compared without case; `None` where the row
    /// names none, and then it is like no other.
    fn identity(&self) -> Option<String>;
}

fn text(field: &Field<Str<'_>>) -> Option<String> {
    field.filled().map(|text| text.value.trim().to_owned())
}

fn number(field: &Field<Int>) -> Option<String> {
    field.get().map(|number| number.0.to_string())
}

macro_rules! identities {
    ($($row:ident: |$it:ident| $identity:expr;)*) => {$(
        impl Identity for $row<'_> {
            fn identity(&self) -> Option<String> {
                let $it = self;
                $identity
            }
        }
    )*};
}

identities! {
    Site: |row| text(&row.site_code);
    SiteDefinition: |row| text(&row.site_code);
    SiteSystemRole: |row| Some(format!("{} on {}", text(&row.role_name)?, host_key(&text(&row.network_os_path)?)));
    Component: |row| item(&row.0);
    ClientComponent: |row| item(&row.0);
    StoredAccount: |row| text(&row.user_name);
    Address: |row| text(&row.item_name);
    Forest: |row| text(&row.forest_fqdn);
    ForestStatus: |row| number(&row.forest_id);
    Admin: |row| text(&row.logon_name).or_else(|| text(&row.admin_sid));
    Role: |row| text(&row.role_name).or_else(|| text(&row.role_id));
    SecuredObject: |row| number(&row.object_type);
    SecurityScope: |row| text(&row.category_id).or_else(|| text(&row.category_name));
    Collection: |row| text(&row.collection_id);
    ClientSettings: |row| number(&row.settings_id).or_else(|| text(&row.name));
    PackageAccess: |row| Some(format!("{} of {}", text(&row.user_name)?, text(&row.package_id)?));
    Device: |row| text(&row.name);
    TaskSequencePackage: |row| text(&row.package_id);
    RoleXml: |row| text(&row.name);
    TaskSequence: |row| row.package_id.as_ref().or(row.name.as_ref()).map(|name| name.value.to_string());
    Computer: |row| Some(text(&row.name).unwrap_or_default());
    LocalGroup: |row| text(&row.name).or_else(|| text(&row.sid));
    UserRight: |row| Some(row.name.value.to_owned());
    AclEntry: |row| Some(format!("{} {}", &*row.kind.value, path_key(&row.path.value)));
    Service: |row| text(&row.name);
    FirewallValue: |row| Some(match &row.holds {
        FirewallHolds::Rule(_) => format!("rule {} ({:?})", &*row.name.value, row.store),
        FirewallHolds::Setting(profile, _) => {
            format!("{} {} ({:?})", profile.word(), &*row.name.value, row.store)
        }
    });
    ShareFolder: |row| Some(row.share.value.to_string());
    AppPool: |row| Some(row.name.value.to_string());
    Domain: |row| text(&row.dns);
    DirectoryObject: |row| Some(row.dn.value.to_string());
    Lookup: |row| Some(row.asked.value.to_string());
    SqlServerPrincipal: |row| Some(row.0.name.value.to_string());
    SqlDatabasePrincipal: |row| Some(row.0.name.value.to_string());
    SqlServerRoleMember: |row| Some(member(&row.0));
    SqlDatabaseRoleMember: |row| Some(member(&row.0));
    SqlServerPermission: |row| Some(permission(&row.0));
    SqlDatabasePermission: |row| Some(permission(&row.0));
    SqlDatabase: |row| Some(row.name.value.to_string());
    SqlServerProperty: |row| Some(row.name.value.to_string());
}

fn item(row: &ComponentItem<'_>) -> Option<String> {
    let file = row.file_type.get().filter(|file| file.0 != 2);
    let name = text(&row.item_name)?;
    Some(file.map_or(name.clone(), |file| format!("{name} ({})", file.0)))
}

fn member(row: &SqlRoleMember<'_>) -> String {
    format!("{} in {}", &*row.member_name.value, &*row.role_name.value)
}

fn permission(row: &SqlPermission<'_>) -> String {
    let on = row.securable.as_ref().map_or("", |on| &*on.value);
    format!("{} of {} on {} {on}", &*row.permission.value, row.grantee, &*row.class.value)
}
