//! What is to be said about the user's own files.

use cmlint_engine::Notice;
use cmlint_lint::Severity;

use super::canvas::{self, Drawing};
use super::finding::cut;
use crate::excerpt::{self, Pointer};
use crate::outward::weight;
use crate::paint::{self, Paint};
use crate::{Input, Style, escape};

/// Notices of one kind that are drawn; the others are counted unless all are asked for.
const DRAWN: usize = 5;

/// Draws all notices, in the order of their places.
pub(super) fn draw(input: &Input<'_>, style: &Style) -> String {
    let notices = &input.run.notices;
    if notices.is_empty() {
        return String::new();
    }
    let paint = Paint::of(style);
    let head = paint.careful("Suppressions and baseline");
    let mut out = format!("{head}: {}\n\n", paint::count(notices.len(), "remark"));
    let mut left_out = 0;
    for (index, notice) in notices.iter().enumerate() {
        let before = notices[..index].iter().filter(|n| n.kind == notice.kind).count();
        if before >= DRAWN && !style.verbose {
            left_out += 1;
            continue;
        }
        out.push_str(&frame(input, style, notice));
        out.push('\n');
    }
    if left_out > 0 {
        let words = format!("{}; --verbose shows all", paint::count(left_out, "more remark"));
        out.push_str(&paint::hang("  ", &words, style.columns(), true));
        out.push_str("\n\n");
    }
    out
}

fn frame(input: &Input<'_>, style: &Style, notice: &Notice) -> String {
    let pointers = [Pointer { span: notice.span, words: 0 }];
    let excerpts = excerpt::cut(input.sources, &pointers, &cut(input.sources, style, &pointers));
    let severity = match notice.severity() {
        Some(Severity::Critical | Severity::High) => miette::Severity::Error,
        Some(Severity::Medium | Severity::Low) => miette::Severity::Warning,
        Some(Severity::Info) | None => miette::Severity::Advice,
    };
    canvas::draw(
        &Drawing {
            severity,
            head: Some(format!("{}[{}]", weight(notice), notice.kind.id())),
            message: escape::words(&notice.message, style.unicode),
            help: (!notice.help.is_empty()).then(|| escape::words(&notice.help, style.unicode)),
            excerpts: &excerpts,
            labels: &[(String::new(), true)],
        },
        style,
    )
}
