//! Passwords in command lines that do not name them.

use std::ops::Range;

use super::found::Found;
use super::names::is_harmless;
use super::patterns::value_range;

/// How much of a line is looked at.
const LINE: usize = 2048;
/// How many words of a line are looked at: a line of commands without end stays linear.
const WORDS: usize = 24;

/// The words of the command that goes on at `start`, without their quotes, up to the end of the line or of
/// the command.
fn words(text: &str, start: usize) -> Vec<Range<usize>> {
    let end = text.len().min(start + LINE);
    let mut words = Vec::new();
    let mut at = start;
    while words.len() < WORDS {
        at += text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
        let next = text[at..].chars().next();
        if at >= end || matches!(next, None | Some('\n' | '\r' | '&' | '|')) {
            break;
        }
        let word = value_range(text, at, false);
        // Behind a closing quote the word may go on.
        at = text[word.end..].find(char::is_whitespace).map_or(text.len(), |len| word.end + len);
        words.push(word);
    }
    words
}

/// `net use x: \\server\share PASSWORD /user:NAME`, in any order.
pub(super) fn net_use(text: &str, at: usize, behind: usize, found: &mut Found) {
    if !stands_alone(text, at, behind) {
        return;
    }
    let words = words(text, behind);
    let user = |w: &Range<usize>| text[w.clone()].get(..6).is_some_and(|w| w.eq_ignore_ascii_case("/user:"));
    if !words.iter().any(user) {
        return;
    }
    for word in words {
        let value = &text[word.clone()];
        let device = value.len() == 2 && value.ends_with(':')
            || value.len() < 6 && value.get(..3).is_some_and(|w| w.eq_ignore_ascii_case("lpt"));
        if !value.starts_with(['/', '\\']) && !device && !is_harmless(value) {
            found.secret(word, "");
        }
    }
}

/// `net user NAME PASSWORD /add`.
pub(super) fn net_user(text: &str, at: usize, behind: usize, found: &mut Found) {
    if !stands_alone(text, at, behind) {
        return;
    }
    if let [name, password, ..] = &words(text, behind)[..] {
        let password_text = &text[password.clone()];
        if !text[name.clone()].starts_with('/')
            && !password_text.starts_with('/')
            && !is_harmless(password_text)
        {
            found.secret(password.clone(), "");
        }
    }
}

/// The word behind a switch, or the rest of it where the switch ends in a colon.
pub(super) fn switches(text: &str, behind: usize, switches: &[&str], found: &mut Found) {
    let words = words(text, behind);
    for (number, word) in words.iter().enumerate() {
        for switch in switches {
            let value = match (switch.ends_with(':'), text[word.clone()].strip_prefix(switch)) {
                (true, Some(_)) => value_range(text, word.start + switch.len(), false),
                (false, Some("")) => words.get(number + 1).cloned().unwrap_or_default(),
                _ => continue,
            };
            if !is_harmless(&text[value.clone()]) {
                found.secret(value, "");
            }
        }
    }
}

/// `ConvertTo-SecureString -String 'PASSWORD' -AsPlainText -Force`, in any order.
pub(super) fn secure_string(text: &str, behind: usize, found: &mut Found) {
    for word in words(text, behind) {
        let value = &text[word.clone()];
        if !value.starts_with(['-', '$', '|', ')']) && !is_harmless(value) {
            found.secret(word, "");
            return;
        }
    }
}

/// Whether a command is a word of its own and has arguments.
fn stands_alone(text: &str, at: usize, behind: usize) -> bool {
    let before = text[..at].chars().next_back();
    before.is_none_or(|c| !c.is_alphanumeric()) && text[behind..].starts_with([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::super::patterns;
    use super::*;

    fn hidden(text: &str) -> Vec<&str> {
        let mut found = Found::default();
        patterns::scan(text, &mut found);
        found.ranges().map(|range| &text[range]).collect()
    }

    #[test]
    fn passwords_of_well_known_commands_are_hidden() {
        for (text, value) in [
            (r"net use \\srv\share hunter2 /user:contoso\svc", "hunter2"),
            (r"cmd /c NET USE Z: \\srv\share /USER:contoso\svc hunter2 /persistent:no & dir", "hunter2"),
            (r#"net.exe use \\srv\share "hunter 2" /user:svc"#, "hunter 2"),
            ("net user backup hunter2 /add", "hunter2"),
            (r"psexec.exe \\srv -u contoso\svc -p hunter2 cmd", "hunter2"),
            (r#"PsExec64 \\srv -u svc -p "hunter 2" cmd"#, "hunter 2"),
            ("sqlcmd -S sql01 -U sa -P hunter2 -Q x", "hunter2"),
            ("schtasks /create /ru svc /rp hunter2 /tn x", "hunter2"),
            ("cmdkey /add:srv /user:svc /pass:hunter2", "hunter2"),
            ("$p = ConvertTo-SecureString 'hunter2' -AsPlainText -Force", "hunter2"),
            ("ConvertTo-SecureString -AsPlainText -Force -String \"hunter 2\"", "hunter 2"),
        ] {
            assert_eq!(hidden(text), [value], "{text}");
        }
    }

    #[test]
    fn other_words_of_these_commands_are_shown() {
        for text in [
            r"net use z: \\srv\share",
            r"net use \\srv\share * /user:contoso\svc",
            r"net use \\srv\share %Pw% /user:contoso\svc",
            "net user /domain",
            "net user backup /delete",
            r"psexec \\srv -s cmd",
            "ConvertTo-SecureString $plain -AsPlainText",
        ] {
            assert_eq!(hidden(text), [""; 0], "{text}");
        }
    }
}
