//! Version 1 of the manifest. These types are frozen: they may only gain optional properties.

use std::collections::BTreeMap;

use cmlint_model::{Cover, Dataset, Scope, Statement, Status, path_key};
use cmlint_source::{Bool, Field, Int, Many, Problem, Source, Span, Spanned, Str};
use cmlint_text::json;
use cmlint_text::secrets::hushed;
use serde::Deserialize;

/// The word by which a manifest says what it is.
pub const FORMAT: &str = "cmlint-snapshot";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: i64 = 1;

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct ManifestV1<'a> {
    #[serde(borrow)]
    format: Field<Str<'a>>,
    version: Field<Int>,
    collected_at: Field<Str<'a>>,
    collector: Field<CollectorV1<'a>>,
    datasets: Field<Many<Spanned<EntryV1<'a>>>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct CollectorV1<'a> {
    #[serde(borrow)]
    account: Field<Str<'a>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct EntryV1<'a> {
    #[serde(borrow)]
    dataset: Field<Str<'a>>,
    scope: Field<ScopeV1<'a>>,
    status: Field<Str<'a>>,
    why: Field<Str<'a>>,
    read_by_key: Field<Bool>,
    covers: Field<Many<Spanned<CoverV1<'a>>>>,
    files: Field<Many<Spanned<FileV1<'a>>>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct ScopeV1<'a> {
    #[serde(borrow)]
    kind: Field<Str<'a>>,
    key: Field<Str<'a>>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct CoverV1<'a> {
    #[serde(borrow)]
    kind: Field<Str<'a>>,
    root: Field<Str<'a>>,
    depth: Field<Depth>,
    inherited_only: Field<Str<'a>>,
    question: Field<Str<'a>>,
    of: Field<Str<'a>>,
}

/// A number of levels, or `"all"`.
#[derive(Debug)]
struct Depth(Option<u32>);

impl<'de> Deserialize<'de> for Depth {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DepthVisitor;
        impl serde::de::Visitor<'_> for DepthVisitor {
            type Value = Depth;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of levels or \"all\"")
            }
            fn visit_u64<E: serde::de::Error>(self, levels: u64) -> Result<Depth, E> {
                Ok(Depth(Some(u32::try_from(levels).unwrap_or(u32::MAX))))
            }
            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Depth, E> {
                if word == "all" { Ok(Depth(None)) } else { Err(E::custom("expected a number or \"all\"")) }
            }
        }
        deserializer.deserialize_any(DepthVisitor)
    }
}

#[derive(Deserialize, Debug, Default)]
#[serde(default)]
struct FileV1<'a> {
    #[serde(borrow)]
    path: Field<Str<'a>>,
    rows: Field<Int>,
    sha256: Field<Str<'a>>,
    encoding: Field<Str<'a>>,
}

/// A manifest that was understood.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) collected_at: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) entries: Vec<ManifestEntry>,
    /// Remarks: unknown datasets.
    pub(crate) problems: Vec<Problem>,
}

/// One statement of a manifest with its files.
#[derive(Debug)]
pub(crate) struct ManifestEntry {
    pub(crate) dataset: Dataset,
    pub(crate) scope: Scope,
    pub(crate) statement: Statement,
    pub(crate) files: Vec<ManifestFile>,
}

#[derive(Debug)]
pub(crate) struct ManifestFile {
    pub(crate) path: Spanned<String>,
    pub(crate) rows: Option<u64>,
    pub(crate) sha256: Option<Spanned<String>>,
    pub(crate) encoding: Option<String>,
}

/// Reads a manifest.
///
/// # Errors
/// The first thing that makes it unusable: no JSON, another format, a newer version, a path outside, a
/// status or scope that is not known. A manifest that is half understood would state coverage wrongly.
pub(crate) fn parse(source: &Source) -> Result<Manifest, Problem> {
    let manifest: ManifestV1<'_> = json::document_as(source)?;
    let id = source.id();
    let start = id.span(0, 0);
    match manifest.format.filled() {
        Some(format) if format.value == FORMAT => {}
        other => {
            let span = other.map_or(start, |f| f.span);
            return Err(Problem::lost(span, format!("expected \"format\": \"{FORMAT}\""))
                .help("this is no manifest of a snapshot"));
        }
    }
    match manifest.version.spanned() {
        Some(version) if (1..=VERSION).contains(&version.value.0) => {}
        Some(version) if version.value.0 > VERSION => {
            let text =
                format!("version {} is newer than this program knows (up to {VERSION})", version.value.0);
            return Err(Problem::lost(version.span, text).help("use a newer cmlint"));
        }
        _ => {
            let span = manifest.version.span().unwrap_or(start);
            return Err(Problem::lost(span, format!("expected \"version\": {VERSION}")));
        }
    }
    let mut read = Manifest { collected_at: None, account: None, entries: Vec::new(), problems: Vec::new() };
    read.collected_at = manifest.collected_at.filled().map(|t| t.value.to_owned());
    let account = manifest.collector.get().and_then(|c| c.account.filled());
    read.account = account.map(|a| hushed(a.value).into_owned());
    let Field::Present(entries) = &manifest.datasets else {
        let span = manifest.datasets.span().unwrap_or(start);
        return Err(Problem::lost(span, "expected a list \"datasets\""));
    };
    let mut seen: BTreeMap<(Dataset, Scope), Option<Span>> = BTreeMap::new();
    for entry in entries.value.iter() {
        let Some(entry) = self::entry(entry, &mut read.problems)? else { continue };
        let at = entry.statement.at;
        if let Some(first) = seen.insert((entry.dataset, entry.scope.clone()), at) {
            let line = first.map_or(0, |first| source.position(first.start).line);
            let text = format!(
                "another statement about {} of {} than in line {line}; the worse of the two counts",
                entry.dataset.name(),
                entry.scope
            );
            let note = Problem::note(at.unwrap_or(start), text);
            read.problems.push(note.help("make one entry of them, with the files of both"));
        }
        read.entries.push(entry);
    }
    Ok(read)
}

/// Whether a text looks like a manifest of any version, broken or not.
pub(crate) fn claims_to_be_one(text: &str) -> bool {
    text.contains(FORMAT)
}

fn entry(row: &Spanned<EntryV1<'_>>, problems: &mut Vec<Problem>) -> Result<Option<ManifestEntry>, Problem> {
    let name = required(&row.value.dataset, row.span, "dataset")?;
    let Some(dataset) = Dataset::from_name(name.value) else {
        let text = "unknown dataset; it was made by a newer collector or is misspelt";
        problems.push(Problem::note(name.span, text));
        return Ok(None);
    };
    let at = name.span;
    let Field::Present(scope) = &row.value.scope else {
        return Err(Problem::lost(
            row.value.scope.span().unwrap_or(row.span),
            "expected \"scope\": {\"kind\": …, \"key\": …}",
        ));
    };
    let kind = required(&scope.value.kind, scope.span, "kind")?;
    let key = scope.value.key.filled().map_or("".into(), |k| hushed(k.value));
    let Some(scope_value) = Scope::from_parts(kind.value, &key) else {
        let text = "expected a kind of scope (hierarchy, site, host, domain, database) with its key";
        return Err(Problem::lost(scope.span, text));
    };
    let word = required(&row.value.status, row.span, "status")?;
    let Some(status) = Status::from_word(word.value) else {
        return Err(Problem::lost(word.span, "expected complete, partial, failed or not_collected"));
    };
    // A collector that failed may have written down with which password.
    let mut statement = Statement::new(status, row.value.why.filled().map_or("".into(), |w| hushed(w.value)));
    if statement.why.is_empty() && status != Status::Complete {
        statement.why = format!("the manifest says {status}");
    }
    statement.at = Some(at);
    statement.read_by_key = row.value.read_by_key.get().is_some_and(|b| b.0);
    for cover in row.value.covers.get().into_iter().flat_map(|c| c.iter()) {
        statement.covers.push(self::cover(cover)?);
    }
    let mut files = Vec::new();
    for file in row.value.files.get().into_iter().flat_map(|f| f.iter()) {
        files.push(self::file(file)?);
    }
    if row.value.files.is_unreadable() || row.value.covers.is_unreadable() {
        return Err(Problem::lost(row.span, "\"files\" and \"covers\" are lists of objects"));
    }
    Ok(Some(ManifestEntry { dataset, scope: scope_value, statement, files }))
}

fn cover(row: &Spanned<CoverV1<'_>>) -> Result<Cover, Problem> {
    if let Some(question) = row.value.question.filled() {
        let of = row.value.of.filled().map_or("", |o| o.value);
        return Ok(Cover::Question { question: question.value.to_owned(), of: of.to_owned() });
    }
    let root = required(&row.value.root, row.span, "root")?;
    Ok(Cover::Tree {
        kind: row.value.kind.filled().map_or("ntfs", |k| k.value).to_owned(),
        root: path_key(root.value),
        // A depth that is not said is taken for the least: only the root itself.
        depth: row.value.depth.get().map_or(Some(0), |d| d.0),
        inherited_left_out: row.value.inherited_only.filled().is_some_and(|i| i.value == "left-out"),
    })
}

fn file(row: &Spanned<FileV1<'_>>) -> Result<ManifestFile, Problem> {
    let path = required(&row.value.path, row.span, "path")?;
    let unix = path.value.replace('\\', "/");
    let outside = unix.starts_with('/')
        || unix.contains('\0')
        || unix.split('/').any(|part| part == "..")
        || unix.split('/').next().is_some_and(|first| first.ends_with(':'));
    if outside {
        return Err(Problem::lost(path.span, "the path points outside of the snapshot")
            .help("paths are relative to the manifest and have no `..`"));
    }
    let clean: Vec<&str> = unix.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    Ok(ManifestFile {
        path: Spanned::new(clean.join("/"), path.span),
        rows: row.value.rows.get().and_then(|r| u64::try_from(r.0).ok()),
        sha256: row.value.sha256.filled().map(|s| Spanned::new(s.value.to_ascii_lowercase(), s.span)),
        encoding: row.value.encoding.filled().map(|e| e.value.to_owned()),
    })
}

fn required<'r>(field: &'r Field<Str<'_>>, parent: Span, name: &str) -> Result<Spanned<&'r str>, Problem> {
    field.filled().ok_or_else(|| {
        let span = field.span().unwrap_or(parent);
        Problem::lost(span, format!("expected a text \"{name}\""))
    })
}
