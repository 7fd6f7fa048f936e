//! Texts as words, and what becomes of each.

use std::sync::LazyLock;

use cmlint_winsec::Sid;
use regex::{Captures, Regex};

use crate::{Redactor, vocabulary};

/// What is more than a word, and words. SDDL (MS-DTYP 2.5.1) is told by its closed sets of letters; an entry
/// with a condition is not, and its words are taken for names.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let sid = r"[Ss]-1-[0-9]+(?:-[0-9]+)*";
    let trustee = format!("(?:{sid}|[A-Z]{{2}})");
    let guid = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}";
    let kind = "(?:A|D|OA|OD|AU|AL|OU|OL|XA|XD|ZA|XU|ML|RA|SP|TL|FL)";
    let rights = "(?:0[xX][0-9A-Fa-f]+|[0-9]+|(?:[A-Z]{2}){0,16})";
    let ace = format!(r"\({kind};(?:[A-Z]{{2}}){{0,8}};{rights};(?:{guid})?;(?:{guid})?;{trustee}\)");
    let acl = format!("(?:P|AI|AR|NO_ACCESS_CONTROL)*(?:{ace})*");
    let sddl = format!(
        r"\b(?:O:{trustee}(?:G:{trustee})?(?:D:{acl})?(?:S:{acl})?|G:{trustee}(?:D:{acl})?(?:S:{acl})?|D:{acl}(?:S:{acl})?|S:{acl})"
    );
    let token = format!(
        r"(?x) (?P<sddl> {sddl} | {ace} )
        | \b (?P<sid> {sid} )
        | \b (?P<hex> 0[xX][0-9A-Fa-f]+ ) \b
        | \b (?P<keep> {guid} | [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[Tt][0-9]{{2}})? | [0-9]+[Zz] | dword:[0-9A-Fa-f]{{8}} ) \b
        | (?P<entity> &(?:\#[0-9]+|\#[xX][0-9A-Fa-f]+|amp|lt|gt|quot|apos); )
        | (?P<word> [\p{{Alphabetic}}\p{{M}}\p{{Nd}}_][\p{{Alphabetic}}\p{{M}}\p{{Nd}}_-]* )"
    );
    Regex::new(&token).expect("a pattern of our own")
});

static SID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("S-1-[0-9]+(?:-[0-9]+)+").expect("a pattern of our own"));

/// A text with pseudonyms.
pub(crate) fn words(redactor: &Redactor, text: &str) -> String {
    let replaced = TOKEN.replace_all(text, |found: &Captures<'_>| {
        let all = found.get(0).map_or("", |m| m.as_str());
        if let Some(word) = found.name("word") {
            return word_of(redactor, word.as_str(), &text[..word.start()]);
        }
        if let Some(sid) = found.name("sid") {
            return sid_of(redactor, sid.as_str());
        }
        if let Some(sddl) = found.name("sddl") {
            let sids = SID.replace_all(sddl.as_str(), |sid: &Captures<'_>| sid_of(redactor, &sid[0]));
            return sids.into_owned();
        }
        match found.name("hex") {
            Some(hex) => hex_of(redactor, hex.as_str()),
            None => all.to_owned(),
        }
    });
    replaced.into_owned()
}

/// A number may be somebody's name too: behind a domain, and in a distinguished name.
fn is_numbered_name(before: &str) -> bool {
    let named = ["cn=", "ou=", "uid="];
    let tail = before.get(before.len().saturating_sub(4)..).unwrap_or("").to_ascii_lowercase();
    before.ends_with('\\') || named.iter().any(|name| tail.ends_with(name))
}

fn word_of(redactor: &Redactor, found: &str, before: &str) -> String {
    let word = found.trim_end_matches('-');
    let tail = &found[word.len()..];
    if word.chars().all(|c| c.is_ascii_digit()) {
        let kept = word.len() < 3 || !is_numbered_name(before);
        return if kept { found.to_owned() } else { redactor.key.word(word) + tail };
    }
    if redactor.stays(word) { found.to_owned() } else { redactor.hidden(word) + tail }
}

fn sid_of(redactor: &Redactor, text: &str) -> String {
    match text.to_ascii_uppercase().parse::<Sid>() {
        Ok(sid) => {
            let mapped = redactor.key.sid(&sid);
            if mapped == sid { text.to_owned() } else { mapped.to_string() }
        }
        // What looks like one and is none may hold anything.
        Err(_) => redactor.key.word(text),
    }
}

/// `varbinary` of a SQL principal is a SID; other numbers stay.
fn hex_of(redactor: &Redactor, hex: &str) -> String {
    let Some(sid) = (hex.len() > 18).then(|| Sid::from_sql_hex(hex)).flatten() else { return hex.to_owned() };
    let digits: String =
        redactor.key.sid(&sid).to_binary().iter().map(|byte| format!("{byte:02x}")).collect();
    let upper = hex[2..].chars().any(|c| c.is_ascii_uppercase());
    format!("0x{}", if upper { digits.to_uppercase() } else { digits })
}

impl Redactor {
    fn stays(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let hash = lower.len() >= 16
            && lower.chars().all(|c| c.is_ascii_hexdigit())
            && lower.contains(|c: char| c.is_ascii_digit());
        word.chars().count() == 1
            || self.is_known(&lower)
            || hash
            || lower.split('_').all(|part| part.is_empty() || self.is_known(part))
    }

    /// A word of the product, the code of a site, an identifier that begins with one (`PS100012`), a number.
    fn is_known(&self, lower: &str) -> bool {
        let identifier = |lower: &str| {
            lower.len() == 8
                && lower.is_ascii()
                && self.sites.contains(&lower[..3])
                && lower[3..].chars().all(|c| c.is_ascii_hexdigit())
        };
        lower.chars().all(|c| c.is_ascii_digit() || c == '-')
            || vocabulary::knows(lower)
            || self.sites.contains(lower)
            || identifier(lower)
    }

    /// Of names that the product has begun (`SMS_…`) the beginning stays, and the code of a site at the end.
    fn hidden(&self, word: &str) -> String {
        let Some((head, tail)) = word.split_once('_').filter(|(head, _)| vocabulary::begins(head)) else {
            return self.key.word(word);
        };
        let parts: Vec<&str> = tail.split('_').collect();
        let last = parts.len() - 1;
        let parts = parts.into_iter().enumerate().map(|(at, part)| {
            let is_site = at == last && part.len() == 3 && part.chars().all(|c| c.is_ascii_alphanumeric());
            let stays = part.is_empty() || is_site || self.is_known(&part.to_lowercase());
            if stays { part.to_owned() } else { self.key.word(part) }
        });
        std::iter::once(head.to_owned()).chain(parts).collect::<Vec<_>>().join("_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        words(&Redactor::new(b"a key", ["PS1"]), text)
    }

    fn pseudonym(word: &str) -> String {
        Redactor::new(b"a key", []).key.word(word)
    }

    #[test]
    fn names_are_hidden_and_what_the_product_made_stays() {
        let (domain, user) = (pseudonym("contoso"), pseudonym("jdoe"));
        assert_eq!(redacted(r"CONTOSO\jdoe"), format!(r"{domain}\{user}"));
        assert_eq!(redacted("jdoe@contoso.com"), format!("{user}@{domain}.com"));
        assert_eq!(
            redacted("CN=jdoe,OU=Users,DC=contoso,DC=com"),
            format!("CN={user},OU=Users,DC={domain},DC=com")
        );
        for stays in [
            r"NT AUTHORITY\SYSTEM",
            r"BUILTIN\Administrators",
            "SMS_SiteSystemToSiteServerConnection_MP_PS1",
            "CM_PS1",
            "PS100012",
            "2024-05-01T10:00:00Z",
            "bf967a86-0de6-11d0-a285-00aa003049e2",
            "Full Administrator",
        ] {
            assert_eq!(redacted(stays), stays);
        }
        assert_eq!(redacted("SMS_Site_jdoe"), format!("SMS_Site_{user}"));
    }

    #[test]
    fn a_descriptor_keeps_everything_but_its_sids() {
        let sddl = "O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;;0x1200a9;;;S-1-5-21-1-2-3-1105)\
                    (OA;CI;RPWP;bf967a86-0de6-11d0-a285-00aa003049e2;;DU)";
        let out = redacted(sddl);
        let sid = out.split(";;;").nth(2).and_then(|rest| rest.split(')').next()).unwrap();
        assert!(sid.starts_with("S-1-5-21-") && sid != "S-1-5-21-1-2-3-1105", "{out}");
        assert_eq!(out.replace(sid, "S-1-5-21-1-2-3-1105"), sddl);
        let owner = redacted("O:S-1-5-21-1-2-3-1105G:S-1-5-21-1-2-3-513D:PAI(A;;FA;;;BA)");
        assert!(owner.ends_with("-513D:PAI(A;;FA;;;BA)") && !owner.contains("-1-2-3-"), "{owner}");
    }

    #[test]
    fn a_number_is_a_name_behind_a_domain() {
        assert_eq!(redacted(r"BUILTIN\104233"), format!(r"BUILTIN\{}", pseudonym("104233")));
        assert_eq!(redacted("build 104233"), format!("{} 104233", redacted("build")));
    }
}
