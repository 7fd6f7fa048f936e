use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A security identifier: a 48-bit authority and up to 15 subauthorities (MS-DTYP 2.4.2).
///
/// The revision is always 1. The value is `Copy`, so that it can be a key, a table cell and a part of an
/// ACE without lifetimes. The order is by authority, then by subauthorities as numbers, so that the
/// members of a domain stand together.
#[derive(Clone, Copy)]
pub struct Sid {
    authority: [u8; 6],
    count: u8,
    /// Unused places are 0.
    sub: [u32; Sid::MAX_SUB_AUTHORITIES],
}

/// The authority of nearly all SIDs of Windows: SECURITY_NT_AUTHORITY (MS-DTYP 2.4.1).
const NT_AUTHORITY: u64 = 5;
/// First subauthority of SIDs of domains and of the account database of a computer (MS-DTYP 2.4.2.4).
const NT_NON_UNIQUE: u32 = 21;

impl Sid {
    /// Most subauthorities that a SID may have (MS-DTYP 2.4.2.2).
    pub const MAX_SUB_AUTHORITIES: usize = 15;

    /// A SID with an authority below 2³², which all known authorities are; meant for constants.
    pub const fn new<const N: usize>(authority: u32, sub_authorities: [u32; N]) -> Sid {
        const { assert!(N <= Sid::MAX_SUB_AUTHORITIES) };
        let a = authority.to_be_bytes();
        let mut sub = [0; Sid::MAX_SUB_AUTHORITIES];
        let mut i = 0;
        while i < N {
            sub[i] = sub_authorities[i];
            i += 1;
        }
        Sid { authority: [0, 0, a[0], a[1], a[2], a[3]], count: N as u8, sub }
    }

    /// A SID from its parts; `None` for an authority of more than 48 bits or more than 15 subauthorities.
    pub fn from_parts(authority: u64, sub_authorities: &[u32]) -> Option<Sid> {
        let [0, 0, bytes @ ..] = authority.to_be_bytes() else { return None };
        let mut sub = [0; Sid::MAX_SUB_AUTHORITIES];
        sub.get_mut(..sub_authorities.len())?.copy_from_slice(sub_authorities);
        Some(Sid { authority: bytes, count: sub_authorities.len() as u8, sub })
    }

    /// Reads the packet form (MS-DTYP 2.4.2.2) at the start of `bytes`; bytes after it are left alone,
    /// [`Self::binary_len`] tells how many were used.
    pub fn from_binary(bytes: &[u8]) -> Option<Sid> {
        let (&[1, count], rest) = bytes.split_first_chunk::<2>()? else { return None };
        let (authority, rest) = rest.split_first_chunk::<6>()?;
        let mut sub = [0; Sid::MAX_SUB_AUTHORITIES];
        let used = sub.get_mut(..count.into())?;
        for (to, from) in used.iter_mut().zip(rest.get(..4 * usize::from(count))?.chunks_exact(4)) {
            *to = u32::from_le_bytes(from.try_into().ok()?);
        }
        Some(Sid { authority: *authority, count, sub })
    }

    /// The packet form (MS-DTYP 2.4.2.2).
    pub fn to_binary(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.binary_len());
        bytes.extend([1, self.count]);
        bytes.extend(self.authority);
        for sub in self.sub_authorities() {
            bytes.extend(sub.to_le_bytes());
        }
        bytes
    }

    /// Length of the packet form in bytes.
    pub fn binary_len(&self) -> usize {
        8 + 4 * usize::from(self.count)
    }

    /// Reads the packet form written as hexadecimal digits, with or without `0x`, as SQL Server shows the
    /// `sid` column of `sys.server_principals`. Digits after the SID are an error.
    pub fn from_sql_hex(text: &str) -> Option<Sid> {
        let text = text.trim();
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        if !digits.len().is_multiple_of(2) || digits.len() > 2 * (8 + 4 * Sid::MAX_SUB_AUTHORITIES) {
            return None;
        }
        let nibble = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
        let bytes: Vec<u8> = digits
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
            .collect::<Option<_>>()?;
        Sid::from_binary(&bytes).filter(|sid| sid.binary_len() == bytes.len())
    }

    /// The identifier authority, 5 for `S-1-5-…`.
    pub fn authority(&self) -> u64 {
        let [a, b, c, d, e, f] = self.authority;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// The subauthorities, the relative identifier last.
    pub fn sub_authorities(&self) -> &[u32] {
        &self.sub[..self.count.into()]
    }

    /// The relative identifier: the last subauthority (MS-DTYP 2.4.2.4).
    pub fn rid(&self) -> Option<u32> {
        self.sub_authorities().last().copied()
    }

    /// Whether this is the SID of a domain, or of the account database of a computer, itself:
    /// `S-1-5-21-x-y-z`.
    pub fn is_domain_sid(&self) -> bool {
        self.authority() == NT_AUTHORITY && self.count == 4 && self.sub[0] == NT_NON_UNIQUE
    }

    /// The domain, or computer, of an account: `S-1-5-21-x-y-z` of `S-1-5-21-x-y-z-rid`; `None` for every
    /// other form, the SID of a domain included.
    pub fn domain(&self) -> Option<Sid> {
        let is_account = self.authority() == NT_AUTHORITY && self.count == 5 && self.sub[0] == NT_NON_UNIQUE;
        is_account.then(|| Sid::new(5, [NT_NON_UNIQUE, self.sub[1], self.sub[2], self.sub[3]]))
    }

    /// This SID with one more subauthority; `None` when it has 15 already.
    pub fn child(&self, rid: u32) -> Option<Sid> {
        let mut child = *self;
        *child.sub.get_mut(usize::from(self.count))? = rid;
        child.count += 1;
        Some(child)
    }
}

impl PartialEq for Sid {
    fn eq(&self, other: &Self) -> bool {
        self.authority == other.authority && self.sub_authorities() == other.sub_authorities()
    }
}

impl Eq for Sid {}

impl Hash for Sid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.authority.hash(state);
        self.sub_authorities().hash(state);
    }
}

impl Ord for Sid {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.authority, self.sub_authorities()).cmp(&(other.authority, other.sub_authorities()))
    }
}

impl PartialOrd for Sid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Sid {
    /// The canonical text (MS-DTYP 2.4.2.1): decimal, but for an authority of 2³² and more, which is
    /// hexadecimal; in capitals and without leading zeros, as Windows writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority();
        if authority < 1 << 32 {
            write!(f, "S-1-{authority}")?;
        } else {
            write!(f, "S-1-0x{authority:X}")?;
        }
        self.sub_authorities().iter().try_for_each(|sub| write!(f, "-{sub}"))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no SID of the form `S-1-5-21-…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotASid;

impl fmt::Display for NotASid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a SID of the form S-1-5-…")
    }
}

impl std::error::Error for NotASid {}

impl FromStr for Sid {
    type Err = NotASid;

    /// Reads `S-1-…` in either case; each number is decimal, or hexadecimal with `0x`. A number that does
    /// not fit is an error, and so is a SID without any subauthority (MS-DTYP 2.4.2.1).
    fn from_str(s: &str) -> Result<Sid, NotASid> {
        let mut parts = s.split('-');
        if !parts.next().is_some_and(|p| p.eq_ignore_ascii_case("s")) || parts.next() != Some("1") {
            return Err(NotASid);
        }
        let authority = parts.next().and_then(number).ok_or(NotASid)?;
        let mut sub = [0; Sid::MAX_SUB_AUTHORITIES];
        let mut count = 0;
        for part in parts {
            let value = number(part).and_then(|n| u32::try_from(n).ok()).ok_or(NotASid)?;
            *sub.get_mut(count).ok_or(NotASid)? = value;
            count += 1;
        }
        if count == 0 {
            return Err(NotASid);
        }
        Sid::from_parts(authority, &sub[..count]).ok_or(NotASid)
    }
}

/// `u64::from_str_radix` would take a sign.
fn number(s: &str) -> Option<u64> {
    let (digits, radix) = match s.strip_prefix("0x").or_else(|| s.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None => (s, 10),
    };
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    plain.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid(s: &str) -> Sid {
        s.parse().unwrap()
    }

    #[test]
    fn text_is_canonical() {
        assert_eq!(sid("s-1-5-0x20-544").to_string(), "S-1-5-32-544");
        assert_eq!(sid("S-1-0x5-032-544"), Sid::new(5, [32, 544]));
        // MS-DTYP 2.4.2.1: authorities of 2^32 and more are hexadecimal.
        assert_eq!(sid("S-1-0x10000000000-1").to_string(), "S-1-0x10000000000-1");
        assert_eq!(sid("S-1-4294967295-1").to_string(), "S-1-4294967295-1");
    }

    #[test]
    fn what_is_no_sid() {
        let too_many = format!("S-1-5{}", "-1".repeat(16));
        for bad in [
            "",
            "S",
            "S-",
            "S-1",
            "S-1-",
            "S-1-5",
            "S-2-5-1",
            "S-1-5-",
            "S-1-5-+1",
            "S-1-5-4294967296",
            "S-1-0x1000000000000-1",
            "S-1-5-32-544 ",
            "S-1-5-0x",
            "X-1-5-1",
            &too_many,
        ] {
            assert_eq!(bad.parse::<Sid>(), Err(NotASid), "{bad}");
        }
        assert!(format!("S-1-5{}", "-1".repeat(15)).parse::<Sid>().is_ok());
    }

    #[test]
    fn binary_and_sql_form() {
        let text = "0x010500000000000515000000160000000b0000000C000000F4010000";
        let admin = Sid::from_sql_hex(text).unwrap();
        assert_eq!(admin.to_string(), "S-1-5-21-22-11-12-500");
        assert_eq!(Sid::from_binary(&admin.to_binary()), Some(admin));
        assert_eq!(admin.binary_len(), 28);
        for bad in ["0x", "0x01", "0x01050000000000051500", "0x0105000000000005zz", "0x02010000000000010000"]
        {
            assert_eq!(Sid::from_sql_hex(bad), None, "{bad}");
        }
        assert_eq!(Sid::from_sql_hex(&format!("{text}00")), None);
        assert_eq!(Sid::from_binary(&[1, 16, 0, 0, 0, 0, 0, 5]), None);
    }

    #[test]
    fn accounts_and_their_domain() {
        let account = sid("S-1-5-21-1-2-3-1105");
        let domain = sid("S-1-5-21-1-2-3");
        assert_eq!((account.domain(), account.rid()), (Some(domain), Some(1105)));
        assert!(domain.is_domain_sid() && !account.is_domain_sid());
        assert_eq!(domain.domain(), None);
        assert_eq!(domain.child(1105), Some(account));
        assert_eq!(sid("S-1-5-32-544").domain(), None);
    }

    #[test]
    fn order_is_numeric() {
        let mut all = ["S-1-5-21-1-2-3-1000", "S-1-5-21-1-2-3-512", "S-1-1-0", "S-1-5-21-1-2-3"].map(sid);
        all.sort();
        assert_eq!(all.map(|s| s.rid()), [Some(0), Some(3), Some(512), Some(1000)]);
    }
}
