//! What is measured, each in a process of its own.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use cmlint_model::Dataset;
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Outcome;

/// One measured part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Part {
    /// Read every file.
    Bytes,
    /// Read every file into typed rows.
    Typed,
    /// JSON files by serde_json.
    SerdeJson,
    /// CSV files by the csv crate.
    Csv,
}

impl Part {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Part::Bytes => "bytes",
            Part::Typed => "typed",
            Part::SerdeJson => "serde-json",
            Part::Csv => "csv",
        }
    }
}

/// Does the work and says how much it was, so that none of it is left out.
pub(crate) fn part(part: Part, folder: &Path) -> Outcome {
    let count = match part {
        Part::Bytes => each(folder, "", |bytes| Ok((bytes.len(), bytes)))?,
        Part::Typed => typed(folder)?,
        Part::SerdeJson => serde_json(folder)?,
        Part::Csv => each(folder, "csv", csv)?,
    };
    println!("{count}");
    Ok(())
}

fn typed(folder: &Path) -> Outcome<usize> {
    let archive = cmlint_archive::open(folder, cmlint_archive::Options::default())
        .map_err(|error| format!("{}: {error:?}", folder.display()))?;
    let snapshot = archive.read();
    Ok(Dataset::all().map(|dataset| snapshot.count(dataset)).sum())
}

/// Files of an extension, in parallel; what `read` returns is kept to the end, as rows are.
fn each<T: Send>(
    folder: &Path,
    extension: &str,
    read: impl Fn(Vec<u8>) -> Outcome<(usize, T)> + Sync,
) -> Outcome<usize> {
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.is_file())
        .filter(|path| extension.is_empty() || path.extension().is_some_and(|e| e == extension))
        .collect();
    let kept = files.par_iter().map(|file| {
        let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
        read(bytes).map_err(|error| format!("{}: {error}", file.display()))
    });
    let kept: Vec<(usize, T)> = kept.collect::<Result<_, String>>()?;
    Ok(kept.iter().map(|(count, _)| count).sum())
}

fn csv(bytes: Vec<u8>) -> Outcome<(usize, Vec<csv::StringRecord>)> {
    let records = csv::Reader::from_reader(bytes.as_slice()).into_records().collect::<Result<Vec<_>, _>>()?;
    Ok((records.len(), records))
}

/// The two large classes with the properties that the model reads; the small rest is skipped, strictly.
fn serde_json(folder: &Path) -> Outcome<usize> {
    let read = |name: &str| -> Outcome<String> { Ok(String::from_utf8(std::fs::read(folder.join(name))?)?) };
    let (collections, admins) = rayon::join(
        || read("site/SMS_Collection.json").map_err(|e| e.to_string()),
        || read("site/SMS_Admin.json").map_err(|e| e.to_string()),
    );
    let (collections, admins) = (collections?, admins?);
    let (collections, admins) = rayon::join(
        || serde_json::from_str::<Answer<Collection<'_>>>(&collections),
        || serde_json::from_str::<Answer<Admin<'_>>>(&admins),
    );
    let mut count = collections?.value.len() + admins?.value.len();
    for entry in std::fs::read_dir(folder.join("site"))? {
        let path = entry?.path();
        if path.ends_with("SMS_Collection.json") || path.ends_with("SMS_Admin.json") {
            continue;
        }
        count += serde_json::from_str::<Vec<IgnoredAny>>(&std::fs::read_to_string(path)?)?.len();
    }
    Ok(count)
}

#[derive(Deserialize)]
struct Answer<T> {
    value: Vec<T>,
}

/// As `cmlint_model::rows::Collection`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code, reason = "reading it is the work")]
struct Collection<'a> {
    #[serde(borrow, rename = "CollectionID")]
    collection_id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "LimitToCollectionID")]
    limit_to_collection_id: Option<Cow<'a, str>>,
    collection_type: Option<i64>,
}

/// As `cmlint_model::rows::Admin`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code, reason = "reading it is the work")]
struct Admin<'a> {
    account_type: Option<i64>,
    #[serde(rename = "AdminID")]
    admin_id: Option<i64>,
    #[serde(borrow)]
    admin_sid: Cow<'a, str>,
    #[serde(borrow)]
    logon_name: Cow<'a, str>,
    #[serde(borrow)]
    distinguished_name: Cow<'a, str>,
    is_group: Option<bool>,
    #[serde(borrow)]
    role_names: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    roles: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    category_names: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    categories: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    collection_names: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    permissions: Vec<Permission<'a>>,
}

/// As `cmlint_model::rows::Permission`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code, reason = "reading it is the work")]
struct Permission<'a> {
    #[serde(borrow, rename = "CategoryID")]
    category_id: Cow<'a, str>,
    #[serde(borrow)]
    category_name: Cow<'a, str>,
    #[serde(rename = "CategoryTypeID")]
    category_type_id: i64,
    #[serde(borrow, rename = "RoleID")]
    role_id: Cow<'a, str>,
    #[serde(borrow)]
    role_name: Cow<'a, str>,
}
