use cmlint_model::{DATASETS, Dataset, Scope, ScopeKind};

/// Where the file of a dataset and scope lies, by the table of datasets.
///
/// For a dataset of many files (`roles/*.xml`) use [`path_of_one`].
pub fn path_of(dataset: Dataset, scope: &Scope) -> String {
    path_of_one(dataset, scope, "all")
}

/// Where one of the files of a dataset lies that has many: `name` takes the place of the `*`.
pub fn path_of_one(dataset: Dataset, scope: &Scope, name: &str) -> String {
    let pattern = dataset.info().pattern;
    match scope {
        Scope::Hierarchy | Scope::Site(_) | Scope::File(_) => pattern.replace('*', &sound(name)),
        Scope::Host(host) => pattern.replace("<HOST>", &sound(host)),
        Scope::Domain(domain) => pattern.replace("<DOMAIN>", &sound(domain)),
        Scope::Database { server, name } => {
            pattern.replace("<SERVER>", &sound(server)).replace("<DATABASE>", &sound(name))
        }
    }
}

/// What lies at a path, if it is a place where the table of datasets puts something: the way back from [`path_of`].
/// Upper and lower case are the same.
pub fn dataset_at(path: &str) -> Option<(Dataset, Scope)> {
    let path = path.to_lowercase();
    DATASETS.iter().find_map(|info| {
        let names = names_in(&info.pattern.to_lowercase(), &path)?;
        let scope = match (info.scope, names.as_slice()) {
            (ScopeKind::Hierarchy, _) => Scope::Hierarchy,
            (ScopeKind::Host, [host]) => Scope::host(host),
            (ScopeKind::Domain, [domain]) => Scope::domain(domain),
            (ScopeKind::Database, [server]) => Scope::database(server, "master"),
            (ScopeKind::Database, [server, database]) => Scope::database(server, database),
            _ => return None,
        };
        Some((info.dataset, scope))
    })
}

/// The names that stand in a path for the `<…>` and `*` of a pattern.
fn names_in(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    let mut names = Vec::new();
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return Some(names),
            (Some(pattern), Some(part)) => match (pattern.find(['<', '*']), pattern.rfind(['>', '*'])) {
                (Some(start), Some(end)) => {
                    let name = part.strip_prefix(&pattern[..start])?.strip_suffix(&pattern[end + 1..])?;
                    names.push(Some(name).filter(|n| !n.is_empty())?.to_owned());
                }
                _ => (pattern == part).then_some(())?,
            },
            _ => return None,
        }
    }
}

/// A name as a part of a path that every system takes.
fn sound(name: &str) -> String {
    let mut clean: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')' | '$' | '#') {
                c
            } else {
                '_'
            }
        })
        .take(100)
        .collect();
    while clean.ends_with(['.', ' ']) {
        clean.pop();
    }
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || ((stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.len() == 4
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if clean.is_empty() || device || clean.starts_with('.') { format!("_{clean}") } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_has_its_place() {
        assert_eq!(path_of(Dataset::Admin, &Scope::Hierarchy), "site/SMS_Admin.json");
        let host = Scope::host("CM01.contoso.com");
        assert_eq!(path_of(Dataset::Iis, &host), "hosts/cm01.contoso.com/applicationHost.config");
        let database = Scope::database("SQL01.contoso.com", "CM_PS1");
        let path = "sql/sql01.contoso.com/cm_ps1.database_principals.csv";
        assert_eq!(path_of(Dataset::SqlDatabasePrincipal, &database), path);
        assert_eq!(path_of_one(Dataset::RoleXml, &Scope::Hierarchy, "OSD: a/b"), "roles/OSD_ a_b.xml");
    }

    #[test]
    fn every_place_leads_back_to_its_dataset() {
        for dataset in Dataset::all().filter(|d| *d != Dataset::Policy) {
            let info = dataset.info();
            let scope = match info.scope {
                ScopeKind::Host => Scope::host("cm01.contoso.com"),
                ScopeKind::Domain => Scope::domain("contoso.com"),
                ScopeKind::Database if info.pattern.contains("master.") => Scope::database("sql01", "master"),
                ScopeKind::Database => Scope::database("sql01", "cm_ps1"),
                _ => Scope::Hierarchy,
            };
            let path = path_of(dataset, &scope);
            assert_eq!(dataset_at(&path), Some((dataset, scope.clone())), "{path}");
            assert_eq!(dataset_at(&path.to_uppercase()), Some((dataset, scope)), "{path}");
        }
        for path in ["site/SMS_Moon.json", "hosts/acl.csv", "manifest.json", "roles/.xml", "roles/a/b.xml"] {
            assert_eq!(dataset_at(path), None, "{path}");
        }
    }

    #[test]
    fn no_name_leads_elsewhere_or_to_a_device() {
        for (name, path) in [
            ("..", "roles/_.xml"),
            ("../../etc/passwd", "roles/_.._.._etc_passwd.xml"),
            ("", "roles/_.xml"),
            ("con", "roles/_con.xml"),
            ("COM1.x", "roles/_COM1.x.xml"),
            ("C:\\x", "roles/C__x.xml"),
            (".hidden", "roles/_.hidden.xml"),
        ] {
            assert_eq!(path_of_one(Dataset::RoleXml, &Scope::Hierarchy, name), path, "{name}");
        }
    }
}
