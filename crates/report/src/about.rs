//! What a reader must know of a report before reading on: files that were laid over the snapshot, findings
//! that are not shown.

use cmlint_model::{About, Laid};

use crate::paint;

/// Names of objects in one line; the others are counted.
const NAMES: usize = 8;

/// One line for each file, dataset and scope that was laid over the snapshot.
pub fn laid(about: &About) -> Vec<String> {
    about.laid.iter().map(line).collect()
}

/// The line about findings that are not shown.
pub fn narrowed(about: &About) -> Option<String> {
    let narrowed = about.narrowed.as_ref()?;
    let left_out = paint::count(narrowed.left_out, "finding");
    Some(format!("shown is {} only: {left_out} left out, which the exit code counts", narrowed.to))
}

fn line(laid: &Laid) -> String {
    let names = |verb: &str, names: &[String]| match names.len() {
        0 => format!("{verb} nothing"),
        n => {
            let shown: Vec<String> = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
            let more = if n > NAMES { format!(" and {} more", n - NAMES) } else { String::new() };
            format!("{verb} {}{more}", shown.join(", "))
        }
    };
    format!(
        "{} is laid over {} of {}: {}, {}",
        laid.path,
        laid.dataset.name(),
        laid.scope,
        names("replaces", &laid.replaced),
        names("adds", &laid.added)
    )
}
