//! How far a run is: bars on a terminal, lines otherwise. Both go to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::out::State;

/// Where progress is shown.
#[derive(Debug)]
pub struct Progress(Kind);

#[derive(Debug)]
enum Kind {
    Bars(MultiProgress),
    Lines,
    Quiet,
}

/// One thing that takes a while.
#[derive(Debug)]
pub struct Task {
    label: String,
    kind: TaskKind,
    done: AtomicU64,
    total: AtomicU64,
}

#[derive(Debug)]
enum TaskKind {
    Bar(ProgressBar),
    Lines,
    Quiet,
}

/// A line is written each time so many things were done.
const LINE_EACH: u64 = 5_000;

impl Progress {
    /// Bars when standard error is a terminal, lines otherwise, nothing when `quiet`.
    pub fn new(quiet: bool) -> Progress {
        Progress(match (quiet, io::stderr().is_terminal()) {
            (true, _) => Kind::Quiet,
            (false, true) => Kind::Bars(MultiProgress::with_draw_target(ProgressDrawTarget::stderr())),
            (false, false) => Kind::Lines,
        })
    }

    /// Begins a task.
    pub fn task(&self, label: impl Into<String>) -> Task {
        let label = label.into();
        let kind = match &self.0 {
            Kind::Bars(bars) => {
                let bar = bars.add(ProgressBar::new_spinner().with_style(spinner()));
                bar.set_message(label.clone());
                bar.tick();
                TaskKind::Bar(bar)
            }
            Kind::Lines => {
                say(&format!("{label} ..."));
                TaskKind::Lines
            }
            Kind::Quiet => TaskKind::Quiet,
        };
        Task { label, kind, done: AtomicU64::new(0), total: AtomicU64::new(0) }
    }

    /// Says something in between.
    pub fn say(&self, text: &str) {
        match &self.0 {
            Kind::Bars(bars) => bars.suspend(|| say(text)),
            Kind::Lines => say(text),
            Kind::Quiet => {}
        }
    }
}

impl Task {
    /// Says how much there is to do; it may grow.
    pub fn total(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        if let TaskKind::Bar(bar) = &self.kind {
            if bar.length().is_none() {
                bar.set_style(bar_style());
            }
            bar.set_length(total);
        }
    }

    /// Says that so much more is done.
    pub fn add(&self, more: u64) {
        let before = self.done.fetch_add(more, Ordering::Relaxed);
        match &self.kind {
            TaskKind::Bar(bar) => bar.inc(more),
            TaskKind::Lines if (before + more) / LINE_EACH > before / LINE_EACH => {
                let total = self.total.load(Ordering::Relaxed);
                let of = if total == 0 { String::new() } else { format!(" of {total}") };
                say(&format!("{}: {}{of} ...", self.label, before + more));
            }
            TaskKind::Lines | TaskKind::Quiet => {}
        }
    }

    /// Says that a question is asked again, and why.
    pub fn note(&self, text: &str) {
        match &self.kind {
            TaskKind::Bar(bar) => bar.set_message(format!("{} ({text})", self.label)),
            TaskKind::Lines => say(&format!("{}: {text}", self.label)),
            TaskKind::Quiet => {}
        }
    }

    /// Ends the task. The closing table says the rest.
    pub fn end(self, state: &State) {
        match &self.kind {
            TaskKind::Bar(bar) => bar.finish_and_clear(),
            TaskKind::Lines => match state.why() {
                None => say(&format!("{}: {state}", self.label)),
                Some(why) => say(&format!("{}: {state}: {why}", self.label)),
            },
            TaskKind::Quiet => {}
        }
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {pos}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn say(text: &str) {
    // Nobody reads it any more: nothing to be done.
    let _ = writeln!(io::stderr().lock(), "{}", text.replace(|c: char| c.is_control(), " "));
}
