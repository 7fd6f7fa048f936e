//! Formats for other programs: what goes in comes out, and nothing of a snapshot is obeyed.

use cmlint_engine::{Run, State};
use cmlint_lint::LintDef;
use cmlint_lint::prelude::*;
use cmlint_model::{FileProblem, Insert, Snapshot, Statement};
use cmlint_report::outward::Outside;
use cmlint_report::{Input, LastNet, github, html, junit, markdown, sarif};
use cmlint_source::{Encoding, Problem, Sources, Why};
use quick_xml::events::Event;

use crate::support::*;

/// A report in every format.
pub(crate) struct Reports {
    pub(crate) sarif: String,
    pub(crate) junit: String,
    pub(crate) github: String,
    pub(crate) markdown: String,
    pub(crate) html: String,
}

impl Reports {
    pub(crate) fn of(run: &Run, snapshot: &Snapshot<'_>, sources: &Sources, last_net: LastNet) -> Reports {
        let input = Input { run, snapshot, sources, tool: TOOL, path: "snap/<b>x" };
        let lints = lints();
        let outside = Outside { root: "snap/<b>x", lints: &lints, last_net };
        Reports {
            sarif: sarif::report(&input, &outside),
            junit: junit::report(&input, &outside),
            github: github::report(&input, &outside, github::SHOWN),
            markdown: markdown::report(&input, &outside),
            html: html::report(&input, &outside),
        }
    }

    pub(crate) fn all(&self) -> [&str; 5] {
        [&self.sarif, &self.junit, &self.github, &self.markdown, &self.html]
    }

    pub(crate) fn log(&self) -> serde_json::Value {
        serde_json::from_str(&self.sarif).expect("the log is JSON")
    }
}

/// So many sites, each with a bad name.
pub(crate) fn bad_sites<T>(
    count: usize,
    name: &str,
    show: impl FnOnce(&Run, &Snapshot<'_>, &Sources) -> T,
) -> T {
    let mut sources = Sources::new();
    let mut places = Vec::new();
    let mut text = String::from("[\n");
    for index in 0..count {
        let code = format!("S{index:03}");
        text.push_str("  {\"SiteCode\": \"");
        places.push((text.len(), code.len(), 0));
        text.push_str(&format!("{code}\", \"SiteName\": \""));
        places[index].2 = text.len();
        text.push_str(&format!("{name}\"}},\n"));
    }
    text.push_str("]\n");
    let file = sources.add("site/SMS_Site.json", text, Encoding::Utf8);
    let rows = places
        .iter()
        .map(|(code, len, at)| site_row(&sources, file.span(*code, *len), file.span(*at, name.len())))
        .collect();
    let snapshot = snapshot(rows);
    let run = run_all(&lints(), &snapshot, &sources);
    show(&run, &snapshot, &sources)
}

fn count(text: &str, piece: &str) -> usize {
    text.matches(piece).count()
}

#[test]
fn what_goes_in_comes_out() {
    for (number, dealt_with) in [(0, 0), (1, 0), (300, 0), (300, 7), (2, 2)] {
        bad_sites(number, "worse and worse", |run, snapshot, sources| {
            let mut run = run.clone();
            let findings = run.lints.iter_mut().flat_map(|l| &mut l.findings);
            for (index, finding) in findings.take(dealt_with).enumerate() {
                finding.state = if index % 2 == 0 { State::Suppressed } else { State::Baselined };
            }
            let reports = Reports::of(&run, snapshot, sources, no_net);
            let open = number - dealt_with;

            let log = reports.log();
            let results = log["runs"][0]["results"].as_array().unwrap();
            let prints: Vec<&str> =
                results.iter().map(|r| r["partialFingerprints"]["cmlint/v1"].as_str().unwrap()).collect();
            let findings = run.lints.iter().flat_map(|l| &l.findings).filter(|f| f.state == State::Open);
            assert_eq!(prints, findings.map(|f| f.fingerprint.as_str()).collect::<Vec<_>>());
            assert_eq!(prints.len(), open);
            let dealt = &log["runs"][0]["properties"];
            let dealt = dealt["suppressed"].as_u64().unwrap() + dealt["baselined"].as_u64().unwrap();
            assert_eq!(dealt as usize, dealt_with);

            assert_eq!(count(&reports.junit, "<failure "), open);
            assert_eq!(
                count(&reports.junit, "\"suppressed: ") + count(&reports.junit, "\"baselined: "),
                dealt_with
            );

            let annotations = reports.github.lines().filter(|l| l.starts_with("::error file="));
            assert_eq!(annotations.count(), open.min(10));
            assert_eq!(count(&reports.github, "more findings left out here"), usize::from(open > 10));

            assert_eq!(count(&reports.markdown, "\n| high | site `S"), open);
            assert_eq!(count(&reports.html, "<article "), number);
            assert_eq!(count(&reports.html, "data-state=\"open\""), open);
        });
    }
}

#[test]
fn every_lint_ends_in_its_outcome_in_every_format() {
    bad_sites(1, "worse", |run, snapshot, sources| {
        let reports = Reports::of(run, snapshot, sources, no_net);
        let log = reports.log();
        for lint in &run.lints {
            let (id, word) = (lint.def.id, lint.verdict.word());
            assert_eq!(log["runs"][0]["properties"]["outcomes"][id], word);
            assert!(reports.junit.contains(&format!("<testsuite name=\"{id}\"")));
            assert!(reports.markdown.contains(&format!("`{id}`")), "{id}");
            assert!(reports.html.contains(&format!("<code>{id}</code>")), "{id}");
        }
        let last = "1 fail, 0 pass, 0 not applicable, 4 not evaluated, 1 crashed of 6 lints";
        for report in reports.all() {
            assert!(report.contains(last) || report.starts_with("<?xml"), "{report}");
        }
    });
}

#[test]
fn reports_are_the_same_every_time() {
    let reports =
        || bad_sites(20, "worse", |run, snapshot, sources| Reports::of(run, snapshot, sources, no_net));
    let (one, two) = (reports(), reports());
    assert_eq!(one.all(), two.all());
}

pub(crate) const HOSTILE: &str = "\u{1b}[2J\u{0}\u{202e}\u{200b}\u{9b}\u{ffff}</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"--> ` ``` | **b** @all #1 [x](javascript:alert(3)) https://e.example/ www.e.example ]]>&amp; ${x} ::error::x%0A\r\n::error file=a::b";

/// Every place where a text of the snapshot comes into a report holds [`HOSTILE`].
pub(crate) fn hostile<T>(show: impl FnOnce(&Run, &Snapshot<'_>, &Sources) -> T) -> T {
    let mut sources = Sources::new();
    let path = format!("site/{HOSTILE}.json");
    let text = format!("{{\"SiteCode\": \"P{HOSTILE}\", \"SiteName\": \"name {HOSTILE}\"}}\n");
    let file = sources.add(path.clone(), text, Encoding::Utf8);
    let code = find(&sources, file, &format!("P{HOSTILE}"));
    let name = find(&sources, file, &format!("name {HOSTILE}"));
    let mut snapshot = snapshot(vec![site_row(&sources, code, name)]);
    let failed = Statement::new(Status::Failed, HOSTILE);
    snapshot.insert(Scope::Hierarchy, failed.clone(), Vec::<Spanned<rows::Admin<'_>>>::new());
    snapshot.insert(Scope::host(&format!("h{HOSTILE}")), failed, Vec::<Spanned<rows::UserRight<'_>>>::new());
    snapshot.about.collected_at = Some(HOSTILE.to_owned());
    snapshot.about.collector = Some(HOSTILE.to_owned());
    for problem in [Ok(Problem::lost(name, HOSTILE).help(HOSTILE)), Err(HOSTILE.to_owned())] {
        snapshot.problems.push(FileProblem { path: path.clone(), problem, dataset: None });
    }
    snapshot.seal();
    let run = run_all(&lints(), &snapshot, &sources);
    show(&run, &snapshot, &sources)
}

fn hostile_reports() -> Reports {
    hostile(|run, snapshot, sources| Reports::of(run, snapshot, sources, no_net))
}

#[test]
fn nothing_invisible_gets_into_a_report() {
    for report in hostile_reports().all() {
        let bad = report.chars().find(|c| c.is_control() && *c != '\n' || "\u{202e}\u{200b}".contains(*c));
        assert_eq!(bad, None, "{report}");
        assert!(report.contains("alert(1)") || report.contains("alert&#40;1&#41;"), "{report}");
    }
}

#[test]
fn a_hostile_name_ends_no_annotation() {
    let report = hostile_reports().github;
    for line in report.lines() {
        let (head, _) = line.split_once(' ').unwrap();
        let ours =
            ["::error", "::warning", "::notice"].contains(&head) || head.bytes().all(|b| b.is_ascii_digit());
        assert!(ours, "{line}");
        if let Some(rest) = line.strip_prefix("::error file=") {
            let (properties, message) = rest.split_once("::").unwrap();
            assert!(message.contains("which no site should be"), "{line}");
            let names: Vec<&str> =
                properties.split(',').skip(1).map(|p| p.split_once('=').unwrap().0).collect();
            assert!(["line", "endLine", "col", "endColumn", "title"].starts_with(&names[..1]), "{names:?}");
        }
    }
}

#[test]
fn columns_of_an_annotation_are_of_one_line() {
    // The hostile name goes over a line end.
    let report = hostile_reports().github;
    assert!(report.contains(",line=2,endLine=3,title="), "{report}");
    let plain =
        bad_sites(1, "bad", |run, snapshot, sources| Reports::of(run, snapshot, sources, no_net)).github;
    assert!(plain.starts_with("::error file=snap/<b>x/site/SMS_Site.json,line=2,endLine=2,col=37,endColumn=40,title=high%3A site-has-a-bad-name::"), "{plain}");
}

#[test]
fn junit_is_well_formed_and_counts() {
    for report in [hostile_reports().junit, bad_sites(40, "x", |r, s, t| Reports::of(r, s, t, no_net)).junit]
    {
        let mut reader = quick_xml::Reader::from_str(&report);
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        let mut stated = None;
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(tag) | Event::Empty(tag) => {
                    let name = tag.name().as_ref().to_owned();
                    let attributes: Vec<(String, String)> = tag
                        .attributes()
                        .map(|a| {
                            let a = a.unwrap();
                            let name = a.key.as_ref().to_owned();
                            (name, a.value.to_string())
                        })
                        .collect();
                    if name == "testsuites" {
                        stated = Some(attributes);
                    }
                    *seen.entry(name).or_default() += 1;
                }
                _ => {}
            }
        }
        let stated = stated.unwrap();
        let number = |name: &str| stated.iter().find(|(n, _)| n == name).unwrap().1.parse::<usize>().unwrap();
        let seen = |name: &str| seen.get(name).copied().unwrap_or(0);
        assert_eq!(number("tests"), seen("testcase"));
        assert_eq!(number("failures"), seen("failure"));
        assert_eq!(number("errors"), seen("error"));
        assert_eq!(number("skipped"), seen("skipped"));
        assert_eq!((seen("error"), seen("failure") > 0), (1, true));
    }
}

/// What stands in Markdown outside code.
fn outside_code(page: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in page.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == *open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let pieces = line.split('`').step_by(2);
                out.push_str(&pieces.collect::<Vec<_>>().join("·"));
                out.push('\n');
            }
        }
    }
    assert_eq!(fence, None);
    out
}

#[test]
fn a_hostile_name_is_no_markdown() {
    let page = hostile_reports().markdown;
    let mut plain = outside_code(&page);
    for ours in
        ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "> [!WARNING]", "> "]
    {
        plain = plain.replace(ours, "");
    }
    plain = plain.replace("**", "");
    for markup in ["<", ">", "](", "@", "https://", "www.e", "*"] {
        assert!(!plain.contains(markup), "{markup}\n{plain}");
    }
    // A bar outside code ends a cell: each row of the table has as many as its head.
    for line in page.lines().filter(|l| l.starts_with("| high |")) {
        assert_eq!(line.matches('|').count(), 5, "{line}");
    }
}

#[test]
fn a_hostile_name_is_no_html() {
    let page = hostile_reports().html;
    assert_eq!(count(&page, "<script"), 1);
    assert_eq!(count(&page, "<style"), 1);
    let head = page.find("<body>").unwrap();
    let end = page.find("<script>").unwrap();
    let body = &page[head..end];
    const TAGS: [&str; 45] = [
        "a",
        "article",
        "body",
        "button",
        "code",
        "details",
        "div",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "input",
        "label",
        "legend",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "option",
        "output",
        "p",
        "pre",
        "section",
        "select",
        "small",
        "span",
        "strong",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
        "title",
        "html",
        "meta",
    ];
    for piece in body.split('<').skip(1) {
        let name: String =
            piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(TAGS.contains(&name.as_str()), "<{piece}");
        let tag = piece.split('>').next().unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        for attribute in tag.split('"').step_by(2).flat_map(str::split_whitespace) {
            assert!(!attribute.starts_with("on") && !attribute.starts_with("style"), "<{tag}>");
        }
    }
    for address in ["http://", "src=", "url(", "@import", "//e.example\""] {
        let style = &page[..head];
        assert!(!style.contains(address), "{address}");
    }
}

#[test]
fn a_secret_is_in_no_format() {
    fn net(text: &str) -> Vec<std::ops::Range<usize>> {
        text.match_indices("hunter2").map(|(at, found)| at..at + found.len()).collect()
    }
    for (last_net, masked) in [(no_net as LastNet, true), (net, false)] {
        let page = Page::new(
            "a.json",
            "{\n\"Reserved2\": \"hunter2\",\n\"SiteCode\": \"PS1\", \"P\": \"hunter2\"\n}\n",
        );
        let text = page.sources.get(page.file).text();
        for (at, found) in text.match_indices("hunter2").filter(|_| masked) {
            page.sources.mask(page.file.span(at, found.len()), Why::Secret("a test"));
        }
        let (snapshot, run) =
            judge_places(&page.sources, &[page.find("PS1"), page.find("\"P\": \"hunter2\"")]);
        let reports = Reports::of(&run, &snapshot, &page.sources, last_net);
        for report in reports.all() {
            assert!(!report.contains("hunter"), "{report}");
        }
        assert!(reports.html.contains("•••") && reports.sarif.contains("•••"));
        // Nor is a fingerprint made of one.
        if masked {
            assert!(!reports.sarif.contains("primaryLocationLineHash"));
        }
    }
}

#[test]
fn lints_that_did_not_run_are_rules_too() {
    let page = Page::new("a.json", "PS1");
    let (snapshot, run) = judge_places(&page.sources, &[page.find("PS1")]);
    let log = Reports::of(&run, &snapshot, &page.sources, no_net).log();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = lints().iter().map(|l: &LintDef| l.id).collect();
    expected.push("place-is-bad");
    expected.sort_unstable();
    assert_eq!(ids, expected);
}
