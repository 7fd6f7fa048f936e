//! `adopt`: a manifest over exports that were made by hand. What a file holds and of what is seen by its path, or by
//! what is in it; whether it is whole nobody can see, so that is the one question.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal, Write as _};
use std::path::PathBuf;

use cmlint_archive::{Entry, OpenError, Options, WrittenFile, WrittenManifest, open, without_secrets};
use cmlint_model::{Dataset, FileKind, Scope};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::out::{Done, MANIFEST, Part, State, Why, dataset_at, hex};

/// Make a manifest over a folder of exports that were made by hand.
///
/// `commands` prints what makes them. A file at the path that `commands` shows needs nothing more; another is
/// recognised by what is in it.
#[derive(clap::Args, Debug)]
pub(crate) struct AdoptArgs {
    /// The folder with the exports.
    folder: PathBuf,
    /// Datasets that are whole: nothing was filtered, and whoever exported them may see everything. `all` for all.
    ///
    /// Without it the question is asked on a terminal; where there is none, no dataset is taken for whole.
    #[arg(long, value_name = "DATASET", value_delimiter = ',')]
    complete: Vec<String>,
    /// Who exported them: `CONTOSO\auditor`.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Cut the secrets out of the files. The files are changed.
    #[arg(long)]
    cut_secrets: bool,
}

/// What came of it.
pub(crate) struct Adopted {
    pub(crate) done: Vec<Done>,
    pub(crate) remarks: String,
}

/// Makes the manifest.
///
/// # Errors
/// When there is one already, or the folder cannot be read or written.
pub(crate) fn adopt(args: &AdoptArgs) -> Result<Adopted, Failure> {
    let cannot = |path: &str, why: String| Failure::Folder { path: args.folder.join(path), why };
    let manifest_path = args.folder.join(MANIFEST);
    if manifest_path.exists() {
        return Err(cannot(MANIFEST, "it is there already; `verify` compares it with the files".to_owned()));
    }
    let mut remarks = String::new();
    let places = places(args, &mut remarks)?;
    if places.is_empty() {
        return Err(cannot("", format!("no file in it is known\n{remarks}")));
    }
    let whole = whole(args, places.keys().map(|(dataset, _)| *dataset))?;
    let mut latest = Timestamp::UNIX_EPOCH;
    let mut parts = Vec::new();
    for ((dataset, scope), paths) in places {
        let state = match whole.contains(&dataset) {
            true => State::Complete,
            false => State::Partial(Why::new("exported by hand, and nobody said that it is whole")),
        };
        let mut part = Part::new(dataset, scope, state, "exported by hand");
        for path in paths {
            let file = args.folder.join(&path);
            let unreadable = |e: io::Error| cannot(&path, e.to_string());
            let mut bytes = std::fs::read(&file).map_err(unreadable)?;
            let modified = file.metadata().and_then(|m| m.modified()).map_err(unreadable)?;
            latest = latest.max(Timestamp::try_from(modified).unwrap_or(Timestamp::UNIX_EPOCH));
            if let Some(text) = text_of(&bytes) {
                let (cut, secrets) = without_secrets(&path, &text);
                if secrets > 0 && args.cut_secrets {
                    bytes = cut.into_owned().into_bytes();
                    std::fs::write(&file, &bytes).map_err(unreadable)?;
                    let _ = writeln!(remarks, "{path}: {secrets} secrets were cut");
                } else if secrets > 0 {
                    let _ =
                        writeln!(remarks, "{path}: holds {secrets} secrets; --cut-secrets takes them out");
                }
            }
            let mut entry = WrittenFile::new(path.clone(), 0, hex(&Sha256::digest(&bytes)));
            entry.rows = rows(dataset.info().kind, &bytes);
            part.files.push(entry);
        }
        parts.push(part);
    }
    let began = latest.round(jiff::Unit::Second).unwrap_or(latest).to_string();
    let mut manifest = WrittenManifest::new(began, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    manifest.collector.account.clone_from(&args.account);
    for part in &parts {
        manifest.put(entry(part));
    }
    std::fs::write(&manifest_path, manifest.to_json()).map_err(|e| cannot(MANIFEST, e.to_string()))?;
    let done = parts.into_iter().map(|part| Done { part, earlier_kept: false }).collect();
    Ok(Adopted { done, remarks })
}

fn entry(part: &Part) -> Entry {
    let mut entry = Entry::new(part.dataset, &part.scope, part.state.status());
    entry.why = part.state.why().map(ToString::to_string).unwrap_or_default();
    entry.source.clone_from(&part.source);
    entry.files.clone_from(&part.files);
    entry
}

type Places = BTreeMap<(Dataset, Scope), Vec<String>>;

fn places(args: &AdoptArgs, remarks: &mut String) -> Result<Places, Failure> {
    let mut files: BTreeMap<String, Vec<(Dataset, Scope)>> = BTreeMap::new();
    // Some files are known by their path only, and are unknown to the reader of loose files.
    let unknown = match open(&args.folder, Options::default()) {
        Ok(archive) => {
            for (path, dataset, scope) in archive.pieces() {
                files.entry(path.to_owned()).or_default().push((dataset, scope.clone()));
            }
            archive.ignored().to_vec()
        }
        Err(OpenError::Nothing { seen, .. }) => seen,
        Err(error) => return Err(Failure::open(&args.folder, error)),
    };
    for (path, _) in unknown {
        files.entry(path).or_default();
    }
    let mut places = Places::new();
    for (path, pieces) in files {
        let place = match (dataset_at(&path), pieces.as_slice()) {
            (Some(place), _) => Ok(place),
            (None, [(_, Scope::File(_))]) => {
                Err("nobody can tell of which computer, domain or database it is")
            }
            (None, [place]) => Ok(place.clone()),
            (None, []) => Err("its content is not known"),
            (None, _) => Err("it holds several lists; one file for each is needed"),
        };
        match place {
            Ok(place) => places.entry(place).or_default().push(path),
            Err(why) => {
                let help = "`cmlint-collect commands` shows the path of each dataset";
                let _ = writeln!(remarks, "{path}: left out: {why}; {help}");
            }
        }
    }
    // Two files in the place of one: the first is as good as the second, and nobody can tell which is meant.
    places.retain(|(dataset, scope), paths| {
        let one = paths.len() == 1 || dataset.info().pattern.contains('*');
        if !one {
            let _ = writeln!(
                remarks,
                "{}: left out: all of them are {} of {scope}",
                paths.join(", "),
                dataset.name()
            );
        }
        one
    });
    Ok(places)
}

/// The datasets that somebody says are whole.
fn whole(args: &AdoptArgs, there: impl Iterator<Item = Dataset>) -> Result<Vec<Dataset>, Failure> {
    let mut there: Vec<Dataset> = there.collect();
    there.dedup();
    if args.complete.is_empty() && io::stdin().is_terminal() {
        let names: Vec<&str> = there.iter().map(|d| d.name()).collect();
        let _ = write!(
            io::stderr().lock(),
            "{}\nIs all of this whole: nothing was filtered, and whoever exported it may see everything? [y/N] ",
            names.join(", ")
        );
        let mut answer = String::new();
        let _ = io::stdin().lock().read_line(&mut answer);
        let yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
        return Ok(if yes { there } else { Vec::new() });
    }
    let mut whole = Vec::new();
    for name in &args.complete {
        match Dataset::from_name(name) {
            _ if name.eq_ignore_ascii_case("all") => return Ok(there),
            Some(dataset) => whole.push(dataset),
            None => return Err(Failure::Usage(format!("there is no dataset `{name}`"))),
        }
    }
    Ok(whole)
}

/// Rows of a file where they can be counted without reading it as what it is.
fn rows(kind: FileKind, bytes: &[u8]) -> Option<u64> {
    let text = text_of(bytes)?;
    match kind {
        FileKind::Json => match serde_json::from_str::<serde_json::Value>(&text).ok()? {
            serde_json::Value::Array(rows) => Some(rows.len() as u64),
            serde_json::Value::Object(envelope) => {
                Some(envelope.get("value").and_then(|v| v.as_array()).map_or(1, |rows| rows.len() as u64))
            }
            _ => None,
        },
        _ => None,
    }
}

/// UTF-8 with or without its mark; a UTF-16 file is left as it is.
fn text_of(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}
