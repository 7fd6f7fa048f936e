//! `cmlint config`.

use cmlint_report::settings::{Origin as Shown, Setting, human, json};
use cmlint_source::{Sources, Span};

use super::values::{Effective, Origin, Value};
use super::{Own, find};
use crate::Exit;
use crate::args::{Cli, Config, Format};
use crate::check::TOOL;
use crate::io::{answers, deliver, style};

pub(crate) fn config(cli: &Cli, args: &Config) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    let own = Own::load(&args.settings, &args.baselined, None, &style(cli, true))?;
    let config = own.effective.config.as_deref().map(find::shown);
    let settings = settings(&own);
    for output in &outputs {
        let text = match output.format {
            Format::Json => json(config.as_deref(), &settings, TOOL),
            _ => human(config.as_deref(), &settings, &style(cli, output.file.is_some())),
        };
        deliver(&text, output)?;
    }
    Ok(Exit::Clean)
}

/// All settings, in the order of the file that `cmlint init` writes.
fn settings(own: &Own) -> Vec<Setting> {
    let Effective {
        select,
        ignore,
        fail_on,
        min_confidence,
        allow_incomplete,
        suppressions,
        baseline,
        now,
        severities,
        on_purpose,
        ..
    } = &own.effective;
    let from = |origin| shown(&own.sources, origin);
    let at = |span: Span| from(Origin::File(span));
    let mut all = Vec::new();
    let mut list = |key: &str, values: Vec<(String, Shown)>| match values.is_empty() {
        true => all.push(Setting::new(key, "(none)", from(Origin::Default))),
        false => all.extend(values.into_iter().map(|(value, origin)| Setting::new(key, value, origin))),
    };
    list("select", select.iter().map(|v| (v.value.to_string(), from(v.origin))).collect());
    list("ignore", ignore.iter().map(|v| (v.value.to_string(), from(v.origin))).collect());
    list("fail-on", vec![(fail_on.value.to_string(), from(fail_on.origin))]);
    let confidence = (min_confidence.value.word().to_owned(), from(min_confidence.origin));
    list("min-confidence", vec![confidence]);
    list("allow-incomplete", vec![(allow_incomplete.value.to_string(), from(allow_incomplete.origin))]);
    let path = |value: &Value<std::path::PathBuf>| (find::shown(&value.value), from(value.origin));
    list("suppressions", suppressions.iter().map(path).collect());
    list("baseline", baseline.iter().map(path).collect());
    match now {
        Some(now) => list("now", vec![(now.value.to_string(), from(now.origin))]),
        None => list("now", vec![("the day of the snapshot".to_owned(), from(Origin::Default))]),
    }
    for (id, severity, span) in severities {
        list(&format!("severity.{id}"), vec![(severity.to_string(), at(*span))]);
    }
    let policy = &own.policy;
    for (key, values) in [
        ("policy.tier0-groups", &policy.tier0_groups),
        ("policy.approved-accounts", &policy.approved_accounts),
        ("policy.service-account-patterns", &policy.service_account_patterns),
    ] {
        list(key, values.iter().map(|v| (v.value.clone(), at(v.span))).collect());
    }
    let exceptions = policy.exceptions.iter();
    list(
        "policy.exceptions",
        exceptions
            .map(|e| (format!("{}: {}", e.subject.value, e.reason.value), at(e.subject.span)))
            .collect(),
    );
    let holes = on_purpose.iter().map(|hole| {
        let scope = hole.scope.as_ref().map_or_else(String::new, |scope| format!(" of {scope}"));
        (format!("{}{scope}: {}", hole.dataset.name(), hole.reason), at(hole.span))
    });
    list("not-collected-on-purpose", holes.collect());
    all
}

fn shown(sources: &Sources, origin: Origin) -> Shown {
    match origin {
        Origin::Default => Shown::Default,
        Origin::Found => Shown::Found,
        Origin::Environment => Shown::Environment,
        Origin::CommandLine => Shown::CommandLine,
        Origin::File(span) => {
            let place = sources.place(span);
            Shown::File { path: place.path.to_owned(), line: place.start.line, column: place.start.column }
        }
    }
}
