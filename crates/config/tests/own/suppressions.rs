use cmlint_config::suppressions;
use cmlint_engine::Grounds;

use crate::support::*;

fn wrong(text: &str) -> Vec<String> {
    let (sources, file) = file(text);
    told(&sources, &suppressions(&sources, file).unwrap_err())
}

const ENTRY: &str = "[[suppression]]\nlint = \"other\"\nobject = 'site:PS1'\nreason = \"because\"\n";

#[test]
fn an_entry_says_what_why_and_until_when() {
    let text = format!(
        "{ENTRY}status = \"false-positive\"\nexpires = 2026-12-31\nowner = \"Jo\"\nticket = \"CHG-1\"\n\
         evidence = [\"group:x\"]\n\n{ENTRY}expires = \"2026-07-01\"\n"
    );
    let (sources, file) = file(&text);
    let all = suppressions(&sources, file).unwrap();
    let [first, second] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((first.lint.value.as_str(), first.object.value.as_str()), ("other", "site:PS1"));
    assert_eq!(sources.text(first.object.span), "'site:PS1'");
    assert_eq!(sources.text(first.accepted.span), "[[suppression]]");
    let accepted = &first.accepted;
    assert_eq!((accepted.reason.as_str(), accepted.grounds), ("because", Grounds::FalsePositive));
    assert_eq!((accepted.owner.as_deref(), accepted.ticket.as_deref()), (Some("Jo"), Some("CHG-1")));
    assert_eq!(first.evidence.as_deref(), Some(&["group:x".to_owned()][..]));
    let day = first.expires.unwrap();
    assert_eq!((day.value.to_string().as_str(), sources.text(day.span)), ("2026-12-31", "2026-12-31"));
    assert_eq!(second.accepted.grounds, Grounds::Accepted);
    assert_eq!(second.accepted.expires.unwrap().to_string(), "2026-07-01");
    assert_eq!(second.evidence, None);
}

#[test]
fn a_reason_is_required_and_so_are_lint_and_object() {
    let all = wrong("[[suppression]]\n");
    assert_eq!(all.len(), 3);
    for (told, key) in all.iter().zip(["lint", "object", "reason"]) {
        assert!(told.starts_with(&format!("1:1 [[suppression]]: `{key}` is missing (")), "{told}");
    }
    let empty = ENTRY.replace("because", " ");
    assert_eq!(wrong(&empty), ["4:10 \" \": `reason` says nothing ()"]);
}

#[test]
fn a_word_that_is_no_status_and_a_day_that_is_none_have_a_place() {
    let status = format!("{ENTRY}status = \"acepted\"");
    assert_eq!(
        wrong(&status),
        [
            "5:10 \"acepted\": `status` knows no `acepted` (did you mean `accepted`? one of accepted, false-positive, mitigated)"
        ]
    );
    for day in ["\"soon\"", "true", "10:00:00", "\"31.12.2026\""] {
        let all = wrong(&format!("{ENTRY}expires = {day}"));
        let expected =
            format!("5:11 {day}: `expires` is no day (write it as year, month and day: 2026-12-31)");
        assert_eq!(all, [expected]);
    }
    let key = format!("{ENTRY}expire = 2026-01-01");
    assert_eq!(wrong(&key), ["5:1 expire: unknown key `expire` (did you mean `expires`?)"]);
    assert_eq!(wrong("[suppression]\n").len(), 1);
    assert_eq!(
        wrong("[[supression]]\n"),
        ["1:3 supression: unknown key `supression` (did you mean `suppression`?)"]
    );
}

#[test]
fn an_empty_file_suppresses_nothing() {
    let (sources, file) = file("# nothing yet\n");
    assert_eq!(suppressions(&sources, file), Ok(Vec::new()));
}
