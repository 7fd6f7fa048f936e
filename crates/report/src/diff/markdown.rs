//! A difference as Markdown, for a comment on a change or the summary of a job.

use cmlint_diff::{Area, Cause, Change, Effect, Record};
use cmlint_source::Span;

use super::human::ended;
use super::{Compared, End, NO_ROWS, states};
use crate::markdown::write::{code, plain, words};
use crate::{outward, paint};

/// Bytes of a summary that GitHub takes.
const MOST: usize = 1024 * 1024;

/// The report: at most 1 MiB. What does not fit is counted.
pub fn report(compared: &Compared<'_>) -> String {
    within(compared, MOST)
}

fn within(compared: &Compared<'_>, most: usize) -> String {
    let mut out = head(compared);
    let last = format!("\n**{}**\n", plain(&compared.last_line()));
    let mut room = most.saturating_sub(out.len() + last.len() + 2000);
    let mut put = |title: &str, head: &str, rows: Vec<String>| {
        section(&mut out, &mut room, title, head, &rows);
    };
    let findings = compared.findings;
    let head = "| severity | lint | object | what is wrong | where |\n|---|---|---|---|---|\n";
    let new = findings.new.iter().map(|(r, cause)| row(compared.new, r, *cause)).collect();
    put("New findings", head, new);
    if let Some(underneath) = compared.underneath {
        for area in Area::ALL {
            let of_area = underneath.changes.iter().filter(|c| c.area == area);
            put(area.title(), "", of_area.map(|c| change(compared, c)).collect());
        }
        for (gained, title) in [(true, "Rights gained"), (false, "Rights lost")] {
            let some = underneath.effects.iter().filter(|e| e.gained == gained);
            put(title, "", some.map(|e| effect(compared, e)).collect());
        }
        let holes = underneath.incomparable.iter().map(|entry| {
            let at = plain(&entry.scope.to_string());
            let why = if entry.why.is_empty() { String::new() } else { format!(" ({})", plain(&entry.why)) };
            format!("- {} of {at}: {}{why}\n", code(entry.dataset.name()), states(entry.old, entry.new))
        });
        put("Not comparable", "", holes.collect());
    }
    let changed = findings.changed.iter().map(|c| {
        let before = match c.old.severity == c.new.severity {
            true => String::new(),
            false => format!("; {} before", c.old.severity),
        };
        format!("- {}: {} (other {}{before})\n", code(&c.new.lint), words(&c.new.message), c.what.join(", "))
    });
    put("Changed findings", "", changed.collect());
    let gone = |environment: bool| {
        let some = findings.fixed.iter().filter(move |(_, c)| (*c == Cause::Environment) == environment);
        some.map(|(r, _)| format!("- {} {}: {}\n", r.severity, code(&r.lint), words(&r.message)))
    };
    put("Fixed findings", "", gone(true).collect());
    put("No longer visible, perhaps not fixed", "", gone(false).collect());
    let outcomes = findings.outcomes.iter().map(|o| format!("- {}: {}\n", code(&o.lint), ended(o)));
    put("Lints that ended otherwise", "", outcomes.collect());
    out.push_str(&last);
    out
}

fn head(compared: &Compared<'_>) -> String {
    let new = match compared.findings.new.len() {
        0 => "no new findings".to_owned(),
        n => paint::count(n, "new finding"),
    };
    let mut out = format!("# {}: {new}\n\n", plain(compared.tool.name));
    let end = |end: End<'_>| {
        let at = end.snapshot().and_then(|s| s.about.collected_at.as_ref());
        let at = at.map_or_else(String::new, |at| format!(" (collected {})", code(at)));
        format!("{}{at}", code(end.path))
    };
    out.push_str(&format!("{} → {}\n", end(compared.old), end(compared.new)));
    if let Some((old, new)) = &compared.findings.versions {
        out.push_str(&format!("\nJudged by {} and by {}.\n", code(old), code(new)));
    }
    if compared.underneath.is_none() {
        out.push_str(&format!("\n> [!NOTE]\n> {NO_ROWS}.\n"));
    }
    out
}

/// A section with as many rows as fit; nothing where there are none.
fn section(out: &mut String, room: &mut usize, title: &str, head: &str, rows: &[String]) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n## {title} ({})\n\n{head}", rows.len()));
    let mut shown = 0;
    for row in rows {
        if row.len() > *room {
            *room = 0;
            break;
        }
        *room -= row.len();
        out.push_str(row);
        shown += 1;
    }
    if shown < rows.len() {
        out.push_str(&format!("\n{} more left out.\n", rows.len() - shown));
    }
}

fn row(end: End<'_>, record: &Record, cause: Cause) -> String {
    let at = record.place.as_ref().map_or_else(String::new, |(path, line, column)| {
        code(&format!("{}:{line}:{column}", outward::path(end.root, path)))
    });
    let doubt = match cause {
        Cause::Environment => "",
        Cause::Collection => " (may have been there before: the lint could not see everything)",
        Cause::Tool => " (the old report was made without this lint)",
    };
    format!(
        "| {} | {} | {} | {}{doubt} | {at} |\n",
        record.severity,
        code(&record.lint),
        words(&record.object),
        words(&record.message)
    )
}

fn place(end: End<'_>, span: Span) -> String {
    let Some(sources) = end.sources() else { return String::new() };
    let region = outward::first_line(sources, span);
    let path = outward::path_of(sources, end.root, span);
    code(&format!("{path}:{}:{}", region.start.line, region.start.column))
}

fn change(compared: &Compared<'_>, change: &Change) -> String {
    let at =
        compared.place_of(change).map_or_else(String::new, |(end, span)| format!(" ({})", place(end, span)));
    format!("- {} {}{at}\n", change.sign.word(), words(&change.text))
}

fn effect(compared: &Compared<'_>, effect: &Effect) -> String {
    let names = |names: &[cmlint_model::words::Name]| {
        let mut shown: Vec<String> = names.iter().take(20).map(|name| code(&name.text)).collect();
        if names.len() > 20 {
            shown.push(format!("{} more", names.len() - 20));
        }
        shown.join(", ")
    };
    let verb = if effect.gained { "gained" } else { "lost" };
    let mut out = format!("- {} {verb}: {}", names(&effect.who), words(&effect.right));
    if !effect.through.is_empty() {
        out.push_str(&format!("; and through it {}", names(&effect.through)));
    }
    out.push('\n');
    for detail in &effect.details {
        out.push_str(&format!("  - {}\n", words(detail)));
    }
    let end = compared.end_of(effect);
    for (index, step) in effect.proof.steps.iter().enumerate() {
        let at = step.span.map_or_else(|| "by rule".to_owned(), |span| place(end, span));
        out.push_str(&format!("  {}. {} ({at})\n", index + 1, words(&step.text)));
    }
    out
}
