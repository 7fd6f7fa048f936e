//! What becomes of findings that somebody has dealt with: the user's severities, suppressions and baseline
//! are laid over the results of a run. No finding is added or taken away; each gets a state.

mod baseline;
mod notice;
mod purpose;
mod suppression;

use std::collections::BTreeMap;

use cmlint_lint::{LintDef, Severity};
use cmlint_source::Sources;

use crate::Run;
pub use baseline::{Known, known};
pub use jiff::civil::Date;
pub use notice::{Notice, NoticeKind};
pub use purpose::OnPurpose;
pub use suppression::{Accepted, Grounds, Suppression};

/// What the user's own files say about findings.
#[derive(Clone, Debug, Default)]
pub struct Settlement<'a> {
    /// Accepted findings.
    pub suppressions: &'a [Suppression],
    /// Findings that were there before; `None` without a baseline.
    pub baseline: Option<&'a [Known]>,
    /// The day at which expiry is judged; `None` when nobody says it.
    pub today: Option<Date>,
    /// Severities of lints by id, where they differ from the lint's own.
    pub severities: BTreeMap<String, Severity>,
    /// Holes that are meant to be there.
    pub on_purpose: &'a [OnPurpose],
    /// All lints there are, those that do not run included.
    pub lints: &'a [LintDef],
}

/// Gives each finding its state. A suppression says more than a baseline: what both know is suppressed.
pub fn settle(run: &mut Run, settlement: &Settlement<'_>, sources: &Sources) {
    let mut notices = suppression::apply(run, settlement);
    if let Some(baseline) = settlement.baseline {
        notices.extend(baseline::apply(run, baseline));
    }
    notices.sort_by(|a, b| {
        let key = |n: &Notice| (n.kind, n.message.to_string());
        sources.order(a.span).cmp(&sources.order(b.span)).then_with(|| key(a).cmp(&key(b)))
    });
    run.notices = notices;
    // Last, because a baseline compares with what the lint itself said.
    for lint in &mut run.lints {
        if let Some(severity) = settlement.severities.get(lint.def.id) {
            lint.findings.iter_mut().for_each(|f| f.finding.severity = *severity);
        }
    }
    run.severities = settlement.severities.clone();
    purpose::apply(run, settlement.on_purpose);
}
