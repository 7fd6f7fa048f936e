use cmlint_model::{Dataset, Insert, Snapshot, rows};
use cmlint_source::{Problem, Span, Spanned};
use cmlint_text::json;
use serde::Deserialize;

use super::Reader;
use crate::load::mask_unread;

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
        ForestStatus => ForestStatus,
        Admin => Admin, Role => Role, SecuredObject => SecuredObject, SecurityScope => SecurityScope,
        Collection => Collection, ClientSettings => ClientSettings, PackageAccess => PackageAccess, Device => Device,
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
    let mut rows = section.map(|s| s.rows::<T>(&mut problems)).unwrap_or_default();
    if problems.iter().any(|p| p.lossy) {
        mask_unread(reader.sources, source.id());
    }
    if let (Some(section), Some(first)) = (section, rows.first())
        && let Some(problem) = stranger(reader.job.dataset, section, first.span)
    {
        problems.push(problem);
        rows.clear();
    }
    reader.problems(problems);
    rows
}

/// A list of something else in the place of the rows: the error that a server answered with, another class.
/// Read as rows, it would be rows without any property, and say "none" where nobody knows.
fn stranger(dataset: Dataset, section: &json::Section<'_>, first: Span) -> Option<Problem> {
    let class = section.peek_text("__CLASS");
    if let Some(other) = class.and_then(|c| Some((Dataset::from_name(&c.value)?, c.span)))
        && other.0 != dataset
    {
        let text = format!("expected rows of {}, found {}", dataset.name(), other.0.name());
        return Some(Problem::lost(other.1, text).help("correct the manifest, or collect the file again"));
    }
    let names = section.peek();
    let known = |column: &&str| names.iter().any(|name| name.eq_ignore_ascii_case(column));
    if dataset.info().columns.iter().any(known) {
        return None;
    }
    let text = format!("expected rows of {}, found something else", dataset.name());
    Some(Problem::lost(first, text).help(format!("collect it again with: {}", dataset.info().command)))
}
