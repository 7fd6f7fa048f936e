//! Markdown for the summary of a job and for comments on changes, as GitHub and GitLab draw it.
//!
//! GitHub drops a summary above 1 MiB as a whole. What does not fit is left out, the mildest first and
//! proofs before findings, and is counted.

mod findings;
pub(crate) mod write;

use cmlint_engine::{Notice, State, Verdict};
use cmlint_lint::Severity;

use crate::human::collect::scope_names;
use crate::outward::{self, Item, Outside, Shown};
use crate::{Input, about, human, paint};
use write::{block, code, plain};

/// Bytes of a summary that GitHub takes.
const MOST: usize = 1024 * 1024;

/// The report.
pub fn report(input: &Input<'_>, outside: &Outside<'_>) -> String {
    report_shown(input, outside, &Shown::default())
}

/// As [`report`], with some of the findings or in another order.
pub fn report_shown(input: &Input<'_>, outside: &Outside<'_>, shown: &Shown) -> String {
    within(input, outside, MOST, shown)
}

fn within(input: &Input<'_>, outside: &Outside<'_>, most: usize, shown: &Shown) -> String {
    let mut open = outward::open(input.run);
    let mut out = head(input, &open);
    // What could not be judged may take a part of the room, and never none.
    let tail = tail(input, outside, most / 3);
    let summary = input.run.summary();
    let mut last = String::from("\n");
    if let Some(words) = human::left_out(&summary) {
        last.push_str(&format!("{words}\\\n"));
    }
    last.push_str(&format!("**{}**\n", human::last_line(&summary)));
    let room = most.saturating_sub(out.len() + tail.len() + last.len());
    let left_out = open.len().saturating_sub(shown.most.unwrap_or(usize::MAX));
    open.truncate(open.len() - left_out);
    out.push_str(&findings::draw(input, outside, &open, room, shown.group_by));
    if left_out > 0 {
        let more = paint::count(left_out, "more finding");
        out.push_str(&format!("\n**{more} left out**, none of them worse (`--max-findings`).\n"));
    }
    out.push_str(&tail);
    out.push_str(&last);
    out
}

fn head(input: &Input<'_>, open: &[Item<'_>]) -> String {
    let summary = input.run.summary();
    let findings = match open.len() {
        0 => "no open findings".to_owned(),
        n => paint::count(n, "open finding"),
    };
    let mut out = format!("# {}: {findings}\n\n{}", plain(input.tool.name), code(input.path));
    if let Some(at) = &input.snapshot.about.collected_at {
        out.push_str(&format!(", collected {}", code(at)));
    }
    out.push_str(&format!("; {} {}\n\n", plain(input.tool.name), plain(input.tool.version)));
    for words in about::laid(&input.snapshot.about) {
        out.push_str(&format!("- {}\n", plain(&words)));
    }
    if let Some(words) = about::narrowed(&input.snapshot.about) {
        out.push_str(&format!("- {}\n", plain(&words)));
    }
    if summary.not_evaluated + summary.crashed > 0 {
        let lints = paint::count(summary.not_evaluated + summary.crashed, "lint");
        out.push_str(&format!("> [!WARNING]\n> {lints} could not judge; that is no pass.\n\n"));
    }
    let cells: Vec<(&str, usize)> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (severity.word(), open.iter().filter(|i| i.finding().severity == severity).count()))
        .chain([
            ("suppressed", outward::dealt_with(input.run, State::Suppressed)),
            ("baselined", outward::dealt_with(input.run, State::Baselined)),
        ])
        .collect();
    for (head, separator) in [(true, false), (false, true), (false, false)] {
        for (name, count) in &cells {
            match (head, separator) {
                (true, _) => out.push_str(&format!("| {name} ")),
                (_, true) => out.push_str("|--:"),
                _ => out.push_str(&format!("| {count} ")),
            }
        }
        out.push_str("|\n");
    }
    out
}

/// What is no finding.
fn tail(input: &Input<'_>, outside: &Outside<'_>, most: usize) -> String {
    let mut out = String::new();
    let share = most / 5;
    let rows: Vec<String> = input.run.notices.iter().map(|n| notice(input, outside, n)).collect();
    section(
        &mut out,
        "Suppressions and baseline",
        "| severity | what | remark | where |\n|---|---|---|---|\n",
        &rows,
        share / 2,
        "",
    );
    let rows: Vec<String> = outward::dealt(input.run).iter().map(|item| dealt(input, item)).collect();
    let head = "<details><summary>Who has accepted what</summary>\n\n\
                | severity | lint | finding | state |\n|---|---|---|---|\n";
    section(&mut out, "Suppressed or known", head, &rows, share / 2, "\n</details>\n");
    let of = |wanted: fn(&Verdict) -> bool| input.run.lints.iter().filter(move |l| wanted(&l.verdict));
    let row = |lint: &cmlint_engine::LintResult| {
        format!("| {} | {} |\n", code(lint.def.id), plain(&outward::doubt(lint).unwrap_or_default()))
    };
    let doubtful = |v: &Verdict| matches!(v, Verdict::NotEvaluated | Verdict::Crashed(_));
    let rows: Vec<String> = of(doubtful).map(row).collect();
    section(&mut out, "Not evaluated", "| lint | why |\n|---|---|\n", &rows, share, "");
    let open = |v: &Verdict| matches!(v, Verdict::Fail);
    let rows: Vec<String> = of(open).filter(|l| outward::doubt(l).is_some()).map(row).collect();
    section(&mut out, "Holes could hide more", "| lint | why |\n|---|---|\n", &rows, share, "");
    let rows: Vec<String> = outward::missing(input.run).iter().map(missing).collect();
    section(
        &mut out,
        "What is missing",
        "<details><summary>What to collect</summary>\n\n",
        &rows,
        share,
        "\n</details>\n",
    );
    let mut rows: Vec<String> = input.snapshot.problems.iter().map(|p| problem(input, outside, p)).collect();
    rows.sort();
    section(&mut out, "Files with problems", "| place | problem |\n|---|---|\n", &rows, share / 2, "");
    let quiet = |v: &Verdict| matches!(v, Verdict::Pass | Verdict::NotApplicable(_));
    let rows: Vec<String> = of(quiet)
        .map(|lint| {
            let words = match &lint.verdict {
                Verdict::NotApplicable(why) => format!("not applicable: {}", write::words(why)),
                _ => format!("{} {}", lint.checked, plain(lint.def.meta.noun)),
            };
            format!("| {} | {words} |\n", code(lint.def.id))
        })
        .collect();
    let head = "<details><summary>All of them</summary>\n\n| lint | checked |\n|---|---|\n";
    section(&mut out, "Passed or not applicable", head, &rows, share / 2, "\n</details>\n");
    out
}

/// A section with as many rows as fit; nothing where there are none.
fn section(out: &mut String, title: &str, head: &str, rows: &[String], most: usize, end: &str) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n## {title} ({})\n\n{head}", rows.len()));
    let mut used = 0;
    let fits = |row: &&String| {
        used += row.len();
        used <= most
    };
    let shown = rows.iter().take_while(fits).map(|row| out.push_str(row)).count();
    out.push_str(end);
    if shown < rows.len() {
        out.push_str(&format!("\n{} more left out.\n", rows.len() - shown));
    }
}

fn missing(missing: &outward::Missing<'_>) -> String {
    let mut out = format!("{}\n", code(&missing.name));
    for ((status, why), scopes) in &missing.states {
        let scopes: Vec<_> = scopes.iter().copied().collect();
        let mut words = format!("{status}: {}", scope_names(&scopes, 6, true));
        if !why.is_empty() {
            words.push_str(&format!(" ({why})"));
        }
        out.push_str(&format!("- {}\n", plain(&words)));
    }
    let lints = paint::count(missing.lints.len(), "lint");
    out.push_str(&format!("- missed by {lints}; right: {}\n\n", plain(missing.right)));
    out.push_str(&block("powershell", missing.command));
    out.push('\n');
    out
}

fn notice(input: &Input<'_>, outside: &Outside<'_>, notice: &Notice) -> String {
    let mut words = write::words(&notice.message);
    if !notice.help.is_empty() {
        words.push_str(&format!("; {}", write::words(&notice.help)));
    }
    let region = outward::first_line(input.sources, notice.span);
    let path = outward::path_of(input.sources, outside.root, notice.span);
    let place = format!("{path}:{}:{}", region.start.line, region.start.column);
    format!("| {} | {} | {words} | {} |\n", outward::weight(notice), code(notice.kind.id()), code(&place))
}

/// A finding that somebody has dealt with.
fn dealt(input: &Input<'_>, item: &Item<'_>) -> String {
    let finding = item.finding();
    let mut words = vec![item.reported.state.word().to_owned()];
    words.extend(outward::said(item.reported, input.sources).iter().map(|(head, w)| format!("{head} {w}")));
    format!(
        "| {} | {} | {} | {} |\n",
        finding.severity,
        code(item.lint.def.id),
        write::words(&finding.message),
        plain(&words.join("; "))
    )
}

fn problem(input: &Input<'_>, outside: &Outside<'_>, file: &cmlint_model::FileProblem) -> String {
    let path = outward::path(outside.root, &file.path);
    match &file.problem {
        Ok(problem) => {
            let region = outward::first_line(input.sources, problem.span);
            let place = format!("{path}:{}:{}", region.start.line, region.start.column);
            format!("| {} | {} |\n", code(&place), plain(&problem.message))
        }
        Err(words) => format!("| {} | {} |\n", code(&path), plain(words)),
    }
}

#[cfg(test)]
mod tests;
