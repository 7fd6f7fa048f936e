use cmlint_model::{Dataset, Scope};

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
