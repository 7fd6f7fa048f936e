//! Colours, indentation and numbers of reports for people.

use std::fmt::Display;

use cmlint_lint::Severity;
use textwrap::Options;

use crate::Style;

/// Puts colour on words, or leaves them alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(bool);

impl Paint {
    pub(crate) fn of(style: &Style) -> Paint {
        Paint(style.colour)
    }

    pub(crate) fn bold(self, words: impl Display) -> String {
        self.code("1", words)
    }

    pub(crate) fn dim(self, words: impl Display) -> String {
        self.code("2", words)
    }

    pub(crate) fn title(self, words: impl Display) -> String {
        self.code("36", words)
    }

    pub(crate) fn good(self, words: impl Display) -> String {
        self.code("32", words)
    }

    pub(crate) fn careful(self, words: impl Display) -> String {
        self.code("33", words)
    }

    pub(crate) fn bad(self, words: impl Display) -> String {
        self.code("31", words)
    }

    pub(crate) fn severity(self, severity: Severity, words: impl Display) -> String {
        match severity {
            Severity::Critical => self.code("1;31", words),
            Severity::High => self.bad(words),
            Severity::Medium | Severity::Low => self.careful(words),
            Severity::Info => self.title(words),
        }
    }

    fn code(self, code: &str, words: impl Display) -> String {
        if self.0 { format!("\u{1b}[{code}m{words}\u{1b}[0m") } else { words.to_string() }
    }
}

/// Wraps words to a width behind a head: the first line begins with it, the others with as many spaces.
/// Words that are longer than a line are broken only where `breaking`.
pub(crate) fn hang(head: &str, words: &str, width: usize, breaking: bool) -> String {
    let indent = " ".repeat(textwrap::core::display_width(head));
    let options = Options::new(width.max(indent.len() + 16))
        .initial_indent(head)
        .subsequent_indent(&indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(breaking);
    textwrap::fill(words, options)
}

/// Each line of a text behind an indentation, not wrapped: for what is copied.
pub(crate) fn indent(text: &str, columns: usize) -> String {
    let indent = " ".repeat(columns);
    text.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

/// `1 lint`, `3 lints`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Fills a cell with spaces up to a width in columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(textwrap::core::display_width(text));
    format!("{text}{}", " ".repeat(missing))
}
