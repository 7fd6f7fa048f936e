//! How each lint ends on the snapshots that ship with the project, recorded in its own folder.

use std::fmt::Write as _;
use std::path::Path;

use cmlint_engine::Verdict;
use cmlint_lints::LINTS;

use crate::{alone, archive, folder};

#[test]
fn every_lint_ends_on_the_shared_snapshots_as_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .unwrap()
        .filter_map(|e| {
            let e = e.unwrap();
            e.path().join("manifest.json").is_file().then(|| e.file_name().to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    let mut texts = vec![String::new(); LINTS.len()];
    for name in &names {
        let archive = archive(&root.join(name));
        let snapshot = archive.read();
        for (def, text) in LINTS.iter().zip(&mut texts) {
            let result = alone(def, &snapshot, &archive);
            write!(text, "{name}: {}", result.verdict.word()).unwrap();
            match &result.verdict {
                Verdict::NotApplicable(why) => write!(text, " ({why})").unwrap(),
                Verdict::Pass => write!(text, " ({} checked)", result.checked).unwrap(),
                _ => {}
            }
            text.push('\n');
            for finding in result.findings.iter().map(|f| &f.finding) {
                // The damaged sample has names of ten thousand characters.
                let key: String = finding.object.key.as_str().chars().take(160).collect();
                writeln!(text, "  {} {key} {}", finding.severity, finding.discriminator).unwrap();
            }
        }
    }
    for (def, text) in LINTS.iter().zip(texts) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder(def).join("expected"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("corpus", text));
    }
}
