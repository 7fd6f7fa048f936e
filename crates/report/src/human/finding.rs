//! One finding.

use cmlint_engine::{LintResult, Reported, State};
use cmlint_lint::{Finding, Severity};
use cmlint_model::proof::Step;
use cmlint_model::{Scope, Text};
use cmlint_source::{Sources, Span};

use super::canvas::{self, Drawing};
use crate::excerpt::{self, Cut, Pointer};
use crate::paint::{self, Paint};
use crate::{Input, Style, command, escape, outward};

/// Columns of the words before a colon.
const HEAD: usize = 8;

/// Draws a finding.
pub(crate) fn draw(input: &Input<'_>, style: &Style, lint: &LintResult, reported: &Reported) -> String {
    let finding = &reported.finding;
    let mut head = format!("{}[{}]", finding.severity, lint.def.id);
    if reported.state != State::Open {
        head.push_str(&format!(" {}", reported.state.word()));
    }
    let mut out = frames(input, style, head, finding);
    let notes = Notes { input, style, paint: Paint::of(style) };
    for (head, words) in outward::said(reported, input.sources) {
        let words = escape::line(&words, style.unicode);
        notes.note(&mut out, head, &words);
    }
    notes.write(&mut out, finding);
    out
}

/// What miette draws: the message and the places.
fn frames(input: &Input<'_>, style: &Style, head: String, finding: &Finding) -> String {
    let labels: Vec<(String, bool)> =
        finding.labels.iter().map(|l| (escape::words(&l.text, style.unicode), l.primary)).collect();
    let pointers: Vec<Pointer> = finding
        .labels
        .iter()
        .zip(&labels)
        .map(|(label, (words, _))| Pointer { span: label.span, words: canvas::wish(words) })
        .collect();
    let excerpts = excerpt::cut(input.sources, &pointers, &cut(input.sources, style, &pointers));
    canvas::draw(
        &Drawing {
            severity: match finding.severity {
                Severity::Critical | Severity::High => miette::Severity::Error,
                Severity::Medium | Severity::Low => miette::Severity::Warning,
                Severity::Info => miette::Severity::Advice,
            },
            head: Some(head),
            message: escape::words(&finding.message, style.unicode),
            help: None,
            excerpts: &excerpts,
            labels: &labels,
        },
        style,
    )
}

/// How excerpts are cut so that they fit in frames.
pub(super) fn cut(sources: &Sources, style: &Style, pointers: &[Pointer]) -> Cut {
    let lines = pointers.iter().map(|p| {
        let span = excerpt::inside(sources, p.span);
        sources.get(span.file).line_of(span.start).0
    });
    // An excerpt shows a few lines behind the last label.
    let last = lines.max().unwrap_or(0) as u32 + 16;
    Cut { width: style.columns() - canvas::gutter(last), unicode: style.unicode, last_net: style.last_net }
}

/// A place as an editor takes it: `path:line:column`.
pub(super) fn place(input: &Input<'_>, style: &Style, span: Span) -> String {
    let place = excerpt::place(input.sources, span);
    let path = escape::line(place.path, style.unicode);
    let mut words = format!("{path}:{}:{}", place.start.line, place.start.column);
    if let Some(within) = place.within {
        words.push_str(&format!(", in {}", escape::line(within, style.unicode)));
    }
    words
}

/// What stands below the frames.
struct Notes<'a> {
    input: &'a Input<'a>,
    style: &'a Style,
    paint: Paint,
}

impl Notes<'_> {
    fn write(&self, out: &mut String, finding: &Finding) {
        self.note(out, "about", &self.about(finding));
        self.proof(out, &finding.proof);
        if !finding.help.is_empty() {
            self.note(out, "help", &self.words(&finding.help));
        }
        if let Some(fix) = &finding.fix {
            if !fix.text.is_empty() {
                self.note(out, "fix", &self.words(&fix.text));
            }
            if let Some(command) = fix.command.as_ref().filter(|c| !c.is_empty()) {
                self.copied(out, "run", command);
            }
            if let Some(revert) = fix.revert.as_ref().filter(|r| !r.is_empty()) {
                self.copied(out, "undo", revert);
            }
        }
        self.note(out, "rated", &rating(finding));
        // In one piece, because it is copied into a suppression.
        let key = escape::whole_line(finding.object.key.as_str(), self.style.unicode);
        out.push_str(&format!("{}{key}\n", self.head("key")));
        if self.style.verbose {
            for (head, keys) in [("or", &finding.object.aliases), ("on", &finding.evidence)] {
                for key in keys {
                    let key = escape::whole_line(key.as_str(), self.style.unicode);
                    out.push_str(&format!("{}{key}\n", self.head(head)));
                }
            }
        }
    }

    fn about(&self, finding: &Finding) -> String {
        let object = &finding.object;
        let mut words = self.words(&object.label);
        let scope = match &object.scope {
            Scope::Hierarchy => String::new(),
            scope => escape::line(&scope.to_string(), self.style.unicode),
        };
        // Many a label says it already: `network access accounts of site PS1`.
        for more in [object.purpose.map(|p| p.words()).unwrap_or_default(), scope] {
            let said = words.replace('`', "").to_lowercase().contains(&more.to_lowercase());
            if !said {
                words.push_str(if words.is_empty() { "" } else { ", " });
                words.push_str(&more);
            }
        }
        words
    }

    fn proof(&self, out: &mut String, steps: &[Step]) {
        let digits = steps.len().to_string().len();
        for (index, step) in steps.iter().enumerate() {
            let head = if index == 0 { self.head("proof") } else { " ".repeat(HEAD + 1) };
            let number = format!("{head}{:>digits$}. ", index + 1);
            let mut words = self.words(&step.text);
            if step.confidence < cmlint_model::proof::Confidence::High {
                words.push_str(&format!(" ({} confidence)", step.confidence.word()));
            }
            out.push_str(&paint::hang(&number, &words, self.style.columns(), true));
            out.push('\n');
            if let Some(span) = step.span {
                let place = place(self.input, self.style, span);
                let indent = " ".repeat(HEAD + 1 + digits + 2);
                out.push_str(&format!("{indent}{}\n", self.paint.dim(place)));
            }
        }
    }

    fn note(&self, out: &mut String, head: &str, words: &str) {
        if words.is_empty() {
            return;
        }
        out.push_str(&paint::hang(&self.head(head), words, self.style.columns(), true));
        out.push('\n');
    }

    /// On lines of its own and in one piece, so that it can be copied.
    fn copied(&self, out: &mut String, head: &str, text: &Text) {
        let text = match command::safe(text) {
            true => escape::whole_lines(text, self.style.unicode),
            false => command::WITHHELD.to_owned(),
        };
        out.push_str(self.head(head).trim_end());
        out.push('\n');
        out.push_str(&paint::indent(&text, HEAD + 1));
        out.push('\n');
    }

    fn head(&self, word: &str) -> String {
        format!("{} ", self.paint.title(format!("{:>HEAD$}", format!("{word}:"))))
    }

    fn words(&self, text: &Text) -> String {
        escape::words(text, self.style.unicode)
    }
}

fn rating(finding: &Finding) -> String {
    let mut words = format!("{} confidence", finding.confidence.word());
    if !finding.requirements.is_empty() {
        words.push_str(&format!("; breaks {}", finding.requirements.join(", ")));
    }
    words
}
