//! A TOML text as a tree with places, from which values are taken by name. What nobody takes is unknown.

use std::ops::Range;

use cmlint_engine::nearest;
use cmlint_source::{FileId, Problem, Span, Spanned};
use toml::de::{DeTable, DeValue};

/// A text that is being read, and what is wrong with it so far.
pub(crate) struct Document {
    file: FileId,
    /// Where its text ends.
    len: usize,
    pub(crate) problems: Vec<Problem>,
}

type Value<'t> = toml::Spanned<DeValue<'t>>;

impl Document {
    /// Parses a text. What cannot be parsed is a problem, and the rest is read all the same.
    pub(crate) fn parse(file: FileId, text: &str) -> (Document, DeTable<'_>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut document = Document { file, len: text.len(), problems: Vec::new() };
        for error in errors {
            let span = document.span(error.span().unwrap_or(0..0));
            document.problems.push(Problem::lost(span, one_line(error.message())));
        }
        (document, table.into_inner())
    }

    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let end = range.end.min(self.len);
        let start = range.start.min(end);
        self.file.span(start, end - start)
    }

    pub(crate) fn wrong(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let problem = Problem::lost(span, message);
        self.problems.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    /// Complains of keys that are none of these.
    pub(crate) fn only(&mut self, table: &DeTable<'_>, known: &[&str]) {
        let mut unknown: Vec<(Span, &str)> = table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .map(|key| (self.span(key.span()), key.get_ref().as_ref()))
            .collect();
        unknown.sort_unstable();
        for (span, key) in unknown {
            let dashed = key.replace('_', "-");
            let near = nearest(&dashed, known.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.wrong(span, format!("unknown key `{}`", shown(key)), Some(help));
        }
    }

    /// A text; `None` where it is missing or no text.
    pub(crate) fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<String>> {
        let value = table.get(key)?;
        self.as_text(key, value)
    }

    fn as_text(&mut self, key: &str, value: &Value<'_>) -> Option<Spanned<String>> {
        let span = self.span(value.span());
        match value.get_ref() {
            DeValue::String(text) => Some(Spanned::new(text.to_string(), span)),
            other => {
                self.wrong(span, format!("`{key}` is {} and should be a text", kind(other)), None);
                None
            }
        }
    }

    /// A text that says something.
    pub(crate) fn filled(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<String>> {
        let text = self.text(table, key)?;
        if text.value.trim().is_empty() {
            self.wrong(text.span, format!("`{key}` says nothing"), None);
            return None;
        }
        Some(text)
    }

    /// A day, as a date of TOML or as a text.
    pub(crate) fn day(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<cmlint_engine::Date>> {
        let value = table.get(key)?;
        let span = self.span(value.span());
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            other => kind(other).to_owned(),
        };
        let day = crate::day(&text);
        if day.is_none() {
            let help = "write it as year, month and day: 2026-12-31".to_owned();
            self.wrong(span, format!("`{key}` is no day"), Some(help));
        }
        day.map(|day| Spanned::new(day, span))
    }

    pub(crate) fn boolean(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<bool>> {
        let value = table.get(key)?;
        let span = self.span(value.span());
        match value.get_ref() {
            DeValue::Boolean(value) => Some(Spanned::new(*value, span)),
            other => {
                self.wrong(span, format!("`{key}` is {} and should be true or false", kind(other)), None);
                None
            }
        }
    }

    /// A list of texts; a single text counts as a list of one.
    pub(crate) fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Option<Vec<Spanned<String>>> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(_) => self.as_text(key, value).map(|text| vec![text]),
            DeValue::Array(values) => {
                Some(values.iter().filter_map(|value| self.as_text(key, value)).collect())
            }
            other => {
                let span = self.span(value.span());
                self.wrong(span, format!("`{key}` is {} and should be a list of texts", kind(other)), None);
                None
            }
        }
    }

    /// One of some words, in any case.
    pub(crate) fn word<T: Copy>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        known: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let text = self.text(table, key)?;
        self.known_word(key, &text, known)
    }

    pub(crate) fn known_word<T: Copy>(
        &mut self,
        key: &str,
        text: &Spanned<String>,
        known: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        if let Some((_, value)) = known.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.value.trim()))
        {
            return Some(Spanned::new(*value, text.span));
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let one_of = format!("one of {}", words.join(", "));
        let few = words.len() < 8;
        let help = match nearest(&text.value, words) {
            Some(near) if few => format!("did you mean `{near}`? {one_of}"),
            Some(near) => format!("did you mean `{near}`?"),
            None => one_of,
        };
        self.wrong(text.span, format!("`{key}` knows no `{}`", shown(&text.value)), Some(help));
        None
    }

    /// A section.
    pub(crate) fn table<'t, 's>(&mut self, table: &'t DeTable<'s>, key: &str) -> Option<&'t DeTable<'s>> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            other => {
                let span = self.span(value.span());
                let message = format!("`{key}` is {} and should be a section `[{key}]`", kind(other));
                self.wrong(span, message, None);
                None
            }
        }
    }

    /// The entries of a list of sections, with their places.
    pub(crate) fn tables<'t, 's>(
        &mut self,
        table: &'t DeTable<'s>,
        key: &str,
    ) -> Vec<(Span, &'t DeTable<'s>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(values) = value.get_ref() else {
            let span = self.span(value.span());
            let message =
                format!("`{key}` is {} and should be a list of sections `[[{key}]]`", kind(value.get_ref()));
            self.wrong(span, message, None);
            return Vec::new();
        };
        let mut all = Vec::new();
        for value in values.iter() {
            let span = self.span(value.span());
            match value.get_ref() {
                DeValue::Table(inner) => all.push((span, inner)),
                other => self.wrong(span, format!("this is {} and should be a section", kind(other)), None),
            }
        }
        all
    }

    /// Complains of keys that must be there and are not.
    pub(crate) fn required(&mut self, at: Span, table: &DeTable<'_>, keys: &[(&str, &str)]) {
        for (key, why) in keys {
            if !table.contains_key(*key) {
                self.wrong(at, format!("`{key}` is missing"), Some((*why).to_owned()));
            }
        }
    }
}

/// A piece of the file in a message: short, on one line.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn one_line(message: &str) -> String {
    let mut message = message.trim().replace('\n', ", ");
    if let Some(first) = message.get(..1) {
        message.replace_range(..1, &first.to_lowercase());
    }
    message
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
