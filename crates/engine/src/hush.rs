//! Names that hold a secret. A step of a task sequence may be called `net use … PASSWORD`; its name stands
//! in messages, keys and proofs, and none of them goes through an excerpt.

use std::ops::Range;

use cmlint_lint::Finding;
use cmlint_model::{Gap, Text};

/// Finds what looks like a secret in a text, as byte ranges of it, ascending and apart from each other.
pub type Hide = fn(&str) -> Vec<Range<usize>>;

/// What stands in the place of a secret.
const BLANK: &str = "***";

/// How many names of a path are looked at by themselves.
const NAMES: usize = 32;

/// The text without what is hidden; `None` where nothing is.
fn hushed(text: &str, hide: Hide) -> Option<String> {
    let mut ranges = hide(text);
    // A path of names (`Group/Step`) was not written as one text: what ends the first may begin the next.
    for (slash, _) in text.match_indices('/').take(NAMES) {
        let behind = slash + 1;
        ranges.extend(hide(&text[behind..]).into_iter().map(|r| r.start + behind..r.end + behind));
    }
    if ranges.is_empty() {
        return None;
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        if range.start > at || at == 0 {
            kept.push_str(text.get(at..range.start).unwrap_or(""));
            kept.push_str(BLANK);
        }
        at = at.max(range.end);
    }
    kept.push_str(text.get(at..).unwrap_or(""));
    Some(kept)
}

/// Hides the secrets in whatever a finding says. This is done before the finding gets its identity, which
/// must not be a fingerprint of a password.
pub(crate) fn finding(finding: &mut Finding, hide: Hide) {
    let other = |name: &str| hushed(name, hide);
    let object = &mut finding.object;
    object.key.replace_values(other);
    object.label.replace_names(other);
    for key in object.aliases.iter_mut().chain(&mut finding.evidence) {
        key.replace_values(other);
    }
    if let Some(hushed) = hushed(&finding.discriminator, hide) {
        finding.discriminator = hushed;
    }
    let labels = finding.labels.iter_mut().map(|label| &mut label.text);
    let steps = finding.proof.iter_mut().map(|step| &mut step.text);
    for text in labels.chain(steps).chain([&mut finding.message, &mut finding.help]) {
        text.replace_names(other);
    }
    if let Some(fix) = &mut finding.fix {
        for text in [Some(&mut fix.text), fix.command.as_mut(), fix.revert.as_mut()].into_iter().flatten() {
            text.replace_names(other);
        }
    }
}

/// Hides the secrets in the names of a text.
pub(crate) fn text(text: &mut Text, hide: Hide) {
    text.replace_names(|name| hushed(name, hide));
}

/// Hides the secrets in what a hole is explained with.
pub(crate) fn gaps(gaps: &mut [Gap], hide: Hide) {
    for gap in gaps {
        if let Some(hushed) = hushed(&gap.why, hide) {
            gap.why = hushed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_hidden_is_replaced() {
        let hide: Hide = |text| text.match_indices("pw").map(|(at, _)| at..at + 2).collect();
        assert_eq!(hushed("x", hide), None);
        assert_eq!(hushed("pw and pw é pw", hide).as_deref(), Some("*** and *** é ***"));
        let first: Hide = |text| text.find("a").map(|at| at..at + 2).into_iter().collect();
        assert_eq!(hushed("xay/bac", first).as_deref(), Some("x***/b***"), "each name of a path is one");
        assert_eq!(hushed("xa/acb", first).as_deref(), Some("x***b"), "ranges that touch are one");
    }
}
