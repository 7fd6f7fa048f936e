//! JUnit XML, as the test tabs of build servers read it.
//!
//! A suite is a lint, a case is an object. What could not be judged is `skipped` with the reason, so that
//! "0 failures, 12 skipped" can be told from "0 failures". There are no times in it: they would differ
//! between two runs.

use std::collections::BTreeMap;

use cmlint_engine::{LintResult, Notice, Reported, State, Verdict};
use cmlint_model::Text;

use crate::outward::{self, Outside};
use crate::{Input, escape, paint};

/// The report.
pub fn report(input: &Input<'_>, outside: &Outside<'_>) -> String {
    let mut suites: Vec<Suite> = input.run.lints.iter().map(|lint| suite(input, outside, lint)).collect();
    suites.extend(files(input, outside));
    suites.extend(notices(input, outside));
    let sum = |of: fn(&Case) -> bool| suites.iter().flat_map(|s| &s.cases).filter(|c| of(c)).count();
    let (tests, failures, errors, skipped) =
        (sum(|_| true), sum(Case::failed), sum(Case::crashed), sum(Case::skipped));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n",
        attribute(input.tool.name)
    );
    for suite in &suites {
        suite.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    name: String,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    /// Path and line.
    place: Option<(String, u32)>,
    ended: Ended,
}

enum Ended {
    Well(String),
    /// Its kind, the message, more words.
    Failed(String, String, String),
    Crashed(String),
    /// The reason, more words.
    Skipped(String, String),
}

impl Case {
    fn failed(&self) -> bool {
        matches!(self.ended, Ended::Failed(..))
    }

    fn crashed(&self) -> bool {
        matches!(self.ended, Ended::Crashed(_))
    }

    fn skipped(&self) -> bool {
        matches!(self.ended, Ended::Skipped(..))
    }
}

fn suite(input: &Input<'_>, outside: &Outside<'_>, lint: &LintResult) -> Suite {
    let noun = lint.def.meta.noun;
    let mut cases: Vec<Case> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for reported in &lint.findings {
        let mut case = of_finding(input, outside, lint, reported);
        // An object can be wrong in two ways; a case has one name.
        let count = seen.entry(reported.finding.object.key.as_str()).or_insert(0);
        *count += 1;
        if *count > 1 {
            case.name.push_str(&format!(" #{count}"));
        }
        cases.push(case);
    }
    let doubt = outward::doubt(lint);
    let ended = match (&lint.verdict, doubt) {
        (Verdict::Pass, _) => Some((noun.to_owned(), Ended::Well(format!("{} checked", lint.checked)))),
        (Verdict::Crashed(_), why) => Some((noun.to_owned(), Ended::Crashed(why.unwrap_or_default()))),
        (Verdict::NotApplicable(_), why) => {
            let why = format!("not applicable: {}", why.unwrap_or_default());
            Some((noun.to_owned(), Ended::Skipped(why, String::new())))
        }
        (Verdict::NotEvaluated, why) => {
            let why = format!("not evaluated: {}", why.unwrap_or_default());
            Some((noun.to_owned(), Ended::Skipped(why, collect(lint))))
        }
        (Verdict::Fail, Some(why)) => {
            let why = format!("holes could hide more: {why}");
            Some((format!("other {noun}"), Ended::Skipped(why, collect(lint))))
        }
        (Verdict::Fail, None) => None,
    };
    cases.extend(ended.map(|(name, ended)| Case { name, place: None, ended }));
    let properties = vec![
        ("title", lint.def.meta.title.to_owned()),
        ("severity", input.run.severity_of(&lint.def).word().to_owned()),
        ("outcome", lint.verdict.word().to_owned()),
        ("checked", lint.checked.to_string()),
    ];
    Suite { name: lint.def.id.to_owned(), properties, cases }
}

fn of_finding(input: &Input<'_>, outside: &Outside<'_>, lint: &LintResult, reported: &Reported) -> Case {
    let finding = &reported.finding;
    let message = escape::words(&finding.message, true);
    let span = outward::primary(finding);
    let place = span.map(|span| {
        let region = outward::first_line(input.sources, span);
        (outward::path_of(input.sources, outside.root, span), region.start.line)
    });
    let ended = match reported.state {
        State::Open => {
            let kind = format!("{} {}", finding.severity, lint.def.id);
            Ended::Failed(kind, message, body(input, outside, reported))
        }
        state => {
            let why = match &reported.accepted {
                Some(a) => format!(" ({}: {})", a.grounds.word(), escape::line(&a.reason, true)),
                None => String::new(),
            };
            Ended::Skipped(format!("{}: {message}{why}", state.word()), body(input, outside, reported))
        }
    };
    Case { name: finding.object.key.to_string(), place, ended }
}

fn body(input: &Input<'_>, outside: &Outside<'_>, reported: &Reported) -> String {
    let finding = &reported.finding;
    let place = |span| {
        let region = outward::first_line(input.sources, span);
        let path = escape::line(&outward::path_of(input.sources, outside.root, span), true);
        format!("{path}:{}:{}", region.start.line, region.start.column)
    };
    let mut out = String::new();
    for (head, words) in outward::said(reported, input.sources) {
        out.push_str(&format!("{head}: {words}\n"));
    }
    for label in &finding.labels {
        out.push_str(&format!("at {}: {}\n", place(label.span), escape::words(&label.text, true)));
    }
    for (index, step) in finding.proof.iter().enumerate() {
        let at = step.span.map(|span| format!(" ({})", place(span))).unwrap_or_default();
        out.push_str(&format!("proof {}. {}{at}\n", index + 1, escape::words(&step.text, true)));
    }
    let words = |text: &Text| (!text.is_empty()).then(|| escape::words(text, true));
    let fix = finding.fix.as_ref();
    let rows = [
        ("help", words(&finding.help)),
        ("fix", fix.and_then(|f| words(&f.text))),
        ("run", fix.and_then(|f| outward::copied(f.command.as_ref()))),
        ("undo", fix.and_then(|f| outward::copied(f.revert.as_ref()))),
    ];
    for (head, words) in rows {
        if let Some(words) = words {
            out.push_str(&format!("{head}: {words}\n"));
        }
    }
    out.push_str(&format!(
        "confidence: {}\nfingerprint: {}\n",
        finding.confidence.word(),
        reported.fingerprint
    ));
    out
}

/// All holes of a lint, and what fills them.
fn collect(lint: &LintResult) -> String {
    let mut out = String::new();
    for gap in &lint.gaps {
        out.push_str(&format!("{}\n", escape::line(&gap.to_string(), true)));
    }
    let mut commands: Vec<&str> = lint.gaps.iter().map(cmlint_model::Gap::collect).collect();
    commands.sort_unstable();
    commands.dedup();
    for command in commands {
        out.push_str(&format!("collect: {command}\n"));
    }
    out
}

/// Files that could not be read, or not wholly: each is a reason for holes.
fn files(input: &Input<'_>, outside: &Outside<'_>) -> Option<Suite> {
    let mut cases: Vec<Case> = Vec::new();
    for problem in &input.snapshot.problems {
        let path = outward::path(outside.root, &problem.path);
        let (line, words) = match &problem.problem {
            Ok(p) => (outward::first_line(input.sources, p.span).start.line, &p.message),
            Err(words) => (1, words),
        };
        let words = escape::line(words, true);
        let name = format!("{path}:{line}: {words}");
        cases.push(Case { name, place: Some((path, line)), ended: Ended::Skipped(words, String::new()) });
    }
    cases.sort_by(|a, b| (&a.place, &a.name).cmp(&(&b.place, &b.name)));
    let properties = vec![("problems", paint::count(cases.len(), "problem"))];
    (!cases.is_empty()).then(|| Suite { name: "files of the snapshot".to_owned(), properties, cases })
}

/// What is to be said about suppressions and baseline: what counts as a finding fails.
fn notices(input: &Input<'_>, outside: &Outside<'_>) -> Option<Suite> {
    let notices = &input.run.notices;
    let case = |notice: &Notice| {
        let region = outward::first_line(input.sources, notice.span);
        let path = outward::path_of(input.sources, outside.root, notice.span);
        let message = escape::words(&notice.message, true);
        let help = escape::words(&notice.help, true);
        let id = notice.kind.id();
        let ended = match notice.severity() {
            Some(severity) => Ended::Failed(format!("{severity} {id}"), message, format!("help: {help}\n")),
            None => Ended::Skipped(format!("{id}: {message}"), format!("help: {help}\n")),
        };
        let name = format!("{path}:{}:{}: {id}", region.start.line, region.start.column);
        Case { name, place: Some((path, region.start.line)), ended }
    };
    let cases: Vec<Case> = notices.iter().map(case).collect();
    let properties = vec![("remarks", paint::count(cases.len(), "remark"))];
    (!cases.is_empty()).then(|| Suite { name: "suppressions and baseline".to_owned(), properties, cases })
}

impl Suite {
    fn write(&self, out: &mut String) {
        let count = |of: fn(&Case) -> bool| self.cases.iter().filter(|case| of(case)).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n    <properties>\n",
            attribute(&self.name),
            self.cases.len(),
            count(Case::failed),
            count(Case::crashed),
            count(Case::skipped),
        ));
        for (name, value) in &self.properties {
            out.push_str(&format!("      <property name=\"{name}\" value=\"{}\"/>\n", attribute(value)));
        }
        out.push_str("    </properties>\n");
        for case in &self.cases {
            case.write(out, &self.name);
        }
        out.push_str("  </testsuite>\n");
    }
}

impl Case {
    fn write(&self, out: &mut String, class: &str) {
        out.push_str(&format!(
            "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
            attribute(&self.name),
            attribute(class)
        ));
        if let Some((path, line)) = &self.place {
            out.push_str(&format!(" file=\"{}\" line=\"{line}\"", attribute(path)));
        }
        out.push_str(">\n");
        match &self.ended {
            Ended::Well(words) => out.push_str(&format!("      <system-out>{}</system-out>\n", text(words))),
            Ended::Failed(kind, message, words) => out.push_str(&format!(
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                attribute(kind),
                attribute(message),
                text(words)
            )),
            Ended::Crashed(message) => {
                out.push_str(&format!("      <error type=\"crashed\" message=\"{}\"/>\n", attribute(message)))
            }
            Ended::Skipped(why, words) => out.push_str(&format!(
                "      <skipped message=\"{}\">{}</skipped>\n",
                attribute(why),
                text(words)
            )),
        }
        out.push_str("    </testcase>\n");
    }
}

/// The value of an attribute on one line.
fn attribute(value: &str) -> String {
    text(&escape::line(value, true))
}

/// Text of an element. What XML forbids even when it is escaped is replaced.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_replaced() {
        assert_eq!(
            text("a<b>&\"\u{0}\u{b}\u{fffe}\u{ffff}\r😀"),
            "a&lt;b&gt;&amp;&quot;\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}😀"
        );
        assert_eq!(attribute("a\n\u{1b}\u{202e}"), "a␊␛\\u{202e}");
    }
}
