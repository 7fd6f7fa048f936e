use std::fmt;

use cmlint_lint::{LintDef, Reference};

use crate::nearest;

/// Words that name lints: `all`, an id, the beginning of ids (`naa-*`), `tag:accounts`,
/// `subject:Network access account`, or an identifier of Misconfiguration Manager (`CRED-1`, also
/// `mm:CRED-1`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selector {
    /// Every lint.
    All,
    /// The lint of this id.
    Id(String),
    /// Lints whose ids begin so.
    Prefix(String),
    /// Lints with this tag.
    Tag(String),
    /// Lints about this group or account of the source documents.
    Subject(String),
    /// Lints that refer to this technique or defence of Misconfiguration Manager.
    MisconfigurationManager(String),
}

/// A word that names no lint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// What was meant, perhaps.
    pub near: Option<String>,
}

impl Selector {
    /// Reads a word. It must name at least one of the lints.
    ///
    /// # Errors
    /// When it names none.
    pub fn read(word: &str, lints: &[LintDef]) -> Result<Selector, Unknown> {
        let selector = Selector::parse(word, lints);
        if lints.iter().any(|def| selector.fits(def)) || selector == Selector::All {
            return Ok(selector);
        }
        let names = |of: fn(&LintDef) -> Vec<String>| lints.iter().flat_map(of).collect::<Vec<String>>();
        let (message, head, known) = match &selector {
            Selector::Tag(tag) => (format!("no lint has the tag `{tag}`"), "tag:", names(tags)),
            Selector::Subject(title) => (format!("no lint is about `{title}`"), "subject:", names(subjects)),
            Selector::MisconfigurationManager(id) => {
                (format!("no lint refers to `{id}` of Misconfiguration Manager"), "mm:", names(techniques))
            }
            Selector::Prefix(start) => (format!("no lint begins with `{start}`"), "", names(ids)),
            Selector::All | Selector::Id(_) => (format!("there is no lint `{word}`"), "", names(ids)),
        };
        let bare = word.split_once(':').map_or(word, |(_, bare)| bare);
        let near = nearest(bare.trim().trim_end_matches('*'), known.iter().map(String::as_str));
        let near = near.map(|near| format!("{head}{near}")).or_else(|| tag_named(word, lints));
        Err(Unknown { message, near })
    }

    fn parse(word: &str, lints: &[LintDef]) -> Selector {
        let word = word.trim();
        if let Some((kind, rest)) = word.split_once(':') {
            let rest = rest.trim().to_owned();
            match kind.trim().to_ascii_lowercase().as_str() {
                "tag" => return Selector::Tag(rest.to_lowercase()),
                "subject" => return Selector::Subject(rest),
                "mm" => return Selector::MisconfigurationManager(rest.to_uppercase()),
                _ => {}
            }
        }
        if word.eq_ignore_ascii_case("all") {
            return Selector::All;
        }
        if let Some(start) = word.strip_suffix('*') {
            return Selector::Prefix(start.to_owned());
        }
        let upper = word.to_uppercase();
        if lints.iter().any(|def| techniques(def).contains(&upper)) {
            return Selector::MisconfigurationManager(upper);
        }
        Selector::Id(word.to_owned())
    }

    /// Whether a lint is among those that are meant.
    pub fn fits(&self, def: &LintDef) -> bool {
        match self {
            Selector::All => true,
            Selector::Id(id) => def.id == id,
            Selector::Prefix(start) => def.id.starts_with(start.as_str()),
            Selector::Tag(tag) => def.meta.tags.iter().any(|t| t.eq_ignore_ascii_case(tag)),
            Selector::Subject(title) => {
                def.meta.subjects.iter().any(|s| s.to_lowercase() == title.to_lowercase())
            }
            Selector::MisconfigurationManager(id) => techniques(def).contains(id),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::All => f.write_str("all"),
            Selector::Id(id) => f.write_str(id),
            Selector::Prefix(start) => write!(f, "{start}*"),
            Selector::Tag(tag) => write!(f, "tag:{tag}"),
            Selector::Subject(title) => write!(f, "subject:{title}"),
            Selector::MisconfigurationManager(id) => write!(f, "mm:{id}"),
        }
    }
}

/// `accounts` where `tag:accounts` is meant.
fn tag_named(word: &str, lints: &[LintDef]) -> Option<String> {
    let known = lints.iter().flat_map(tags).find(|tag| tag.eq_ignore_ascii_case(word.trim()))?;
    Some(format!("tag:{known}"))
}

fn ids(def: &LintDef) -> Vec<String> {
    vec![def.id.to_owned()]
}

fn tags(def: &LintDef) -> Vec<String> {
    def.meta.tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn subjects(def: &LintDef) -> Vec<String> {
    def.meta.subjects.iter().map(|subject| (*subject).to_owned()).collect()
}

fn techniques(def: &LintDef) -> Vec<String> {
    let id = |reference: &Reference| match reference {
        Reference::MisconfigurationManager(id) => Some(id.to_uppercase()),
        _ => None,
    };
    def.meta.references.iter().filter_map(id).collect()
}
