//! The views on the sample snapshots. What each test expects was checked by hand against their files.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod expected;
mod permissions;
mod sql;

use std::collections::BTreeSet;
use std::path::PathBuf;

use cmlint_archive::{Archive, Options, open};
use cmlint_model::proof::{Answer, Proof};
use cmlint_model::views::{View, ViewId, Views};
use cmlint_model::{Dataset, Gap, Snapshot};
use cmlint_winsec::Sid;

const DOMAIN: &str = "S-1-5-21-2087394612-1164239578-3302857941";

/// Accounts of the domain, by RID.
const CM00: u32 = 1105;
const CM01: u32 = 1107;
const DP01: u32 = 1112;
const MOKAFOR: u32 = 1132;
const JREUTER: u32 = 1130;
const DLARSEN: u32 = 1134;
const SVC_OSD: u32 = 1210;
const SVC_MPCONN: u32 = 1213;
const SVC_ENROLL: u32 = 1214;
const SVC_RSP: u32 = 1215;
const SVC_MCAST: u32 = 1216;
const SVC_INSIGHTS: u32 = 1226;

fn sid(rid: u32) -> Sid {
    format!("{DOMAIN}-{rid}").parse().unwrap()
}

fn sample(name: &str) -> Archive {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../snapshots");
    open(&root.join(name), Options::default()).unwrap()
}

fn views<'s>(archive: &'s Archive, snapshot: &'s Snapshot<'s>) -> Views<'s> {
    let wanted = [ViewId::Principals, ViewId::Permissions, ViewId::ExpectedMembers, ViewId::Sql];
    Views::build(snapshot, archive.sources(), &BTreeSet::from(wanted))
}

fn view<'s, V: View<'s>>(views: &'s Views<'s>) -> &'s V {
    V::get(views)
}

/// The steps of a proof as a reader sees them, without quotes.
fn steps(proof: &Proof) -> Vec<String> {
    proof.steps.iter().map(|step| step.text.to_string().replace('`', "")).collect()
}

fn proved(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::Yes(proof) => steps(proof),
        other => panic!("expected a yes, got {other:?}"),
    }
}

fn datasets(gaps: &[Gap]) -> BTreeSet<Dataset> {
    gaps.iter().map(|gap| gap.dataset).collect()
}

fn missed(answer: &Answer) -> BTreeSet<Dataset> {
    match answer {
        Answer::Unknown(gaps) => datasets(gaps),
        other => panic!("expected an unknown, got {other:?}"),
    }
}

/// The texts that the places of a proof point at.
fn places(archive: &Archive, proof: &Proof) -> Vec<String> {
    let sources = archive.sources();
    let spans = proof.steps.iter().filter_map(|step| step.span);
    spans.map(|span| format!("{}: {}", sources.place(span).path, sources.text(span))).collect()
}
