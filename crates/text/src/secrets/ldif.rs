//! Secrets of an LDIF text: by the attribute's name, or inside any value, encoded or not.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cmlint_source::OffsetMap;

use super::found::Found;
use super::names::{directory_secret, is_harmless};
use super::{holds_secret, inner, sieve, text_of_bytes};
use crate::support::Line;

/// Values may be cut, so that neither padding nor the last bits are asked for.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Finds the secrets of an LDIF text.
pub(super) fn scan(text: &str, found: &mut Found) {
    let mut next = 0;
    while let Some(line) = Line::at(text, next) {
        next = line.next;
        // A value goes on in lines that begin with a blank.
        let mut parts: Vec<_> = std::iter::once(line.start..line.end()).collect();
        while let Some(more) = Line::at(text, next).filter(|l| l.text.starts_with(' ')) {
            parts.push(more.start + 1..more.end());
            next = more.next;
        }
        attribute(text, parts, found);
    }
}

fn attribute(text: &str, mut parts: Vec<Range<usize>>, found: &mut Found) {
    let Some(colon) = text[parts[0].clone()].find(':') else {
        value(text, &parts, None, false, found);
        return;
    };
    let start = parts[0].start;
    let name = text[start..start + colon].split(';').next().unwrap_or("");
    let kind = directory_secret(name);
    let rest = &text[start + colon + 1..parts[0].end];
    let encoded = rest.starts_with(':');
    let rest = rest.trim_start_matches([':', '<']).trim_start();
    // The name itself is no value, but a line without an attribute may begin like one.
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if is_name {
        parts[0].start = parts[0].end - rest.len();
    }
    value(text, &parts, kind, encoded, found);
}

fn value(text: &str, parts: &[Range<usize>], kind: Option<&'static str>, encoded: bool, found: &mut Found) {
    let joined: Cow<'_, str> = match parts {
        [one] => text[one.clone()].into(),
        _ => parts.iter().map(|p| &text[p.clone()]).collect::<String>().into(),
    };
    let kind = match kind {
        Some(kind) => Some(kind).filter(|_| !is_harmless(&joined)),
        None if encoded => {
            decode(&joined).filter(|t| holds_secret(t)).map(|_| "secret inside an encoded value")
        }
        None if !sieve::hits(&joined) => None,
        None => {
            if let [one] = parts {
                inner(&joined, 0, &OffsetMap::verbatim(0, joined.len()), one.clone(), found);
                return;
            }
            holds_secret(&joined).then_some("secret inside a value")
        }
    };
    if let Some(kind) = kind {
        for part in parts {
            found.secret(part.clone(), kind);
        }
    }
}

/// The text in a base64 value, as far as it is complete.
fn decode(value: &str) -> Option<String> {
    let digits = value.trim().trim_end_matches('=');
    let digits = digits.get(..digits.len() - usize::from(digits.len() % 4 == 1))?;
    text_of_bytes(&LENIENT.decode(digits).ok()?)
}
