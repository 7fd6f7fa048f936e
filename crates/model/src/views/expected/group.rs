//! The groups that the product makes, by their names.

use std::fmt;

/// A local group that the product makes. On a domain controller it is a domain-local group of the same name.
///
/// Source: "Windows groups that Configuration Manager creates" of Microsoft's page about accounts. That page
/// writes "Configuration Manager" where computers have `ConfigMgr`; both are read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConfigMgrGroup {
    /// `ConfigMgr_CollectedFilesAccess`: who may look at collected files.
    CollectedFilesAccess,
    /// `ConfigMgr_DViewAccess`: who reads a child's database through distributed views.
    DViewAccess,
    /// `ConfigMgr Remote Control Users`: who may view and control a client.
    RemoteControlUsers,
    /// `SMS Admins`: who may connect to an SMS Provider.
    SmsAdmins,
    /// `SMS_SiteSystemToSiteServerConnection_MP_<site>`: management points.
    ManagementPoints {
        /// Site code in upper case.
        site: String,
    },
    /// `SMS_SiteSystemToSiteServerConnection_SMSProv_<site>`: SMS Providers.
    Providers {
        /// Site code in upper case.
        site: String,
    },
    /// `SMS_SiteSystemToSiteServerConnection_Stat_<site>`: site systems that send status.
    SiteSystems {
        /// Site code in upper case.
        site: String,
    },
    /// `SMS_SiteToSiteConnection_<site>`: the servers of the parent and child sites.
    SiteToSite {
        /// Code of the site on whose server the group is, in upper case.
        site: String,
    },
}

const TO_SERVER: &str = "sms_sitesystemtositeserverconnection_";
const TO_SITE: &str = "sms_sitetositeconnection_";

impl ConfigMgrGroup {
    /// The group of a name, in any case, in either spelling, with or without a computer or domain before it.
    pub fn parse(name: &str) -> Option<ConfigMgrGroup> {
        let name = name.trim();
        let name = name.rsplit_once('\\').map_or(name, |(_, name)| name).to_lowercase();
        let own = name.strip_prefix("configmgr").or_else(|| name.strip_prefix("configuration manager"));
        match own {
            Some("_collectedfilesaccess") => return Some(ConfigMgrGroup::CollectedFilesAccess),
            Some("_dviewaccess") => return Some(ConfigMgrGroup::DViewAccess),
            Some(" remote control users") => return Some(ConfigMgrGroup::RemoteControlUsers),
            _ => {}
        }
        if name == "sms admins" {
            return Some(ConfigMgrGroup::SmsAdmins);
        }
        if let Some(code) = name.strip_prefix(TO_SITE) {
            return Some(ConfigMgrGroup::SiteToSite { site: site(code)? });
        }
        let (kind, code) = name.strip_prefix(TO_SERVER)?.split_once('_')?;
        let site = site(code)?;
        match kind {
            "mp" => Some(ConfigMgrGroup::ManagementPoints { site }),
            "smsprov" => Some(ConfigMgrGroup::Providers { site }),
            "stat" => Some(ConfigMgrGroup::SiteSystems { site }),
            _ => None,
        }
    }

    /// The site that the name carries.
    pub fn site(&self) -> Option<&str> {
        match self {
            ConfigMgrGroup::ManagementPoints { site }
            | ConfigMgrGroup::Providers { site }
            | ConfigMgrGroup::SiteSystems { site }
            | ConfigMgrGroup::SiteToSite { site } => Some(site),
            _ => None,
        }
    }
}

/// The name as computers have it.
impl fmt::Display for ConfigMgrGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigMgrGroup::CollectedFilesAccess => f.write_str("ConfigMgr_CollectedFilesAccess"),
            ConfigMgrGroup::DViewAccess => f.write_str("ConfigMgr_DViewAccess"),
            ConfigMgrGroup::RemoteControlUsers => f.write_str("ConfigMgr Remote Control Users"),
            ConfigMgrGroup::SmsAdmins => f.write_str("SMS Admins"),
            ConfigMgrGroup::ManagementPoints { site } => {
                write!(f, "SMS_SiteSystemToSiteServerConnection_MP_{site}")
            }
            ConfigMgrGroup::Providers { site } => {
                write!(f, "SMS_SiteSystemToSiteServerConnection_SMSProv_{site}")
            }
            ConfigMgrGroup::SiteSystems { site } => {
                write!(f, "SMS_SiteSystemToSiteServerConnection_Stat_{site}")
            }
            ConfigMgrGroup::SiteToSite { site } => write!(f, "SMS_SiteToSiteConnection_{site}"),
        }
    }
}

/// Site codes have three letters or digits.
fn site(code: &str) -> Option<String> {
    let is = code.chars().count() == 3 && code.chars().all(|c| c.is_ascii_alphanumeric());
    is.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_its_name_in_any_case_and_either_spelling() {
        for (name, known) in [
            ("sms ADMINS", "SMS Admins"),
            (r"CM01\SMS Admins", "SMS Admins"),
            ("Configuration Manager_CollectedFilesAccess", "ConfigMgr_CollectedFilesAccess"),
            ("CONFIGMGR_DVIEWACCESS", "ConfigMgr_DViewAccess"),
            ("Configuration Manager Remote Control Users", "ConfigMgr Remote Control Users"),
            ("sms_sitesystemtositeserverconnection_mp_ps1", "SMS_SiteSystemToSiteServerConnection_MP_PS1"),
            (
                "SMS_SiteSystemToSiteServerConnection_SMSProv_PS1",
                "SMS_SiteSystemToSiteServerConnection_SMSProv_PS1",
            ),
            (
                "SMS_SiteSystemToSiteServerConnection_Stat_PS1",
                "SMS_SiteSystemToSiteServerConnection_Stat_PS1",
            ),
            ("SMS_SiteToSiteConnection_cas", "SMS_SiteToSiteConnection_CAS"),
        ] {
            assert_eq!(ConfigMgrGroup::parse(name).map(|g| g.to_string()).as_deref(), Some(known));
        }
        for name in [
            "Administrators",
            "SMS Adminsx",
            "SMS_SiteToSiteConnection_",
            "SMS_SiteToSiteConnection_LONG",
            "",
        ] {
            assert_eq!(ConfigMgrGroup::parse(name), None, "{name}");
        }
    }
}
