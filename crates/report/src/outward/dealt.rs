//! What somebody has said about a finding, in rows of a head and words.

use cmlint_engine::{Reported, Run, State};
use cmlint_source::Sources;

use super::Item;
use crate::escape;

/// Why a finding is suppressed, or open again.
pub(crate) fn said(reported: &Reported, sources: &Sources) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(accepted) = &reported.accepted {
        let why = format!("{}: {}", accepted.grounds.word(), escape::line(&accepted.reason, true));
        rows.push(("why", why));
        rows.extend(accepted.expires.map(|day| ("until", day.to_string())));
        let named = [("owner", &accepted.owner), ("ticket", &accepted.ticket)];
        rows.extend(named.into_iter().filter_map(|(head, t)| Some((head, escape::line(t.as_ref()?, true)))));
        let place = sources.place(accepted.span);
        rows.push(("in", format!("{}:{}", escape::line(place.path, true), place.start.line)));
    }
    rows.extend(reported.reopened.as_ref().map(|why| ("again", escape::words(why, true))));
    rows
}

/// Findings that somebody has dealt with, worst first; those of one lint stay in the order of their places.
pub(crate) fn dealt(run: &Run) -> Vec<Item<'_>> {
    let all =
        run.lints.iter().flat_map(|lint| lint.findings.iter().map(move |reported| Item { lint, reported }));
    let mut dealt: Vec<Item<'_>> = all.filter(|item| item.reported.state != State::Open).collect();
    dealt.sort_by_key(|item| (std::cmp::Reverse(item.finding().severity), item.lint.def.id));
    dealt
}

/// The word that stands for how bad a notice is.
pub(crate) fn weight(notice: &cmlint_engine::Notice) -> &'static str {
    notice.severity().map_or("notice", cmlint_lint::Severity::word)
}
