//! Sets of properties of which one names what the others are, in any order.

use std::ops::Range;

use cmlint_source::Why;

use super::found::Found;
use super::names::{self, Part, is_harmless, is_set};
use super::unparsed::runs;

/// The sets that are open, innermost last. The outermost is the document itself and is always there.
pub(super) struct Sets<'t> {
    text: &'t str,
    open: Vec<Set>,
    values: Vec<Value>,
}

/// A value that is a secret if its set says so.
#[derive(Clone)]
struct Value {
    set: usize,
    range: Range<usize>,
    /// Whether it is a list or an object: its marks stay visible.
    container: bool,
    /// Whether it is hidden when the set is cut.
    doubtful: bool,
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

impl<'t> Sets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Sets { text, open: vec![Set::default()], values: Vec::new() }
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
            Part::Value if !is_harmless(value) => {
                self.values.push(Value { set, range, container: false, doubtful: true });
            }
            Part::Value | Part::None => {}
        }
    }

    /// A value of a set that is a list or an object. The `rows` of an answer are such a value, which is not
    /// doubtful when the answer is cut: each row is a set of its own.
    pub(super) fn container(&mut self, set: usize, range: Range<usize>, rows: bool) {
        self.values.push(Value { set, range, container: true, doubtful: !rows });
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
            let value = self.values[at].clone();
            if value.set != index {
                // It belongs to a set around this one.
                self.values[kept] = value;
                kept += 1;
                continue;
            }
            let why = match kind {
                Some(kind) => Why::Secret(kind),
                None if cut && value.doubtful => Why::NotUnderstood,
                None => continue,
            };
            if value.container {
                runs(self.text, value.range, |run| found.push(run, why));
            } else {
                found.push(value.range, why);
            }
        }
        self.values.truncate(kept);
    }
}
