use serde_json::json;

use crate::program::{files, scratch};
use crate::site::{site, start};
use crate::world::World;

/// Every planted secret holds this word, in the clear.
const MARK: &str = "plantedSecret";

fn planted(number: u32) -> String {
    format!("{MARK}{number:03}A7f3c9")
}

/// A hierarchy with a secret in every place where a naive copy would take one along.
fn world() -> World {
    let mut world = World::new();
    let mut number = 0;
    let mut secret = || {
        number += 1;
        planted(number)
    };
    let mut first = |class: &str, change: &mut dyn FnMut(&mut serde_json::Value)| {
        change(&mut world.classes.get_mut(class).unwrap()[0]);
    };
    // A stored account keeps its password as a blob of hexadecimal digits.
    let blob = format!("0000000001000000280000001000{}", "AB12CD34EF56".repeat(8));
    first("SMS_SCI_Reserved", &mut |row| row["Reserved2"] = json!(blob));
    first("SMS_SCI_SysResUse", &mut |row| {
        row["Props"] = json!([
            {"ItemType": null, "PropertyName": "PXEPassword", "Value": 0, "Value1": secret(), "Value2": secret()},
            {"Value2": secret(), "Value1": secret(), "PropertyName": "pxepassword"},
        ]);
    });
    first("SMS_SCI_SCProperty", &mut |row| {
        row["PropertyName"] = json!("GlobalAccount:CONTOSO\\svc");
        row["Value1"] = json!(secret());
        row["Value2"] = json!(secret());
    });
    first("SMS_SCI_Component", &mut |row| {
        row["SecretKey"] = json!(secret());
        row["Props"] = json!([{"PropertyName": "ClientSecret", "Value": 0, "Value1": secret(), "Value2": ""},
            {"PropertyName": "Pool", "Value1": format!("[enc:IISWASOnlyAesProvider:{}:enc]", secret()), "Value2": ""}]);
        row["PropLists"] = json!([{"PropertyListName": "Passwords", "Values": [secret(), secret()]}]);
    });
    first("SMS_CollectionSettings", &mut |row| {
        row["CollectionVariables"] = json!([
            {"Name": "Room", "Value": secret(), "IsMasked": false},
            {"IsMasked": true, "Value": secret(), "Name": "Key"},
        ]);
    });
    first("SMS_TaskSequencePackage", &mut |row| {
        row["Sequence"] = json!(format!(
            "<sequence><step name=\"Join\"><defaultVarList>\
             <variable name=\"OSDJoinPassword\" property=\"DomainPassword\">{}</variable>\
             <variable name=\"OSDLocalAdminPassword\">{}</variable>\
             <variable name=\"SMSTSRunCommandLineUserPassword\"><![CDATA[{}]]></variable>\
             <variable name=\"OSDJoinAccount\">CONTOSO\\svc-join</variable></defaultVarList>\
             <action>cmd /c net use x: \\\\srv\\share {} /user:CONTOSO\\svc</action></step></sequence>",
            secret(),
            secret(),
            secret(),
            secret()
        ));
    });
    first("SMS_Package", &mut |row| {
        row["Icon"] = json!({"password": secret(), "inner": {"apiKey": secret()}})
    });
    first("SMS_ClientSettings", &mut |row| {
        row["AgentConfigurations"] =
            json!([{"AgentID": 3, "PermittedViewers": [], "WifiPassphrase": secret()}]);
    });
    world
}

#[test]
fn no_secret_gets_into_the_snapshot_or_onto_the_screen() {
    let out = scratch("secrets");
    let server = start(world());
    let said = site(&server, &out, &[]);
    assert_eq!(said.code, 0, "{}", said.all());
    let written = files(&out);
    assert!(written.len() > 25, "{:?}", written.keys());
    for (name, bytes) in &written {
        let text = String::from_utf8(bytes.clone()).unwrap();
        for secret in [MARK, "AB12CD34EF56", "pass-of-the-auditor"] {
            assert!(!text.contains(secret), "{name} holds {secret}: {text}");
        }
        let (_, found) = cmlint_archive::without_secrets(name, &text);
        assert!(name == "manifest.json" || found == 0, "{name}: {found}");
    }
    assert!(!said.all().contains(MARK) && !said.all().contains("pass-of-the-auditor"), "{}", said.all());
}

#[test]
fn what_stands_beside_a_secret_stays() {
    let out = scratch("beside-secrets");
    site(&start(world()), &out, &[]);
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert!(text("site/SMS_SCI_Reserved.json").contains(r"CONTOSO\\svc-naa"));
    assert!(text("site/SMS_CollectionSettings.json").contains("Room"));
    assert!(text("site/SMS_SCI_SysResUse.json").contains("PXEPassword"));
    assert!(text("task-sequences/PS100020.xml").contains(r"CONTOSO\svc-join"));
    let archive = cmlint_archive::open(&out, cmlint_archive::Options::default()).unwrap();
    assert!(archive.read().problems.is_empty(), "{:?}", archive.read().problems);
}

#[test]
fn the_test_plants_what_the_scan_knows() {
    // The snapshot of this world would hold secrets if nothing were cut: the test above can fail.
    let sequence = world().classes["SMS_TaskSequencePackage"][0]["Sequence"].as_str().unwrap().to_owned();
    assert!(cmlint_archive::without_secrets("a.xml", &sequence).1 >= 4, "{sequence}");
    assert!(sequence.contains(&planted(13)) || sequence.contains(MARK));
}
