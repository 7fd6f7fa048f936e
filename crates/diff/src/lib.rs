//! What changed between two snapshots of a site: in the findings, in what lies underneath (members, security
//! roles, access control entries, accounts), and in what somebody may effectively do.
//!
//! A difference has one of three causes, and they are kept apart: the environment changed; more or less was
//! collected ([`Incomparable`]); another version of the linter judged. What one side does not hold is never
//! taken for a change.
#![forbid(unsafe_code)]

mod accounts;
mod administrators;
mod effects;
mod entries;
mod findings;
mod groups;
mod members;
mod pair;
mod roles;
mod rows;
mod settings;
mod sql;
mod user_rights;

use cmlint_model::proof::Proof;
use cmlint_model::words::Name;
use cmlint_model::{Dataset, Scope, Status, Text};
use cmlint_source::Span;

pub use findings::{
    Cause, Changed, FindingsDiff, JudgedBy, LintState, NotAReport, OtherOutcome, Record, Seen, findings,
};
pub use pair::Sight;

/// What a difference is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Area {
    /// Users, groups and computers of the directory.
    Principals,
    /// Members of groups, of the directory and of computers.
    Members,
    /// Security roles and what they grant.
    Roles,
    /// Administrative users and what they hold.
    Administrators,
    /// Stored accounts by purpose.
    Accounts,
    /// Access control entries, owners.
    Entries,
    /// User rights on computers.
    UserRights,
    /// Logins, users, roles and permissions of SQL Server.
    Sql,
    /// Properties of sites, components and site system roles.
    Settings,
    /// Rows of other datasets.
    Rows,
}

impl Area {
    /// All areas, in the order of reports.
    pub const ALL: [Area; 10] = [
        Area::Members,
        Area::Accounts,
        Area::Roles,
        Area::Administrators,
        Area::Entries,
        Area::UserRights,
        Area::Sql,
        Area::Principals,
        Area::Settings,
        Area::Rows,
    ];

    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            Area::Principals => "principals",
            Area::Members => "members",
            Area::Roles => "security-roles",
            Area::Administrators => "administrative-users",
            Area::Accounts => "accounts",
            Area::Entries => "access-control-entries",
            Area::UserRights => "user-rights",
            Area::Sql => "sql",
            Area::Settings => "settings",
            Area::Rows => "rows",
        }
    }

    /// The heading of reports.
    pub fn title(self) -> &'static str {
        match self {
            Area::Principals => "Users, groups and computers",
            Area::Members => "Members of groups",
            Area::Roles => "Security roles",
            Area::Administrators => "Administrative users",
            Area::Accounts => "Accounts",
            Area::Entries => "Access control entries",
            Area::UserRights => "User rights",
            Area::Sql => "SQL Server",
            Area::Settings => "Settings",
            Area::Rows => "Other data",
        }
    }
}

/// In which direction something changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sign {
    /// It is there now.
    Added,
    /// It is there no longer.
    Removed,
    /// It is another.
    Changed,
}

impl Sign {
    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            Sign::Added => "added",
            Sign::Removed => "removed",
            Sign::Changed => "changed",
        }
    }

    /// The mark in front of a line.
    pub fn mark(self) -> char {
        match self {
            Sign::Added => '+',
            Sign::Removed => '-',
            Sign::Changed => '~',
        }
    }
}

/// One difference underneath the findings, in a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What it is about.
    pub area: Area,
    /// In which direction.
    pub sign: Sign,
    /// What changed: lower case, no full stop.
    pub text: Text,
    /// Where it stood in the old snapshot.
    pub old: Option<Span>,
    /// Where it stands in the new snapshot.
    pub new: Option<Span>,
}

/// An effective right that somebody gained or lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Whether it was gained.
    pub gained: bool,
    /// The right, so that "`X` gains …" reads well.
    pub right: Text,
    /// What it is made of, where it has parts: the operations of a role on each type of object.
    pub details: Vec<Text>,
    /// Those who gained it by themselves.
    pub who: Vec<Name>,
    /// Those who gained it as members of them.
    pub through: Vec<Name>,
    /// The way of the first of them to the right: in the new snapshot for what was gained, else in the old.
    pub proof: Proof,
}

/// Data that one of the snapshots does not hold, or not wholly.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Incomparable {
    /// The dataset.
    pub dataset: Dataset,
    /// Where.
    pub scope: Scope,
    /// How much of it the old snapshot holds.
    pub old: Status,
    /// How much of it the new snapshot holds.
    pub new: Status,
    /// Why not all of it, in words.
    pub why: String,
}

/// What changed underneath the findings.
#[derive(Clone, Debug, Default)]
pub struct Underneath {
    /// What changed, by area.
    pub changes: Vec<Change>,
    /// Who gained and lost which effective right.
    pub effects: Vec<Effect>,
    /// Principals whose effective rights were not compared, because too many are affected.
    pub uncounted: usize,
    /// What could not be compared.
    pub incomparable: Vec<Incomparable>,
}

impl Underneath {
    /// Whether nothing changed and everything could be compared.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.effects.is_empty() && self.incomparable.is_empty()
    }
}

/// Compares two snapshots.
pub fn underneath<'s>(old: &Sight<'s>, new: &Sight<'s>) -> Underneath {
    let pair = pair::Pair::new(old, new);
    let mut changes = Vec::new();
    changes.extend(members::principals(&pair));
    let edges = members::edges(&pair);
    changes.extend(edges.changes.iter().cloned());
    let locals = groups::changes(&pair);
    changes.extend(locals.changes.iter().cloned());
    let roles = roles::changes(&pair);
    changes.extend(roles.changes.iter().cloned());
    let administrators = administrators::changes(&pair);
    changes.extend(administrators.changes.iter().cloned());
    changes.extend(accounts::changes(&pair));
    let entries = entries::changes(&pair);
    changes.extend(entries.changes.iter().cloned());
    let rights = user_rights::changes(&pair);
    changes.extend(rights.changes.iter().cloned());
    let sql = sql::changes(&pair);
    changes.extend(sql.changes.iter().cloned());
    changes.extend(settings::changes(&pair));
    changes.extend(rows::changes(&pair));
    let mut seeds = std::collections::BTreeSet::new();
    for found in [&edges, &locals, &roles, &administrators, &entries, &rights, &sql] {
        seeds.extend(found.seeds.iter().copied());
    }
    let (effects, uncounted) = effects::effects(&pair, seeds, &entries.objects);
    let order = |area: Area| Area::ALL.iter().position(|a| *a == area);
    changes.sort_by_cached_key(|c| (order(c.area), c.text.to_string().to_lowercase(), c.sign));
    changes.dedup_by(|a, b| a.area == b.area && a.sign == b.sign && a.text == b.text);
    Underneath { changes, effects, uncounted, incomparable: pair.incomparable() }
}
