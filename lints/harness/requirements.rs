//! The table of requirements and the lints agree: each row is judged, or says why no snapshot can tell.

use std::collections::BTreeSet;
use std::io::Write as _;

use cmlint_lints::{LINTS, requirements};

use crate::Complaints;

/// Rows that the source documents have.
const ROWS: usize = 169;
/// Rows that may be left to a human.
const REASONS: usize = 30;

#[test]
fn every_requirement_is_judged_or_says_why_not() {
    let mut complaints = Complaints::default();
    let rows = requirements();
    let mut ids = BTreeSet::new();
    let (mut judged, mut reasoned) = (0, 0);
    for row in &rows {
        complaints.check(ids.insert(row.id), || format!("{} stands twice in the table", row.id));
        let lints: Vec<&str> =
            LINTS.iter().filter(|l| l.meta.requirements.contains(&row.id)).map(|l| l.id).collect();
        match (lints.is_empty(), row.reason) {
            (true, None) => complaints.check(false, || format!("{}: neither a lint nor a reason", row.id)),
            (true, Some(_)) => reasoned += 1,
            (false, None) => judged += 1,
            (false, Some(_)) => {
                judged += 1;
                say(&format!("notice: {} has a reason, and lints judge it: {}", row.id, lints.join(", ")));
            }
        }
    }
    for def in LINTS {
        for id in def.meta.requirements {
            complaints.check(ids.contains(id), || format!("{} names {id}, which is no requirement", def.id));
        }
        for subject in def.meta.subjects {
            let known = rows.iter().any(|row| row.subject == *subject) || def.meta.requirements.is_empty();
            complaints.check(known, || format!("{}: nothing is required of `{subject}`", def.id));
        }
    }
    say(&format!("{} requirements: {judged} judged by lints, {reasoned} left to a human", rows.len()));
    complaints.check(rows.len() == ROWS, || format!("{} rows, not {ROWS}", rows.len()));
    complaints.check(reasoned <= REASONS, || format!("{reasoned} rows are left to a human"));
}

/// A line that the test runner does not hide.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
