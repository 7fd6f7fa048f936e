//! What tests say of planted secrets.

use std::ops::Range;

use cmlint_source::Why;

use super::{Format, scan};
use crate::support::source;

/// The hidden ranges of a text, with the words for each.
pub(super) fn masks(text: &str, format: Format) -> Vec<(Range<usize>, Why)> {
    let (sources, id) = source(text);
    let spans = scan(sources.get(id), format);
    let mut hidden = 0;
    for (span, _) in &spans {
        crate::support::assert_span(text, *span);
        assert!(span.len > 0 && span.end() > hidden, "spans ascend and none lies inside another");
        hidden = span.end();
    }
    spans.into_iter().map(|(span, why)| (span.range(), why)).collect()
}

/// The text with a `·` in the place of each hidden byte.
pub(super) fn masked(text: &str, format: Format) -> String {
    let masks = masks(text, format);
    let hidden = |at: usize| masks.iter().any(|(range, _)| range.contains(&at));
    text.char_indices().map(|(at, c)| if hidden(at) { '·' } else { c }).collect()
}

/// Asserts that every occurrence of each secret is hidden as a whole.
pub(super) fn assert_hidden(text: &str, format: Format, secrets: &[&str]) {
    let masked = masked(text, format);
    for secret in secrets {
        assert!(text.contains(secret), "`{secret}` is planted in {text}");
        let at = text.find(secret).map(|at| text[..at].chars().count());
        let shown: String = masked.chars().skip(at.unwrap_or(0)).take(secret.chars().count()).collect();
        assert!(!masked.contains(secret) && shown.chars().all(|c| c == '·'), "`{secret}` in {masked}");
    }
}

/// Asserts that nothing of a text is hidden.
pub(super) fn assert_shown(text: &str, format: Format) {
    assert_eq!(masked(text, format), text);
}
