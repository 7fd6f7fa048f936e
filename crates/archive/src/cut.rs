use std::borrow::Cow;

use cmlint_source::Sources;
use cmlint_text::secrets::{self, Format};

use crate::load::format_of;

/// A text without the secrets that the linter would find in it, and how many there were. `path` is only looked at
/// for its ending, which says how the text is written.
///
/// A value is cut and what surrounds it stays: `"PXEPassword": ""`, `<variable name="OSDJoinPassword"></variable>`;
/// a list or a number in JSON becomes `null`.
pub fn without_secrets<'t>(path: &str, text: &'t str) -> (Cow<'t, str>, usize) {
    let mut rest = Cow::Borrowed(text);
    let mut cut = 0;
    // What stood behind a secret may show another one when it is gone; each round removes something.
    loop {
        let mut sources = Sources::new();
        let format = format_of(path, &rest);
        let id = sources.add(path, rest.clone().into_owned(), cmlint_source::Encoding::Utf8);
        let found = secrets::scan(sources.get(id), format);
        if found.is_empty() {
            return (rest, cut);
        }
        cut += found.len();
        let shorter = remove(&rest, format, found.iter().map(|(span, _)| span.range()));
        if shorter.len() == rest.len() {
            return (Cow::Owned(shorter), cut);
        }
        rest = Cow::Owned(shorter);
    }
}

fn remove(text: &str, format: Format, ranges: impl Iterator<Item = std::ops::Range<usize>>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        kept.push_str(&text[from..range.start]);
        let secret = &text[range.clone()];
        // A value of JSON that is no string, or a string with its quotes.
        if format == Format::Json
            && secret.starts_with(['[', '{', '"'])
            && !inside_string(&text[..range.start])
        {
            kept.push_str("null");
        } else if format == Format::Json && !inside_string(&text[..range.start]) {
            kept.push('0');
        }
        from = range.end;
    }
    kept.push_str(&text[from..]);
    kept
}

/// Whether a string of JSON is open at the end of a text.
fn inside_string(before: &str) -> bool {
    let mut open = false;
    let mut bytes = before.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => open = !open,
            b'\\' if open => {
                bytes.next();
            }
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(path: &str, text: &str) -> String {
        without_secrets(path, text).0.into_owned()
    }

    #[test]
    fn a_text_without_secrets_stays() {
        let text = r#"[{"UserName":"CONTOSO\\svc","PasswordLastSet":"2025-01-01"}]"#;
        assert!(matches!(without_secrets("a.json", text), (Cow::Borrowed(same), 0) if same == text));
    }

    #[test]
    fn values_of_json_are_cut_and_it_stays_json() {
        let text = r#"[{"Reserved2":"0000AABBCCDDEEFF00112233","UserName":"x"},
            {"Props":[{"PropertyName":"PXEPassword","Value":7,"Value1":"hunter2","Value2":"hunter3"}]},
            {"ClientSecret":["hunter4","hunter5"],"Name":"y"}]"#;
        let (short, count) = without_secrets("a.json", text);
        assert!(count >= 4, "{count}: {short}");
        for secret in ["AABBCC", "hunter"] {
            assert!(!short.contains(secret), "{short}");
        }
        for kept in ["Reserved2", "UserName", "PXEPassword", "Value1", "ClientSecret", "\"y\""] {
            assert!(short.contains(kept), "{kept}: {short}");
        }
        assert!(serde_json::from_str::<serde_json::Value>(&short).is_ok(), "{short}");
    }

    #[test]
    fn variables_of_a_task_sequence_are_cut() {
        let text = r#"<sequence><step name="Join"><defaultVarList>
            <variable name="OSDJoinAccount" property="DomainUsername">CONTOSO\join</variable>
            <variable name="OSDJoinPassword" property="DomainPassword">hunter2</variable>
            </defaultVarList></step></sequence>"#;
        let short = cut("a.xml", text);
        assert!(!short.contains("hunter2") && short.contains(r"CONTOSO\join"), "{short}");
        assert!(short.contains(r#"property="DomainPassword"></variable>"#), "{short}");
    }

    #[test]
    fn passwords_of_iis_are_cut() {
        let text = r#"<configuration><add name="a" userName="CONTOSO\pool" password="[enc:IISWASOnlyAesProvider:Zm9v:enc]" /></configuration>"#;
        let short = cut("applicationHost.config", text);
        assert!(!short.contains("Zm9v") && short.contains(r"CONTOSO\pool"), "{short}");
    }
}
