//! JSON, XML and CSV: which words belong to the format.

use std::borrow::Cow;

use crate::Redactor;

/// JSON, also where it is broken. Names of properties stay; a value that is an XML document is treated as one.
pub(crate) fn json(redactor: &Redactor, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        out.push_str(&redactor.line(&rest[..start]));
        let Some(len) = string(&rest[start..]) else {
            let end = rest[start..].find('\n').map_or(rest.len(), |len| start + len);
            out.push_str(&redactor.line(&rest[start..end]));
            rest = &rest[end..];
            continue;
        };
        let (quoted, after) = rest[start..].split_at(len);
        let key = after.trim_start().starts_with(':');
        if key {
            out.push_str(quoted);
        } else {
            out.push_str(&value(redactor, quoted));
        }
        rest = after;
    }
    out.push_str(&redactor.line(rest));
    out
}

/// The length of a string with its quotes; `None` where it does not end. It ends in its line at the latest,
/// because what is broken in one must not turn values into names of properties in the next.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn value<'t>(redactor: &Redactor, quoted: &'t str) -> Cow<'t, str> {
    let raw = &quoted[1..quoted.len() - 1];
    let said: Cow<'_, str> = match raw.contains('\\') {
        true => serde_json::from_str(quoted).map_or(Cow::Borrowed(raw), Cow::Owned),
        false => Cow::Borrowed(raw),
    };
    let new = if said.trim_start().starts_with('<') { xml(redactor, &said) } else { redactor.line(&said) };
    if new == *said {
        return quoted.into();
    }
    serde_json::to_string(&new).map_or_else(|_| "\"\"".into(), Cow::Owned)
}

/// XML, also where it is broken. Names of tags and attributes stay.
pub(crate) fn xml(redactor: &Redactor, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&redactor.line(&rest[..start]));
        rest = &rest[start..];
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let len = inner.find("]]>").unwrap_or(inner.len());
            out.push_str("<![CDATA[");
            out.push_str(&xml(redactor, &inner[..len]));
            rest = &inner[len..];
        } else if rest.starts_with("<!") {
            let len = rest.find("-->").filter(|_| rest.starts_with("<!--"));
            let len = len.or_else(|| rest.find('>')).unwrap_or(rest.len());
            out.push_str(&redactor.line(&rest[..len]));
            rest = &rest[len..];
        } else {
            let len = tag(rest);
            out.push_str(&attributes(redactor, &rest[..len]));
            rest = &rest[len..];
        }
    }
    out.push_str(&redactor.line(rest));
    out
}

/// The length of a tag, its `>` left out.
fn tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>' | '<') => return at,
            _ => {}
        }
    }
    text.len()
}

fn attributes(redactor: &Redactor, tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = rest[start..].chars().next().unwrap_or('"');
        out.push_str(&rest[..=start]);
        rest = &rest[start + 1..];
        let len = rest.find(quote).unwrap_or(rest.len());
        out.push_str(&redactor.line(&rest[..len]));
        out.extend(rest[len..].chars().next());
        rest = rest.get(len + 1..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// A table: its header stays.
pub(crate) fn csv(redactor: &Redactor, text: &str) -> String {
    let header = text.find('\n').map_or(text.len(), |at| at + 1);
    text[..header].to_owned() + &redactor.line(&text[header..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (Redactor, String) {
        let redactor = Redactor::new(b"a key", []);
        let name = redactor.line("jdoe");
        (redactor, name)
    }

    #[test]
    fn properties_stay_and_values_are_read_as_they_are_meant() {
        let (redactor, name) = names();
        let text = r#"{"Wibble": "CONTOSO\\jdoe", "Sequence": "<step wobble=\"jdoe\">jdoe</step>", "n": 12}"#;
        let domain = redactor.line("contoso");
        let expected = format!(
            r#"{{"Wibble": "{domain}\\{name}", "Sequence": "<step wobble=\"{name}\">{name}</step>", "n": 12}}"#
        );
        assert_eq!(json(&redactor, text), expected);
        // An escaped letter is the letter.
        assert_eq!(json(&redactor, r#"["\u006adoe"]"#), format!("[\"{name}\"]"));
    }

    #[test]
    fn what_is_broken_is_hidden_too() {
        let (redactor, name) = names();
        assert_eq!(json(&redactor, "[\"jdoe\n jdoe \"jdoe\"]"), format!("[\"{name}\n {name} \"{name}\"]"));
        assert_eq!(xml(&redactor, "<step name=\"jdoe"), format!("<step name=\"{name}"));
    }

    #[test]
    fn tags_and_columns_stay() {
        let (redactor, name) = names();
        let text = "<?xml version=\"1.0\"?><wibble wobble='jdoe'><!-- jdoe --><![CDATA[jdoe]]>jdoe</wibble>";
        let expected = text.replace("jdoe", &name);
        assert_eq!(xml(&redactor, text), expected);
        assert_eq!(csv(&redactor, "wibble,jdoe\nx,jdoe\n"), format!("wibble,jdoe\nx,{name}\n"));
    }
}
