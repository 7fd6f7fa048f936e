//! The plain form of a result: what a lint decides, not how a reporter draws it.

use std::fmt::Write as _;

use cmlint_engine::{LintResult, Verdict};
use cmlint_source::Sources;

/// One result in plain text.
pub(crate) fn plain(result: &LintResult, sources: &Sources) -> String {
    let mut text = format!("{}, checked {}\n", result.verdict.word(), result.checked);
    match &result.verdict {
        Verdict::NotApplicable(why) => writeln!(text, "why: {why}").unwrap(),
        Verdict::Crashed(message) => writeln!(text, "crash: {message}").unwrap(),
        _ => {}
    }
    if result.hidden > 0 {
        writeln!(text, "hidden: {}", result.hidden).unwrap();
    }
    for reported in &result.findings {
        let finding = &reported.finding;
        writeln!(text, "\n{}", finding.object.key).unwrap();
        for alias in &finding.object.aliases {
            writeln!(text, "  also {alias}").unwrap();
        }
        let requirements = finding.requirements.join(" ");
        writeln!(text, "  {} {} [{requirements}]", finding.severity, finding.confidence.word()).unwrap();
        if let Some(purpose) = finding.object.purpose {
            writeln!(text, "  purpose: {}", purpose.info().word).unwrap();
        }
        writeln!(text, "  {}", finding.message).unwrap();
        for label in &finding.labels {
            let mark = if label.primary { "at" } else { "and" };
            writeln!(text, "  {mark} {}: {}", place(sources, label.span), label.text).unwrap();
        }
        for step in &finding.proof {
            let at = step.span.map_or_else(|| "by rule".to_owned(), |span| place(sources, span));
            writeln!(text, "  proof: {} ({at})", step.text).unwrap();
        }
        writeln!(text, "  help: {}", finding.help).unwrap();
        if let Some(fix) = &finding.fix {
            writeln!(text, "  fix: {}", fix.text).unwrap();
            for (word, part) in [("command", &fix.command), ("revert", &fix.revert)] {
                if let Some(part) = part {
                    writeln!(text, "  {word}: {part}").unwrap();
                }
            }
        }
    }
    if !result.gaps.is_empty() {
        writeln!(text, "\ngaps").unwrap();
    }
    for gap in &result.gaps {
        let property = gap.property.map(|p| format!(".{p}")).unwrap_or_default();
        let scope = gap.scope.to_string();
        writeln!(text, "  {}{property}@{scope}: {} ({})", gap.dataset.name(), gap.status, gap.why).unwrap();
    }
    text
}

fn place(sources: &Sources, span: cmlint_source::Span) -> String {
    let place = sources.place(span);
    let within = place.within.map(|w| format!(" in {w}")).unwrap_or_default();
    format!("{}:{}:{}{within}", place.path, place.start.line, place.start.column)
}
