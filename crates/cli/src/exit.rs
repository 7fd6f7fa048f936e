use cmlint_engine::{Run, Verdict};
use cmlint_lint::Severity;

/// How the program ends; the same for every output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// All selected lints ran, and nothing is at or above the threshold.
    Clean,
    /// Findings at or above the threshold.
    Findings,
    /// Usage, configuration, an input that cannot be opened, an output that cannot be written, a crash.
    Usage,
    /// No such finding, but some selected lint was not evaluated, or failed with holes.
    Incomplete,
    /// The path exists and holds nothing known.
    Nothing,
}

impl Exit {
    /// The number that the process returns.
    pub fn code(self) -> i32 {
        match self {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Nothing => 4,
        }
    }

    /// The exit of a run. Precedence: crash, findings, incomplete, clean.
    pub fn of(run: &Run, fail_on: Severity, allow_incomplete: bool) -> Exit {
        if run.lints.iter().any(|l| matches!(l.verdict, Verdict::Crashed(_))) {
            return Exit::Usage;
        }
        if run.worst().is_some_and(|worst| worst >= fail_on) {
            return Exit::Findings;
        }
        // A lint that fails below the threshold and has holes could hide a worse finding.
        let holes = run.lints.iter().any(cmlint_engine::LintResult::is_incomplete);
        if holes && !allow_incomplete { Exit::Incomplete } else { Exit::Clean }
    }
}
