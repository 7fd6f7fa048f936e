//! Replays 5,000 access checks that Samba answered (see `examples/oracle`), without Samba.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

#[allow(dead_code, reason = "the generator uses the rest")]
#[path = "../examples/oracle/cases.rs"]
mod cases;

use std::collections::BTreeSet;

use cases::{CONSTRUCTS, Case};

#[test]
fn recorded_answers_of_samba_are_ours() {
    let recorded = include_str!("oracle/recorded.txt");
    let mut constructs = BTreeSet::new();
    let mut granted = 0;
    for line in recorded.lines() {
        let case: Case = line.parse().unwrap();
        let answer = line.rsplit(' ').next().unwrap();
        let expected = u32::from_str_radix(answer, 16).ok();
        assert_eq!(case.answer(), expected, "{line}");
        assert_eq!(case.to_line(expected), line);
        constructs.extend(case.constructs());
        granted += u32::from(expected.is_some());
    }
    assert_eq!(recorded.lines().count(), 5000);
    assert!((1000..4000).contains(&granted), "one-sided: {granted} granted");
    assert_eq!(constructs.len(), CONSTRUCTS.len(), "{constructs:?}");
}
