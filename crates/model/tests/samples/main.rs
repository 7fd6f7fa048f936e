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

#[test]
fn the_order_of_rows_changes_no_answer() {
    use cmlint_model::Scope;
    use cmlint_model::catalogue::{COLLECTION, MODIFY};
    use cmlint_model::views::{
        ConfigMgrGroup, ExpectedMembers, On, Permissions, Principals, Sql, SqlRight, product_roles,
    };

    let told = |snapshot: &Snapshot<'_>, archive: &Archive| {
        let views = views(archive, snapshot);
        let (principals, sql) = (view::<Principals<'_>>(&views), view::<Sql<'_>>(&views));
        let (permissions, members) = (view::<Permissions<'_>>(&views), view::<ExpectedMembers<'_>>(&views));
        let at = Scope::database("sql01.contoso.com", "CM_PS1");
        let mut told = Vec::new();
        for rid in (1105..1115).chain(1121..1135).chain(1201..1230) {
            let who = sid(rid);
            for right in [SqlRight::ServerRole("sysadmin"), SqlRight::Permission("EXECUTE")] {
                told.push(format!("{:?}", sql.sql_right(&who, &at, right, principals)));
            }
            told.push(format!("{:?}", sql.database_roles(&who, &at, principals)));
            told.push(format!("{:?}", permissions.grants(&who, principals)));
            for on in [On::Anything, On::Collection("PS100013")] {
                told.push(format!("{:?}", permissions.can_on(&who, COLLECTION, MODIFY | 1, on, principals)));
            }
        }
        told.push(format!("{:?}", sql.holders(&at, SqlRight::DatabaseRole("db_owner"), principals)));
        told.push(format!("{:?}", permissions.holders(COLLECTION, MODIFY)));
        for role in product_roles() {
            told.push(format!("{:?}", members.for_database_role("PS1", role)));
        }
        for group in ["SMS Admins", "SMS_SiteSystemToSiteServerConnection_Stat_PS1"] {
            let group = ConfigMgrGroup::parse(group).unwrap();
            told.push(format!("{:?}", members.known("cm01", &group)));
        }
        told
    };
    let archive = sample("contoso");
    let forward = archive.read();
    let mut backward = archive.read();
    backward.reverse();
    assert_eq!(told(&forward, &archive), told(&backward, &archive));
}
