//! Where a migration reads from, as far as a snapshot holds the source.

use std::collections::BTreeMap;

use cmlint_source::Span;

use crate::{Inventory, Scope, SiteEntry};

/// The databases of sites that are none of the hierarchy's: databases whose names begin as those of the product do
/// (`CM_`, in version 2007 `SMS_`), each with the first of the given rows. Whoever adds such a database to a snapshot
/// means the source of a migration.
pub fn source_databases<'s>(
    rows: impl Iterator<Item = (&'s Scope, Span)>,
    inventory: &Inventory,
) -> BTreeMap<&'s Scope, Span> {
    let mut found = BTreeMap::new();
    for (scope, span) in rows {
        let Scope::Database { name, .. } = scope else { continue };
        let name = name.to_lowercase();
        let of_product = name.starts_with("cm_") || name.starts_with("sms_");
        if of_product && !inventory.sites().any(|site| site.database.as_ref() == Some(scope)) {
            let first = found.entry(scope).or_insert(span);
            *first = (*first).min(span);
        }
    }
    found
}

/// The sites at the top of the hierarchy: a migration is set up there.
pub fn top_sites(inventory: &Inventory) -> impl Iterator<Item = &SiteEntry> {
    inventory.sites().filter(|site| site.parent.as_deref().is_none_or(|parent| parent.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Site, SiteDefinition, SqlDatabasePrincipal, SqlPrincipal};
    use crate::views::testing::Made;

    #[test]
    fn a_site_database_of_no_site_is_a_source() {
        let mut made = Made::new();
        for (code, parent) in [("CAS", ""), ("PS1", "CAS")] {
            let (site_code, reporting_site_code) = (made.field(code), made.field(parent));
            made.put(&Scope::Hierarchy, Site { site_code, reporting_site_code, ..Site::default() });
            let definition = SiteDefinition {
                site_code: made.field(code),
                sql_server_name: made.field("sql.x.com"),
                sql_database_name: made.field(&format!("CM_{code}")),
                ..SiteDefinition::default()
            };
            made.put(&Scope::Hierarchy, definition);
        }
        for name in ["CM_PS1", "SUSDB", "master", "cm_old", "SMS_S07"] {
            let (name_of, kind) = (made.text("dbo"), made.text("SQL_USER"));
            let principal = SqlPrincipal { id: 1, name: name_of, kind, sid: None, disabled: None };
            made.put(&Scope::database("sql.x.com", name), SqlDatabasePrincipal(principal));
        }
        made.snapshot.seal();
        let inventory = made.snapshot.inventory();
        let rows = made.snapshot.sql_database_principals.rows().map(|(scope, row)| (scope, row.span));
        let found: Vec<String> = source_databases(rows, inventory).keys().map(|s| s.to_string()).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        let top: Vec<&str> = top_sites(inventory).map(|site| site.code.as_str()).collect();
        assert_eq!(top, ["CAS"]);
    }
}
