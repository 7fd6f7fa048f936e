//! Words and names made safe for a target. What a snapshot says is hostile: a name can hold terminal
//! commands, characters that turn text round and characters that cannot be seen.
//!
//! Each target has its own function. A value for a program (JSON) keeps its text and only changes how it
//! is written; a value for a person shows what would else be invisible.

use std::io;

use cmlint_model::Text;
use cmlint_model::words::Part;
use cmlint_source::is_unseen;
use serde_json::ser::{Formatter, PrettyFormatter};

/// A piece of the snapshot, of the file system or of the command line as one line for any terminal, in
/// ASCII notation.
pub fn terminal(text: &str) -> String {
    line(text, false)
}

/// As [`terminal`], where the caller knows whether the terminal shows more than ASCII.
pub(crate) fn line(text: &str, unicode: bool) -> String {
    let mut out = String::new();
    push_short(&mut out, text, LONG, unicode);
    out
}

/// As [`line`], in full length or not at all: for what is copied.
pub(crate) fn whole_line(text: &str, unicode: bool) -> String {
    if text.len() > COPIED {
        return TOO_LONG.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    push_visible(&mut out, text, unicode);
    out
}

/// Words and names as one line for a terminal.
pub(crate) fn words(text: &Text, unicode: bool) -> String {
    spoken(text, unicode, false)
}

/// As [`words`], in full length or not at all and with the line breaks of our own words: for commands.
pub(crate) fn whole_lines(text: &Text, unicode: bool) -> String {
    let names: usize = text.names().map(|name| name.text.len()).sum();
    if names > COPIED { TOO_LONG.to_owned() } else { spoken(text, unicode, true) }
}

/// Characters of a name in a sentence. Names of the product are at most 256 characters long.
const NAME: usize = 260;
/// Characters of a path or a reason.
const LONG: usize = 1000;
/// Bytes of what is copied.
const COPIED: usize = 4000;
const TOO_LONG: &str = "(too long for a terminal; the JSON output has it)";

/// How a character that is invisible, or that does something to a terminal or to the order of a text, is
/// shown; `None` for all others.
pub(crate) fn visible(c: char, unicode: bool) -> Option<String> {
    if !is_unseen(c) {
        return None;
    }
    Some(match c {
        // The pictures of control characters stand in the order of the characters.
        '\u{0}'..='\u{1f}' if unicode => char::from_u32(0x2400 + c as u32).unwrap_or('?').to_string(),
        '\u{7f}' if unicode => "\u{2421}".to_owned(),
        _ => format!("\\u{{{:x}}}", c as u32),
    })
}

/// A value as indented JSON that is plain on a terminal: the characters that [`visible`] shows are written
/// as `\uXXXX`, which a program reads as what they are.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Plain(PrettyFormatter::new()));
    value
        .serialize(&mut serializer)
        .expect("our types have text as keys, and memory takes all that is written");
    out.push(b'\n');
    String::from_utf8(out).expect("text was written")
}

struct Plain(PrettyFormatter<'static>);

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut from = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| is_unseen(*c)) {
            out.write_all(&text.as_bytes()[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        out.write_all(&text.as_bytes()[from..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

fn spoken(text: &Text, unicode: bool, lines: bool) -> String {
    let mut out = String::new();
    for part in text.parts() {
        match part {
            Part::Prose(words) => push_prose(&mut out, words, unicode, lines),
            Part::Name(name) if lines => push_visible(&mut out, &name.text, unicode),
            Part::Name(name) => push_short(&mut out, &name.text, NAME, unicode),
        }
    }
    out
}

/// The beginning and the end of a text that is too long to be read.
fn push_short(out: &mut String, text: &str, most: usize, unicode: bool) {
    let Some((cut, _)) = text.char_indices().nth(most) else { return push_visible(out, text, unicode) };
    let head = text[..cut].char_indices().nth(most * 3 / 4).map_or(cut, |(at, _)| at);
    let tail = text.char_indices().rev().nth(most / 8).map_or(cut, |(at, _)| at);
    push_visible(out, &text[..head], unicode);
    out.push_str(if unicode { "…" } else { "..." });
    push_visible(out, &text[tail.max(head)..], unicode);
}

fn push_visible(out: &mut String, text: &str, unicode: bool) {
    for c in text.chars() {
        match visible(c, unicode) {
            Some(shown) => out.push_str(&shown),
            None => out.push(c),
        }
    }
}

fn push_prose(out: &mut String, words: &str, unicode: bool, lines: bool) {
    for c in words.chars() {
        match c {
            '\n' if lines => out.push('\n'),
            '\n' | '\t' => out.push(' '),
            c => match visible(c, unicode) {
                Some(shown) => out.push_str(&shown),
                None => out.push(c),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use cmlint_model::text;
    use cmlint_model::words::principal;

    use super::*;

    const HOSTILE: &str = "a\u{1b}[2J\u{0}\u{7}\u{202e}b\u{200b}\u{9b}c\n";

    #[test]
    fn a_hostile_name_is_shown_and_not_obeyed() {
        let text = text!("account `{}`", principal(HOSTILE));
        assert_eq!(words(&text, true), "account `a␛[2J␀␇\\u{202e}b\\u{200b}\\u{9b}c␊`");
        assert_eq!(words(&text, false), "account `a\\u{1b}[2J\\u{0}\\u{7}\\u{202e}b\\u{200b}\\u{9b}c\\u{a}`");
    }

    #[test]
    fn only_our_own_words_break_lines() {
        let text = text!("one\ntwo {}", principal("a\nb"));
        assert_eq!(whole_lines(&text, true), "one\ntwo a␊b");
        assert_eq!(words(&text, true), "one two a␊b");
    }

    #[test]
    fn a_name_of_any_length_leaves_room_for_the_sentence() {
        let long = format!("begin{}end", "é".repeat(70_000));
        let text = text!("role `{}` is odd", principal(&long));
        let shown = words(&text, true);
        assert!(
            shown.chars().count() < 300 && shown.starts_with("role `begin") && shown.ends_with("end` is odd")
        );
        assert_eq!(
            (whole_lines(&text, true), whole_line(&long, true)),
            (TOO_LONG.to_owned(), TOO_LONG.to_owned())
        );
        assert_eq!(line(&"x".repeat(LONG), true), "x".repeat(LONG));
    }

    #[test]
    fn json_keeps_the_value_and_hides_nothing() {
        let hostile = format!("{HOSTILE}\"\\é\u{e0041}");
        let out = json(&vec![&hostile]);
        assert!(out.chars().all(|c| c == '\n' || !is_unseen(c)), "{out:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), [hostile]);
    }
}
