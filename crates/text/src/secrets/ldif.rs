//! Secrets of an LDIF text: by the attribute's name, or inside any value, encoded or not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cmlint_source::OffsetMap;

use super::found::Found;
use super::names::{directory_secret, is_harmless, is_of_directory};
use super::{holds_secret, inner, sieve, text_of_bytes};
use crate::support::Line;

/// Values may be cut, so that neither padding nor the last bits are asked for.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Names that were judged already: a directory has few, and each stands in every object.
type Names<'t> = BTreeMap<&'t str, Option<&'static str>>;

/// Finds the secrets of an LDIF text.
pub(super) fn scan(text: &str, found: &mut Found) {
    scan_lines(text, true, found);
}

fn scan_lines(text: &str, quick: bool, found: &mut Found) {
    let mut names = Names::new();
    let mut hits = sieve::Hits::new(text);
    let mut parts = Vec::new();
    let mut next = 0;
    while let Some(line) = Line::at(text, next) {
        next = line.next;
        // A value goes on in lines that begin with a blank.
        let folded = text.as_bytes().get(next) == Some(&b' ');
        // Nearly all lines of a large directory end here.
        if quick && !folded && !hits.touch(&(line.start..line.end())) && !is_opaque(line.text) {
            continue;
        }
        parts.clear();
        parts.push(line.start..line.end());
        while let Some(more) = Line::at(text, next).filter(|l| l.text.starts_with(' ')) {
            parts.push(more.start + 1..more.end());
            next = more.next;
        }
        attribute(text, &mut parts, &mut names, found);
    }
}

/// Whether a line can hold a secret although no word in it says so: in base64, or by the name of a
/// directory's own.
fn is_opaque(line: &str) -> bool {
    let Some(colon) = memchr::memchr(b':', line.as_bytes()) else { return false };
    let name = line[..colon].split(';').next().unwrap_or("");
    line.as_bytes().get(colon + 1) == Some(&b':') || is_of_directory(name)
}

fn attribute<'t>(text: &'t str, parts: &mut [Range<usize>], names: &mut Names<'t>, found: &mut Found) {
    let Some(colon) = text[parts[0].clone()].find(':') else {
        value(text, parts, None, false, found);
        return;
    };
    let start = parts[0].start;
    let name = text[start..start + colon].split(';').next().unwrap_or("");
    let kind = *names.entry(name).or_insert_with(|| directory_secret(name));
    let rest = &text[start + colon + 1..parts[0].end];
    let encoded = rest.starts_with(':');
    let rest = rest.trim_start_matches([':', '<']).trim_start();
    // The name itself is no value, but a line without an attribute may begin like one.
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if is_name {
        parts[0].start = parts[0].end - rest.len();
    }
    value(text, parts, kind, encoded, found);
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

#[cfg(test)]
mod tests {
    use cmlint_source::{Encoding, Sources};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn a_line_that_is_passed_over_holds_nothing(
            lines in prop::collection::vec(
                prop::sample::select(vec![
                    "dn: CN=a", "unicodePwd: hunter2", "unicodePwd:: aHVudGVyMg==", "pwdLastSet: 133830000000000000",
                    "description: net use x: /user:a hunter2", "description: Password=hunter2", " word=hunter2", "",
                    "trustAuthIncoming;binary: 0011", "pekList: 00", "description: pass", "member: CN=b", "info:: UGFzc3dvcmQ9aHVudGVyMg==",
                    "password", " x", "# password: y", "a;pwd: z", ":: pwd", "ms-Mcs-AdmPwd: hunter2",
                ]),
                0..12,
            ),
            end in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let text = lines.join(end);
            let mut sources = Sources::new();
            let id = sources.add("a.ldf".to_owned(), text.clone(), Encoding::Utf8);
            let masks = |quick| {
                let mut found = Found::default();
                scan_lines(&text, quick, &mut found);
                found.finish(sources.get(id))
            };
            prop_assert_eq!(masks(true), masks(false), "{:?}", text);
        }
    }
}
