//! Coverage, rules, explain.

use cmlint_lint::LintDef;
use cmlint_lint::Requirement;
use cmlint_lint::prelude::*;
use cmlint_model::{Insert, Snapshot, Statement};
use cmlint_report::{Style, coverage, explain, requirements, rules};

use crate::support::*;

/// Some hosts that failed for one reason, one for another, a role list without its lazy property.
fn snapshot_with_holes(page: &Page) -> Snapshot<'_> {
    let mut snapshot = snapshot(vec![site_row(&page.sources, page.find("PS1"), page.find("bad"))]);
    for number in 1..=7 {
        let why = if number == 7 { "the host did not answer" } else { "access denied" };
        let scope = Scope::host(&format!("cm0{number}.contoso.com"));
        snapshot.insert(
            scope,
            Statement::new(Status::Failed, why),
            Vec::<Spanned<rows::UserRight<'_>>>::new(),
        );
    }
    let role = Spanned::new(rows::Role::default(), page.find("bad"));
    snapshot.insert(Scope::Hierarchy, Statement::new(Status::Complete, ""), vec![role]);
    snapshot.seal();
    snapshot
}

fn all() -> Vec<LintDef> {
    let mut all = lints();
    all.push(LintDef::of::<Collections>("collection-is-empty", ""));
    all
}

#[test]
fn coverage_says_what_each_hole_costs() {
    let page = Page::new("site/SMS_Site.json", "PS1 bad");
    let snapshot = snapshot_with_holes(&page);
    expected!("coverage-80", coverage::human(&snapshot, &all(), &style(80)));
    expected!(
        "coverage-40-ascii-verbose",
        coverage::human(&snapshot, &all(), &Style { unicode: false, verbose: true, ..style(40) })
    );
    expected!("coverage-json", coverage::json(&snapshot, &all(), TOOL));
}

#[test]
fn coverage_of_loose_files_names_the_lints_that_do_not_run() {
    let page = Page::new("SMS_Site.json", "PS1 bad");
    let mut snapshot = Snapshot::default();
    let rows = vec![site_row(&page.sources, page.find("PS1"), page.find("bad"))];
    snapshot.insert(Scope::Hierarchy, Statement::new(Status::Given, ""), rows);
    snapshot.seal();
    expected!("coverage-loose", coverage::human(&snapshot, &all(), &style(80)));
    let run = run_all(&all(), &snapshot, &page.sources);
    let report = human_of(&run, &snapshot, &page.sources, &style(80));
    let last: Vec<&str> = report.lines().rev().take(2).collect();
    assert_eq!(last[1], "2 lints need more than was given");
    assert_eq!(last[0], "1 fail, 0 pass, 0 not applicable, 3 not evaluated, 1 crashed of 5 lints");
}

#[test]
fn the_table_of_lints() {
    expected!("rules-80", rules::human(&lints(), &style(80)));
    expected!("rules-json", rules::json(&lints()[5..], TOOL));
}

#[test]
fn the_table_of_requirements() {
    let rows = |id, statement, reason| Requirement { id, subject: "Site server", statement, reason };
    let requirements = [
        rows("T1.1", "A site server has a good name.", None),
        rows("T1.3", "Its name is liked.", Some("Taste is in no snapshot. Ask around.")),
        Requirement { subject: "Sites", ..rows("T2.1", "Nobody has written a lint for this.", None) },
    ];
    let lints = lints();
    let table = || requirements::Table::new(&requirements, &lints);
    expected!("requirements-60", table().human(&style(60)));
    expected!("requirements-of-one-subject", table().of("site SERVER").human(&style(60)));
    expected!("requirements-json", table().json(TOOL));
}

#[test]
fn a_lint_is_explained() {
    expected!("explain-60", explain::explain(&lints()[5], &style(60)));
}
