//! How to get what is missing.

use cmlint_model::Scope;

use crate::paint::{self, Paint};
use crate::{Style, escape};

/// The right that a command needs, and the command, in one piece. `rights` are those of the entries before,
/// from number 1: a right that stands there is not said again.
pub(crate) fn draw(
    out: &mut String,
    style: &Style,
    indent: usize,
    right: &str,
    rights: &[&str],
    command: &str,
) {
    let paint = Paint::of(style);
    let space = " ".repeat(indent);
    let head = format!("{space}{} ", paint.title("right:"));
    let right = match rights.iter().position(|other| *other == right) {
        Some(index) => format!("as for [{}]", index + 1),
        None => right.to_owned(),
    };
    out.push_str(&paint::hang(&head, &right, style.columns(), true));
    out.push_str(&format!("\n{space}{}\n", paint.title("collect:")));
    out.push_str(&paint::indent(command, indent + 2));
    out.push_str("\n\n");
}

/// `host cm01.contoso.com, cm02.contoso.com and 7 more`.
pub(crate) fn scope_names(scopes: &[&Scope], shown: usize, unicode: bool) -> String {
    let mut words = String::new();
    let mut kind = None;
    for (index, scope) in scopes.iter().take(shown).enumerate() {
        words.push_str(if index == 0 { "" } else { ", " });
        if kind == Some(scope.kind()) {
            words.push_str(&escape::line(&scope.key(), unicode));
        } else {
            words.push_str(&escape::line(&scope.to_string(), unicode));
        }
        kind = Some(scope.kind());
    }
    match scopes.len().saturating_sub(shown) {
        0 => words,
        more => format!("{words} and {more} more"),
    }
}
