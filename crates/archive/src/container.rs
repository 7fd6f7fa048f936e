//! A folder, a zip file or a single file as a list of entries, held to limits. Links are never followed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use cmlint_source::Encoding;

use crate::load::{self, Loaded};
use crate::{Limits, OpenError};

/// What the input consists of.
#[derive(Debug)]
pub(crate) struct Container {
    kind: Kind,
    /// Entries, by path.
    pub(crate) entries: Vec<Entry>,
    /// What was passed over: path, and why.
    pub(crate) refused: Vec<(String, String)>,
    limits: Limits,
}

#[derive(Debug)]
enum Kind {
    Folder(PathBuf),
    File(PathBuf),
    Zip(Mutex<zip::ZipArchive<File>>),
    /// Texts that need no decoding.
    Texts(BTreeMap<String, (String, Encoding)>),
}

/// A file of the input.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Path inside the input, with `/`.
    pub(crate) path: String,
    /// Size in bytes, unpacked.
    size: u64,
    /// Position in a zip file.
    index: usize,
}

impl Container {
    pub(crate) fn open(path: &Path, limits: Limits) -> Result<Container, OpenError> {
        let unreadable = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => OpenError::NotFound(path.to_owned()),
            _ => OpenError::Unreadable(path.to_owned(), e.to_string()),
        };
        let meta = std::fs::metadata(path).map_err(unreadable)?;
        let mut container = if meta.is_dir() {
            Container::folder(path, limits)?
        } else if !meta.is_file() {
            return Err(OpenError::Unreadable(
                path.to_owned(),
                "it is neither a file nor a folder".to_owned(),
            ));
        } else {
            let mut file = File::open(path).map_err(unreadable)?;
            let mut magic = [0; 4];
            let read = file.read(&mut magic).map_err(unreadable)?;
            if read == 4 && &magic == b"PK\x03\x04" {
                Container::zip(path, limits)?
            } else {
                let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                let entry = Entry { path: name, size: meta.len(), index: 0 };
                Container {
                    kind: Kind::File(path.to_owned()),
                    entries: vec![entry],
                    refused: Vec::new(),
                    limits,
                }
            }
        };
        container.entries.sort_by(|a, b| a.path.cmp(&b.path));
        container.check_totals()?;
        Ok(container)
    }

    /// Files that are there as texts, by their paths.
    pub(crate) fn texts(texts: Vec<(String, String, Encoding)>, limits: Limits) -> Container {
        let mut entries: Vec<Entry> = texts
            .iter()
            .map(|(path, text, _)| Entry { path: path.clone(), size: text.len() as u64, index: 0 })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let texts = texts.into_iter().map(|(path, text, encoding)| (path, (text, encoding))).collect();
        Container { kind: Kind::Texts(texts), entries, refused: Vec::new(), limits }
    }

    /// Reads a file. What is wrong with it is told in words for a hole.
    pub(crate) fn read(&self, entry: &Entry) -> Result<Vec<u8>, String> {
        if entry.size > self.limits.file {
            return Err(format!(
                "it has {} bytes; the limit is {} (raise it with --max-file-size)",
                entry.size, self.limits.file
            ));
        }
        match &self.kind {
            Kind::Folder(root) => self.read_file(&root.join(&entry.path)),
            Kind::File(path) => self.read_file(path),
            Kind::Zip(zip) => self.read_zip(zip, entry),
            Kind::Texts(texts) => texts
                .get(&entry.path)
                .map(|(text, _)| text.clone().into_bytes())
                .ok_or_else(|| "it is gone".to_owned()),
        }
    }

    /// Reads a file and decodes it. UTF-16 and code pages grow when they become UTF-8, and a span reaches no
    /// further than the limit.
    pub(crate) fn text(
        &self,
        entry: &Entry,
        path: &str,
        declared: Option<&str>,
        hash: bool,
    ) -> Result<Loaded, String> {
        if let Kind::Texts(texts) = &self.kind
            && let Some((text, encoding)) = texts.get(&entry.path)
        {
            return Ok(Loaded::decoded(path.to_owned(), text.clone(), *encoding));
        }
        let loaded = load::text(path.to_owned(), self.read(entry)?, declared, hash);
        if loaded.text.len() as u64 > self.limits.file {
            return Err(format!(
                "it is larger than {} bytes as UTF-8 (raise the limit with --max-file-size)",
                self.limits.file
            ));
        }
        Ok(loaded)
    }

    fn folder(path: &Path, limits: Limits) -> Result<Container, OpenError> {
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        let walk = walkdir::WalkDir::new(path).follow_links(false).max_depth(limits.depth + 1);
        for item in walk {
            let item = match item {
                Ok(item) => item,
                Err(error) => {
                    let at = error.path().map_or_else(String::new, |p| relative(path, p));
                    refused.push((at, "it cannot be listed".to_owned()));
                    continue;
                }
            };
            let name = relative(path, item.path());
            let kind = item.file_type();
            if kind.is_symlink() {
                refused.push((name, "it is a link; links are never followed".to_owned()));
            } else if kind.is_dir() {
                if item.depth() > limits.depth {
                    refused.push((name, format!("it lies deeper than {} folders", limits.depth)));
                }
            } else if kind.is_file() {
                let size = item.metadata().map_or(0, |m| m.len());
                entries.push(Entry { path: name, size, index: 0 });
                if entries.len() > limits.files {
                    let what = format!("the folder has more than {} files", limits.files);
                    return Err(OpenError::Limit { what, option: "--max-files" });
                }
            } else {
                refused.push((name, "it is no regular file".to_owned()));
            }
        }
        refused.sort();
        Ok(Container { kind: Kind::Folder(path.to_owned()), entries, refused, limits })
    }

    fn zip(path: &Path, limits: Limits) -> Result<Container, OpenError> {
        let broken = |e: &dyn std::fmt::Display| {
            OpenError::Unreadable(path.to_owned(), format!("it is no sound zip file: {e}"))
        };
        let file = File::open(path).map_err(|e| broken(&e))?;
        let mut zip = zip::ZipArchive::new(file).map_err(|e| broken(&e))?;
        if zip.len() > limits.files {
            let what = format!("the zip file has {} files; the limit is {}", zip.len(), limits.files);
            return Err(OpenError::Limit { what, option: "--max-files" });
        }
        let mut entries = Vec::new();
        let mut refused = Vec::new();
        for index in 0..zip.len() {
            let item = match zip.by_index_raw(index) {
                Ok(item) => item,
                Err(error) => {
                    refused.push((format!("entry {index}"), error.to_string()));
                    continue;
                }
            };
            let name = match item.name() {
                Ok(name) => name.replace('\\', "/"),
                Err(error) => {
                    refused.push((format!("entry {index}"), error.to_string()));
                    continue;
                }
            };
            if item.is_dir() {
                continue;
            }
            let inside = item.enclosed_name().is_some() && !name.split('/').any(|part| part == "..");
            let why = if !inside {
                Some("its path points outside".to_owned())
            } else if item.encrypted() {
                Some("it is encrypted".to_owned())
            } else if item.is_symlink() {
                Some("it is a link; links are never followed".to_owned())
            } else if name.split('/').count() > limits.depth {
                Some(format!("it lies deeper than {} folders", limits.depth))
            } else if item.size() > item.compressed_size().max(1024).saturating_mul(limits.ratio) {
                Some(format!(
                    "it unpacks to more than {} times its size (raise the limit with --max-ratio)",
                    limits.ratio
                ))
            } else {
                None
            };
            match why {
                Some(why) => refused.push((name, why)),
                None => entries.push(Entry { path: name, size: item.size(), index }),
            }
        }
        refused.sort();
        Ok(Container { kind: Kind::Zip(Mutex::new(zip)), entries, refused, limits })
    }

    fn check_totals(&self) -> Result<(), OpenError> {
        let total: u64 = self.entries.iter().map(|e| e.size).fold(0, u64::saturating_add);
        if total > self.limits.total {
            let what = format!("the input has {total} bytes; the limit is {}", self.limits.total);
            return Err(OpenError::Limit { what, option: "--max-total-size" });
        }
        Ok(())
    }

    fn read_file(&self, path: &Path) -> Result<Vec<u8>, String> {
        let file = File::open(path).map_err(|e| format!("it cannot be opened: {}", words(&e)))?;
        // The file may have grown since it was listed, and a device has no size at all.
        let mut bytes = Vec::new();
        file.take(self.limits.file + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| format!("it cannot be read: {}", words(&e)))?;
        if bytes.len() as u64 > self.limits.file {
            return Err(format!(
                "it is larger than {} bytes (raise the limit with --max-file-size)",
                self.limits.file
            ));
        }
        Ok(bytes)
    }

    fn read_zip(&self, zip: &Mutex<zip::ZipArchive<File>>, entry: &Entry) -> Result<Vec<u8>, String> {
        let mut zip = zip.lock().map_err(|_| "the zip file cannot be read any more".to_owned())?;
        let item = zip.by_index(entry.index).map_err(|e| format!("it cannot be unpacked: {e}"))?;
        // A header can lie about the size: what is unpacked is counted.
        let limit = item.compressed_size().max(1024).saturating_mul(self.limits.ratio).min(self.limits.file);
        let mut bytes = Vec::new();
        item.take(limit + 1).read_to_end(&mut bytes).map_err(|e| format!("it cannot be unpacked: {e}"))?;
        if bytes.len() as u64 > limit {
            return Err(format!("it unpacks to more than {limit} bytes"));
        }
        Ok(bytes)
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inner.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The kind of an input error without its number, so that output is the same on every system.
fn words(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "access is denied",
        std::io::ErrorKind::NotFound => "it is gone",
        _ => "input error",
    }
}
