//! Secrets that stand inside a longer text: connection strings, command lines, scripts, comments.

use std::ops::Range;

use super::command;
use super::found::Found;
use super::names::{self, is_harmless};
use super::sieve;

/// Finds `password=…`, `-Password …`, `net use … /user:…`, `[enc:…]`, key blocks and protected blobs in a
/// text, which is decoded already.
pub(super) fn scan(text: &str, found: &mut Found) {
    // What is hidden already is not looked at again: a text of nothing but `password=` stays linear.
    let mut done = 0;
    sieve::each(text, &mut |at, stem| {
        if at >= done {
            let mut here = Found::default();
            one(text, at, stem, &mut here);
            for range in here.ranges() {
                done = done.max(range.end);
                found.secret(range, words(stem));
            }
        }
    });
}

fn words(stem: &str) -> &'static str {
    match stem {
        "[enc:" => "password encrypted by IIS",
        "private key" => "private key",
        "d08c9ddf0115d111" | "aqaaancmnd8bfder" => "text protected by Windows (DPAPI)",
        "net use" | "net.exe use" | "net user" | "psexec" | "schtasks" | "cmdkey" | "sqlcmd"
        | "to-securestring" => "password in a command line",
        _ => "password in a text",
    }
}

fn one(text: &str, at: usize, stem: &'static str, found: &mut Found) {
    let behind = at + stem.len();
    match stem {
        "[enc:" => {
            let len = text[behind..].find(']').unwrap_or(text.len() - behind);
            found.secret(behind..behind + len, "");
        }
        "private key" => {
            // Only the block of a PEM file: `-----BEGIN RSA PRIVATE KEY-----`.
            if let Some(block) = text[behind..].strip_prefix("-----") {
                let start = text.len() - block.len();
                let len = block.find("-----END").unwrap_or(block.len());
                found.secret(start..start + len, "");
            }
        }
        "d08c9ddf0115d111" | "aqaaancmnd8bfder" => {
            let blob = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
            let start = text.as_bytes()[..at].iter().rposition(|&b| !blob(b)).map_or(0, |i| i + 1);
            let len = text.as_bytes()[at..].iter().position(|&b| !blob(b)).unwrap_or(text.len() - at);
            found.secret(start..at + len, "");
        }
        "net use" | "net.exe use" => command::net_use(text, at, behind, found),
        "net user" => command::net_user(text, at, behind, found),
        "psexec" => command::switches(text, behind, &["-p", "/p"], found),
        "sqlcmd" => command::switches(text, behind, &["-P"], found),
        "schtasks" => command::switches(text, behind, &["/rp", "/RP"], found),
        "cmdkey" => command::switches(text, behind, &["/pass:", "/p:"], found),
        "to-securestring" => command::secure_string(text, behind, found),
        "\\u00" | "&#" | "amp;#" => {}
        _ => assignment(text, at, behind, found),
    }
}

/// A name is not longer than this; looking further would make a text of one long word quadratic.
const NAME: usize = 64;
/// How far a value without quotes is looked at for the `;` of a connection string.
const VALUE: usize = 4096;

/// A word of the table stands at `at..behind`: the name around it, and the value that is given to it.
fn assignment(text: &str, at: usize, behind: usize, found: &mut Found) {
    let bytes = text.as_bytes();
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let start = at - bytes[at.saturating_sub(NAME)..at].iter().rev().take_while(|&&b| part(b)).count();
    let end = behind + bytes[behind..].iter().take(NAME).take_while(|&&b| part(b)).count();
    let is_switch = bytes[start] == b'-' || start > 0 && bytes[start - 1] == b'/';
    let rest = &text[end..];
    // A quote or a bracket around the name: `"Password": …`, `$x["Password"] = …`.
    let unquoted = strip_quote(rest).unwrap_or(rest);
    let unquoted = unquoted.trim_start_matches([']', '}', ')']);
    let trimmed = unquoted.trim_start_matches([' ', '\t']);
    let value = trimmed.trim_start_matches([':', '=']);
    let assigned = value.len() < trimmed.len();
    let switched = is_switch && trimmed.len() < rest.len() && unquoted.len() == rest.len();
    // The name is judged last, because most have no value.
    if (assigned || switched) && names::secret(&text[start..end]).is_some() {
        let connection = assigned && trimmed.starts_with('=');
        found_value(text, text.len() - value.len(), connection, unquoted.len() < rest.len(), found);
    }
}

/// Hides the value that begins behind white space at `start`; a `quoted` name is one of JSON.
fn found_value(text: &str, start: usize, connection: bool, quoted: bool, found: &mut Found) {
    let rest = text[start..].trim_start_matches([' ', '\t']);
    let start = text.len() - rest.len();
    let mut range = value_range(text, start, connection);
    // Without quotes a value of JSON ends at a mark, and one inside of XML at a closing tag.
    let value = &text[range.clone()];
    let json = value.find([',', '}', ']']).filter(|_| quoted && range.start == start);
    if let Some(len) = json.into_iter().chain(value.find("</")).min() {
        range.end = range.start + len;
    }
    let value = &text[range.clone()];
    // `-Password -Force` has no value, `<password>` stands for one in a manual, and `the password: NOTE:` is
    // a sentence.
    let next_switch = value.len() > 1
        && value.strip_prefix('-').is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphabetic()));
    let placeholder = value.starts_with('<') && value.ends_with('>') && !value[1..].contains('<');
    let sentence = !connection && value.ends_with(':');
    // A longer one is hidden in any case; looked at again and again it would take quadratic time.
    let no_value = value.len() < NAME && (next_switch || placeholder || sentence);
    if !is_harmless(value) && !no_value {
        found.secret(range, "");
    }
}

/// The value that begins at `start`: between quotes, up to the `;` of a connection string, or up to the
/// next white space.
pub(super) fn value_range(text: &str, start: usize, connection: bool) -> Range<usize> {
    let rest = &text[start..];
    if let Some(quoted) = strip_quote(rest) {
        let quote = &rest[..rest.len() - quoted.len()];
        let start = start + quote.len();
        return start..start + quoted.find(quote).unwrap_or(quoted.len());
    }
    if connection {
        let window = (0..=rest.len().min(VALUE)).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(0);
        if let Some(len) = rest[..window].find([';', '\n', '\r']).filter(|&len| rest[len..].starts_with(';'))
        {
            return start..start + len;
        }
    }
    start..start + rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// What follows a quote, in one of the ways quotes are written inside other texts.
fn strip_quote(text: &str) -> Option<&str> {
    ["\\\"", "\"", "'", "&quot;", "&apos;", "`\""].iter().find_map(|quote| text.strip_prefix(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hidden parts of a text.
    fn hidden(text: &str) -> Vec<&str> {
        let mut found = Found::default();
        scan(text, &mut found);
        found.ranges().map(|range| &text[range]).collect()
    }

    #[test]
    fn assignments_in_all_the_ways_they_are_written() {
        for (text, value) in [
            ("Server=sql01;Password=hunter2;Encrypt=yes", "hunter2"),
            ("Server=sql01;User Id=sa;Pwd = two words ;x=y", "two words "),
            ("Data Source=x;PASSWORD=hun ter2", "hun"),
            ("$AdminPassword = 'hunter2'", "hunter2"),
            ("$c[\"Password\"]=\"hunter2\"", "hunter2"),
            ("{\"password\": \"hunter2\"}", "hunter2"),
            ("{\\\"password\\\":\\\"hunter2\\\"}", "hunter2"),
            ("New-X -Password hunter2 -Force", "hunter2"),
            ("New-X -AdminPassword:\"hunter 2\"", "hunter 2"),
            ("setup.exe /password:hunter2 /q", "hunter2"),
            ("setup.exe /pwd hunter2", "hunter2"),
            ("tool --passphrase=hunter2", "hunter2"),
            ("the password: hunter2 is ours", "hunter2"),
            ("sc.exe config x obj= a password= hunter2", "hunter2"),
            ("AccountKey=abc==;x", "abc=="),
            ("password=\"unterminated; and so on", "unterminated; and so on"),
            ("x client_secret=hunter2", "hunter2"),
            ("<a password=&quot;hunter2&quot;/>", "hunter2"),
            ("password=\"[enc:AesProvider:9mM=:enc]\"", "[enc:AesProvider:9mM=:enc]"),
            ("v [enc:Aes:9mM=:enc] w", "Aes:9mM=:enc"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END", "\nMIIE\n"),
            (
                "x 01000000d08c9ddf0115d1118c7a00c04fc297eb0100 y",
                "01000000d08c9ddf0115d1118c7a00c04fc297eb0100",
            ),
            ("x:AQAAANCMnd8BFdERjHoAwE/Cl+s= y", "AQAAANCMnd8BFdERjHoAwE/Cl+s="),
        ] {
            assert_eq!(hidden(text), [value], "{text}");
        }
    }

    #[test]
    fn what_only_speaks_of_passwords_is_shown() {
        for text in [
            "password",
            "Change the password of the account before you start",
            "Denied RODC Password Replication Group",
            "pwdLastSet: 133",
            "PasswordNeverExpires=TRUE",
            "maxPwdAge=-36288000000000",
            "PasswordLastSet : 01.02.2025",
            "Password=",
            "Password=;Server=x",
            "password=***",
            "-Password -Force",
            "/password:<password> /nowrap",
            "-Password %OSDJoinPassword%",
            "Password=(removed)",
            "Change the password: NOTE: x",
            "admin -u <username> -p <password> -ip <ip>",
            "OSDBitLocker.exe /enable /mode:TPM /pwd:AD",
            "<a>x /pwd:AD</a><b>c</b>",
            "{\"badpasswordage\":5,\"passwordstate\":true,\"b\":\"c\"}",
            "private key of the certificate",
            "the internet use policy, net users, psexec",
            "net use x: \\\\srv\\share",
        ] {
            assert_eq!(hidden(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_text_of_nothing_else_takes_linear_time() {
        for word in [
            "password=",
            "password",
            "pwd ",
            "[enc:",
            "psexec ",
            "net use \\\\",
            "-password \"",
            "{\"pwd\":",
            "pwd:%",
        ] {
            hidden(&word.repeat(400_000 / word.len()));
        }
    }
}
