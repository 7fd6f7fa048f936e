use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use cmlint_source::{Span, Spanned};

use crate::rows::{Identity, LazyState, Shape};
use crate::{Dataset, Gap, Scope, Snapshot, Statement, Status};

/// A row with its place.
#[derive(Debug)]
pub struct Row<T> {
    /// The row in its file.
    pub span: Span,
    /// What it says.
    pub data: T,
    /// Bit n is set when the n-th lazy property of the dataset was not collected for this row.
    uncollected: u8,
}

impl<T> Row<T> {
    /// Whether a lazy property of the row was collected: then an empty one means "none".
    pub fn collected<'s>(&self, property: &str) -> bool
    where
        T: Fact<'s>,
    {
        let lazy = T::DATASET.info().lazy;
        let index = lazy.iter().position(|l| l.property == property).expect("the table names the property");
        self.uncollected & (1 << index) == 0
    }

    /// The hole that an uncollected lazy property leaves.
    pub fn gap<'s>(&self, scope: &Scope, property: &'static str) -> Gap
    where
        T: Fact<'s>,
    {
        let why = format!("a list query leaves {property} out; it has to be read by key");
        Gap::property(T::DATASET, scope.clone(), property, why)
    }
}

impl<T> std::ops::Deref for Row<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.data
    }
}

/// The rows of one dataset, by scope, with what is known about their completeness. Rows are reached
/// through a need, which says what a hole means.
#[derive(Debug)]
pub struct Table<T> {
    statements: BTreeMap<Scope, Statement>,
    rows: BTreeMap<Scope, Vec<Row<T>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { statements: BTreeMap::new(), rows: BTreeMap::new() }
    }
}

/// A kind of row that a snapshot has a table of.
pub trait Fact<'s>: Shape + Identity + Sized + Send + Sync + 's {
    /// The dataset of the rows.
    const DATASET: Dataset;

    /// The table.
    #[doc(hidden)]
    fn table(snapshot: &'s Snapshot<'s>) -> &'s Table<Self>;
}

/// A second row about an object that was replaced.
fn replaced_before(key: &str, replaced: &[String]) -> Option<String> {
    replaced.iter().find(|name| name.to_lowercase() == key).cloned()
}

/// A loose file is never complete; only what could not be read in it makes a statement worse.
fn worsen(held: &mut Statement, laid: &Statement) {
    if laid.status > Status::Given && laid.status > held.status {
        held.status = laid.status;
        held.why.clone_from(&laid.why);
    }
}

static NOT_COLLECTED: LazyLock<Statement> =
    LazyLock::new(|| Statement::new(Status::NotCollected, "the manifest does not name it"));

impl<'s, T: Fact<'s>> Table<T> {
    /// Adds what one statement says, and its rows. A row that names its own scope goes there.
    pub(crate) fn insert(&mut self, scope: Scope, statement: Statement, rows: Vec<Spanned<T>>) {
        let count = T::DATASET.info().lazy.len();
        // A class in which no row at all has the property was listed, not read by key.
        let never: Vec<bool> =
            (0..count).map(|i| rows.iter().all(|row| row.value.lazy(i) != LazyState::Filled)).collect();
        let place = |row: Spanned<T>| {
            let mut uncollected = 0;
            for (index, never) in never.iter().enumerate() {
                let missing = match row.value.lazy(index) {
                    LazyState::Filled => false,
                    LazyState::Absent => true,
                    LazyState::Listed | LazyState::Empty if statement.read_by_key => false,
                    LazyState::Listed => true,
                    LazyState::Empty => *never,
                };
                uncollected |= u8::from(missing) << index;
            }
            Row { span: row.span, data: row.value, uncollected }
        };
        if rows.iter().all(|row| row.value.own_scope().is_none()) {
            if !rows.is_empty() {
                // Rows have the size of values with places, so that this needs no memory of its own.
                let rows: Vec<Row<T>> = rows.into_iter().map(place).collect();
                match self.rows.entry(scope.clone()) {
                    Entry::Vacant(entry) => {
                        entry.insert(rows);
                    }
                    Entry::Occupied(mut entry) => entry.get_mut().extend(rows),
                }
            }
        } else {
            for row in rows {
                let own = row.value.own_scope().unwrap_or_else(|| scope.clone());
                self.rows.entry(own).or_default().push(place(row));
            }
        }
        match self.statements.entry(scope) {
            Entry::Vacant(entry) => {
                entry.insert(statement);
            }
            // Two statements about one scope: the worse one holds, because rows may be missing.
            Entry::Occupied(mut entry) => {
                let held = entry.get_mut();
                if statement.status > held.status {
                    held.status = statement.status;
                    held.why = statement.why;
                }
                held.read_by_key &= statement.read_by_key;
                held.covers.extend(statement.covers);
            }
        }
    }

    /// Lays rows over those that are there: rows about the same object are replaced, others stay. What is
    /// known about a scope stays known, unless the new rows could not be read wholly.
    pub(crate) fn lay_over(
        &mut self,
        scope: Scope,
        statement: Statement,
        rows: Vec<Spanned<T>>,
    ) -> (Vec<String>, Vec<String>) {
        let mut over = Table::default();
        over.insert(scope, statement, rows);
        let (mut replaced, mut added) = (Vec::new(), Vec::new());
        for (scope, rows) in over.rows {
            let part = self.rows.entry(scope).or_default();
            let key = |row: &Row<T>| row.data.identity().map(|name| name.to_lowercase());
            let mut names: BTreeMap<String, String> = BTreeMap::new();
            for row in &rows {
                match row.data.identity() {
                    Some(name) => names.entry(name.to_lowercase()).or_insert(name),
                    None => continue,
                };
            }
            let nameless = rows.iter().filter(|row| key(row).is_none()).count();
            part.retain(|row| {
                let same =
                    key(row).and_then(|key| names.remove(&key).or_else(|| replaced_before(&key, &replaced)));
                let is_new = same.is_none();
                replaced.extend(same);
                is_new
            });
            added.extend(names.into_values());
            added.extend((0..nameless).map(|_| "a row without a name".to_owned()));
            part.extend(rows);
        }
        replaced.sort();
        replaced.dedup();
        for (scope, statement) in over.statements {
            let stated_by_site = scope == Scope::Hierarchy && !self.statements.is_empty();
            match self.statements.get_mut(&scope) {
                Some(held) => worsen(held, &statement),
                None if stated_by_site => {
                    self.statements.values_mut().for_each(|held| worsen(held, &statement))
                }
                None => {
                    self.statements.insert(scope, statement);
                }
            }
        }
        (replaced, added)
    }

    /// The rows that a test picks are taken away.
    pub(crate) fn take_away(&mut self, gone: impl Fn(&Row<T>) -> bool) {
        for rows in self.rows.values_mut() {
            rows.retain(|row| !gone(row));
        }
    }

    /// All rows, to change them. What is changed counts as collected.
    pub(crate) fn change(&mut self, change: impl Fn(&mut T) -> bool) {
        for row in self.rows.values_mut().flatten() {
            if change(&mut row.data) {
                row.uncollected = 0;
            }
        }
    }

    /// What is known about a scope. What is said of the hierarchy holds for each site.
    pub fn statement(&self, scope: &Scope) -> &Statement {
        if let Some(statement) = self.statements.get(scope) {
            return statement;
        }
        match scope {
            Scope::Site(_) => self.statements.get(&Scope::Hierarchy).unwrap_or(&NOT_COLLECTED),
            _ => &NOT_COLLECTED,
        }
    }

    /// All statements, by scope.
    pub fn statements(&self) -> impl Iterator<Item = (&Scope, &Statement)> {
        self.statements.iter()
    }

    /// The hole of a scope, unless it is complete (or, with `given_is_enough`, a loose file).
    pub fn hole(&self, scope: &Scope, given_is_enough: bool) -> Option<Gap> {
        let statement = self.statement(scope);
        let enough = match statement.status {
            Status::Complete => true,
            Status::Given => given_is_enough,
            _ => false,
        };
        (!enough).then(|| {
            let why = match statement.status {
                Status::Given => "a loose file does not say whether there is more".to_owned(),
                _ => statement.why.clone(),
            };
            Gap::new(T::DATASET, scope.clone(), statement.status, why)
        })
    }

    /// Number of rows that the statement about a scope speaks of: a site's rows may be stated with those of
    /// the whole hierarchy.
    pub(crate) fn count_under(&self, scope: &Scope) -> usize {
        let own = |s: &Scope| s == scope || *scope == Scope::Hierarchy && !self.statements.contains_key(s);
        self.rows.iter().filter(|(s, _)| own(s)).map(|(_, rows)| rows.len()).sum()
    }

    /// The holes that uncollected lazy properties leave, one for each scope and property.
    pub(crate) fn lazy_holes(&self) -> Vec<Gap> {
        let mut holes = Vec::new();
        for (index, lazy) in T::DATASET.info().lazy.iter().enumerate() {
            for (scope, rows) in &self.rows {
                let row = rows.iter().find(|row| row.uncollected & (1 << index) != 0);
                holes.extend(row.map(|row| row.gap(scope, lazy.property)));
            }
        }
        holes
    }

    /// The rows of one scope, whatever its completeness. For needs and views, which carry the holes.
    pub(crate) fn part(&self, scope: &Scope) -> &[Row<T>] {
        self.rows.get(scope).map_or(&[], Vec::as_slice)
    }

    /// All rows with their scopes, whatever their completeness. For needs and views, which carry the holes.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Scope, &Row<T>)> {
        self.rows.iter().flat_map(|(scope, rows)| rows.iter().map(move |row| (scope, row)))
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_stated(&self) -> bool {
        !self.statements.is_empty()
    }

    pub(crate) fn reverse(&mut self) {
        for rows in self.rows.values_mut() {
            rows.reverse();
        }
    }
}
