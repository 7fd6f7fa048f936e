//! Objects as a directory answers them, and what can go wrong when asking.

use std::fmt;

/// An object with the attributes that were asked for and that it has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Entry {
    /// Distinguished name.
    pub dn: String,
    /// Attributes with all their values, named as the server names them.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// The values of an attribute, by its name in any case.
    pub(crate) fn values(&self, name: &str) -> &[Vec<u8>] {
        let found = self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map_or(&[], |(_, values)| values)
    }

    /// The first value of an attribute.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.values(name).first().map(Vec::as_slice)
    }

    /// The first value of an attribute, where it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    /// All values of an attribute that are text.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name).iter().filter_map(|v| std::str::from_utf8(v).ok())
    }

    /// Whether the object is of a class.
    pub(crate) fn is(&self, class: &str) -> bool {
        self.texts("objectClass").any(|c| c.eq_ignore_ascii_case(class))
    }
}

/// How far below its base a question reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Depth {
    /// The base itself.
    Base,
    /// The objects directly below it.
    Children,
    /// The base and everything below it.
    Tree,
}

/// A question to a directory.
#[derive(Clone, Debug)]
pub(crate) struct Question<'q> {
    /// Distinguished name to start at; empty for the server itself.
    pub base: &'q str,
    /// How far to look.
    pub depth: Depth,
    /// Filter (RFC 4515).
    pub filter: &'q str,
    /// Attributes, by name; nothing else is ever asked for.
    pub attributes: &'q [&'q str],
}

/// A part of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// Objects.
    pub entries: Vec<Entry>,
    /// What to send for the next part; `None` after the last.
    pub next: Option<Vec<u8>>,
}

/// A directory that answers questions.
pub(crate) trait Directory {
    /// One page of an answer. `from` is what the page before gave, empty for the first.
    ///
    /// # Errors
    /// Why there is no answer.
    fn page(&mut self, question: &Question<'_>, from: &[u8]) -> Result<Page, Refusal>;
}

/// Why a directory did not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// Nothing listens, or nothing answers in time.
    Unreachable {
        /// Name of the server.
        host: String,
        /// TCP port.
        port: u16,
        /// What the system says.
        what: String,
    },
    /// The server cannot prove who it is.
    Certificate(String),
    /// Name or password are wrong, or the account may not sign in.
    Credentials(String),
    /// The sign-in would be readable on the network, or the server wants more protection.
    Unprotected(String),
    /// There is no such object.
    NoSuchObject,
    /// The caller lacks the right.
    Denied(String),
    /// The server gave up: too much time, too many objects.
    Limit(String),
    /// The connection broke, or an answer was not understood.
    Broken(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unreachable { host, port, what } => write!(f, "{host}:{port} cannot be reached: {what}"),
            Refusal::Certificate(what) => write!(f, "the certificate of the server is not trusted: {what}"),
            Refusal::Credentials(what) => write!(f, "the sign-in failed: {what}"),
            Refusal::Unprotected(what) => write!(f, "no sign-in: {what}"),
            Refusal::NoSuchObject => f.write_str("there is no such object"),
            Refusal::Denied(what) => write!(f, "access denied: {what}"),
            Refusal::Limit(what) => write!(f, "the server gave up: {what}"),
            Refusal::Broken(what) => write!(f, "the connection broke: {what}"),
        }
    }
}

impl Refusal {
    /// Whether another question to the same server may be answered.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Refusal::NoSuchObject | Refusal::Denied(_) | Refusal::Limit(_))
    }
}

/// Hands all objects of an answer to `take`, page by page, so that no answer is ever held whole.
///
/// A server cuts long lists of values (`member;range=0-1499`, MS-ADTS 3.1.1.3.1.3.3); the rest is asked for.
///
/// # Errors
/// Why the answer, or its rest, is missing; what was taken before stands.
pub(crate) fn each(
    directory: &mut dyn Directory,
    question: &Question<'_>,
    take: &mut dyn FnMut(&mut dyn Directory, Entry) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut from = Vec::new();
    let mut begins = None;
    loop {
        let page = directory.page(question, &from)?;
        // A server may give the same cookie with each page (Samba does: it is the name of the search), so that only the
        // objects say whether it repeats itself, and would be asked for ever.
        let first = page.entries.first().map(|entry| entry.dn.clone());
        let same_cookie = !from.is_empty() && page.next.as_ref() == Some(&from);
        if same_cookie && (first.is_none() || first == begins) {
            return Err(Refusal::Broken("the same page came twice".to_owned()));
        }
        begins = first;
        for mut entry in page.entries {
            complete_ranges(directory, &mut entry)?;
            take(directory, entry)?;
        }
        match page.next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
}

/// The object of a distinguished name, or `None` where there is none.
///
/// # Errors
/// Why it is not known.
pub(crate) fn one(
    directory: &mut dyn Directory,
    dn: &str,
    attributes: &[&str],
) -> Result<Option<Entry>, Refusal> {
    let question = Question { base: dn, depth: Depth::Base, filter: "(objectClass=*)", attributes };
    let mut found = None;
    let asked = each(directory, &question, &mut |_, entry| {
        found = Some(entry);
        Ok(())
    });
    match asked {
        Ok(()) => Ok(found),
        Err(Refusal::NoSuchObject) => Ok(None),
        Err(other) => Err(other),
    }
}

fn complete_ranges(directory: &mut dyn Directory, entry: &mut Entry) -> Result<(), Refusal> {
    for index in 0..entry.attributes.len() {
        let Some((name, mut next)) = range(&entry.attributes[index].0) else { continue };
        let mut values = std::mem::take(&mut entry.attributes[index].1);
        while let Some(from) = next {
            let asked = format!("{name};range={from}-*");
            let attributes = [asked.as_str()];
            let question = Question {
                base: &entry.dn,
                depth: Depth::Base,
                filter: "(objectClass=*)",
                attributes: &attributes,
            };
            let page = directory.page(&question, &[])?;
            let more = page.entries.into_iter().flat_map(|e| e.attributes);
            let Some((more_name, more)) =
                more.into_iter().find(|(n, _)| range(n).is_some_and(|(n, _)| n == name))
            else {
                break;
            };
            values.extend(more);
            let (_, further) = range(&more_name).expect("it was found by its range");
            if further.is_some_and(|further| further <= from) {
                return Err(Refusal::Broken(format!("the values of {name} came twice")));
            }
            next = further;
        }
        // An object of many values has the attribute empty beside the one with a range.
        entry.attributes[index] = (name, values);
    }
    entry.attributes.retain(|(_, values)| !values.is_empty());
    Ok(())
}

/// Name and next start of `member;range=0-1499`; the start is `None` in the last one, `member;range=1500-*`.
fn range(attribute: &str) -> Option<(String, Option<u64>)> {
    let (name, options) = attribute.split_once(';')?;
    let bounds = options.to_ascii_lowercase();
    let (_, end) = bounds.strip_prefix("range=")?.split_once('-')?;
    Some((name.to_owned(), if end == "*" { None } else { Some(end.parse::<u64>().ok()? + 1) }))
}

/// A value inside a filter (RFC 4515, 3).
pub(crate) fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'*' | b'(' | b')' | b'\\' | 0 => out.push_str(&format!("\\{byte:02x}")),
            _ if byte.is_ascii() => out.push(byte.into()),
            _ => out.push_str(&format!("\\{byte:02x}")),
        }
    }
    out
}

/// Bytes inside a filter.
pub(crate) fn escaped_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// A distinguished name as a key: without case, without blanks after commas.
pub(crate) fn dn_key(dn: &str) -> String {
    let mut key = String::with_capacity(dn.len());
    let mut after_comma = false;
    for c in dn.trim().chars() {
        if after_comma && c == ' ' {
            continue;
        }
        after_comma = c == ',';
        key.extend(c.to_lowercase());
    }
    key
}

/// The DNS name of a domain's distinguished name: `contoso.com` of `DC=contoso,DC=com`.
pub(crate) fn dns_of(dn: &str) -> String {
    let labels = dn.split(',').filter_map(|part| {
        let (kind, label) = part.split_once('=')?;
        kind.trim().eq_ignore_ascii_case("dc").then(|| label.trim().to_lowercase())
    });
    labels.collect::<Vec<_>>().join(".")
}
