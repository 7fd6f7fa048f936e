//! Windows Defender Firewall as the registry holds it.
//!
//! Keys, names of values and the grammar of rules: MS-GPFAS 2.2. The computer's own store has the same shape.

use cmlint_source::{Spanned, Str};

/// A value below the keys of the firewall.
#[derive(Debug)]
pub struct FirewallValue<'a> {
    /// Whose it is.
    pub store: FirewallStore,
    /// Name of the value; of a rule, its identifier.
    pub name: Spanned<Str<'a>>,
    /// What it holds.
    pub holds: FirewallHolds<'a>,
}

/// Where the firewall takes a value from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FirewallStore {
    /// The computer's own settings (`…\SharedAccess\Parameters\FirewallPolicy`).
    Own,
    /// Group policy (`…\Policies\Microsoft\WindowsFirewall`).
    Policy,
}

/// What a value of the firewall holds.
#[derive(Debug)]
pub enum FirewallHolds<'a> {
    /// A rule: `v2.30|Action=Allow|Active=TRUE|Dir=In|…`.
    Rule(Spanned<Str<'a>>),
    /// A setting of a profile: `EnableFirewall`, `DefaultInboundAction`.
    Setting(FirewallProfile, Spanned<u64>),
}

/// The kind of network that settings and rules hold for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FirewallProfile {
    /// Networks where the computer's domain answers (`DomainProfile`).
    Domain,
    /// Networks that an administrator calls private (`StandardProfile`, in policies `PrivateProfile`).
    Private,
    /// All others (`PublicProfile`).
    Public,
}

impl FirewallProfile {
    /// The word of the registry, of rules and of `Set-NetFirewallProfile`.
    pub fn word(self) -> &'static str {
        match self {
            FirewallProfile::Domain => "Domain",
            FirewallProfile::Private => "Private",
            FirewallProfile::Public => "Public",
        }
    }
}
