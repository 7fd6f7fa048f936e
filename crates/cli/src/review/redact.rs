//! `--redact`: pseudonyms in the place of names.
//!
//! The snapshot is judged as it is. Then its texts are rewritten with pseudonyms and judged again, and that
//! result is shown: no format needs to know of names. Both results must be the same but for the names; where
//! one is not, nothing is shown.

use cmlint_archive::Archive;
use cmlint_engine::{Accepted, LintResult, Notice, Options, Reported, Run, run, select};
use cmlint_lint::LintDef;
use cmlint_model::words::Part;
use cmlint_model::{Policy, Scope, Snapshot, Text};
use cmlint_redact::Redactor;
use cmlint_source::{Source, Sources, Span, Spanned};
use cmlint_text::secrets::Format;

use crate::Exit;
use crate::args::Redact;
use crate::io::say;
use crate::open::visible;

/// Where the key is, when no file is named.
const VARIABLE: &str = "CMLINT_REDACT_KEY";
/// Bytes of a key: a shorter one could be guessed by trying.
const SHORTEST: usize = 16;

/// The key; `None` where nothing is to be redacted. A key is no argument, because arguments are seen by all.
pub(crate) fn key(args: &Redact) -> Result<Option<Vec<u8>>, Exit> {
    if !args.redact {
        return Ok(None);
    }
    let key = match &args.redact_key_file {
        Some(path) => cmlint_archive::own_file(path).map_err(|why| {
            say(&format!(
                "cmlint: {} cannot be read: {}",
                visible(&path.display().to_string()),
                visible(&why)
            ));
            Exit::Usage
        })?,
        None => std::env::var(VARIABLE).unwrap_or_default(),
    };
    let key = key.trim();
    if key.len() < SHORTEST {
        say(&format!("cmlint: --redact needs a key of at least {SHORTEST} characters"));
        say(&format!(
            "  put one into a file and name it with --redact-key-file, or into {VARIABLE}; the same key"
        ));
        say("  gives the same pseudonyms in the next report");
        return Err(Exit::Usage);
    }
    Ok(Some(key.as_bytes().to_vec()))
}

/// Replaces the names of snapshots that are spoken of together.
pub(crate) fn redactor(all: &[(&Snapshot<'_>, &Sources)], key: &[u8]) -> Redactor {
    let mut sites: Vec<&str> = Vec::new();
    for (snapshot, sources) in all {
        sites.extend(snapshot.inventory().sites().map(|site| site.code.as_str()));
        sites.extend(snapshot.statements().into_iter().filter_map(|(_, scope, _)| match scope {
            Scope::Site(code) => Some(code.as_str()),
            _ => None,
        }));
        sites.extend(sources.files().flat_map(|file| cmlint_redact::site_codes(file.text())));
    }
    Redactor::new(key, sites)
}

/// The input with pseudonyms.
///
/// # Errors
/// Why it cannot be read as before.
pub(crate) fn rewritten(archive: &Archive, redactor: &Redactor) -> Result<Archive, String> {
    let again = archive.rewritten(&|format, text| redactor.text(format, text));
    let mut again = again.map_err(|_| "the files cannot be read with pseudonyms".to_owned())?;
    // What is a secret by the words around it must still be known as one.
    if again.secrets() != archive.secrets() {
        return Err("other texts would be hidden as secrets".to_owned());
    }
    again.adopt(own_files(archive.sources(), redactor));
    Ok(again)
}

/// The policy with pseudonyms. A pattern stays: it says how names look, and not who somebody is.
pub(crate) fn policy(policy: &Policy, redactor: &Redactor) -> Policy {
    let one = |name: &Spanned<String>| Spanned::new(redactor.line(&name.value), name.span);
    let mut policy = policy.clone();
    for name in policy.tier0_groups.iter_mut().chain(&mut policy.approved_accounts) {
        *name = one(name);
    }
    for exception in &mut policy.exceptions {
        exception.subject = one(&exception.subject);
        exception.reason = one(&exception.reason);
    }
    policy
}

/// The user's own files with pseudonyms.
fn own_files(sources: &Sources, redactor: &Redactor) -> Sources {
    let mut own = Sources::new();
    for file in sources.own() {
        let outward = redactor.line(file.outward().unwrap_or_default());
        own.add_own(redactor.line(file.path()), outward, redactor.text(Format::Unknown, file.text()));
    }
    own
}

/// One result and the texts that it speaks of.
pub(crate) struct Judged<'a, 's> {
    pub(crate) run: &'a Run,
    pub(crate) sources: &'s Sources,
}

/// Judges the snapshot with pseudonyms and gives its findings the states that they have by their names.
///
/// # Errors
/// Where the result is another.
pub(crate) fn judge_again(
    lints: &[LintDef],
    all: bool,
    options: Options,
    before: &Judged<'_, '_>,
    after: (&Snapshot<'_>, &Sources),
    redactor: &Redactor,
) -> Result<Run, String> {
    let mut again = run(select(lints, after.0, all), after.0, after.1, options);
    again.severities = before.run.severities.clone();
    again.notices =
        before.run.notices.iter().map(|notice| renamed(notice, before.sources, redactor)).collect();
    if again.lints.len() != before.run.lints.len() {
        return Err("other lints would run".to_owned());
    }
    for (old, new) in before.run.lints.iter().zip(&mut again.lints) {
        let told = |lint: &LintResult| {
            (lint.def.id, lint.verdict.word(), lint.checked, lint.findings.len(), lint.hidden)
        };
        if told(old) != told(new) || !settle_as(old, new, before.sources, redactor) {
            let id = old.def.id;
            return Err(format!("`{id}` would say something else (--ignore {id} leaves it out)"));
        }
    }
    Ok(again)
}

/// Takes over what became of the findings; whether they are the same. Of several places, steps or objects that
/// one finding could name it names the first by name, which may be another one with pseudonyms.
fn settle_as(old: &LintResult, new: &mut LintResult, sources: &Sources, redactor: &Redactor) -> bool {
    new.on_purpose = old.on_purpose;
    for gap in &mut new.gaps {
        let same = old.gaps.iter().find(|old| {
            let scope = redactor.line(&old.scope.key());
            (old.dataset, old.property, scope) == (gap.dataset, gap.property, gap.scope.key())
        });
        if let Some(old) = same.filter(|_| old.on_purpose > 0) {
            gap.why = redactor.line(&old.why);
        }
    }
    let said = |reported: &Reported, name: &dyn Fn(&str) -> String| {
        let mut key = reported.finding.object.key.clone();
        key.replace_values(|value| Some(name(value)));
        (prose(&reported.finding.message), key.to_string())
    };
    let mut olds: Vec<_> = old.findings.iter().map(|r| (said(r, &|name| redactor.line(name)), r)).collect();
    let mut news: Vec<_> = new.findings.iter_mut().map(|r| (said(r, &str::to_owned), r)).collect();
    olds.sort_by(|a, b| a.0.cmp(&b.0));
    news.sort_by(|a, b| a.0.cmp(&b.0));
    let alike = old.findings.iter().all(|reported| reported.state == old.findings[0].state);
    olds.into_iter().zip(news).all(|((before, old), (after, new))| {
        new.state = old.state;
        new.finding.severity = old.finding.severity;
        new.accepted = old.accepted.as_ref().map(|accepted| Accepted {
            reason: redactor.line(&accepted.reason),
            owner: accepted.owner.as_ref().map(|owner| redactor.line(owner)),
            ticket: accepted.ticket.as_ref().map(|ticket| redactor.line(ticket)),
            span: moved(accepted.span, sources, redactor),
            ..accepted.clone()
        });
        new.reopened = old.reopened.as_ref().map(|why| names(why, redactor));
        before.0 == after.0 && (before.1 == after.1 || alike)
    })
}

fn prose(text: &Text) -> String {
    let parts = text.parts().iter().filter_map(|part| match part {
        Part::Prose(words) => Some(words.as_ref()),
        Part::Name(_) => None,
    });
    parts.collect()
}

fn names(text: &Text, redactor: &Redactor) -> Text {
    let mut text = text.clone();
    text.replace_names(|name| Some(redactor.line(name)));
    text
}

fn renamed(notice: &Notice, sources: &Sources, redactor: &Redactor) -> Notice {
    Notice {
        kind: notice.kind,
        span: moved(notice.span, sources, redactor),
        message: names(&notice.message, redactor),
        help: names(&notice.help, redactor),
    }
}

/// Where a place of a file of the user's own lies when names are pseudonyms.
fn moved(span: Span, sources: &Sources, redactor: &Redactor) -> Span {
    let text = Source::text(sources.get(span.file));
    let range = span.range();
    let (start, end) = (text.get(..range.start).unwrap_or(""), text.get(range.clone()).unwrap_or(""));
    let start = redactor.line(start).len();
    span.file.span(start, redactor.line(end).len())
}

/// Nothing is shown where pseudonyms would change what is said.
pub(crate) fn refuse(why: &str) -> Exit {
    say(&format!("cmlint: nothing is shown with --redact, because {why}"));
    say("  a word that is not known to be one of the product matters there; please report it");
    Exit::Usage
}

#[cfg(test)]
mod tests;
