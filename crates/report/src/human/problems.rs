//! Files that could not be read, or not wholly.

use std::collections::BTreeMap;

use cmlint_model::FileProblem;
use cmlint_source::{Problem, Sources};

use super::canvas::{self, Drawing};
use super::finding::cut;
use crate::excerpt::{self, Pointer};
use crate::paint::{self, Paint};
use crate::{Input, Style, escape};

/// Problems of one file that are drawn; the others are counted unless all are asked for.
const DRAWN: usize = 3;

/// Draws all problems, file by file.
pub(super) fn draw(input: &Input<'_>, style: &Style) -> String {
    let mut files: BTreeMap<&str, Vec<&FileProblem>> = BTreeMap::new();
    for problem in &input.snapshot.problems {
        files.entry(&problem.path).or_default().push(problem);
    }
    if files.is_empty() {
        return String::new();
    }
    let paint = Paint::of(style);
    let mut out = format!("{}: {}\n\n", paint.careful("Problems"), paint::count(files.len(), "file"));
    for (path, mut problems) in files {
        problems.sort_by_key(|p| match &p.problem {
            Ok(problem) => (problem.span.start, problem.span.len, problem.message.as_str()),
            Err(words) => (0, 0, words.as_str()),
        });
        problems.dedup_by(|a, b| a.problem == b.problem);
        let shown = if style.verbose { problems.len() } else { DRAWN };
        for problem in problems.iter().take(shown) {
            match &problem.problem {
                Ok(problem) => out.push_str(&frame(input.sources, style, problem)),
                Err(words) => out.push_str(&line(style, path, words)),
            }
            out.push('\n');
        }
        let more = problems.len().saturating_sub(shown);
        if more > 0 {
            let path = escape::line(path, style.unicode);
            let words = format!("{} in {path}; --verbose shows all", paint::count(more, "more problem"));
            out.push_str(&paint::hang("  ", &words, style.columns(), true));
            out.push_str("\n\n");
        }
    }
    out
}

pub(super) fn frame(sources: &Sources, style: &Style, problem: &Problem) -> String {
    let severity = if problem.lossy { miette::Severity::Warning } else { miette::Severity::Advice };
    rated(sources, style, problem, severity)
}

/// A problem of a file of the user's own, which ends the program.
pub(super) fn mistake(sources: &Sources, style: &Style, problem: &Problem) -> String {
    rated(sources, style, problem, miette::Severity::Error)
}

fn rated(sources: &Sources, style: &Style, problem: &Problem, severity: miette::Severity) -> String {
    let pointers = [Pointer { span: problem.span, words: 0 }];
    let excerpts = excerpt::cut(sources, &pointers, &cut(sources, style, &pointers));
    canvas::draw(
        &Drawing {
            severity,
            head: None,
            message: escape::line(&problem.message, style.unicode),
            help: problem.help.as_ref().map(|h| escape::line(h, style.unicode)),
            excerpts: &excerpts,
            labels: &[(String::new(), true)],
        },
        style,
    )
}

/// A file that could not even be opened.
fn line(style: &Style, path: &str, words: &str) -> String {
    let sign = if style.unicode { "⚠" } else { "!" };
    let head = format!("  {} ", Paint::of(style).careful(sign));
    let words = format!("{path}: {words}");
    let mut out = paint::hang(&head, &escape::line(&words, style.unicode), style.columns(), true);
    out.push('\n');
    out
}
