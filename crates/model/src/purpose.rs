//! The accounts of the source documents as one table: where each is stored, what an empty field means,
//! whether it may sign in and whether it may be shared.

use std::fmt;

use crate::Dataset;

/// What an account is for. One variant for each account of the source documents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// Active Directory Group Discovery Account.
    GroupDiscovery,
    /// Active Directory System Discovery Account.
    SystemDiscovery,
    /// Active Directory User Discovery Account.
    UserDiscovery,
    /// Active Directory Forest Account.
    Forest,
    /// Asset Intelligence Synchronization Point Proxy Server Account.
    AssetIntelligenceProxy,
    /// Certificate Registration Point Account.
    CertificateRegistration,
    /// Capture Operating System Image Account.
    CaptureImage,
    /// Client Push Installation Account.
    ClientPush,
    /// Enrollment Point Connection Account.
    EnrollmentPoint,
    /// Exchange Server Connection Account.
    Exchange,
    /// Exchange Server Connector Proxy Server Account.
    ExchangeProxy,
    /// Management Point Connection Account.
    ManagementPoint,
    /// Multicast Connection Account.
    Multicast,
    /// Network Access Account.
    NetworkAccess,
    /// Package Access Account.
    PackageAccess,
    /// Reporting Services Point Account.
    ReportingServices,
    /// Remote Tools Permitted Viewer Accounts.
    PermittedViewer,
    /// Site System Installation Account.
    SiteSystemInstallation,
    /// SMTP Server Connection Account.
    Smtp,
    /// Software Update Point Connection Account.
    SoftwareUpdatePoint,
    /// Software Update Point Proxy Server Account.
    SoftwareUpdateProxy,
    /// Source Site Account.
    SourceSite,
    /// Source Site Database Account.
    SourceSiteDatabase,
    /// Task Sequence Editor Domain Joining Account.
    DomainJoin,
    /// Task Sequence Editor Network Folder Connection Account.
    NetworkFolder,
    /// Task Sequence Run As Account.
    RunAs,
}

/// What is known about a purpose.
#[derive(Debug)]
pub struct PurposeInfo {
    /// The purpose.
    pub purpose: Purpose,
    /// Word in object keys; never changed after a release.
    pub word: &'static str,
    /// Title in the source documents, which is also the title of the section.
    pub title: &'static str,
    /// Where the account is stored: alternatives in order of preference; an alternative counts as seen when
    /// each of its places was collected.
    pub sources: &'static [&'static [Place]],
    /// What an empty field means.
    pub empty: Empty,
    /// Whether the account may sign in interactively.
    pub sign_in: SignIn,
    /// Purposes with which the source documents allow the same account.
    pub may_share_with: &'static [Purpose],
}

/// A place where accounts of a purpose are named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A list of a client component (`SMS_SCI_ClientComp`).
    ClientList(&'static str, &'static str),
    /// A list of a site component (`SMS_SCI_Component`).
    ComponentList(&'static str, &'static str),
    /// Lists of a site component whose names begin so (`AD Accounts:<container>`); the first value.
    ComponentLists(&'static str, &'static str),
    /// A property of a site component.
    ComponentProp(&'static str, &'static str),
    /// A property of a site system role (`SMS_SCI_SysResUse`).
    RoleProp(&'static str, &'static str),
    /// A stored account with this usage (`SMS_SCI_Reserved.AccountUsage`).
    Usage(&'static str),
    /// `SMS_ADForest.Account`.
    ForestAccount,
    /// `SMS_PackageAccessByUsers.UserName`.
    PackageAccess,
    /// `PermittedViewers` of the remote tools agent in client settings.
    PermittedViewers,
    /// A variable of task sequence steps: step types, and names of the variable.
    Step(&'static [&'static str], &'static [&'static str]),
}

/// What an empty or missing account means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Empty {
    /// The computer account of the site server.
    SiteServer,
    /// The computer account of the computer that holds the role.
    RoleHost,
    /// Nothing: the feature works without an account.
    None,
}

/// Whether an account may sign in interactively.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignIn {
    /// The source document forbids it.
    Forbidden,
    /// The source document requires it.
    Required,
    /// The source document says nothing.
    Unsaid,
}

impl Place {
    /// The dataset in which the place lies.
    pub fn dataset(self) -> Dataset {
        match self {
            Place::ClientList(..) => Dataset::ClientComponent,
            Place::ComponentList(..) | Place::ComponentLists(..) | Place::ComponentProp(..) => {
                Dataset::Component
            }
            Place::RoleProp(..) => Dataset::SiteSystemRole,
            Place::Usage(_) => Dataset::StoredAccount,
            Place::ForestAccount => Dataset::Forest,
            Place::PackageAccess => Dataset::PackageAccess,
            Place::PermittedViewers => Dataset::ClientSettings,
            Place::Step(..) => Dataset::TaskSequence,
        }
    }
}

impl Purpose {
    /// What is known about it.
    pub fn info(self) -> &'static PurposeInfo {
        &PURPOSES[self as usize]
    }

    /// Title in the source documents.
    pub fn title(self) -> &'static str {
        self.info().title
    }

    /// The title as it stands inside a sentence: `network access account`, `Exchange server connection account`.
    pub fn words(self) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.title().split(' ') {
            let keep = matches!(
                word,
                "Active"
                    | "Directory"
                    | "Asset"
                    | "Intelligence"
                    | "Exchange"
                    | "Reporting"
                    | "Services"
                    | "SMTP"
                    | "Windows"
            );
            words.push(if keep { word.to_owned() } else { word.to_lowercase() });
        }
        words.join(" ")
    }

    /// All purposes, in the order of the source documents.
    pub fn all() -> impl Iterator<Item = Purpose> {
        PURPOSES.iter().map(|p| p.purpose)
    }

    /// The datasets that can show accounts of this purpose, each once.
    pub fn datasets(self) -> Vec<Dataset> {
        let mut all: Vec<Dataset> =
            self.info().sources.iter().flat_map(|s| s.iter().map(|p| p.dataset())).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The title.
impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

const RUN_STEPS: &[&str] =
    &["SMS_TaskSequence_RunCommandLineAction", "SMS_TaskSequence_RunPowerShellScriptAction"];
const JOIN_STEPS: &[&str] =
    &["SMS_TaskSequence_JoinDomainWorkgroupAction", "SMS_TaskSequence_ApplyNetworkSettingsAction"];

macro_rules! purposes {
    ($($purpose:ident $word:literal $title:literal: [$([$($place:expr),*]),*] $empty:ident $sign_in:ident $(share [$($share:ident),*])?;)*) => {
        /// Every purpose, at the index of its [`Purpose`].
        #[rustfmt::skip]
        pub static PURPOSES: &[PurposeInfo] = &[$(PurposeInfo {
            purpose: Purpose::$purpose,
            word: $word,
            title: $title,
            sources: &[$(&[$($place),*]),*],
            empty: Empty::$empty,
            sign_in: SignIn::$sign_in,
            may_share_with: &[$($(Purpose::$share),*)?],
        }),*];
    };
}

use Place::{ClientList, ComponentList, ComponentLists, ComponentProp, ForestAccount, RoleProp, Step, Usage};

purposes! {
    GroupDiscovery "group-discovery" "Active Directory Group Discovery Account": [[ComponentLists("SMS_AD_SECURITY_GROUP_DISCOVERY_AGENT", "AD Accounts:")]] SiteServer Unsaid share [SystemDiscovery, UserDiscovery, Forest];
    SystemDiscovery "system-discovery" "Active Directory System Discovery Account": [[ComponentLists("SMS_AD_SYSTEM_DISCOVERY_AGENT", "AD Accounts:")]] SiteServer Unsaid share [GroupDiscovery, UserDiscovery, Forest];
    UserDiscovery "user-discovery" "Active Directory User Discovery Account": [[ComponentLists("SMS_AD_USER_DISCOVERY_AGENT", "AD Accounts:")]] SiteServer Unsaid share [GroupDiscovery, SystemDiscovery, Forest];
    Forest "forest" "Active Directory Forest Account": [[ForestAccount]] SiteServer Unsaid share [GroupDiscovery, SystemDiscovery, UserDiscovery];
    AssetIntelligenceProxy "asset-intelligence-proxy" "Asset Intelligence Synchronization Point Proxy Server Account": [[RoleProp("SMS Site System", "ProxyUserName")]] None Unsaid share [ExchangeProxy, SoftwareUpdateProxy];
    CertificateRegistration "certificate-registration" "Certificate Registration Point Account": [[RoleProp("SMS Certificate Registration Point", "UserName")]] RoleHost Unsaid;
    CaptureImage "capture-image" "Capture Operating System Image Account": [[Step(&["SMS_TaskSequence_CaptureSystemImageAction"], &["OSDCaptureAccount", "CaptureUsername"])]] None Forbidden share [DomainJoin, NetworkFolder];
    ClientPush "client-push" "Client Push Installation Account": [[ComponentList("SMS_CLIENT_CONFIG_MANAGER", "Reserved2")], [Usage("SMS_CLIENT_CONFIG_MANAGER")]] SiteServer Forbidden;
    EnrollmentPoint "enrollment-point" "Enrollment Point Connection Account": [[RoleProp("SMS Enrollment Server", "UserName")]] RoleHost Unsaid;
    Exchange "exchange" "Exchange Server Connection Account": [[Usage("SMS_EXCHANGE_CONNECTOR")]] None Unsaid;
    ExchangeProxy "exchange-proxy" "Exchange Server Connector Proxy Server Account": [[RoleProp("SMS Site System", "ProxyUserName")]] None Unsaid share [AssetIntelligenceProxy, SoftwareUpdateProxy];
    ManagementPoint "management-point" "Management Point Connection Account": [[RoleProp("SMS Management Point", "UserName")]] RoleHost Forbidden;
    Multicast "multicast" "Multicast Connection Account": [[RoleProp("SMS Multicast Service Point", "UserName")]] RoleHost Forbidden;
    NetworkAccess "network-access" "Network Access Account": [[ClientList("Software Distribution", "Network Access User Names")], [Usage("Software Distribution")]] None Forbidden;
    PackageAccess "package-access" "Package Access Account": [[Place::PackageAccess]] None Unsaid;
    ReportingServices "reporting-services" "Reporting Services Point Account": [[RoleProp("SMS SRS Reporting Point", "Username")]] None Required;
    PermittedViewer "permitted-viewer" "Remote Tools Permitted Viewer Accounts": [[Place::PermittedViewers]] None Unsaid;
    SiteSystemInstallation "site-system-installation" "Site System Installation Account": [[RoleProp("SMS Site System", "UserName")]] SiteServer Unsaid;
    Smtp "smtp" "SMTP Server Connection Account": [[ComponentProp("SMS_NOTIFICATION_MANAGER", "UserName")]] None Unsaid;
    SoftwareUpdatePoint "software-update-point" "Software Update Point Connection Account": [[RoleProp("SMS Software Update Point", "WSUSAccessAccount")]] RoleHost Unsaid;
    SoftwareUpdateProxy "software-update-proxy" "Software Update Point Proxy Server Account": [[RoleProp("SMS Site System", "ProxyUserName")]] None Unsaid share [AssetIntelligenceProxy, ExchangeProxy];
    SourceSite "source-site" "Source Site Account": [[Usage("Migration Manager")]] None Unsaid share [SourceSiteDatabase];
    SourceSiteDatabase "source-site-database" "Source Site Database Account": [[Usage("Migration Manager")]] None Unsaid share [SourceSite];
    DomainJoin "domain-join" "Task Sequence Editor Domain Joining Account": [[Step(JOIN_STEPS, &["OSDJoinAccount", "DomainUsername"])]] None Forbidden share [CaptureImage, NetworkFolder];
    NetworkFolder "network-folder" "Task Sequence Editor Network Folder Connection Account": [[Step(&["SMS_TaskSequence_ConnectNetworkFolderAction"], &["SMSConnectNetworkFolderAccount", "Username"])]] None Forbidden share [CaptureImage, DomainJoin];
    RunAs "run-as" "Task Sequence Run As Account": [[Step(RUN_STEPS, &["SMSTSRunCommandLineUserName", "SMSTSRunPowerShellUserName", "UserName"])]] None Required;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_26_accounts_each_at_its_place() {
        assert_eq!(PURPOSES.len(), 26);
        for (index, info) in PURPOSES.iter().enumerate() {
            assert_eq!(info.purpose as usize, index, "{}", info.title);
            for other in info.may_share_with {
                assert!(other.info().may_share_with.contains(&info.purpose), "{other} and {}", info.title);
            }
        }
    }

    #[test]
    fn a_title_reads_as_part_of_a_sentence() {
        assert_eq!(Purpose::NetworkAccess.words(), "network access account");
        assert_eq!(Purpose::Smtp.words(), "SMTP server connection account");
        assert_eq!(Purpose::ReportingServices.words(), "Reporting Services point account");
    }
}
