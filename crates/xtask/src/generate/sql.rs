//! Catalogue views of the site databases and their servers.

use cmlint_model::{Dataset, Scope};

use super::out::Out;
use super::world::{NETBIOS, SITES, Site, World};
use crate::Outcome;

/// Writes them for each site.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    SITES.iter().try_for_each(|site| server(world, site, out).and_then(|()| database(world, site, out)))
}

/// The site server's computer account, and its SID as SQL Server writes it.
fn site_server(world: &World, site: &Site) -> Outcome<(String, String)> {
    let host = world.hosts.iter().find(|h| h.name == site.server()).ok_or("each site has a server")?;
    Ok((format!(r"{NETBIOS}\{}$", host.short()), hex(&host.sid)?))
}

fn server(world: &World, site: &Site, out: &mut Out) -> Outcome {
    let scope = Scope::database(&site.sql(), "master");
    let (account, sid) = site_server(world, site)?;
    out.csv(
        Dataset::SqlServerPrincipal,
        &scope,
        &["principal_id", "name", "type_desc", "is_disabled", "sid"],
        &[
            fields(["1", "sa", "SQL_LOGIN", "1", "0x01"]),
            fields(["2", "public", "SERVER_ROLE", "0", "0x02"]),
            fields(["3", "sysadmin", "SERVER_ROLE", "0", "0x03"]),
            fields(["259", &account, "WINDOWS_LOGIN", "0", &sid]),
        ],
    )?;
    out.csv(
        Dataset::SqlServerRoleMember,
        &scope,
        MEMBER,
        &[fields(["3", "sysadmin", "1", "sa"]), fields(["3", "sysadmin", "259", &account])],
    )?;
    let connect = ["259", &account, "CONNECT SQL", "GRANT", "SERVER", "0", ""];
    out.csv(Dataset::SqlServerPermission, &scope, PERMISSION, &[fields(connect)])?;
    out.csv(
        Dataset::SqlDatabase,
        &scope,
        &["database_id", "name", "owner_sid", "owner_name", "is_trustworthy_on"],
        &[fields(["1", "master", "0x01", "sa", "0"]), fields(["5", &site.database(), "0x01", "sa", "1"])],
    )?;
    out.csv(
        Dataset::SqlServerProperty,
        &scope,
        &["name", "value"],
        &[fields(["IsIntegratedSecurityOnly", "1"]), fields(["ExtendedProtection", "2"])],
    )
}

fn database(world: &World, site: &Site, out: &mut Out) -> Outcome {
    let scope = Scope::database(&site.sql(), &site.database());
    let (account, sid) = site_server(world, site)?;
    out.csv(
        Dataset::SqlDatabasePrincipal,
        &scope,
        &["principal_id", "name", "type_desc", "sid", "owning_principal_id"],
        &[
            fields(["1", "dbo", "SQL_USER", "0x01", ""]),
            fields(["5", &account, "WINDOWS_USER", &sid, ""]),
            fields(["30", "smsdbrole_siteserver", "DATABASE_ROLE", "", "1"]),
            fields(["16384", "db_owner", "DATABASE_ROLE", "", "1"]),
        ],
    )?;
    out.csv(
        Dataset::SqlDatabaseRoleMember,
        &scope,
        MEMBER,
        &[fields(["16384", "db_owner", "1", "dbo"]), fields(["30", "smsdbrole_siteserver", "5", &account])],
    )?;
    let connect = ["5", &account, "CONNECT", "GRANT", "DATABASE", "0", ""];
    out.csv(Dataset::SqlDatabasePermission, &scope, PERMISSION, &[fields(connect)])
}

const MEMBER: &[&str] = &["role_principal_id", "role_name", "member_principal_id", "member_name"];

const PERMISSION: &[&str] = &[
    "grantee_principal_id",
    "grantee_name",
    "permission_name",
    "state_desc",
    "class_desc",
    "major_id",
    "securable",
];

fn fields<const N: usize>(fields: [&str; N]) -> Vec<String> {
    fields.iter().map(|f| (*f).to_owned()).collect()
}

/// `S-1-5-21-…` as the bytes of `varbinary(85)`.
fn hex(sid: &str) -> Outcome<String> {
    let parts: Vec<u32> = sid.split('-').skip(3).map(str::parse).collect::<Result<_, _>>()?;
    let mut text = format!("0x01{:02X}000000000005", parts.len());
    for byte in parts.iter().flat_map(|part| part.to_le_bytes()) {
        text.push_str(&format!("{byte:02X}"));
    }
    Ok(text)
}
