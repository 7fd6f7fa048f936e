use std::collections::BTreeMap;

use cmlint_engine::NotSelected;
use cmlint_model::{Scope, Snapshot, Status};

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
type Alike<'a> = (Item, Status, &'a str);
/// Rows that differ only in their dataset.
type Absent<'a> = (Status, &'a str, Vec<&'a Scope>);

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
        for row in rows {
            let item = Item { dataset: row.dataset, property: row.property };
            let (scopes, count) = alike.entry((item, row.status, &row.why)).or_default();
            scopes.push(&row.scope);
            *count += row.rows;
        }
        // What is missing for one reason shares a line, not to bury what is there.
        let mut missing: BTreeMap<Absent<'_>, Vec<Item>> = BTreeMap::new();
        alike.retain(|(item, status, why), (scopes, count)| {
            let there = !matches!(status, Status::Failed | Status::NotCollected);
            if self.style.verbose || there || *count > 0 {
                return true;
            }
            missing.entry((*status, why, scopes.clone())).or_default().push(*item);
            false
        });
        let longest = alike.keys().map(|(item, ..)| item.name().len()).max().unwrap_or(0);
        let column = longest.clamp(7, self.style.columns() / 2);
        if !alike.is_empty() {
            let head = format!("  {:column$}  {:13}  {:>7}  where", "dataset", "status", "rows");
            out.push_str(&format!("{}\n", self.paint.dim(head)));
        }
        for ((item, status, why), (scopes, count)) in &alike {
            let head = format!(
                "  {}  {}  {count:>7}  ",
                paint::pad(&item.name(), column),
                paint::pad(&self.status(*status), 13),
            );
            self.row(out, &head, &self.reason(scopes, why));
        }
        if alike.is_empty() {
            out.push_str("  nothing was collected\n");
        }
        out.push('\n');
        let mut missing: Vec<(Absent<'_>, Vec<Item>)> = missing.into_iter().collect();
        missing.sort_by(|a, b| (a.0.0, &a.1).cmp(&(b.0.0, &b.1)));
        for ((status, why, scopes), items) in &missing {
            let names: Vec<String> = items.iter().map(Item::name).collect();
            let head = format!("  {}: ", self.status(*status));
            out.push_str(&paint::hang(&head, &names.join(", "), self.style.columns(), true));
            out.push('\n');
            out.push_str(&paint::hang("      ", &self.reason(scopes, why), self.style.columns(), true));
            out.push('\n');
        }
        if !missing.is_empty() {
            out.push('\n');
        }
    }

    fn reason(&self, scopes: &[&Scope], why: &str) -> String {
        let shown = if self.style.verbose { scopes.len() } else { SCOPES };
        let mut words = collect::scope_names(scopes, shown, self.style.unicode);
        if !why.is_empty() {
            words.push_str(&format!(" ({})", escape::line(why, self.style.unicode)));
        }
        words
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
        let mut rights = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let head = format!("  [{}] ", index + 1);
            out.push_str(&format!("{head}{}\n", self.paint.bold(item.name())));
            let right = item.dataset.info().right;
            collect::draw(out, self.style, head.len(), right, &rights, item.command());
            rights.push(right);
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
