//! Planted secrets in JSON.

use cmlint_source::Why;

use super::Format::Json;
use super::planted::{assert_hidden, assert_shown, masked, masks};

const BLOB: &str = "000000000100000028000000AB4C31";

#[test]
fn the_password_of_a_stored_account_is_hidden_wherever_it_stands() {
    for text in [
        format!(r#"{{"Reserved2":"{BLOB}","UserName":"contoso\\svc-naa"}}"#),
        format!(r#"{{"UserName":"a","Reserved2":"{BLOB}","x":1}}"#),
        format!("[\n  {{\n    \"UserName\": \"a\",\n    \"Reserved2\" :\r\n \"{BLOB}\"\n  }}\n]"),
        format!(r#"{{"value":[{{"a":{{"b":[]}},"reserved2":"{BLOB}"}}]}}"#),
        format!(r#"{{"Re\u0073erved\u0032":"{BLOB}"}}"#),
        format!(r#"{{"Reserved2":"{BLOB}"#),
        format!(r#"{{"a":[1,,2] "Reserved2":"{BLOB}"}}"#),
        format!(r#"{{"Reserved2":"{BLOB}"}} , {{"#),
        format!("{{\"a\":\"raw\nline\",\"Reserved2\":\"{BLOB}\"}}"),
        format!("{{\"a\":\"no closing quote,\n\"Reserved2\":\"{BLOB}\"}}"),
        format!(r#"{{"a":"x"y","Reserved2":"{BLOB}"}}"#),
        format!(r#"{{"a":"say "hi" to 5" disks","Reserved2":"{BLOB}"}}"#),
        format!(r#"{{"a":"C:\dir\","Reserved2":"{BLOB}"}}"#).replace(r"\\", r"\"),
        format!(r#"}}]{{"Reserved2":"{BLOB}"}}"#),
        format!(r#"{{"Reserved2":{BLOB}}}"#),
    ] {
        assert_hidden(&text, Json, &[BLOB]);
    }
    let (_, why) = &masks(&format!(r#"{{"Reserved2":"{BLOB}"}}"#), Json)[0];
    assert_eq!(*why, Why::Secret("encrypted account password (Reserved2)"));
}

#[test]
fn nothing_but_the_value_is_hidden() {
    let text = r#"{"UserName":"contoso\\svc","Reserved2":"AB\"CD","SiteCode":"PS1"}"#;
    let shown = r#"{"UserName":"contoso\\svc","Reserved2":"······","SiteCode":"PS1"}"#;
    assert_eq!(masked(text, Json), shown);
}

#[test]
fn the_list_called_reserved2_holds_account_names_and_is_shown() {
    for text in [
        r#"{"PropLists":[{"PropertyListName":"Reserved2","Values":["contoso\\push1","contoso\\push2"]}]}"#,
        r#"{"Values":["contoso\\push1"],"PropertyListName":"Reserved2"}"#,
        r#"{"PropertyName":"Reserved2","Value1":"x"}"#,
        r#"{"Reserved2":["contoso\\push1"]}"#,
    ] {
        assert_shown(text, Json);
    }
}

#[test]
fn a_name_beside_the_value_counts_in_any_order() {
    for text in [
        r#"{"PropertyName":"PXEPassword","Value":5,"Value1":"hunter2","Value2":"hunter3"}"#,
        r#"{"Value":5,"Value2":"hunter3","Value1":"hunter2","PropertyName":"PXEPassword"}"#,
        r#"{"Value1":"hunter2","PropertyName":"PxePassword","Value2":"hunter3"}"#,
        r#"{"Props":[{"PropertyName":"x","Value1":""},{"PropertyName":"GlobalAccount:contoso.com","Value1":"hunter2","Value2":"hunter3"}]}"#,
        r#"{"Name":"SvcPassword","IsMasked":false,"Value":"hunter2","Value3":"hunter3"}"#,
        r#"{"Name":"Anything","Value":"hunter2","IsMasked":true,"VariableValue":"hunter3"}"#,
        r#"{"Values":["hunter2",{"a":["hunter3"]}],"PropertyListName":"MyPasswords"}"#,
        r#"{"Value1":"hunter2","Value2":"hunter3","Property\u004eame":"PXE\u0050assword"}"#,
        r#"{"VariableName":"OSDJoinPassword","VariableValue":"hunter2","Value":"hunter3"}"#,
        r#"{"VariableName":"x","VariableValue":"hunter2","DoNotShowVariableValue":"True","Value":"hunter3"}"#,
    ] {
        assert_hidden(text, Json, &["hunter2", "hunter3"]);
    }
}

#[test]
fn a_name_speaks_for_its_own_object_only() {
    let text =
        r#"[{"PropertyName":"PXEPassword","Value1":"hunter2"},{"PropertyName":"IsPXE","Value1":"abc"}]"#;
    assert_eq!(masked(text, Json).matches('·').count(), "hunter2".len());
    assert_shown(r#"{"Value1":"abc","a":{"PropertyName":"PXEPassword","Value1":"","Value":0}}"#, Json);
    // A value of the outer object, inside of which another one is named.
    let text = r#"{"PropertyName":"PXEPassword","Value1":{"PropertyName":"x","Value1":"hunter2"}}"#;
    assert_hidden(text, Json, &["hunter2"]);
}

#[test]
fn a_cut_object_may_have_been_named_behind_the_cut() {
    let text = r#"[{"Value1":"shown","PropertyName":"x"},{"Value1":"hunter2","Property"#;
    let masks = masks(text, Json);
    assert_eq!(masks.len(), 1);
    assert_eq!((&text[masks[0].0.clone()], masks[0].1), ("hunter2", Why::NotUnderstood));
    // So may a list or an object have been, but not the rows of an answer.
    assert_hidden(r#"{"Values":["hunter2","#, Json, &["hunter2"]);
    assert_hidden(r#"{"Value":{"a":["hunter2"],"b":"hunter3"},"Property"#, Json, &["hunter2", "hunter3"]);
    assert_shown(r#"{"@odata.context":"x","value":[{"a":"shown"},{"b":"shown too"},{"c"#, Json);
}

#[test]
fn everything_inside_a_secret_is_one() {
    let text = r#"{"SecretKey":{"a":["hunter2",{"hunter3":-17,"c":null}],"b":"hunter4"},"d":"shown"}"#;
    assert_hidden(text, Json, &["hunter2", "hunter3", "-17", "hunter4"]);
    assert!(masked(text, Json).ends_with(r#""d":"shown"}"#));
}

#[test]
fn what_is_no_secret_is_shown() {
    for text in [
        r#"{"PasswordLastSet":"2025-01-01","pwdLastSet":133,"pwdProperties":5,"maxPwdAge":-36288}"#,
        r#"{"PasswordNeverExpires":true,"UseMachineAccount":0,"badPwdCount":3,"PasswordAge":12}"#,
        r#"{"PropertyName":"Enable Filtering Expired Password","Value":17,"Value1":"x"}"#,
        r#"{"PropertyName":"Days Since Last Password Set","Value":90,"Value1":"x"}"#,
        r#"{"Password":"","Pwd":null,"Secret":"*****","PXEPassword":"(removed)","ClientSecret":true}"#,
        r#"{"PropertyName":"PXEPassword","Value":0,"Value1":"","Value2":null}"#,
        r#"{"VariableName":"OSDJoinPassword","VariableValue":"%JoinPassword%"}"#,
        r#"{"name":"Denied RODC Password Replication Group","description":"password of the month"}"#,
        r#"{"Name":"PS1","Value":"abc","IsMasked":false}"#,
        r#"{"doc":"tool -u <user> -p <password> -ip <ip>","b":"x < y, <password>"}"#,
        r#"{"ms-Mcs-AdmPwdExpirationTime":133,"msDS-ManagedPasswordInterval":30}"#,
    ] {
        assert_shown(text, Json);
    }
}

#[test]
fn other_names_of_the_table() {
    for name in [
        "Password",
        "userPwd",
        "SVC_PASSPHRASE",
        "SecretKey",
        "client_secret",
        "unicodePwd",
        "userPassword",
        "ms-Mcs-AdmPwd",
        "msLAPS-Password",
        "msLAPS-EncryptedPassword",
        "msDS-ManagedPassword",
        "supplementalCredentials",
        "dBCSPwd",
        "ntPwdHistory",
        "lmPwdHistory",
        "password_hash",
        "cpassword",
        "OSDLocalAdminPassword",
        "OSDCaptureAccountPassword",
        "SMSConnectNetworkFolderPassword",
        "SMSTSRunCommandLineUserPassword",
        "SMSTSRunPowerShellUserPassword",
        "_SMSTSReserved2-000",
        "GlobalAccountKey",
        "SafeModeAdminPassword",
        "MDMPassword",
        "OSDBitLockerPIN",
        "api_key",
        "NewPasswordForExpiredAccounts",
    ] {
        assert_hidden(&format!(r#"{{"a":1,"{name}":"hunter2","b":2}}"#), Json, &["hunter2"]);
    }
}

#[test]
fn xml_inside_a_string_is_looked_into() {
    let xml = r#"<sequence version=\"3.10\"><step name=\"Join\"><defaultVarList><variable name=\"OSDJoinPassword\" property=\"DomainPassword\">hun<ter2</variable><variable name=\"a\">shown</variable></defaultVarList></step></sequence>"#;
    let xml = xml.replace("hun<ter2", "hunter2");
    let escaped = xml.replace('<', r"\u003c").replace('>', r"\u003e");
    for text in
        [format!(r#"{{"Sequence":"{xml}"}}"#), format!(r#"[{{"PackageID":"x","Sequence":"{escaped}"}}]"#)]
    {
        assert_hidden(&text, Json, &["hunter2"]);
        assert_eq!(masked(&text, Json).matches('·').count(), "hunter2".len());
    }
    let cut = &escaped[..escaped.find("nter2").unwrap()];
    assert_hidden(&format!(r#"{{"Sequence":"{cut}"#), Json, &["hu"]);
}

#[test]
fn an_escape_inside_the_secret_is_hidden_with_it() {
    let text = r#"{"Password":"hun\u0074er\"2","Sequence":"<a password=\"x\u00e9\u0026quot;y\"/>"}"#;
    assert_hidden(text, Json, &[r#"hun\u0074er\"2"#, r"x\u00e9\u0026quot;y"]);
}

#[test]
fn texts_inside_values_are_looked_into() {
    for text in [
        r#"{"CommandLine":"net use \\\\srv\\share hunter2 /user:contoso\\svc"}"#,
        r#"{"Comment":"Server=sql;Password=hunter2;x=y"}"#,
        r#"{"a":["[enc:AesProvider:hunter2:enc]"]}"#,
        r#"{"Json":"{\"Password\":\"hunter2\"}"}"#,
        r#"{"Script":"New-X -Password \u0027hunter2\u0027 -Force"}"#,
        r#"{"Advanced Client Command Line":"ccmsetup /password:hunter2"}"#,
    ] {
        assert_hidden(text, Json, &["hunter2"]);
    }
}

#[test]
fn a_name_beside_the_value_counts_in_a_broken_text_too() {
    for text in [
        r#"[{"a":"x"y","Value1":"hunter2","PropertyName":"PXEPassword"}]"#,
        "[{\"a\":\"x,\n\"Value1\":\"hunter2\",\n\"PropertyName\":\"PXEPassword\"}]",
        "[{\"a\":\"x\ny\",\"Value1\":\"hunter2\",\"PropertyName\":\"PXEPassword\"}]",
        r#"[{"a":1 "b":[}, {"Value1":"hunter2","PropertyName":"PXEPassword"}]"#,
    ] {
        assert_hidden(text, Json, &["hunter2"]);
    }
}

#[test]
fn hostile_nesting_ends() {
    for text in [
        "[".repeat(300_000),
        "{\"pwd\":".repeat(100_000),
        format!("{}\"Password\":\"hunter2\"", "{\"Value\":".repeat(50_000)),
        format!("{}{}", "{\"password\":[".repeat(20_000), "]}".repeat(20_000)),
    ] {
        masks(&text, Json);
    }
    let deep = format!("{}{{\"Password\":\"hunter2\"}}", "[".repeat(10_000));
    assert_hidden(&deep, Json, &["hunter2"]);
    let mut nested = r#"{"Password":"hunter2"}"#.to_owned();
    for _ in 0..9 {
        nested = format!(r#"{{"a":{}}}"#, serde_json::to_string(&nested).unwrap());
    }
    assert_hidden(&nested, Json, &["hunter2"]);
}
