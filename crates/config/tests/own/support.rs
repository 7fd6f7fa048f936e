use cmlint_lint::LintDef;
use cmlint_lint::prelude::*;
use cmlint_source::{FileId, Problem, Sources};

struct Nothing;

impl Lint for Nothing {
    const META: Meta = Meta {
        tags: &["accounts"],
        subjects: &["Network Access Account"],
        references: &[Reference::MisconfigurationManager("CRED-1")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(_: Self::Subjects<'s>, (): &(), _: &mut Sink) {}
}

pub(crate) fn lints() -> Vec<LintDef> {
    vec![LintDef::of::<Nothing>("naa-without-domain", ""), LintDef::of::<Nothing>("other", "")]
}

/// A file with a text.
pub(crate) fn file(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add_own("cmlint.toml", "cmlint.toml", text.to_owned());
    (sources, file)
}

/// What is wrong, as `line:column what it points at: message (help)`.
pub(crate) fn told(sources: &Sources, problems: &[Problem]) -> Vec<String> {
    let one = |p: &Problem| {
        let place = sources.place(p.span);
        let help = p.help.as_deref().unwrap_or_default();
        format!(
            "{}:{} {}: {} ({help})",
            place.start.line,
            place.start.column,
            sources.text(p.span),
            p.message
        )
    };
    problems.iter().map(one).collect()
}
