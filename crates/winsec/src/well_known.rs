//! SIDs that are the same everywhere, with the names that an English Windows shows for them.
//!
//! Sources: MS-DTYP 2.4.2.4 (well-known SIDs) and the win32 page "Well-known SIDs". Names are labels only:
//! a German Windows writes `VORDEFINIERT\Administratoren` for `S-1-5-32-544`.

use crate::{Sid, app_pool_sid, service_sid};

macro_rules! well_known {
    ($($(#[doc = $doc:literal])* $id:ident = $authority:literal [$($sub:literal),*] $name:literal;)*) => {
        $(
            $(#[doc = $doc])*
            #[doc = concat!("(`", $name, "`)")]
            pub const $id: Sid = Sid::new($authority, [$($sub),*]);
        )*
        /// SID and name, in the order of the SIDs.
        const TABLE: &[(Sid, &str)] = &[$(($id, $name)),*];
    };
}

well_known! {
    /// A SID that nobody has.
    NULL_SID = 0 [0] "NULL SID";
    /// Every principal; since Windows XP without anonymous sign-ins.
    EVERYONE = 1 [0] "Everyone";
    /// Users who sign in at the machine itself.
    LOCAL = 2 [0] "LOCAL";
    /// Users at the physical console.
    CONSOLE_LOGON = 2 [1] "CONSOLE LOGON";
    /// Stands for the creator of an object in an inheritable ACE.
    CREATOR_OWNER = 3 [0] "CREATOR OWNER";
    /// Stands for the creator's primary group in an inheritable ACE.
    CREATOR_GROUP = 3 [1] "CREATOR GROUP";
    /// Stands for the creator's server process.
    CREATOR_OWNER_SERVER = 3 [2] "CREATOR OWNER SERVER";
    /// Stands for the primary group of the creator's server process.
    CREATOR_GROUP_SERVER = 3 [3] "CREATOR GROUP SERVER";
    /// The current owner of the object; an ACE for it replaces the owner's implicit rights.
    OWNER_RIGHTS = 3 [4] "OWNER RIGHTS";
    /// Users over a dial-up connection.
    DIALUP = 5 [1] "NT AUTHORITY\\DIALUP";
    /// Users over the network.
    NETWORK = 5 [2] "NT AUTHORITY\\NETWORK";
    /// Users who sign in as a batch job.
    BATCH = 5 [3] "NT AUTHORITY\\BATCH";
    /// Users who sign in interactively.
    INTERACTIVE = 5 [4] "NT AUTHORITY\\INTERACTIVE";
    /// Accounts that sign in as a service.
    SERVICE = 5 [6] "NT AUTHORITY\\SERVICE";
    /// Sign-ins without an account.
    ANONYMOUS = 5 [7] "NT AUTHORITY\\ANONYMOUS LOGON";
    /// A proxy.
    PROXY = 5 [8] "NT AUTHORITY\\PROXY";
    /// All domain controllers of the forest.
    ENTERPRISE_DOMAIN_CONTROLLERS = 5 [9] "NT AUTHORITY\\ENTERPRISE DOMAIN CONTROLLERS";
    /// Stands for the account that the object itself is.
    PRINCIPAL_SELF = 5 [10] "NT AUTHORITY\\SELF";
    /// Every principal that signed in with an account, computers included; not Guest.
    AUTHENTICATED_USERS = 5 [11] "NT AUTHORITY\\Authenticated Users";
    /// A process with a restricted token.
    RESTRICTED_CODE = 5 [12] "NT AUTHORITY\\RESTRICTED";
    /// Users who sign in through Terminal Services.
    TERMINAL_SERVER_USER = 5 [13] "NT AUTHORITY\\TERMINAL SERVER USER";
    /// Users who sign in through Remote Desktop.
    REMOTE_INTERACTIVE_LOGON = 5 [14] "NT AUTHORITY\\REMOTE INTERACTIVE LOGON";
    /// All users of the same organisation.
    THIS_ORGANIZATION = 5 [15] "NT AUTHORITY\\This Organization";
    /// The account of anonymous IIS users.
    IUSR = 5 [17] "NT AUTHORITY\\IUSR";
    /// The operating system.
    SYSTEM = 5 [18] "NT AUTHORITY\\SYSTEM";
    /// The service account without network credentials.
    LOCAL_SERVICE = 5 [19] "NT AUTHORITY\\LOCAL SERVICE";
    /// The service account that acts as the computer on the network.
    NETWORK_SERVICE = 5 [20] "NT AUTHORITY\\NETWORK SERVICE";
    /// The account's token carries compounded identity.
    COMPOUNDED_AUTHENTICATION = 5 [21, 0, 0, 0, 496] "NT AUTHORITY\\COMPOUNDED_AUTHENTICATION";
    /// The token carries valid claims.
    CLAIMS_VALID = 5 [21, 0, 0, 0, 497] "NT AUTHORITY\\CLAIMS_VALID";
    /// The local Administrators group.
    ADMINISTRATORS = 5 [32, 544] "BUILTIN\\Administrators";
    /// The local Users group.
    USERS = 5 [32, 545] "BUILTIN\\Users";
    /// The local Guests group.
    GUESTS = 5 [32, 546] "BUILTIN\\Guests";
    /// A group of old applications.
    POWER_USERS = 5 [32, 547] "BUILTIN\\Power Users";
    /// May create and change most accounts of a domain.
    ACCOUNT_OPERATORS = 5 [32, 548] "BUILTIN\\Account Operators";
    /// May administer domain controllers.
    SERVER_OPERATORS = 5 [32, 549] "BUILTIN\\Server Operators";
    /// May administer printers on domain controllers.
    PRINT_OPERATORS = 5 [32, 550] "BUILTIN\\Print Operators";
    /// May read and restore all files.
    BACKUP_OPERATORS = 5 [32, 551] "BUILTIN\\Backup Operators";
    /// File replication.
    REPLICATOR = 5 [32, 552] "BUILTIN\\Replicator";
    /// May read all users and groups of a domain.
    PRE_WINDOWS_2000_COMPATIBLE_ACCESS = 5 [32, 554] "BUILTIN\\Pre-Windows 2000 Compatible Access";
    /// May sign in through Remote Desktop.
    REMOTE_DESKTOP_USERS = 5 [32, 555] "BUILTIN\\Remote Desktop Users";
    /// May change network settings.
    NETWORK_CONFIGURATION_OPERATORS = 5 [32, 556] "BUILTIN\\Network Configuration Operators";
    /// May create incoming forest trusts.
    INCOMING_FOREST_TRUST_BUILDERS = 5 [32, 557] "BUILTIN\\Incoming Forest Trust Builders";
    /// May read performance counters from afar.
    PERFORMANCE_MONITOR_USERS = 5 [32, 558] "BUILTIN\\Performance Monitor Users";
    /// May schedule performance logs; holds the batch sign-in right.
    PERFORMANCE_LOG_USERS = 5 [32, 559] "BUILTIN\\Performance Log Users";
    /// May read tokenGroupsGlobalAndUniversal of users.
    WINDOWS_AUTHORIZATION_ACCESS_GROUP = 5 [32, 560] "BUILTIN\\Windows Authorization Access Group";
    /// Terminal server licence servers.
    TERMINAL_SERVER_LICENSE_SERVERS = 5 [32, 561] "BUILTIN\\Terminal Server License Servers";
    /// May launch, activate and use DCOM objects.
    DISTRIBUTED_COM_USERS = 5 [32, 562] "BUILTIN\\Distributed COM Users";
    /// The worker processes of IIS.
    IIS_IUSRS = 5 [32, 568] "BUILTIN\\IIS_IUSRS";
    /// May do cryptographic operations.
    CRYPTOGRAPHIC_OPERATORS = 5 [32, 569] "BUILTIN\\Cryptographic Operators";
    /// May read event logs.
    EVENT_LOG_READERS = 5 [32, 573] "BUILTIN\\Event Log Readers";
    /// May connect to certification authorities.
    CERTIFICATE_SERVICE_DCOM_ACCESS = 5 [32, 574] "BUILTIN\\Certificate Service DCOM Access";
    /// RemoteApp servers.
    RDS_REMOTE_ACCESS_SERVERS = 5 [32, 575] "BUILTIN\\RDS Remote Access Servers";
    /// Servers that run virtual machines of Remote Desktop.
    RDS_ENDPOINT_SERVERS = 5 [32, 576] "BUILTIN\\RDS Endpoint Servers";
    /// Servers that manage Remote Desktop.
    RDS_MANAGEMENT_SERVERS = 5 [32, 577] "BUILTIN\\RDS Management Servers";
    /// Full access to Hyper-V.
    HYPER_V_ADMINISTRATORS = 5 [32, 578] "BUILTIN\\Hyper-V Administrators";
    /// May query permissions from afar.
    ACCESS_CONTROL_ASSISTANCE_OPERATORS = 5 [32, 579] "BUILTIN\\Access Control Assistance Operators";
    /// May use WMI through remote management.
    REMOTE_MANAGEMENT_USERS = 5 [32, 580] "BUILTIN\\Remote Management Users";
    /// Default account, managed by the system.
    SYSTEM_MANAGED_ACCOUNTS_GROUP = 5 [32, 581] "BUILTIN\\System Managed Accounts Group";
    /// Storage replica administrators.
    STORAGE_REPLICA_ADMINISTRATORS = 5 [32, 582] "BUILTIN\\Storage Replica Administrators";
    /// May manage the device's owner settings.
    DEVICE_OWNERS = 5 [32, 583] "BUILTIN\\Device Owners";
    /// Hardware operators in user mode.
    USER_MODE_HARDWARE_OPERATORS = 5 [32, 584] "BUILTIN\\User Mode Hardware Operators";
    /// May connect through OpenSSH.
    OPENSSH_USERS = 5 [32, 585] "BUILTIN\\OpenSSH Users";
    /// A process with a write-restricted token.
    WRITE_RESTRICTED_CODE = 5 [33] "NT AUTHORITY\\WRITE RESTRICTED";
    /// Signed in by NTLM.
    NTLM_AUTHENTICATION = 5 [64, 10] "NT AUTHORITY\\NTLM Authentication";
    /// Signed in by SChannel.
    SCHANNEL_AUTHENTICATION = 5 [64, 14] "NT AUTHORITY\\SChannel Authentication";
    /// Signed in by digest authentication.
    DIGEST_AUTHENTICATION = 5 [64, 21] "NT AUTHORITY\\Digest Authentication";
    /// All services.
    ALL_SERVICES = 5 [80, 0] "NT SERVICE\\ALL SERVICES";
    /// The Windows Modules Installer, owner of the system's own files.
    TRUSTED_INSTALLER = 5 [80, 956008885, 3418522649, 1831038044, 1853292631, 2271478464]
        "NT SERVICE\\TrustedInstaller";
    /// All virtual machines of Hyper-V.
    VIRTUAL_MACHINES = 5 [83, 0] "NT VIRTUAL MACHINE\\Virtual Machines";
    /// Drivers in user mode.
    USER_MODE_DRIVERS = 5 [84, 0, 0, 0, 0, 0] "NT AUTHORITY\\USER MODE DRIVERS";
    /// The accounts of the Desktop Window Manager.
    WINDOW_MANAGER_GROUP = 5 [90, 0] "Window Manager\\Window Manager Group";
    /// All local accounts.
    LOCAL_ACCOUNT = 5 [113] "NT AUTHORITY\\Local account";
    /// Local accounts that are administrators.
    LOCAL_ACCOUNT_AND_ADMINISTRATOR = 5 [114] "NT AUTHORITY\\Local account and member of Administrators group";
    /// Users of another organisation.
    OTHER_ORGANIZATION = 5 [1000] "NT AUTHORITY\\Other Organization";
    /// All processes in an app container.
    ALL_APPLICATION_PACKAGES = 15 [2, 1] "APPLICATION PACKAGE AUTHORITY\\ALL APPLICATION PACKAGES";
    /// All processes in a less privileged app container.
    ALL_RESTRICTED_APPLICATION_PACKAGES = 15 [2, 2]
        "APPLICATION PACKAGE AUTHORITY\\ALL RESTRICTED APPLICATION PACKAGES";
    /// Untrusted integrity.
    UNTRUSTED_MANDATORY_LEVEL = 16 [0] "Mandatory Label\\Untrusted Mandatory Level";
    /// Low integrity.
    LOW_MANDATORY_LEVEL = 16 [4096] "Mandatory Label\\Low Mandatory Level";
    /// Medium integrity.
    MEDIUM_MANDATORY_LEVEL = 16 [8192] "Mandatory Label\\Medium Mandatory Level";
    /// A little above medium integrity.
    MEDIUM_PLUS_MANDATORY_LEVEL = 16 [8448] "Mandatory Label\\Medium Plus Mandatory Level";
    /// High integrity.
    HIGH_MANDATORY_LEVEL = 16 [12288] "Mandatory Label\\High Mandatory Level";
    /// System integrity.
    SYSTEM_MANDATORY_LEVEL = 16 [16384] "Mandatory Label\\System Mandatory Level";
    /// Protected processes.
    PROTECTED_PROCESS_MANDATORY_LEVEL = 16 [20480] "Mandatory Label\\Protected Process Mandatory Level";
    /// The client's identity was asserted by its domain's authority.
    AUTHENTICATION_AUTHORITY_ASSERTED_IDENTITY = 18 [1] "Authentication authority asserted identity";
    /// The client's identity was asserted by a service.
    SERVICE_ASSERTED_IDENTITY = 18 [2] "Service asserted identity";
    /// The client proved possession of a key.
    FRESH_PUBLIC_KEY_IDENTITY = 18 [3] "Fresh public key identity";
    /// The key's trust is known.
    KEY_TRUST_IDENTITY = 18 [4] "Key trust identity";
    /// The key's owner signed in with multiple factors.
    MFA_KEY_PROPERTY = 18 [5] "MFA key property";
    /// The key was attested.
    ATTESTED_KEY_PROPERTY = 18 [6] "Attested key property";
}

/// Other spellings that Windows itself accepts for its service accounts.
const SPELLINGS: &[(&str, Sid)] = &[
    ("LocalSystem", SYSTEM),
    ("NT AUTHORITY\\LocalSystem", SYSTEM),
    ("NT AUTHORITY\\LocalService", LOCAL_SERVICE),
    ("NT AUTHORITY\\NetworkService", NETWORK_SERVICE),
    ("NT AUTHORITY\\ANONYMOUS", ANONYMOUS),
    ("World", EVERYONE),
];

/// The English name of a SID that is the same everywhere: `BUILTIN\Administrators`.
pub fn well_known_name(sid: &Sid) -> Option<&'static str> {
    let at = TABLE.binary_search_by(|(known, _)| known.cmp(sid)).ok()?;
    Some(TABLE[at].1)
}

/// The SID of an English well-known name in any case, qualified or bare: `BUILTIN\Administrators`,
/// `administrators`, `NT AUTHORITY\SYSTEM`, `LocalSystem`, `Everyone`; and of `NT SERVICE\` and
/// `IIS APPPOOL\` names, whose SIDs follow from them.
///
/// Windows, too, looks for a bare name among the well-known and built-in names first (MS-LSAT 3.1.4.5).
pub fn from_well_known_name(name: &str) -> Option<Sid> {
    let name = name.trim();
    let same = |known: &str| {
        let bare = known.rsplit_once('\\').map_or(known, |(_, bare)| bare);
        known.eq_ignore_ascii_case(name) || bare.eq_ignore_ascii_case(name)
    };
    let table = TABLE.iter().map(|(sid, known)| (*known, *sid));
    let known = table.chain(SPELLINGS.iter().copied()).find(|(known, _)| same(known)).map(|(_, sid)| sid);
    known.or_else(|| match name.split_once('\\')? {
        (_, "") => None,
        (authority, service) if authority.eq_ignore_ascii_case("NT SERVICE") => Some(service_sid(service)),
        (authority, pool) if authority.eq_ignore_ascii_case("IIS APPPOOL") => Some(app_pool_sid(pool)),
        _ => None,
    })
}

/// Relative identifiers that every domain has, or every account database of a computer (500, 501, 503,
/// 504), with their English names (MS-DTYP 2.4.2.4, MS-SAMR 2.2.1.14, MS-ADTS 6.1.1.6).
const DOMAIN_RIDS: &[(u32, &str)] = &[
    (498, "Enterprise Read-only Domain Controllers"),
    (500, "Administrator"),
    (501, "Guest"),
    (502, "krbtgt"),
    (503, "DefaultAccount"),
    (504, "WDAGUtilityAccount"),
    (512, "Domain Admins"),
    (513, "Domain Users"),
    (514, "Domain Guests"),
    (515, "Domain Computers"),
    (516, "Domain Controllers"),
    (517, "Cert Publishers"),
    (518, "Schema Admins"),
    (519, "Enterprise Admins"),
    (520, "Group Policy Creator Owners"),
    (521, "Read-only Domain Controllers"),
    (522, "Cloneable Domain Controllers"),
    (525, "Protected Users"),
    (526, "Key Admins"),
    (527, "Enterprise Key Admins"),
    (553, "RAS and IAS Servers"),
    (571, "Allowed RODC Password Replication Group"),
    (572, "Denied RODC Password Replication Group"),
];

/// The English name of an account that every domain has, by its relative identifier: 512 is
/// `Domain Admins`.
pub fn domain_rid_name(rid: u32) -> Option<&'static str> {
    DOMAIN_RIDS.iter().find(|(known, _)| *known == rid).map(|(_, name)| *name)
}

/// The relative identifier of an account that every domain has, by its English name in any case.
pub fn domain_rid(name: &str) -> Option<u32> {
    DOMAIN_RIDS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name.trim())).map(|(rid, _)| *rid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(TABLE.windows(2).all(|w| w[0].0 < w[1].0));
        for (sid, name) in TABLE {
            assert_eq!(well_known_name(sid), Some(*name));
            assert_eq!(from_well_known_name(&name.to_lowercase()), Some(*sid), "{name}");
        }
    }

    #[test]
    fn names_in_any_form() {
        for name in ["builtin\\administrators", "Administrators", " BUILTIN\\Administrators "] {
            assert_eq!(from_well_known_name(name), Some(ADMINISTRATORS));
        }
        assert_eq!(from_well_known_name("LOCALSYSTEM"), Some(SYSTEM));
        assert_eq!(from_well_known_name("CONTOSO\\Administrators"), None);
        assert_eq!(well_known_name(&Sid::new(5, [21, 1, 2, 3, 512])), None);
    }

    #[test]
    fn domain_accounts_by_rid() {
        assert_eq!(domain_rid_name(512), Some("Domain Admins"));
        assert_eq!(domain_rid("ENTERPRISE key admins"), Some(527));
        assert_eq!(domain_rid_name(1000), None);
    }
}
