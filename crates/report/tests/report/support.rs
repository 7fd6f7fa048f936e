use std::ops::Range;

use cmlint_engine::{Options, Run, Selection, run, select};
use cmlint_lint::LintDef;
use cmlint_lint::prelude::*;
use cmlint_model::{Insert, Snapshot, Statement};
use cmlint_report::{Input, Style, Tool, human, json};
use cmlint_source::{Encoding, FileId, Sources};

pub(crate) const TOOL: Tool<'static> = Tool { name: "cmlint", version: "9.9.9" };

/// A lint over sites that says of each what the site's name asks for.
pub(crate) struct Sites;

impl Lint for Sites {
    const META: Meta = Meta {
        title: "a site has a bad name",
        severity: Severity::High,
        tags: &["sites", "hygiene"],
        noun: "sites",
        subjects: &["Site server"],
        requirements: &["T1.1", "T1.2"],
        references: &[Reference::Section("Network access account"), Reference::Attack("T1078")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sites: Self::Subjects<'s>, _: &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in sites.iter() {
            let code = row.site_code.filled().map_or("", |c| c.value);
            let object = Object::new(Key::site(code), text!("site `{}`", site(code)), scope.clone());
            let Some(name) = row.site_name.spanned() else {
                out.subject(object, row.span);
                continue;
            };
            let mut subject = out.subject(object, name.span);
            if name.value.contains("good") {
                continue;
            }
            subject
                .fail(
                    text!("site `{}` is called `{}`, which no site should be", site(code), term(&*name.value)),
                    name.span,
                    text!("the name `{}` stands here", term(&*name.value)),
                )
                .step(Step::read(text!("`{}` names itself", site(code)), name.span))
                .step(Step::rule(text!("every site has a name")))
                .help(text!("give site `{}` another name in Administration > Site Configuration > Sites", site(code)))
                .fix(
                    text!("rename the site"),
                    Some(text!("Set-CMSite -SiteCode '{}' -NewName 'a good name' -Comment 'a long command that is longer than any terminal should have to be wide'", site(code))),
                    Some(text!("Set-CMSite -SiteCode '{}' -NewName '{}'", site(code), term(&*name.value))),
                );
        }
    }
}

/// A lint that points at the places it is given.
pub(crate) struct Places;

impl Lint for Places {
    const META: Meta = Meta {
        title: "something is at several places",
        severity: Severity::Critical,
        noun: "places",
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sites: Self::Subjects<'s>, _: &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in sites.iter() {
            let object =
                Object::new(Key::scope(scope), text!("`{}`", principal(r"CONTOSO\svc-x")), scope.clone());
            let object = object.purpose(Purpose::NetworkAccess).alias(Key::new("sid", "S-1-5-21-1-2-3-1104"));
            let mut subject = out.subject(object, row.span);
            let place = row.site_code.span().unwrap_or(row.span);
            let mut report = subject.fail(text!("something is wrong"), place, text!("here it begins"));
            let others = [&row.site_name, &row.server_name, &row.install_dir];
            for span in others.into_iter().filter_map(Field::span) {
                report = report.label(span, text!("and here it goes on"));
            }
            if let Some(span) = row.version.span() {
                let step = Step::read(text!("`{}` is a member", principal("a\u{1b}[31mb")), span);
                report.step(step.confidence(Confidence::Medium));
            }
        }
    }
}

/// Runs [`Places`] on these places and draws what it finds.
pub(crate) fn draw_places(sources: &Sources, places: &[Span], style: &Style) -> String {
    let (snapshot, run) = judge_places(sources, places);
    human_of(&run, &snapshot, sources, style)
}

pub(crate) fn judge_places<'a>(sources: &'a Sources, places: &[Span]) -> (Snapshot<'a>, Run) {
    let field = |index: usize| match places.get(index) {
        Some(span) => Field::Null(*span),
        None => Field::Absent,
    };
    let row = rows::Site {
        site_code: field(0),
        site_name: field(1),
        server_name: field(2),
        install_dir: field(3),
        version: field(0),
        ..rows::Site::default()
    };
    let snapshot = snapshot(vec![Spanned::new(row, places[0])]);
    let run = run_all(&[LintDef::of::<Places>("place-is-bad", "")], &snapshot, sources);
    (snapshot, run)
}

macro_rules! silent {
    ($($name:ident, $severity:ident, $title:literal: $subjects:ty, $evidence:ty, $check:expr;)*) => {$(
        /// A lint for lists.
        pub(crate) struct $name;
        impl Lint for $name {
            const META: Meta =
                Meta { title: $title, severity: Severity::$severity, tags: &["lists"], noun: "things", ..Meta::BASE };
            type Subjects<'s> = $subjects;
            type Evidence<'s> = $evidence;
            fn check<'s>(subjects: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
                let check: fn($subjects, &$evidence, &mut Sink) = $check;
                check(subjects, evidence, out);
            }
        }
    )*};
}

fn ask<'s, T>(sites: Each<'s, rows::Site<'s>>, out: &mut Sink, of: impl Fn(&Scope) -> Judged<T>) {
    for (scope, row) in sites.iter() {
        let object = Object::new(Key::scope(scope), text!("a site"), scope.clone());
        let mut subject = out.subject(object, row.span);
        subject.require(of(scope));
    }
}

silent! {
    Admins, Medium, "administrative users are many": Each<'s, rows::Site<'s>>, Whole<'s, rows::Admin<'s>>,
        |sites, admins, out| ask(sites, out, |_| admins.at(&Scope::Hierarchy));
    AdminsToo, Low, "administrative users are few": Each<'s, rows::Site<'s>>,
        (Whole<'s, rows::Admin<'s>>, Whole<'s, rows::UserRight<'s>>),
        |sites, (admins, rights), out| ask(sites, out, |_| {
            let mut gaps: Vec<Gap> = admins.at(&Scope::Hierarchy).err().into_iter().flatten().collect();
            for host in ["cm01.contoso.com", "cm02.contoso.com"] {
                gaps.extend(rights.at(&Scope::host(host)).err().into_iter().flatten());
            }
            if gaps.is_empty() { Ok(()) } else { Err(gaps) }
        });
    Panics, Info, "a lint that falls over": Each<'s, rows::Site<'s>>, (),
        |_, _, _| panic!("never seen: hunter2");
    Forests, Info, "a forest is discovered": Each<'s, rows::Forest<'s>>, (),
        |forests, _, out| for (scope, row) in forests.iter() {
            let key = Key::new("forest", "x");
            out.subject(Object::new(key, text!("a forest"), scope.clone()), row.span);
        };
    Guesses, Medium, "something that is only guessed": Each<'s, rows::Site<'s>>, (),
        |sites, _, out| for (scope, row) in sites.iter() {
            let object = Object::new(Key::scope(scope), text!("a site"), scope.clone());
            let mut subject = out.subject(object, row.span);
            subject.fail(text!("perhaps"), row.span, text!("here")).confidence(Confidence::Low);
        };
    Collections, Medium, "a collection is empty": Each<'s, rows::Collection<'s>>, Each<'s, rows::Role<'s>>,
        |_, _, _| {};
}

pub(crate) fn lints() -> Vec<LintDef> {
    vec![
        LintDef::of::<Admins>("admins-are-many", "# admins-are-many\n"),
        LintDef::of::<AdminsToo>("admins-are-few", "# admins-are-few\n"),
        LintDef::of::<Panics>("falls-over", "# falls-over\n"),
        LintDef::of::<Forests>("forest-is-discovered", "# forest-is-discovered\n"),
        LintDef::of::<Guesses>("guess-is-weak", "# guess-is-weak\n"),
        LintDef::of::<Sites>("site-has-a-bad-name", include_str!("readme.md")),
    ]
}

/// A text with one file, and the places of pieces of it.
pub(crate) struct Page {
    pub(crate) sources: Sources,
    pub(crate) file: FileId,
}

impl Page {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Page {
        Page::with(path, text, Encoding::Utf8)
    }

    pub(crate) fn with(path: &str, text: impl Into<String>, encoding: Encoding) -> Page {
        let mut sources = Sources::new();
        let file = sources.add(path, text.into(), encoding);
        Page { sources, file }
    }

    /// The first place of a piece.
    pub(crate) fn find(&self, piece: &str) -> Span {
        find(&self.sources, self.file, piece)
    }
}

pub(crate) fn find(sources: &Sources, file: FileId, piece: &str) -> Span {
    let at = sources.get(file).text().find(piece).expect("the piece is there");
    file.span(at, piece.len())
}

/// A site whose code and name stand at places.
pub(crate) fn site_row<'a>(sources: &'a Sources, code: Span, name: Span) -> Spanned<rows::Site<'a>> {
    let text = |span: Span| Field::Present(Spanned::new(Str(sources.text(span).into()), span));
    let row = rows::Site { site_code: text(code), site_name: text(name), ..rows::Site::default() };
    Spanned::new(row, code.to(name))
}

/// A snapshot of these sites, and of nothing else.
pub(crate) fn snapshot<'a>(rows: Vec<Spanned<rows::Site<'a>>>) -> Snapshot<'a> {
    let mut snapshot = Snapshot::default();
    snapshot.about.has_manifest = true;
    snapshot.about.collected_at = Some("2026-03-02T08:15:00Z".to_owned());
    snapshot.insert(Scope::Hierarchy, Statement::new(Status::Complete, ""), rows);
    snapshot.seal();
    snapshot
}

pub(crate) fn run_all(lints: &[LintDef], snapshot: &Snapshot<'_>, sources: &Sources) -> Run {
    let selection: Selection = select(lints, snapshot, false);
    run(selection, snapshot, sources, Options::default())
}

pub(crate) fn style(width: usize) -> Style {
    Style { width, colour: false, unicode: true, verbose: false, last_net: no_net }
}

pub(crate) fn no_net(_: &str) -> Vec<Range<usize>> {
    Vec::new()
}

pub(crate) fn human_of(run: &Run, snapshot: &Snapshot<'_>, sources: &Sources, style: &Style) -> String {
    human::report(&Input { run, snapshot, sources, tool: TOOL, path: "snap" }, style)
}

pub(crate) fn json_of(run: &Run, snapshot: &Snapshot<'_>, sources: &Sources) -> String {
    json::report(&Input { run, snapshot, sources, tool: TOOL, path: "snap" })
}

/// A file snapshot beside the tests.
macro_rules! expected {
    ($name:literal, $text:expr) => {
        insta::with_settings!(
            { snapshot_path => "../expected", prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, $text); }
        )
    };
}
pub(crate) use expected;
