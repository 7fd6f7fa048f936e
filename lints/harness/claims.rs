//! What every lint claims by being a lint: it needs what it declares and nothing else, and its result
//! depends on nothing but the snapshot.

use cmlint_engine::{LintResult, Selection, Verdict, run};
use cmlint_lint::LintDef;
use cmlint_lints::LINTS;
use cmlint_model::Dataset;

use crate::plain::plain;
use crate::{Complaints, alone, archive, fixtures};

/// Datasets by which names, places and memberships are understood at all. Without one of them an answer may become
/// unknown, whatever the lint declares; it must not become another answer.
pub(crate) const GROUND: &[Dataset] = &[
    Dataset::Site,
    Dataset::SiteDefinition,
    Dataset::SiteSystemRole,
    Dataset::Domain,
    Dataset::Computer,
    Dataset::Lookup,
    Dataset::Directory,
    Dataset::LocalGroup,
];

const KINDS: [&str; 3] = ["fail", "pass", "near-miss"];

#[test]
fn evidence_that_is_taken_away_is_missed() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let groups = def.evidence_declaration().groups;
        let mut missed = vec![false; groups.len()];
        for (name, path) in KINDS.iter().flat_map(|kind| fixtures(def, kind)) {
            let archive = archive(&path);
            let whole = alone(def, &archive.read(), &archive);
            for (index, group) in groups.iter().enumerate() {
                let result = without(def, &archive, group);
                let named = names_a_gap(&result, group);
                missed[index] |= named;
                // A finding that what is left still proves may stand; silence may not turn into a pass.
                let honest =
                    result.verdict == whole.verdict || result.verdict == Verdict::NotEvaluated && named;
                complaints.check(honest, || {
                    let text = plain(&result, archive.sources());
                    format!("{}/{name} without {group:?} ends as {text}", def.id)
                });
            }
        }
        for (group, missed) in groups.iter().zip(missed) {
            complaints.check(missed, || {
                format!("{} declares {group:?} and no fixture of it ever misses it", def.id)
            });
        }
    }
}

#[test]
fn what_is_not_declared_decides_nothing() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let declaration = def.declaration();
        let required = declaration.required();
        for (name, path) in KINDS.iter().flat_map(|kind| fixtures(def, kind)) {
            let archive = archive(&path);
            let snapshot = archive.read();
            let whole = alone(def, &snapshot, &archive);
            for dataset in Dataset::all().filter(|d| !required.contains(d) && snapshot.is_stated(*d)) {
                let result = without(def, &archive, &[dataset]);
                let ground = GROUND.contains(&dataset) && result.verdict == Verdict::NotEvaluated;
                let optional = declaration.optional.contains(&dataset) && result.verdict == whole.verdict;
                let same = plain(&result, archive.sources()) == plain(&whole, archive.sources());
                complaints.check(
                    same || ground
                        || optional
                        || GROUND.contains(&dataset) && result.verdict == whole.verdict,
                    || {
                        format!(
                            "{}/{name} changes without {}, which it does not declare",
                            def.id,
                            dataset.name()
                        )
                    },
                );
            }
        }
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        for (name, path) in
            ["fail", "pass", "unknown", "near-miss"].iter().flat_map(|kind| fixtures(def, kind))
        {
            let archive = archive(&path);
            let forward = plain(&alone(def, &archive.read(), &archive), archive.sources());
            let mut snapshot = archive.read();
            snapshot.reverse();
            let backward = plain(&alone(def, &snapshot, &archive), archive.sources());
            complaints.check(forward == backward, || {
                format!(
                    "{}/{name} depends on the order of rows:\n{forward}\nturned round:\n{backward}",
                    def.id
                )
            });
        }
    }
}

#[test]
fn a_lint_alone_says_what_it_says_among_all() {
    let mut complaints = Complaints::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    for def in LINTS {
        for (name, path) in fixtures(def, "fail") {
            let archive = archive(&path);
            let snapshot = archive.read();
            let alone = plain(&alone(def, &snapshot, &archive), archive.sources());
            let selection = Selection { lints: LINTS.to_vec(), not_selected: Vec::new() };
            let together = pool.install(|| run(selection, &snapshot, archive.sources(), Default::default()));
            let same = together.lints.iter().find(|r| r.def.id == def.id).unwrap();
            let together = plain(same, archive.sources());
            complaints.check(alone == together, || format!("{}/{name} differs beside other lints", def.id));
        }
    }
}

#[test]
fn every_place_lies_in_its_file_on_character_boundaries() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        for (name, path) in fixtures(def, "fail") {
            let archive = archive(&path);
            let result = alone(def, &archive.read(), &archive);
            for finding in result.findings.iter().map(|f| &f.finding) {
                let spans =
                    finding.labels.iter().map(|l| l.span).chain(finding.proof.iter().filter_map(|s| s.span));
                for span in spans {
                    let text = archive.sources().get(span.file).text();
                    complaints
                        .check(text.get(span.range()).is_some(), || format!("{}/{name}: {span:?}", def.id));
                }
                let primary = finding.labels.iter().filter(|l| l.primary).count();
                complaints.check(primary == 1 && finding.labels[0].primary, || {
                    format!("{}/{name}: {primary} primary labels", def.id)
                });
            }
        }
    }
}

#[test]
fn every_requirement_of_a_lint_is_shown_by_a_finding() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let mut shown = std::collections::BTreeSet::new();
        for (name, path) in fixtures(def, "fail") {
            let archive = archive(&path);
            let result = alone(def, &archive.read(), &archive);
            for finding in &result.findings {
                for id in &finding.finding.requirements {
                    complaints.check(def.meta.requirements.contains(id), || {
                        format!("{}/{name}: a finding breaks {id}, which META does not name", def.id)
                    });
                    shown.insert(*id);
                }
            }
        }
        for id in def.meta.requirements {
            complaints.check(shown.contains(id), || format!("{}: no finding of fail/ breaks {id}", def.id));
        }
    }
}

#[test]
fn findings_of_one_lint_have_different_fingerprints() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        for (name, path) in fixtures(def, "fail") {
            let archive = archive(&path);
            let result = alone(def, &archive.read(), &archive);
            let mut seen = std::collections::BTreeSet::new();
            for finding in &result.findings {
                complaints.check(seen.insert(&finding.fingerprint), || {
                    format!(
                        "{}/{name}: two findings share the identity {}",
                        def.id, finding.finding.object.key
                    )
                });
            }
        }
    }
}

fn without(def: &LintDef, archive: &crate::Opened, datasets: &[Dataset]) -> LintResult {
    let mut snapshot = archive.read();
    for dataset in datasets {
        snapshot.forget(*dataset);
    }
    alone(def, &snapshot, archive)
}

fn names_a_gap(result: &LintResult, group: &[Dataset]) -> bool {
    result.gaps.iter().any(|gap| group.contains(&gap.dataset))
}
