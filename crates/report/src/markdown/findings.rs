//! The findings: a table for each lint or other heading, and the proofs behind a fold.

use cmlint_lint::Severity;
use cmlint_model::Text;

use super::write::{block, code, plain, words};
use crate::outward::{self, GroupBy, Item, Outside};
use crate::{Input, paint};

/// The findings of one lint, or under another heading.
struct Group<'a> {
    /// What they have in common.
    title: String,
    /// More words about it.
    about: String,
    /// Whether each says its lint, because they are of several.
    mixed: bool,
    worst: Severity,
    items: Vec<Item<'a>>,
    /// Those that fit.
    rows: Vec<String>,
    /// Why and what to do, of those that fit.
    details: Vec<String>,
}

/// What stands around the proofs of a lint.
const FOLD: &str = "\n<details><summary>Why, and what to do</summary>\n\n";
const UNFOLD: &str = "</details>\n";
/// Room for the words that say what was left out.
const RESERVE: usize = 400;

/// Draws the findings in at most `room` bytes.
pub(super) fn draw(
    input: &Input<'_>,
    outside: &Outside<'_>,
    open: &[Item<'_>],
    room: usize,
    by: Option<GroupBy>,
) -> String {
    if open.is_empty() {
        return String::new();
    }
    let mut groups = groups(input, open, by.unwrap_or(GroupBy::Lint));
    let mut left = room.saturating_sub(RESERVE);
    let mut full = false;
    for group in &mut groups {
        let frame = group.head().len() + FOLD.len() + UNFOLD.len() + 100;
        full |= left < frame;
        left = left.saturating_sub(frame);
        for item in &group.items {
            let row = row(input, outside, item, group.mixed);
            // The worst come first: behind the first that does not fit, none is shown.
            full |= row.len() > left;
            if full {
                break;
            }
            left -= row.len();
            group.rows.push(row);
        }
    }
    let shown: usize = groups.iter().map(|g| g.rows.len()).sum();
    for group in &mut groups {
        for item in group.items.iter().take(group.rows.len()) {
            let detail = detail(input, outside, item);
            full |= detail.len() > left;
            if full {
                break;
            }
            left -= detail.len();
            group.details.push(detail);
        }
    }
    let proofs: usize = groups.iter().map(|g| g.details.len()).sum();
    let mut out = String::from("\n## Findings\n");
    for group in groups.iter().filter(|g| !g.rows.is_empty()) {
        group.write(&mut out);
    }
    if shown < open.len() {
        let more = paint::count(open.len() - shown, "more finding");
        out.push_str(&format!("\n**{more} left out here**, the mildest: a summary has at most 1 MiB.\n"));
    } else if proofs < open.len() {
        let more = paint::count(open.len() - proofs, "proof");
        out.push_str(&format!("\n{more} left out here: a summary has at most 1 MiB.\n"));
    }
    out
}

fn groups<'a>(input: &Input<'_>, open: &[Item<'a>], by: GroupBy) -> Vec<Group<'a>> {
    let group = |outward::Group { heading, items }: outward::Group<'a>| {
        let lint = &items[0].lint.def;
        let of_lint = by == GroupBy::Lint;
        Group {
            title: if of_lint { code(lint.id) } else { plain(&heading) },
            about: if of_lint { plain(&outward::sentence(lint.meta.title)) } else { String::new() },
            mixed: !of_lint,
            worst: items.iter().map(|item| item.finding().severity).max().unwrap_or(Severity::Info),
            items,
            rows: Vec::new(),
            details: Vec::new(),
        }
    };
    outward::grouped(open.iter().copied(), by, input.snapshot).into_iter().map(group).collect()
}

impl Group<'_> {
    fn head(&self) -> String {
        format!("\n### {}: {} ({})\n\n{}\n\n", self.worst, self.title, self.items.len(), self.about)
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.head());
        out.push_str(match self.mixed {
            false => "| severity | object | what is wrong | where |\n|---|---|---|---|\n",
            true => "| severity | lint | object | what is wrong | where |\n|---|---|---|---|---|\n",
        });
        self.rows.iter().for_each(|row| out.push_str(row));
        if !self.details.is_empty() {
            out.push_str(FOLD);
            self.details.iter().for_each(|detail| out.push_str(detail));
            out.push_str(UNFOLD);
        }
    }
}

fn row(input: &Input<'_>, outside: &Outside<'_>, item: &Item<'_>, mixed: bool) -> String {
    let finding = item.finding();
    let lint = if mixed { format!("{} | ", code(item.lint.def.id)) } else { String::new() };
    let place = outward::primary(finding).map_or(String::new(), |span| place(input, outside, span));
    format!(
        "| {} | {lint}{} | {} | {place} |\n",
        finding.severity,
        words(&finding.object.label),
        words(&finding.message)
    )
}

fn place(input: &Input<'_>, outside: &Outside<'_>, span: cmlint_source::Span) -> String {
    let region = outward::first_line(input.sources, span);
    let path = outward::path_of(input.sources, outside.root, span);
    code(&format!("{path}:{}:{}", region.start.line, region.start.column))
}

fn detail(input: &Input<'_>, outside: &Outside<'_>, item: &Item<'_>) -> String {
    let finding = item.finding();
    let mut out = format!("**{}**\n\n", words(&finding.message));
    for (head, said) in outward::said(item.reported, input.sources) {
        out.push_str(&format!("{}: {}\n\n", outward::sentence(head).trim_end_matches('.'), plain(&said)));
    }
    for (index, step) in finding.proof.iter().enumerate() {
        let at = step.span.map(|span| format!(" ({})", place(input, outside, span))).unwrap_or_default();
        out.push_str(&format!("{}. {}{at}\n", index + 1, words(&step.text)));
    }
    if !finding.proof.is_empty() {
        out.push('\n');
    }
    if !finding.help.is_empty() {
        out.push_str(&format!("Help: {}\n\n", words(&finding.help)));
    }
    let mut copied = |head: &str, text: Option<&Text>| {
        if let Some(command) = outward::copied(text) {
            out.push_str(&format!("{head}:\n\n{}\n", block("powershell", &command)));
        }
    };
    if let Some(fix) = &finding.fix {
        let head = match fix.text.is_empty() {
            true => "Run".to_owned(),
            false => format!("Fix: {}", words(&fix.text)),
        };
        copied(&head, fix.command.as_ref());
        copied("Undo", fix.revert.as_ref());
        if fix.command.is_none() && !fix.text.is_empty() {
            out.push_str(&format!("{head}\n\n"));
        }
    }
    let requirements = match finding.requirements.is_empty() {
        true => String::new(),
        false => format!("; breaks {}", plain(&finding.requirements.join(", "))),
    };
    let key = code(finding.object.key.as_str());
    out.push_str(&format!("{key}, {} confidence{requirements}\n\n", finding.confidence.word()));
    out
}
