use crate::sddl::cursor::{Cursor, Read, is_blank};
use crate::{AccessMask, AceFlags, AceKind};

/// Letters of rights in the order in which Windows writes them, single bits only (MS-DTYP 2.5.1.1, win32
/// "ACE Strings").
const BITS: &[(&str, u32)] = &[
    ("CC", 0x0000_0001),
    ("DC", 0x0000_0002),
    ("LC", 0x0000_0004),
    ("SW", 0x0000_0008),
    ("RP", 0x0000_0010),
    ("WP", 0x0000_0020),
    ("DT", 0x0000_0040),
    ("LO", 0x0000_0080),
    ("CR", 0x0000_0100),
    ("SD", 0x0001_0000),
    ("RC", 0x0002_0000),
    ("WD", 0x0004_0000),
    ("WO", 0x0008_0000),
    ("GA", 0x1000_0000),
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
];

/// Letters for the usual sums of file and registry rights. Windows writes them only for a mask that is
/// exactly this; `KX` equals `KR` and is never written.
const SUMS: &[(&str, u32)] = &[
    ("FA", 0x001F_01FF),
    ("FR", 0x0012_0089),
    ("FW", 0x0012_0116),
    ("FX", 0x0012_00A0),
    ("KA", 0x000F_003F),
    ("KR", 0x0002_0019),
    ("KW", 0x0002_0006),
    ("KX", 0x0002_0019),
];

/// Policy bits of a mandatory label (MS-DTYP 2.4.4.13).
const LABEL: &[(&str, u32)] = &[("NW", 1), ("NR", 2), ("NX", 4)];

/// Letters of ACE flags in the order in which Windows writes them; `TP` is `SA` in an access filter.
const FLAGS: &[(&str, u8)] =
    &[("OI", 0x01), ("CI", 0x02), ("NP", 0x04), ("IO", 0x08), ("ID", 0x10), ("SA", 0x40), ("FA", 0x80)];
const FILTER_FLAGS: &[(&str, u8)] = &[("CR", 0x20), ("TP", 0x40)];

/// Reads the rights field that fills `range` of the text: letters, or a number in hexadecimal, octal or
/// decimal. As in Windows, blanks may stand in front and spaces between letters, but nothing behind.
pub(super) fn read_rights(cursor: &Cursor<'_>, range: std::ops::Range<usize>) -> Read<AccessMask> {
    let mut field = Cursor { text: &cursor.text[..range.end], at: range.start };
    field.skip_blanks();
    let mut mask = 0;
    while let Some(first) = field.peek() {
        if first.is_ascii_digit() {
            let start = field.at;
            let digits = field.take_while(|b| b.is_ascii_alphanumeric());
            mask |= number(digits).ok_or_else(|| {
                cursor.error_at(start..field.at, "a number of at most 32 bits (0x…, 0… or decimal)")
            })?;
        } else {
            let pair = field.text.get(field.at..field.at + 2);
            let known = pair.and_then(|pair| {
                BITS.iter().chain(SUMS).chain(LABEL).find(|(letters, _)| letters.eq_ignore_ascii_case(pair))
            });
            let Some((_, bits)) = known else {
                let rest = field.at..range.end.max(field.at);
                return Err(cursor.error_at(rest, "rights such as GA, FA, CCDC or 0x1f01ff"));
            };
            mask |= bits;
            field.at += 2;
            let spaces = field.text[field.at..].bytes().take_while(|b| *b == b' ').count();
            if field.at + spaces < range.end {
                field.at += spaces;
            }
        }
    }
    Ok(AccessMask(mask))
}

/// Reads the flags field that fills `range` of the text.
pub(super) fn read_flags(cursor: &Cursor<'_>, range: std::ops::Range<usize>) -> Read<AceFlags> {
    let mut flags = 0;
    let text = &cursor.text[range.clone()];
    let blanks = text.bytes().take_while(|b| is_blank(*b)).count();
    let trimmed = text.trim_matches(|c: char| c.is_ascii() && is_blank(c as u8));
    let start = range.start + blanks;
    for at in (0..trimmed.len()).step_by(2) {
        let known = trimmed.get(at..at + 2).and_then(|pair| {
            FLAGS.iter().chain(FILTER_FLAGS).find(|(letters, _)| letters.eq_ignore_ascii_case(pair))
        });
        let Some((_, bit)) = known else {
            let mut from = start + at;
            while !cursor.text.is_char_boundary(from) {
                from -= 1;
            }
            let rest = from..start + trimmed.len();
            return Err(cursor.error_at(rest, "ACE flags from OI, CI, NP, IO, ID, SA, FA, TP, CR"));
        };
        flags |= bit;
    }
    Ok(AceFlags(flags))
}

/// Writes rights as Windows does: the letters of a sum, else those of single bits, else hexadecimal.
pub(super) fn write_rights(out: &mut String, kind: AceKind, mask: AccessMask) {
    let table = if kind == AceKind::MandatoryLabel { LABEL } else { BITS };
    let all = table.iter().fold(0, |all, (_, bit)| all | bit);
    if kind != AceKind::MandatoryLabel
        && let Some((letters, _)) = SUMS.iter().find(|(_, sum)| *sum == mask.0)
    {
        out.push_str(letters);
    } else if mask.0 & !all == 0 {
        table.iter().filter(|(_, bit)| mask.0 & bit != 0).for_each(|(letters, _)| out.push_str(letters));
    } else {
        out.push_str(&mask.to_string());
    }
}

/// Writes ACE flags.
pub(super) fn write_flags(out: &mut String, kind: AceKind, flags: AceFlags) {
    let filter = kind == AceKind::AccessFilter;
    for (letters, bit) in FLAGS.iter().take(5).chain(FILTER_FLAGS.iter().take(1)) {
        if flags.0 & bit != 0 {
            out.push_str(letters);
        }
    }
    if flags.0 & 0x40 != 0 {
        out.push_str(if filter { "TP" } else { "SA" });
    }
    if flags.0 & 0x80 != 0 {
        out.push_str("FA");
    }
}

/// A number as C's `strtoul` with base 0 reads it, but without a sign and refused where it does not fit.
pub(super) fn number(text: &str) -> Option<u32> {
    unsigned(text).and_then(|n| u32::try_from(n).ok())
}

/// The same with 64 bits.
pub(super) fn unsigned(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| char::from(b).is_digit(radix));
    plain.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<u32> {
        read_rights(&Cursor::new(text), 0..text.len()).ok().map(|m| m.0)
    }

    #[test]
    fn rights_in_every_notation() {
        for (text, mask) in [
            ("", 0),
            ("FA", 0x1F_01FF),
            ("fa", 0x1F_01FF),
            ("0x001f01ff", 0x1F_01FF),
            ("2032127", 0x1F_01FF),
            ("07600777", 0x1F_01FF),
            ("GRGW", 0xC000_0000),
            ("CCDCLCSWRPWPDTLOCRSDRCWDWO", 0xF_01FF),
            (" GA", 0x1000_0000),
            ("0", 0),
            ("RP LC", 0x14),
        ] {
            assert_eq!(read(text), Some(mask), "{text}");
        }
        for bad in
            ["QQ", "FAX", "0x1ffffffff", "0x", "08", "12ab", "FA ", "RP\tLC", "RP L C", "-1", "F\u{100}"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn rights_are_written_as_windows_does() {
        for (mask, text) in [
            (0x1F_01FF, "FA"),
            (0x2_0019, "KR"),
            (0x401200A0, "0x401200a0"),
            (0x13_01BF, "0x1301bf"),
            (0xE000_0000, "GXGWGR"),
            (0xF_01FF, "CCDCLCSWRPWPDTLOCRSDRCWDWO"),
            (0, ""),
        ] {
            let mut out = String::new();
            write_rights(&mut out, AceKind::Allowed, AccessMask(mask));
            assert_eq!(out, text);
        }
        let mut out = String::new();
        write_rights(&mut out, AceKind::MandatoryLabel, AccessMask(3));
        assert_eq!(out, "NWNR");
    }

    #[test]
    fn flags_both_ways() {
        let read = |text: &str| read_flags(&Cursor::new(text), 0..text.len());
        assert_eq!(read(" oiCI").unwrap(), AceFlags(3));
        assert_eq!(read("CR").unwrap(), AceFlags::CRITICAL);
        assert!(read("OI CI").is_err() && read("OIC").is_err() && read("OI\u{100}").is_err());
        let mut out = String::new();
        write_flags(&mut out, AceKind::Allowed, AceFlags(0xFF));
        assert_eq!(out, "OICINPIOIDCRSAFA");
        out.clear();
        write_flags(&mut out, AceKind::AccessFilter, AceFlags(0x40));
        assert_eq!(out, "TP");
    }
}
