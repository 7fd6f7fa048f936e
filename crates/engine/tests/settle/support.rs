use std::fmt::Write as _;

use cmlint_engine::{
    Accepted, Date, Grounds, Notice, Options, Reported, Run, Settlement, Suppression, run, select, settle,
};
use cmlint_lint::LintDef;
use cmlint_lint::prelude::*;
use cmlint_model::{Insert, Snapshot, Statement};
use cmlint_source::{Encoding, Sources};

/// Says of each site what stands in its name: `name sid evidence…`; `a|b` is a part of `a`, `good` is nothing
/// wrong.
struct Sites;

impl Lint for Sites {
    const META: Meta = Meta {
        title: "a site is bad",
        noun: "sites",
        severity: Severity::Medium,
        tags: &["sites"],
        subjects: &["Site server"],
        references: &[Reference::MisconfigurationManager("CRED-1")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sites: Self::Subjects<'s>, (): &(), out: &mut Sink) {
        for (scope, row) in sites.iter() {
            let text: &str = row.site_name.filled().map_or("", |name| name.value);
            let mut words = text.split(' ');
            let name = words.next().unwrap_or_default();
            let key = match name.split_once('|') {
                Some((above, below)) => Key::new("thing", above).then("part", below),
                None => Key::new("thing", name),
            };
            let object = Object::new(key, text!("`{}`", object(name)), scope.clone());
            let sid = words.next().unwrap_or_default();
            let mut subject = out.subject(object.alias(Key::new("sid", sid)), row.span);
            if name == "good" {
                continue;
            }
            let mut report = subject.fail(text!("it is bad"), row.span, text!("here"));
            for word in words {
                report = match word {
                    "worse" => report.severity(Severity::High),
                    word => report.evidence(Key::new("group", word)),
                };
            }
        }
    }
}

/// As [`Sites`], and nobody may suppress it.
struct Strict;

impl Lint for Strict {
    const META: Meta = Meta { title: "a site is very bad", suppressible: false, ..Sites::META };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sites: Self::Subjects<'s>, evidence: &(), out: &mut Sink) {
        Sites::check(sites, evidence, out);
    }
}

pub(crate) fn lints() -> Vec<LintDef> {
    vec![LintDef::of::<Sites>("site-is-bad", ""), LintDef::of::<Strict>("site-is-very-bad", "")]
}

/// Judges sites of these names; with `holes`, something could hide more.
pub(crate) fn judged<T>(
    names: &[&str],
    holes: bool,
    show: impl FnOnce(Run, &dyn Fn(&mut Run, &Settlement<'_>)) -> T,
) -> T {
    let mut text = String::new();
    let mut places = Vec::new();
    for name in names {
        places.push((text.len(), name.len()));
        let _ = writeln!(text, "{name}");
    }
    let mut sources = Sources::new();
    let file = sources.add("site/SMS_Site.json", text, Encoding::Utf8);
    // Entries of the user's files in these tests stand at offsets of this one.
    sources.add_own("own.toml", "own.toml", "x".repeat(1000));
    let row = |(start, len): &(usize, usize)| {
        let span = file.span(*start, *len);
        let name = Field::Present(Spanned::new(Str(sources.text(span).into()), span));
        Spanned::new(rows::Site { site_name: name, ..rows::Site::default() }, span)
    };
    let mut snapshot = Snapshot::default();
    snapshot.about.has_manifest = true;
    let status = if holes { Status::Partial } else { Status::Complete };
    snapshot.insert(Scope::Hierarchy, Statement::new(status, "x"), places.iter().map(row).collect());
    snapshot.seal();
    let first = &lints()[..1];
    let run = run(select(first, &snapshot, false), &snapshot, &sources, Options::default());
    show(run, &|run, settlement| settle(run, settlement, &sources))
}

/// A place in the file of the user's own.
pub(crate) fn at(offset: usize) -> Span {
    let mut sources = Sources::new();
    sources.add_own("own.toml", "own.toml", "x".repeat(1000)).span(offset, 1)
}

pub(crate) fn suppression(lint: &str, object: &str) -> Suppression {
    let accepted = Accepted {
        reason: "because".to_owned(),
        grounds: Grounds::Accepted,
        expires: None,
        owner: None,
        ticket: None,
        span: at(1),
    };
    Suppression {
        lint: Spanned::new(lint.to_owned(), at(2)),
        object: Spanned::new(object.to_owned(), at(3)),
        accepted,
        expires: None,
        evidence: None,
    }
}

pub(crate) fn until(mut entry: Suppression, day: &str) -> Suppression {
    entry.expires = Some(Spanned::new(day.parse().unwrap(), at(4)));
    entry
}

/// The settlement of some suppressions on a day.
pub(crate) fn on<'a>(
    suppressions: &'a [Suppression],
    lints: &'a [LintDef],
    day: Option<&str>,
) -> Settlement<'a> {
    let today: Option<Date> = day.map(|day| day.parse().unwrap());
    Settlement { suppressions, today, lints, ..Settlement::default() }
}

pub(crate) fn findings(run: &Run) -> Vec<&Reported> {
    run.lints.iter().flat_map(|lint| &lint.findings).collect()
}

/// The states of all findings, in the order of their places.
pub(crate) fn states(run: &Run) -> Vec<&'static str> {
    findings(run).iter().map(|f| f.state.word()).collect()
}

pub(crate) fn notices(run: &Run) -> Vec<&'static str> {
    run.notices.iter().map(|n: &Notice| n.kind.id()).collect()
}
