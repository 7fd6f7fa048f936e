//! Pseudonyms: HMAC-SHA-256 (RFC 2104) of a word in lower case, and of the parts of a SID.

use std::fmt;

use cmlint_winsec::Sid;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret by which pseudonyms are made.
pub(crate) struct Key(Hmac<Sha256>);

/// Nothing of the key is shown.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    pub(crate) fn new(secret: &[u8]) -> Key {
        Key(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// What a name is of keeps a word and the number of a domain apart.
    fn hash(&self, what: &str, name: &str) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The pseudonym of a word, whatever its case. It fits where a NetBIOS name does (15 characters), and where
    /// the name of a variable does (no hyphen).
    pub(crate) fn word(&self, word: &str) -> String {
        let hash = self.hash("word", &word.to_lowercase());
        let digits: String = hash.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        format!("x{digits}")
    }

    /// The pseudonym of a SID: the domain's part and the RID apart, so that members of one domain still are.
    /// SIDs that exist everywhere stay.
    pub(crate) fn sid(&self, sid: &Sid) -> Sid {
        let parts = sid.sub_authorities();
        let number = |hash: [u8; 32], at: usize| {
            u32::from_le_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]])
        };
        let mapped: Vec<u32> = match (sid.authority(), parts) {
            (5, [21, a, b, c, rest @ ..]) => {
                let hash = self.hash("domain", &format!("{a}-{b}-{c}"));
                let mut mapped = vec![21, number(hash, 0), number(hash, 4), number(hash, 8)];
                mapped.extend(rest.iter().map(|rid| self.rid(*rid)));
                mapped
            }
            // Microsoft Entra ID.
            (12, [1, rest @ ..]) => {
                let name = rest.iter().map(u32::to_string).collect::<Vec<_>>().join("-");
                let hash = self.hash("entra", &name);
                std::iter::once(1).chain((0..rest.len()).map(|n| number(hash, n % 8 * 4))).collect()
            }
            _ => return *sid,
        };
        Sid::from_parts(sid.authority(), &mapped).unwrap_or(*sid)
    }

    /// The pseudonym of a RID; those below 1000 are the same in every domain.
    pub(crate) fn rid(&self, rid: u32) -> u32 {
        if rid < 1000 {
            return rid;
        }
        let hash = self.hash("rid", &rid.to_string());
        1000 + u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]) % (1 << 30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_one_domain_stay_so_and_known_sids_stay() {
        let key = Key::new(b"key");
        let sid = |text: &str| text.parse::<Sid>().unwrap();
        let (a, b) = (key.sid(&sid("S-1-5-21-1-2-3-1105")), key.sid(&sid("S-1-5-21-1-2-3-512")));
        assert_eq!(a.domain(), b.domain());
        assert_ne!(a.domain(), Some(sid("S-1-5-21-1-2-3")));
        assert_eq!((b.rid(), a.rid() == Some(1105)), (Some(512), false));
        assert_eq!(key.sid(&sid("S-1-5-32-544")), sid("S-1-5-32-544"));
        assert_ne!(Key::new(b"other").sid(&sid("S-1-5-21-1-2-3")), key.sid(&sid("S-1-5-21-1-2-3")));
    }

    #[test]
    fn a_word_has_one_pseudonym_under_a_key_and_another_under_another() {
        let key = Key::new(b"key");
        assert_eq!(key.word("CM01"), key.word("cm01"));
        assert_ne!(key.word("cm01"), key.word("cm02"));
        assert_ne!(key.word("cm01"), Key::new(b"other").word("cm01"));
    }
}
