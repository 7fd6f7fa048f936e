//! Secrets of a JSON text, found by its tokens alone, so that they are found in broken texts too.

use std::ops::Range;

use super::escape::{unescape, unescaped};
use super::found::Found;
use super::names::{self, Name, Part, RESERVED2, is_harmless};
use super::sets::Sets;
use super::sieve::Hits;
use super::{inner, patterns};
use crate::json::string_stop;

/// Finds the secrets of a JSON text that lies `depth` documents deep.
///
/// A broken text can be read in more than one way. All are tried, and what any of them hides is hidden.
pub(super) fn scan(text: &str, depth: u32, found: &mut Found) {
    let mut scanner = Scanner::new(text, depth, Quotes::Sound);
    scanner.run(found);
    if scanner.broken {
        Scanner::new(text, depth, Quotes::Missing).run(found);
        Scanner::new(text, depth, Quotes::Unescaped).run(found);
        patterns::scan(text, found);
    }
}

/// How the quotes of a text are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// As the grammar says; a raw line break is a part of the string.
    Sound,
    /// A raw line break says that the closing quote is missing.
    Missing,
    /// A quote that nothing follows which follows a string is a part of it.
    Unescaped,
}

/// What the next value is, by the name before it.
#[derive(Clone, Copy)]
enum Next {
    Any,
    Secret(&'static str),
    Part(Part),
}

/// An open object or list. It is a set of properties of the same number.
struct Frame {
    object: bool,
    next: Next,
    /// Everything inside is a secret.
    secret: Option<&'static str>,
    /// Where it begins, if it is a value of the set around it.
    value_from: Option<usize>,
    /// A list that holds a list or an object: rows.
    rows: bool,
}

/// Deeper lists and objects are not told apart; real ones are a tenth as deep.
const FRAMES: usize = 64;

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    quotes: Quotes,
    /// Whether the last token was a value, and what may follow is a mark.
    value_ended: bool,
    /// Whether the last token was a colon, behind which no name can stand.
    colon: bool,
    /// Whether a string holds a raw line break, or two values stand side by side.
    broken: bool,
    /// Never empty: the first one is the document.
    frames: Vec<Frame>,
    sets: Sets<'t>,
    hits: Hits<'t>,
    /// Lists and objects beyond [`FRAMES`].
    beyond: usize,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, depth: u32, quotes: Quotes) -> Self {
        let frames =
            vec![Frame { object: false, next: Next::Any, secret: None, value_from: None, rows: false }];
        let (sets, hits) = (Sets::new(text), Hits::new(text));
        Scanner {
            text,
            at: 0,
            depth,
            quotes,
            value_ended: false,
            colon: false,
            broken: false,
            frames,
            sets,
            hits,
            beyond: 0,
        }
    }

    fn run(&mut self, found: &mut Found) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            let colon = self.colon;
            self.colon = byte == b':' || blank && colon;
            self.broken |= self.value_ended && !blank && !matches!(byte, b',' | b':' | b'}' | b']');
            self.value_ended = match byte {
                b'{' | b'[' | b',' | b':' => false,
                _ => !blank || self.value_ended,
            };
            match byte {
                b'"' => self.string(colon, found),
                b'{' | b'[' => self.open(byte == b'{'),
                b'}' | b']' => self.close(byte == b'}', found),
                b',' => {
                    self.top().next = Next::Any;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b':' => self.at += 1,
                _ => self.word(found),
            }
        }
        // The text was cut, or a bracket is missing: whether the values are secrets may have stood behind.
        while self.frames.len() > 1 {
            self.pop(true, found);
        }
        self.pop(false, found);
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the document's frame is never taken")
    }

    fn open(&mut self, object: bool) {
        self.at += 1;
        if self.frames.len() >= FRAMES {
            self.beyond += 1;
            return;
        }
        let index = self.frames.len() - 1;
        let outer = &self.frames[index];
        let secret = match outer.next {
            // A list of that name is a list of accounts.
            Next::Secret(kind) if kind != RESERVED2 || object => Some(kind),
            _ => outer.secret,
        };
        let value_from = matches!(outer.next, Next::Part(Part::Value)).then_some(self.at);
        let outer = self.top();
        outer.rows = !outer.object;
        self.frames.push(Frame { object, next: Next::Any, secret, value_from, rows: false });
        self.sets.open();
    }

    fn close(&mut self, object: bool, found: &mut Found) {
        self.at += 1;
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        // A bracket of the other kind closes what it can: one of the two is missing or too many.
        let Some(index) = self.frames.iter().skip(1).rposition(|f| f.object == object) else { return };
        while self.frames.len() > index + 2 {
            self.pop(true, found);
        }
        self.pop(false, found);
        self.top().next = Next::Any;
    }

    /// Ends an object or a list, which may have been `cut` before its end.
    fn pop(&mut self, cut: bool, found: &mut Found) {
        let Frame { object, value_from, rows, .. } = *self.top();
        self.sets.close(cut && object, found);
        if self.frames.len() > 1 {
            self.frames.pop();
            if let Some(start) = value_from {
                self.sets.container(self.frames.len() - 1, start..self.at, rows);
            }
        }
    }

    /// A string: a name if a colon follows and none came before, else a value.
    fn string(&mut self, behind_colon: bool, found: &mut Found) {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut end = string_stop(bytes, start);
        loop {
            match bytes.get(end) {
                None => break,
                Some(b'"') if self.quotes == Quotes::Unescaped && !closes(&bytes[end + 1..]) => {
                    end = string_stop(bytes, end + 1);
                }
                Some(b'"') => break,
                Some(b'\\') => end = string_stop(bytes, (end + 2).min(bytes.len())),
                Some(b'\n' | b'\r') => {
                    self.broken = true;
                    if self.quotes == Quotes::Missing {
                        break;
                    }
                    end = string_stop(bytes, end + 1);
                }
                Some(_) => end = string_stop(bytes, end + 1),
            }
        }
        self.at = (end + 1).min(bytes.len());
        let behind = bytes[self.at..].iter().find(|b| !b.is_ascii_whitespace());
        let range = start..end;
        let colon = behind == Some(&b':');
        self.broken |= colon && behind_colon;
        if colon && !behind_colon { self.name(range, found) } else { self.value(range, found) }
    }

    fn name(&mut self, range: Range<usize>, found: &mut Found) {
        // Inside of a secret even the names may tell something.
        if let Some(kind) = self.top().secret {
            found.secret(range.clone(), kind);
        }
        let name = unescaped(&self.text[range.clone()]);
        let verdict = match self.hits.touch(&range) {
            true => names::judge_closely(&name),
            false => Name::Other,
        };
        self.top().next = match (verdict, names::part(&name)) {
            (_, part) if part != Part::None => Next::Part(part),
            (Name::Secret(kind), _) => Next::Secret(kind),
            _ => Next::Any,
        };
    }

    fn value(&mut self, range: Range<usize>, found: &mut Found) {
        let worth_a_look = self.hits.touch(&range);
        let frame = self.top();
        let hidden = frame.secret.is_some() || matches!(frame.next, Next::Secret(_));
        let of_set = matches!(frame.next, Next::Part(_));
        if hidden || of_set {
            let value = unescaped(&self.text[range.clone()]);
            self.scalar(range.clone(), &value, found);
        }
        if worth_a_look && !hidden {
            let (value, map) = unescape(&self.text[range.clone()]);
            inner(&value, self.depth, &map, range, found);
        }
    }

    /// A number, a literal, or what is none but stands in the place of one.
    fn word(&mut self, found: &mut Found) {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let structural = |b: &u8| {
            matches!(b, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
        };
        self.at += rest.iter().position(structural).unwrap_or(rest.len());
        let word = &self.text[start..self.at];
        self.scalar(start..self.at, word, found);
    }

    fn scalar(&mut self, range: Range<usize>, value: &str, found: &mut Found) {
        let index = self.frames.len() - 1;
        let frame = self.top();
        let (next, secret) = (frame.next, frame.secret);
        if let Next::Part(part) = next {
            self.sets.property(index, part, value, range.clone());
        }
        let named = if let Next::Secret(kind) = next { Some(kind) } else { None };
        if let Some(kind) = named.or(secret)
            && !is_harmless(value)
        {
            found.secret(range, kind);
        }
    }
}

/// Whether a string can end before a text.
fn closes(behind: &[u8]) -> bool {
    behind.iter().find(|b| !b.is_ascii_whitespace()).is_none_or(|b| matches!(b, b',' | b':' | b'}' | b']'))
}
