use cmlint_engine::{Settlement, Suppression};
use cmlint_lint::Severity;

use crate::support::*;

/// States and notices after these suppressions on a day.
fn after(
    names: &[&str],
    entries: &[Suppression],
    day: Option<&str>,
) -> (Vec<&'static str>, Vec<&'static str>) {
    judged(names, false, |mut run, settle| {
        settle(&mut run, &on(entries, &lints(), day));
        (states(&run), notices(&run))
    })
}

#[test]
fn what_is_accepted_is_suppressed_and_says_why() {
    judged(&["a S-1-1", "b S-1-2"], false, |mut run, settle| {
        let entries = [suppression("site-is-bad", "THING:a")];
        settle(&mut run, &on(&entries, &lints(), None));
        assert_eq!(states(&run), ["suppressed", "open"]);
        assert_eq!(findings(&run)[0].accepted.as_ref().unwrap().reason, "because");
        assert!(findings(&run)[1].accepted.is_none() && run.notices.is_empty());
        assert_eq!(run.worst(), Some(Severity::Medium));
    });
    let both = [suppression("site-is-bad", "thing:a"), suppression("site-is-bad", "thing:b")];
    judged(&["a", "b"], false, |mut run, settle| {
        settle(&mut run, &on(&both, &lints(), None));
        assert_eq!(run.worst(), None);
    });
}

#[test]
fn an_object_of_another_name_is_known_by_its_sid() {
    let entry = [suppression("site-is-bad", "sid:S-1-1")];
    assert_eq!(after(&["a S-1-1"], &entry, None).0, ["suppressed"]);
    assert_eq!(after(&["renamed S-1-1"], &entry, None).0, ["suppressed"]);
    assert_eq!(after(&["a S-1-7"], &entry, None), (vec!["open"], vec!["suppression-unused"]));
}

#[test]
fn it_ends_after_its_last_day() {
    let entry = [until(suppression("site-is-bad", "thing:a"), "2026-06-30")];
    assert_eq!(after(&["a"], &entry, Some("2026-06-30")), (vec!["suppressed"], vec![]));
    assert_eq!(after(&["a"], &entry, Some("2026-07-01")), (vec!["open"], vec!["suppression-expired"]));
    // Nobody says which day it is.
    assert_eq!(after(&["a"], &entry, None), (vec!["suppressed"], vec!["suppression-undated"]));
}

#[test]
fn it_covers_no_more_than_the_evidence_that_it_names() {
    let mut entry = suppression("site-is-bad", "thing:a");
    entry.evidence = Some(vec!["group:x".to_owned()]);
    let entry = [entry];
    assert_eq!(after(&["a S-1-1 x"], &entry, None), (vec!["suppressed"], vec![]));
    assert_eq!(after(&["a S-1-1 x y"], &entry, None), (vec!["open"], vec!["suppression-outgrown"]));
    judged(&["a S-1-1 x y"], false, |mut run, settle| {
        settle(&mut run, &on(&entry, &lints(), None));
        let why = findings(&run)[0].reopened.as_ref().unwrap().to_string();
        assert!(why.contains("`group:y`"), "{why}");
    });
}

#[test]
fn one_that_covers_nothing_is_unused_only_where_everything_was_seen() {
    let entry = [suppression("site-is-bad", "thing:aa")];
    judged(&["a", "good"], false, |mut run, settle| {
        settle(&mut run, &on(&entry, &lints(), None));
        assert_eq!(notices(&run), ["suppression-unused"]);
        assert!(run.notices[0].help.to_string().contains("did you mean `thing:a`?"));
    });
    judged(&["a"], true, |mut run, settle| {
        settle(&mut run, &on(&entry, &lints(), None));
        assert!(run.notices.is_empty(), "a hole may hide what it covers");
    });
    let other = [suppression("site-is-very-bad", "thing:a")];
    let all: Vec<_> = lints().into_iter().take(1).collect();
    judged(&["a"], false, |mut run, settle| {
        settle(&mut run, &on(&other, &all, None));
        assert_eq!(notices(&run), ["suppression-unknown-lint"]);
    });
}

#[test]
fn entries_that_cannot_be_used_say_so_and_suppress_nothing() {
    let wrong = [
        suppression("site-is-bda", "thing:a"),
        suppression("site-is-very-bad", "thing:a"),
        suppression("site-is-bad", "*"),
        suppression("site-is-bad", "thi*"),
    ];
    let expected = [
        "suppression-unknown-lint",
        "suppression-forbidden",
        "suppression-too-broad",
        "suppression-too-broad",
    ];
    for (entry, notice) in wrong.into_iter().zip(expected) {
        judged(&["a"], false, |mut run, settle| {
            settle(&mut run, &on(&[entry], &lints(), None));
            assert_eq!((states(&run), notices(&run)), (vec!["open"], vec![notice]));
            assert_eq!(run.notices[0].severity(), Some(Severity::Medium));
        });
    }
}

#[test]
fn one_entry_covers_a_few_objects_below_one_and_never_many() {
    let below = [suppression("site-is-bad", "thing:k/*")];
    let names: Vec<String> = (0..11).map(|n| format!("k|{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(after(&names[..10], &below, None), (vec!["suppressed"; 10], vec![]));
    assert_eq!(after(&names, &below, None), (vec!["open"; 11], vec!["suppression-too-broad"]));
    // What only begins alike is not below it.
    assert_eq!(after(&["kk|1"], &below, None), (vec!["open"], vec!["suppression-unused"]));
}

#[test]
fn severities_of_the_user_count_for_findings_and_for_the_exit() {
    judged(&["a S-1-1 worse", "b"], false, |mut run, settle| {
        let settlement = Settlement {
            severities: [("site-is-bad".to_owned(), Severity::Low)].into(),
            ..Settlement::default()
        };
        settle(&mut run, &settlement);
        assert_eq!(run.worst(), Some(Severity::Low));
        assert_eq!(run.severity_of(&lints()[0]), Severity::Low);
        assert_eq!(run.severity_of(&lints()[1]), Severity::Medium);
    });
}
