//! `cargo xtask bench`: reading and judging of a large snapshot beside other readers, as ratios.
//!
//! Every measurement is a process of its own (so that none inherits warm memory from another), all have the
//! same number of threads, and the rounds of all are interleaved, because the machine changes its speed.

mod measure;
mod parts;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use parts::{Part, part};

use crate::Outcome;
use crate::generate::{self, Sizes};
use crate::process::{cargo, must, root, target};
use measure::{Measured, cpu_of, measure};

/// Arguments.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A snapshot to measure; without it one is generated under the target folder.
    folder: Option<PathBuf>,
    #[command(flatten)]
    sizes: Sizes,
    /// How often each is measured; medians are shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Threads of each; without it one for each processor.
    #[arg(long)]
    threads: Option<usize>,
}

/// Something that is measured.
struct Candidate {
    name: &'static str,
    command: Command,
    rounds: Vec<Measured>,
}

/// Candidates over one input; the first is the measure of the others.
struct Group {
    title: String,
    candidates: Vec<Candidate>,
    input: table::Input,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome {
    must(cargo().args(["build", "--quiet", "--release", "--package", "cmlint"]))?;
    let threads = match args.threads {
        Some(threads) => threads.max(1),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut groups = match &args.folder {
        Some(folder) => vec![whole(folder, threads)?],
        None => generated(args.sizes, threads)?,
    };
    for _ in 0..args.rounds.max(1) {
        for candidate in groups.iter_mut().flat_map(|g| &mut g.candidates) {
            candidate.rounds.push(measure(&mut candidate.command)?);
        }
    }
    let contoso = cpu_of(&mut || cmlint(&root().join("snapshots/contoso"), threads), 40)?;
    table::print(&groups, threads, args.rounds.max(1), &contoso);
    Ok(())
}

/// The whole snapshot, and its two large formats alone, so that each can stand beside a reader of its own.
fn generated(sizes: Sizes, threads: usize) -> Outcome<Vec<Group>> {
    let all = at(sizes)?;
    let json = at(Sizes { aces: 0, principals: 0, ..sizes })?;
    let csv = at(Sizes { odata_mb: 0, principals: 0, ..sizes })?;
    Ok(vec![
        whole(&all, threads)?,
        Group {
            title: "JSON: rows of the SMS Provider".to_owned(),
            input: table::Input::of(&json)?,
            candidates: vec![
                ours("serde_json: same properties, no places", Part::SerdeJson, &json, threads)?,
                ours("typed parsing: every value with its place", Part::Typed, &json, threads)?,
            ],
        },
        Group {
            title: "CSV: descriptors".to_owned(),
            input: table::Input::of(&csv)?,
            candidates: vec![
                ours("csv crate: records kept, no places, SDDL left as text", Part::Csv, &csv, threads)?,
                ours("typed parsing: places, SDDL checked", Part::Typed, &csv, threads)?,
            ],
        },
    ])
}

fn whole(folder: &Path, threads: usize) -> Outcome<Group> {
    let check = Candidate { name: CHECK, command: cmlint(folder, threads), rounds: Vec::new() };
    Ok(Group {
        title: format!("All of {}", folder.display()),
        input: table::Input::of(folder)?,
        candidates: vec![
            ours("typed parsing: archive open and read", Part::Typed, folder, threads)?,
            check,
            ours("the bytes alone: every file read", Part::Bytes, folder, threads)?,
        ],
    })
}

/// The name of the candidate that the aims speak of.
const CHECK: &str = "whole check: cmlint check";

fn ours(name: &'static str, part: Part, folder: &Path, threads: usize) -> Outcome<Candidate> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench-part", part.word()]).arg(folder).env("RAYON_NUM_THREADS", threads.to_string());
    Ok(Candidate { name, command, rounds: Vec::new() })
}

fn cmlint(folder: &Path, threads: usize) -> Command {
    let mut command =
        Command::new(target().join("release").join(format!("cmlint{}", std::env::consts::EXE_SUFFIX)));
    command.arg("check").arg(folder).args(["--threads", &threads.to_string()]);
    command
}

/// The generated snapshot of some sizes, made when it is not there.
fn at(sizes: Sizes) -> Outcome<PathBuf> {
    let Sizes { seed, odata_mb, aces, principals, depth } = sizes;
    // The version tells snapshots of another generator apart.
    let name = format!("v{}-{seed}-{odata_mb}-{aces}-{principals}-{depth}", generate::VERSION);
    let folder = target().join("bench").join(name);
    if !folder.join("manifest.json").is_file() {
        // The manifest is written last: without it an earlier run was interrupted.
        if folder.is_dir() {
            std::fs::remove_dir_all(&folder)?;
        }
        generate::generate(&folder, sizes)?;
    }
    Ok(folder)
}
