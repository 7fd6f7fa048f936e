use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::adopt::AdoptArgs;
use crate::commands::CommandsArgs;
use crate::directory::DirectoryArgs;
use crate::host::HostArgs;
use crate::out::Allow;
use crate::site::SiteArgs;
use crate::sql::SqlArgs;
use crate::verify::VerifyArgs;

/// Fill a cmlint snapshot from a live ConfigMgr site. Everything is read-only.
///
/// Exit codes: 0 everything that was asked for is complete; 3 some of it is not; 2 nothing was collected, or the
/// call was wrong.
#[derive(Parser, Debug)]
#[command(name = "cmlint-collect", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Adopt(AdoptArgs),
    Commands(CommandsArgs),
    Directory(DirectoryArgs),
    Host(HostArgs),
    Site(SiteCommand),
    Sql(SqlArgs),
    Verify(VerifyArgs),
}

/// Collect the site's configuration from the administration service of an SMS Provider.
#[derive(clap::Args, Debug)]
pub(crate) struct SiteCommand {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Where a collecting command puts what it collects.
#[derive(clap::Args, Debug)]
pub struct OutArgs {
    /// The folder of the snapshot. One that holds a snapshot already is added to.
    #[arg(long, short, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Mix what is refused otherwise.
    #[arg(long, value_name = "WHAT")]
    pub allow: Vec<Allow>,
    /// Say what would be asked of whom, and ask nobody.
    #[arg(long)]
    pub dry_run: bool,
    /// Show no progress.
    #[arg(long, short)]
    pub quiet: bool,
}
