//! Each fixture ends as its folder says, and as `expected/` records.

use cmlint_engine::Verdict;
use cmlint_lints::LINTS;

use crate::plain::plain;
use crate::{Complaints, alone, archive, fixtures, folder};

/// One test for all lints and not one each: a lint that is added adds no code here. The lints run on all
/// cores; `CMLINT_LINT=<id>` runs one.
#[test]
fn every_fixture_ends_as_recorded() {
    let only = std::env::var("CMLINT_LINT").ok();
    let mut complaints = Complaints::default();
    for def in LINTS.iter().filter(|d| only.as_deref().is_none_or(|id| id == d.id)) {
        for kind in ["fail", "pass", "unknown", "near-miss"] {
            for (name, path) in fixtures(def, kind) {
                let archive = archive(&path);
                let result = alone(def, &archive.read(), &archive);
                let right = match kind {
                    "fail" => result.verdict == Verdict::Fail,
                    "pass" => result.verdict == Verdict::Pass,
                    "unknown" => result.verdict == Verdict::NotEvaluated,
                    _ => matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable(_)),
                };
                let text = plain(&result, archive.sources());
                complaints
                    .check(right, || format!("{}/{name} ends as {}:\n{text}", def.id, result.verdict.word()));
                let mut settings = insta::Settings::clone_current();
                settings.set_snapshot_path(folder(def).join("expected"));
                settings.set_prepend_module_to_snapshot(false);
                settings.set_omit_expression(true);
                settings.bind(|| insta::assert_snapshot!(name, text));
            }
        }
    }
}

#[test]
fn every_lint_has_the_fixtures_that_show_it() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        for kind in ["fail", "pass", "unknown"] {
            complaints.check(!fixtures(def, kind).is_empty(), || format!("{} has no {kind}/", def.id));
        }
    }
}
