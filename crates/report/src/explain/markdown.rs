//! Markdown as plain text. The READMEs of lints are our own and simple: headings, paragraphs, lists, code.

use crate::Style;
use crate::paint::{self, Paint};

/// Wraps prose, keeps code as it is, and takes the decorations off.
pub(super) fn plain(markdown: &str, style: &Style) -> String {
    let mut page = Page { style, out: String::new(), block: None };
    let mut code = false;
    let mut comment = false;
    for line in markdown.lines() {
        let trimmed = line.trim();
        if code {
            match trimmed.starts_with("```") {
                true => code = false,
                false => page.verbatim(line),
            }
        } else if comment || trimmed.starts_with("<!--") {
            comment = !trimmed.ends_with("-->");
        } else if trimmed.starts_with("```") {
            page.flush();
            page.gap();
            code = true;
        } else if trimmed.is_empty() {
            page.flush();
            page.gap();
        } else if let Some(title) = heading(trimmed) {
            page.heading(title);
        } else if line.starts_with("    ") && page.block.is_none() && item(line).is_none() {
            page.verbatim(line.trim());
        } else if trimmed.starts_with('|') {
            page.flush();
            page.verbatim(trimmed);
        } else if let Some((marker, words)) = item(line) {
            page.flush();
            page.block = Some((marker, words.to_owned()));
        } else {
            page.words(trimmed);
        }
    }
    page.flush();
    let mut out = page.out.trim_end().to_owned();
    out.push('\n');
    out
}

struct Page<'a> {
    style: &'a Style,
    out: String,
    /// What begins the paragraph, and its words so far.
    block: Option<(String, String)>,
}

impl Page<'_> {
    fn words(&mut self, words: &str) {
        match &mut self.block {
            Some((_, block)) => {
                block.push(' ');
                block.push_str(words);
            }
            None => self.block = Some((String::new(), words.to_owned())),
        }
    }

    fn flush(&mut self) {
        if let Some((head, words)) = self.block.take() {
            self.out.push_str(&paint::hang(&head, &inline(&words), self.style.columns(), false));
            self.out.push('\n');
        }
    }

    /// One empty line, not two and none at the start.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// The first heading of a README is the lint's name, which stands above already.
    fn heading(&mut self, (level, title): (usize, &str)) {
        self.flush();
        if level > 1 {
            self.gap();
            self.out.push_str(&Paint::of(self.style).bold(inline(title)));
            self.out.push_str("\n\n");
        }
    }

    fn verbatim(&mut self, line: &str) {
        self.out.push_str(format!("    {line}").trim_end());
        self.out.push('\n');
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

/// A list item: its indentation with its marker, and its words.
fn item(line: &str) -> Option<(String, &str)> {
    let words = line.trim_start();
    let depth = (line.len() - words.len()).min(8);
    let marker = if let Some(rest) = words.strip_prefix(['-', '*', '+']) {
        ("-", rest)
    } else {
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        let rest = words[digits..].strip_prefix('.').filter(|_| (1..=3).contains(&digits))?;
        (&words[..=digits], rest)
    };
    let words = marker.1.strip_prefix(' ')?;
    Some((format!("{}{} ", " ".repeat(depth + 2), marker.0), words.trim()))
}

/// Emphasis goes, code stays in its backquotes, `[words](address)` becomes `words (address)`.
fn inline(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut code = false;
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        match c {
            '`' => code = !code,
            '*' if !code && emphasises(&out, behind) => {
                rest = behind;
                continue;
            }
            '[' if !code => {
                if let Some((label, address, behind)) = link(behind) {
                    out.push_str(&inline(label));
                    if label != address {
                        out.push_str(&format!(" ({address})"));
                    }
                    rest = behind;
                    continue;
                }
            }
            _ => {}
        }
        out.push(c);
        rest = behind;
    }
    out
}

/// Whether a star touches a word on one side; one between spaces is a star.
fn emphasises(before: &str, behind: &str) -> bool {
    let free = |c: Option<char>| c.is_none_or(char::is_whitespace);
    !(free(before.chars().next_back()) && free(behind.chars().next()))
}

fn link(behind: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = behind.split_once("](")?;
    let (address, rest) = rest.split_once(')')?;
    (!label.contains('[') && !address.contains(' ')).then_some((label, address, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> Style {
        Style { width: 40, colour: false, unicode: true, verbose: false, last_net: |_| Vec::new() }
    }

    #[test]
    fn decorations_go_and_code_stays() {
        let page = "# some-lint\n\n## What it finds\nA **bold** claim of `SMS_*` and\n*more* of it, see [the page](https://example.com/a).\n\n<!-- nobody -->\n- one\n  goes on\n- two * three\n\n    Get-Indented -Code 'stays too, however long it is'\n\n```powershell\nGet-Thing -Name '**x**'   # kept in one piece, however long\n```\n1. first\n";
        let expected = "What it finds\n\nA bold claim of `SMS_*` and more of it,\nsee the page (https://example.com/a).\n\n  - one goes on\n  - two * three\n\n    Get-Indented -Code 'stays too, however long it is'\n\n    Get-Thing -Name '**x**'   # kept in one piece, however long\n  1. first\n";
        assert_eq!(plain(page, &style()), expected);
    }
}
