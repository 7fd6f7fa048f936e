//! The printed table.

use std::path::Path;
use std::time::Duration;

use super::measure::{Measured, median};
use super::{CHECK, Candidate, Group};
use crate::Outcome;

/// How large an input is.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Bytes of all files.
    bytes: u64,
    /// Bytes by extension, largest first.
    kinds: Vec<(String, u64)>,
}

impl Input {
    pub(super) fn of(folder: &Path) -> Outcome<Input> {
        let mut input = Input::default();
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let size = entry.metadata()?.len();
            let kind = entry.path().extension().unwrap_or_default().to_string_lossy().into_owned();
            input.bytes += size;
            match input.kinds.iter_mut().find(|(k, _)| *k == kind) {
                Some((_, bytes)) => *bytes += size,
                None => input.kinds.push((kind, size)),
            }
        }
        input.kinds.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        Ok(input)
    }
}

/// Prints what was measured, with the aims beside.
pub(super) fn print(groups: &[Group], threads: usize, rounds: usize, contoso: &Measured) {
    println!(
        "{threads} threads each, medians of {rounds} interleaved rounds, each in a fresh process, files cached"
    );
    for group in groups {
        let kinds: Vec<String> =
            group.input.kinds.iter().map(|(k, bytes)| format!("{k} {}", mb(*bytes))).collect();
        println!("\n{}\n{} MB ({})", group.title, mb(group.input.bytes), kinds.join(", "));
        println!(
            "  {:<54} {:>8} {:>8} {:>8}  {:>10}  {:>9}",
            "", "wall", "CPU", "peak", "wall ratio", "CPU ratio"
        );
        let walls = |c: &Candidate| median(c.rounds.iter().map(|m| m.wall).collect());
        let cpus = |c: &Candidate| c.rounds.iter().map(|m| m.cpu).collect::<Option<Vec<_>>>().map(median);
        let ratio = |time: Duration, of: Duration| format!("{:.2}", time.as_secs_f64() / of.as_secs_f64());
        let Some(base) = group.candidates.first() else { continue };
        for candidate in &group.candidates {
            let (wall, cpu) = (walls(candidate), cpus(candidate));
            let peak = candidate.rounds.iter().map(|m| m.peak).collect::<Option<Vec<_>>>().map(median);
            let cpu_ratio = cpu.zip(cpus(base)).map_or_else(unknown, |(cpu, base)| ratio(cpu, base));
            let aim = if candidate.name == CHECK { "  (aim: at most 1.5)" } else { "" };
            println!(
                "  {:<54} {:>8} {:>8} {:>8}  {:>10}  {:>9}{aim}",
                candidate.name,
                ms(wall),
                cpu.map_or_else(unknown, ms),
                peak.map_or_else(unknown, |p| format!("{} MB", mb(p))),
                ratio(wall, walls(base)),
                cpu_ratio
            );
            if let (CHECK, Some(peak)) = (candidate.name, peak) {
                let times = peak as f64 / group.input.bytes as f64;
                println!(
                    "  {:<54} {:>34.2}  (aim: at most 3)",
                    "its peak of memory in sizes of the input", times
                );
            }
        }
    }
    println!(
        "\ncheck snapshots/contoso, from its start: {} CPU (aim: at most 50 ms), {} wall",
        contoso.cpu.map_or_else(unknown, fine),
        fine(contoso.wall)
    );
}

fn unknown() -> String {
    "?".to_owned()
}

fn mb(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn fine(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
