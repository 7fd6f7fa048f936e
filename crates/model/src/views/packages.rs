//! Who may access a package on distribution points, as the package lists it.

use std::collections::BTreeMap;

use cmlint_source::Span;

use super::accounts::{Account, AccountKind, nal_name};
use super::principals::{Home, Principals};
use crate::purpose::Purpose;
use crate::rows::PackageAccess;
use crate::table::Row;
use crate::{Dataset, Gap, Judged, Key, Scope, Status};

/// Bits of `SMS_PackageAccessByUsers.Access`: what reads.
const READ: i64 = 1;
/// Write, create, delete, change permissions, change attributes.
const WRITE: i64 = 1 << 1 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 8;

/// An entry of a package's list of access accounts. The same name on another package is another entry.
#[derive(Debug, Clone)]
pub struct PackageEntry<'s> {
    /// Identifier of the package in upper case.
    pub package: String,
    /// The account or group.
    pub account: Account<'s>,
    access: Option<i64>,
    row: Span,
}

impl<'s> PackageEntry<'s> {
    /// The entries by package, in the order of their rows.
    pub fn by_package(
        rows: impl Iterator<Item = (&'s Scope, &'s Row<PackageAccess<'s>>)>,
        principals: &Principals<'s>,
    ) -> BTreeMap<String, Vec<PackageEntry<'s>>> {
        let mut packages: BTreeMap<String, Vec<PackageEntry<'s>>> = BTreeMap::new();
        for (scope, row) in rows {
            let (Some(id), Some(name)) = (row.data.package_id.filled(), row.data.user_name.filled()) else {
                continue;
            };
            let name = nal_name(name);
            let account = Account {
                purpose: Purpose::PackageAccess,
                scope: scope.clone(),
                name,
                kind: AccountKind::Named,
                principal: principals.resolve(name, &Home::default()),
                host: None,
                step: None,
            };
            let package = id.value.trim().to_uppercase();
            let access = row.data.access.get().map(|access| access.0);
            let entry = PackageEntry { package: package.clone(), account, access, row: row.span };
            packages.entry(package).or_default().push(entry);
        }
        for entries in packages.values_mut() {
            entries.sort_by_key(|entry| entry.row);
        }
        packages
    }

    /// `package:PS100020/account:package-access/name:contoso\packagers`.
    pub fn key(&self) -> Key {
        self.place().name("name", self.account.name.value.trim())
    }

    /// The same by SID, where it is known.
    pub fn sid_key(&self) -> Option<Key> {
        self.account.principal.sid().map(|sid| self.place().then("sid", &sid.to_string()))
    }

    fn place(&self) -> Key {
        Key::new("package", &self.package).then("account", Purpose::PackageAccess.info().word)
    }

    /// Whether it lets read.
    ///
    /// # Errors
    /// The hole, when the row does not say what it lets do.
    pub fn reads(&self) -> Judged<bool> {
        self.access().map(|access| access & READ != 0)
    }

    /// Whether it lets change anything.
    ///
    /// # Errors
    /// As [`Self::reads`].
    pub fn writes(&self) -> Judged<bool> {
        self.access().map(|access| access & WRITE != 0)
    }

    fn access(&self) -> Judged<i64> {
        self.access.ok_or_else(|| {
            let why = format!("a row of {} has no Access", self.package);
            vec![Gap::new(Dataset::PackageAccess, self.account.scope.clone(), Status::Partial, why)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::testing::Made;

    #[test]
    fn each_package_has_its_own_list() {
        let mut made = Made::new();
        for (id, name, access) in [
            ("PS100001", r#"["Display=Users"]Users"#, Some(0x65)),
            ("ps100001", r#"["Display=X\packagers"]X\packagers"#, Some(0x17f)),
            ("PS100002", r#"["Display=Users"]Users"#, None),
        ] {
            let (package_id, user_name) = (made.field(id), made.field(name));
            let access = access.map_or(cmlint_source::Field::Absent, |access| made.number(access));
            made.put(&Scope::Hierarchy, PackageAccess { package_id, user_name, access });
        }
        made.snapshot.seal();
        let principals = Principals::build(&made.snapshot);
        let packages = PackageEntry::by_package(made.snapshot.package_access.rows(), &principals);
        let told: Vec<(String, Option<bool>, Option<bool>)> = packages
            .values()
            .flatten()
            .map(|entry| (entry.key().to_string(), entry.reads().ok(), entry.writes().ok()))
            .collect();
        let row = |key: &str, reads, writes| (key.to_owned(), reads, writes);
        assert_eq!(
            told,
            [
                row("package:PS100001/account:package-access/name:users", Some(true), Some(false)),
                row(r"package:PS100001/account:package-access/name:x\packagers", Some(true), Some(true)),
                row("package:PS100002/account:package-access/name:users", None, None),
            ]
        );
    }
}
