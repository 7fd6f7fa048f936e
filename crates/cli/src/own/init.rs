//! `cmlint init`.

use std::io::Write as _;

use super::{CONFIG, find};
use crate::Exit;
use crate::args::Init;
use crate::io::{print, say};
use crate::open::visible;

pub(crate) fn init(args: &Init) -> Result<Exit, Exit> {
    let path = args.folder.join(CONFIG);
    create(&path, cmlint_config::TEMPLATE)?;
    let shown = visible(&find::shown(&path));
    print(&format!("{shown} is written; nothing in it changes a default until a line is uncommented\n"))?;
    Ok(Exit::Clean)
}

/// Writes a file that is not there yet.
pub(super) fn create(path: &std::path::Path, text: &str) -> Result<(), Exit> {
    let shown = visible(&find::shown(path));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = made.map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                say(&format!("cmlint: {shown} is there already and is not overwritten"));
            }
            _ => say(&format!("cmlint: {shown} cannot be written: {error}")),
        }
        Exit::Usage
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        drop(file);
        // Half a file would be taken for a whole one.
        let _ = std::fs::remove_file(path);
        say(&format!("cmlint: {shown} cannot be written: {error}"));
        Exit::Usage
    })
}
