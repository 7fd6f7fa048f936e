//! A made-up site, said in the words of the SMS Provider.

use crate::proof::Answer;
use crate::rows::*;
use crate::views::permissions::{On, Permissions};
use crate::views::principals::Principals;
use crate::views::testing::{Made, sid};
use crate::{Dataset, Scope, Snapshot, Status};

pub(super) const ANNA: u32 = 1101;
pub(super) const TEAM: u32 = 1201;
pub(super) const DESK: u32 = 1202;

/// A triple: role (`id` or `id=name`), `scope` or `collection`, identifier.
pub(super) type Triple<'t> = (&'t str, &'t str, &'t str);

/// Anna is in Team, and Team is in Desk.
pub(super) struct Site(pub(super) Made);

impl Site {
    pub(super) fn new() -> Site {
        let mut made = Made::new();
        let hierarchy = Scope::Hierarchy;
        made.state::<Admin<'static>>(&hierarchy, Status::Complete);
        made.state::<Role<'static>>(&hierarchy, Status::Complete);
        made.state::<Collection<'static>>(&hierarchy, Status::Complete);
        let made = made.user(ANNA, "anna", &["Team"]).group(TEAM, "Team", &["Desk"]).group(DESK, "Desk", &[]);
        Site(made)
            .collection("SMS00001", "All Systems", None)
            .collection("PS100001", "Workstations", Some("SMS00001"))
            .collection("PS100002", "Pilots", Some("PS100001"))
            .collection("PS100003", "Servers", Some("SMS00001"))
    }

    pub(super) fn collection(mut self, id: &str, name: &str, limit: Option<&str>) -> Site {
        let limit = match limit {
            Some(limit) => self.0.field(limit),
            None => cmlint_source::Field::Null(self.0.at()),
        };
        let row = Collection {
            collection_id: self.0.field(id),
            name: self.0.field(name),
            limit_to_collection_id: limit,
            collection_type: self.0.number(2),
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    fn triples(&mut self, triples: &[Triple<'_>]) -> Vec<Permission<'static>> {
        let kind = |kind: &str| if kind == "scope" { 29 } else { 1 };
        triples
            .iter()
            .map(|(role, what, id)| Permission {
                category_id: self.0.field(id),
                category_type_id: self.0.number(kind(what)),
                role_id: self.0.field(role),
                ..Permission::default()
            })
            .collect()
    }

    pub(super) fn admin(mut self, rid: u32, name: &str, triples: &[Triple<'_>]) -> Site {
        let rows = self.triples(triples);
        let row = Admin {
            account_type: self.0.number(i64::from(rid >= TEAM)),
            admin_sid: self.0.field(&sid(rid).to_string()),
            logon_name: self.0.field(&format!(r"CORP\{name}")),
            is_group: self.0.truth(rid >= TEAM),
            permissions: self.0.list(rows),
            ..Admin::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    /// As a list query delivers it: three lists of names.
    pub(super) fn listed(mut self, rid: u32, name: &str, lists: [&[&str]; 3]) -> Site {
        let row = Admin {
            account_type: self.0.number(i64::from(rid >= TEAM)),
            admin_sid: self.0.field(&sid(rid).to_string()),
            logon_name: self.0.field(&format!(r"CORP\{name}")),
            role_names: self.0.texts(lists[0]),
            category_names: self.0.texts(lists[1]),
            collection_names: self.0.texts(lists[2]),
            ..Admin::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    /// A role with what it grants: (type, mask).
    pub(super) fn role(mut self, id: &str, name: &str, grants: &[(i64, i64)]) -> Site {
        let operations = self.operations(grants);
        let row = Role {
            role_id: self.0.field(id),
            role_name: self.0.field(name),
            operations: self.0.list(operations),
            ..Role::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    /// A role whose operations a list query left out.
    pub(super) fn bare_role(mut self, id: &str, name: &str) -> Site {
        let row = Role { role_id: self.0.field(id), role_name: self.0.field(name), ..Role::default() };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    pub(super) fn exported(mut self, name: &str, grants: &[(i64, i64)]) -> Site {
        let operations = self.operations(grants);
        let operations =
            operations.into_iter().map(|o| cmlint_source::Spanned::new(o, self.0.at())).collect();
        let row = RoleXml {
            name: self.0.field(name),
            description: self.0.field(""),
            copied_from: self.0.field("SMS0001R"),
            operations,
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    fn operations(&mut self, grants: &[(i64, i64)]) -> Vec<Operation> {
        let mut operation = |(object_type, mask): &(i64, i64)| Operation {
            granted: self.0.number(*mask),
            object_type: self.0.number(*object_type),
        };
        grants.iter().map(&mut operation).collect()
    }

    /// What the site itself says exists on a type.
    pub(super) fn secured(mut self, id: i64, name: &str, named: &[(i64, &str)]) -> Site {
        let operations = named
            .iter()
            .map(|(bit, name)| NamedOperation {
                bit_flag: self.0.number(*bit),
                operation_name: self.0.field(name),
            })
            .collect();
        let row = SecuredObject {
            object_type: self.0.number(id),
            name: self.0.field(name),
            instance_operations: self.0.number(named.iter().map(|(bit, _)| bit).sum()),
            operations: self.0.list(operations),
            ..SecuredObject::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    pub(super) fn without(mut self, dataset: Dataset) -> Site {
        self.0 = self.0.without(dataset);
        self
    }

    pub(super) fn close(mut self) -> Snapshot<'static> {
        self.0.close();
        self.0.snapshot
    }

    /// Whether Anna may.
    pub(super) fn can(self, object_type: i64, mask: i64) -> Answer {
        self.can_on(object_type, mask, On::Anything)
    }

    pub(super) fn can_on(self, object_type: i64, mask: i64, on: On<'_>) -> Answer {
        let snapshot = self.close();
        let principals = Principals::build(&snapshot);
        let permissions = Permissions::build(&snapshot, &principals);
        permissions.can_on(&sid(ANNA), object_type, mask, on, &principals)
    }
}
