//! A group with very many members.

use std::cell::Cell;
use std::io::Write;

use super::world::{Canned, object};
use super::{collect, domain, named};
use crate::directory::entry::{Directory, Page, Question, Refusal};

const MEMBERS: usize = 50_000;
const PAGE: usize = 500;

/// A domain in which `Many` has so many members that nobody should hold them.
struct Crowded(Canned);

impl Directory for Crowded {
    fn page(&mut self, question: &Question<'_>, from: &[u8]) -> Result<Page, Refusal> {
        let members =
            question.filter.contains("memberOf=CN=Many") && question.filter.contains("!(objectClass=group)");
        if !members {
            return self.0.page(question, from);
        }
        let start: usize = std::str::from_utf8(from).unwrap().parse().unwrap_or(0);
        let end = (start + PAGE).min(MEMBERS);
        let entries = (start..end).map(|n| {
            let name = format!("many{n:05}");
            let member = object(&format!("CN={name},OU=Staff,DC=contoso,DC=test"), "user", 20_000 + n as u32);
            let member = member.sam(&name).value("userAccountControl", "512");
            member.value("memberOf", "CN=Many,OU=Groups,DC=contoso,DC=test").entry()
        });
        let next = (end < MEMBERS).then(|| end.to_string().into_bytes());
        Ok(Page { entries: entries.collect(), next })
    }
}

/// Counts what is written, and forgets it.
#[derive(Default)]
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Memory of this process, in bytes; nothing where the system does not say.
fn resident() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok()? * 1024)
}

#[test]
fn a_group_of_fifty_thousand_is_written_and_not_held() {
    let mut crowded = Crowded(Canned::new());
    let domain = domain(&mut crowded).unwrap();
    let (seen, most) = (Cell::new(0), Cell::new(resident()));
    let before = most.get();
    let mut out = Counted::default();
    let progress = |more: u64| {
        seen.set(seen.get() + more);
        if seen.get() % 1000 == 0 {
            most.set(most.get().max(resident()));
        }
    };
    let outcome = collect(&mut crowded, &domain, &named(&["CONTOSO\\Many"]), &mut out, &progress).unwrap();
    assert!(outcome.holes.is_empty(), "{:?}", outcome.holes);
    assert!(outcome.records > MEMBERS as u64 && seen.get() == outcome.records, "{}", outcome.records);
    // Sixteen bytes an object, twice while the table of them grows, and a page; other tests run beside this one.
    if let (Some(before), Some(most)) = (before, most.get()) {
        assert!(out.0 > 15 << 20, "{} bytes were written", out.0);
        assert!(most < before + (12 << 20), "{} MiB more for {} MiB", (most - before) >> 20, out.0 >> 20);
    }
}
