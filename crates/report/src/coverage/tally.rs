//! Counts what is there, and works out which lints wait for what is not.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_engine::{NotSelected, select};
use cmlint_lint::LintDef;
use cmlint_model::{Dataset, DatasetInfo, Gap, Scope, Snapshot, Status};

/// What was collected, and what more would help.
pub(crate) struct Tally {
    /// By dataset and scope.
    pub(crate) rows: Vec<Row>,
    /// The fewest things to collect first, then what serves most lints.
    pub(crate) offers: Vec<Offer>,
    /// Lints that do not run, because nothing they are about was given.
    pub(crate) left_out: Vec<NotSelected>,
}

/// One dataset and scope.
pub(crate) struct Row {
    pub(crate) dataset: Dataset,
    /// A property that rows lack.
    pub(crate) property: Option<&'static str>,
    pub(crate) scope: Scope,
    pub(crate) status: Status,
    pub(crate) rows: usize,
    pub(crate) why: String,
}

/// What to collect, and the lints that can speak once it is there.
pub(crate) struct Offer {
    pub(crate) collect: Vec<Item>,
    pub(crate) lints: Vec<&'static str>,
    /// `false` where not all of the lints need it.
    pub(crate) certain: bool,
}

/// Something to collect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) dataset: Dataset,
    pub(crate) property: Option<&'static str>,
}

impl Item {
    pub(crate) fn name(&self) -> String {
        match self.property {
            Some(property) => format!("{}.{property}", self.dataset.name()),
            None => self.dataset.name().to_owned(),
        }
    }

    pub(crate) fn command(&self) -> &'static str {
        let info: &DatasetInfo = self.dataset.info();
        let lazy = info.lazy.iter().find(|l| Some(l.property) == self.property);
        lazy.map_or(info.command, |l| l.command)
    }
}

impl Tally {
    pub(crate) fn of(snapshot: &Snapshot<'_>, lints: &[LintDef]) -> Tally {
        let mut lints = lints.to_vec();
        lints.sort_by_key(|l| l.id);
        let mut offers = waiting(snapshot, &lints);
        offers.extend(lazily(snapshot, &lints));
        let left_out = select(&lints, snapshot, false).not_selected;
        Tally { rows: rows(snapshot), offers, left_out }
    }
}

fn rows(snapshot: &Snapshot<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut stated = BTreeSet::new();
    for (dataset, scope, statement) in snapshot.statements() {
        stated.insert((dataset, scope));
        rows.push(Row {
            dataset,
            property: None,
            scope: scope.clone(),
            status: statement.status,
            rows: snapshot.count_under(dataset, scope),
            why: statement.why.clone(),
        });
    }
    for dataset in Dataset::all() {
        let missing = snapshot.holes(dataset, true).into_iter();
        // Holes of the inventory show up with the datasets that rest on it, and have a row of their own.
        let own = missing.filter(|g| g.dataset == dataset && !stated.contains(&(dataset, &g.scope)));
        rows.extend(own.chain(snapshot.lazy_holes(dataset)).map(|gap| row(snapshot, gap)));
    }
    rows.sort_by(|a, b| (a.dataset, a.property, &a.scope).cmp(&(b.dataset, b.property, &b.scope)));
    rows
}

fn row(snapshot: &Snapshot<'_>, gap: Gap) -> Row {
    let Gap { dataset, scope, status, property, why } = gap;
    let rows = snapshot.count_under(dataset, &scope);
    Row { dataset, property, scope, status, rows, why }
}

/// Lints that cannot speak, by what they wait for.
fn waiting(snapshot: &Snapshot<'_>, lints: &[LintDef]) -> Vec<Offer> {
    let mut sets: BTreeMap<BTreeSet<Dataset>, Vec<&'static str>> = BTreeMap::new();
    for lint in lints {
        let set: BTreeSet<Dataset> =
            lint.declaration().groups.iter().flat_map(|group| cheapest(snapshot, group)).collect();
        if !set.is_empty() {
            sets.entry(set).or_default().push(lint.id);
        }
    }
    let mut offers: Vec<Offer> = sets
        .keys()
        .map(|set| {
            // Who collects two things also serves the lints that wait for one of them.
            let served = sets.iter().filter(|(other, _)| other.is_subset(set));
            let mut lints: Vec<&'static str> = served.flat_map(|(_, lints)| lints.clone()).collect();
            lints.sort_unstable();
            let collect = set.iter().map(|dataset| Item { dataset: *dataset, property: None }).collect();
            Offer { collect, lints, certain: true }
        })
        .collect();
    offers.sort_by(|a, b| {
        let order = |o: &Offer| (o.collect.len(), std::cmp::Reverse(o.lints.len()));
        order(a).cmp(&order(b)).then_with(|| a.collect.cmp(&b.collect))
    });
    offers
}

/// What to collect for one of a group of datasets; nothing when one of them is there.
fn cheapest(snapshot: &Snapshot<'_>, group: &[Dataset]) -> BTreeSet<Dataset> {
    let missing = group.iter().map(|dataset| {
        let holes: BTreeSet<Dataset> =
            snapshot.holes(*dataset, true).into_iter().map(|gap| gap.dataset).collect();
        // Loose files make no statement about what is not among them.
        let given = snapshot.about.has_manifest || snapshot.is_stated(*dataset);
        if given { holes } else { BTreeSet::from([*dataset]) }
    });
    missing.min_by_key(BTreeSet::len).unwrap_or_default()
}

/// Properties that a list query left out, and the lints that read their datasets.
fn lazily(snapshot: &Snapshot<'_>, lints: &[LintDef]) -> Vec<Offer> {
    let mut items = BTreeSet::new();
    for dataset in Dataset::all() {
        let holes = snapshot.lazy_holes(dataset).into_iter();
        items.extend(holes.map(|gap| Item { dataset, property: gap.property }));
    }
    let offers = items.into_iter().map(|item| {
        let reads = |l: &&LintDef| l.declaration().required().contains(&item.dataset);
        let lints = lints.iter().filter(reads).map(|l| l.id).collect();
        Offer { collect: vec![item], lints, certain: false }
    });
    offers.filter(|offer| !offer.lints.is_empty()).collect()
}
