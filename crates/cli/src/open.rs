//! Opens the input and tells what keeps it from being opened.

use cmlint_archive::{Archive, Limits, OpenError, Options, open as open_archive};
use cmlint_report::{Style, human};

use crate::Exit;
use crate::args::{Input, Reading};
use crate::io::say;

/// Opens the input.
pub(crate) fn open(input: &Input, style: &Style) -> Result<Archive, Exit> {
    open_archive(&input.path, options(&input.reading)).map_err(|error| tell(&error, style))
}

/// How to open an input.
pub(crate) fn options(reading: &Reading) -> Options {
    let limits = Limits {
        file: reading.max_file_size.min(2 << 30),
        total: reading.max_total_size,
        files: reading.max_files,
        ratio: reading.max_ratio,
        ..Limits::default()
    };
    Options { limits, verify: reading.verify }
}

pub(crate) fn tell(error: &OpenError, style: &Style) -> Exit {
    match error {
        OpenError::NotFound(path) => {
            say(&format!("cmlint: {} does not exist", visible(&path.display().to_string())));
            if let Some(near) = nearby(path) {
                say(&format!("  did you mean {}?", visible(&near)));
            }
            Exit::Usage
        }
        OpenError::Unreadable(path, why) => {
            say(&format!("cmlint: {} cannot be read: {why}", visible(&path.display().to_string())));
            Exit::Usage
        }
        OpenError::Limit { what, option } => {
            say(&format!("cmlint: {what}; raise the limit with {option} if you trust the input"));
            Exit::Usage
        }
        OpenError::Manifest { sources, problem } => {
            say("cmlint: the manifest of the snapshot cannot be used");
            say(&human::problem(sources, problem, style));
            Exit::Usage
        }
        OpenError::Nothing { path, seen } => {
            say(&format!("cmlint: nothing known in {}", visible(&path.display().to_string())));
            for (file, why) in seen.iter().take(10) {
                say(&format!("  {}: {}", visible(file), visible(why)));
            }
            match seen.len() {
                0 => say("  it is empty"),
                n if n > 10 => say(&format!("  and {} more files", n - 10)),
                _ => {}
            }
            say(
                "  a snapshot has a manifest.json; loose files may be role exports, provider rows as JSON, LDIF,",
            );
            say("  secedit exports, task sequences, applicationHost.config and CSV files of snapshots");
            Exit::Nothing
        }
    }
}

/// A name beside a path that does not exist and looks like it.
fn nearby(path: &std::path::Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let names = std::fs::read_dir(parent)
        .ok()?
        .filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned()));
    let best = names.map(|name| (crate::show::distance(&wanted, &name.to_lowercase()), name)).min()?;
    (best.0 <= 2).then(|| parent.join(best.1).display().to_string())
}

/// A path for a terminal: names of files are hostile too.
pub(crate) fn visible(text: &str) -> String {
    cmlint_report::escape::terminal(text)
}
