//! What the line-based readers and the XML reader share.

use cmlint_source::{FileId, Problem, Source};

/// Problems of one text. A hostile file could hold one in every line, so only the first are kept; the
/// rest are counted.
pub(crate) struct Problems {
    file: FileId,
    kept: Vec<Problem>,
    dropped: usize,
    dropped_at: usize,
}

/// More than a person reads, and little enough to hold for every file of a snapshot.
const LIMIT: usize = 1_000;

impl Problems {
    pub(crate) fn new(file: FileId) -> Self {
        Problems { file, kept: Vec::new(), dropped: 0, dropped_at: 0 }
    }

    /// Something was lost at `start..end`.
    pub(crate) fn lost(&mut self, at: std::ops::Range<usize>, message: impl Into<String>, help: &str) {
        let span = self.file.span(at.start, at.end.saturating_sub(at.start));
        self.push(Problem::lost(span, message).help(help));
    }

    /// Everything was read at `start..end`, but not as one would expect.
    pub(crate) fn note(&mut self, at: std::ops::Range<usize>, message: impl Into<String>, help: &str) {
        let span = self.file.span(at.start, at.end.saturating_sub(at.start));
        self.push(Problem::note(span, message).help(help));
    }

    fn push(&mut self, problem: Problem) {
        if self.kept.len() < LIMIT {
            self.kept.push(problem);
        } else {
            if self.dropped == 0 {
                self.dropped_at = problem.span.start as usize;
            }
            self.dropped += 1;
        }
    }

    /// All of them, ascending by place.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        if self.dropped > 0 {
            let span = self.file.span(self.dropped_at, 0);
            let message = format!("{} more problems were found and are not listed", self.dropped);
            self.kept.push(Problem::lost(span, message).help("export the file again"));
        }
        self.kept.sort_by_key(|p| (p.span.start, p.span.len));
        self.kept
    }
}

/// The text of a source, or a problem when offsets into it do not fit 32 bits: the archive limits the
/// bytes of a file, but text of a code page can become three times as long as UTF-8.
pub(crate) fn text_of<'a>(source: &'a Source, problems: &mut Problems) -> Option<&'a str> {
    let text = source.text();
    if u32::try_from(text.len()).is_ok() {
        return Some(text);
    }
    problems.lost(0..0, "a text of 4 GiB or more; it was not read", "split the export into several files");
    None
}

/// A name for a message. What is read as a name may be a part of a secret when a quote is missing, so only
/// what looks like a name is shown.
pub(crate) fn shown(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    match !name.is_empty() && name.len() <= 80 && name.chars().all(plain) {
        true => format!("`{name}`"),
        false => "(a name that is none)".to_owned(),
    }
}

/// Whether two names are the same but for case.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase())
}

/// A line of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Offset of the first byte.
    pub(crate) start: usize,
    /// The line without its line end.
    pub(crate) text: &'a str,
    /// Offset of the next line; the length of the text for the last one.
    pub(crate) next: usize,
}

impl<'a> Line<'a> {
    /// The line that starts at `start`; `None` at the end of the text. A line ends at LF or CR LF.
    pub(crate) fn at(text: &'a str, start: usize) -> Option<Line<'a>> {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let (line, next) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(at) => (&rest[..at], start + at + 1),
            None => (rest, text.len()),
        };
        let line = line.strip_suffix('\r').unwrap_or(line);
        Some(Line { start, text: line, next })
    }

    /// Offset of the byte after the last one, the line end not counted.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The range without white space around it.
    pub(crate) fn trimmed(&self) -> std::ops::Range<usize> {
        trim(self.text, self.start)
    }
}

/// The range of `part` without white space around it, where `part` starts at `start`.
pub(crate) fn trim(part: &str, start: usize) -> std::ops::Range<usize> {
    let left = part.trim_start();
    let start = start + (part.len() - left.len());
    start..start + left.trim_end().len()
}

/// A source with one file, for tests.
#[cfg(test)]
pub(crate) fn source(text: &str) -> (cmlint_source::Sources, FileId) {
    let mut sources = cmlint_source::Sources::new();
    let id = sources.add("test", text.to_owned(), cmlint_source::Encoding::Utf8);
    (sources, id)
}

/// Asserts what every reader promises of a span: inside the text, on character boundaries.
#[cfg(test)]
pub(crate) fn assert_span(text: &str, span: cmlint_source::Span) {
    let range = span.range();
    assert!(text.get(range.clone()).is_some(), "span {range:?} in a text of {} bytes", text.len());
}

/// Asserts what every reader promises of its problems.
#[cfg(test)]
pub(crate) fn assert_problems(text: &str, problems: &[Problem]) {
    let mut before = 0;
    for problem in problems {
        assert_span(text, problem.span);
        assert!(problem.span.start >= before, "problems ascend");
        before = problem.span.start;
        assert!(problem.help.is_some(), "`{}` says what to do", problem.message);
        assert!(!problem.message.ends_with('.'), "`{}` has no full stop", problem.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_lf_and_crlf_alike() {
        for text in ["a\nbc\n\nd", "a\r\nbc\r\n\r\nd"] {
            let mut at = 0;
            let mut lines = Vec::new();
            while let Some(line) = Line::at(text, at) {
                lines.push(line.text);
                at = line.next;
            }
            assert_eq!(lines, ["a", "bc", "", "d"]);
        }
    }

    #[test]
    fn problems_beyond_the_limit_are_counted() {
        let (sources, id) = source("x");
        let mut problems = Problems::new(id);
        for _ in 0..LIMIT + 5 {
            problems.lost(0..1, "bad", "repair");
        }
        let all = problems.finish();
        assert_eq!(all.len(), LIMIT + 1);
        assert!(all.iter().any(|p| p.message == "5 more problems were found and are not listed"));
        assert_problems(sources.get(id).text(), &all);
    }
}
