//! What is walked on a computer: the folders, shares, keys, namespaces and services that the product uses there.

use super::answers::{Host, ObjectKind, RegKey, Share};

/// A tree that is walked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Root {
    /// What stands there.
    pub(crate) kind: ObjectKind,
    /// Where.
    pub(crate) path: String,
    /// Levels below it; `None` for all.
    pub(crate) depth: Option<u32>,
    /// Whether a folder that only inherits has no row.
    pub(crate) leave_out_inherited: bool,
}

impl Root {
    fn one(kind: ObjectKind, path: impl Into<String>) -> Root {
        Root { kind, path: path.into(), depth: Some(0), leave_out_inherited: false }
    }

    fn levels(kind: ObjectKind, path: impl Into<String>, depth: u32) -> Root {
        Root { depth: Some(depth), ..Root::one(kind, path) }
    }

    fn folders(path: impl Into<String>, depth: Option<u32>) -> Root {
        Root { depth, leave_out_inherited: true, ..Root::one(ObjectKind::Ntfs, path) }
    }
}

/// Machine-wide COM permissions, as they are named in the registry.
pub(crate) const COM: [&str; 4] = [
    "MachineLaunchRestriction",
    "MachineAccessRestriction",
    "DefaultLaunchPermission",
    "DefaultAccessPermission",
];

/// Shares of the product (Microsoft's pages about the content library, distribution points and site servers); a `*`
/// stands for a drive letter or a site code.
const PRODUCT_SHARES: &[&str] = &[
    "SMS_*",
    "SMSPKG*",
    "SMSSIG$",
    "SCCMContentLib$",
    "REMINST",
    "AdminUIContentPayload",
    "EasySetupPayload",
    "WsusContent",
    "UpdateServicesPackages",
];

/// Services whose descriptors are read, beside all that begin with `SMS_`.
const SERVICES: &[&str] =
    &["CcmExec", "CmRcService", "ccmsetup", "MSSQLSERVER", "SQLSERVERAGENT", "W3SVC", "WsusService"];

/// Whether the descriptor of a service is read.
pub(crate) fn is_of_product(service: &str) -> bool {
    let lower = service.to_ascii_lowercase();
    lower.starts_with("sms_")
        || lower.starts_with("mssql$")
        || SERVICES.iter().any(|known| known.eq_ignore_ascii_case(service))
}

fn is_product_share(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    PRODUCT_SHARES.iter().any(|known| match known.strip_suffix('*') {
        Some(prefix) => lower.starts_with(&prefix.to_ascii_lowercase()),
        None => known.eq_ignore_ascii_case(name),
    })
}

/// Shares that every computer has and only administrators use.
pub(crate) fn is_administrative(name: &str) -> bool {
    let drive = name.len() == 2 && name.ends_with('$');
    drive || ["ADMIN$", "IPC$", "PRINT$"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The trees of folders, keys and namespaces; those of shares, services and COM are added where they are listed.
///
/// A place that cannot be asked for is left out and named in `holes`: what was not walked is in no `covers`.
pub(crate) fn find(host: &dyn Host, shares: &[Share], holes: &mut Vec<String>) -> Vec<Root> {
    let mut roots = vec![
        Root::one(ObjectKind::Registry, r"HKLM\SYSTEM\CurrentControlSet\Control\SecurePipeServers\winreg"),
        Root::levels(ObjectKind::Registry, r"HKLM\SOFTWARE\Microsoft\SMS", 1),
        Root::one(ObjectKind::Registry, r"HKLM\SOFTWARE\Microsoft\CCM"),
        Root::one(ObjectKind::Wmi, "root"),
        Root::one(ObjectKind::Wmi, r"root\cimv2"),
        Root::levels(ObjectKind::Wmi, r"root\SMS", 1),
        Root::one(ObjectKind::Wmi, r"root\ccm"),
    ];
    let mut value = |key: &str, name: &str| text_value(host, key, name, holes);
    let install = value(r"HKLM\SOFTWARE\Microsoft\SMS\Setup", "Installation Directory")
        .or_else(|| value(r"HKLM\SOFTWARE\Microsoft\SMS\Identification", "Installation Directory"));
    let library = value(r"HKLM\SOFTWARE\Microsoft\SMS\DP", "ContentLibraryPath");
    let client =
        value(r"HKLM\SOFTWARE\Microsoft\SMS\Client\Configuration\Client Properties", "Local SMS Path");
    roots.extend(install.map(|path| Root::folders(path, None)));
    roots.extend(library.map(|path| Root::folders(path, Some(2))));
    if let Some(client) = client {
        roots.push(Root::folders(client, Some(1)));
        roots.push(Root::folders(
            format!(r"{}\ccmcache", host.windows_folder().trim_end_matches('\\')),
            Some(1),
        ));
    }
    for share in shares.iter().filter(|share| !is_administrative(&share.name)) {
        if let Some(path) = &share.path {
            let depth = if is_product_share(&share.name) { 1 } else { 0 };
            roots.push(Root::folders(path.clone(), Some(depth)));
        }
    }
    for root in &mut roots {
        root.path = clean(&root.path);
    }
    widest(roots)
}

fn text_value(host: &dyn Host, key: &str, name: &str, holes: &mut Vec<String>) -> Option<String> {
    match host.key(key) {
        Ok(Some(RegKey { values, .. })) => {
            let value = values.iter().find(|v| v.name.eq_ignore_ascii_case(name))?;
            value.text().filter(|text| !text.trim().is_empty())
        }
        Ok(None) => None,
        Err(why) => {
            holes.push(format!("{key}: {why}, so that the folder it names was not walked"));
            None
        }
    }
}

/// `C:\SMS\` is `C:\SMS`; a drive keeps its backslash.
fn clean(path: &str) -> String {
    let path = path.trim();
    if path.len() > 3 { path.trim_end_matches('\\').to_owned() } else { path.to_owned() }
}

/// One root for each place: the one that goes deepest.
fn widest(roots: Vec<Root>) -> Vec<Root> {
    let mut kept: Vec<Root> = Vec::new();
    for root in roots {
        let same = |r: &&mut Root| r.kind == root.kind && r.path.eq_ignore_ascii_case(&root.path);
        match kept.iter_mut().find(same) {
            Some(known) => {
                let deeper = match (known.depth, root.depth) {
                    (None, _) => false,
                    (Some(_), None) => true,
                    (Some(a), Some(b)) => b > a,
                };
                if deeper {
                    *known = root;
                }
            }
            None => kept.push(root),
        }
    }
    kept
}

/// Values of the registry that say how a computer protects itself and what of the product is on it. Never a whole key:
/// what else stands there may be secret.
pub(crate) const VALUES: &[(&str, &[&str])] = &[
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa",
        &[
            "LmCompatibilityLevel",
            "NoLMHash",
            "RestrictAnonymous",
            "RestrictAnonymousSAM",
            "RestrictRemoteSAM",
            "EveryoneIncludesAnonymous",
            "DisableLoopbackCheck",
            "LimitBlankPasswordUse",
            "RunAsPPL",
            "DisableDomainCreds",
        ],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0",
        &[
            "NtlmMinClientSec",
            "NtlmMinServerSec",
            "RestrictReceivingNTLMTraffic",
            "RestrictSendingNTLMTraffic",
        ],
    ),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurePipeServers\winreg\AllowedPaths", &["Machine"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurePipeServers\winreg\AllowedExactPaths", &["Machine"]),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters",
        &[
            "RequireSecuritySignature",
            "EnableSecuritySignature",
            "SMB1",
            "SmbServerNameHardeningLevel",
            "RestrictNullSessAccess",
            "NullSessionShares",
            "NullSessionPipes",
        ],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters",
        &["RequireSecuritySignature", "EnableSecuritySignature", "AllowInsecureGuestAuth"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\NTDS\Parameters",
        &["LDAPServerIntegrity", "LdapEnforceChannelBinding"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters",
        &["RequireSignOrSeal", "RequireStrongKey"],
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Ole",
        &["EnableDCOM", "LegacyAuthenticationLevel", "LegacyImpersonationLevel"],
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\SMS\Identification",
        &["Site Code", "Parent Site Code", "Installation Directory", "Server"],
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\SMS\Setup",
        &["Installation Directory", "Full Version", "Provider Location", "Type"],
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\SMS\DP",
        &["ContentLibraryPath", "SiteCode", "IsAnonymousAccessEnabled", "IsPXE"],
    ),
    (r"HKLM\SOFTWARE\Microsoft\SMS\Mobile Client", &["AssignedSiteCode", "ProductVersion"]),
    (r"HKLM\SOFTWARE\Microsoft\SMS\Client\Configuration\Client Properties", &["Local SMS Path"]),
];

/// The key that lists shares with their folders: all of its values, which are settings and no secrets.
pub(crate) const SHARES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Shares";

/// Where the names of the instances of SQL Server stand, and what is read of each.
pub(crate) const SQL_INSTANCES: &str = r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL";
/// See [`SQL_INSTANCES`].
pub(crate) const SQL_VALUES: &[&str] = &["ExtendedProtection", "ForceEncryption"];

/// The firewall's keys, which are read whole: rules hold no secrets.
pub(crate) const FIREWALL: [&str; 2] = [
    r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy",
    r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall",
];

/// User rights and privileges (ntsecapi.h, winnt.h).
pub(crate) const USER_RIGHTS: &[&str] = &[
    "SeNetworkLogonRight",
    "SeDenyNetworkLogonRight",
    "SeInteractiveLogonRight",
    "SeDenyInteractiveLogonRight",
    "SeRemoteInteractiveLogonRight",
    "SeDenyRemoteInteractiveLogonRight",
    "SeBatchLogonRight",
    "SeDenyBatchLogonRight",
    "SeServiceLogonRight",
    "SeDenyServiceLogonRight",
    "SeAssignPrimaryTokenPrivilege",
    "SeAuditPrivilege",
    "SeBackupPrivilege",
    "SeChangeNotifyPrivilege",
    "SeCreateGlobalPrivilege",
    "SeCreatePagefilePrivilege",
    "SeCreatePermanentPrivilege",
    "SeCreateSymbolicLinkPrivilege",
    "SeCreateTokenPrivilege",
    "SeDebugPrivilege",
    "SeDelegateSessionUserImpersonatePrivilege",
    "SeEnableDelegationPrivilege",
    "SeImpersonatePrivilege",
    "SeIncreaseBasePriorityPrivilege",
    "SeIncreaseQuotaPrivilege",
    "SeIncreaseWorkingSetPrivilege",
    "SeLoadDriverPrivilege",
    "SeLockMemoryPrivilege",
    "SeMachineAccountPrivilege",
    "SeManageVolumePrivilege",
    "SeProfileSingleProcessPrivilege",
    "SeRelabelPrivilege",
    "SeRemoteShutdownPrivilege",
    "SeRestorePrivilege",
    "SeSecurityPrivilege",
    "SeShutdownPrivilege",
    "SeSyncAgentPrivilege",
    "SeSystemEnvironmentPrivilege",
    "SeSystemProfilePrivilege",
    "SeSystemtimePrivilege",
    "SeTakeOwnershipPrivilege",
    "SeTcbPrivilege",
    "SeTimeZonePrivilege",
    "SeTrustedCredManAccessPrivilege",
    "SeUndockPrivilege",
];
