//! The coverage matrix: what was collected of what should be there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cmlint_model::{Dataset, Scope, ScopeKind, Status};

use super::findings::Page;
use super::write::{code, text};
use crate::coverage::tally::{Row, Tally};
use crate::{outward, paint};

/// Lines of a table that are drawn; a site with thousands of clients is counted.
const LINES: usize = 300;
/// Characters of a reason in a cell.
const REASON: usize = 100;

type Column = (Dataset, Option<&'static str>);

/// The section.
pub(super) fn draw(page: &Page<'_>, out: &mut String) {
    let tally = Tally::of(page.input.snapshot, page.outside.lints);
    let mut kinds: BTreeMap<ScopeKind, Vec<&Row>> = BTreeMap::new();
    for row in &tally.rows {
        kinds.entry(row.scope.kind()).or_default().push(row);
    }
    out.push_str(
        "<section id=\"coverage\" aria-labelledby=\"h-coverage\"><h2 id=\"h-coverage\">Coverage</h2>\n",
    );
    out.push_str("<p>What was collected, of what should be there. A hole is no pass.</p>\n");
    for (kind, rows) in kinds {
        table(out, kind, &rows);
    }
    out.push_str("</section>\n");
}

fn table(out: &mut String, kind: ScopeKind, rows: &[&Row]) {
    let columns: BTreeSet<Column> = rows.iter().map(|r| (r.dataset, r.property)).collect();
    let scopes: BTreeSet<&Scope> = rows.iter().map(|r| &r.scope).collect();
    let cells: BTreeMap<(Column, &Scope), &Row> =
        rows.iter().map(|r| (((r.dataset, r.property), &r.scope), *r)).collect();
    let name = |column: &Column| match column.1 {
        Some(property) => format!("{}.{property}", column.0.name()),
        None => column.0.name().to_owned(),
    };
    let word = kind.word();
    let _ = write!(
        out,
        "<h3 id=\"c-{word}\">By {word}</h3>\n<div class=\"wide\" role=\"region\" aria-labelledby=\"c-{word}\" tabindex=\"0\"><table>\n"
    );
    let scope_name = |scope: &Scope| match scope {
        Scope::Hierarchy => "hierarchy".to_owned(),
        scope => scope.key(),
    };
    let row_of = |column: &Column, scope: &Scope| cells.get(&(*column, scope)).copied();
    // The longer side goes down the page.
    if scopes.len() > columns.len() {
        head(out, word, columns.iter().map(name));
        for scope in scopes.iter().take(LINES) {
            line(out, &scope_name(scope), columns.iter().map(|column| row_of(column, scope)));
        }
    } else {
        head(out, "dataset", scopes.iter().map(|scope| scope_name(scope)));
        for column in &columns {
            line(out, &name(column), scopes.iter().map(|scope| row_of(column, scope)));
        }
    }
    out.push_str("</tbody></table></div>\n");
    if scopes.len() > columns.len() && scopes.len() > LINES {
        let more = paint::count(scopes.len() - LINES, "more line");
        let _ = writeln!(out, "<p>{more} in <code>cmlint coverage</code>.</p>");
    }
}

fn head(out: &mut String, corner: &str, names: impl Iterator<Item = String>) {
    let _ = write!(out, "<thead><tr><th scope=\"col\">{corner}</th>");
    for name in names {
        let _ = write!(out, "<th scope=\"col\">{}</th>", code(&name));
    }
    out.push_str("</tr></thead><tbody>\n");
}

fn line<'a>(out: &mut String, name: &str, cells: impl Iterator<Item = Option<&'a Row>>) {
    let _ = write!(out, "<tr><th scope=\"row\">{}</th>", code(name));
    for cell in cells {
        match cell {
            None => out.push_str("<td class=\"empty\"></td>"),
            Some(row) => {
                let (class, sign) = match row.status {
                    Status::Complete => ("complete", "●"),
                    Status::Given => ("given", "○"),
                    Status::Partial => ("partial", "◐"),
                    Status::Failed => ("failed", "✕"),
                    Status::NotCollected => ("missing", "–"),
                };
                let _ = write!(
                    out,
                    "<td class=\"{class}\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span> {}",
                    row.status
                );
                if row.rows > 0 || row.status == Status::Complete {
                    let _ = write!(out, "<small>{}</small>", paint::count(row.rows, "row"));
                }
                if !row.why.is_empty() {
                    let _ = write!(out, "<small>{}</small>", text(&outward::at_most(&row.why, REASON)));
                }
                out.push_str("</td>");
            }
        }
    }
    out.push_str("</tr>\n");
}
