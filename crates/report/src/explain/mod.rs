//! One lint in full: what is known of it, and the README of its folder, as plain text of a terminal.

mod markdown;

use cmlint_lint::LintDef;

use crate::Style;
use crate::paint::{self, Paint};

/// Columns of the words before a colon.
const HEAD: usize = 12;

/// Everything about a lint.
pub fn explain(lint: &LintDef, style: &Style) -> String {
    let paint = Paint::of(style);
    let meta = lint.meta;
    let mut out = format!("{}\n", paint.bold(lint.id));
    out.push_str(&paint::hang("  ", meta.title, style.columns(), false));
    out.push_str("\n\n");

    let severity = paint.severity(meta.severity, meta.severity);
    let suppressible = if meta.suppressible { "" } else { "; cannot be suppressed" };
    let mut row = |head: &str, words: &str| {
        if !words.is_empty() {
            let head = format!("{} ", paint.title(format!("{:>HEAD$}", format!("{head}:"))));
            out.push_str(&paint::hang(&head, words, style.columns(), false));
            out.push('\n');
        }
    };
    row("severity", &format!("{severity}{suppressible}"));
    row("tags", &meta.tags.join(", "));
    row("about", &meta.subjects.join(", "));
    row("requirements", &meta.requirements.join(", "));
    row("needs", &needs(lint));
    row("since", meta.since);
    out.push('\n');
    out.push_str(&markdown::plain(lint.readme, style));

    // A README that lists its sources says more of them.
    let listed = lint.readme.lines().any(|line| line.trim() == "## References");
    if !meta.references.is_empty() && !listed {
        out.push_str(&format!("\n{}\n\n", paint.bold("Where the rule comes from")));
        for reference in meta.references {
            out.push_str(&paint::hang("  - ", &reference.to_string(), style.columns(), false));
            out.push('\n');
        }
    }
    out
}

/// The datasets without which the lint does not speak: `A, B, C or D`.
fn needs(lint: &LintDef) -> String {
    let groups = lint.declaration().groups.into_iter();
    let groups = groups.map(|g| g.iter().map(|d| d.name()).collect::<Vec<_>>().join(" or "));
    groups.collect::<Vec<_>>().join(", ")
}
