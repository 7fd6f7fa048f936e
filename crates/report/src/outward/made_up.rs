//! Findings to try formats with.

use std::fmt::Write as _;

use cmlint_engine::{Options, Selection, run, select};
use cmlint_lint::LintDef;
use cmlint_lint::prelude::*;
use cmlint_model::{Insert, Snapshot, Statement};
use cmlint_source::{Encoding, Sources};

use super::Outside;
use crate::{Input, Tool};

struct Sites;

impl Lint for Sites {
    const META: Meta = Meta { title: "a site is there", noun: "sites", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sites: Self::Subjects<'s>, _: &Self::Evidence<'s>, out: &mut Sink) {
        for (index, (scope, row)) in sites.iter().enumerate() {
            let code = row.site_code.filled().map_or("", |c| c.value);
            let object = Object::new(Key::site(code), text!("site `{}`", site(code)), scope.clone());
            let mut subject = out.subject(object, row.span);
            let report = subject.fail(text!("site `{}` is there", site(code)), row.span, text!("here"));
            let report = report.step(Step::read(text!("`{}` names itself", site(code)), row.span));
            if index % 10 == 9 {
                report.severity(Severity::Critical);
            }
        }
    }
}

/// Shows so many findings, each tenth of them critical and the others medium.
pub(crate) fn show<T>(count: usize, show: impl FnOnce(&Input<'_>, &Outside<'_>) -> T) -> T {
    let mut text = String::new();
    let mut places = Vec::new();
    for index in 0..count {
        let code = format!("S{index:06}");
        places.push((text.len() + 14, code.len()));
        let _ = writeln!(text, "{{\"SiteCode\": \"{code}\"}}");
    }
    let mut sources = Sources::new();
    let file = sources.add("site/SMS_Site.json", text, Encoding::Utf8);
    let row = |(start, len): &(usize, usize)| {
        let span = file.span(*start, *len);
        let code = Field::Present(Spanned::new(Str(sources.text(span).into()), span));
        Spanned::new(rows::Site { site_code: code, ..rows::Site::default() }, span)
    };
    let mut snapshot = Snapshot::default();
    snapshot.about.has_manifest = true;
    let sites = places.iter().map(row).collect();
    snapshot.insert(Scope::Hierarchy, Statement::new(Status::Complete, ""), sites);
    snapshot.seal();
    let lints = [LintDef::of::<Sites>("site-is-there", "# site-is-there\n")];
    let selection: Selection = select(&lints, &snapshot, false);
    let run = run(selection, &snapshot, &sources, Options::default());
    let tool = Tool { name: "cmlint", version: "9.9.9" };
    let input = Input { run: &run, snapshot: &snapshot, sources: &sources, tool, path: "snap" };
    show(&input, &Outside { root: "snap", lints: &lints, last_net: |_| Vec::new() })
}
