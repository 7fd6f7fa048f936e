//! Loose files: what each is, told by its content.

use cmlint_model::{Dataset, Scope, Statement, Status, host_key};
use cmlint_source::Source;
use cmlint_text::secrets::Format;
use cmlint_text::{csv, json, xml};

use crate::load::format_of;
use crate::open::Job;

/// The pieces of a loose file.
///
/// # Errors
/// Why the file is not known, in words.
pub(crate) fn recognise(source: &Source) -> Result<Vec<Job>, String> {
    let job = |dataset, section| Job {
        file: source.id(),
        dataset,
        scope: scope_of(source, dataset),
        statement: Statement::new(Status::Given, "a loose file"),
        rows: None,
        named: None,
        doubt: None,
        section,
    };
    match format_of(source.path(), source.text()) {
        Format::Json => {
            let (document, _) = json::document(source);
            let mut jobs = Vec::new();
            for (index, section) in document.sections.iter().enumerate() {
                let several = document.sections.len() > 1 || section.name.is_some();
                if let Some(dataset) = json_dataset(source, section) {
                    jobs.push(job(dataset, several.then_some(index)));
                }
            }
            match jobs.is_empty() {
                true => {
                    Err("no class of the SMS Provider and no other known list was recognised in it"
                        .to_owned())
                }
                false => Ok(jobs),
            }
        }
        Format::Xml => xml_dataset(source).map(|dataset| vec![job(dataset, None)]),
        Format::Inf => match source.text().to_ascii_lowercase().contains("[privilege rights]") {
            true => Ok(vec![job(Dataset::UserRight, None)]),
            false => Err("an INF file without [Privilege Rights]".to_owned()),
        },
        Format::Ldif => Ok(vec![job(Dataset::Directory, None)]),
        Format::Csv => csv_dataset(source).map(|dataset| vec![job(dataset, None)]),
        Format::Reg => Err("registry exports are only read as part of a snapshot".to_owned()),
        Format::Unknown => Err("its content is not known".to_owned()),
    }
}

/// Properties that tell a class when nothing names it; all of a row must be there.
const SIGNATURES: &[(Dataset, &[&str])] = &[
    (Dataset::Role, &["RoleID", "RoleName", "CopiedFromID"]),
    (Dataset::Admin, &["LogonName", "RoleNames"]),
    (Dataset::Admin, &["AdminSid", "LogonName"]),
    (Dataset::StoredAccount, &["UserName", "AccountUsage"]),
    (Dataset::SiteSystemRole, &["NetworkOSPath", "RoleName"]),
    (Dataset::SiteDefinition, &["SiteCode", "SQLDatabaseName", "SiteServerName"]),
    (Dataset::Site, &["SiteCode", "ServerName", "InstallDir"]),
    (Dataset::SecuredObject, &["ObjectTypeID", "ObjectTypeName"]),
    (Dataset::Collection, &["CollectionID", "LimitToCollectionID"]),
    (Dataset::ClientSettings, &["SettingsID", "AgentConfigurations"]),
    (Dataset::Forest, &["ForestFQDN", "PublishingStatus"]),
    (Dataset::ForestStatus, &["ForestID", "SiteCode", "PublishingEnabled"]),
    (Dataset::PackageAccess, &["PackageID", "UserName", "Access"]),
    (Dataset::Device, &["Name", "Domain", "IsClient"]),
    (Dataset::TaskSequencePackage, &["PackageID", "Sequence"]),
    (Dataset::Address, &["DesSiteCode", "ItemName"]),
    (Dataset::LocalGroup, &["Name", "SID", "Members"]),
    (Dataset::Computer, &["DomainRole", "Domain"]),
    (Dataset::Service, &["StartMode", "StartName"]),
    (Dataset::Domain, &["DNSRoot", "DomainSID"]),
];

fn json_dataset(source: &Source, section: &json::Section<'_>) -> Option<Dataset> {
    let named = section.name.as_ref().and_then(|n| provider_class(&n.value));
    let context = || section.context.as_ref().and_then(|c| provider_class(c.rsplit('#').next()?));
    let class = || section.peek_text("__CLASS").and_then(|c| provider_class(&c.value));
    let item = || {
        // Components and client components have one shape; the item's name tells them apart.
        let names = section.peek();
        let has = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        if has("ItemName") && has("PropLists") && !has("AccountUsage") {
            let item = section.peek_text("ItemName")?;
            return Some(if item.value.contains('|') {
                Dataset::Component
            } else {
                Dataset::ClientComponent
            });
        }
        SIGNATURES.iter().find(|(_, all)| all.iter().all(|n| has(n))).map(|(dataset, _)| *dataset)
    };
    let file = || {
        let name = source.path().rsplit('/').next()?;
        provider_class(name.strip_suffix(".json")?)
    };
    named.or_else(context).or_else(class).or_else(item).or_else(file)
}

fn provider_class(name: &str) -> Option<Dataset> {
    let name = name.trim();
    if !name.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("SMS_")) {
        return None;
    }
    Dataset::from_name(name)
}

fn xml_dataset(source: &Source) -> Result<Dataset, String> {
    let (document, _) = xml::parse(source);
    let Some(root) = document.root() else { return Err("an XML file without an element".to_owned()) };
    match root.name() {
        "SMS_Roles" | "SMS_Role" => Ok(Dataset::RoleXml),
        "sequence" => Ok(Dataset::TaskSequence),
        "INSTANCE" => match root.attribute_any_case("CLASSNAME") {
            Some(class) if class.value.eq_ignore_ascii_case("SMS_TaskSequencePackage") => {
                Ok(Dataset::TaskSequence)
            }
            _ => Err("a console export of another class than SMS_TaskSequencePackage".to_owned()),
        },
        "configuration" if root.child("system.applicationHost").is_some() => Ok(Dataset::Iis),
        _ => Err("its root element is not known".to_owned()),
    }
}

fn csv_dataset(source: &Source) -> Result<Dataset, String> {
    let (table, _) = csv::parse(source);
    let has = |names: &[&str]| names.iter().all(|n| table.column(n).is_some());
    if let Some(view) = source.path().strip_suffix(".csv").and_then(|p| p.rsplit('.').next())
        && let Some(dataset) = Dataset::from_name(&format!("sql.{view}"))
    {
        return Ok(dataset);
    }
    let found = [
        (Dataset::Acl, &["kind", "path", "sddl"][..]),
        (Dataset::Lookup, &["asked", "answer"]),
        (Dataset::SqlDatabasePrincipal, &["principal_id", "type_desc", "owning_principal_id"]),
        (Dataset::SqlServerPrincipal, &["principal_id", "type_desc", "is_disabled"]),
        (Dataset::SqlDatabase, &["database_id", "owner_sid"]),
    ];
    let known = found.into_iter().find(|(_, columns)| has(columns)).map(|(dataset, _)| dataset);
    known.ok_or_else(|| "its columns are not known".to_owned())
}

/// The scope that a path or its content tells; else the file itself.
fn scope_of(source: &Source, dataset: Dataset) -> Scope {
    use cmlint_model::ScopeKind;
    let path = source.path();
    let parts: Vec<&str> = path.split('/').collect();
    let unknown = || Scope::File(path.to_owned());
    match dataset.info().scope {
        ScopeKind::Hierarchy | ScopeKind::Site => Scope::Hierarchy,
        ScopeKind::Host => match parts.iter().position(|p| p.eq_ignore_ascii_case("hosts")) {
            Some(at) if parts.len() > at + 2 => Scope::Host(host_key(parts[at + 1])),
            _ => unknown(),
        },
        ScopeKind::Domain if dataset == Dataset::Lookup => {
            let name = parts.last().copied().unwrap_or_default();
            name.strip_suffix(".lookups.csv").map_or_else(unknown, Scope::domain)
        }
        ScopeKind::Domain => domain_in(source.text()).map_or_else(unknown, |d| Scope::domain(&d)),
        ScopeKind::Database => {
            let name = parts.last().copied().unwrap_or_default();
            match (parts.len().checked_sub(2).and_then(|i| parts.get(i)), name.split('.').next()) {
                (Some(server), Some(database)) if !database.is_empty() => Scope::database(server, database),
                _ => unknown(),
            }
        }
        ScopeKind::File => unknown(),
    }
}

/// The DNS name of the domain in the first distinguished name: `DC=contoso,DC=com`.
fn domain_in(text: &str) -> Option<String> {
    let line = text.lines().find(|l| l.get(..3).is_some_and(|p| p.eq_ignore_ascii_case("dn:")))?;
    let labels: Vec<&str> = line
        .split(',')
        .filter_map(|part| {
            let part = part.trim_start_matches("dn:").trim();
            part.get(..3).filter(|p| p.eq_ignore_ascii_case("DC=")).map(|_| part[3..].trim())
        })
        .collect();
    (!labels.is_empty()).then(|| labels.join("."))
}
