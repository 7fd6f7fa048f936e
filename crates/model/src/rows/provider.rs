//! Rows of the SMS Provider: site control items and other classes, as the AdminService and
//! `ConvertTo-Json` write them. Property names are those of the SDK reference.

use cmlint_source::{Bool, Field, Int, Many, Span, Spanned, Str};
use serde::Deserialize;

/// `SMS_EmbeddedProperty`: one property of a site control item. The same property keeps its text in
/// `Value1` or in `Value2`, depending on the component and on the tool that wrote it.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Prop<'a> {
    /// Name; its case differs between sites.
    #[serde(borrow)]
    pub property_name: Field<Str<'a>>,
    /// The number.
    pub value: Field<Int>,
    /// The first text.
    pub value1: Field<Str<'a>>,
    /// The second text.
    pub value2: Field<Str<'a>>,
}

impl<'a> Prop<'a> {
    /// The first text that is not empty.
    pub fn text(&self) -> Option<Spanned<&str>> {
        self.value1.filled().or_else(|| self.value2.filled())
    }
}

/// `SMS_EmbeddedPropertyList`: a named list of texts of a site control item.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct PropList<'a> {
    /// Name; its case differs between sites.
    #[serde(borrow)]
    pub property_list_name: Field<Str<'a>>,
    /// The texts.
    pub values: Field<Many<Spanned<Str<'a>>>>,
}

/// The property of a name, in any case.
pub fn prop<'r, 'a>(props: &'r Field<Many<Prop<'a>>>, name: &str) -> Option<&'r Prop<'a>> {
    props.get()?.iter().find(|p| p.property_name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case(name)))
}

/// The property list of a name, in any case.
pub fn prop_list<'r, 'a>(lists: &'r Field<Many<PropList<'a>>>, name: &str) -> Option<&'r PropList<'a>> {
    let same = |n: &Str<'_>| n.trim().eq_ignore_ascii_case(name);
    lists.get()?.iter().find(|p| p.property_list_name.get().is_some_and(same))
}

/// `SMS_Site`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Site<'a> {
    /// Three-character code.
    #[serde(borrow)]
    pub site_code: Field<Str<'a>>,
    /// Display name.
    pub site_name: Field<Str<'a>>,
    /// The active site server.
    pub server_name: Field<Str<'a>>,
    /// Installation folder on the site server.
    pub install_dir: Field<Str<'a>>,
    /// Build: 9068 is version 2111, 9106 version 2303.
    pub build_number: Field<Int>,
    /// `5.00.9106.1000`.
    pub version: Field<Str<'a>>,
    /// 1 secondary site, 2 primary site, 4 central administration site.
    pub r#type: Field<Int>,
    /// Code of the parent site; empty at the top.
    pub reporting_site_code: Field<Str<'a>>,
}

/// `SMS_SCI_SiteDefinition`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct SiteDefinition<'a> {
    /// Three-character code.
    #[serde(borrow)]
    pub site_code: Field<Str<'a>>,
    /// Code of the parent site; empty at the top.
    pub parent_site_code: Field<Str<'a>>,
    /// The active site server.
    pub site_server_name: Field<Str<'a>>,
    /// NetBIOS name of the site server's domain.
    pub site_server_domain: Field<Str<'a>>,
    /// As the type of a [`Site`].
    pub site_type: Field<Int>,
    /// Computer of the site database.
    #[serde(rename = "SQLServerName")]
    pub sql_server_name: Field<Str<'a>>,
    /// Database name; `INSTANCE\DATABASE` with a named instance.
    #[serde(rename = "SQLDatabaseName")]
    pub sql_database_name: Field<Str<'a>>,
    /// Lazy.
    pub props: Field<Many<Prop<'a>>>,
}

/// `SMS_SCI_SysResUse`: one site system role on one computer.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct SiteSystemRole<'a> {
    /// `\\server`; its case varies within one snapshot.
    #[serde(borrow, rename = "NetworkOSPath")]
    pub network_os_path: Field<Str<'a>>,
    /// `SMS Site Server`, `SMS Provider`, `SMS Management Point`, …
    pub role_name: Field<Str<'a>>,
    /// Site of the role.
    pub site_code: Field<Str<'a>>,
    /// 1, 2, 4: on a secondary, primary or central site server; 8: elsewhere.
    pub r#type: Field<Int>,
    /// Lazy.
    pub props: Field<Many<Prop<'a>>>,
    /// Lazy.
    pub prop_lists: Field<Many<PropList<'a>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// `SMS_SCI_Component` and `SMS_SCI_ClientComp` have the same shape.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct ComponentItem<'a> {
    /// `SMS_CLIENT_CONFIG_MANAGER|SMS Site Server`, or `Software Distribution`.
    #[serde(borrow)]
    pub item_name: Field<Str<'a>>,
    /// Site of the item.
    pub site_code: Field<Str<'a>>,
    /// 2 for the actual site control file, 1 for a proposed one.
    pub file_type: Field<Int>,
    /// Lazy.
    pub props: Field<Many<Prop<'a>>>,
    /// Lazy.
    pub prop_lists: Field<Many<PropList<'a>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

impl ComponentItem<'_> {
    /// The component's name: what stands before `|` in the item name.
    pub fn component(&self) -> &str {
        self.item_name.get().map_or("", |n| n.split('|').next().unwrap_or_default().trim())
    }
}

/// `SMS_SCI_Component`.
#[derive(Deserialize, Debug, Default)]
#[serde(transparent)]
pub struct Component<'a>(#[serde(borrow)] pub ComponentItem<'a>);

/// `SMS_SCI_ClientComp`.
#[derive(Deserialize, Debug, Default)]
#[serde(transparent)]
pub struct ClientComponent<'a>(#[serde(borrow)] pub ComponentItem<'a>);

/// `SMS_SCI_Reserved`: an account whose password the site stores. `Reserved2`, the encrypted password, is
/// never read.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct StoredAccount<'a> {
    /// The account as it was typed.
    #[serde(borrow)]
    pub user_name: Field<Str<'a>>,
    /// Names of components that use it: `Software Distribution` is the network access account,
    /// `SMS_CLIENT_CONFIG_MANAGER` client push; others are opaque.
    pub account_usage: Field<Many<Spanned<Str<'a>>>>,
    /// `<account>|<number>`.
    pub item_name: Field<Str<'a>>,
    /// Site of the row.
    pub site_code: Field<Str<'a>>,
}

/// `SMS_SCI_Address`: a file replication route.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Address<'a> {
    /// `<SITE>|MS_LAN`.
    #[serde(borrow)]
    pub item_name: Field<Str<'a>>,
    /// Destination site.
    pub des_site_code: Field<Str<'a>>,
    /// Site of the row.
    pub site_code: Field<Str<'a>>,
    /// Lazy. `LAN Login` names the file replication account; empty means the computer account.
    pub props: Field<Many<Prop<'a>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// `SMS_ADForest`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Forest<'a> {
    /// DNS name of the forest.
    #[serde(borrow, rename = "ForestFQDN")]
    pub forest_fqdn: Field<Str<'a>>,
    /// Identifier, by which [`ForestStatus`] names it.
    #[serde(rename = "ForestID")]
    pub forest_id: Field<Int>,
    /// The forest account; empty means the site server's computer account.
    pub account: Field<Str<'a>>,
    /// Whether the forest is discovered.
    pub enable_discovery: Field<Bool>,
    /// 0 succeeded, 1 completed, 2 access denied, 3 failed, 4 stopped.
    pub discovery_status: Field<Int>,
    /// 0 unknown, 1 succeeded, 2 failed.
    pub publishing_status: Field<Int>,
    /// Where the site publishes.
    pub publishing_path: Field<Str<'a>>,
}

/// `SMS_ADForestDiscoveryStatus`: what one site does with one forest.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct ForestStatus<'a> {
    /// Identifier of the [`Forest`].
    #[serde(rename = "ForestID")]
    pub forest_id: Field<Int>,
    /// The site.
    #[serde(borrow)]
    pub site_code: Field<Str<'a>>,
    /// Whether the site discovers the forest.
    pub discovery_enabled: Field<Bool>,
    /// Whether the site publishes to the forest.
    pub publishing_enabled: Field<Bool>,
}

/// `SMS_TaskSequencePackage`. The sequence itself becomes a [`crate::rows::TaskSequence`].
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskSequencePackage<'a> {
    /// Package identifier, `PS100123`.
    #[serde(borrow, rename = "PackageID")]
    pub package_id: Field<Str<'a>>,
    /// Display name.
    pub name: Field<Str<'a>>,
    /// Last change, ISO 8601 or DMTF.
    pub source_date: Field<Str<'a>>,
    /// Last refresh, ISO 8601 or DMTF.
    pub last_refresh_time: Field<Str<'a>>,
    /// The sequence as XML. Lazy. It may hold secrets: read it through its child source.
    pub sequence: Field<Str<'a>>,
}

/// `SMS_PackageAccessByUsers`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct PackageAccess<'a> {
    /// Package identifier.
    #[serde(borrow, rename = "PackageID")]
    pub package_id: Field<Str<'a>>,
    /// User or group, in NAL path form.
    pub user_name: Field<Str<'a>>,
    /// Bits: 0 read, 1 write, 2 execute, 3 create, 4 delete, 5 view folders, 6 view files, 7 change
    /// permissions, 8 change attributes.
    pub access: Field<Int>,
}

/// `SMS_CombinedDeviceResources`: a managed device.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Device<'a> {
    /// Computer name.
    #[serde(borrow)]
    pub name: Field<Str<'a>>,
    /// NetBIOS name of its domain, or the name of its workgroup.
    pub domain: Field<Str<'a>>,
    /// Site that it is assigned to.
    pub site_code: Field<Str<'a>>,
    /// Whether the client is installed.
    pub is_client: Field<Bool>,
}

/// `SMS_Collection`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Collection<'a> {
    /// Identifier: `SMS00001` is All Systems.
    #[serde(borrow, rename = "CollectionID")]
    pub collection_id: Field<Str<'a>>,
    /// Display name.
    pub name: Field<Str<'a>>,
    /// Identifier of the limiting collection; null for the roots.
    #[serde(rename = "LimitToCollectionID")]
    pub limit_to_collection_id: Field<Str<'a>>,
    /// 1 users, 2 devices.
    pub collection_type: Field<Int>,
}

/// `SMS_ClientSettings`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClientSettings<'a> {
    /// Identifier.
    #[serde(rename = "SettingsID")]
    pub settings_id: Field<Int>,
    /// Display name.
    #[serde(borrow)]
    pub name: Field<Str<'a>>,
    /// 0 default, 1 devices, 2 users.
    pub r#type: Field<Int>,
    /// The lower number wins.
    pub priority: Field<Int>,
    /// Lazy.
    pub agent_configurations: Field<Many<Spanned<AgentConfiguration<'a>>>>,
    /// Names of properties that the query left out.
    #[serde(rename = "__LAZYPROPERTIES")]
    pub lazy_properties: Field<Many<Str<'a>>>,
}

/// One agent's part of client settings; the remote tools agent has identifier 3.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct AgentConfiguration<'a> {
    /// Which agent.
    #[serde(rename = "AgentID")]
    pub agent_id: Field<Int>,
    /// Class name, when the export keeps it.
    #[serde(borrow, rename = "__CLASS")]
    pub class: Field<Str<'a>>,
    /// Whether the agent is on.
    pub enabled: Field<Bool>,
    /// Remote tools: accounts that may view or control clients.
    pub permitted_viewers: Field<Many<Spanned<Str<'a>>>>,
    /// Remote tools: 0 none, 1 view only, 2 full control.
    pub access_level: Field<Int>,
    /// Remote tools: profiles of the firewall in which they are allowed; 0 turns them off.
    pub firewall_exception_profiles: Field<Int>,
    /// Remote tools: control of computers where nobody is signed in.
    pub allow_rem_ctrl_to_unattended: Field<Bool>,
}

/// A place in a row for messages: the name if it is there, else the row itself.
pub fn place_of<T>(field: &Field<T>, row: Span) -> Span {
    field.span().unwrap_or(row)
}
