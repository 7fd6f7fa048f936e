use std::fmt;

/// What a piece of the snapshot speaks about. Coverage is stated for each dataset and scope.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// All sites together: administrative users, security roles.
    Hierarchy,
    /// One site, by its three-character code in upper case.
    Site(String),
    /// One computer, by its lower-case fully qualified name.
    Host(String),
    /// One Active Directory domain, by its lower-case DNS name.
    Domain(String),
    /// One database: lower-case fully qualified server name and lower-case database name. Views of the
    /// whole server belong to `master`.
    Database {
        /// The server.
        server: String,
        /// The database.
        name: String,
    },
    /// A file that says nothing about its place, by its path.
    File(String),
}

/// The kinds of [`Scope`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ScopeKind {
    /// See [`Scope::Hierarchy`].
    Hierarchy,
    /// See [`Scope::Site`].
    Site,
    /// See [`Scope::Host`].
    Host,
    /// See [`Scope::Domain`].
    Domain,
    /// See [`Scope::Database`].
    Database,
    /// See [`Scope::File`].
    File,
}

impl Scope {
    /// The scope of a site code in any case.
    pub fn site(code: &str) -> Scope {
        Scope::Site(code.trim().to_ascii_uppercase())
    }

    /// The scope of a computer name in any case; see [`host_key`].
    pub fn host(name: &str) -> Scope {
        Scope::Host(host_key(name))
    }

    /// The scope of a DNS domain name in any case.
    pub fn domain(name: &str) -> Scope {
        Scope::Domain(name.trim().trim_end_matches('.').to_lowercase())
    }

    /// The scope of a database, names in any case.
    pub fn database(server: &str, name: &str) -> Scope {
        Scope::Database { server: host_key(server), name: name.trim().to_lowercase() }
    }

    /// Which kind of scope this is.
    pub fn kind(&self) -> ScopeKind {
        match self {
            Scope::Hierarchy => ScopeKind::Hierarchy,
            Scope::Site(_) => ScopeKind::Site,
            Scope::Host(_) => ScopeKind::Host,
            Scope::Domain(_) => ScopeKind::Domain,
            Scope::Database { .. } => ScopeKind::Database,
            Scope::File(_) => ScopeKind::File,
        }
    }

    /// The key as outputs and manifests write it; empty for the hierarchy.
    pub fn key(&self) -> String {
        match self {
            Scope::Hierarchy => String::new(),
            Scope::Site(key) | Scope::Host(key) | Scope::Domain(key) | Scope::File(key) => key.clone(),
            Scope::Database { server, name } => format!("{server}/{name}"),
        }
    }

    /// Reads the pair of kind and key of a manifest; `None` when the kind is unknown or the key is missing.
    pub fn from_parts(kind: &str, key: &str) -> Option<Scope> {
        if key.is_empty() && kind != "hierarchy" {
            return None;
        }
        Some(match kind {
            "hierarchy" => Scope::Hierarchy,
            "site" => Scope::site(key),
            "host" => Scope::host(key),
            "domain" => Scope::domain(key),
            "database" => {
                let (server, name) = key.split_once('/')?;
                Scope::database(server, name)
            }
            "file" => Scope::File(key.to_owned()),
            _ => return None,
        })
    }
}

impl ScopeKind {
    /// The word of outputs and manifests.
    pub fn word(self) -> &'static str {
        match self {
            ScopeKind::Hierarchy => "hierarchy",
            ScopeKind::Site => "site",
            ScopeKind::Host => "host",
            ScopeKind::Domain => "domain",
            ScopeKind::Database => "database",
            ScopeKind::File => "file",
        }
    }
}

/// `site PS1`, `host cm01.contoso.com`, `hierarchy`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Hierarchy => f.write_str("hierarchy"),
            other => write!(f, "{} {}", other.kind().word(), other.key()),
        }
    }
}

/// A computer name as a key: lower case, without leading `\\`, trailing `\`, `$` and `.`.
///
/// `NetworkOSPath` writes one host as `\\CM01.contoso.com` and `\\cm01.CONTOSO.com` in one snapshot.
pub fn host_key(name: &str) -> String {
    let name = name.trim().trim_start_matches('\\').trim_end_matches(['\\', '$', '.']);
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_case_and_form_are_one_host() {
        assert_eq!(Scope::host(r"\\CM01.Contoso.COM\"), Scope::host("cm01.contoso.com."));
    }

    #[test]
    fn a_scope_survives_its_two_parts() {
        for scope in [
            Scope::Hierarchy,
            Scope::site("ps1"),
            Scope::host("CM01.contoso.com"),
            Scope::domain("Contoso.com"),
            Scope::database("SQL01.contoso.com", "CM_PS1"),
        ] {
            assert_eq!(Scope::from_parts(scope.kind().word(), &scope.key()), Some(scope));
        }
        assert_eq!(Scope::from_parts("host", ""), None);
        assert_eq!(Scope::from_parts("planet", "x"), None);
    }
}
