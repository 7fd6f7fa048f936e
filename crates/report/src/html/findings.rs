//! The findings: grouped by lint, with an index by object.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cmlint_engine::State;
use cmlint_lint::{Finding, LintDef};
use cmlint_model::{Key, Scope};
use cmlint_source::Span;

use super::write::{code, lines, plain, tag, text, words};
use crate::excerpt::{self, Cut, Pointer};
use crate::outward::{self, Item, Outside};
use crate::{Input, Style, explain};

/// Findings up to which each step of a proof shows its lines; a larger page shows the lines of findings only.
const WITH_LINES: usize = 500;

const PLAIN: Style =
    Style { width: 96, colour: false, unicode: true, verbose: false, last_net: |_| Vec::new() };

/// What the parts of the page share.
pub(super) struct Page<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) outside: &'a Outside<'a>,
    /// All findings, open ones first.
    pub(super) items: Vec<Item<'a>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(input: &'a Input<'a>, outside: &'a Outside<'a>) -> Page<'a> {
        let mut items = outward::open(input.run);
        let all = input
            .run
            .lints
            .iter()
            .flat_map(|lint| lint.findings.iter().map(move |f| Item { lint, reported: f }));
        items.extend(all.filter(|item| item.reported.state != State::Open));
        Page { input, outside, items }
    }

    /// Number of open findings.
    pub(super) fn open(&self) -> usize {
        self.items.iter().filter(|item| item.reported.state == State::Open).count()
    }

    /// The section with all findings.
    pub(super) fn findings(&self, out: &mut String) {
        out.push_str(
            "<section id=\"findings\" aria-labelledby=\"h-findings\"><h2 id=\"h-findings\">Findings</h2>\n",
        );
        if self.items.is_empty() {
            out.push_str("<p class=\"none\">Nothing was found.</p></section>\n");
            return;
        }
        self.index(out);
        out.push_str("<p id=\"nothing\" hidden>No finding fits the filter.</p>\n<div id=\"groups\">\n");
        let mut groups: Vec<(&LintDef, Vec<usize>)> = Vec::new();
        let mut at: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, item) in self.items.iter().enumerate() {
            let group = *at.entry(item.lint.def.id).or_insert_with(|| {
                groups.push((&item.lint.def, Vec::new()));
                groups.len() - 1
            });
            groups[group].1.push(index);
        }
        for (def, findings) in groups {
            let id = text(def.id);
            let _ = writeln!(
                out,
                "<section class=\"group\" id=\"lint-{id}\" aria-labelledby=\"h-{id}\"><h3 id=\"h-{id}\"><code>{id}</code> \
                 <span class=\"count\">{}</span></h3>",
                findings.len()
            );
            tag(out, "p", "title", &plain(&outward::sentence(def.meta.title)));
            out.push_str("<details class=\"about\"><summary>About this lint</summary>");
            tag(out, "pre", "", &lines(explain::explain(def, &PLAIN).trim_end()));
            out.push_str("</details>\n");
            for index in findings {
                self.finding(out, index);
            }
            out.push_str("</section>\n");
        }
        out.push_str("</div></section>\n");
    }

    /// Objects with their findings: grouping by object for whoever reads without scripts.
    fn index(&self, out: &mut String) {
        let mut objects: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
        for (index, item) in self.items.iter().enumerate() {
            objects.entry(&item.finding().object.key).or_default().push(index);
        }
        let _ = writeln!(
            out,
            "<details class=\"objects\"><summary>Objects with findings ({})</summary><ul>",
            objects.len()
        );
        for findings in objects.into_values() {
            let first = self.items[findings[0]].finding();
            let _ = write!(out, "<li>{}: ", self.object(first));
            let links = findings.iter().map(|index| {
                let item = &self.items[*index];
                format!("<a href=\"#f{index}\">{} ({})</a>", text(item.lint.def.id), item.finding().severity)
            });
            out.push_str(&links.collect::<Vec<_>>().join(", "));
            out.push_str("</li>\n");
        }
        out.push_str("</ul></details>\n");
    }

    fn object(&self, finding: &Finding) -> String {
        let mut out = words(&finding.object.label);
        if let Some(purpose) = finding.object.purpose {
            let _ = write!(out, ", {}", text(&purpose.words()));
        }
        out
    }

    fn finding(&self, out: &mut String, index: usize) {
        let item = &self.items[index];
        let finding = item.finding();
        let severity = finding.severity;
        let state = item.reported.state;
        let key = lines(finding.object.key.as_str());
        let scope = match &finding.object.scope {
            Scope::Hierarchy => "hierarchy".to_owned(),
            scope => text(&scope.to_string()),
        };
        let _ = write!(
            out,
            "<article class=\"finding {severity}\" id=\"f{index}\" data-severity=\"{severity}\" data-lint=\"{}\" \
             data-scope=\"{scope}\" data-object=\"{key}\" data-state=\"{}\" aria-labelledby=\"t{index}\">\n\
             <h4 id=\"t{index}\"><span class=\"badge {severity}\">{severity}</span> {}</h4>\n",
            text(item.lint.def.id),
            state.word(),
            words(&finding.message)
        );
        let mut meta = String::new();
        tag(&mut meta, "span", "of", &self.object(finding));
        tag(&mut meta, "span", "", &scope);
        tag(&mut meta, "span", "lint", &code(item.lint.def.id));
        tag(&mut meta, "span", "", &format!("{} confidence", finding.confidence.word()));
        if !finding.requirements.is_empty() {
            tag(&mut meta, "span", "", &format!("breaks {}", text(&finding.requirements.join(", "))));
        }
        if state != State::Open {
            tag(&mut meta, "span", "", &format!("<strong>{}</strong>", state.word()));
        }
        tag(out, "p", "meta", &meta);
        for (head, said) in outward::said(item.reported, self.input.sources) {
            tag(out, "p", "said", &format!("<strong>{}:</strong> {}", text(head), plain(&said)));
        }
        let labels: Vec<(Span, String)> = finding.labels.iter().map(|l| (l.span, words(&l.text))).collect();
        self.excerpts(out, &labels);
        self.proof(out, finding);
        self.advice(out, finding);
        let _ = write!(
            out,
            "<p class=\"key\">key <code>{key}</code>, fingerprint <code>{}</code></p>\n</article>\n",
            text(&item.reported.fingerprint)
        );
    }

    fn proof(&self, out: &mut String, finding: &Finding) {
        if finding.proof.is_empty() {
            return;
        }
        let count = crate::paint::count(finding.proof.len(), "step");
        let _ = writeln!(out, "<details class=\"proof\"><summary>Why it is so: {count}</summary><ol>");
        for step in &finding.proof {
            let _ = write!(out, "<li>{}", words(&step.text));
            if step.confidence < cmlint_model::proof::Confidence::High {
                let _ = write!(out, " ({} confidence)", step.confidence.word());
            }
            match step.span {
                Some(span) if self.items.len() <= WITH_LINES => self.excerpts(out, &[(span, String::new())]),
                Some(span) => {
                    let _ = write!(out, " <span class=\"place\">{}</span>", self.place(span));
                }
                None => out.push_str(" <span class=\"place\">by rule</span>"),
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ol></details>\n");
    }

    fn advice(&self, out: &mut String, finding: &Finding) {
        if !finding.help.is_empty() {
            tag(out, "p", "help", &format!("<strong>Help:</strong> {}", words(&finding.help)));
            out.push('\n');
        }
        let Some(fix) = &finding.fix else { return };
        if !fix.text.is_empty() {
            tag(out, "p", "fix", &format!("<strong>Fix:</strong> {}", words(&fix.text)));
            out.push('\n');
        }
        for (head, command) in [("Run", &fix.command), ("Undo", &fix.revert)] {
            if let Some(command) = outward::copied(command.as_ref()) {
                tag(out, "p", "copy", head);
                tag(out, "pre", "command", &format!("<code>{}</code>", lines(&command)));
                out.push('\n');
            }
        }
    }

    /// `path:line:column` of a span.
    fn place(&self, span: Span) -> String {
        let place = excerpt::place(self.input.sources, span);
        code(&format!("{}:{}:{}", place.path, place.start.line, place.start.column))
    }

    /// The lines around places, each with its words below its line.
    pub(super) fn excerpts(&self, out: &mut String, labels: &[(Span, String)]) {
        let pointers: Vec<Pointer> =
            labels.iter().map(|(span, _)| Pointer { span: *span, words: 0 }).collect();
        let cut = Cut { width: 120, unicode: true, last_net: self.outside.last_net };
        for excerpt in excerpt::cut(self.input.sources, &pointers, &cut) {
            out.push_str("<figure class=\"excerpt\"><figcaption>");
            if let Some(mark) = excerpt.marks.first() {
                let at = &mark.place.start;
                out.push_str(&code(&format!("{}:{}:{}", excerpt.path, at.line, at.column)));
            }
            if let Some(within) = excerpt.within {
                let _ = write!(out, " in {}", text(within));
            }
            out.push_str("</figcaption><pre>");
            for (row, line) in excerpt.lines.iter().enumerate() {
                let _ = write!(out, "<span class=\"n\">{}</span> ", line.number);
                let mut done = 0;
                let marks = || excerpt.marks.iter().filter(|m| m.line == row);
                for mark in marks() {
                    // Marks are ascending; one that begins inside another adds nothing.
                    let start = mark.range.start.max(done);
                    if let (Some(before), Some(marked)) =
                        (line.text.get(done..start), line.text.get(start..mark.range.end))
                    {
                        let _ = write!(out, "{}<mark>{}</mark>", lines(before), lines(marked));
                        done = mark.range.end;
                    }
                }
                out.push_str(&lines(line.text.get(done..).unwrap_or_default()));
                out.push('\n');
                for words in marks().flat_map(|m| &m.pointers).filter_map(|p| labels.get(*p)) {
                    if !words.1.is_empty() {
                        tag(out, "span", "note", &words.1);
                        out.push('\n');
                    }
                }
            }
            out.push_str("</pre></figure>\n");
        }
    }
}
