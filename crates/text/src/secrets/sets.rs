//! Sets of properties of which one names what the others are, in any order.

use std::ops::Range;

use super::found::Found;
use super::names::{self, Part, is_harmless, is_set};

/// The sets that are open, innermost last. The outermost is the document itself and is always there.
pub(super) struct Sets {
    open: Vec<Set>,
    /// Values that are secrets if their set says so, each with the number of its set.
    values: Vec<(usize, Range<usize>)>,
}

#[derive(Default)]
struct Set {
    /// A name property has named a secret.
    named: Option<&'static str>,
    /// A flag says that the value is hidden.
    masked: bool,
    /// The set's values begin here in the list.
    values: usize,
}

impl Sets {
    pub(super) fn new() -> Self {
        Sets { open: vec![Set::default()], values: Vec::new() }
    }

    /// Number of the innermost set, from 0.
    pub(super) fn innermost(&self) -> usize {
        self.open.len() - 1
    }

    pub(super) fn open(&mut self) {
        self.open.push(Set { values: self.values.len(), ..Set::default() });
    }

    /// A property of a set, of which `part` is known.
    pub(super) fn property(&mut self, set: usize, part: Part, value: &str, range: Range<usize>) {
        let Some(open) = self.open.get_mut(set) else { return };
        match part {
            Part::Name | Part::ListName => open.named = open.named.or(names::named(part, value)),
            Part::Flag => open.masked |= is_set(value),
            Part::Value if !is_harmless(value) => self.values.push((set, range)),
            Part::Value | Part::None => {}
        }
    }

    /// Ends the innermost set: its values are secrets if it says so. If it was `cut`, what it says may
    /// have stood behind the cut.
    pub(super) fn close(&mut self, cut: bool, found: &mut Found) {
        let index = self.innermost();
        let Some(set) = self.open.pop() else { return };
        if self.open.is_empty() {
            self.open.push(Set::default());
        }
        let kind = set.named.or(set.masked.then_some(names::MASKED));
        let mut kept = set.values;
        for at in set.values..self.values.len() {
            let (owner, range) = self.values[at].clone();
            match kind {
                // A value that belongs to a set around this one.
                _ if owner != index => {
                    self.values[kept] = (owner, range);
                    kept += 1;
                }
                Some(kind) => found.secret(range, kind),
                None if cut => found.doubtful(range),
                None => {}
            }
        }
        self.values.truncate(kept);
    }
}
