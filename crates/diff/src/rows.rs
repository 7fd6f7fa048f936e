//! Rows of datasets that no other comparison puts into words: how many are others, and where the first is.

use std::collections::BTreeMap;

use cmlint_model::rows::{
    Address, AppPool, ClientSettings, Collection, Computer, Device, Domain, Forest, ForestStatus, Lookup,
    PackageAccess, SecuredObject, SecurityScope, Service, Site, SqlServerProperty, StoredAccount,
    TaskSequence, TaskSequencePackage,
};
use cmlint_model::words::{Name, domain, host, path, site, term};
use cmlint_model::{Fact, Row, Scope, Text, text};
use cmlint_source::{Sources, Span};

use crate::pair::Pair;
use crate::{Area, Change, Sign};

/// What differs, dataset by dataset and scope by scope.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Vec<Change> {
    let mut changes = Vec::new();
    macro_rules! all {
        ($($row:ident),* $(,)?) => {$(compare::<$row<'s>>(pair, &mut changes);)*};
    }
    all!(
        Site,
        StoredAccount,
        Address,
        Forest,
        ForestStatus,
        SecuredObject,
        SecurityScope,
        Collection,
        ClientSettings,
        PackageAccess,
        Device,
        TaskSequencePackage,
        Computer,
        Service,
        AppPool,
        Domain,
        Lookup,
        SqlServerProperty,
    );
    sequences(pair, &mut changes);
    changes
}

fn compare<'s, T: Fact<'s>>(pair: &Pair<'_, 's>, changes: &mut Vec<Change>) {
    for (scope, [old, new]) in pair.rows::<T>() {
        let before = texts(pair.old.sources, &old);
        let after = texts(pair.new.sources, &new);
        let mut came = only(&after, &before);
        let mut gone = only(&before, &after);
        if !pair.old_is_whole(T::DATASET, &scope) {
            came.clear();
        }
        if !pair.new_is_whole(T::DATASET, &scope) {
            gone.clear();
        }
        let (plus, minus) = (came.len(), gone.len());
        if plus + minus == 0 {
            continue;
        }
        let name = term(T::DATASET.name());
        let text = text!("{}{}: {} new or changed, {} gone or changed", name, of(&scope), plus, minus);
        let sign = match (plus, minus) {
            (_, 0) => Sign::Added,
            (0, _) => Sign::Removed,
            _ => Sign::Changed,
        };
        let first = |spans: &[Span]| spans.iter().min().copied();
        changes.push(Change { area: Area::Rows, sign, text, old: first(&gone), new: first(&came) });
    }
}

/// Task sequences are told one by one.
fn sequences<'s>(pair: &Pair<'_, 's>, changes: &mut Vec<Change>) {
    let dataset = <TaskSequence<'s> as Fact<'s>>::DATASET;
    for (scope, [old, new]) in pair.rows::<TaskSequence<'s>>() {
        let find = |rows: &[&'s Row<TaskSequence<'s>>]| {
            let all = rows.iter().map(|row| (label(row), *row));
            all.collect::<BTreeMap<Name, &'s Row<TaskSequence<'s>>>>()
        };
        let (before, after) = (find(&old), find(&new));
        let mut push = |sign, text: Text, old: Option<Span>, new: Option<Span>| {
            changes.push(Change { area: Area::Rows, sign, text, old, new });
        };
        for (name, row) in &after {
            match before.get(name) {
                None if pair.old_is_whole(dataset, &scope) => {
                    push(Sign::Added, text!("the task sequence {} is new", name), None, Some(row.span));
                }
                Some(earlier)
                    if squeezed(pair.old.sources, earlier.span) != squeezed(pair.new.sources, row.span) =>
                {
                    let text = text!("the task sequence {} changed", name);
                    push(Sign::Changed, text, Some(earlier.span), Some(row.span));
                }
                _ => {}
            }
        }
        for (name, row) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            if pair.new_is_whole(dataset, &scope) {
                push(Sign::Removed, text!("the task sequence {} is gone", name), Some(row.span), None);
            }
        }
    }
}

fn label(row: &TaskSequence<'_>) -> Name {
    let name = row.package_id.as_ref().or(row.name.as_ref());
    cmlint_model::words::object(name.map_or("without a name", |name| &name.value))
}

fn texts<T>(sources: &Sources, rows: &[&Row<T>]) -> BTreeMap<String, Vec<Span>> {
    let mut all: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for row in rows {
        all.entry(squeezed(sources, row.span)).or_default().push(row.span);
    }
    all
}

/// The text of a row without what an editor may change: blanks and line ends.
fn squeezed(sources: &Sources, span: Span) -> String {
    sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in `a` more often than in `b`.
fn only(a: &BTreeMap<String, Vec<Span>>, b: &BTreeMap<String, Vec<Span>>) -> Vec<Span> {
    let mut spans = Vec::new();
    for (text, here) in a {
        let there = b.get(text).map_or(0, Vec::len);
        spans.extend(here.iter().skip(there));
    }
    spans
}

fn of(scope: &Scope) -> Text {
    match scope {
        Scope::Hierarchy | Scope::File(_) => Text::default(),
        Scope::Site(code) => text!(" of site {}", site(code)),
        Scope::Host(key) => text!(" of {}", host(key)),
        Scope::Domain(key) => text!(" of {}", domain(key)),
        Scope::Database { .. } => text!(" of {}", path(scope.key())),
    }
}
