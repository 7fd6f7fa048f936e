use std::fmt;

use crate::{Sid, well_known as wk};

/// Whom an ACE, an owner or a group field names.
///
/// A descriptor read from bytes holds only SIDs. SDDL text may also hold two-letter aliases for accounts
/// of "the" domain, whose SID the text does not say; these stay symbolic until [`Trustee::resolve`] is
/// told the domain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trustee {
    /// A SID.
    Sid(Sid),
    /// An alias whose SID depends on the domain or computer: `DA`, `LA`, `EA`.
    DomainRelative(DomainRelative),
}

/// An account that every domain, or every computer, has, named by its SDDL alias.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DomainRelative {
    /// The two letters in upper case.
    pub alias: &'static str,
    /// The relative identifier.
    pub rid: u32,
    /// Whose account it is.
    pub base: Base,
}

/// Whose SID stands before the relative identifier of an alias.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Base {
    /// The domain that the computer belongs to.
    Domain,
    /// The root domain of the forest: Enterprise Admins, Schema Admins.
    RootDomain,
    /// The account database of the computer itself: local Administrator and Guest.
    Machine,
}

/// The SIDs that domain-relative aliases stand on, as far as they are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context {
    /// SID of the domain that the computer belongs to.
    pub domain: Option<Sid>,
    /// SID of the root domain of its forest.
    pub root_domain: Option<Sid>,
    /// SID of the computer's own account database. On a domain controller that is the domain's.
    pub machine: Option<Sid>,
}

impl Trustee {
    /// The trustee of a two-letter SDDL alias in any case (MS-DTYP 2.5.1.1, win32 "SID Strings").
    pub fn from_alias(alias: &str) -> Option<Trustee> {
        if alias.len() != 2 {
            return None;
        }
        let (_, target) = ALIASES.iter().find(|(known, _)| known.eq_ignore_ascii_case(alias))?;
        Some(*target)
    }

    /// The two-letter SDDL alias, if there is one: `BA`, `DA`.
    pub fn alias(&self) -> Option<&'static str> {
        match self {
            Trustee::DomainRelative(relative) => Some(relative.alias),
            Trustee::Sid(_) => ALIASES.iter().find(|(_, t)| t == self).map(|(alias, _)| *alias),
        }
    }

    /// The SID, if it needs no context.
    pub fn sid(&self) -> Option<Sid> {
        match self {
            Trustee::Sid(sid) => Some(*sid),
            Trustee::DomainRelative(_) => None,
        }
    }

    /// The SID in a context; `None` where the context does not know the domain that is meant.
    pub fn resolve(&self, context: &Context) -> Option<Sid> {
        let relative = match self {
            Trustee::Sid(sid) => return Some(*sid),
            Trustee::DomainRelative(relative) => relative,
        };
        let base = match relative.base {
            Base::Domain => context.domain,
            Base::RootDomain => context.root_domain,
            Base::Machine => context.machine,
        };
        base?.child(relative.rid)
    }

    /// The name that an English Windows shows, without a domain where it is not known: `BUILTIN\Users`,
    /// `Domain Admins`.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Trustee::Sid(sid) => match sid.domain() {
                Some(_) => wk::domain_rid_name(sid.rid()?),
                None => wk::well_known_name(sid),
            },
            Trustee::DomainRelative(relative) => wk::domain_rid_name(relative.rid),
        }
    }
}

impl From<Sid> for Trustee {
    fn from(sid: Sid) -> Trustee {
        Trustee::Sid(sid)
    }
}

impl fmt::Display for Trustee {
    /// As SDDL writes it: the alias where there is one, else the SID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.alias(), self) {
            (Some(alias), _) => f.write_str(alias),
            (None, Trustee::Sid(sid)) => sid.fmt(f),
            (None, Trustee::DomainRelative(relative)) => f.write_str(relative.alias),
        }
    }
}

impl fmt::Debug for Trustee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const fn fixed(alias: &'static str, sid: Sid) -> (&'static str, Trustee) {
    (alias, Trustee::Sid(sid))
}

const fn relative(alias: &'static str, rid: u32, base: Base) -> (&'static str, Trustee) {
    (alias, Trustee::DomainRelative(DomainRelative { alias, rid, base }))
}

/// MS-DTYP 2.5.1.1 and the win32 page "SID Strings" (sddl.h).
const ALIASES: &[(&str, Trustee)] = &[
    fixed("AA", wk::ACCESS_CONTROL_ASSISTANCE_OPERATORS),
    fixed("AC", wk::ALL_APPLICATION_PACKAGES),
    fixed("AN", wk::ANONYMOUS),
    fixed("AO", wk::ACCOUNT_OPERATORS),
    relative("AP", 525, Base::Domain),
    fixed("AS", wk::AUTHENTICATION_AUTHORITY_ASSERTED_IDENTITY),
    fixed("AU", wk::AUTHENTICATED_USERS),
    fixed("BA", wk::ADMINISTRATORS),
    fixed("BG", wk::GUESTS),
    fixed("BO", wk::BACKUP_OPERATORS),
    fixed("BU", wk::USERS),
    relative("CA", 517, Base::Domain),
    fixed("CD", wk::CERTIFICATE_SERVICE_DCOM_ACCESS),
    fixed("CG", wk::CREATOR_GROUP),
    relative("CN", 522, Base::Domain),
    fixed("CO", wk::CREATOR_OWNER),
    fixed("CY", wk::CRYPTOGRAPHIC_OPERATORS),
    relative("DA", 512, Base::Domain),
    relative("DC", 515, Base::Domain),
    relative("DD", 516, Base::Domain),
    relative("DG", 514, Base::Domain),
    relative("DU", 513, Base::Domain),
    relative("EA", 519, Base::RootDomain),
    fixed("ED", wk::ENTERPRISE_DOMAIN_CONTROLLERS),
    relative("EK", 527, Base::RootDomain),
    fixed("ER", wk::EVENT_LOG_READERS),
    fixed("ES", wk::RDS_ENDPOINT_SERVERS),
    fixed("HA", wk::HYPER_V_ADMINISTRATORS),
    fixed("HI", wk::HIGH_MANDATORY_LEVEL),
    fixed("HO", wk::USER_MODE_HARDWARE_OPERATORS),
    fixed("IS", wk::IIS_IUSRS),
    fixed("IU", wk::INTERACTIVE),
    relative("KA", 526, Base::Domain),
    relative("LA", 500, Base::Machine),
    relative("LG", 501, Base::Machine),
    fixed("LS", wk::LOCAL_SERVICE),
    fixed("LU", wk::PERFORMANCE_LOG_USERS),
    fixed("LW", wk::LOW_MANDATORY_LEVEL),
    fixed("ME", wk::MEDIUM_MANDATORY_LEVEL),
    fixed("MP", wk::MEDIUM_PLUS_MANDATORY_LEVEL),
    fixed("MS", wk::RDS_MANAGEMENT_SERVERS),
    fixed("MU", wk::PERFORMANCE_MONITOR_USERS),
    fixed("NO", wk::NETWORK_CONFIGURATION_OPERATORS),
    fixed("NS", wk::NETWORK_SERVICE),
    fixed("NU", wk::NETWORK),
    fixed("OW", wk::OWNER_RIGHTS),
    relative("PA", 520, Base::Domain),
    fixed("PO", wk::PRINT_OPERATORS),
    fixed("PS", wk::PRINCIPAL_SELF),
    fixed("PU", wk::POWER_USERS),
    fixed("RA", wk::RDS_REMOTE_ACCESS_SERVERS),
    fixed("RC", wk::RESTRICTED_CODE),
    fixed("RD", wk::REMOTE_DESKTOP_USERS),
    fixed("RE", wk::REPLICATOR),
    fixed("RM", wk::REMOTE_MANAGEMENT_USERS),
    relative("RO", 498, Base::RootDomain),
    relative("RS", 553, Base::Domain),
    fixed("RU", wk::PRE_WINDOWS_2000_COMPATIBLE_ACCESS),
    relative("SA", 518, Base::RootDomain),
    fixed("SH", wk::OPENSSH_USERS),
    fixed("SI", wk::SYSTEM_MANDATORY_LEVEL),
    fixed("SO", wk::SERVER_OPERATORS),
    fixed("SS", wk::SERVICE_ASSERTED_IDENTITY),
    fixed("SU", wk::SERVICE),
    fixed("SY", wk::SYSTEM),
    fixed("UD", wk::USER_MODE_DRIVERS),
    fixed("WD", wk::EVERYONE),
    fixed("WR", wk::WRITE_RESTRICTED_CODE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_unique_and_found_in_any_case() {
        assert!(ALIASES.windows(2).all(|w| w[0].0 < w[1].0));
        for (alias, trustee) in ALIASES {
            assert_eq!(Trustee::from_alias(&alias.to_lowercase()), Some(*trustee));
            assert_eq!(trustee.alias(), Some(*alias));
            assert!(trustee.name().is_some(), "{alias}");
        }
        assert_eq!(Trustee::from_alias("ZZ"), None);
    }

    #[test]
    fn a_domain_alias_needs_its_domain() {
        let da = Trustee::from_alias("DA").unwrap();
        let domain: Sid = "S-1-5-21-1-2-3".parse().unwrap();
        assert_eq!(da.resolve(&Context::default()), None);
        let context = Context { domain: Some(domain), ..Context::default() };
        assert_eq!(da.resolve(&context), domain.child(512));
        assert_eq!(Trustee::from_alias("EA").unwrap().resolve(&context), None);
        assert_eq!(Trustee::from_alias("LA").unwrap().resolve(&context), None);
    }
}
