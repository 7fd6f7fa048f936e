//! Where the input lies in its repository, for formats whose readers look there.

use std::path::{Component, Path, PathBuf};

/// The folder that the paths of the input begin in, relative to the root of the repository (the nearest
/// folder above the current one that holds `.git`, else the current one), with `/`. Empty where the input is
/// not below it: an absolute path would say where the machine keeps it and nothing else.
///
/// `files` are the paths of the input's files.
pub(crate) fn root<'a>(input: &Path, files: impl Iterator<Item = &'a str>) -> String {
    let Ok(full) = input.canonicalize() else { return String::new() };
    let Ok(current) = std::env::current_dir().and_then(|folder| folder.canonicalize()) else {
        return String::new();
    };
    let repository = current.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&current);
    let folder = folder(full, files);
    let Ok(inside) = folder.strip_prefix(repository) else { return String::new() };
    let names = inside.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    names.collect::<Vec<_>>().join("/")
}

/// The path of a file of the user's own from the root of the repository; its name where it lies elsewhere.
pub(crate) fn outward(path: &Path) -> String {
    let name = || path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (Ok(full), Ok(current)) =
        (path.canonicalize(), std::env::current_dir().and_then(|folder| folder.canonicalize()))
    else {
        return name();
    };
    let repository = current.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&current);
    match full.strip_prefix(repository) {
        Ok(inside) => {
            inside.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
        }
        Err(_) => name(),
    }
}

fn folder<'a>(full: PathBuf, mut files: impl Iterator<Item = &'a str>) -> PathBuf {
    let first = files.next();
    if full.is_file() {
        // A loose file is named by its own name; a zip file holds others and stands for their folder.
        let alone = first.is_some_and(|first| full.file_name().is_some_and(|name| *name == *first));
        return if alone { full.parent().map(Path::to_owned).unwrap_or(full) } else { full };
    }
    // A snapshot may be the only folder in the one that was named; its paths begin there.
    match first.is_none_or(|first| full.join(first).exists()) {
        true => full,
        false => only_folder(&full).unwrap_or(full),
    }
}

fn only_folder(folder: &Path) -> Option<PathBuf> {
    let mut entries = std::fs::read_dir(folder).ok()?;
    let only = entries.next()?.ok()?.path();
    (entries.next().is_none() && only.is_dir()).then_some(only)
}
