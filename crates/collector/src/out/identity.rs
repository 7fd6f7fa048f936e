use std::collections::BTreeSet;

use cmlint_archive::{Hierarchy, WrittenManifest};
use jiff::{Timestamp, Unit};

use crate::Failure;

/// What may be mixed in one snapshot when somebody asks for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub enum Allow {
    /// Add to a snapshot that was begun more than a day ago.
    OlderSnapshot,
    /// Add what the provider of another site of the hierarchy says.
    OtherSite,
    /// Add what another hierarchy says.
    OtherHierarchy,
}

/// The time, as a manifest writes it.
pub fn now() -> String {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now).to_string()
}

pub(super) fn same_day(
    manifest: &WrittenManifest,
    now: &str,
    allow: &BTreeSet<Allow>,
) -> Result<(), Failure> {
    if allow.contains(&Allow::OlderSnapshot) {
        return Ok(());
    }
    let refuse = |why: String| Failure::Mixture { why, flag: "--allow older-snapshot" };
    let began: Timestamp = manifest.collected_at.parse().map_err(|_| {
        refuse(format!(
            "nobody can tell how old the snapshot is: `collected_at` is `{}`",
            manifest.collected_at
        ))
    })?;
    let now: Timestamp =
        now.parse().map_err(|_| refuse("this computer's clock cannot be read".to_owned()))?;
    let days = now.duration_since(began).as_hours().abs() / 24;
    if days == 0 {
        return Ok(());
    }
    Err(refuse(format!(
        "the snapshot was begun at {} ({days} {} from now); what is collected now would be judged as of then",
        manifest.collected_at,
        if days == 1 { "day" } else { "days" }
    )))
}

pub(super) fn same_hierarchy(
    known: &Hierarchy,
    asked: &Hierarchy,
    allow: &BTreeSet<Allow>,
) -> Result<(), Failure> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    if !same(&known.top_site, &asked.top_site) || !same(&known.top_server, &asked.top_server) {
        if allow.contains(&Allow::OtherHierarchy) {
            return Ok(());
        }
        let why = format!(
            "the snapshot is of the hierarchy under {} on {}; this is the one under {} on {}",
            known.top_site, known.top_server, asked.top_site, asked.top_server
        );
        return Err(Failure::Mixture { why, flag: "--allow other-hierarchy" });
    }
    if !same(&known.asked_site, &asked.asked_site) && !allow.contains(&Allow::OtherSite) {
        let why = format!(
            "the snapshot holds what the provider of site {} said; this one is of site {}, and would take its place",
            known.asked_site, asked.asked_site
        );
        return Err(Failure::Mixture { why, flag: "--allow other-site" });
    }
    Ok(())
}
