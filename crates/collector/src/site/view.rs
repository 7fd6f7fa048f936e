//! How much of the site the caller sees. The provider leaves out what a caller may not read and says nothing of it,
//! so that a small answer looks like a small site.

use serde_json::Value;

use super::rows::Row;
use crate::out::Why;

/// How much the caller sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum View {
    /// All objects.
    All,
    /// What its roles and scopes let through, or nobody can tell.
    Limited(Why),
}

/// Full Administrator and Read-only Analyst: the built-in roles that read every kind of object.
const READS_ALL: [&str; 2] = ["SMS0001R", "SMS0002R"];
/// "All instances": all scopes, All Systems, All Users and User Groups.
const EVERYTHING: [&str; 3] = ["SMS00ALL", "SMS00001", "SMS00004"];

/// Judges by the administrative users, each read by its key.
///
/// The caller sees all if an administrative user reads everything without limits and is the caller, or is covered by
/// it: `IsCovered` of `SMS_Admin` is "`true` if the current user has more permissions than this account".
pub(crate) fn judge(admins: &[Row], account: Option<&str>) -> View {
    let of_caller = |row: &Row| {
        let covered = row.properties.get("IsCovered").is_some_and(|v| *v == Value::Bool(true));
        covered || account.is_some_and(|a| row.text_of("LogonName").eq_ignore_ascii_case(a))
    };
    if admins.iter().any(|row| reads_all(row) && of_caller(row)) {
        return View::All;
    }
    let who = account.map_or_else(|| "the signed-in user".to_owned(), |a| format!("`{a}`"));
    let what = format!(
        "nothing shows that {who} sees all objects, and the provider leaves out the others in silence"
    );
    View::Limited(Why::new(what).needs_right(super::trouble::RIGHT))
}

fn reads_all(row: &Row) -> bool {
    let permissions = row.properties.get("Permissions").and_then(Value::as_array);
    let of_role = |role: &str, category: &str| {
        permissions.into_iter().flatten().any(|p| {
            let is =
                |name: &str, value: &str| p[name].as_str().is_some_and(|v| v.eq_ignore_ascii_case(value));
            is("RoleID", role) && is("CategoryID", category)
        })
    };
    READS_ALL.iter().any(|role| EVERYTHING.iter().all(|category| of_role(role, category)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::rows::object;

    fn admin(name: &str, covered: bool, role: &str, categories: &[&str]) -> Row {
        let permissions: Vec<Value> = categories
            .iter()
            .map(|category| serde_json::json!({"RoleID": role, "CategoryID": category}))
            .collect();
        let row = serde_json::json!({"LogonName": name, "IsCovered": covered, "Permissions": permissions});
        object(row.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_caller_itself_reads_everything() {
        let admins = [admin(r"CONTOSO\auditor", false, "SMS0002R", &EVERYTHING)];
        assert_eq!(judge(&admins, Some(r"contoso\AUDITOR")), View::All);
        assert_ne!(judge(&admins, Some(r"contoso\other")), View::All);
    }

    #[test]
    fn a_group_that_the_caller_covers_reads_everything() {
        let admins = [admin(r"CONTOSO\Analysts", true, "SMS0002R", &EVERYTHING)];
        assert_eq!(judge(&admins, Some(r"CONTOSO\auditor")), View::All);
        assert_eq!(judge(&admins, None), View::All);
    }

    #[test]
    fn a_scope_a_collection_or_another_role_is_a_limit() {
        for (role, categories) in [
            ("SMS0002R", ["SMS00UNA", "SMS00001", "SMS00004"]),
            ("SMS0001R", ["SMS00ALL", "PS100014", "SMS00004"]),
            ("SMS0009R", EVERYTHING),
        ] {
            let admins = [admin(r"CONTOSO\a", true, role, &categories)];
            assert_ne!(judge(&admins, Some(r"CONTOSO\a")), View::All, "{role} {categories:?}");
        }
        assert_ne!(judge(&[], Some(r"CONTOSO\a")), View::All);
    }
}
