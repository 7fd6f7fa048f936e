//! `cargo xtask gen`: a large valid snapshot from a seed, the same bytes on every machine.

mod acls;
mod directory;
mod hosts;
mod out;
mod provider;
mod random;
mod rows;
mod sql;
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use out::Out;
use world::World;

use crate::Outcome;

/// Counts changes of what is written for a seed.
pub(crate) const VERSION: u32 = 1;

/// Arguments.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Where to write; made when it is not there, and must be empty.
    folder: PathBuf,
    #[command(flatten)]
    sizes: Sizes,
}

/// What is written, and how much of it.
#[derive(clap::Args, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sizes {
    /// The seed: another one gives another snapshot of the same size.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Rows of the SMS Provider, in millions of bytes.
    #[arg(long, value_name = "MB", default_value_t = 100)]
    pub(crate) odata_mb: usize,
    /// Access control entries of all computers together.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) aces: usize,
    /// Users, computers and groups of the domain.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) principals: usize,
    /// How deep groups are in each other.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) depth: usize,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome {
    let start = Instant::now();
    let bytes = generate(&args.folder, args.sizes)?;
    let (mb, folder) = (bytes / 1_000_000, args.folder.display());
    println!("{folder}: {mb} MB in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Writes a snapshot and returns how many bytes it has.
pub(crate) fn generate(folder: &Path, sizes: Sizes) -> Outcome<u64> {
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!("{} is not empty", folder.display()).into());
    }
    let world = World::new(sizes);
    let mut out = Out::new(folder)?;
    provider::write(&world, &mut out)?;
    rows::write(&world, &mut out)?;
    hosts::write(&world, &mut out)?;
    acls::write(&world, &mut out)?;
    directory::write(&world, &mut out)?;
    sql::write(&world, &mut out)?;
    out.finish()
}

#[cfg(test)]
mod tests;
