//! Words and names in HTML. Nothing gets into the page but through here.

use std::fmt::Write as _;

use cmlint_model::Text;
use cmlint_model::words::Part;

use crate::escape;

/// A text on one line, with what cannot be seen made visible.
pub(super) fn text(text: &str) -> String {
    quoted(&escape::line(text, true))
}

/// A text in full length and on its own lines: commands, identities.
pub(super) fn lines(text: &str) -> String {
    let shown = text.split('\n').map(|line| escape::whole_line(line, true));
    quoted(&shown.collect::<Vec<_>>().join("\n"))
}

/// Text of elements and attributes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A name.
pub(super) fn code(name: &str) -> String {
    format!("<code>{}</code>", text(name))
}

/// Words and names on one line; names, and what stands in backquotes, as code.
pub(super) fn words(sentence: &Text) -> String {
    let mut out = String::new();
    // What stands between two backquotes of our own.
    let mut code_now: Option<String> = None;
    for part in sentence.parts() {
        match (part, &mut code_now) {
            (Part::Name(name), Some(open)) => open.push_str(&name.text),
            (Part::Name(name), None) => out.push_str(&code(&name.text)),
            (Part::Prose(prose), _) => {
                for (index, piece) in prose.split('`').enumerate() {
                    if index > 0 {
                        match code_now.take() {
                            Some(done) => out.push_str(&code(&done)),
                            None => code_now = Some(String::new()),
                        }
                    }
                    match &mut code_now {
                        Some(open) => open.push_str(piece),
                        None => out.push_str(&text(&piece.replace(['\n', '\t'], " "))),
                    }
                }
            }
        }
    }
    if let Some(open) = code_now {
        out.push_str(&code(&open));
    }
    out
}

/// A text that may hold words of the snapshot, with what stands in backquotes as code.
pub(super) fn plain(text_of_any: &str) -> String {
    words(&Text::prose(text_of_any.to_owned()))
}

/// An element with a class.
pub(super) fn tag(out: &mut String, name: &str, class: &str, inner: &str) {
    // Writing into a text does not fail.
    let _ = match class {
        "" => write!(out, "<{name}>{inner}</{name}>"),
        class => write!(out, "<{name} class=\"{class}\">{inner}</{name}>"),
    };
}

#[cfg(test)]
mod tests {
    use cmlint_model::text as sentence;
    use cmlint_model::words::principal;

    use super::*;

    #[test]
    fn names_are_code_and_nothing_is_markup() {
        let text = sentence!(
            "`{}` is in {} & `x<y`",
            principal("<script>alert(1)</script>\u{202e}"),
            principal("\"'")
        );
        assert_eq!(
            words(&text),
            "<code>&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}</code> is in <code>&quot;&#39;</code> &amp; <code>x&lt;y</code>"
        );
        assert_eq!(plain("a ` b <i>"), "a <code> b &lt;i&gt;</code>");
        assert_eq!(lines("a\nb\u{1b}\r<"), "a\nb␛␍&lt;");
    }
}
