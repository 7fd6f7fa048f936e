//! The inside of a start tag: attributes, their values, references.

use std::borrow::Cow;
use std::collections::HashSet;

use quick_xml::events::attributes::{AttrError, Attributes};

use super::build::Builder;
use super::{Range, RawAttribute, escape, prefix_len};
use crate::support::shown;

/// From here on names are hashed to find repeated attributes.
const MANY_ATTRIBUTES: usize = 32;

impl<'a> Builder<'a> {
    /// The attributes of a start tag whose content stands at `base` and holds a `&` or `<` if `special`.
    pub(super) fn attributes(&mut self, base: usize, content: &'a str, name_len: usize, special: bool) {
        let first = self.doc.attributes.len();
        let mut seen: Option<HashSet<&str>> = None;
        let mut attributes = Attributes::new(content, name_len);
        // Its own check cannot be told to keep the first and go on behind the second.
        attributes.with_checks(false);
        for attribute in attributes {
            let (name, value) = match attribute {
                Ok(attribute) => (attribute.key.0, attribute.value),
                Err(error) => {
                    self.attribute_error(base, content, &error);
                    continue;
                }
            };
            // Values of a borrowed tag are borrowed: quick-xml does not decode them.
            let Cow::Borrowed(value) = value else { continue };
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            let range = self.range(name);
            let before = &self.doc.attributes[first..];
            let repeated = if before.len() < MANY_ATTRIBUTES {
                before.iter().any(|b| b.name.of(self.text) == name)
            } else {
                let names = || before.iter().map(|b| b.name.of(self.text)).collect();
                !seen.get_or_insert_with(names).insert(name)
            };
            if repeated {
                let message = format!("the attribute {} stands twice; the first was kept", shown(name));
                self.problems.lost(
                    range.start as usize..range.end as usize,
                    message,
                    "remove one of the two",
                );
                continue;
            }
            if special {
                self.value(name, value);
            }
            let local = range.start + prefix_len(name) as u32;
            let value = self.range(value);
            self.doc.attributes.push(RawAttribute { name: range, local, value });
        }
    }

    /// Reports what is wrong with the value of an attribute.
    fn value(&mut self, name: &str, value: &str) {
        let base = self.offset(value);
        let mut at = 0;
        while let Some(found) = memchr::memchr2(b'&', b'<', &value.as_bytes()[at..]) {
            at += found;
            if value.as_bytes()[at] == b'<' {
                let message = format!("the value of {} holds a `<`: elements may be lost in it", shown(name));
                let help = "close the quote of a value in front of it, or write `<` as `&lt;`";
                self.problems.lost(base..base + value.len(), message, help);
                return;
            }
            at += self.reference(base + at);
        }
    }

    /// Reports a reference that is none, and returns its length.
    pub(super) fn reference(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if let Some((_, len)) = escape::reference(rest) {
            return len;
        }
        let len = escape::bad_reference_len(rest);
        let message = "an unknown entity or a lone `&`; it was left as written";
        self.problems.lost(at..at + len, message, "write `&` as `&amp;`");
        len
    }

    fn attribute_error(&mut self, base: usize, content: &str, error: &AttrError) {
        let (at, message) = match *error {
            AttrError::ExpectedEq(at) => (at, "an attribute without a value: expected `=`"),
            AttrError::ExpectedValue(at) => (at, "an attribute without a value behind `=`"),
            AttrError::UnquotedValue(at) => (at, "the value of an attribute without quotes; it was skipped"),
            AttrError::ExpectedQuote(at, _) => (at, "the value of an attribute without its closing quote"),
            AttrError::Duplicated(at, _) => (at, "an attribute that stands twice"),
        };
        let at = base + at.min(content.len());
        self.problems.lost(at..at, message, "write the attribute as `name=\"value\"`");
    }

    fn range(&self, part: &str) -> Range {
        let start = self.offset(part) as u32;
        Range { start, end: start + part.len() as u32 }
    }

    /// Where a part of the text that quick-xml borrowed from it stands.
    fn offset(&self, part: &str) -> usize {
        let offset = part.as_ptr().addr() - self.text.as_ptr().addr();
        debug_assert_eq!(self.text.get(offset..offset + part.len()), Some(part));
        offset
    }
}
