//! What was collected, and what each hole costs.

mod tally;
mod terminal;

use std::io;

use cmlint_engine::Selection;
use cmlint_model::Snapshot;
use serde::Serialize;

use crate::json::{self, v1};
use crate::{Style, Tool, escape};
use tally::{Item, Tally};

/// What a table of coverage is about.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What was collected.
    pub snapshot: &'a Snapshot<'a>,
    /// The lints that would run, and those that were left out.
    pub selection: &'a Selection,
    /// Who asks.
    pub tool: Tool<'a>,
    /// The snapshot's path as the user gave it.
    pub path: &'a str,
}

/// `"schema"` of the table.
pub const SCHEMA: &str = "cmlint/coverage/v1";

/// For people.
pub fn render(input: &Input<'_>, style: &Style) -> String {
    terminal::render(&Tally::of(input), input, style)
}

/// Writes the table as JSON.
///
/// # Errors
/// Those of the writer.
pub fn write_json(input: &Input<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let tally = Tally::of(input);
    let about = &input.snapshot.about;
    let datasets = tally.rows.iter().map(|row| Row {
        dataset: row.dataset.name(),
        property: row.property,
        scope: json::scope(&row.scope),
        status: row.status.word(),
        rows: row.rows,
        why: row.why.clone(),
    });
    let offers = tally.offers.iter().map(|offer| Offer {
        collect: offer.collect.iter().map(Collect::of).collect(),
        lints: offer.lints.clone(),
        certain: offer.certain,
    });
    let not_selected = input.selection.not_selected.iter().map(|left_out| NotSelected {
        id: left_out.def.id,
        missing: left_out.missing.iter().map(|g| g.iter().map(|d| d.name()).collect()).collect(),
    });
    let report = Report {
        schema: SCHEMA,
        tool: json::tool(input.tool),
        snapshot: v1::Snapshot {
            path: input.path.to_owned(),
            collected_at: about.collected_at.clone(),
            collector: about.collector.clone(),
            manifest: about.has_manifest,
        },
        datasets: datasets.collect(),
        offers: offers.collect(),
        not_selected: not_selected.collect(),
    };
    escape::json(&report, out)
}

/// Frozen like [`v1`].
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    tool: v1::Tool,
    snapshot: v1::Snapshot,
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
