//! Secrets of an XML text, found by its tags alone, so that they are found in broken texts too.

use std::ops::Range;

use cmlint_source::OffsetMap;
use memchr::{memchr, memmem};

use super::escape::{resolve, resolved};
use super::found::Found;
use super::inner;
use super::names::{self, Name, Part, RESERVED2, is_harmless, is_set};
use super::sets::Sets;
use super::sieve::Hits;

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
    let (sets, hits) = (Sets::new(text), Hits::new(text));
    let mut scanner =
        Scanner { text, at: 0, depth, cut_values, raw_bracket: false, open, sets, hits, flat: None, found };
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
const NAMED_BY_ATTRIBUTE: [&str; 21] = [
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
    "ss",
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
    sets: Sets<'t>,
    hits: Hits<'t>,
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
        if self.hits.touch(&range) {
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
        let hits = self.hits.touch(&range);
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
        let suspect = self.hits.touch(&(start + 1..self.at));
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
        self.element(name, suspect, &attributes, empty);
    }

    fn attribute(&mut self) -> Attribute<'t> {
        let (name, range) = self.name_and_value();
        let verdict = match self.hits.touch(&name) {
            true => names::judge_closely(&self.text[name.clone()]),
            false => Name::Other,
        };
        let suspect = self.hits.touch(&range);
        Attribute { name: local(&self.text[name]), verdict, range, suspect }
    }

    /// The places of an attribute's name and value.
    fn name_and_value(&mut self) -> (Range<usize>, Range<usize>) {
        let bytes = self.text.as_bytes();
        let skip = |at: usize, stop: fn(u8) -> bool| {
            at + bytes[at..].iter().position(|&b| stop(b)).unwrap_or(bytes.len() - at)
        };
        let start = self.at;
        let end = skip(start, |b| b.is_ascii_whitespace() || b"=/><\"'".contains(&b));
        self.at = end;
        let equals = skip(end, |b| !b.is_ascii_whitespace());
        if bytes.get(equals) != Some(&b'=') {
            return (start..end, end..end);
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
        (start..end, range)
    }

    fn element(&mut self, name: &'t str, suspect: bool, attributes: &[Attribute<'t>], empty: bool) {
        let mut verdict = if suspect { names::judge_closely(name) } else { Name::Other };
        let mut part = names::part(name);
        let mut flag = false;
        for attribute in attributes {
            match attribute.part() {
                Part::Name if attribute.names_the_text_of(name) => {
                    let value = resolved(&self.text[attribute.range.clone()]);
                    if verdict == Name::Other && attribute.suspect {
                        verdict = names::judge_closely(&value);
                    }
                    let by_name = names::part(&value);
                    part = if by_name == Part::None { part } else { by_name };
                }
                Part::Flag => flag |= is_set(&self.text[attribute.range.clone()]),
                _ => {}
            }
        }
        let own = match verdict {
            // A list of that name is a list of accounts.
            Name::Secret(RESERVED2) if ends_with(name, ".array") => None,
            Name::Secret(kind) => Some(kind),
            _ if flag => Some(names::MASKED),
            _ if name.eq_ignore_ascii_case("ss") => Some("text protected by Windows (SecureString)"),
            _ => None,
        };
        // A qualifier says something about the property that it stands in.
        let inherited = self.flat.or(self.top().secret).filter(|_| !name.eq_ignore_ascii_case("qualifier"));
        for attribute in attributes {
            self.attribute_value(attribute, own, inherited);
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

    fn attribute_value(
        &mut self,
        attribute: &Attribute<'t>,
        own: Option<&'static str>,
        inherited: Option<&'static str>,
    ) {
        let secret = match attribute.verdict {
            Name::Secret(kind) => Some(kind),
            _ => own.filter(|_| attribute.part() == Part::Value).or(inherited),
        };
        if secret.is_none() && !attribute.suspect {
            return;
        }
        let range = attribute.range.clone();
        let (value, map) = resolve(&self.text[range.clone()]);
        match secret {
            Some(_) if is_harmless(&value) => {}
            Some(kind) => self.found.secret(range, kind),
            None => inner(&value, self.depth, &map, range, self.found),
        }
    }
}

/// An attribute of a tag.
struct Attribute<'t> {
    /// Name without prefix.
    name: &'t str,
    /// What the name says of the value.
    verdict: Name,
    /// Where the value stands, without its quotes.
    range: Range<usize>,
    /// Whether the value holds a stem.
    suspect: bool,
}

impl Attribute<'_> {
    fn part(&self) -> Part {
        // CLIXML's short form of `Name`.
        if self.name.eq_ignore_ascii_case("n") { Part::Name } else { names::part(self.name) }
    }

    /// Whether an attribute that names something names the text of its element.
    fn names_the_text_of(&self, element: &str) -> bool {
        let listed = NAMED_BY_ATTRIBUTE.iter().any(|n| n.eq_ignore_ascii_case(element));
        let explicit = ["PropertyName", "VariableName"].iter().any(|n| n.eq_ignore_ascii_case(self.name));
        listed || explicit
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Whether a name ends in a word, in any case.
fn ends_with(name: &str, end: &str) -> bool {
    let start = name.len().saturating_sub(end.len());
    name.as_bytes()[start..].eq_ignore_ascii_case(end.as_bytes())
}
