//! What a snapshot can hold that does something to a reader, and what it must not tell him.

use std::ops::Range;

use cmlint_lint::prelude::*;
use cmlint_model::{FileProblem, Insert, Statement};
use cmlint_report::{Style, coverage, escape};
use cmlint_source::{Encoding, OffsetMap, Problem, Sources, Why};

use crate::support::*;

const HOSTILE: &str =
    "\u{1b}]0;x\u{7}\u{1b}[2J\u{0}\u{202e}\u{2066}\u{200b}\u{9b}31m<script>`$(calc)`\r\n::error::\u{feff}";

/// Whether a terminal does something with a text beyond showing it.
fn obeys(text: &str) -> bool {
    let harmful = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c);
    text.contains(harmful)
}

/// Every place where a text of the snapshot comes into a report holds [`HOSTILE`].
fn hostile_reports(style: &Style) -> Vec<String> {
    let mut sources = Sources::new();
    let path = format!("site/{HOSTILE}.json");
    let text = format!("{{\"SiteCode\": \"P{HOSTILE}\", \"SiteName\": \"name {HOSTILE}\"}}\n");
    let file = sources.add(path.clone(), text.clone(), Encoding::Utf8);
    let child = sources.add_child(file, HOSTILE, text.clone(), OffsetMap::verbatim(0, text.len()));
    let code = find(&sources, file, &format!("P{HOSTILE}"));
    let name = find(&sources, child, &format!("name {HOSTILE}"));
    let mut snapshot = snapshot(vec![site_row(&sources, code, name)]);
    let failed = Statement::new(Status::Failed, HOSTILE);
    snapshot.insert(Scope::Hierarchy, failed, Vec::<Spanned<rows::Admin<'_>>>::new());
    snapshot.insert(
        Scope::host(&format!("h{HOSTILE}")),
        Statement::new(Status::Failed, HOSTILE),
        Vec::<Spanned<rows::UserRight<'_>>>::new(),
    );
    snapshot.about.collected_at = Some(HOSTILE.to_owned());
    let problem = Problem::lost(name, HOSTILE).help(HOSTILE);
    for problem in [Ok(problem), Err(HOSTILE.to_owned())] {
        snapshot.problems.push(FileProblem { path: path.clone(), problem, dataset: None });
    }
    snapshot.seal();
    let run = run_all(&lints(), &snapshot, &sources);
    let mut reports = vec![
        human_of(&run, &snapshot, &sources, style),
        coverage::human(&snapshot, &lints(), style),
        json_of(&run, &snapshot, &sources),
        coverage::json(&snapshot, &lints(), TOOL),
    ];
    let (snapshot, run) = judge_places(&sources, &[code, name]);
    reports.push(human_of(&run, &snapshot, &sources, style));
    reports.push(json_of(&run, &snapshot, &sources));
    reports
}

#[test]
fn nothing_of_a_snapshot_is_obeyed_by_a_terminal() {
    for unicode in [true, false] {
        for width in [0, 40, 80, 200] {
            for report in hostile_reports(&Style { unicode, verbose: true, ..style(width) }) {
                assert!(!obeys(&report), "{report:?}");
                assert!(report.contains("script"), "{report:?}");
            }
        }
    }
    assert!(!obeys(&escape::terminal(HOSTILE)) && escape::terminal(HOSTILE).is_ascii());
}

#[test]
fn with_colour_only_our_own_colours_are_escapes() {
    for report in hostile_reports(&Style { colour: true, verbose: true, ..style(80) }) {
        let mut plain = String::new();
        let mut rest = report.as_str();
        while let Some((before, behind)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            let (code, behind) = behind.split_once('m').unwrap();
            assert!(code.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{code:?}");
            rest = behind;
        }
        plain.push_str(rest);
        assert!(!obeys(&plain), "{plain:?}");
    }
}

#[test]
fn ascii_drawings_hold_no_other_characters() {
    let page =
        Page::new("a.json", "{\"x\": \"secret\", \"SiteCode\": \"PS1\", \"SiteName\": \"bad\"}".repeat(9));
    page.sources.mask(page.find("secret"), Why::Secret("a test"));
    let places = [page.find("PS1"), page.find("bad")];
    let report = draw_places(&page.sources, &places, &Style { unicode: false, ..style(90) });
    assert!(report.is_ascii() && report.contains("***") && report.contains("..."), "{report}");
}

#[test]
fn json_keeps_hostile_values() {
    let json: serde_json::Value = serde_json::from_str(&hostile_reports(&style(80))[2]).unwrap();
    let lint = json["lints"].as_array().unwrap().iter().find(|l| l["id"] == "site-has-a-bad-name").unwrap();
    let finding = &lint["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains(HOSTILE));
    assert_eq!(finding["labels"][0]["within"], HOSTILE);
    assert_eq!(json["problems"][0]["path"], format!("site/{HOSTILE}.json"));
}

#[test]
fn a_label_far_beyond_the_65535th_column_is_drawn() {
    let text = format!(
        "{{\"a\": \"{}\", \"SiteCode\": \"PS1\", \"b\": \"{}\", \"SiteName\": \"bad name\", \"c\": \"{}\"}}",
        "é".repeat(500_000),
        "東".repeat(400_000),
        "c".repeat(500_000)
    );
    let page = Page::new("long.json", text);
    let places = [page.find("PS1"), page.find("bad name")];
    for width in [40, 80, 120] {
        let report = draw_places(&page.sources, &places, &style(width));
        let (above, _) = report.split_once("\n1 finding").unwrap();
        assert!(above.lines().all(|l| textwrap::core::display_width(l) <= width), "{report}");
        assert!(
            report.contains("[long.json:1:500024]") && report.contains("[long.json:1:900052]"),
            "{report}"
        );
        assert!(report.len() < 3000, "{report}");
    }
}

#[test]
fn a_file_of_one_line_of_100_mb_is_drawn() {
    let mut text = "{\"MemberCount\": 1}, ".repeat(100 * 1024 * 1024 / 20);
    let middle = text.len() / 2 + 2;
    text.replace_range(middle..middle + 11, "SiteCodePS1");
    let page = Page::new("hundred.json", text);
    let name = page.file.span(middle + 11 + 1_000_000, 20);
    let report = draw_places(&page.sources, &[page.file.span(middle, 11), name], &style(80));
    assert!(report.contains("SiteCodePS1"), "{report}");
    assert!(report.len() < 3000, "{report}");
}

/// A secret in the middle of a label and of a line of context, in the file and in a document inside it.
fn reports_with_secret(secret: &str, last_net: fn(&str) -> Vec<Range<usize>>, masked: bool) -> Vec<String> {
    let mut sources = Sources::new();
    let text = format!(
        "{{\n\"Reserved2\": \"{secret}\",\n\"SiteCode\": \"x{secret}y\",\n\"After\": \"{secret}\"\n}}\n"
    );
    let file = sources.add("a.json", text.clone(), Encoding::Utf8);
    if masked {
        for (at, _) in text.match_indices(secret) {
            sources.mask(file.span(at, secret.len()), Why::Secret("a test"));
        }
    }
    let child = sources.add_child(file, "copy", text.clone(), OffsetMap::verbatim(0, text.len()));
    let label = format!("\"x{secret}y\"");
    let places =
        [find(&sources, file, &label), find(&sources, child, &label), find(&sources, child, "After")];
    let style = Style { last_net, ..style(80) };
    let (mut snapshot, run) = judge_places(&sources, &places);
    snapshot.problems.push(FileProblem {
        path: "a.json".to_owned(),
        problem: Ok(Problem::lost(places[0], "something else was expected")),
        dataset: None,
    });
    vec![human_of(&run, &snapshot, &sources, &style), json_of(&run, &snapshot, &sources)]
}

#[test]
fn a_secret_is_in_no_report() {
    fn net(text: &str) -> Vec<Range<usize>> {
        text.match_indices("hunter2").map(|(at, found)| at..at + found.len()).collect()
    }
    for (last_net, masked) in [(no_net as fn(&str) -> _, true), (net, false)] {
        for report in reports_with_secret("hunter2", last_net, masked) {
            assert!(!report.contains("hunter2") && !report.contains("unter"), "{report}");
        }
    }
    let human = &reports_with_secret("hunter2", no_net, true)[0];
    assert!(human.contains("\"x•••y\""), "{human}");
}

#[test]
fn a_drawing_does_not_tell_how_long_a_secret_is() {
    let drawn = |len: usize| reports_with_secret(&"s".repeat(len), no_net, true).remove(0);
    assert_eq!(drawn(20), drawn(21));
    assert_eq!(drawn(20), drawn(700));
}
