//! What the script of `sql` gives, made up.

/// A view: its name, then its header and rows as fields.
pub(crate) type View = (&'static str, Vec<Vec<String>>);

fn lines(text: &[&str]) -> Vec<Vec<String>> {
    text.iter().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

/// A site database as the site makes it, on `cm02`.
pub(crate) fn views() -> Vec<View> {
    let sid = "0x01050000000000051500000047D63C428E7479841CEBC4C651040000";
    vec![
        (
            "sql.server_principals",
            lines(&[
                "principal_id|name|type_desc|is_disabled|sid",
                "1|sa|SQL_LOGIN|1|0x01",
                "2|public|SERVER_ROLE|0|0x02",
                "3|sysadmin|SERVER_ROLE|0|0x03",
                &format!("260|CONTOSO\\CM02$|WINDOWS_LOGIN|0|{sid}"),
            ]),
        ),
        (
            "sql.server_role_members",
            lines(&[
                "role_principal_id|role_name|member_principal_id|member_name",
                "3|sysadmin|1|sa",
                "3|sysadmin|260|CONTOSO\\CM02$",
            ]),
        ),
        (
            "sql.server_permissions",
            lines(&[
                "grantee_principal_id|grantee_name|permission_name|state_desc|class_desc|major_id|securable",
                "260|CONTOSO\\CM02$|CONNECT SQL|GRANT|SERVER|0|",
            ]),
        ),
        (
            "sql.databases",
            lines(&[
                "database_id|name|owner_sid|owner_name|is_trustworthy_on|containment",
                "1|master|0x01|sa|0|0",
                "5|CM_PS1|0x01|sa|1|0",
            ]),
        ),
        ("sql.server_properties", lines(&["name|value", "IsIntegratedSecurityOnly|1"])),
        ("sql.linked_servers", lines(&["name|data_source|local_login|remote_name", "CM02|CM02||"])),
        (
            "sql.database_principals",
            lines(&[
                "principal_id|name|type_desc|sid|owning_principal_id",
                "1|dbo|SQL_USER|0x01|",
                "16384|db_owner|DATABASE_ROLE||1",
                &format!("5|CONTOSO\\CM02$|WINDOWS_USER|{sid}|"),
            ]),
        ),
        (
            "sql.database_role_members",
            lines(&["role_principal_id|role_name|member_principal_id|member_name", "16384|db_owner|1|dbo"]),
        ),
        (
            "sql.database_permissions",
            lines(&[
                "grantee_principal_id|grantee_name|permission_name|state_desc|class_desc|major_id|securable",
                "5|CONTOSO\\CM02$|CONNECT|GRANT|DATABASE|0|",
            ]),
        ),
    ]
}

/// The file that `sqlcmd` writes: its titles and underlines, spaces behind the lines.
pub(crate) fn results(views: &[View], rights: &str) -> String {
    let quoted = |fields: &[String]| {
        fields.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
    };
    let mut text = format!(
        "line   \r\n-------\r\n#cmlint-sql \"CM02\",\"CM_PS1\",\"CONTOSO\\auditor\",{rights}   \r\n\r\n"
    );
    for (name, lines) in views {
        text.push_str(&format!("#begin {name}\r\n\r\n"));
        for line in lines {
            text.push_str(&format!("{}   \r\n", quoted(line)));
        }
        text.push_str(&format!("#end {name} {}\r\n", lines.len() - 1));
    }
    text
}
