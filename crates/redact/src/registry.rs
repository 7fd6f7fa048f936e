//! Exports of the registry: texts that are written as bytes.

use std::fmt::Write as _;

use crate::Redactor;

/// A `.reg` file with pseudonyms, also in values that are texts in UTF-16 written as bytes: `hex(1)`, `hex(2)`
/// and `hex(7)` (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ). Other bytes stay.
pub(crate) fn registry(redactor: &Redactor, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let Some((name, kind, bytes)) = bytes_of(line) else {
            out.push_str(&redactor.line(line));
            continue;
        };
        let mut all = vec![bytes];
        while all.last().is_some_and(|bytes| goes_on(bytes)) && lines.peek().is_some() {
            all.extend(lines.next());
        }
        out.push_str(&redactor.line(name));
        out.push_str(kind);
        let changed =
            if matches!(kind, "=hex(1):" | "=hex(2):" | "=hex(7):") { hidden(redactor, &all) } else { None };
        out.push_str(&changed.unwrap_or_else(|| all.concat()));
    }
    out
}

/// The name of a value, how its bytes are introduced, and the bytes with the line's end.
fn bytes_of(line: &str) -> Option<(&str, &str, &str)> {
    let at = line.find("=hex")?;
    let len = line[at..].find(':')? + 1;
    Some((&line[..at], &line[at..at + len], &line[at + len..]))
}

fn goes_on(line: &str) -> bool {
    line.trim_end().ends_with('\\')
}

/// The bytes of the text with pseudonyms, in as many lines; `None` where they are no text.
fn hidden(redactor: &Redactor, lines: &[&str]) -> Option<String> {
    let digits =
        lines.iter().flat_map(|line| line.split([',', '\\'])).map(str::trim).filter(|b| !b.is_empty());
    let bytes: Vec<u8> = digits.map(|b| u8::from_str_radix(b, 16)).collect::<Result<_, _>>().ok()?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let new = redactor.line(&String::from_utf16(&units).ok()?);
    let bytes: Vec<String> =
        new.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect();
    let each = bytes.len().div_ceil(lines.len()).max(1);
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let piece =
            bytes.iter().skip(index * each).take(each).map(String::as_str).collect::<Vec<_>>().join(",");
        let end = &line[line.trim_end_matches(['\r', '\n']).len()..];
        let indent = if index > 0 { "  " } else { "" };
        let more = match (index + 1 < lines.len(), (index + 1) * each < bytes.len()) {
            (true, true) => ",\\",
            (true, false) => "\\",
            (false, _) => "",
        };
        let _ = write!(out, "{indent}{piece}{more}{end}");
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .map(|b| format!("{b:02x}"))
            .collect::<Vec<_>>()
            .join(",")
    }

    #[test]
    fn a_text_that_is_written_as_bytes_is_hidden_and_lines_stay_lines() {
        let redactor = Redactor::new(b"a key", []);
        let bytes = hex("jdoe\0\0");
        let (first, rest) = bytes.split_at(15);
        let text = format!("\"Name\"=hex(7):{first}\\\r\n  {rest}\r\n\"Name\"=\"jdoe\"\r\n");
        let out = registry(&redactor, &text);
        let name = redactor.line("jdoe");
        assert_eq!(out.lines().count(), text.lines().count());
        let mut lines = out.lines();
        let joined = lines.next().unwrap().trim_end_matches('\\').to_owned() + lines.next().unwrap().trim();
        assert_eq!(joined, format!("\"Name\"=hex(7):{}", hex(&format!("{name}\0\0"))));
        assert_eq!(lines.next(), Some(format!("\"Name\"=\"{name}\"").as_str()));
    }

    #[test]
    fn other_bytes_stay() {
        let redactor = Redactor::new(b"a key", []);
        let text = "\"Name\"=hex:01,ab,\\\n  cd\n\"Name\"=dword:0000001f\n";
        assert_eq!(registry(&redactor, text), text);
    }
}
