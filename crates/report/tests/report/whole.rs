use cmlint_engine::{Run, State, Verdict};
use cmlint_lint::prelude::*;
use cmlint_model::{FileProblem, Insert, Snapshot, Statement};
use cmlint_report::Style;
use cmlint_source::{Problem, Sources};

use crate::support::*;

const SITES: &str = r#"[
  {
    "SiteCode": "PS1",
    "SiteName": "worse and worse",
    "Type": 2
  },
  {
    "SiteCode": "CAS",
    "SiteName": "good"
  }
]
"#;

/// Everything that a report can hold.
fn everything(sources: &Sources) -> Snapshot<'_> {
    let file = sources.files().next().expect("there is a file").id();
    let place = |piece: &str| find(sources, file, piece);
    let mut snapshot = snapshot(vec![
        site_row(sources, place("PS1"), place("worse and worse")),
        site_row(sources, place("CAS"), place("good")),
    ]);
    let failed = Statement::new(Status::Failed, "access denied");
    snapshot.insert(Scope::host("cm01.contoso.com"), failed, Vec::<Spanned<rows::UserRight<'_>>>::new());
    let none = Statement::new(Status::Complete, "");
    snapshot.insert(Scope::Hierarchy, none, Vec::<Spanned<rows::Forest<'_>>>::new());
    snapshot.problems.push(FileProblem {
        path: "site/SMS_Site.json".to_owned(),
        problem: Ok(Problem::lost(place("2\n"), "expected a text and found a number")
            .help("export the class again with the command of the table")),
        dataset: Some(Dataset::Site),
    });
    snapshot.problems.push(FileProblem {
        path: "hosts/cm01.contoso.com/acl.csv".to_owned(),
        problem: Err("permission denied".to_owned()),
        dataset: None,
    });
    snapshot.seal();
    snapshot
}

fn judged<T>(show: impl FnOnce(&Run, &Snapshot<'_>, &Sources) -> T) -> T {
    let page = Page::new("site/SMS_Site.json", SITES);
    let snapshot = everything(&page.sources);
    let mut run = run_all(&lints(), &snapshot, &page.sources);
    for lint in &mut run.lints {
        // The true place moves with this file.
        if let Verdict::Crashed(message) = &mut lint.verdict {
            assert!(message.contains("support.rs:"), "{message}");
            *message = "the lint panicked at lints/falls-over/lint.rs:1:1".to_owned();
        }
    }
    show(&run, &snapshot, &page.sources)
}

fn drawn(style: &Style) -> String {
    judged(|run, snapshot, sources| human_of(run, snapshot, sources, style))
}

#[test]
fn a_whole_report_at_several_widths() {
    expected!("human-60", drawn(&style(60)));
    expected!("human-80", drawn(&style(80)));
    expected!("human-120", drawn(&style(120)));
}

#[test]
fn a_whole_report_in_ascii_in_colour_and_verbose() {
    expected!("human-ascii", drawn(&Style { unicode: false, ..style(50) }));
    let colour = drawn(&Style { colour: true, verbose: true, ..style(80) });
    expected!("human-colour-verbose", colour.replace('\u{1b}', "␛"));
}

#[test]
fn a_whole_report_as_json() {
    expected!("json", judged(json_of));
}

#[test]
fn every_finding_is_reported_and_no_other() {
    judged(|run, snapshot, sources| {
        let json: serde_json::Value = serde_json::from_str(&json_of(run, snapshot, sources)).unwrap();
        let lints = json["lints"].as_array().unwrap();
        assert_eq!(lints.len(), run.lints.len());
        for (told, lint) in lints.iter().zip(&run.lints) {
            assert_eq!(told["id"], lint.def.id);
            assert_eq!(told["outcome"], lint.verdict.word());
            let prints: Vec<_> =
                told["findings"].as_array().unwrap().iter().map(|f| &f["fingerprint"]).collect();
            assert_eq!(prints, lint.findings.iter().map(|f| &f.fingerprint).collect::<Vec<_>>());
        }
        let human = human_of(run, snapshot, sources, &style(80));
        let findings: usize = run.lints.iter().map(|l| l.findings.len()).sum();
        assert_eq!(human.matches("\n    key: ").count(), findings);
        assert_eq!(json["summary"]["fail"], 1);
    });
}

#[test]
fn lints_that_were_not_evaluated_are_always_listed() {
    judged(|run, snapshot, sources| {
        let human = human_of(run, snapshot, sources, &style(80));
        for lint in run.lints.iter().filter(|l| l.verdict == Verdict::NotEvaluated) {
            assert!(human.contains(&format!("\n  {} ", lint.def.id)), "{human}");
            for gap in &lint.gaps {
                assert_eq!(human.matches(gap.collect()).count(), 1, "{human}");
            }
        }
    });
}

#[test]
fn what_somebody_has_dealt_with_is_counted_and_drawn_only_on_request() {
    judged(|run, snapshot, sources| {
        let mut run = run.clone();
        let findings = || lints_with_findings(&run);
        assert_eq!(findings(), 1);
        run.lints.iter_mut().flat_map(|l| &mut l.findings).for_each(|f| f.state = State::Suppressed);
        let human = human_of(&run, snapshot, sources, &style(80));
        assert!(
            !human.contains("[site-has-a-bad-name]") && human.contains("\n1 finding suppressed\n"),
            "{human}"
        );
        let human = human_of(&run, snapshot, sources, &Style { verbose: true, ..style(80) });
        assert!(human.contains("high[site-has-a-bad-name] suppressed\n"), "{human}");
    });
}

fn lints_with_findings(run: &Run) -> usize {
    run.lints.iter().filter(|l| !l.findings.is_empty()).count()
}

#[test]
fn a_plain_report_has_no_escapes() {
    for width in [0, 40, 80, 5000] {
        assert!(!drawn(&Style { verbose: true, ..style(width) }).contains('\u{1b}'));
    }
}
