//! Pseudonyms in the place of the names of an organisation: accounts, groups, computers, domains, SIDs.
//!
//! The *texts* of a snapshot are rewritten before they are read: whatever is then said about them names nobody,
//! in every format, and marks stand under the right words. Each word becomes a pseudonym that is not known to
//! be one of the product, of Windows or of a file format: what is left readable is listed, and not what is
//! hidden, so that a name in a place that nobody thought of is hidden too. A pseudonym follows from the word
//! and the key alone (HMAC-SHA-256): it is the same everywhere, in one snapshot and between snapshots, and
//! cannot be found out without the key.
//!
//! What stays: words of the product and of Windows, SIDs and RIDs that every domain has, site codes and
//! identifiers made of them, GUIDs, numbers, dates, line structure.
#![forbid(unsafe_code)]

mod format;
mod ldif;
mod pseudonym;
mod registry;
mod vocabulary;
mod words;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cmlint_text::secrets::Format;
use pseudonym::Key;
use regex::Regex;

/// Replaces names.
#[derive(Debug)]
pub struct Redactor {
    key: Key,
    /// Site codes, in lower case.
    sites: BTreeSet<String>,
}

impl Redactor {
    /// Replaces names by pseudonyms of this key. `sites` are codes of sites, which stay.
    pub fn new<'n>(key: &[u8], sites: impl IntoIterator<Item = &'n str>) -> Redactor {
        let sites = sites.into_iter().map(str::to_lowercase).filter(|site| site.len() == 3);
        Redactor { key: Key::new(key), sites: sites.collect() }
    }

    /// The text of a file with pseudonyms. It has as many lines as before, and what its format needs (names
    /// of properties, columns and tags) is still there.
    pub fn text(&self, format: Format, text: &str) -> String {
        match format {
            Format::Json => format::json(self, text),
            Format::Xml => format::xml(self, text),
            Format::Csv => format::csv(self, text),
            Format::Ldif => ldif::ldif(self, text),
            Format::Reg => registry::registry(self, text),
            _ => self.line(text),
        }
    }

    /// A name, a path or a sentence with pseudonyms.
    pub fn line(&self, text: &str) -> String {
        words::words(self, text)
    }
}

/// Codes of sites that rows of the SMS Provider name (`"SiteCode": "PS1"`).
pub fn site_codes(text: &str) -> impl Iterator<Item = &str> {
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?i)sitecode"\s*:\s*"([a-z0-9]{3})""#).expect("a pattern of our own"));
    CODE.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str()))
}
