//! `cmlint check --with`.

use std::path::{Path, PathBuf};

use cmlint_archive::{Archive, OverlayError};
use cmlint_model::ScopeKind;
use cmlint_report::Style;

use crate::Exit;
use crate::args::{Input, Review};
use crate::io::say;
use crate::open::{options, tell, visible};
use crate::repository;

/// Lays the files over the snapshot, one after the other.
pub(crate) fn lay_over(
    archive: &mut Archive,
    review: &Review,
    input: &Input,
    style: &Style,
) -> Result<(), Exit> {
    for given in &review.with {
        let (scope, path) = split(given);
        let laid = archive.lay_over(&path, scope.as_deref(), options(&input.reading), repository::outward);
        laid.map_err(|error| explain(&error, style))?;
    }
    Ok(())
}

/// `cm01=acl.csv`; a file that is called so is a file.
fn split(given: &Path) -> (Option<String>, PathBuf) {
    let text = given.to_string_lossy();
    match text.split_once('=') {
        Some((scope, path)) if !given.exists() => (Some(scope.to_owned()), PathBuf::from(path)),
        _ => (None, given.to_owned()),
    }
}

fn explain(error: &OverlayError, style: &Style) -> Exit {
    match error {
        OverlayError::Open(error) => tell(error, style),
        OverlayError::NoScope { path, dataset, kind } => {
            let path = visible(&path.display().to_string());
            let (what, example) = match kind {
                ScopeKind::Domain => ("domain", "contoso.com"),
                ScopeKind::Database => ("database", "sql01.contoso.com/cm_ps1"),
                _ => ("computer", "cm01.contoso.com"),
            };
            say(&format!("cmlint: nothing in {path} says which {what} it is of ({})", dataset.name()));
            say(&format!("  name it: --with {example}={path}"));
            Exit::Usage
        }
        OverlayError::UnknownScope { name, known } => {
            say(&format!("cmlint: the snapshot knows no `{}`", visible(name)));
            let known: Vec<String> = known.iter().take(12).map(|key| visible(key)).collect();
            say(&format!("  it knows {}", known.join(", ")));
            Exit::Usage
        }
    }
}
