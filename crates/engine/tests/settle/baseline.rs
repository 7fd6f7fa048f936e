use cmlint_engine::{Known, Run, Settlement, known};
use cmlint_lint::Severity;

use crate::support::*;

/// The baseline of sites of these names, as a file gives it back.
fn baseline(names: &[&str]) -> Vec<Known> {
    let entries = judged(names, false, |run, _| known(&run));
    let place = |(index, entry): (usize, Known)| Known { span: Some(at(10 + index)), ..entry };
    entries.into_iter().enumerate().map(place).collect()
}

fn against<T>(names: &[&str], entries: &[Known], holes: bool, show: impl FnOnce(&Run) -> T) -> T {
    judged(names, holes, |mut run, settle| {
        settle(&mut run, &Settlement { baseline: Some(entries), ..Settlement::default() });
        show(&run)
    })
}

fn after(names: &[&str], entries: &[Known]) -> (Vec<&'static str>, Vec<&'static str>) {
    against(names, entries, false, |run| (states(run), notices(run)))
}

#[test]
fn what_was_there_before_does_not_fail_and_what_is_new_does() {
    let entries = baseline(&["a S-1-1 x", "b S-1-2"]);
    assert_eq!(after(&["b S-1-2", "a S-1-1 x"], &entries), (vec!["baselined", "baselined"], vec![]));
    against(&["a S-1-1 x", "c S-1-3"], &entries[..1], false, |run| {
        assert_eq!(states(run), ["baselined", "open"]);
        assert_eq!(run.worst(), Some(Severity::Medium));
    });
}

#[test]
fn a_finding_that_rests_on_more_is_open_again_and_on_less_is_not() {
    let entries = baseline(&["a S-1-1 x y"]);
    assert_eq!(after(&["a S-1-1 y"], &entries), (vec!["baselined"], vec![]));
    against(&["a S-1-1 x y z"], &entries, false, |run| {
        assert_eq!((states(run), notices(run)), (vec!["open"], vec!["baseline-outgrown"]));
        let why = findings(run)[0].reopened.as_ref().unwrap().to_string();
        assert!(why.contains("`group:z`"), "{why}");
    });
    assert_eq!(after(&["a S-1-1 x y worse"], &entries), (vec!["open"], vec!["baseline-outgrown"]));
}

#[test]
fn an_entry_without_its_finding_is_a_notice_and_never_fails() {
    let entries = baseline(&["a", "b"]);
    against(&["a", "good"], &entries, false, |run| {
        assert_eq!((states(run), notices(run)), (vec!["baselined"], vec!["baseline-stale"]));
        assert_eq!(run.worst(), None);
        assert_eq!(run.notices[0].span, at(11));
    });
    against(&["a"], &entries, true, |run| assert!(run.notices.is_empty(), "a hole may hide it"));
}

#[test]
fn an_object_of_another_name_is_known_by_its_sid() {
    let entries = baseline(&["a S-1-1 x", "b S-1-2"]);
    assert_eq!(after(&["b S-1-2", "new S-1-1 x"], &entries), (vec!["baselined", "baselined"], vec![]));
    assert_eq!(after(&["new S-1-1 x z", "b S-1-2"], &entries).0, ["open", "baselined"]);
}

#[test]
fn a_shared_identity_hides_nothing_new() {
    // Two steps that use one account: what is new beside what is known stays open.
    let entries = baseline(&["a S-1-1"]);
    assert_eq!(after(&["a S-1-1", "b S-1-1"], &entries).0, ["baselined", "open"]);
    // None of the old names is left, and nobody can say which of the two it was.
    assert_eq!(after(&["b S-1-1", "c S-1-1"], &entries).0, ["open", "open"]);
    let entries = baseline(&["a S-1-1", "b S-1-1"]);
    assert_eq!(after(&["c S-1-1"], &entries).0, ["open"]);
}

#[test]
fn what_is_suppressed_is_no_part_of_it_and_stays_suppressed() {
    let entries = baseline(&["a", "b"]);
    let accepted = [suppression("site-is-bad", "thing:a")];
    judged(&["a", "b"], false, |mut run, settle| {
        settle(&mut run, &Settlement { baseline: Some(&entries), ..on(&accepted, &lints(), None) });
        assert_eq!(states(&run), ["suppressed", "baselined"]);
        assert!(run.notices.is_empty());
        assert_eq!(known(&run).iter().map(|k| k.key.as_str()).collect::<Vec<_>>(), ["thing:b"]);
    });
}

#[test]
fn it_holds_one_entry_for_findings_that_nothing_tells_apart() {
    let entries = baseline(&["a S-1-1 x", "a S-1-1 y worse"]);
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].severity, entries[0].evidence.len()), (Severity::High, 2));
    assert_eq!(after(&["a S-1-1 x", "a S-1-1 y worse"], &entries).0, ["baselined", "baselined"]);
}
