//! Bytes into texts, and the ranges of them that must never be shown.

use cmlint_model::{Dataset, FileProblem};
use cmlint_source::{Encoding, FileId, Secret, Sources, Why};
use cmlint_text::decode::decode;
use cmlint_text::json;
use cmlint_text::secrets::{self, Format};
use sha2::{Digest, Sha256};

/// Why the rows of a file whose characters were lost are not all that they should be.
pub(crate) const LOSSY: &str = "characters were lost, so names may be wrong";

/// A file as text.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
    remarks: Vec<String>,
    /// Characters were lost.
    pub(crate) lossy: bool,
    /// Only when it is asked for: it takes as long as all the rest.
    sha256: Option<[u8; 32]>,
}

impl Loaded {
    /// What is to be said about the decoding.
    pub(crate) fn problems(&self, dataset: Option<Dataset>) -> Vec<FileProblem> {
        let problem =
            |remark: &String| FileProblem { path: self.path.clone(), problem: Err(remark.clone()), dataset };
        self.remarks.iter().map(problem).collect()
    }

    /// A text that was decoded before.
    pub(crate) fn decoded(path: String, text: String, encoding: Encoding) -> Loaded {
        Loaded { path, text, encoding, remarks: Vec::new(), lossy: false, sha256: None }
    }

    /// SHA-256 of the bytes, as lower-case hex; `None` when it was not asked for.
    pub(crate) fn sha256(&self) -> Option<String> {
        self.sha256.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Decodes the bytes of a file, and hashes them if that is asked for.
pub(crate) fn text(path: String, bytes: Vec<u8>, declared: Option<&str>, hash: bool) -> Loaded {
    let sha256 = hash.then(|| Sha256::digest(&bytes).into());
    let decoded = decode(bytes, declared);
    Loaded {
        path,
        text: decoded.text,
        encoding: decoded.encoding,
        remarks: decoded.remarks,
        lossy: decoded.lossy,
        sha256,
    }
}

/// Masks the secrets of a file and returns them.
pub(crate) fn mask_secrets(sources: &Sources, file: FileId) -> Vec<Secret> {
    let source = sources.get(file);
    let mut found = Vec::new();
    for (span, why) in secrets::scan(source, format_of(source.path(), source.text())) {
        sources.mask(span, why);
        if let Why::Secret(kind) = why {
            found.push(Secret { span, kind });
        }
    }
    found
}

/// Hides what no reader of JSON understood: it may hold anything.
pub(crate) fn mask_unread(sources: &Sources, file: FileId) {
    for span in json::unread(sources.get(file)) {
        for (span, why) in secrets::mask_unparsed_range(sources.get(span.file), span.range()) {
            sources.mask(span, why);
        }
    }
}

/// The format of a text by its name and its first character.
pub(crate) fn format_of(path: &str, text: &str) -> Format {
    let extension = path.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    let head = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    match extension.as_str() {
        "csv" => Format::Csv,
        "ldf" | "ldif" => Format::Ldif,
        "reg" => Format::Reg,
        "inf" => Format::Inf,
        _ if head.starts_with(['{', '[']) && !head.starts_with("[Unicode]") && extension != "inf" => {
            Format::Json
        }
        _ if head.starts_with('<') => Format::Xml,
        _ if head.starts_with("dn:") || head.starts_with("version: 1") => Format::Ldif,
        _ if head.starts_with("Windows Registry Editor") || head.starts_with("REGEDIT4") => Format::Reg,
        _ if head.starts_with('[') => Format::Inf,
        "json" => Format::Json,
        "xml" | "config" => Format::Xml,
        _ => Format::Unknown,
    }
}
