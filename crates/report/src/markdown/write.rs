//! Words and names in Markdown.

use cmlint_model::Text;
use cmlint_model::words::Part;

use crate::escape;

/// Words and names on one line. A name is always code: there it is no markup, no mention and no link.
pub(crate) fn words(text: &Text) -> String {
    let mut line = Line::default();
    for part in text.parts() {
        match part {
            Part::Prose(words) => line.prose(words),
            Part::Name(name) => line.name(&name.text),
        }
    }
    line.end()
}

/// A text that may hold words of the snapshot: nothing in it but backquotes is markup.
pub(crate) fn plain(text: &str) -> String {
    let mut line = Line::default();
    line.prose(&escape::line(text, true));
    line.end()
}

/// A name as code.
pub(crate) fn code(name: &str) -> String {
    let shown = escape::line(name, true);
    if !shown.contains(['`', '|']) {
        return match shown.trim().len() == shown.len() && !shown.is_empty() {
            true => format!("`{shown}`"),
            // One blank on each side is taken away.
            false => format!("` {shown} `"),
        };
    }
    // A cell of a table ends at each bar, in code too, and a backquote ends the code.
    let mut out = String::from("<code>");
    for c in shown.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("&#{};", c as u32)),
            c => out.push(c),
        }
    }
    out.push_str("</code>");
    out
}

/// A block of code that nothing in it ends.
pub(crate) fn block(language: &str, lines: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in lines.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}{language}\n{lines}\n{fence}\n")
}

#[derive(Default)]
struct Line {
    out: String,
    /// What stands between two backquotes of our own.
    quoted: Option<String>,
}

impl Line {
    fn prose(&mut self, words: &str) {
        for (at, c) in words.char_indices() {
            match (c, &mut self.quoted) {
                ('`', None) => self.quoted = Some(String::new()),
                ('`', Some(_)) => self.unquote(),
                (c, Some(quoted)) => quoted.push(c),
                ('\n' | '\t' | '\r', None) => self.out.push(' '),
                // What would be made a link.
                (':', None) if words[at..].starts_with("://") => self.out.push_str("&#58;"),
                ('.', None) if words[..at].to_ascii_lowercase().ends_with("www") => {
                    self.out.push_str("&#46;")
                }
                (c, None) => self.push(c),
            }
        }
    }

    fn name(&mut self, name: &str) {
        match &mut self.quoted {
            Some(quoted) => quoted.push_str(name),
            None => self.out.push_str(&code(name)),
        }
    }

    fn unquote(&mut self) {
        if let Some(quoted) = self.quoted.take() {
            self.out.push_str(&code(&quoted));
        }
    }

    fn push(&mut self, c: char) {
        match c {
            '*' | '_' | '<' | '>' | '&' | '[' | ']' | '|' | '\\' | '~' | '#' | '@' | '$' | '!' => {
                self.out.push_str(&format!("&#{};", c as u32));
                // Mentions and numbers of issues are looked for in what the entity has become.
                if matches!(c, '@' | '#') {
                    self.out.push_str("&#8203;");
                }
            }
            c => match escape::visible(c, true) {
                Some(shown) => self.out.push_str(&shown),
                None => self.out.push(c),
            },
        }
    }

    fn end(mut self) -> String {
        self.unquote();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use cmlint_model::text;
    use cmlint_model::words::principal;

    use super::*;

    #[test]
    fn names_are_code_and_our_words_are_text() {
        let text = text!("`{}` may {} <b> a*b @all", principal(r"CONTOSO\svc_x"), principal("a|b`c"));
        assert_eq!(
            words(&text),
            "`CONTOSO\\svc_x` may <code>a&#124;b&#96;c</code> &#60;b&#62; a&#42;b &#64;&#8203;all"
        );
    }

    #[test]
    fn a_hostile_name_stays_text() {
        assert_eq!(code("<img src=x>\n# a\u{202e}"), "`<img src=x>␊# a\\u{202e}`");
        assert_eq!(
            code("` | **x** @me http://e.com"),
            "<code>&#96; &#124; &#42;&#42;x&#42;&#42; &#64;me http&#58;&#47;&#47;e&#46;com</code>"
        );
        assert_eq!((code(""), code(" a ")), ("`  `".to_owned(), "`  a  `".to_owned()));
        assert_eq!(plain("[a](http://e.com) | www.x"), "&#91;a&#93;(http&#58;//e.com) &#124; www&#46;x");
        assert_eq!(plain("open ` quote |"), "open <code> quote &#124;</code>");
    }

    #[test]
    fn nothing_ends_a_block() {
        assert_eq!(block("powershell", "a\n````\nb"), "`````powershell\na\n````\nb\n`````\n");
    }
}
