//! A made-up hierarchy as the AdminService tells of it: lists leave lazy properties out, objects by their keys have
//! them.

use std::collections::BTreeMap;

use cmlint_model::{DATASETS, Dataset};
use serde_json::{Map, Value, json};

use crate::server::Reply;

/// The rows of each class, whole.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) classes: BTreeMap<&'static str, Vec<Value>>,
    /// Objects by their key come in a list of one.
    pub(crate) listed_objects: bool,
}

fn item(name: &str, kind: &str, more: Value) -> Value {
    let mut item = json!({"FileType": 2, "ItemName": name, "ItemType": kind, "SiteCode": "PS1"});
    let Value::Object(more) = more else { panic!("an object") };
    item.as_object_mut().unwrap().extend(more);
    item
}

fn prop(name: &str, value: i64, value1: &str, value2: &str) -> Value {
    json!({"ItemType": null, "PropertyName": name, "Value": value, "Value1": value1, "Value2": value2})
}

/// A full administrator over everything.
pub(crate) fn everything(role: &str) -> Value {
    json!([
        {"CategoryID": "SMS00ALL", "CategoryName": "All", "CategoryTypeID": 29, "RoleID": role, "RoleName": "r"},
        {"CategoryID": "SMS00001", "CategoryName": "All Systems", "CategoryTypeID": 1, "RoleID": role, "RoleName": "r"},
        {"CategoryID": "SMS00004", "CategoryName": "All Users and User Groups", "CategoryTypeID": 1, "RoleID": role, "RoleName": "r"}
    ])
}

impl World {
    /// One primary site with all its roles on one computer. The caller is covered by a Read-only Analyst.
    pub(crate) fn new() -> World {
        let server = r"\\cm02.contoso.test";
        let role = |name: &str| {
            let mut row = item(
                &format!("[\"Display={server}\\\"]MSWNET:[\"SMS_SITE=PS1\"]{server}\\,{name}"),
                "System Resource Usage",
                json!({"NetworkOSPath": server, "RoleName": name, "Props": [prop("x", 1, "", "")], "PropLists": []}),
            );
            row["NALPath"] = json!(server);
            row
        };
        let mut classes: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
        classes.insert("SMS_Identification", vec![json!({"ThisSiteCode": "PS1", "ThisSiteName": "Primary"})]);
        classes.insert("SMS_Site", vec![json!({"SiteCode": "PS1", "SiteName": "Primary", "ServerName": "cm02.contoso.test",
            "InstallDir": "D:\\ConfigMgr", "BuildNumber": 9106, "Version": "5.00.9106.1000", "Type": 2, "ReportingSiteCode": "", "Status": 1})]);
        classes.insert("SMS_SCI_SiteDefinition", vec![item("Site Definition", "Site Definition", json!({"SiteName": "Primary", "SiteType": 2,
            "ParentSiteCode": "", "SiteServerName": "cm02.contoso.test", "SiteServerDomain": "CONTOSO",
            "SQLServerName": "cm02.contoso.test", "SQLDatabaseName": "CM_PS1", "Props": [prop("x", 1, "", "")]}))]);
        classes.insert(
            "SMS_SCI_SysResUse",
            ["SMS Site Server", "SMS SQL Server", "SMS Provider", "SMS Management Point"].map(role).to_vec(),
        );
        classes.insert("SMS_SCI_Component", vec![item("SMS_CLIENT_CONFIG_MANAGER|SMS Site Server", "Component",
            json!({"ComponentName": "SMS_CLIENT_CONFIG_MANAGER", "Props": [prop("Advanced Client Command Line", 0, "", "")],
            "PropLists": [{"ItemType": null, "PropertyListName": "Reserved2", "Values": ["CONTOSO\\svc-push"]}]}))]);
        classes.insert("SMS_SCI_ClientComp", vec![item("Software Distribution", "Client Component",
            json!({"ClientComponentName": "Software Distribution", "Props": [prop("x", 1, "", "")],
            "PropLists": [{"ItemType": null, "PropertyListName": "Network Access User Names", "Values": ["CONTOSO\\svc-naa"]}]}))]);
        classes.insert("SMS_SCI_Reserved", vec![item("CONTOSO\\svc-naa|0", "User",
            json!({"UserName": "CONTOSO\\svc-naa", "AccountUsage": ["Software Distribution"], "Availability": 0}))]);
        classes.insert("SMS_SCI_Address", Vec::new());
        classes.insert(
            "SMS_SCI_SQLTask",
            vec![item(
                "Clear Undiscovered Clients",
                "SQL Task",
                json!({"Enabled": false, "DeleteOlderThan": 21}),
            )],
        );
        classes.insert("SMS_SCI_SCProperty", vec![json!({"SiteCode": "PS1", "ItemType": "SMS_DISCOVERY_DATA_MANAGER", "PropertyName": "SETTINGS", "Value": 0, "Value1": "INACTIVE", "Value2": ""})]);
        classes.insert(
            "SMS_SCI_SCPropertyList",
            vec![json!({"SiteCode": "PS1", "ItemType": "x", "PropertyListName": "y", "Values": []})],
        );
        classes.insert("SMS_ADForest", vec![json!({"ForestFQDN": "contoso.test", "ForestID": 1, "Account": "", "EnableDiscovery": true, "DiscoveryStatus": 1, "PublishingStatus": 1, "PublishingPath": ""})]);
        classes.insert("SMS_ADForestDiscoveryStatus", vec![json!({"ForestID": 1, "SiteCode": "PS1", "DiscoveryEnabled": true, "PublishingEnabled": true})]);
        classes.insert("SMS_Admin", vec![
            json!({"AdminID": 16777217, "AccountType": 0, "AdminSid": "S-1-5-21-1111111111-2222222222-3333333333-500", "LogonName": "CONTOSO\\Administrator",
                "IsGroup": false, "RoleNames": ["Full Administrator"], "CategoryNames": ["All"], "CollectionNames": [], "SourceSite": "PS1",
                "Roles": ["SMS0001R"], "Categories": ["SMS00ALL"], "Permissions": everything("SMS0001R"), "IsCovered": false}),
            json!({"AdminID": 16777218, "AccountType": 1, "AdminSid": "S-1-5-21-1111111111-2222222222-3333333333-1199", "LogonName": "CONTOSO\\Analysts",
                "IsGroup": true, "RoleNames": ["Read-only Analyst"], "CategoryNames": ["All"], "CollectionNames": [], "SourceSite": "PS1",
                "Roles": ["SMS0002R"], "Categories": ["SMS00ALL"], "Permissions": everything("SMS0002R"), "IsCovered": true}),
        ]);
        classes.insert("SMS_Role", (1..=3).map(|n| json!({"RoleID": format!("SMS000{n}R"), "RoleName": format!("Role {n}"), "RoleDescription": "",
            "CopiedFromID": "", "IsBuiltIn": true, "IsSecAdminRole": n == 1, "NumberOfAdmins": 1, "SourceSite": "PS1",
            "Operations": [{"GrantedOperations": 1, "ObjectTypeID": 1}]})).collect());
        classes.insert("SMS_RbacSecuredObject", (1..=2).map(|n| json!({"ObjectTypeID": n, "ObjectTypeName": format!("Type {n}"),
            "AvailableInstanceOperations": 1, "AvailableTypeOperations": 3, "GrantedOperations": 1, "Operations": [{"OperationName": "Read"}]})).collect());
        classes.insert(
            "SMS_SecuredCategory",
            vec![json!({"CategoryID": "SMS00ALL", "CategoryName": "All", "IsBuiltIn": true})],
        );
        classes.insert(
            "SMS_SecuredCategoryMembership",
            vec![json!({"CategoryID": "SMS00UNA", "ObjectKey": "PS100001", "ObjectTypeID": 2})],
        );
        classes.insert("SMS_Collection", vec![
            json!({"CollectionID": "SMS00001", "Name": "All Systems", "LimitToCollectionID": "", "LimitToCollectionName": "", "CollectionType": 2, "MemberCount": 9}),
            json!({"CollectionID": "SMS00004", "Name": "All Users and User Groups", "LimitToCollectionID": "", "LimitToCollectionName": "", "CollectionType": 1, "MemberCount": 9}),
        ]);
        classes.insert("SMS_CollectionSettings", vec![json!({"CollectionID": "PS100014", "CollectionVariables": [{"Name": "Room", "Value": "B12", "IsMasked": false}]})]);
        classes.insert("SMS_ClientSettings", vec![json!({"SettingsID": 0, "Name": "Default", "Type": 0, "Priority": 10000,
            "AgentConfigurations": [{"AgentID": 3, "__CLASS": "SMS_RemoteToolsAgentConfig", "PermittedViewers": [], "Enabled": false}]})]);
        classes.insert("SMS_Package", vec![json!({"PackageID": "PS100001", "Name": "Tools", "PkgSourcePath": r"\\cm02.contoso.test\src"})]);
        classes.insert(
            "SMS_PackageAccessByUsers",
            vec![json!({"PackageID": "PS100001", "UserName": "Users", "Access": 101})],
        );
        classes.insert("SMS_TaskSequencePackage", vec![json!({"PackageID": "PS100020", "Name": "Install", "SourceDate": "2026-01-01T00:00:00Z", "LastRefreshTime": "2026-01-01T00:00:00Z",
            "Sequence": "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<sequence version=\"3.10\"><step type=\"SMS_TaskSequence_ApplyNetworkSettingsAction\" name=\"Join\"><action>x</action><defaultVarList><variable name=\"OSDJoinDomainName\" property=\"DomainName\">contoso.test</variable><variable name=\"OSDJoinDomainOUName\" property=\"DomainOUName\">LDAP://OU=Workstations,DC=contoso,DC=test</variable><variable name=\"OSDJoinAccount\" property=\"DomainUsername\">CONTOSO\\svc-join</variable></defaultVarList></step></sequence>"})]);
        classes.insert(
            "SMS_BootImagePackage",
            vec![json!({"PackageID": "PS100005", "Name": "Boot", "EnableLabShell": false})],
        );
        classes.insert("SMS_DistributionPointInfo", vec![json!({"ServerName": "cm02.contoso.test", "SiteCode": "PS1", "IsPXE": false, "IsMulticast": false, "SupportUnknownMachines": false})]);
        classes.insert(
            "SMS_CombinedDeviceResources",
            vec![json!({"ResourceID": 16777300, "Name": "PC1", "SiteCode": "PS1", "IsClient": true})],
        );
        World { classes, listed_objects: false }
    }

    /// Answers a path and query below `/AdminService/`.
    pub(crate) fn answer(&self, path: &str) -> Reply {
        let path = path.trim_start_matches('/').trim_start_matches("AdminService/wmi/");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (class, key) =
            path.split_once('(').map_or((path, None), |(class, key)| (class, key.strip_suffix(')')));
        let Some((name, rows)) = self.classes.get_key_value(class) else { return Reply::status(404) };
        let Some(key) = key else { return Reply::json(&list(name, rows, query)) };
        let key = decoded(key);
        let found = rows.iter().find(|row| names(row, &key));
        let context = format!("https://cm02.contoso.test/AdminService/wmi/$metadata#{name}");
        match found {
            None => Reply::status(404),
            Some(row) if self.listed_objects => {
                Reply::json(&json!({"@odata.context": context, "value": [row]}))
            }
            Some(row) => {
                let mut row = row.clone();
                row["@odata.context"] = json!(context);
                Reply::json(&row)
            }
        }
    }
}

fn list(class: &str, rows: &[Value], query: &str) -> Value {
    let number = |name: &str| {
        query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse::<usize>().ok())
    };
    let lazy: Vec<&str> = Dataset::from_name(class)
        .map_or_else(Vec::new, |d| DATASETS[d as usize].lazy.iter().map(|l| l.property).collect());
    let select = query.split('&').find_map(|part| part.strip_prefix("$select="));
    let page = rows.iter().skip(number("$skip").unwrap_or(0)).take(number("$top").unwrap_or(usize::MAX));
    let value: Vec<Value> = page
        .map(|row| {
            let mut row: Map<String, Value> = row.as_object().unwrap().clone();
            for name in lazy.iter().copied().filter(|name| *name != "Sequence") {
                row.insert(name.to_owned(), json!([]));
            }
            row.remove("Sequence");
            row.remove("IsCovered");
            if let Some(select) = select {
                row.retain(|name, _| select.split(',').any(|s| s == name));
            } else {
                row.insert("__LAZYPROPERTIES".to_owned(), json!(lazy));
            }
            Value::Object(row)
        })
        .collect();
    json!({"@odata.context": format!("https://cm02.contoso.test/AdminService/wmi/$metadata#{class}"), "value": value})
}

/// Whether a key such as `16777217`, `'SMS0001R'` or `FileType=2,ItemName='a'` is that of a row.
fn names(row: &Value, key: &str) -> bool {
    let of = |value: &Value| match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    };
    if let Some(whole) = ["FileType", "ItemName", "ItemType", "SiteCode"]
        .map(|name| row.get(name).map(|value| format!("{name}={}", of(value))))
        .into_iter()
        .collect::<Option<Vec<String>>>()
    {
        return key == whole.join(",");
    }
    ["AdminID", "RoleID", "ObjectTypeID", "CollectionID", "SettingsID", "PackageID"]
        .iter()
        .any(|name| row.get(*name).is_some_and(|value| of(value) == key))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
