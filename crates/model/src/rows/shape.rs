//! What the tables must know of a row: which scope it names itself, and which lazy properties it delivers.

use cmlint_source::{Field, Many, Str};

use super::*;
use crate::Scope;

/// How a row delivered a lazy property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LazyState {
    /// The property has a value.
    Filled,
    /// The property is there and empty or null.
    Empty,
    /// The property is there and empty, and the row says that the query left it out.
    Listed,
    /// The property is not there.
    Absent,
}

/// See the module.
pub trait Shape {
    /// The scope that the row itself names, where it names one.
    fn own_scope(&self) -> Option<Scope> {
        None
    }

    /// How the row delivers the lazy property at `index` of its dataset's list.
    fn lazy(&self, index: usize) -> LazyState {
        let _ = index;
        LazyState::Absent
    }
}

fn list<T>(field: &Field<Many<T>>, name: &str, listed: &Field<Many<Str<'_>>>) -> LazyState {
    let says = listed.get().is_some_and(|l| l.iter().any(|n| n.eq_ignore_ascii_case(name)));
    match field {
        Field::Present(list) if !list.value.is_empty() => LazyState::Filled,
        Field::Unreadable(_) => LazyState::Filled,
        Field::Present(_) | Field::Null(_) if says => LazyState::Listed,
        Field::Present(_) | Field::Null(_) => LazyState::Empty,
        Field::Absent => LazyState::Absent,
    }
}

fn site(code: &Field<Str<'_>>) -> Option<Scope> {
    code.filled().map(|code| Scope::site(code.value))
}

macro_rules! plain {
    ($($row:ident),* $(,)?) => {$(impl Shape for $row<'_> {})*};
}

plain!(
    Forest,
    SecurityScope,
    Collection,
    PackageAccess,
    Device,
    RoleXml,
    TaskSequence,
    Computer,
    LocalGroup,
    UserRight,
    AclEntry,
    Service,
    FirewallValue,
    ShareFolder,
    AppPool,
    Domain,
    DirectoryObject,
    Lookup,
    SqlServerPrincipal,
    SqlServerRoleMember,
    SqlServerPermission,
    SqlDatabase,
    SqlServerProperty,
    SqlDatabasePrincipal,
    SqlDatabaseRoleMember,
    SqlDatabasePermission,
);

impl Shape for Site<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
}

impl Shape for SiteDefinition<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
    fn lazy(&self, _: usize) -> LazyState {
        list(&self.props, "Props", &Field::Absent)
    }
}

impl Shape for SiteSystemRole<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
    fn lazy(&self, index: usize) -> LazyState {
        match index {
            0 => list(&self.props, "Props", &self.lazy_properties),
            _ => list(&self.prop_lists, "PropLists", &self.lazy_properties),
        }
    }
}

impl ComponentItem<'_> {
    fn lazy_state(&self, index: usize) -> LazyState {
        match index {
            0 => list(&self.props, "Props", &self.lazy_properties),
            _ => list(&self.prop_lists, "PropLists", &self.lazy_properties),
        }
    }
}

impl Shape for Component<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.0.site_code)
    }
    fn lazy(&self, index: usize) -> LazyState {
        self.0.lazy_state(index)
    }
}

impl Shape for ClientComponent<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.0.site_code)
    }
    fn lazy(&self, index: usize) -> LazyState {
        self.0.lazy_state(index)
    }
}

impl Shape for StoredAccount<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
}

impl Shape for ForestStatus<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
}

impl Shape for Address<'_> {
    fn own_scope(&self) -> Option<Scope> {
        site(&self.site_code)
    }
    fn lazy(&self, _: usize) -> LazyState {
        list(&self.props, "Props", &self.lazy_properties)
    }
}

impl Shape for Admin<'_> {
    fn lazy(&self, index: usize) -> LazyState {
        match index {
            0 => list(&self.permissions, "Permissions", &self.lazy_properties),
            1 => list(&self.roles, "Roles", &self.lazy_properties),
            _ => list(&self.categories, "Categories", &self.lazy_properties),
        }
    }
}

impl Shape for Role<'_> {
    fn lazy(&self, _: usize) -> LazyState {
        list(&self.operations, "Operations", &self.lazy_properties)
    }
}

impl Shape for SecuredObject<'_> {
    fn lazy(&self, _: usize) -> LazyState {
        list(&self.operations, "Operations", &self.lazy_properties)
    }
}

impl Shape for ClientSettings<'_> {
    fn lazy(&self, _: usize) -> LazyState {
        list(&self.agent_configurations, "AgentConfigurations", &self.lazy_properties)
    }
}

impl Shape for TaskSequencePackage<'_> {
    fn lazy(&self, _: usize) -> LazyState {
        match &self.sequence {
            Field::Absent => LazyState::Absent,
            field if field.filled().is_some() || field.is_unreadable() => LazyState::Filled,
            _ => LazyState::Empty,
        }
    }
}
