use std::fmt::Write;

use cmlint_model::Dataset;

use super::views;

/// First word of the line that says what may be seen.
pub(super) const HEAD: &str = "#cmlint-sql";
/// First word of the line before a view.
pub(super) const BEGIN: &str = "#begin";
/// First word of the line behind a view; the number of its rows follows.
pub(super) const END: &str = "#end";

/// The whole script.
pub(super) fn text(server: &str, database: &str) -> String {
    let mut text = format!(
        "-- Reads catalogue views of the site database {database} on {server}. It changes nothing: it has SELECTs only.\n\
         -- Needs: VIEW ANY DEFINITION and VIEW SERVER STATE on the server, VIEW DEFINITION in the database.\n\
         -- Save it as cmlint.sql and run it with one of:\n\
         --   sqlcmd -S {server} -d {database} -E -y 0 -f 65001 -i cmlint.sql -o cmlint-sql.txt\n\
         --   Invoke-Sqlcmd -ServerInstance {server} -Database {database} -InputFile cmlint.sql -MaxCharLength 1000000 |\n\
         --     ForEach-Object {{ $_.line }} | Set-Content -Encoding UTF8 cmlint-sql.txt\n\
         -- Then: cmlint-collect sql --server {server} --database {database} --results cmlint-sql.txt --out <SNAPSHOT>\n\
         SET NOCOUNT ON;\n\
         SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\n\
         GO\n"
    );
    let quoted = |expression: &str| format!("'\"' + REPLACE(ISNULL({expression}, ''), '\"', '\"\"') + '\"'");
    let rights = [
        "CONVERT(NVARCHAR(128), SERVERPROPERTY('MachineName'))",
        "CONVERT(NVARCHAR(128), DB_NAME())",
        "CONVERT(NVARCHAR(256), SUSER_SNAME())",
        "CONVERT(NVARCHAR(2), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION'))",
        "CONVERT(NVARCHAR(2), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'))",
        "CONVERT(NVARCHAR(2), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION'))",
    ];
    let values: Vec<String> = rights.iter().map(|r| quoted(r)).collect();
    let _ = writeln!(text, "SELECT '{HEAD} ' + {} AS line;\nGO", values.join(" + ',' + "));
    for dataset in views() {
        let query = query(dataset);
        let columns = columns(query);
        let header: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let line: Vec<String> = columns
            .iter()
            .map(|column| {
                // A line end inside of a name would end the line.
                let text = format!("CONVERT(NVARCHAR(MAX), listed.[{column}])");
                quoted(&format!("REPLACE(REPLACE({text}, CHAR(13), ' '), CHAR(10), ' ')"))
            })
            .collect();
        let name = dataset.name();
        let _ = write!(
            text,
            "SELECT '{BEGIN} {name}' AS line;\n\
             SELECT '{}' AS line;\n\
             SELECT {} AS line FROM ({query}) AS listed;\n\
             SELECT '{END} {name} ' + CONVERT(NVARCHAR(20), COUNT(*)) AS line FROM ({query}) AS listed;\n\
             GO\n",
            header.join(","),
            line.join(" + ',' + ")
        );
    }
    text
}

/// The query of a view, as the command in the table of datasets has it.
fn query(dataset: Dataset) -> &'static str {
    let command = dataset.info().command;
    let behind = command.split_once("-Query \"").map_or("", |(_, rest)| rest);
    behind.split_once("\" |").map_or(behind, |(query, _)| query)
}

/// Names of the columns of a query: what stands behind the last `AS`, or behind the last dot.
fn columns(query: &str) -> Vec<&str> {
    let list = query.strip_prefix("SELECT ").unwrap_or(query);
    let list = list.split_once(" FROM ").map_or(list, |(list, _)| list);
    let mut columns = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in list.char_indices().chain([(list.len(), ',')]) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                let item = list[start..at].trim();
                let name = item.rsplit_once(" AS ").map_or(item, |(_, name)| name);
                columns.push(name.rsplit_once('.').map_or(name, |(_, name)| name).trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_view_gives_the_columns_of_the_table_of_datasets() {
        for dataset in views() {
            let columns = columns(query(dataset));
            for expected in dataset.info().columns {
                // An older server lacks it; no lint needs it.
                assert!(columns.contains(expected), "{}: {expected} is not in {columns:?}", dataset.name());
            }
        }
        assert_eq!(views().count(), 9);
    }

    #[test]
    fn the_script_only_reads() {
        let script = text("sql01.contoso.com", "CM_PS1");
        let code: Vec<&str> = script.lines().filter(|l| !l.starts_with("--")).collect();
        for line in &code {
            let first = line.split_whitespace().next().unwrap_or_default();
            assert!(["SELECT", "SET", "GO"].contains(&first), "{line}");
        }
        let words: Vec<String> =
            code.join(" ").split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_uppercase).collect();
        for word in [
            "INSERT", "UPDATE", "DELETE", "EXEC", "EXECUTE", "CREATE", "ALTER", "DROP", "INTO", "GRANT",
            "MERGE", "TRUNCATE",
        ] {
            assert!(!words.iter().any(|w| w == word), "{word}");
        }
        assert!(script.contains("sqlcmd -S sql01.contoso.com -d CM_PS1") && script.contains("Invoke-Sqlcmd"));
    }

    #[test]
    fn no_password_hash_is_asked_for() {
        let script = text("sql01.contoso.com", "CM_PS1").to_lowercase();
        for word in ["password_hash", "sql_logins", "sc_useraccount", "loginproperty"] {
            assert!(!script.contains(word), "{word}");
        }
    }
}
