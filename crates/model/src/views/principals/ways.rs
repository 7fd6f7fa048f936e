//! How a group was reached, and how well that convinces.

use std::collections::BTreeMap;

use cmlint_winsec::{Sid, well_known};

use super::Holder;
use crate::proof::{Proof, Step};

/// How a group was reached.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The member before it and the step; `None` for the start.
    pub(super) from: Option<(Holder, Step)>,
    pub(super) kind: WayKind,
}

/// Whose doing a way is; the first convinces most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum WayKind {
    /// Somebody made a member of it.
    Made,
    /// It leads through a group that every account is in.
    Default,
    /// It leads through a group that a kind of sign-in brings with it.
    SignIn,
}

impl WayKind {
    /// The kind of a way that leads on into `group`.
    pub(super) fn into(self, group: &Sid) -> WayKind {
        if is_default(group) { self.max(WayKind::Default) } else { self }
    }
}

pub(super) type Ways = BTreeMap<Holder, Way>;

/// The path to a group, and its length.
pub(super) fn path(ways: &Ways, holder: &Holder) -> Proof {
    let mut steps = Vec::new();
    let mut at = holder;
    while let Some(Way { from: Some((before, step)), .. }) = ways.get(at) {
        steps.push(step.clone());
        at = before;
    }
    steps.reverse();
    Proof { steps }
}

pub(super) fn length(ways: &Ways, holder: &Holder) -> usize {
    let mut steps = 0;
    let mut at = holder;
    while let Some(Way { from: Some((before, _)), .. }) = ways.get(at) {
        steps += 1;
        at = before;
    }
    steps
}

/// Groups that accounts are in without anybody having put them there.
fn is_default(sid: &Sid) -> bool {
    let everywhere = [
        well_known::EVERYONE,
        well_known::AUTHENTICATED_USERS,
        well_known::USERS,
        well_known::INTERACTIVE,
        well_known::REMOTE_INTERACTIVE_LOGON,
        well_known::NETWORK,
        well_known::BATCH,
        well_known::SERVICE,
        well_known::THIS_ORGANIZATION,
    ];
    everywhere.contains(sid) || sid.domain().is_some() && matches!(sid.rid(), Some(513 | 515))
}
