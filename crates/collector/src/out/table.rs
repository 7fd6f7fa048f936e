use std::fmt::Write;

use cmlint_model::Scope;

use super::Done;

/// The table that closes a run: dataset, where, rows, state, why.
pub fn closing_table(done: &[Done]) -> String {
    if done.is_empty() {
        return "nothing was collected\n".to_owned();
    }
    let mut rows: Vec<[String; 4]> = vec![["dataset", "of", "rows", "state"].map(str::to_owned)];
    let mut reasons = vec!["why".to_owned()];
    for Done { part, earlier_kept } in done {
        let of = match &part.scope {
            Scope::Hierarchy => "the hierarchy".to_owned(),
            scope => scope.key(),
        };
        let rows_known = part.rows().filter(|_| part.state.has_data());
        let count = rows_known.map_or("-".to_owned(), |rows| rows.to_string());
        rows.push([part.dataset.name().to_owned(), of, count, part.state.to_string()]);
        let why = part.state.why().map(ToString::to_string).unwrap_or_default();
        reasons.push(if *earlier_kept { format!("{why}; what an earlier run collected stays") } else { why });
    }
    let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
    let [dataset, of, count, state] = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    for (row, why) in rows.iter().zip(&reasons) {
        let line = format!(
            "{:dataset$}  {:of$}  {:>count$}  {:state$}  {}",
            printable(&row[0]),
            printable(&row[1]),
            row[2],
            row[3],
            printable(why)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What a server says about a failure may hold anything.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi(c) { '\u{fffd}' } else { c }).collect()
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
