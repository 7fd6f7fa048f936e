//! What is asked for. Nothing else ever is: not the passwords that administrators keep in the directory
//! (`ms-Mcs-AdmPwd`, `msLAPS-*`, `msDS-ManagedPassword`, `msFVE-RecoveryPassword`, `unicodePwd`, `userPassword`), nor free
//! text in which people leave them (`description`, `info`, `comment`).

/// Accounts and groups, apart from members and descriptor.
const PRINCIPAL: &[&str] = &[
    "objectClass",
    "objectSid",
    "sAMAccountName",
    "userPrincipalName",
    "dNSHostName",
    "memberOf",
    "primaryGroupID",
    "userAccountControl",
    "groupType",
    "adminCount",
    "accountExpires",
    "profilePath",
    "pwdLastSet",
    "lockoutTime",
    "whenCreated",
    "servicePrincipalName",
    "operatingSystem",
    "managedBy",
    "msDS-AllowedToDelegateTo",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "msDS-GroupMSAMembership",
];

/// The security descriptor; a control says that only owner, group and DACL are meant.
pub(crate) const DESCRIPTOR: &str = "nTSecurityDescriptor";

/// What every account has (MS-ADTS 3.1.1.5.2.4), so that an account without it hides it.
pub(crate) const EVERY_ACCOUNT: &str = "userAccountControl";

/// A principal that the snapshot names, or a group downward of which everybody is asked for.
pub(crate) fn named() -> Vec<&'static str> {
    [PRINCIPAL, &["member", DESCRIPTOR]].concat()
}

/// A group above a principal: who else is in it is not asked.
pub(crate) fn above() -> Vec<&'static str> {
    [PRINCIPAL, &[DESCRIPTOR]].concat()
}

/// A member of a group that is no group itself. There may be very many, and nobody is asked about their
/// descriptors.
pub(crate) fn member() -> Vec<&'static str> {
    PRINCIPAL.to_vec()
}

/// The head of a domain.
pub(crate) const DOMAIN: &[&str] = &[
    "objectClass",
    "objectSid",
    "whenCreated",
    "ms-DS-MachineAccountQuota",
    "gPLink",
    "wellKnownObjects",
    DESCRIPTOR,
];

/// A domain of the forest.
pub(crate) const CROSS_REFERENCE: &[&str] = &["objectClass", "nETBIOSName", "dnsRoot", "nCName"];

/// A trust.
pub(crate) const TRUST: &[&str] = &[
    "objectClass",
    "cn",
    "trustPartner",
    "flatName",
    "securityIdentifier",
    "trustDirection",
    "trustType",
    "trustAttributes",
    "whenCreated",
];

/// A container or organisational unit, and what the product publishes.
pub(crate) const PLACE: &[&str] = &[
    "objectClass",
    "cn",
    "ou",
    "whenCreated",
    "gPLink",
    "dNSHostName",
    "mSSMSSiteCode",
    "mSSMSSourceForest",
    "mSSMSMPName",
    "mSSMSDefaultMP",
    "mSSMSVersion",
    DESCRIPTOR,
];

/// The server itself.
pub(crate) const SERVER: &[&str] =
    &["defaultNamingContext", "configurationNamingContext", "rootDomainNamingContext", "dnsHostName"];

#[cfg(test)]
mod tests {
    use cmlint_model::Dataset;
    use cmlint_model::rows::{TEXT_ATTRIBUTES, TYPED_ATTRIBUTES};

    use super::*;

    /// Attributes that hold secrets, or text in which people leave them.
    const NEVER: &[&str] = &[
        "admpwd",
        "mslaps",
        "managedpassword",
        "recoverypassword",
        "unicodepwd",
        "userpassword",
        "dbcspwd",
        "ntpwdhistory",
        "supplementalcredentials",
        "trustauth",
        "keycredential",
        "description",
        "info",
        "comment",
        "currentvalue",
        "*",
        "+",
    ];

    #[test]
    fn what_the_linter_reads_is_asked_for() {
        // Of a trust and of the head of a domain it reads what no principal has.
        let of_trusts =
            |name: &str| name.starts_with("trust") || matches!(name, "flatname" | "securityidentifier");
        let asks = |list: &[&str], name: &str| list.iter().any(|asked| asked.eq_ignore_ascii_case(name));
        for name in TYPED_ATTRIBUTES.iter().chain(TEXT_ATTRIBUTES).copied() {
            match name {
                "ms-ds-machineaccountquota" => assert!(asks(DOMAIN, name)),
                name if of_trusts(name) => assert!(asks(TRUST, name), "{name}"),
                // Who else is in a group above is not asked, and what may be done to a mere member is not either.
                "member" => assert!(asks(&named(), name)),
                "ntsecuritydescriptor" => {
                    for list in [&named()[..], &above(), DOMAIN, PLACE] {
                        assert!(asks(list, name));
                    }
                }
                name => {
                    for list in [&named()[..], &above(), &member()] {
                        assert!(asks(list, name), "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_stock_command_asks_for_the_same() {
        let command = Dataset::Directory.info().command;
        let (_, list) = command.split_once(" -l ").expect("a list of attributes");
        let asked: Vec<String> =
            list.split([' ', '"']).next().unwrap_or_default().split(',').map(str::to_lowercase).collect();
        for name in TYPED_ATTRIBUTES.iter().chain(TEXT_ATTRIBUTES) {
            assert!(asked.iter().any(|asked| asked == name), "{name}");
        }
        for name in asked {
            assert!(!NEVER.iter().any(|never| name.contains(never)), "{name}");
        }
    }

    #[test]
    fn no_attribute_that_holds_a_secret_is_asked_for() {
        let all = [&named()[..], &above(), &member(), DOMAIN, CROSS_REFERENCE, TRUST, PLACE, SERVER].concat();
        for name in all {
            let lower = name.to_ascii_lowercase();
            assert!(!NEVER.iter().any(|never| lower.contains(never)), "{name}");
        }
    }
}
