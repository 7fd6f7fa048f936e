//! Commands to copy, when the names in them come from a hostile snapshot.
//!
//! A role may be called `"; Remove-Item C:\ -Recurse; "`. A command with such a name is not shown at all: no
//! way of quoting serves PowerShell, cmd and SQL alike, and nobody misses the command of such an object.

use cmlint_model::Text;
use cmlint_model::words::Part;

use crate::escape;

/// What stands in place of a command that is not shown.
pub(crate) const WITHHELD: &str = "(not shown: a name in it holds characters that a shell would act on)";

/// The text of a command, unless a name in it would do something of its own when it is run.
pub(crate) fn text(command: &Text) -> Option<String> {
    safe(command).then(|| command.to_string())
}

/// Whether every name stays what it is: a value, where it stands.
pub(crate) fn safe(command: &Text) -> bool {
    let mut quotes = Quotes::default();
    command.parts().iter().all(|part| match part {
        Part::Prose(words) => {
            words.chars().for_each(|c| quotes.pass(c));
            true
        }
        Part::Name(name) => quotes.hold(&name.text),
    })
}

/// The marks that are open. They may be nested: SQL in quotes of PowerShell.
#[derive(Default)]
struct Quotes {
    double: bool,
    single: bool,
    bracket: bool,
    /// Backquotes of a sentence, which is not run.
    back: bool,
}

impl Quotes {
    fn pass(&mut self, c: char) {
        match c {
            '"' => self.double = !self.double,
            '\'' => self.single = !self.single,
            '`' => self.back = !self.back,
            '[' => self.bracket = true,
            ']' => self.bracket = false,
            _ => {}
        }
    }

    /// Whether a name cannot leave the marks it stands in.
    fn hold(&self, name: &str) -> bool {
        if name.chars().any(|c| escape::visible(c, true).is_some()) {
            return false;
        }
        if !(self.double || self.single || self.bracket || self.back) {
            return bare(name);
        }
        !(self.double && (name.contains(['"', '`', '%', '“', '”', '„']) || expands(name))
            || self.single && name.contains(['\'', '‘', '’', '‚', '‛'])
            || self.bracket && name.contains(']')
            || self.back && name.contains('`'))
    }
}

/// Whether PowerShell replaces something in a text: `$(…)`, `$name`. A `$` at the end of a computer's name
/// or of a share is a `$`.
fn expands(name: &str) -> bool {
    let begins = |c: char| c.is_alphanumeric() || "({_?^$:".contains(c);
    name.match_indices('$').any(|(at, _)| name[at + 1..].starts_with(begins))
}

/// Whether a word is one word to every shell.
fn bare(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || r"\/-.:@_$".contains(c);
    !name.starts_with('-') && name.chars().all(plain) && !expands(name)
}

#[cfg(test)]
mod tests {
    use cmlint_model::text;
    use cmlint_model::words::{path, principal, role, site};

    use super::*;

    #[test]
    fn names_of_the_product_are_shown() {
        for name in
            [r"CONTOSO\svc-naa", r"CONTOSO\CM01$", r"\\cm01\ADMIN$\x", "R&D (old); O'Brien", "Büro 東京"]
        {
            assert!(safe(&text!("Remove-X -Name \"{}\"", principal(name))), "{name}");
        }
        assert!(safe(&text!("Set-CMSite -SiteCode {} -Path 'x\\{}.xml'", site("PS1"), path("a b"))));
        assert!(safe(&text!("add `{}` to the group again", principal(r"CONTOSO\Domain Admins; x"))));
        assert!(safe(&text!("ALTER ROLE [db_owner] DROP MEMBER [{}]", principal(r"CONTOSO\a b"))));
    }

    #[test]
    fn a_name_that_would_run_something_is_not() {
        for name in
            ["x\"; Remove-Item C:\\", "$(calc)", "a$env:x", "a`\"b", "a”; b", "a\nb", "\u{202e}b", "%TEMP%"]
        {
            assert!(!safe(&text!("Remove-X -Name \"{}\" -Force", role(name))), "{name}");
        }
        for name in ["O'Brien", "a’; b"] {
            assert!(!safe(&text!("Remove-X -Name 'x {}'", role(name))), "{name}");
        }
        for name in ["a b", "-Force", "a;b", "a|b", "$x", "(x)"] {
            assert!(!safe(&text!("Remove-X {}", role(name))), "{name}");
        }
        assert!(!safe(&text!("DROP MEMBER [{}]", role("a]; --"))));
        assert!(!safe(&text!("sql -q \"SELECT '{}'\"", role("a'b"))));
    }
}
