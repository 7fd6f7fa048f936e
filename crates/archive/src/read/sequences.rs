//! Task sequences in every wrapping: bare, inside a console export, inside a row of the provider.

use std::collections::BTreeMap;

use cmlint_model::rows::{Step, TaskSequence, TaskSequencePackage, Variable};
use cmlint_model::{Scope, Status};
use cmlint_source::{FileId, Problem, Source, Span, Spanned, Str};
use cmlint_text::json;
use cmlint_text::xml::{self, Node};

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    let (document, found) = xml::parse(reader.source);
    problems.extend(found);
    match document.root() {
        Some(root) if root.is("sequence") => {
            let id = stem(reader.source).map(|id| Spanned::new(id, root.start_span()));
            rows.push(Spanned::new(sequence(root, id, None), root.span()));
        }
        Some(root) if root.is("INSTANCE") => instance(reader, root, &mut rows, &mut problems),
        Some(root) => problems.push(
            Problem::lost(
                root.name_span(),
                "expected an element sequence, or an INSTANCE of SMS_TaskSequencePackage",
            )
            .help("export the task sequence from the console, or save its Sequence property"),
        ),
        None if problems.is_empty() => {
            problems.push(Problem::lost(reader.source.id().span(0, 0), "expected an element sequence"));
        }
        None => {}
    }
    reader.problems(problems);
    let counted = rows.len();
    reader.put(rows, counted);
}

/// Rows of `SMS_TaskSequencePackage`, and the sequences inside them.
pub(super) fn read_packages(reader: &mut Reader<'_, '_>) {
    let rows = super::json_rows::rows::<TaskSequencePackage<'_>>(reader);
    let mut sequences = Vec::new();
    let mut problems = Vec::new();
    for row in &rows {
        let Some(text) = row.value.sequence.filled() else { continue };
        let Some((inner, map)) = json::decode_string(reader.source, text.span) else { continue };
        let id = row.value.package_id.filled().map(|id| Spanned::new(owned(id.value), id.span));
        let name = row.value.name.filled().map(|n| Spanned::new(owned(n.value), n.span));
        let label = match &id {
            Some(id) => format!("Sequence of {}", &*id.value),
            None => "Sequence".to_owned(),
        };
        let child = reader.sources.add_child(reader.source.id(), label, inner, map);
        inner_sequence(reader.sources.get(child), id, name, &mut sequences, &mut problems);
    }
    let filled = !sequences.is_empty();
    let counted = rows.len();
    reader.put(rows, counted);
    if filled {
        let mut statement = reader.job.statement.clone();
        if let Some(lost) = problems.iter().find(|p| p.lossy)
            && statement.status < Status::Partial
        {
            statement.status = Status::Partial;
            statement.why = reader.at(lost);
        }
        reader.put_at(Scope::Hierarchy, statement, sequences);
    }
    reader.problems(problems);
}

/// A console export: the WMI form of the class, whose property `Sequence` holds the XML as text.
fn instance<'a>(
    reader: &Reader<'a, '_>,
    root: Node<'_, 'a>,
    rows: &mut Vec<Spanned<TaskSequence<'a>>>,
    problems: &mut Vec<Problem>,
) {
    let property = |name: &str| {
        root.children().find(|p| {
            p.is("PROPERTY")
                && p.attribute_any_case("NAME").is_some_and(|n| n.value.eq_ignore_ascii_case(name))
        })
    };
    let text = |name: &str| {
        property(name)
            .and_then(|p| p.child("VALUE"))
            .map(|v| v.text_trimmed())
            .filter(|v| !v.value.is_empty())
    };
    let Some(value) = property("Sequence").and_then(|p| p.child("VALUE")) else {
        problems.push(Problem::lost(root.start_span(), "expected a PROPERTY Sequence with a VALUE"));
        return;
    };
    let (inner, map) = value.text_child();
    let id = text("PackageID");
    let label = id.as_ref().map_or_else(|| "Sequence".to_owned(), |id| format!("Sequence of {}", &*id.value));
    let child = reader.sources.add_child(reader.source.id(), label, inner, map);
    inner_sequence(reader.sources.get(child), id, text("Name"), rows, problems);
}

fn inner_sequence<'a>(
    source: &'a Source,
    id: Option<Spanned<Str<'a>>>,
    name: Option<Spanned<Str<'a>>>,
    rows: &mut Vec<Spanned<TaskSequence<'a>>>,
    problems: &mut Vec<Problem>,
) {
    let (document, found) = xml::parse(source);
    problems.extend(found);
    match document.root() {
        Some(root) if root.is("sequence") => rows.push(Spanned::new(sequence(root, id, name), root.span())),
        Some(root) => problems.push(Problem::lost(root.name_span(), "expected an element sequence")),
        None => problems.push(Problem::lost(whole(source.id()), "expected an element sequence")),
    }
}

fn sequence<'a>(
    root: Node<'_, 'a>,
    id: Option<Spanned<Str<'a>>>,
    name: Option<Spanned<Str<'a>>>,
) -> TaskSequence<'a> {
    let mut walk = Walk { steps: Vec::new(), seen: BTreeMap::new() };
    walk.group(root, "", false);
    let variables = root.children().filter(|c| c.is("globalVarList")).flat_map(variables).collect();
    TaskSequence { package_id: id, name, steps: walk.steps, variables }
}

struct Walk<'a> {
    steps: Vec<Step<'a>>,
    /// How often a path occurred: a second step of the same name gets a number.
    seen: BTreeMap<String, u32>,
}

impl<'a> Walk<'a> {
    fn group(&mut self, node: Node<'_, 'a>, path: &str, disabled: bool) {
        for child in node.children() {
            let name = child.attribute("name");
            let off = disabled
                || child.attribute("disable").is_some_and(|d| d.value.trim().eq_ignore_ascii_case("true"));
            let label = name.as_ref().map_or("", |n| n.value.trim());
            let here = if path.is_empty() { label.to_owned() } else { format!("{path}/{label}") };
            if child.is("group") {
                self.group(child, &here, off);
            } else if child.is("step") || child.is("subtasksequence") {
                let count = self.seen.entry(here.clone()).or_insert(0);
                *count += 1;
                let path = if *count > 1 { format!("{here}#{count}") } else { here };
                let kind = child
                    .attribute("type")
                    .unwrap_or_else(|| Spanned::new(Str::default(), child.start_span()));
                let name = name.unwrap_or_else(|| Spanned::new(Str::default(), child.start_span()));
                let variables =
                    child.children().filter(|c| c.is("defaultVarList")).flat_map(variables).collect();
                self.steps.push(Step {
                    kind,
                    name,
                    path,
                    disabled: off,
                    variables,
                    span: child.start_span(),
                });
            }
        }
    }
}

fn variables<'a>(list: Node<'_, 'a>) -> Vec<Variable<'a>> {
    list.children()
        .filter(|v| v.is("variable"))
        .map(|v| {
            let text = |name: &str| v.attribute(name).map(|a| a.value).unwrap_or_default();
            Variable { name: text("name"), property: text("property"), value: v.text_trimmed() }
        })
        .collect()
}

fn owned<'a>(text: &str) -> Str<'a> {
    Str(std::borrow::Cow::Owned(text.to_owned()))
}

/// The package identifier in a file's name: `task-sequences/PS100123.xml`.
fn stem(source: &Source) -> Option<Str<'_>> {
    let name = source.path().rsplit('/').next()?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    (!stem.is_empty()).then_some(Str(std::borrow::Cow::Borrowed(stem)))
}

fn whole(file: FileId) -> Span {
    file.span(0, 0)
}
