//! What is missing, gathered from all lints: ten lints that miss the same data are one entry.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_engine::Run;
use cmlint_model::{Dataset, Scope, Status};

/// Data that one command collects.
pub(crate) struct Missing<'a> {
    pub(crate) name: String,
    /// The right that the command needs.
    pub(crate) right: &'static str,
    pub(crate) command: &'static str,
    /// Scopes by how much is there and why not all.
    pub(crate) states: BTreeMap<(Status, &'a str), BTreeSet<&'a Scope>>,
    /// The lints that miss it.
    pub(crate) lints: BTreeSet<&'static str>,
}

/// What lints missed, in the order of the datasets.
pub(crate) fn missing(run: &Run) -> Vec<Missing<'_>> {
    let mut all: BTreeMap<(Dataset, Option<&'static str>), Missing<'_>> = BTreeMap::new();
    for (lint, gap) in run.lints.iter().flat_map(|lint| lint.gaps.iter().map(move |gap| (lint, gap))) {
        let entry = all.entry((gap.dataset, gap.property)).or_insert_with(|| Missing {
            name: match gap.property {
                Some(property) => format!("{}.{property}", gap.dataset.name()),
                None => gap.dataset.name().to_owned(),
            },
            right: gap.dataset.info().right,
            command: gap.collect(),
            states: BTreeMap::new(),
            lints: BTreeSet::new(),
        });
        entry.states.entry((gap.status, gap.why.as_str())).or_default().insert(&gap.scope);
        entry.lints.insert(lint.def.id);
    }
    all.into_values().collect()
}
