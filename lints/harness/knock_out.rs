//! The sample in order, with one dataset after the other taken away: what needs it says that it cannot judge, and
//! nothing else says anything else.

use std::path::Path;

use cmlint_engine::{Verdict, run};
use cmlint_lints::LINTS;
use cmlint_model::Dataset;

use crate::claims::GROUND;
use crate::plain::plain;
use crate::{Complaints, archive, everything};

#[test]
fn without_a_dataset_lints_that_need_it_are_silent_and_no_other_changes() {
    let archive = archive(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/contoso-hardened"));
    let texts = |run: &cmlint_engine::Run| -> Vec<String> {
        run.lints.iter().map(|result| plain(result, archive.sources())).collect()
    };
    let snapshot = archive.read();
    let whole = run(everything(), &snapshot, archive.sources(), Default::default());
    let before = texts(&whole);
    let mut complaints = Complaints::default();
    for dataset in Dataset::all().filter(|dataset| snapshot.is_stated(*dataset)) {
        let mut less = archive.read();
        less.forget(dataset);
        let without = run(everything(), &less, archive.sources(), Default::default());
        let after = texts(&without);
        for (index, (def, result)) in LINTS.iter().zip(&without.lints).enumerate() {
            let declaration = def.declaration();
            let needs = declaration.groups.iter().filter(|group| group.contains(&dataset));
            let alone = needs.clone().any(|group| group.len() == 1);
            let silent = matches!(result.verdict, Verdict::NotEvaluated | Verdict::NotApplicable(_));
            let same = after[index] == before[index];
            let never_applied = matches!(whole.lints[index].verdict, Verdict::NotApplicable(_));
            let right = match (alone, needs.count() > 0) {
                // A lint without subjects has none without its evidence either. Sites, names and memberships are told
                // by several datasets, of which what is left can prove the same.
                (true, _) => silent || same && (never_applied || GROUND.contains(&dataset)),
                // Another dataset of the group may stand in.
                (false, true) => silent || result.verdict == whole.lints[index].verdict,
                _ if declaration.optional.contains(&dataset) => {
                    silent || result.verdict == whole.lints[index].verdict
                }
                _ => same || GROUND.contains(&dataset) && result.verdict == Verdict::NotEvaluated,
            };
            complaints.check(right, || {
                format!(
                    "{} without {} ends as {}\nand with it as {}",
                    def.id,
                    dataset.name(),
                    after[index],
                    before[index]
                )
            });
        }
    }
}
