//! Words that our own code compares with name nobody: whoever adds a lint need not think of pseudonyms.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders whose sources compare values of a snapshot, from this crate.
const READERS: [&str; 3] = ["../../lints", "../model/src", "../archive/src"];

fn main() {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for folder in READERS {
        println!("cargo::rerun-if-changed={folder}");
        for path in sources(Path::new(folder)) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            literals(code, &mut |literal| {
                // A name of the product or of Windows has one word or two; what has more is a sentence.
                let is_sentence = literal.split_whitespace().count() > 2 || literal.contains('{');
                let parts = literal.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
                let parts = parts.map(|part| part.trim_matches('-')).filter(|part| part.len() > 1);
                words.extend(parts.filter(|_| !is_sentence).map(str::to_lowercase));
            });
        }
    }
    let mut list = String::new();
    for word in &words {
        let _ = writeln!(list, "{word}");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let written = fs::write(out.join("compared.txt"), list);
    assert!(written.is_ok(), "{} cannot be written", out.display());
}

/// The sources below a folder but for those of tests and fixtures.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            let is_code = !["tests", "harness", "fail", "pass", "unknown", "near-miss", "expected"]
                .iter()
                .any(|other| name.starts_with(other));
            found.extend(is_code.then(|| sources(&path)).into_iter().flatten());
        } else if name.ends_with(".rs") && !name.contains("test") && name != "build.rs" {
            found.push(path);
        }
    }
    found
}

/// The texts in quotes, comments left out.
fn literals(code: &str, found: &mut impl FnMut(&str)) {
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let line = line.replace("'\"'", "").replace("'\\\"'", "");
        let mut rest = line.as_str();
        while let Some(start) = rest.find('"') {
            let raw = rest[..start].ends_with(['r', '#']);
            let inner = &rest[start + 1..];
            let mut escaped = false;
            let end = inner.char_indices().find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = !raw && *c == '\\' && !escaped;
                ends
            });
            let Some((end, _)) = end else { break };
            found(&inner[..end]);
            rest = &inner[end + 1..];
        }
    }
}
