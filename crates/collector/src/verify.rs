//! `verify`: whether the files of a snapshot are those that its manifest speaks of.

use std::fmt::Write;
use std::path::PathBuf;

use cmlint_archive::{Limits, Options, open};

use crate::Failure;

/// Compare the files of a snapshot with its manifest: hashes, numbers of rows, files that nobody names.
///
/// Exit code: 0 all agrees; 3 something differs; 2 it is no snapshot.
#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The folder or zip file of the snapshot.
    snapshot: PathBuf,
}

/// What came of it.
pub(crate) struct Verdict {
    pub(crate) text: String,
    pub(crate) agrees: bool,
}

/// Compares.
pub(crate) fn verify(args: &VerifyArgs) -> Result<Verdict, Failure> {
    let cannot = |why: String| Failure::Folder { path: args.snapshot.clone(), why };
    let options = Options { limits: Limits::default(), verify: true };
    let archive = open(&args.snapshot, options).map_err(|e| Failure::open(&args.snapshot, e))?;
    let snapshot = archive.read();
    if !snapshot.about.has_manifest {
        return Err(cannot("it has no manifest; `adopt` makes one".to_owned()));
    }
    let mut text = String::new();
    for problem in &snapshot.problems {
        let _ = match &problem.problem {
            Ok(found) => {
                let source = archive.sources().get(found.span.file);
                let line = source.position(found.span.start).line;
                writeln!(text, "{}:{line}: {}", problem.path, found.message)
            }
            Err(words) => writeln!(text, "{}: {words}", problem.path),
        };
    }
    for (path, why) in archive.ignored() {
        let _ = writeln!(text, "{path}: {why}");
    }
    let agrees = text.is_empty();
    if agrees {
        let files = archive.sources().files().len().saturating_sub(1);
        let _ = writeln!(text, "{files} files agree with the manifest");
    }
    if archive.secrets() > 0 {
        let _ = writeln!(text, "they hold {} secrets; `cmlint check` shows where", archive.secrets());
    }
    Ok(Verdict { text, agrees })
}
