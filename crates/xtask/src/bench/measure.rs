//! Time and memory of a process.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process::words;

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// Of all its threads; `None` where the system does not tell.
    pub(crate) cpu: Option<Duration>,
    /// Its peak of resident memory in bytes; `None` where the system does not tell.
    pub(crate) peak: Option<u64>,
}

/// Runs a process to its end.
pub(crate) fn measure(command: &mut Command) -> Outcome<Measured> {
    let before = cpu_of_children();
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = None;
    let status = loop {
        // The peak only grows, and a process that ends gives its memory back for a while: looking now and
        // then does not miss it.
        peak = peak_of(child.id()).or(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let wall = start.elapsed();
    // 1 is findings and 3 holes: the work was done.
    if !matches!(status.code(), Some(0 | 1 | 3)) {
        return Err(format!("{} ended with {status}", words(command)).into());
    }
    let cpu = cpu_of_children().zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(Measured { wall, cpu, peak })
}

/// Mean processor time and median time of many runs: one alone is shorter than the clock's tick.
pub(crate) fn cpu_of(command: &mut dyn FnMut() -> Command, runs: u32) -> Outcome<Measured> {
    let before = cpu_of_children();
    let mut walls = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        let status = command().stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        walls.push(start.elapsed());
        if !matches!(status.code(), Some(0 | 1 | 3)) {
            return Err(format!("{} ended with {status}", words(&command())).into());
        }
    }
    let cpu = cpu_of_children().zip(before).map(|(after, before)| after.saturating_sub(before) / runs);
    Ok(Measured { wall: median(walls), cpu, peak: None })
}

/// The value in the middle.
pub(crate) fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Processor time of the children that have ended, to a hundredth of a second.
fn cpu_of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(13);
    let (user, system) = (fields.next()?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
