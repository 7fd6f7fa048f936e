//! Secrets of INF files and registry exports: by the name of the value.

use std::ops::Range;

use cmlint_source::OffsetMap;

use super::escape::unescape;
use super::found::Found;
use super::names::{self, Name, is_harmless};
use super::{holds_secret, inner, sieve, text_of_bytes};
use crate::support::{Line, trim};

/// Finds the secrets of an INF file: `Name = value`, or in the section of registry values
/// `MACHINE\…\Name=type,value`.
pub(super) fn inf(text: &str, found: &mut Found) {
    let mut next = 0;
    while let Some(line) = Line::at(text, next) {
        next = line.next;
        if !sieve::hits(line.text) {
            continue;
        }
        let equals = line.text.find('=').unwrap_or(line.text.len());
        let name = line.text[..equals].rsplit('\\').next().unwrap_or("").trim().trim_matches('"');
        let verdict = names::judge(name);
        if equals == line.text.len() || verdict == Name::Other {
            whole(text, line.start..line.end(), found);
            continue;
        }
        let value = trim(&line.text[equals + 1..], line.start + equals + 1);
        whole(text, value.clone(), found);
        if let Name::Secret(kind) = verdict {
            inf_value(text, value, kind, found);
        }
    }
}

/// Hides a value but for its registry type. A number is a setting, not a secret.
fn inf_value(text: &str, range: Range<usize>, kind: &'static str, found: &mut Found) {
    let value = &text[range.clone()];
    let (number, rest) = value.split_once(',').unwrap_or(("", value));
    let is_type = !number.is_empty() && number.trim().bytes().all(|b| b.is_ascii_digit());
    let rest = if is_type { rest } else { value };
    let quoted = rest.trim().trim_matches('"');
    let is_number =
        is_type && number.trim() == "4" || quoted.bytes().all(|b| b.is_ascii_digit()) && quoted.len() < 4;
    if !is_number && !is_harmless(quoted) {
        let start = range.end - rest.len();
        found.secret(trim(rest, start), kind);
    }
}

/// Looks for secrets by form in a part of a text.
fn whole(text: &str, range: Range<usize>, found: &mut Found) {
    let part = &text[range.clone()];
    inner(part, 0, &OffsetMap::verbatim(0, part.len()), range, found);
}

/// Finds the secrets of a registry export.
pub(super) fn reg(text: &str, found: &mut Found) {
    let mut hive = None;
    let mut next = 0;
    while let Some(line) = Line::at(text, next) {
        next = line.next;
        let start = line.trimmed().start;
        let rest = &text[start..];
        if rest.starts_with('[') {
            hive = secret_hive(line.text);
        } else if rest.starts_with(['"', '@']) {
            next = next.max(reg_value(text, start, hive, found));
        } else if sieve::hits(line.text) {
            whole(text, start..line.end(), found);
        }
    }
}

/// The words for values in a key of the account database, which are secrets all of them.
fn secret_hive(line: &str) -> Option<&'static str> {
    let mut path = line.trim().trim_start_matches(['[', '-']).split('\\').skip(1);
    let hive = path.next().unwrap_or("").trim_end_matches(']');
    let secret = ["SAM", "SECURITY"].iter().any(|h| h.eq_ignore_ascii_case(hive));
    secret.then_some("value of the account database")
}

/// A value at `start`; returns where it ends.
fn reg_value(text: &str, start: usize, hive: Option<&'static str>, found: &mut Found) -> usize {
    let (name, equals) = match text.as_bytes()[start] {
        b'@' => (start..start, start + 1),
        _ => {
            let end = quoted_end(text, start + 1);
            (start + 1..end, end + 1)
        }
    };
    let kind = hive.or(names::secret(&unescape(&text[name]).0));
    let Some(value) = text.get(equals..).and_then(|rest| rest.strip_prefix('=')) else {
        return equals.min(text.len());
    };
    let at = text.len() - value.len();
    if value.starts_with('"') {
        let end = quoted_end(text, at + 1);
        let range = at + 1..end;
        let (content, map) = unescape(&text[range.clone()]);
        match kind {
            Some(_) if is_harmless(&content) => {}
            Some(kind) => found.secret(range, kind),
            None if sieve::hits(&content) => inner(&content, 0, &map, range, found),
            None => {}
        }
        return (end + 1).min(text.len());
    }
    let parts = hex_lines(text, at);
    let end = parts.last().map_or(at, |p| p.end);
    if value.starts_with("dword:") || value.starts_with("qword:") {
        return end;
    }
    if let Some(kind) =
        kind.or_else(|| hex_holds_secret(text, &parts).then_some("secret inside an encoded value"))
    {
        for part in parts {
            found.secret(part, kind);
        }
    }
    end
}

/// Offset of the quote that ends the string at `start`, or of the end of the text.
fn quoted_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(len) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or(&[])) {
        at += len;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

/// The lines of a value that goes on behind a `\` at the end of a line, without it.
fn hex_lines(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut next = start;
    while let Some(line) = Line::at(text, next) {
        next = line.next;
        let range = line.trimmed();
        let content = text[range.clone()].trim_end_matches('\\');
        parts.push(range.start..range.start + content.len());
        if content.len() == range.len() {
            break;
        }
    }
    parts
}

fn hex_holds_secret(text: &str, parts: &[Range<usize>]) -> bool {
    let digits = parts.iter().map(|p| &text[p.clone()]);
    let joined: String = digits.collect();
    let Some((_, digits)) = joined.split_once(':') else { return false };
    let bytes: Option<Vec<u8>> = digits.split(',').map(|b| u8::from_str_radix(b.trim(), 16).ok()).collect();
    bytes.and_then(|b| text_of_bytes(&b)).is_some_and(|t| holds_secret(&t))
}
