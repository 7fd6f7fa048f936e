//! Compares the access check with a real implementation, Samba's.
//!
//! ```text
//! oracle generate N SEED > cases.jsonl
//! /usr/bin/python3 crates/winsec/tests/oracle/answer.py < cases.jsonl > answers.jsonl
//! oracle compare answers.jsonl
//! oracle record N answers.jsonl > crates/winsec/tests/oracle/recorded.txt
//! ```
//!
//! Samba's function maps no generic rights, knows no object ACEs and no conditions, and treats an absent
//! DACL, a null DACL together with MAXIMUM_ALLOWED, and ACCESS_SYSTEM_SECURITY otherwise than MS-DTYP
//! 2.5.3.2 says; the cases leave these out.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]
#![allow(clippy::unwrap_used, reason = "a wrong line of its own files ends it")]

mod cases;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::ExitCode;

use cases::{Case, Random};
use cmlint_winsec::sddl;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", n, seed] => generate(n.parse().unwrap(), seed.parse().unwrap()),
        ["compare", file] => return compare(file),
        ["record", n, file] => record(n.parse().unwrap(), file),
        _ => {
            eprintln!("usage: oracle generate N SEED | compare FILE | record N FILE");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn generate(n: usize, seed: u64) {
    let mut random = Random::new(seed);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for _ in 0..n {
        writeln!(out, "{}", Case::random(&mut random).to_json()).unwrap();
    }
}

/// Compares every case and counts which constructs decided one.
fn compare(file: &str) -> ExitCode {
    let (mut total, mut granted, mut different) = (0u64, 0u64, 0u64);
    let mut constructs: BTreeMap<&str, u64> = BTreeMap::new();
    for (case, expected) in answers(file) {
        total += 1;
        granted += u64::from(expected.is_some());
        let ours = case.answer();
        if ours != expected {
            different += 1;
            if different <= 10 {
                println!("differs: {} ours {ours:x?} theirs {expected:x?}", case.to_line(expected));
            }
        }
        for construct in case.constructs() {
            *constructs.entry(construct).or_default() += 1;
        }
    }
    println!("{total} cases, {granted} granted, {} denied, {different} different", total - granted);
    for (construct, count) in &constructs {
        println!("{count:>8} {construct}");
    }
    let missing: Vec<_> = cases::CONSTRUCTS.iter().filter(|c| !constructs.contains_key(*c)).collect();
    if different == 0 && total > 0 && missing.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("constructs that decided no case: {missing:?}");
    ExitCode::FAILURE
}

fn record(n: usize, file: &str) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (case, expected) in answers(file).take(n) {
        let line = case.to_line(expected);
        assert!(sddl::parse(line.split(' ').next().unwrap()).is_ok());
        writeln!(out, "{line}").unwrap();
    }
}

fn answers(file: &str) -> impl Iterator<Item = (Case, Option<u32>)> {
    let reader = BufReader::new(std::fs::File::open(file).unwrap());
    reader.lines().map(|line| Case::from_json(&line.unwrap()))
}
