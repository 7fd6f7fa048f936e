//! What was collected, and what each hole costs.

pub(crate) mod tally;
mod terminal;

use cmlint_lint::LintDef;
use cmlint_model::Snapshot;
use serde::Serialize;

use crate::json::{scope, tool as made_by, v1};
use crate::{Style, Tool, escape};
use tally::{Item, Tally};

/// For people. `lints` are all there are: which of them would run is told.
pub fn human(snapshot: &Snapshot<'_>, lints: &[LintDef], style: &Style) -> String {
    terminal::draw(&Tally::of(snapshot, lints), snapshot, style)
}

/// For programs.
pub fn json(snapshot: &Snapshot<'_>, lints: &[LintDef], tool: Tool<'_>) -> String {
    let tally = Tally::of(snapshot, lints);
    let about = &snapshot.about;
    let datasets = tally.rows.iter().map(|row| Row {
        dataset: row.dataset.name(),
        property: row.property,
        scope: scope(&row.scope),
        status: row.status.word(),
        rows: row.rows,
        why: row.why.clone(),
    });
    let offers = tally.offers.iter().map(|offer| Offer {
        collect: offer.collect.iter().map(Collect::of).collect(),
        lints: offer.lints.clone(),
        certain: offer.certain,
    });
    let not_selected = tally.left_out.iter().map(|left_out| NotSelected {
        id: left_out.def.id,
        missing: left_out.missing.iter().map(|g| g.iter().map(|d| d.name()).collect()).collect(),
    });
    escape::json(&Report {
        schema: SCHEMA,
        tool: made_by(tool),
        collected_at: about.collected_at.clone(),
        manifest: about.has_manifest,
        datasets: datasets.collect(),
        offers: offers.collect(),
        not_selected: not_selected.collect(),
    })
}

/// `"schema"` of the table.
pub const SCHEMA: &str = "cmlint/coverage/v1";

/// Frozen like [`v1`].
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    tool: v1::Tool,
    collected_at: Option<String>,
    manifest: bool,
    datasets: Vec<Row>,
    offers: Vec<Offer>,
    not_selected: Vec<NotSelected>,
}

#[derive(Serialize)]
struct Row {
    dataset: &'static str,
    property: Option<&'static str>,
    scope: v1::Scope,
    status: &'static str,
    rows: usize,
    why: String,
}

#[derive(Serialize)]
struct Offer {
    /// What to collect, all of it.
    collect: Vec<Collect>,
    /// The lints that can then speak.
    lints: Vec<&'static str>,
    /// Whether they cannot speak without it; `false` for a property that not all of them read.
    certain: bool,
}

#[derive(Serialize)]
struct Collect {
    dataset: &'static str,
    property: Option<&'static str>,
    command: &'static str,
    right: &'static str,
}

impl Collect {
    fn of(item: &Item) -> Collect {
        Collect {
            dataset: item.dataset.name(),
            property: item.property,
            command: item.command(),
            right: item.dataset.info().right,
        }
    }
}

#[derive(Serialize)]
struct NotSelected {
    id: &'static str,
    /// One of each group would have to be given.
    missing: Vec<Vec<&'static str>>,
}
