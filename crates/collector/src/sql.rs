//! `sql`: one read-only script for a site database, and its results into the snapshot.
//!
//! No client of SQL Server is built in. The script gives one column of ready lines, the same from `sqlcmd` and from
//! `Invoke-Sqlcmd`: what may be seen, then each catalogue view between a line that begins it and one that ends it with
//! the number of its rows, so that an output that was cut is seen to be cut.

use std::path::PathBuf;

use cmlint_model::{Dataset, ScopeKind};

use crate::Failure;
use crate::out::Allow;

mod results;
mod script;

pub(crate) use results::take_in;

/// Print a read-only script for the site database; with --results, take what it gave into a snapshot.
#[derive(clap::Args, Debug)]
pub(crate) struct SqlArgs {
    /// Full name of the computer with SQL Server: `sql01.contoso.com`.
    #[arg(long, value_name = "NAME")]
    pub(crate) server: String,
    /// The site database: `CM_PS1`.
    #[arg(long, value_name = "NAME")]
    pub(crate) database: String,
    /// A file with the results of the script.
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) results: Option<PathBuf>,
    /// The folder of the snapshot.
    #[arg(long, short, value_name = "FOLDER", requires = "results")]
    pub(crate) out: Option<PathBuf>,
    /// Mix what is refused otherwise.
    #[arg(long, value_name = "WHAT")]
    pub(crate) allow: Vec<Allow>,
}

impl SqlArgs {
    /// The script, with the calls that run it as its first lines.
    pub(crate) fn script(&self) -> Result<String, Failure> {
        self.check()?;
        Ok(script::text(&self.server, &self.database))
    }

    fn check(&self) -> Result<(), Failure> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '$'))
        };
        for name in [&self.server, &self.database] {
            if !is_name(name) {
                let text = format!("`{name}` is no name: expected `sql01.contoso.com` and `CM_PS1`");
                return Err(Failure::Usage(text));
            }
        }
        Ok(())
    }
}

/// The views that are read, in the order of the script.
pub(crate) fn views() -> impl Iterator<Item = Dataset> {
    Dataset::all().filter(|d| d.info().scope == ScopeKind::Database)
}

/// Views of the whole server are kept under `master`.
fn is_of_server(dataset: Dataset) -> bool {
    dataset.info().pattern.contains("/master.")
}
