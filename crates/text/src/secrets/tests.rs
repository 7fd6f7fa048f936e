//! Planted secrets in the other formats, and what holds for any text.

use cmlint_source::Why;
use proptest::prelude::*;

use super::Format::{self, Csv, Inf, Json, Ldif, Reg, Unknown, Xml};
use super::planted::{assert_hidden, assert_shown, masked, masks};
use super::{mask_unparsed, mask_unparsed_range, names, scan, sieve};
use crate::support::source;

#[test]
fn passwords_in_xml() {
    for text in [
        r#"<processModel userName="svc" password="hunter2"/>"#,
        r#"<processModel PASSWORD = 'hunter2' userName="svc">"#,
        r#"<anonymousAuthentication password="[enc:AesProvider:hunter2:enc]" />"#,
        r#"<variable name="OSDJoinPassword" property="DomainPassword">hunter2</variable>"#,
        "<variable name=\"x\" property=\"AdminPassword\">\n  hunter2\n</variable>",
        r#"<variable name="OSDJoinPassword"><![CDATA[hunter2]]></variable>"#,
        r#"<v:variable property="SMSTSRunCommandLineUserPassword" name="SMSTSRunCommandLineUserPassword">hunter2</v:variable>"#,
        r#"<Variable Name="Rule1" IsSecret="true">hunter2</Variable>"#,
        r#"<PROPERTY NAME="Reserved2" CLASSORIGIN="SMS_SCI_Reserved" TYPE="string"><QUALIFIER NAME="key" TYPE="boolean"><VALUE>TRUE</VALUE></QUALIFIER><VALUE>hunter2</VALUE></PROPERTY>"#,
        r#"<Reserved2>hunter2</Reserved2>"#,
        r#"<AdministratorPassword><Value>hunter2</Value><PlainText>false</PlainText></AdministratorPassword>"#,
        r#"<add key="ClientSecret" value="hunter2"/>"#,
        r#"<add name="db" connectionString="Server=x;User Id=sa;Password=hunter2;"/>"#,
        r#"<machineKey validationKey="hunter2" decryption="AES"/>"#,
        r#"<S N="Password">hunter2</S>"#,
        r#"<SS N="x">hunter2</SS><S N="Password">b</S>"#,
        r#"<password>hunter2"#,
        r#"<a password="hunter2"#,
        r#"<a password=hunter2 b="c">"#,
        r#"<a><b></a><password>hunter2</password>"#,
        r#"<a b="c><d password="hunter2"/>"#,
        r#"<!-- <add password="hunter2"/> --><a/>"#,
        r#"<p&#97;ss/><add pwd="hunter2"/>"#,
        r#"<variable name="&#79;SDJoinPass&#x77;ord">hunter2</variable>"#,
        r#"<action>smsswd.exe /run: net use \\srv\x hunter2 /user:contoso\svc</action>"#,
        r#"<variable name="CommandLine" hidden="true">powershell -c "x -Password hunter2"</variable>"#,
        r#"<a t="x -Password &quot;hunter2&quot;"/>"#,
    ] {
        assert_hidden(text, Xml, &["hunter2"]);
    }
}

#[test]
fn xml_inside_xml() {
    for text in [
        r#"<PROPERTY NAME="Sequence"><VALUE><![CDATA[<sequence><variable name="OSDJoinPassword">hunter2</variable></sequence>]]></VALUE></PROPERTY>"#,
        r#"<variable name="Rules">&lt;Rules&gt;&lt;Variable Name="MDMPassword" IsSecret="true"&gt;hunter2&lt;/Variable&gt;&lt;/Rules&gt;</variable>"#,
        r#"<a><![CDATA[<b>&lt;c password=&quot;hunter2&quot;/&gt;</b>]]></a>"#,
        r#"<string>&lt;a&gt;&amp;lt;b password="hunter2"/&amp;gt;&lt;/a&gt;</string>"#,
        r#"<a><![CDATA[<variable name="OSDJoinPassword">hunter2"#,
        r#"<a><![CDATA[<p><![CDATA[x]]]]><![CDATA[></p><password>hunter2</password>]]></a>"#,
        r#"<string>&lt;variable name="OSDJoinP&amp;#97;ssword"&gt;hunter2&lt;/variable&gt;</string>"#,
    ] {
        assert_hidden(text, Xml, &["hunter2"]);
    }
}

#[test]
fn sets_of_properties_in_xml() {
    for text in [
        r#"<INSTANCE><PROPERTY NAME="PropertyName"><VALUE>PXEPassword</VALUE></PROPERTY><PROPERTY NAME="Value1"><VALUE>hunter2</VALUE></PROPERTY></INSTANCE>"#,
        r#"<INSTANCE><PROPERTY NAME="Value1"><VALUE>hunter2</VALUE></PROPERTY><PROPERTY NAME="PropertyName"><VALUE>PXEPassword</VALUE></PROPERTY></INSTANCE>"#,
        r#"<Prop><Value1>hunter2</Value1><PropertyName>GlobalAccount</PropertyName></Prop>"#,
        r#"<MS><S N="Value2">hunter2</S><S N="PropertyName">PXEPassword</S></MS>"#,
        r#"<defaultVarList><variable name="VariableName" property="VariableName">MyPassword</variable><variable name="VariableValue" property="VariableValue">hunter2</variable></defaultVarList>"#,
        r#"<defaultVarList><variable name="VariableValue">hunter2</variable><variable name="DoNotShowVariableValue">true</variable></defaultVarList>"#,
        r#"<x><Name>a</Name><IsMasked>true</IsMasked><Value>hunter2</Value></x>"#,
    ] {
        assert_hidden(text, Xml, &["hunter2"]);
    }
}

#[test]
fn what_is_no_secret_in_xml_is_shown() {
    for text in [
        r#"<variable name="SMSTSRunCommandLineUserPassword" property="UserPassword"></variable><b>c</b>"#,
        r#"<variable name="OSDRandomAdminPassword" property="RandomAdminPassword">true</variable>"#,
        r#"<variable name="OSDBitLockerCreateRecoveryPassword" property="BdeRecoveryPassword">AD</variable>"#,
        r#"<variable name="OSDJoinPassword">%JoinPw%</variable>"#,
        r#"<step name="Reset the password" type="x"><action>dir</action></step>"#,
        r#"<PROPERTY.ARRAY NAME="Reserved2"><VALUE.ARRAY><VALUE>contoso\push</VALUE></VALUE.ARRAY></PROPERTY.ARRAY>"#,
        r#"<PROPERTY NAME="PXEPassword"><QUALIFIER NAME="CIMTYPE"><VALUE>string</VALUE></QUALIFIER></PROPERTY>"#,
        r#"<PROPERTY NAME="PasswordLastSet"><VALUE>2025</VALUE></PROPERTY>"#,
        r#"<machineKey validationKey="AutoGenerate,IsolateApps"/>"#,
        r#"<x><Name>a</Name><IsMasked>false</IsMasked><Value>b</Value></x>"#,
        r#"<credentials passwordFormat="SHA1"/>"#,
    ] {
        assert_shown(text, Xml);
    }
    let text = r#"<a password="hun" b="shown"><password> ter2 </password>shown</a>"#;
    assert_eq!(masked(text, Xml), r#"<a password="···" b="shown"><password> ···· </password>shown</a>"#);
}

#[test]
fn columns_of_a_table() {
    for text in [
        "name,password_hash,sid\nsa,0x0200F4,0x01\nb,0x0200F4,0x02\n",
        "\"name\";\"Password\"\r\n\"a\";\"0x0200F4\"\r\n",
        "name\tPwd\na\t0x0200F4",
        "#TYPE Selected.X\r\n\"Password\",\"b\"\r\n\"0x0200F4\",\"c\"",
        "sep=;\nPassword;b\n0x0200F4;c",
        "Name,Value1,Value2\nPXEPassword,,0x0200F4\n",
        "Value1,x,PropertyName\n0x0200F4,y,GlobalAccountA\n",
        "a,b\nx,\"Server=a;Password=0x0200F4;\"\n",
        "comment,Password\n\"never closed,1\nb,0x0200F4\nc,d",
        "a,Reserved2\nx,0x0200F4",
        "a,Password\nx,\"0x0200F4",
        "a,Password\n\"x\"\"y,\nz\",\"0x0200F4\"",
    ] {
        assert_hidden(text, Csv, &["0x0200F4"]);
    }
    assert_eq!(masked("a,Password,c\n1,ab,2\n3,,4\n5,cd\n", Csv), "a,Password,c\n1,··,2\n3,,4\n5,··\n");
    assert_shown("name,PasswordLastSet,pwdLastSet,Password\na,2025,133,NULL\nb,2,3,***\n--,--,--,---\n", Csv);
    assert_shown("Name,Value1\nIsPXE,abc\nPasswordLastSet,2025\n", Csv);
}

#[test]
fn attributes_of_a_directory() {
    for (text, secret) in [
        ("dn: CN=a\nunicodePwd: hunter2\nsn: b\n", "hunter2"),
        ("dn: CN=a\r\nuserPassword:: aHVudGVyMg==\r\n", "aHVudGVyMg=="),
        ("dn: CN=a\nms-Mcs-AdmPwd: hun\n ter2\nsn: b", "ter2"),
        ("msLAPS-EncryptedPassword;binary:: aHVudGVyMg\n", "aHVudGVyMg"),
        ("description: the password: hunter2\n", "hunter2"),
        // `Password=hunter2`, in UTF-8 and as Windows stores it.
        ("info:: UGFzc3dvcmQ9aHVudGVyMg==\n", "UGFzc3dvcmQ9aHVudGVyMg=="),
        ("info:: UGFzc3dv\n cmQ9aHVudGVyMg==\n", "cmQ9aHVudGVyMg=="),
        (
            "info:: UABhAHMAcwB3AG8AcgBkAD0AaAB1AG4AdABlAHIAMgA=\n",
            "UABhAHMAcwB3AG8AcgBkAD0AaAB1AG4AdABlAHIAMgA=",
        ),
        ("info:: UGFzc3dvcmQ9aHVudGVyM", "UGFzc3dvcmQ9aHVudGVyM"),
        ("trustAuthIncoming:: AAECAw==\n", "AAECAw=="),
        ("# net use \\\\srv\\x hunter2 /user:a\n", "hunter2"),
    ] {
        assert_hidden(text, Ldif, &[secret]);
    }
    let text = "dn: CN=a\nunicodePwd:: aGVs\n bG8=\nsn: b\n";
    assert_eq!(masked(text, Ldif), "dn: CN=a\nunicodePwd:: ····\n ····\nsn: b\n");
    assert_shown(
        "dn: CN=a\npwdLastSet: 133\nmaxPwdAge: -36\nnTSecurityDescriptor:: AQAUjAAA\nx:: aGVsbG8=\n",
        Ldif,
    );
    assert_shown(
        "objectSid:: AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YoAAIAAA==\nms-Mcs-AdmPwdExpirationTime: 133\n",
        Ldif,
    );
}

#[test]
fn values_of_inf_and_registry_files() {
    for (text, format) in [
        ("[x]\r\nAdminPassword = hunter2\r\n", Inf),
        ("[Registry Values]\nMACHINE\\Software\\X\\DefaultPassword=1,\"hunter2\"\n", Inf),
        ("a = \"x /password:hunter2\"\n", Inf),
        ("; old: [enc:hunter2]\n", Inf),
        ("[HKEY_LOCAL_MACHINE\\X]\r\n\"DefaultPassword\"=\"hunter2\"\r\n", Reg),
        ("\"ConnectionString\"=\"Server=a;Pwd=hunter2;\"", Reg),
        ("\"Pass\\\"word\"=\"x\"\n\"Password\"=\"hunter2", Reg),
        ("\"Cmd\"=\"net use \\\\\\\\srv\\\\x hunter2 /user:a\"\n", Reg),
    ] {
        assert_hidden(text, format, &["hunter2"]);
    }
    let text = "[HKLM\\X]\n\"Password\"=hex:01,02,\\\n  03,04\n\"b\"=hex:05\n\"Pwd\"=dword:00000005\n";
    let shown = "[HKLM\\X]\n\"Password\"=··········\\\n  ·····\n\"b\"=hex:05\n\"Pwd\"=dword:00000005\n";
    assert_eq!(masked(text, Reg), shown);
    assert_hidden(
        "[HKEY_LOCAL_MACHINE\\SECURITY\\Policy\\Secrets\\x\\CurrVal]\n@=hex(0):0a,0b\n",
        Reg,
        &["0a,0b"],
    );
    assert_hidden("[HKEY_LOCAL_MACHINE\\SAM\\SAM]\n\"V\"=hex:0a,0b\n", Reg, &["0a,0b"]);
    // `pwd=xy`, as a text in binary form.
    assert_hidden("\"a\"=hex(2):70,00,77,00,64,00,3d,00,78,00,\\\n  79,00\n", Reg, &["70,00", "79,00"]);
    assert_shown(
        "[System Access]\nMinimumPasswordLength = 14\nClearTextPassword = 0\nPasswordHistorySize = 24\n",
        Inf,
    );
    assert_shown(
        "MACHINE\\X\\LimitBlankPasswordUse=4,1\nMACHINE\\X\\EnablePlainTextPassword=4,0\nRequireLogonToChangePassword=0\n",
        Inf,
    );
    assert_shown(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\SECURITY]\n\"a\"=\"b\"\n\"PasswordExpiryWarning\"=dword:5\n",
        Reg,
    );
}

#[test]
fn an_unknown_text_is_tried_as_everything() {
    for text in [
        r#"{"Reserved2":"hunter2"}"#,
        r#"x <a password="hunter2"/>"#,
        "AdminPassword = hunter2",
        "db:\n  password: hunter2\n",
        "unicodePwd: hunter2",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
    ] {
        assert_hidden(text, Unknown, &["hunter2"]);
    }
}

#[test]
fn what_nobody_understood_keeps_its_marks_only() {
    let text = "{\"a\": [1, \"x-y\"], é: b!c\n}";
    let (sources, id) = source(text);
    let spans = mask_unparsed(sources.get(id), 6);
    assert!(spans.iter().all(|(_, why)| *why == Why::NotUnderstood));
    let hidden: Vec<&str> = spans.iter().map(|(span, _)| &text[span.range()]).collect();
    assert_eq!(hidden, ["1", "x-y", "é", "b!c"]);
    assert!(mask_unparsed(sources.get(id), 900).is_empty());
}

#[test]
fn a_flood_of_secrets_stays_hidden() {
    let text = format!("[{}{{\"Password\":\"hunter2\"}}]", "{\"pwd\":\"x\"},".repeat(300_000));
    assert_hidden_fast(&text);
}

/// Asserts that the last secret is hidden, without drawing the text.
fn assert_hidden_fast(text: &str) {
    let at = text.rfind("hunter2").unwrap();
    let masks = masks(text, Json);
    assert!(masks.iter().any(|(range, _)| range.start <= at && range.end >= at + 7));
}

#[test]
fn every_secret_name_passes_the_sieve() {
    for name in names::WORDS {
        assert!(sieve::hits(name), "a stem for `{name}` is missing");
    }
}

fn any_format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![Json, Xml, Csv, Inf, Ldif, Reg, Unknown])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_gives_spans_inside_it(
        text in "\\PC{0,60}|[\\[\\]{}<>\"':,;=&#!/\\\\ \n a-z\u{e9}\\-]{0,60}|([\"<{=:;,\n \\\\é]|Password|Value|Name|pwd|variable|CDATA\\[|net use |\\\\u00|&#|Reserved2|hex:|\\]\\]>|!--){0,24}",
        format in any_format(),
    ) {
        masks(&text, format);
        let (sources, id) = source(&text);
        for (span, _) in mask_unparsed(sources.get(id), text.len() / 2) {
            crate::support::assert_span(&text, span);
        }
    }

    /// One character of the text around is lost, doubled or replaced; the secret stays hidden.
    #[test]
    fn a_secret_survives_a_damaged_text(at in 0_usize..400, edit in 0_u8..4, mark in "[\"{}\\[\\],:x \n<>]") {
        for (text, format) in [
            ("[{\"a\":\"b\",\"c\":[1,{\"d\":null}]},\n {\"e\":\"f g\",\"k\":true,\"l\":\"m, n: o\",\"p\":[[],[\"q\"]],\n\"r\":{\"s\":\"t\",\"u\":-1.5},\"Password\":\"SECRETSECRET\",\"h\":[\"i\"]}, {\"Value1\":\"SECRETSECRET\",\"PropertyName\":\"PXEPassword\"}]", Json),
            ("<a b=\"c\"><d e=\"f\">g</d>\n<i j='k'/><l m=\"n o\" p=\"q\"><!-- r --><s>t &amp; u</s></l><v><![CDATA[w]]></v><b password=\"SECRETSECRET\"/>h <variable name=\"x\" property=\"AdminPassword\">SECRETSECRET</variable></a>", Xml),
        ] {
            let at = at % text.len();
            // The names and quotes that make it a secret are left alone.
            let near = |word: &str| text.match_indices(word).any(|(start, _)| at + 48 > start && at < start + 46);
            if near("SECRETSECRET") {
                continue;
            }
            let mut damaged = text.to_owned();
            match edit {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, text.as_bytes()[at] as char),
                2 => damaged.insert_str(at, &mark),
                _ => damaged.replace_range(at..=at, &mark),
            }
            prop_assert!(!masked(&damaged, format).contains("SECRET"), "{}", masked(&damaged, format));
        }
    }

    /// A mark is lost or put in anywhere, also beside the secret: what the scan does not know any more lies
    /// in what the reader has not understood.
    #[test]
    fn scan_and_gaps_together_hide_a_secret_in_any_damage(at in 0_usize..200, mark in "[\"{}\\[\\],:\\\\ \n]", lost in any::<bool>()) {
        let text = "[{\"a\":\"b c\",\"d\":[1]},{\"Password\":\"SECRETSECRET\",\"e\":null},{\"f\":\"g\",\"Reserved2\":\"SECRETSECRET\"}]";
        let at = at % text.len();
        let mut damaged = text.to_owned();
        match lost {
            true if text.as_bytes()[at].is_ascii_alphanumeric() => return Ok(()),
            true => drop(damaged.remove(at)),
            false => damaged.insert_str(at, &mark),
        }
        // Marks inside of the name make it another name, and a list called `Reserved2` is one of accounts.
        let renamed = !damaged.contains("Password") || !damaged.contains("Reserved2");
        if renamed || damaged.contains("Reserved2\":[") {
            return Ok(());
        }
        let (sources, id) = source(&damaged);
        let source = sources.get(id);
        let mut spans = scan(source, Json);
        for gap in crate::json::unread(source) {
            spans.extend(mask_unparsed_range(source, gap.range()));
        }
        let hidden = |at: usize| spans.iter().any(|(span, _)| span.range().contains(&at));
        for (start, _) in damaged.match_indices("SECRET") {
            prop_assert!((start..start + 6).all(hidden), "{} in {}", start, damaged);
        }
    }

    #[test]
    fn a_secret_in_a_cut_text_is_hidden_up_to_the_cut(cut in 0_usize..200) {
        for (text, format) in [
            (r#"[{"a":"b","Password":"SECRETSECRET"},{"Sequence":"<variable name=\"OSDJoinPassword\">SECRETSECRET</variable>"}]"#, Json),
            (r#"<a><b password="SECRETSECRET"/><variable name="x" property="AdminPassword">SECRETSECRET</variable></a>"#, Xml),
            ("a,Password\nb,SECRETSECRET\nc,\"SECRETSECRET\"\n", Csv),
            ("\"Password\"=\"SECRETSECRET\"\n\"Pwd\"=\"SECRETSECRET\"\n", Reg),
            ("dn: a\nunicodePwd: SECRETSECRET\n", Ldif),
            ("Password = SECRETSECRET\n", Inf),
        ] {
            let text = &text[..cut.min(text.len())];
            prop_assert!(!masked(text, format).contains("SEC"), "{}", masked(text, format));
        }
    }
}
