//! Two snapshots side by side, and what may be concluded from what one of them does not hold.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::need::{Context, Each, Need};
use cmlint_model::views::{View, Views};
use cmlint_model::{Dataset, Fact, Row, Scope, Snapshot, Statement, Status};
use cmlint_source::Sources;
use cmlint_winsec::Sid;

use crate::{Change, Incomparable};

/// A snapshot with its texts and its views, of which all must be built.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'s> {
    /// The rows.
    pub snapshot: &'s Snapshot<'s>,
    /// The texts.
    pub sources: &'s Sources,
    /// The views.
    pub views: &'s Views<'s>,
}

impl<'s> Sight<'s> {
    pub(crate) fn view<V: View<'s>>(&self) -> &'s V {
        V::get(self.views)
    }

    pub(crate) fn rows<T: Fact<'s>>(&self) -> impl Iterator<Item = (&'s Scope, &'s Row<T>)> + use<'s, T> {
        let each: Each<'s, T> = Need::resolve(Context::new(self.snapshot, self.views));
        each.iter()
    }
}

/// What a comparison found, and whose effective rights it may have changed.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) changes: Vec<Change>,
    pub(crate) seeds: BTreeSet<Sid>,
    /// Objects whose entries changed.
    pub(crate) objects: BTreeSet<crate::entries::ObjectId>,
}

/// Two snapshots.
pub(crate) struct Pair<'p, 's> {
    pub(crate) old: &'p Sight<'s>,
    pub(crate) new: &'p Sight<'s>,
    statements: [BTreeMap<(Dataset, Scope), &'s Statement>; 2],
    /// Datasets of which each side has exactly one loose file.
    joined: BTreeSet<Dataset>,
    incomparable: RefCell<BTreeSet<Incomparable>>,
}

impl<'p, 's> Pair<'p, 's> {
    pub(crate) fn new(old: &'p Sight<'s>, new: &'p Sight<'s>) -> Self {
        let of = |sight: &Sight<'s>| {
            let all = sight.snapshot.statements().into_iter();
            all.map(|(dataset, scope, statement)| ((dataset, scope.clone()), statement)).collect()
        };
        let mut pair = Pair {
            old,
            new,
            statements: [of(old), of(new)],
            joined: BTreeSet::new(),
            incomparable: RefCell::new(BTreeSet::new()),
        };
        pair.join_loose_files();
        pair.remark();
        pair
    }

    /// A scope under which both sides are compared: two loose files of one dataset are the same file before
    /// and after, whatever they are called.
    pub(crate) fn common(&self, dataset: Dataset, scope: &Scope) -> Scope {
        match scope {
            Scope::File(_) if self.joined.contains(&dataset) => Scope::File(String::new()),
            other => other.clone(),
        }
    }

    /// The rows of both sides by common scope.
    pub(crate) fn rows<T: Fact<'s>>(&self) -> BTreeMap<Scope, [Vec<&'s Row<T>>; 2]> {
        let mut all: BTreeMap<Scope, [Vec<&'s Row<T>>; 2]> = BTreeMap::new();
        for (side, sight) in [self.old, self.new].into_iter().enumerate() {
            for (scope, row) in sight.rows::<T>() {
                all.entry(self.common(T::DATASET, scope)).or_default()[side].push(row);
            }
        }
        all
    }

    /// Whether what the old snapshot does not hold was not there.
    pub(crate) fn old_is_whole(&self, dataset: Dataset, scope: &Scope) -> bool {
        self.is_whole(0, dataset, scope)
    }

    /// Whether what the new snapshot does not hold is not there.
    pub(crate) fn new_is_whole(&self, dataset: Dataset, scope: &Scope) -> bool {
        self.is_whole(1, dataset, scope)
    }

    /// Records that something cannot be compared that the statements do not tell.
    pub(crate) fn doubt(&self, dataset: Dataset, scope: &Scope, why: String) {
        let [old, new] = [0, 1].map(|side| self.status(side, dataset, scope));
        let entry = Incomparable { dataset, scope: scope.clone(), old, new, why };
        self.incomparable.borrow_mut().insert(entry);
    }

    pub(crate) fn incomparable(&self) -> Vec<Incomparable> {
        self.incomparable.borrow().iter().cloned().collect()
    }

    fn is_whole(&self, side: usize, dataset: Dataset, scope: &Scope) -> bool {
        match self.status(side, dataset, scope) {
            Status::Complete => true,
            // Of two loose files each is what its maker meant to give.
            Status::Given => self.status(1 - side, dataset, scope) == Status::Given,
            _ => false,
        }
    }

    fn status(&self, side: usize, dataset: Dataset, scope: &Scope) -> Status {
        self.statement(side, dataset, scope).map_or(Status::NotCollected, |s| s.status)
    }

    fn statement(&self, side: usize, dataset: Dataset, scope: &Scope) -> Option<&'s Statement> {
        let all = &self.statements[side];
        let found = all.get(&(dataset, scope.clone()));
        match scope {
            Scope::Site(_) => found.or_else(|| all.get(&(dataset, Scope::Hierarchy))),
            _ => found,
        }
        .copied()
    }

    /// Whether each side has exactly one loose file of a dataset.
    fn single(&self, dataset: Dataset) -> bool {
        let count = |side: usize| {
            let files = self.statements[side].keys();
            files.filter(|(d, scope)| *d == dataset && matches!(scope, Scope::File(_))).count()
        };
        count(0) == 1 && count(1) == 1
    }

    fn join_loose_files(&mut self) {
        let datasets: BTreeSet<Dataset> = self.statements[0].keys().map(|(d, _)| *d).collect();
        let single: Vec<Dataset> = datasets.into_iter().filter(|d| self.single(*d)).collect();
        self.joined.extend(single.iter().copied());
        for dataset in single {
            for side in &mut self.statements {
                let file = side.keys().find(|(d, s)| *d == dataset && matches!(s, Scope::File(_))).cloned();
                if let Some(statement) = file.and_then(|key| side.remove(&key)) {
                    side.insert((dataset, Scope::File(String::new())), statement);
                }
            }
        }
    }

    /// Records what the statements tell: data that only one side holds, or that a side does not hold wholly.
    fn remark(&self) {
        let keys: BTreeSet<&(Dataset, Scope)> = self.statements.iter().flat_map(BTreeMap::keys).collect();
        for (dataset, scope) in keys {
            let [old, new] = [0, 1].map(|side| self.statement(side, *dataset, scope));
            let [was, is] = [old, new].map(|s| s.map_or(Status::NotCollected, |s| s.status));
            let nothing = |status| matches!(status, Status::NotCollected | Status::Failed);
            // What neither side holds did not get lost between them.
            let same = was == is && was != Status::Partial || nothing(was) && nothing(is);
            if same {
                continue;
            }
            let worse = if is >= was { new } else { old };
            let why = match worse {
                Some(statement) => statement.why.clone(),
                None => "nobody says that it was collected".to_owned(),
            };
            let entry = Incomparable { dataset: *dataset, scope: scope.clone(), old: was, new: is, why };
            self.incomparable.borrow_mut().insert(entry);
        }
    }
}
