//! One self-contained page: for a reader with a browser and no network, or with paper.
//!
//! The page asks for nothing from anywhere, and its policy keeps it from doing so: the only style and the only
//! script are the two inside it, named by their hashes. Everything is there without scripts; the script adds
//! the filter and the grouping by object. No data stands in the script, and none in an attribute but as text.

mod coverage;
mod findings;
mod lints;
mod write;

use std::fmt::Write as _;

use base64::Engine as _;
use cmlint_lint::Severity;
use sha2::{Digest, Sha256};

use crate::outward::Outside;
use crate::{Input, human, paint};
use findings::Page;
use write::{code, tag, text};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The report.
pub fn report(input: &Input<'_>, outside: &Outside<'_>) -> String {
    let page = Page::new(input, outside);
    let mut out = String::new();
    head(&page, &mut out);
    filter(&page, &mut out);
    out.push_str("<main id=\"main\">\n");
    page.findings(&mut out);
    lints::missing(&page, &mut out);
    lints::outcomes(&page, &mut out);
    coverage::draw(&page, &mut out);
    lints::notices(&page, &mut out);
    lints::problems(&page, &mut out);
    out.push_str("</main>\n");
    let summary = input.run.summary();
    let mut last = String::new();
    if let Some(words) = human::left_out(&summary) {
        tag(&mut last, "p", "", &words);
    }
    tag(&mut last, "p", "", &human::last_line(&summary));
    let tool = format!("made by {} {}", text(input.tool.name), text(input.tool.version));
    tag(&mut last, "p", "", &tool);
    let _ = write!(out, "<footer>{last}</footer>\n<script>{}</script>\n</body>\n</html>\n", embedded(SCRIPT));
    out
}

/// A text as a browser hashes it: line ends of the file that it was built from do not count.
fn embedded(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn policy() -> String {
    let hash = |text: &str| {
        let digest = Sha256::digest(embedded(text).as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn head(page: &Page<'_>, out: &mut String) {
    let input = page.input;
    let findings = paint::count(page.open(), "open finding");
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}: {findings} in {}</title>\n<style>{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the findings</a>\n<header>\n",
        policy(),
        text(input.tool.name),
        text(input.path),
        embedded(STYLE)
    );
    tag(out, "h1", "", &format!("{findings} in {}", code(input.path)));
    let mut about = String::new();
    if let Some(at) = &input.snapshot.about.collected_at {
        tag(&mut about, "span", "", &format!("collected {}", text(at)));
    }
    if let Some(collector) = &input.snapshot.about.collector {
        tag(&mut about, "span", "", &format!("collected by {}", code(collector)));
    }
    tag(&mut about, "span", "", &format!("judged by {} {}", text(input.tool.name), text(input.tool.version)));
    tag(out, "p", "meta", &about);
    let told = crate::about::laid(&input.snapshot.about);
    for words in told.into_iter().chain(crate::about::narrowed(&input.snapshot.about)) {
        tag(out, "p", "meta", &text(&words));
    }
    out.push_str("\n<ul class=\"tiles\" aria-label=\"Open findings by severity\">\n");
    for severity in Severity::ALL.into_iter().rev() {
        let open = page.items.iter().take(page.open());
        let count = open.filter(|i| i.finding().severity == severity).count();
        let none = if count == 0 { " none" } else { "" };
        let _ = writeln!(out, "<li class=\"{severity}{none}\"><strong>{count}</strong> {severity}</li>");
    }
    out.push_str("</ul>\n");
    let summary = input.run.summary();
    tag(out, "p", "summary", &human::last_line(&summary));
    let doubtful = summary.not_evaluated + summary.crashed;
    if doubtful > 0 {
        let words = format!(
            "<strong>{} could not judge.</strong> That is no pass: see <a href=\"#missing\">what is missing</a> and \
             <a href=\"#lints\">how every lint ended</a>.",
            paint::count(doubtful, "lint")
        );
        tag(out, "p", "warning", &words);
    }
    let dealt_with = page.items.len() - page.open();
    if dealt_with > 0 {
        let words =
            format!("{} more suppressed or known from the baseline.", paint::count(dealt_with, "finding"));
        tag(out, "p", "meta", &words);
    }
    out.push_str(
        "\n<nav aria-label=\"Parts of the page\"><a href=\"#findings\">Findings</a> <a href=\"#lints\">Lints</a> \
         <a href=\"#coverage\">Coverage</a></nav>\n</header>\n",
    );
}

/// The filter; hidden until the script shows it, because it does nothing alone.
fn filter(page: &Page<'_>, out: &mut String) {
    out.push_str(
        "<form id=\"filter\" role=\"search\" aria-label=\"Filter the findings\" hidden>\n\
         <label class=\"find\">Search <input type=\"search\" id=\"q\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <fieldset><legend>Severity</legend>",
    );
    for severity in Severity::ALL.into_iter().rev() {
        let _ = write!(
            out,
            "<label><input type=\"checkbox\" name=\"severity\" value=\"{severity}\" checked> {severity}</label> "
        );
    }
    out.push_str("</fieldset>\n");
    let mut lints: Vec<&str> = page.items.iter().map(|i| i.lint.def.id).collect();
    let mut scopes: Vec<String> = page.items.iter().map(|i| i.finding().object.scope.to_string()).collect();
    lints.sort_unstable();
    lints.dedup();
    scopes.sort_unstable();
    scopes.dedup();
    choice(out, "lint", "Lint", lints.into_iter());
    choice(out, "scope", "Where", scopes.iter().map(String::as_str));
    if page.items.len() > page.open() {
        choice(out, "state", "State", ["open", "suppressed", "baselined"].into_iter());
    }
    out.push_str(
        "<fieldset><legend>Group by</legend>\
         <label><input type=\"radio\" name=\"group\" value=\"lint\" checked> lint</label> \
         <label><input type=\"radio\" name=\"group\" value=\"object\"> object</label></fieldset>\n\
         <p class=\"buttons\"><button type=\"button\" id=\"open\">Open all proofs</button> \
         <button type=\"button\" id=\"close\">Close all</button> <button type=\"reset\">Reset</button> \
         <output id=\"shown\" aria-live=\"polite\"></output></p>\n</form>\n",
    );
}

fn choice<'a>(out: &mut String, id: &str, label: &str, values: impl Iterator<Item = &'a str>) {
    let _ = write!(out, "<label>{label} <select id=\"{id}\"><option value=\"\">all</option>");
    for value in values {
        let value = text(value);
        let _ = write!(out, "<option value=\"{value}\">{value}</option>");
    }
    out.push_str("</select></label>\n");
}
