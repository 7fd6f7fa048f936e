use cmlint_model::{Dataset, Insert, Snapshot, rows};
use cmlint_source::{Sources, Span, Spanned};
use cmlint_text::{json, secrets};
use serde::Deserialize;

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    macro_rules! each {
        ($($dataset:ident => $row:ident),* $(,)?) => {
            match reader.job.dataset {
                $(Dataset::$dataset => typed::<rows::$row<'_>>(reader),)*
                // Known, and not read: the statement would say nothing that anybody asks for.
                _ => {}
            }
        };
    }
    each! {
        Site => Site, SiteDefinition => SiteDefinition, SiteSystemRole => SiteSystemRole, Component => Component,
        ClientComponent => ClientComponent, StoredAccount => StoredAccount, Address => Address, Forest => Forest,
        Admin => Admin, Role => Role, SecuredObject => SecuredObject, SecurityScope => SecurityScope,
        Collection => Collection, ClientSettings => ClientSettings, PackageAccess => PackageAccess,
        Computer => Computer, LocalGroup => LocalGroup, Service => Service, Domain => Domain,
    }
}

fn typed<'a, T: Deserialize<'a> + Send + 'a>(reader: &mut Reader<'a, '_>)
where
    Snapshot<'a>: Insert<T>,
{
    let rows = rows::<T>(reader);
    let counted = rows.len();
    reader.put(rows, counted);
}

/// The rows of the job's list.
pub(super) fn rows<'a, T: Deserialize<'a>>(reader: &mut Reader<'a, '_>) -> Vec<Spanned<T>> {
    let source = reader.source;
    let (document, mut problems) = json::document(source);
    let name = reader.job.dataset.name();
    let section = match reader.job.section {
        Some(index) => document.sections.get(index),
        // A single object whose properties are mostly lists looks like several lists.
        None => match document.sections.as_slice() {
            [one] => Some(one),
            several => several
                .iter()
                .find(|s| s.name.as_ref().is_some_and(|n| n.value.eq_ignore_ascii_case(name)))
                .or_else(|| document.whole()),
        },
    };
    let rows = section.map(|s| s.rows::<T>(&mut problems)).unwrap_or_default();
    if problems.iter().any(|p| p.lossy) {
        mask_unread(reader.sources, json::unread(source));
    }
    reader.problems(problems);
    rows
}

/// Hides what no reader understood: it may hold anything.
fn mask_unread(sources: &Sources, spans: Vec<Span>) {
    for span in spans {
        for (span, why) in secrets::mask_unparsed_range(sources.get(span.file), span.range()) {
            sources.mask(span, why);
        }
    }
}
