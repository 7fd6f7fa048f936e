//! Role-based administration: administrative users and security roles, from the provider and from
//! exported files.

use cmlint_source::{Bool, Field, Int, Many, Span, Spanned, Str};
use serde::Deserialize;

/// `SMS_Admin`: an administrative user.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Admin<'a> {
    /// 0 user, 1 group, 2 computer; with 128 added for Entra objects.
    pub account_type: Field<Int>,
    /// Number of the row.
    #[serde(rename = "AdminID")]
    pub admin_id: Field<Int>,
    /// SID as text.
    #[serde(borrow)]
    pub admin_sid: Field<Str<'a>>,
    /// `DOMAIN\name`.
    pub logon_name: Field<Str<'a>>,
    /// Distinguished name.
    pub distinguished_name: Field<Str<'a>>,
    /// Whether the user is a group.
    pub is_group: Field<Bool>,
    /// Names of the roles; delivered by list queries.
    pub role_names: Field<Many<Spanned<Str<'a>>>>,
    /// Identifiers of the roles. Lazy.
    pub roles: Field<Many<Spanned<Str<'a>>>>,
    /// Names of the security scopes.
    pub category_names: Field<Many<Spanned<Str<'a>>>>,
    /// Identifiers of the security scopes. Lazy.
    pub categories: Field<Many<Spanned<Str<'a>>>>,
    /// Names of the collections.
    pub collection_names: Field<Many<Spanned<Str<'a>>>>,
    /// Exact triples of role, and scope or collection. Lazy.
    pub permissions: Field<Many<Spanned<Permission<'a>>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// `SMS_APermission`: a role on a scope or collection.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Permission<'a> {
    /// Identifier of the scope or collection.
    #[serde(borrow, rename = "CategoryID")]
    pub category_id: Field<Str<'a>>,
    /// Its name.
    pub category_name: Field<Str<'a>>,
    /// 1 collection, 29 security scope.
    #[serde(rename = "CategoryTypeID")]
    pub category_type_id: Field<Int>,
    /// Identifier of the role.
    #[serde(rename = "RoleID")]
    pub role_id: Field<Str<'a>>,
    /// Its name.
    pub role_name: Field<Str<'a>>,
}

/// `SMS_Role`: a security role.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Role<'a> {
    /// `SMS000nR` for built-in roles, `<SITE>0000n` for others.
    #[serde(borrow, rename = "RoleID")]
    pub role_id: Field<Str<'a>>,
    /// Display name.
    pub role_name: Field<Str<'a>>,
    /// Identifier of the role it was copied from.
    #[serde(rename = "CopiedFromID")]
    pub copied_from_id: Field<Str<'a>>,
    /// Whether it came with the product.
    pub is_built_in: Field<Bool>,
    /// Number of administrative users that hold it.
    pub number_of_admins: Field<Int>,
    /// What it grants. Lazy.
    pub operations: Field<Many<Spanned<Operation>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// `SMS_ARoleOperation`: the operations that a role grants on one type of object.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(default)]
pub struct Operation {
    /// Bits; their meaning depends on the type of object.
    #[serde(rename = "GrantedOperations")]
    pub granted: Field<Int>,
    /// Type of object: 1 collection, 27 security role, 28 administrative user, …
    #[serde(rename = "ObjectTypeID")]
    pub object_type: Field<Int>,
}

/// A role of an exported file (`Export-CMSecurityRole`), which has no identifier, scopes or members.
#[derive(Debug)]
pub struct RoleXml<'a> {
    /// Display name: the only link to administrative users.
    pub name: Field<Str<'a>>,
    /// Description.
    pub description: Field<Str<'a>>,
    /// Identifier of the role it was copied from.
    pub copied_from: Field<Str<'a>>,
    /// What it grants, in the order of the file.
    pub operations: Vec<Spanned<Operation>>,
}

/// `SMS_RbacSecuredObject`: the operations that exist on a type of object.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub struct SecuredObject<'a> {
    /// Type of object.
    #[serde(rename = "ObjectTypeID")]
    pub object_type: Field<Int>,
    /// Its name.
    #[serde(rename = "ObjectTypeName", borrow)]
    pub name: Field<Str<'a>>,
    /// Bits that exist on the type.
    #[serde(rename = "AvailableInstanceOperations")]
    pub instance_operations: Field<Int>,
    /// Bits that exist on all objects of the type at once.
    #[serde(rename = "AvailableTypeOperations")]
    pub type_operations: Field<Int>,
    /// The bits with their names. Lazy.
    #[serde(rename = "Operations")]
    pub operations: Field<Many<Spanned<NamedOperation<'a>>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// `SMS_Operation`: one bit and its name.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamedOperation<'a> {
    /// The bit as a mask.
    pub bit_flag: Field<Int>,
    /// Its name.
    #[serde(borrow)]
    pub operation_name: Field<Str<'a>>,
}

/// `SMS_SecuredCategory`: a security scope.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct SecurityScope<'a> {
    /// `SMS00ALL` is All, `SMS00UNA` is Default.
    #[serde(borrow, rename = "CategoryID")]
    pub category_id: Field<Str<'a>>,
    /// Display name.
    pub category_name: Field<Str<'a>>,
}

/// The place of an operation's mask, for a label.
pub fn mask_span(operation: &Spanned<Operation>) -> Span {
    operation.granted.span().unwrap_or(operation.span)
}
