//! What a lint is and may say.
//!
//! A lint names its subjects, judges each with the evidence it declared, and speaks through a [`Sink`]. It
//! has no other way to say anything: no files, no clock, no environment, no other lints, no engine.
#![forbid(unsafe_code)]

mod crash;
mod def;
mod finding;
mod meta;
mod outcome;
mod requirement;
mod sink;

pub use def::{Lint, LintDef};
pub use finding::{Finding, Fix, Label, Object, Report};
pub use meta::{Meta, Reference, Severity};
pub use outcome::Outcome;
pub use requirement::Requirement;
pub use sink::{Sink, Subject};

/// What a lint file imports.
pub mod prelude {
    pub use cmlint_model::need::{
        AllPurposes, AnyOf, DomainPrincipals, Each, Hierarchy, Maybe, Names, Need, OwnPolicy, Stored,
        Subjects, Taken, Via, Whole, one,
    };
    pub use cmlint_model::proof::{Answer, Confidence, Proof, Step};
    pub use cmlint_model::purpose::{Purpose, SignIn};
    pub use cmlint_model::views::{
        Account, AccountKind, Accounts, AclObject, Acls, AdminEntry, Administrators, AdvancedInsights, Asked,
        AskedRight, ConfigMgrGroup, Content, Difference, EffectiveGrant, Expected, ExpectedMembers, Extent,
        Firewall, Found, FoundGroup, Gate, Grant, Granted, Grantee, GroupMember, GroupPlace, Guarded, Held,
        HeldRole, Holders, Home, HostRight, InsightsIdentity, InsightsPool, NamedRule, On, OnNetwork,
        PackageEntry, Permissions, Principal, Principals, ProductRole, RemoteTools, Rights, RoleEntry,
        RoleMember, RoleOrigin, Roles, Ruling, Secrets, Securable, SmsProviders, Sql, SqlRight, Within,
        product_role, product_roles,
    };
    pub use cmlint_model::words::{
        Text, database, domain, host, object, path, principal, role, sid, site, term,
    };
    pub use cmlint_model::{Dataset, Gap, Judged, Key, Row, Scope, Status, moment, rows, text};
    pub use cmlint_source::{Field, Span, Spanned, Str};
    pub use cmlint_winsec::{AccessMask, Kind, Sid, Trustee, well_known};

    pub use crate::{Fix, Lint, Meta, Object, Reference, Severity, Sink, Subject};
}
