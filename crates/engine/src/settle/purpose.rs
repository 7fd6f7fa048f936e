use cmlint_model::{Dataset, Scope};
use cmlint_source::Span;

use crate::Run;

/// A hole that is meant to be there: a host that nobody may ask, a database on another team's server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnPurpose {
    /// The dataset.
    pub dataset: Dataset,
    /// Where; everywhere without it.
    pub scope: Option<Scope>,
    /// Why it is not collected.
    pub reason: String,
    /// The entry in a file of the user's own.
    pub span: Span,
}

/// Counts the holes that are meant, and says of each why. They stay holes: what they hide is not judged.
pub(super) fn apply(run: &mut Run, on_purpose: &[OnPurpose]) {
    for lint in &mut run.lints {
        for gap in &mut lint.gaps {
            let fits = |p: &&OnPurpose| {
                p.dataset == gap.dataset && p.scope.as_ref().is_none_or(|scope| *scope == gap.scope)
            };
            let Some(meant) = on_purpose.iter().find(fits) else { continue };
            let before = if gap.why.is_empty() { "" } else { "; " };
            gap.why.push_str(&format!("{before}not collected on purpose: {}", meant.reason));
            lint.on_purpose += 1;
        }
    }
}
