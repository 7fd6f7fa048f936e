use std::path::Path;
use std::process::Command;

use crate::realm::{Realm, SERVER};

/// What these tests are called where they are left out.
pub(crate) const TESTS: &str = "the tests of `directory` against a Samba domain";

/// Passwords as `lab/seed.sh` gives them.
pub(crate) const READER: (&str, &str) = ("reader@contoso.test", "Passw0rd!4");

/// The program inside the realm, as a plain user of the domain.
pub(crate) fn directory(realm: &Realm, out: &Path, more: &[&str]) -> Command {
    let mut command = realm.command(env!("CARGO_BIN_EXE_cmlint-collect"));
    command.args(["directory", "--out"]).arg(out);
    command.args(more);
    command.env("CMLINT_COLLECT_USER", READER.0).env("CMLINT_COLLECT_PASSWORD", READER.1);
    command
}

/// The same over LDAPS with the realm's certificate authority.
pub(crate) fn over_ldaps(realm: &Realm, out: &Path, more: &[&str]) -> Command {
    let authority = realm.authority();
    let mut arguments = vec!["--server", SERVER, "--ca-file", &authority];
    arguments.extend(more);
    directory(realm, out, &arguments)
}

/// A snapshot of a site that names accounts of the realm, as `site` leaves it.
pub(crate) fn site(folder: &Path) {
    let rows = [
        (
            "SMS_Site",
            serde_json::json!([{"SiteCode": "PS1", "SiteName": "Primary", "ServerName": "cm01.contoso.test",
                "InstallDir": "C:\\CM", "BuildNumber": 9106, "Version": "5.00.9106.1000", "Type": 2,
                "ReportingSiteCode": "", "Status": 1}]),
        ),
        (
            "SMS_SCI_SysResUse",
            serde_json::json!([{"NetworkOSPath": r"\\cm01.contoso.test", "RoleName": "SMS Site Server", "SiteCode": "PS1",
                "Type": 2, "Props": [], "PropLists": []}]),
        ),
        (
            "SMS_ADForest",
            serde_json::json!([{"ForestID": 1, "ForestFQDN": "contoso.test", "Account": "", "EnableDiscovery": true,
                "DiscoveryStatus": 1, "PublishingStatus": 1, "PublishingPath": ""}]),
        ),
        (
            "SMS_ADForestDiscoveryStatus",
            serde_json::json!([{"ForestID": 1, "SiteCode": "PS1", "DiscoveryEnabled": true, "PublishingEnabled": true}]),
        ),
        (
            "SMS_Admin",
            serde_json::json!([{"AccountType": 1, "AdminID": 1, "AdminSid": format!("{}-1116", crate::realm::DOMAIN),
                "LogonName": "CONTOSO\\CM-Admins", "IsGroup": true, "RoleNames": ["Full Administrator"]}]),
        ),
        (
            "SMS_SCI_Reserved",
            serde_json::json!([
                {"UserName": "CONTOSO\\svc-naa", "AccountUsage": ["Software Distribution"], "SiteCode": "PS1",
                    "ItemName": "contoso\\svc-naa|0", "ItemType": "User", "FileType": 2},
                {"UserName": "CONTOSO\\svc-gone", "AccountUsage": ["Software Distribution"], "SiteCode": "PS1",
                    "ItemName": "contoso\\svc-gone|0", "ItemType": "User", "FileType": 2}]),
        ),
    ];
    std::fs::create_dir_all(folder.join("site")).unwrap();
    let mut datasets = Vec::new();
    for (class, rows) in rows {
        std::fs::write(folder.join(format!("site/{class}.json")), rows.to_string()).unwrap();
        let count = rows.as_array().unwrap().len();
        datasets
            .push(serde_json::json!({"dataset": class, "scope": {"kind": "hierarchy"}, "status": "complete",
            "read_by_key": true, "files": [{"path": format!("site/{class}.json"), "rows": count}]}));
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = jiff::Timestamp::from_second(now as i64).unwrap().to_string();
    let manifest = serde_json::json!({"format": "cmlint-snapshot", "version": 1, "collected_at": now,
        "collector": {"name": "cmlint-collect", "version": "0.1.0"}, "datasets": datasets});
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}
