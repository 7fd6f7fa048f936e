use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Context.
    Info,
    /// Left over.
    Low,
    /// A required right is missing, or clear drift from least privilege.
    Medium,
    /// Breaks a stated "do not", or excess rights.
    High,
    /// Hands over the hierarchy, or breaks a stated "never".
    Critical,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The word of outputs and options.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for Severity {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        Severity::ALL.into_iter().find(|s| s.word().eq_ignore_ascii_case(word)).ok_or(())
    }
}

/// What is known of a lint before it runs.
#[derive(Debug)]
pub struct Meta {
    /// The bad state in one clause, lower case, no full stop: "a network access account may sign in
    /// interactively".
    pub title: &'static str,
    /// The severity of its findings, unless a finding says otherwise.
    pub severity: Severity,
    /// Words to select by: `accounts`, `rbac`, `groups`, `acl`, `sql`, `task-sequences`, `hygiene`, ….
    pub tags: &'static [&'static str],
    /// What it judges, in the plural: "network access accounts". Stands in "there are no …".
    pub noun: &'static str,
    /// The groups and accounts of the source documents that it is about, by their titles.
    pub subjects: &'static [&'static str],
    /// The requirements of the source documents that its findings break. Beyond them: none.
    pub requirements: &'static [&'static str],
    /// Where its rule comes from and which attacks it closes.
    pub references: &'static [Reference],
    /// The version that brought it.
    pub since: &'static str,
    /// Whether a finding may be suppressed. Only few lints forbid it.
    pub suppressible: bool,
}

impl Meta {
    /// A meta with the usual values, to fill in with `..Meta::BASE`.
    pub const BASE: Meta = Meta {
        title: "",
        severity: Severity::Medium,
        tags: &[],
        noun: "objects",
        subjects: &[],
        requirements: &[],
        references: &[],
        since: "0.1.0",
        suppressible: true,
    };
}

/// Where a rule comes from, or what it protects from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reference {
    /// A section of Microsoft's page "Accounts used in Configuration Manager", by its title.
    Section(&'static str),
    /// Another document, with the title of its section.
    Document(&'static str, &'static str),
    /// A row of the check catalogue beyond the source documents.
    Catalogue(&'static str),
    /// A technique or defence of Misconfiguration Manager.
    MisconfigurationManager(&'static str),
    /// A technique of MITRE ATT&CK.
    Attack(&'static str),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Section(title) => {
                write!(f, "Microsoft, Accounts used in Configuration Manager, \"{title}\"")
            }
            Reference::Document(document, section) => write!(f, "{document}, \"{section}\""),
            Reference::Catalogue(id) => write!(f, "check catalogue {id}"),
            Reference::MisconfigurationManager(id) => write!(f, "Misconfiguration Manager {id}"),
            Reference::Attack(id) => write!(f, "MITRE ATT&CK {id}"),
        }
    }
}
