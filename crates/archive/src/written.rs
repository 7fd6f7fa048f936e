use std::collections::BTreeMap;

use cmlint_model::{Cover, Dataset, Scope, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{FORMAT, VERSION};

/// A manifest as it is written, in the frozen form of version 1. What a later version added stays where it was
/// when a manifest is read and written again.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct WrittenManifest {
    format: String,
    version: i64,
    /// When collecting began: RFC 3339, UTC.
    pub collected_at: String,
    /// Who collected.
    pub collector: Collector,
    /// Which hierarchy the snapshot is of; absent while nobody has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy: Option<Hierarchy>,
    /// One statement for each dataset and scope.
    pub datasets: Vec<Entry>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// The program that made a snapshot, and for whom.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
#[serde(default)]
pub struct Collector {
    /// Name of the program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The account in whose name the site answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether the program ran elevated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elevated: Option<bool>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// What a hierarchy is known by.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
#[serde(default)]
pub struct Hierarchy {
    /// Code of the site at the top.
    pub top_site: String,
    /// Its site server.
    pub top_server: String,
    /// Code of the site whose provider was asked.
    pub asked_site: String,
}

/// What a manifest says about one dataset and scope.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Entry {
    /// Name of the dataset.
    pub dataset: String,
    scope: ScopeV1,
    status: String,
    /// Why it is not complete.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What was asked of whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Each object was read by its key, so that an empty lazy property means "none".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_by_key: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    covers: Vec<CoverV1>,
    /// The files, relative to the manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<WrittenFile>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// A file that a manifest names.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct WrittenFile {
    /// Path relative to the manifest, with `/`.
    pub path: String,
    /// Number of rows, as the linter counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// SHA-256 of the bytes, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// A code page, where it is neither UTF-8 nor UTF-16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct ScopeV1 {
    kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    key: String,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct CoverV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    depth: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inherited_only: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

impl WrittenManifest {
    /// A manifest without statements.
    pub fn new(collected_at: String, name: &str, version: &str) -> Self {
        let collector =
            Collector { name: name.to_owned(), version: version.to_owned(), ..Default::default() };
        WrittenManifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            collected_at,
            collector,
            hierarchy: None,
            datasets: Vec::new(),
            rest: BTreeMap::new(),
        }
    }

    /// Reads a manifest in order to add to it.
    ///
    /// # Errors
    /// When it is no manifest of a version that this program may write.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let manifest: WrittenManifest = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if manifest.format != FORMAT {
            return Err(format!("expected \"format\": \"{FORMAT}\""));
        }
        if !(1..=VERSION).contains(&manifest.version) {
            return Err(format!(
                "version {} is newer than this program writes ({VERSION})",
                manifest.version
            ));
        }
        Ok(manifest)
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("strings, numbers and lists are always JSON");
        text.push('\n');
        text
    }

    /// The statement about a dataset and scope.
    pub fn entry(&self, dataset: Dataset, scope: &Scope) -> Option<&Entry> {
        self.datasets.iter().find(|e| e.is_about(dataset, scope))
    }

    /// Puts a statement in the place of the one about the same dataset and scope, which is returned.
    pub fn put(&mut self, entry: Entry) -> Option<Entry> {
        let scope = entry.scope();
        let same = |e: &&mut Entry| e.dataset.eq_ignore_ascii_case(&entry.dataset) && e.scope() == scope;
        match self.datasets.iter_mut().find(same) {
            Some(old) => Some(std::mem::replace(old, entry)),
            None => {
                self.datasets.push(entry);
                None
            }
        }
    }
}

impl Entry {
    /// A statement without reasons, covers and files.
    pub fn new(dataset: Dataset, scope: &Scope, status: Status) -> Self {
        Entry {
            dataset: dataset.name().to_owned(),
            scope: ScopeV1 { kind: scope.kind().word().to_owned(), key: scope.key() },
            status: status.word().to_owned(),
            why: String::new(),
            source: String::new(),
            read_by_key: false,
            covers: Vec::new(),
            files: Vec::new(),
            rest: BTreeMap::new(),
        }
    }

    /// Adds what was walked or asked.
    pub fn cover(&mut self, cover: &Cover) {
        self.covers.push(match cover {
            Cover::Tree { kind, root, depth, inherited_left_out } => CoverV1 {
                root: Some(root.clone()),
                kind: Some(kind.clone()),
                depth: Some(depth.map_or(Value::from("all"), Value::from)),
                inherited_only: Some(if *inherited_left_out { "left-out" } else { "kept" }.to_owned()),
                question: None,
                of: None,
                rest: BTreeMap::new(),
            },
            Cover::Question { question, of } => CoverV1 {
                root: None,
                kind: None,
                depth: None,
                inherited_only: None,
                question: Some(question.clone()),
                of: Some(of.clone()),
                rest: BTreeMap::new(),
            },
        });
    }

    /// What the statement is about; `None` where the kind of scope is not known.
    pub fn scope(&self) -> Option<Scope> {
        Scope::from_parts(&self.scope.kind, &self.scope.key)
    }

    /// How much of it there is; `None` where the word is not known.
    pub fn status(&self) -> Option<Status> {
        Status::from_word(&self.status)
    }

    /// Whether it speaks of a dataset and scope.
    pub fn is_about(&self, dataset: Dataset, scope: &Scope) -> bool {
        self.dataset.eq_ignore_ascii_case(dataset.name()) && self.scope().as_ref() == Some(scope)
    }
}

impl WrittenFile {
    /// A file with its number of rows and its hash.
    pub fn new(path: String, rows: u64, sha256: String) -> Self {
        WrittenFile { path, rows: Some(rows), sha256: Some(sha256), encoding: None, rest: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use cmlint_model::{Statement, path_key};
    use cmlint_source::{Encoding, Sources};

    use super::*;
    use crate::manifest;

    fn written() -> WrittenManifest {
        let mut manifest = WrittenManifest::new("2026-03-02T08:15:00Z".to_owned(), "test", "1");
        manifest.collector.account = Some(r"CONTOSO\auditor".to_owned());
        let host = Scope::host("cm01.contoso.com");
        let mut acl = Entry::new(Dataset::Acl, &host, Status::Partial);
        acl.why = "2 folders were refused".to_owned();
        acl.read_by_key = true;
        for cover in covers() {
            acl.cover(&cover);
        }
        acl.files.push(WrittenFile::new("hosts/cm01.contoso.com/acl.csv".to_owned(), 30, "AB".repeat(32)));
        manifest.put(acl);
        manifest
    }

    fn covers() -> [Cover; 3] {
        let tree = |depth, inherited_left_out| Cover::Tree {
            kind: "registry".to_owned(),
            root: r"HKLM\SOFTWARE\Microsoft\SMS".to_owned(),
            depth,
            inherited_left_out,
        };
        let question = Cover::Question { question: "members-of".to_owned(), of: "S-1-5-32-544".to_owned() };
        [tree(None, true), tree(Some(3), false), question]
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let mut sources = Sources::new();
        let id = sources.add("manifest.json".to_owned(), written().to_json(), Encoding::Utf8);
        let read = manifest::parse(sources.get(id)).unwrap();
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!(read.collected_at.as_deref(), Some("2026-03-02T08:15:00Z"));
        assert_eq!(read.account.as_deref(), Some(r"CONTOSO\auditor"));
        let [entry] = read.entries.as_slice() else { panic!("{:?}", read.entries) };
        assert_eq!((entry.dataset, &entry.scope), (Dataset::Acl, &Scope::host("CM01.contoso.com")));
        let Statement { status, why, read_by_key, covers: read_covers, .. } = &entry.statement;
        assert_eq!((*status, why.as_str(), *read_by_key), (Status::Partial, "2 folders were refused", true));
        let expected = covers().map(|cover| match cover {
            Cover::Tree { kind, root, depth, inherited_left_out } => {
                Cover::Tree { kind, root: path_key(&root), depth, inherited_left_out }
            }
            question => question,
        });
        assert_eq!(read_covers.as_slice(), expected);
        let [file] = entry.files.as_slice() else { panic!("{:?}", entry.files) };
        assert_eq!(file.path.value, "hosts/cm01.contoso.com/acl.csv");
        assert_eq!(file.rows, Some(30));
        assert_eq!(file.sha256.as_ref().map(|s| s.value.clone()), Some("ab".repeat(32)));
    }

    #[test]
    fn what_a_later_version_added_stays() {
        let text = r#"{"format": "cmlint-snapshot", "version": 1, "collected_at": "2026-03-02T08:15:00Z",
            "weather": "fine", "collector": {"name": "other", "shoe_size": 43}, "datasets": [
            {"dataset": "moon-phase", "scope": {"kind": "hierarchy"}, "status": "complete", "mood": 1,
             "files": [{"path": "moon.json", "taste": "cheese"}]}]}"#;
        let mut manifest = WrittenManifest::from_json(text).unwrap();
        manifest.put(Entry::new(Dataset::Site, &Scope::Hierarchy, Status::Complete));
        let again = manifest.to_json();
        for kept in ["weather", "shoe_size", "moon-phase", "mood", "cheese"] {
            assert!(again.contains(kept), "{kept}: {again}");
        }
    }

    #[test]
    fn a_later_statement_takes_the_place_of_an_earlier_one() {
        let mut manifest = written();
        let host = Scope::host("CM01.contoso.com");
        assert!(manifest.put(Entry::new(Dataset::Acl, &host, Status::Complete)).is_some());
        assert!(manifest.put(Entry::new(Dataset::Acl, &Scope::host("cm02"), Status::Complete)).is_none());
        assert_eq!(manifest.entry(Dataset::Acl, &host).and_then(Entry::status), Some(Status::Complete));
        assert_eq!(manifest.datasets.len(), 2);
    }

    #[test]
    fn other_formats_and_newer_versions_are_not_written_over() {
        for text in [r#"{"manifest_version": 3, "name": "extension"}"#, "[]", ""] {
            assert!(WrittenManifest::from_json(text).is_err(), "{text}");
        }
        let newer = written().to_json().replace("\"version\": 1,", "\"version\": 2,");
        assert!(WrittenManifest::from_json(&newer).unwrap_err().contains("newer"));
    }
}
