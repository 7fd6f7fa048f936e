//! Secrets of an XML text, found by its tags alone, so that they are found in broken texts too.

use std::ops::Range;

use cmlint_source::OffsetMap;
use memchr::{memchr, memmem};

use super::escape::resolve;
use super::found::Found;
use super::names::{self, Name, Part, RESERVED2, is_harmless, is_set};
use super::sets::Sets;
use super::{inner, sieve};

/// Finds the secrets of an XML text that lies `depth` documents deep.
pub(super) fn scan(text: &str, depth: u32, found: &mut Found) {
    // A `<` in an attribute's value means that a quote is missing, or that the writer did not know that it
    // must be escaped. Both readings are tried, and what either hides is hidden.
    if run(text, depth, false, found) {
        run(text, depth, true, found);
    }
}

/// Scans a text; says whether an attribute's value holds a `<`.
fn run(text: &str, depth: u32, cut_values: bool, found: &mut Found) -> bool {
    let document = Element { local: "", secret: None, part: Part::None };
    let open = vec![document];
    let sets = Sets::new();
    let mut scanner =
        Scanner { text, at: 0, depth, cut_values, raw_bracket: false, open, sets, flat: None, found };
    scanner.run();
    scanner.raw_bracket
}

/// An open element. What stands in it is also a set of properties of the same number.
struct Element<'t> {
    /// Name without prefix.
    local: &'t str,
    /// All text inside is a secret.
    secret: Option<&'static str>,
    /// What its text is in the set around it.
    part: Part,
}

/// Elements of which an attribute names what their text is. The names of other elements are free text
/// (`<step name="Reset password">`).
const NAMED_BY_ATTRIBUTE: [&str; 20] = [
    "variable",
    "var",
    "property",
    "property.array",
    "property.object",
    "add",
    "param",
    "parameter",
    "setting",
    "entry",
    "item",
    "attribute",
    "argument",
    "field",
    "column",
    "data",
    "pair",
    "option",
    // PowerShell's CLIXML.
    "s",
    "obj",
];

/// Elements deeper than this are not kept, only the innermost is.
const OPEN: usize = 512;
/// How far up a closing tag looks for its element.
const UNCLOSED: usize = 64;

struct Scanner<'t, 'f> {
    text: &'t str,
    at: usize,
    depth: u32,
    /// Whether an attribute's value ends at a `<`.
    cut_values: bool,
    raw_bracket: bool,
    /// Never empty: the first one is the document.
    open: Vec<Element<'t>>,
    sets: Sets,
    /// Set inside of an element that is too deep to be kept and whose text is a secret.
    flat: Option<&'static str>,
    found: &'f mut Found,
}

impl<'t> Scanner<'t, '_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text.as_bytes()[self.at..];
            let start = self.at;
            match rest {
                [b'<', b'!', b'-', b'-', ..] => {
                    let range = self.until(4, "-->");
                    self.verbatim(range);
                }
                [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => {
                    let range = self.until(9, "]]>");
                    self.characters(range, true);
                }
                [b'<', b'?' | b'!', ..] => {
                    let range = self.until(1, ">");
                    self.verbatim(range);
                }
                [b'<', b'/', ..] => {
                    let range = self.until(2, ">");
                    self.close(range);
                }
                [b'<', first, ..] if first.is_ascii_alphabetic() || *first == b'_' || *first >= 0x80 => {
                    self.tag(start);
                }
                _ => {
                    // A lone `<` is text like any other.
                    let next = memchr(b'<', &rest[1..]).map_or(rest.len(), |at| at + 1);
                    self.at += next;
                    self.characters(start..self.at, false);
                }
            }
        }
        while self.open.len() > 1 {
            self.pop(true);
        }
        self.sets.close(false, self.found);
    }

    /// Goes behind `end`, and returns the range before it; both to the end of the text if it is missing.
    fn until(&mut self, skip: usize, end: &str) -> Range<usize> {
        let start = self.at + skip;
        let rest = &self.text.as_bytes()[start..];
        let len = memmem::find(rest, end.as_bytes());
        self.at = len.map_or(self.text.len(), |len| start + len + end.len());
        start..len.map_or(self.text.len(), |len| start + len)
    }

    /// A comment or an instruction: it may hold what was XML once.
    fn verbatim(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        if sieve::hits(text) {
            inner(text, self.depth, &OffsetMap::verbatim(0, text.len()), range, self.found);
        }
    }

    fn top(&self) -> &Element<'t> {
        self.open.last().expect("the document is never closed")
    }

    fn close(&mut self, name: Range<usize>) {
        let name = local(self.text[name].trim());
        if self.flat.take().is_some() {
            return;
        }
        let near = self.open.len().saturating_sub(UNCLOSED).max(1);
        let same = |e: &Element<'_>| e.local.eq_ignore_ascii_case(name);
        let Some(index) = self.open[near..].iter().rposition(same) else { return };
        while self.open.len() > near + index {
            self.pop(false);
        }
    }

    fn pop(&mut self, cut: bool) {
        self.open.pop();
        self.sets.close(cut, self.found);
    }

    /// Text or the content of a CDATA section.
    fn characters(&mut self, range: Range<usize>, cdata: bool) {
        let range = crate::support::trim(&self.text[range.clone()], range.start);
        if range.is_empty() {
            return;
        }
        let raw = &self.text[range.clone()];
        let secret = self.flat.or(self.top().secret);
        let hits = sieve::hits(raw);
        let last = self.open.len() - 1;
        // The text of `<PROPERTY NAME="Value1"><VALUE>…` is the property's, two elements up.
        let near = last.saturating_sub(2).max(1)..last + 1;
        let is_property = self.open[near.clone()].iter().any(|e| e.part != Part::None);
        if secret.is_none() && !hits && !is_property {
            return;
        }
        let (value, map) = if cdata { (raw.into(), OffsetMap::verbatim(0, raw.len())) } else { resolve(raw) };
        for index in near {
            self.sets.property(index - 1, self.open[index].part, &value, range.clone());
        }
        match secret {
            Some(_) if is_harmless(&value) => {}
            Some(kind) => self.found.secret(range, kind),
            None if hits => inner(&value, self.depth, &map, range, self.found),
            None => {}
        }
    }

    /// A tag at `start`; text if it has no end.
    fn tag(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'<');
        let len = bytes[start + 1..].iter().position(stop).unwrap_or(bytes.len() - start - 1);
        self.at = start + 1 + len;
        let name = local(&self.text[start + 1..self.at]);
        let mut attributes = Vec::new();
        let empty = loop {
            match bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    break bytes[self.at - 2] == b'/';
                }
                Some(b'<') if attributes.is_empty() => {
                    // `a < b`, or a part of a password that holds the sign.
                    self.characters(start..self.at, false);
                    return;
                }
                Some(b'<') | None => break false,
                Some(b'/' | b'"' | b'\'' | b'=') => self.at += 1,
                Some(b) if b.is_ascii_whitespace() => self.at += 1,
                Some(_) => attributes.push(self.attribute()),
            }
        };
        self.element(name, &attributes, empty);
    }

    /// An attribute: its name and the place of its value.
    fn attribute(&mut self) -> (&'t str, Range<usize>) {
        let bytes = self.text.as_bytes();
        let skip = |at: usize, stop: fn(u8) -> bool| {
            at + bytes[at..].iter().position(|&b| stop(b)).unwrap_or(bytes.len() - at)
        };
        let start = self.at;
        let end = skip(start, |b| b.is_ascii_whitespace() || b"=/><\"'".contains(&b));
        let name = local(&self.text[start..end]);
        self.at = end;
        let equals = skip(end, |b| !b.is_ascii_whitespace());
        if bytes.get(equals) != Some(&b'=') {
            return (name, end..end);
        }
        let value = skip(equals + 1, |b| !b.is_ascii_whitespace());
        let range = match bytes.get(value) {
            Some(&quote @ (b'"' | b'\'')) => {
                let start = value + 1;
                let len = memchr(quote, &bytes[start..]);
                let end = len.map_or(bytes.len(), |len| start + len);
                let bracket = memchr(b'<', &bytes[start..end]);
                self.raw_bracket |= bracket.is_some();
                match bracket.filter(|_| self.cut_values) {
                    Some(len) => {
                        self.at = start + len;
                        start..start + len
                    }
                    None => {
                        self.at = (end + 1).min(bytes.len());
                        start..end
                    }
                }
            }
            _ => {
                self.at = skip(value, |b| b.is_ascii_whitespace() || b == b'>');
                value..self.at
            }
        };
        (name, range)
    }

    fn element(&mut self, name: &'t str, attributes: &[(&'t str, Range<usize>)], empty: bool) {
        let named = is_one_of(name, &NAMED_BY_ATTRIBUTE) || name.eq_ignore_ascii_case("ss");
        let mut verdict = names::judge(name);
        let mut part = names::part(name);
        let mut flag = false;
        for (attribute, range) in attributes {
            let attribute_part = match attribute.eq_ignore_ascii_case("n") {
                true => Part::Name,
                false => names::part(attribute),
            };
            let own = named || starts_with(attribute, "property") || starts_with(attribute, "variable");
            let (value, _) = resolve(&self.text[range.clone()]);
            match attribute_part {
                Part::Name if own => {
                    verdict = if verdict == Name::Other { names::judge(&value) } else { verdict };
                    let by_name = names::part(&value);
                    part = if by_name == Part::None { part } else { by_name };
                }
                Part::Flag => flag |= is_set(&value),
                _ => {}
            }
        }
        let own = match verdict {
            // A list of that name is a list of accounts.
            Name::Secret(RESERVED2)
                if name.len() > 6 && name[name.len() - 6..].eq_ignore_ascii_case(".array") =>
            {
                None
            }
            Name::Secret(kind) => Some(kind),
            _ if flag => Some(names::MASKED),
            _ if name.eq_ignore_ascii_case("ss") => Some("text protected by Windows (SecureString)"),
            _ => None,
        };
        // A qualifier says something about the property that it stands in.
        let inherited = self.flat.or(self.top().secret).filter(|_| !name.eq_ignore_ascii_case("qualifier"));
        for (attribute, range) in attributes {
            let value_of_own = own.filter(|_| names::part(attribute) == Part::Value);
            self.attribute_value(range.clone(), names::secret(attribute).or(value_of_own).or(inherited));
        }
        if empty {
            return;
        }
        let secret = own.or(inherited);
        if self.open.len() >= OPEN {
            self.flat = secret;
            return;
        }
        self.open.push(Element { local: name, secret, part });
        self.sets.open();
    }

    fn attribute_value(&mut self, range: Range<usize>, secret: Option<&'static str>) {
        let raw = &self.text[range.clone()];
        let hits = sieve::hits(raw);
        if secret.is_none() && !hits {
            return;
        }
        let (value, map) = resolve(raw);
        match secret {
            Some(_) if is_harmless(&value) => {}
            Some(kind) => self.found.secret(range, kind),
            None => inner(&value, self.depth, &map, range, self.found),
        }
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn starts_with(name: &str, start: &str) -> bool {
    name.len() > start.len() && name.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
}
