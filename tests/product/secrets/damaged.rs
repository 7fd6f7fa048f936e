//! Secrets around damage, and in the formats that are left.

use super::*;

#[test]
fn in_task_sequences_however_they_are_wrapped() {
    let mut garden = Garden::default();
    garden.file("SMS_SCI_ClientComp", HIERARCHY, "site/SMS_SCI_ClientComp.json", &accounts("", ""));
    garden.file("task-sequence", HIERARCHY, "task-sequences/PS100030.xml", SEQUENCE);
    garden.file("task-sequence", HIERARCHY, "task-sequences/PS100031.xml", &SEQUENCE.replace('\n', ""));
    garden.file("task-sequence", HIERARCHY, "task-sequences/PS100032.xml", SEQUENCE).utf16();
    let quoted = SEQUENCE.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\r\\n");
    garden.file(
        "SMS_TaskSequencePackage",
        HIERARCHY,
        "site/SMS_TaskSequencePackage.json",
        &format!(r#"[{{"PackageID":"PS100033","Name":"x","Sequence":"{quoted}"}}]"#),
    );
    // As PowerShell 5.1 writes it.
    let spelt = quoted.replace('<', "\\u003c").replace('>', "\\u003e").replace('\'', "\\u0027");
    garden.file(
        "SMS_TaskSequencePackage",
        HIERARCHY,
        "site/packages.json",
        &format!(r#"[{{"Sequence":"{spelt}","PackageID":"PS100034","Name":"y"}}]"#),
    );
    // As the console exports it: `object.xml` in a zip file of its own, the sequence as text of a property.
    for (path, cdata) in [("task-sequences/object.xml", true), ("task-sequences/escaped.xml", false)] {
        let inner = match cdata {
            true => format!("<![CDATA[{}]]>", SEQUENCE.replace("<![CDATA[«plain»]]>", "«xml»")),
            false => {
                SEQUENCE.replace("<![CDATA[«plain»]]>", "«xml»").replace('<', "&lt;").replace('>', "&gt;")
            }
        };
        // Inside of an escaped text the ampersands of entities are escaped again.
        let inner =
            if cdata { inner } else { inner.replace("«xml»", "«&#»").replace("«&#»", "«plain»") };
        garden.file(
            "task-sequence",
            HIERARCHY,
            path,
            &format!(
                r#"<INSTANCE CLASSNAME="SMS_TaskSequencePackage"><PROPERTY NAME="PackageID" TYPE="string"><VALUE>PS100035</VALUE></PROPERTY><PROPERTY NAME="Reserved2" TYPE="string"><VALUE>«xml»</VALUE></PROPERTY><PROPERTY NAME="Sequence" TYPE="string"><VALUE>{inner}</VALUE></PROPERTY></INSTANCE>"#
            ),
        );
    }
    let snapshot = garden.keeps_silent("sequences");
    garden.is_told_on(&snapshot);
    let said = cmlint(&["check", snapshot.to_str().unwrap()]);
    assert!(said.out.contains("task-sequences/PS100031.xml:1:"), "a step is a finding: {}", said.all());
}

#[test]
fn in_names_that_a_message_would_repeat() {
    let mut garden = Garden::default();
    garden.file("SMS_SCI_ClientComp", HIERARCHY, "site/SMS_SCI_ClientComp.json", &accounts("", ""));
    garden.file(
        "task-sequence",
        HIERARCHY,
        "task-sequences/PS100030.xml",
        r#"<sequence version="3.10"><group name="-Password «xml»"><step type="SMS_TaskSequence_ConnectNetworkFolderAction" name="net use z: \\cm01\x «xml» /user:svc"><defaultVarList><variable name="SMSConnectNetworkFolderAccount" property="UserName">CONTOSO\svc-naa-1</variable></defaultVarList></step></group></sequence>"#,
    );
    garden.file(
        "security-role-xml",
        HIERARCHY,
        "roles/Desk.xml",
        r#"<SMS_Roles><SMS_Role CopiedFromID="SMS0009R" RoleName="Desk Password=«xml»" RoleDescription=""><Operations><Operation GrantedOperations="3" ObjectTypeID="27"/></Operations></SMS_Role></SMS_Roles>"#,
    );
    garden.keeps_silent("names");
}

#[test]
fn in_the_configuration_of_a_web_server() {
    let mut garden = Garden::default();
    let path = "hosts/cm01.contoso.com/applicationHost.config";
    garden.file(
        "iis",
        HOST,
        path,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration><system.applicationHost><applicationPools>
  <add name="Advanced Insights Api"><processModel identityType="SpecificUser" userName="CONTOSO\svc-insights" password="«xml»" /></add>
  <add name="Other"><processModel password='[enc:AesProvider:«base64»:enc]' identityType="SpecificUser" userName="CONTOSO\svc-insights"/></add>
  <add name="Third"><processModel userName="CONTOSO\svc" PassWord="«&#»" identityType="SpecificUser"/></add>
  </applicationPools>
  <sites><site name="x" id="1"><application path="/" applicationPool="Other"><virtualDirectory path="/" physicalPath="\\cm01\x" userName="svc" password="«xml»"/></application></site></sites>
</system.applicationHost>
<system.web><machineKey validationKey="«xml»" decryptionKey="«xml»"/></system.web>
<connectionStrings><add name="db" connectionString="Server=sql01;Password=«xml»;Database=x"/></connectionStrings>
</configuration>"#,
    );
    let snapshot = garden.keeps_silent("web");
    garden.is_told_on(&snapshot);
}

#[test]
fn in_directories_registries_rights_and_tables() {
    let mut garden = Garden::default();
    garden.file(
        "directory",
        DOMAIN,
        "directory/contoso.com.ldf",
        "dn: CN=a,DC=contoso,DC=com\nunicodePwd:: «unicodePwd»\nsAMAccountName: a\nobjectSid: no SID\nms-Mcs-AdmPwd: «plain»\n\
         description: password=«plain»\ninfo:: «base64 text»\nobjectSid: none\ncomment:: «base64 utf-16 text»\nurl:: «folded base64»\n\
         userPassword: «plain»\n\ndn: CN=b,DC=contoso,DC=com\nobjectSid:: !!\nsupplementalCredentials:: «base64»\n",
    );
    garden.file(
        "user-rights",
        HOST,
        "hosts/cm01.contoso.com/user-rights.inf",
        "DefaultPassword = «plain»\r\n[Registry Values]\r\nMACHINE\\Software\\x\\DefaultPassword=1,\"«plain»\"\r\n[System Access]\r\nNewAdministratorPassword = \"«plain»\"\r\n",
    )
    .utf16();
    garden.file(
        "registry",
        HOST,
        "hosts/cm01.contoso.com/registry.reg",
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon]\r\n\"DefaultPassword\"=\"«plain»\"\r\n\"AltDefaultPassword\"=hex(1):«hex»\r\n\"Run\"=\"tool.exe -Password «plain»\"\r\n",
    )
    .utf16();
    garden.file(
        "sql.server_principals",
        DATABASE,
        "sql/cm01.contoso.com/master.server_principals.csv",
        "principal_id,name,type_desc,is_disabled,sid,password_hash\r\nx,sa,SQL_LOGIN,0,0x01,\"«plain»\"\r\n2,\"Password=«plain»\",SQL_LOGIN,0,,«plain»\r\ny,z,,,,\"«plain»\"\r\n",
    );
    garden.file(
        "acl",
        HOST,
        "hosts/cm01.contoso.com/acl.csv",
        "kind,path,state,sddl,password\r\nntfs,C:\\x,perhaps,O:BAG:BAD:(A,«plain»\r\nntfs,C:\\y,ok,,«plain»\r\n",
    );
    let snapshot = garden.keeps_silent("lines");
    garden.is_told_on(&snapshot);
}

#[test]
fn around_an_error_of_the_syntax() {
    let mut garden = Garden::default();
    let class = "SMS_SCI_Reserved";
    for (path, template) in [
        ("site/before.json", r#"[{"UserName":"a","Reserved2":"«plain»"},,{"UserName":"b"}]"#),
        ("site/behind.json", r#"[{"UserName":"a"},,{"UserName":"b","Reserved2":"«plain»"}]"#),
        ("site/same.json", r#"[{"Reserved2":"«plain»" "UserName":"a" oops "Reserved2":"«plain»"}]"#),
        ("site/nameless.json", r#"[{"UserName":"a"}] "«?plain»" «?plain» {"x":"«?plain»"}"#),
        ("site/unquoted.json", r#"[{"UserName":"a","Reserved2":«plain»,"SiteCode":"PS1"}]"#),
        ("site/single.json", r#"[{"UserName":"a","Reserved2":'«plain»',"SiteCode":"PS1"}]"#),
        (
            "site/unclosed.json",
            "[{\"UserName\":\"a\",\"Reserved2\":\"«plain»,\n\"SiteCode\":\"PS1\"},\n{\"Reserved2\":\"«plain»\"}]",
        ),
        ("site/broken-line.json", "[{\"UserName\":\"a\",\"Reserved2\":\"\n«plain»\n\"}]"),
        ("site/no-colon.json", r#"[{"UserName":"a","Reserved2" "«plain»"}]"#),
        ("site/equals.json", r#"[{"UserName":"a","Reserved2"="«plain»"}]"#),
        ("site/bad-escape.json", r#"[{"UserName":"a","Reserved2":"\q«plain»"}]"#),
        ("site/brackets.json", r#"[{"UserName":"a","Reserved2":["«plain»"}],"x":["«?plain»"]"#),
    ] {
        garden.file(class, HIERARCHY, path, template);
    }
    garden.keeps_silent("syntax-json");

    let mut garden = Garden::default();
    for (path, template) in [
        (
            "task-sequences/open.xml",
            "<sequence><step><variable name=\"OSDJoinPassword\">«xml»</step><variable name=\"OSDJoinPassword\">«xml»</variable></sequence>",
        ),
        (
            "task-sequences/sign.xml",
            "<sequence><step name=\"x\"><variable name=\"OSDJoinPassword\">a<«plain»</variable></step></sequence>",
        ),
        (
            "task-sequences/tag.xml",
            "<sequence><variable name=\"OSDJoinPassword\"><«plain»</variable><x></sequence>",
        ),
        (
            "task-sequences/attribute.xml",
            "<sequence><x password=\"«xml» y=\"1\"><z password='«xml»</sequence>",
        ),
        ("task-sequences/bare.xml", "<sequence><x password=«xml» y=1><z password = «xml»></sequence>"),
        (
            "task-sequences/cdata.xml",
            "<sequence><variable name=\"OSDJoinPassword\"><![CDATA[«plain»</variable></sequence>",
        ),
        (
            "task-sequences/end.xml",
            "<sequence><variable name=\"OSDJoinPassword\">x</«plain»></variable></sequence>",
        ),
    ] {
        garden.file("task-sequence", HIERARCHY, path, template);
    }
    garden.file(
        "directory",
        DOMAIN,
        "directory/contoso.com.ldf",
        "dn: CN=a,DC=contoso,DC=com\nnonsense\nunicodePwd:: !«unicodePwd»\nobjectSid: none\nuserPassword «plain»\nuserPassword:: «plain»\n «plain»\n",
    );
    garden.file(
        "sql.server_principals",
        DATABASE,
        "sql/cm01.contoso.com/master.server_principals.csv",
        "principal_id,name,type_desc,password\r\nx,\"sa,SQL_LOGIN,\"«plain»\"\r\n2,y\r\n3,z,a,«plain»,b,c\r\n4,n,t,\"«plain»\"x\r\n",
    );
    garden.keeps_silent("syntax-others");
}

#[test]
fn cut_in_the_middle() {
    let mut garden = Garden::default();
    for (dataset, scope, path, template) in [
        ("SMS_SCI_Reserved", HIERARCHY, "site/value.json", r#"[{"UserName":"a","Reserved2":"«cut»"#),
        ("SMS_SCI_Reserved", HIERARCHY, "site/escape.json", r#"[{"UserName":"a","Reserved2":"«cut»\u00"#),
        (
            "SMS_SCI_SysResUse",
            HIERARCHY,
            "site/before-name.json",
            r#"[{"NetworkOSPath":"x","Props":[{"Value1":"«plain»","PropertyNa"#,
        ),
        (
            "SMS_SCI_SysResUse",
            HIERARCHY,
            "site/name.json",
            r#"[{"NetworkOSPath":"x","Props":[{"Value1":"«plain»","PropertyName":"PXEPass"#,
        ),
        (
            "SMS_TaskSequencePackage",
            HIERARCHY,
            "site/inner.json",
            r#"[{"PackageID":"PS100001","Sequence":"<sequence><variable name=\"OSDJoinPassword\">«cut»"#,
        ),
        (
            "task-sequence",
            HIERARCHY,
            "task-sequences/text.xml",
            "<sequence><variable name=\"OSDJoinPassword\">«cut»",
        ),
        ("task-sequence", HIERARCHY, "task-sequences/attribute.xml", "<sequence><x password=\"«cut»"),
        (
            "iis",
            HOST,
            "hosts/cm01.contoso.com/applicationHost.config",
            "<configuration><processModel password=\"[enc:Aes:«cut»",
        ),
        (
            "directory",
            DOMAIN,
            "directory/contoso.com.ldf",
            "dn: CN=a,DC=contoso,DC=com\nobjectSid: x\nunicodePwd:: «cut»",
        ),
        (
            "sql.server_principals",
            DATABASE,
            "sql/cm01.contoso.com/master.server_principals.csv",
            "principal_id,name,type_desc,password\r\nx,y,z,\"«cut»",
        ),
        ("user-rights", HOST, "hosts/cm01.contoso.com/user-rights.inf", "[x]\r\nDefaultPassword = \"«cut»"),
    ] {
        garden.file(dataset, scope, path, template);
    }
    garden.keeps_silent("cut");
}

#[test]
fn in_a_manifest_that_is_shown_because_it_is_broken() {
    for (name, template) in [
        ("before", r#"{"format": "cmlint-snapshot", "password": "«plain»", "version": 1, "datasets": [}"#),
        ("behind", r#"{"format": "cmlint-snapshot", oops, "password": "«plain»", "x": "«?plain»"}"#),
        ("cut", r#"{"format": "cmlint-snapshot", "version": 1, "password": "«cut»"#),
        ("why", r#"{"format": "cmlint-snapshot", "version": 9, "why": "logon failed, password=«plain»"}"#),
        (
            "sound",
            r#"{"format": "cmlint-snapshot", "version": 1, "collector": {"account": "password=«plain»"}, "datasets": [{"dataset": "SMS_Site", "scope": {"kind": "hierarchy"}, "status": "failed", "why": "sqlcmd -U sa -P «plain» ended with 1: password=«plain»"}]}"#,
        ),
        (
            "scope",
            r#"{"format": "cmlint-snapshot", "version": 1, "datasets": [{"dataset": "computer", "scope": {"kind": "host", "key": "password=«plain»"}, "status": "failed"}]}"#,
        ),
    ] {
        let mut garden = Garden::default();
        let (text, _) = garden.plant(template);
        let folder = scratch(&format!("secrets-manifest-{name}"));
        put(&folder.join("manifest.json"), text.as_bytes());
        silent(&folder, &Pieces::of(&garden.secrets), RUNS);
    }
}

#[test]
fn the_net_of_this_test_has_no_holes() {
    let mut garden = Garden::default();
    let secrets: Vec<String> = (0..6).map(|_| garden.secret()).collect();
    let pieces = Pieces::of(&secrets);
    let caught = |text: &str| {
        let said = Said { code: 0, out: text.to_owned(), err: String::new() };
        std::panic::catch_unwind(|| says_nothing(&said, &pieces, &[])).is_err()
    };
    assert!(!caught("12 findings: 7 high, 5 medium; S-1-5-21-2087394612-1164239578-3302857941-1121"));
    for secret in &secrets {
        for form in
            ["plain", "\\u", "xml", "&#", "base64", "unicodePwd", "base64 text", "base64 utf-16 text", "hex"]
        {
            let text = write(secret, form);
            assert!(caught(&text), "{form}");
            assert!(
                caught(&format!("│ x{}\n    │ {}", &text[..text.len() / 2], &text[text.len() / 2..])),
                "{form}"
            );
        }
        assert!(caught(&secret[3..11].to_lowercase()));
    }
}
