use std::fmt;

use cmlint_source::is_unseen;

/// The identity of an object that findings, suppressions and baselines speak about: `kind:key` segments
/// joined by `/`, for example `site:PS1/account:client-push/name:contoso\svc-push`.
///
/// Keys never hold line numbers. Names are lower case; `/`, `%` and [what is not seen](cmlint_source::is_unseen)
/// are percent-encoded, so that the segments can be told apart, a key is one line, and two keys that look the
/// same are the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(String);

impl Key {
    /// A key of one segment. The value is taken as it is, but for what must be encoded.
    pub fn new(kind: &'static str, value: &str) -> Key {
        let mut text = String::with_capacity(kind.len() + value.len() + 1);
        push(&mut text, kind, value);
        Key(text)
    }

    /// Adds a segment.
    #[must_use]
    pub fn then(mut self, kind: &'static str, value: &str) -> Key {
        self.0.push('/');
        push(&mut self.0, kind, value);
        self
    }

    /// Adds a segment whose value is a name: lower-cased, because names are compared without case.
    #[must_use]
    pub fn name(self, kind: &'static str, value: &str) -> Key {
        self.then(kind, &value.to_lowercase())
    }

    /// `site:<CODE>`.
    pub fn site(code: &str) -> Key {
        Key::new("site", &code.to_ascii_uppercase())
    }

    /// `host:<key>`; see [`crate::host_key`].
    pub fn host(name: &str) -> Key {
        Key::new("host", &crate::host_key(name))
    }

    /// The key of a scope: `site:PS1`, `host:cm01.contoso.com`, `hierarchy:` has no value.
    pub fn scope(scope: &crate::Scope) -> Key {
        Key::new(scope.kind().word(), &scope.key().replace('/', "\u{1}")).unslash()
    }

    /// Puts another value in the place of each for which there is one.
    pub fn replace_values(&mut self, other: impl Fn(&str) -> Option<String>) {
        let segments = self.0.split('/').map(|segment| {
            let (kind, value) = segment.split_once(':').unwrap_or(("", segment));
            let Some(value) = other(&decoded(value)) else { return segment.to_owned() };
            let mut text = String::new();
            push(&mut text, kind, &value);
            text
        });
        self.0 = segments.collect::<Vec<_>>().join("/");
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn unslash(mut self) -> Key {
        // A database key is `server/name` in one segment.
        self.0 = self.0.replace("%01", "/");
        self
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn push(text: &mut String, kind: &str, value: &str) {
    text.push_str(kind);
    text.push(':');
    for c in value.chars() {
        match c {
            '/' | '%' => text.push_str(&format!("%{:02X}", c as u32)),
            c if is_unseen(c) => {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
            c => text.push(c),
        }
    }
}

/// A value without its percent-encoding.
fn decoded(value: &str) -> std::borrow::Cow<'_, str> {
    if !value.contains('%') {
        return value.into();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = if *first == b'%' { value_of(behind) } else { None };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// The byte that two hexadecimal digits at the start of a text name.
fn value_of(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    #[test]
    fn segments_can_be_told_apart() {
        let key = Key::site("ps1").then("account", "client-push").name("name", "CONTOSO\\A/b%\n");
        assert_eq!(key.as_str(), r"site:PS1/account:client-push/name:contoso\a%2Fb%25%0A");
        assert_eq!(Key::scope(&Scope::database("SQL01", "CM_PS1")).as_str(), "database:sql01/cm_ps1");
    }

    #[test]
    fn what_is_not_seen_is_encoded() {
        let key = Key::new("role-name", "a\u{202e}b\u{200b}é\u{85}");
        assert_eq!(key.as_str(), "role-name:a%E2%80%AEb%E2%80%8Bé%C2%85");
    }

    #[test]
    fn a_value_may_be_replaced_where_it_is_decoded() {
        let mut key = Key::new("ts", "PS100030").then("step", "Group/x /user:a").then("account", "b");
        key.replace_values(|value| value.contains("/user:").then(|| "a/***".to_owned()));
        assert_eq!(key.as_str(), "ts:PS100030/step:a%2F***/account:b");
        let mut key = Key::scope(&Scope::database("SQL01", "CM_PS1"));
        key.replace_values(|_| None);
        assert_eq!(key.as_str(), "database:sql01/cm_ps1");
    }
}
