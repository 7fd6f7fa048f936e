//! Files of the snapshot, and the manifest that names them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use crate::Outcome;

/// A snapshot that is being written.
pub(crate) struct Out {
    folder: PathBuf,
    entries: Vec<Value>,
    bytes: u64,
}

/// A file that is being written, with the number of its bytes.
pub(crate) struct Growing {
    file: BufWriter<File>,
    pub(crate) bytes: u64,
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Out {
    pub(crate) fn new(folder: &Path) -> Outcome<Out> {
        std::fs::create_dir_all(folder)?;
        Ok(Out { folder: folder.to_owned(), entries: Vec::new(), bytes: 0 })
    }

    /// Starts the file of a dataset in a scope, where the table of datasets says that it lies.
    pub(crate) fn file(&self, dataset: Dataset, scope: &Scope) -> Outcome<(String, Growing)> {
        self.named(path_of(dataset, scope))
    }

    /// Starts a file of a dataset with several.
    pub(crate) fn named(&self, path: String) -> Outcome<(String, Growing)> {
        let full = self.folder.join(&path);
        if let Some(parent) = full.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok((path, Growing { file: BufWriter::with_capacity(1 << 16, File::create(full)?), bytes: 0 }))
    }

    /// Ends a file that is all of its dataset and scope.
    pub(crate) fn complete(
        &mut self,
        dataset: Dataset,
        scope: &Scope,
        (path, file): (String, Growing),
        rows: usize,
        more: Value,
    ) -> Outcome {
        self.end(file)?;
        self.state(dataset, scope, json!([{"path": path, "rows": rows}]), more);
        Ok(())
    }

    /// Ends a file.
    pub(crate) fn end(&mut self, mut file: Growing) -> Outcome {
        file.flush()?;
        self.bytes += file.bytes;
        Ok(())
    }

    /// States a dataset and scope as complete; `more` are further members of the statement.
    pub(crate) fn state(&mut self, dataset: Dataset, scope: &Scope, files: Value, more: Value) {
        let mut entry = json!({
            "dataset": dataset.name(),
            "scope": {"kind": scope.kind().word()},
            "status": "complete",
            "source": "cargo xtask gen",
            "files": files,
        });
        if *scope != Scope::Hierarchy {
            entry["scope"]["key"] = scope.key().into();
        }
        if let Value::Object(more) = more {
            more.into_iter().for_each(|(name, value)| entry[name] = value);
        }
        self.entries.push(entry);
    }

    /// A whole small file of JSON rows.
    pub(crate) fn rows(&mut self, dataset: Dataset, scope: &Scope, rows: &[Value]) -> Outcome {
        let mut file = self.file(dataset, scope)?;
        write!(file.1, "[")?;
        for (index, row) in rows.iter().enumerate() {
            write!(file.1, "{}\n{row}", if index > 0 { "," } else { "" })?;
        }
        write!(file.1, "\n]\n")?;
        let by_key = if dataset.info().lazy.is_empty() { Value::Null } else { json!({"read_by_key": true}) };
        self.complete(dataset, scope, file, rows.len(), by_key)
    }

    /// A whole small file of CSV records; fields are quoted as `Export-Csv` does.
    pub(crate) fn csv(
        &mut self,
        dataset: Dataset,
        scope: &Scope,
        header: &[&str],
        records: &[Vec<String>],
    ) -> Outcome {
        let mut file = self.file(dataset, scope)?;
        let mut line = |fields: &mut dyn Iterator<Item = &str>| {
            let fields: Vec<String> = fields.map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
            write!(file.1, "{}\r\n", fields.join(","))
        };
        line(&mut header.iter().copied())?;
        for record in records {
            line(&mut record.iter().map(String::as_str))?;
        }
        self.complete(dataset, scope, file, records.len(), Value::Null)
    }

    /// Writes the manifest and returns how many bytes there are altogether.
    pub(crate) fn finish(mut self) -> Outcome<u64> {
        let manifest = json!({
            "format": cmlint_archive::FORMAT,
            "version": cmlint_archive::VERSION,
            // Not the time of writing: the same seed gives the same bytes.
            "collected_at": "2026-03-02T08:15:00Z",
            "collector": {"name": "cargo xtask gen", "version": env!("CARGO_PKG_VERSION"), "elevated": true},
            "datasets": std::mem::take(&mut self.entries),
        });
        let (_, mut file) = self.named("manifest.json".to_owned())?;
        serde_json::to_writer_pretty(&mut file, &manifest)?;
        self.end(file)?;
        Ok(self.bytes)
    }
}

/// The file of a dataset in a scope, by the pattern of the table.
fn path_of(dataset: Dataset, scope: &Scope) -> String {
    let pattern = dataset.info().pattern;
    match scope {
        Scope::Host(host) => pattern.replace("<HOST>", host),
        Scope::Domain(domain) => pattern.replace("<DOMAIN>", domain),
        Scope::Database { server, name } => {
            pattern.replace("<SERVER>", server).replace("<DATABASE>", &name.to_uppercase())
        }
        _ => pattern.to_owned(),
    }
}
