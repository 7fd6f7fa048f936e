use std::collections::BTreeMap;

use cmlint_engine::NotSelected;
use cmlint_model::{Dataset, Scope, Snapshot, Status};

use super::tally::{Item, Offer, Row, Tally};
use crate::human::collect;
use crate::paint::{self, Paint};
use crate::{Style, escape};

/// Scopes that are named in one line; the others are counted unless all are asked for.
const SCOPES: usize = 4;

pub(super) fn draw(tally: &Tally, snapshot: &Snapshot<'_>, style: &Style) -> String {
    let page = Page { style, paint: Paint::of(style) };
    let mut out = page.about(snapshot);
    page.rows(&mut out, &tally.rows);
    page.offers(&mut out, &tally.offers);
    page.left_out(&mut out, &tally.left_out);
    out
}

struct Page<'a> {
    style: &'a Style,
    paint: Paint,
}

/// Rows that differ only in their scope.
type Alike<'a> = (Dataset, Option<&'static str>, Status, &'a str);

impl Page<'_> {
    fn about(&self, snapshot: &Snapshot<'_>) -> String {
        let head = self.paint.bold("Coverage");
        match &snapshot.about.collected_at {
            Some(at) => format!("{head}, collected {}\n\n", escape::line(at, self.style.unicode)),
            None if !snapshot.about.has_manifest => format!("{head} of loose files\n\n"),
            None => format!("{head}\n\n"),
        }
    }

    fn rows(&self, out: &mut String, rows: &[Row]) {
        let mut alike: BTreeMap<Alike<'_>, (Vec<&Scope>, usize)> = BTreeMap::new();
        // Whole datasets that nobody collected share a line, not to bury what is there.
        let absent = |row: &Row| {
            !self.style.verbose
                && (row.status, &row.scope) == (Status::NotCollected, &Scope::Hierarchy)
                && row.property.is_none()
        };
        let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows.iter().filter(|row| absent(row)) {
            missing.entry(&row.why).or_default().push(row.dataset.name());
        }
        for row in rows.iter().filter(|row| !absent(row)) {
            let key = (row.dataset, row.property, row.status, row.why.as_str());
            let (scopes, count) = alike.entry(key).or_default();
            scopes.push(&row.scope);
            *count += row.rows;
        }
        let name = |key: &Alike<'_>| Item { dataset: key.0, property: key.1 }.name();
        let longest = alike.keys().map(|key| name(key).len()).max().unwrap_or(0);
        let column = longest.min(self.style.columns() / 2);
        for (key, (scopes, count)) in &alike {
            let shown = if self.style.verbose { scopes.len() } else { SCOPES };
            let head = format!(
                "  {}  {}  {count:>7}  ",
                paint::pad(&name(key), column),
                paint::pad(&self.status(key.2), 13),
            );
            let mut words = collect::scope_names(scopes, shown, self.style.unicode);
            if !key.3.is_empty() {
                words.push_str(&format!(" ({})", escape::line(key.3, self.style.unicode)));
            }
            self.row(out, &head, &words);
        }
        if alike.is_empty() {
            out.push_str("  nothing was collected\n");
        }
        out.push('\n');
        for (why, names) in missing {
            let head = format!("  {}: ", self.status(Status::NotCollected));
            let mut words = names.join(", ");
            if !why.is_empty() {
                words.push_str(&format!(" ({})", escape::line(why, self.style.unicode)));
            }
            out.push_str(&paint::hang(&head, &words, self.style.columns(), true));
            out.push_str("\n\n");
        }
    }

    /// Beside the head, or below it on a narrow terminal.
    fn row(&self, out: &mut String, head: &str, words: &str) {
        let wide = textwrap::core::display_width(head);
        if wide + 24 <= self.style.columns() {
            out.push_str(&paint::hang(head, words, self.style.columns(), true));
        } else {
            out.push_str(&format!("{}\n", head.trim_end()));
            out.push_str(&paint::hang("      ", words, self.style.columns(), true));
        }
        out.push('\n');
    }

    fn status(&self, status: Status) -> String {
        match status {
            Status::Complete => self.paint.good(status),
            Status::Given | Status::Partial => self.paint.careful(status),
            Status::Failed | Status::NotCollected => self.paint.bad(status),
        }
    }

    fn offers(&self, out: &mut String, offers: &[Offer]) {
        if offers.is_empty() {
            return;
        }
        let mut items: Vec<Item> = offers.iter().flat_map(|o| o.collect.iter().copied()).collect();
        items.sort_unstable();
        items.dedup();
        out.push_str(&format!("{}\n\n", self.paint.bold("What more would tell")));
        for offer in offers {
            let names = offer.collect.iter().map(|item| {
                let number = items.iter().position(|i| i == item).map_or(0, |index| index + 1);
                format!("{} [{number}]", item.name())
            });
            let names = names.collect::<Vec<_>>().join(" + ");
            let count = offer.lints.len();
            let words = match (offer.certain, count) {
                (true, 1) => "1 more lint can speak".to_owned(),
                (true, _) => format!("{count} more lints can speak"),
                (false, 1) => "1 lint reads these rows and may miss it".to_owned(),
                (false, _) => format!("{count} lints read these rows and may miss it"),
            };
            out.push_str(&paint::hang("  ", &format!("{names}: {words}"), self.style.columns(), true));
            out.push('\n');
            let lints = self.names(&offer.lints);
            out.push_str(&paint::hang("      ", &lints, self.style.columns(), false));
            out.push('\n');
        }
        out.push_str(&format!("\n{}\n\n", self.paint.bold("How to collect it")));
        for (index, item) in items.iter().enumerate() {
            let head = format!("  [{}] ", index + 1);
            out.push_str(&format!("{head}{}\n", self.paint.bold(item.name())));
            let before = index.checked_sub(1).map(|i| (index, items[i].dataset.info().right));
            let right = item.dataset.info().right;
            collect::draw(out, self.style, head.len(), right, before, item.command());
        }
    }

    fn names(&self, ids: &[&str]) -> String {
        let shown = if self.style.verbose { ids.len() } else { 8 };
        let mut words = ids.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
        if ids.len() > shown {
            words.push_str(&format!(" and {} more", ids.len() - shown));
        }
        words
    }

    fn left_out(&self, out: &mut String, left_out: &[NotSelected]) {
        if left_out.is_empty() {
            return;
        }
        let head = self.paint.bold("Not selected");
        let words = "they need more than was given; --require-all runs them all the same";
        out.push_str(&paint::hang(
            &format!("{head}: "),
            &format!("{}, {words}", paint::count(left_out.len(), "lint")),
            self.style.columns(),
            false,
        ));
        out.push_str("\n\n");
        let column = left_out.iter().map(|n| n.def.id.len()).max().unwrap_or(0);
        for lint in left_out {
            let groups = lint.missing.iter();
            let needs = groups.map(|g| g.iter().map(|d| d.name()).collect::<Vec<_>>().join(" or "));
            let words = format!("needs {}", needs.collect::<Vec<_>>().join(", "));
            let head = format!("  {}  ", paint::pad(lint.def.id, column.min(self.style.columns() / 2)));
            out.push_str(&paint::hang(&head, &words, self.style.columns(), false));
            out.push('\n');
        }
    }
}
