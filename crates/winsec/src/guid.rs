use std::fmt;
use std::str::FromStr;

/// A GUID, as object ACEs name properties, property sets, extended rights and classes (MS-DTYP 2.3.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(u128);

impl Guid {
    /// The GUID whose text, without hyphens, is this number in hexadecimal.
    pub const fn from_u128(value: u128) -> Guid {
        Guid(value)
    }

    /// The number whose hexadecimal digits are the text without hyphens.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// From the packet representation: the first three fields little-endian (MS-DTYP 2.3.4.2).
    pub const fn from_packet(b: [u8; 16]) -> Guid {
        Guid(u128::from_be_bytes(swap(b)))
    }

    /// To the packet representation (MS-DTYP 2.3.4.2).
    pub const fn to_packet(self) -> [u8; 16] {
        swap(self.0.to_be_bytes())
    }
}

/// Reverses Data1, Data2 and Data3, which turns either byte order into the other.
const fn swap(b: [u8; 16]) -> [u8; 16] {
    [b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]]
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            (v >> 96) as u32,
            (v >> 80) as u16,
            (v >> 64) as u16,
            (v >> 48) as u16,
            v & 0xFFFF_FFFF_FFFF
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no GUID in the form `bf967a86-0de6-11d0-a285-00aa003049e2`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAGuid;

impl fmt::Display for NotAGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a GUID of the form 01234567-89ab-cdef-0123-456789abcdef")
    }
}

impl std::error::Error for NotAGuid {}

impl FromStr for Guid {
    type Err = NotAGuid;

    /// Reads 8-4-4-4-12 hexadecimal digits in either case, as SDDL writes them (MS-DTYP 2.5.1.1): no
    /// braces, no blanks.
    fn from_str(s: &str) -> Result<Guid, NotAGuid> {
        let bytes = s.as_bytes();
        if bytes.len() != 36 {
            return Err(NotAGuid);
        }
        let mut value = 0u128;
        for (i, &b) in bytes.iter().enumerate() {
            if matches!(i, 8 | 13 | 18 | 23) {
                if b != b'-' {
                    return Err(NotAGuid);
                }
            } else {
                let digit = char::from(b).to_digit(16).ok_or(NotAGuid)?;
                value = value << 4 | u128::from(digit);
            }
        }
        Ok(Guid(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_packet_form_agree() {
        let computer: Guid = "BF967A86-0de6-11d0-a285-00aa003049e2".parse().unwrap();
        assert_eq!(computer.to_string(), "bf967a86-0de6-11d0-a285-00aa003049e2");
        let packet = computer.to_packet();
        assert_eq!(packet[..8], [0x86, 0x7a, 0x96, 0xbf, 0xe6, 0x0d, 0xd0, 0x11]);
        assert_eq!(Guid::from_packet(packet), computer);
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in ["", "{bf967a86-0de6-11d0-a285-00aa003049e2}", "bf967a860de611d0a28500aa003049e2", "x"] {
            assert_eq!(bad.parse::<Guid>(), Err(NotAGuid), "{bad}");
        }
        assert!("bf967a86-0de6-11d0-a285-00aa003049eg".parse::<Guid>().is_err());
        assert!("bf967a86-0de6-11d0-a285+00aa003049e2".parse::<Guid>().is_err());
    }
}
