//! Standard output, files, colour and width.

use std::io::{IsTerminal, Write};
use std::path::Path;

use clap::ColorChoice;
use cmlint_report::Style;

use crate::Exit;
use crate::args::{Cli, Format, Output};

/// Writes to standard output. A reader that went away is an error like any other: the output was not
/// delivered.
pub(crate) fn print(text: &str) -> Result<(), Exit> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| {
        // `cmlint check … | head` ends here; there is nobody left to tell.
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            say(&format!("cmlint: standard output cannot be written: {error}"));
        }
        Exit::Usage
    })
}

/// Writes a line to standard error, if anybody reads it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes an output where it belongs.
pub(crate) fn deliver(text: &str, output: &Output) -> Result<(), Exit> {
    match &output.file {
        None => print(text),
        Some(path) => write_file(path, text),
    }
}

/// Writes a file as a whole: under a temporary name beside it, then renamed, so that a full disk leaves no
/// half a file that a pipeline would take for a report.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Exit> {
    let fail = |error: std::io::Error| {
        say(&format!("cmlint: {} cannot be written: {error}", path.display()));
        Exit::Usage
    };
    // A device or a pipe cannot be replaced.
    if path.exists() && !path.is_file() {
        return std::fs::write(path, text).map_err(fail);
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        fail(error)
    })
}

/// The outputs, with human output on standard output where none is asked for.
///
/// # Errors
/// When two outputs would share standard output.
pub(crate) fn outputs(asked: &[Output]) -> Result<Vec<Output>, Exit> {
    if asked.is_empty() {
        return Ok(vec![Output { format: Format::Human, file: None }]);
    }
    if asked.iter().filter(|o| o.file.is_none()).count() > 1 {
        say(
            "cmlint: only one output can go to standard output; give the others a file, as in -o json=out.json",
        );
        return Err(Exit::Usage);
    }
    Ok(asked.to_vec())
}

/// As [`outputs`], of a command that says something else than findings: for people and as JSON.
///
/// # Errors
/// When another format is asked for.
pub(crate) fn answers(asked: &[Output]) -> Result<Vec<Output>, Exit> {
    if asked.iter().any(|o| !matches!(o.format, Format::Human | Format::Json)) {
        say("cmlint: this command writes human and json only; the other formats are those of `cmlint check`");
        return Err(Exit::Usage);
    }
    outputs(asked)
}

/// How to draw for people: flag over environment over what the output is.
pub(crate) fn style(cli: &Cli, to_file: bool) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let terminal = !to_file && std::io::stdout().is_terminal();
    let colour = match cli.color {
        ColorChoice::Always => !to_file,
        ColorChoice::Never => false,
        // A file is read by programs and editors; FORCE_COLOR speaks of the terminal's side of a pipe.
        ColorChoice::Auto if to_file || set("NO_COLOR") => false,
        ColorChoice::Auto => terminal || set("FORCE_COLOR"),
    };
    let width = cli.width.or(if to_file { None } else { columns(terminal) }).unwrap_or(100);
    Style {
        width,
        colour,
        unicode: !cli.ascii,
        verbose: cli.verbose,
        last_net: cmlint_text::secrets::last_net,
    }
}

/// How wide the place is that people read at: COLUMNS, which pipelines set, over what the terminal says.
fn columns(terminal: bool) -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    // A line across a very wide screen is hard to follow.
    said.or_else(|| measured().filter(|_| terminal).map(|width| width.min(120)))
}
