//! Conditions as bytes: tokens in postfix order behind the signature `artx` (MS-DTYP 2.4.4.17.4).

use crate::binary::WriteError;
use crate::binary::read::{u32_at, u64_at};
use crate::binary::write::resolve;
use crate::sddl::{MAX_DEPTH, comparison_word, is_local_char, member_test};
use crate::{
    Attribute, Comparison as C, Context, Expression, Integer, MemberTest as M, Operand, Radix, Sid, Sign,
    Source, Width,
};

const SIGNATURE: &[u8] = b"artx";

/// Reads the data of a conditional ACE. `None` for what is no condition, and for conditions that SDDL has
/// no text for, so that everything read can be written in both forms.
pub(super) fn read(bytes: &[u8]) -> Option<Expression> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut stack: Vec<Item> = Vec::new();
    while let Some((&token, behind)) = rest.split_first() {
        if token == 0 {
            // Padding to a multiple of 4; nothing may follow it.
            if behind.len() > 2 || behind.iter().any(|b| *b != 0) {
                return None;
            }
            break;
        }
        rest = behind;
        let item = match token {
            0xF8..=0xFB => Item::Name(attribute(token, &mut rest)?),
            0x01..=0x04 | 0x10 | 0x18 | 0x50 | 0x51 => Item::Value(literal(token, &mut rest, true)?),
            _ => operator(token, &mut stack)?,
        };
        stack.push(item);
    }
    let (expression, _) = stack.pop()?.expression()?;
    stack.is_empty().then_some(expression)
}

/// What the stack of the postfix form holds.
enum Item {
    Name(Attribute),
    Value(Operand),
    /// An expression and its depth.
    Term(Expression, usize),
}

impl Item {
    fn expression(self) -> Option<(Expression, usize)> {
        match self {
            Item::Term(expression, depth) => Some((expression, depth)),
            Item::Name(name) => Some((Expression::Attribute(name), 1)),
            Item::Value(_) => None,
        }
    }

    fn name(self) -> Option<Attribute> {
        match self {
            Item::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The right side of an operator: a value, or an attribute with a prefix.
    fn operand(self) -> Option<Operand> {
        match self {
            Item::Value(value) => Some(value),
            Item::Name(name) if name.source != Source::Local => Some(Operand::Attribute(name)),
            _ => None,
        }
    }
}

fn operator(token: u8, stack: &mut Vec<Item>) -> Option<Item> {
    let right = stack.pop()?;
    let (expression, depth) = match token {
        0xA0 | 0xA1 => {
            let ((right, a), (left, b)) = (right.expression()?, stack.pop()?.expression()?);
            let make = if token == 0xA0 { Expression::And } else { Expression::Or };
            (make(Box::new(left), Box::new(right)), a.max(b) + 1)
        }
        0xA2 => {
            let (inner, depth) = right.expression()?;
            (Expression::Not(Box::new(inner)), depth + 1)
        }
        0x87 => (Expression::Exists(right.name()?), 1),
        0x8D => (Expression::NotExists(right.name()?), 1),
        _ => {
            if let Some((_, test)) = MEMBERS.iter().find(|(number, _)| *number == token) {
                (Expression::Member(*test, right.operand()?), 1)
            } else {
                let (_, comparison) = COMPARISONS.iter().find(|(number, _)| *number == token)?;
                (Expression::Compare(*comparison, stack.pop()?.name()?, right.operand()?), 1)
            }
        }
    };
    (depth <= MAX_DEPTH).then_some(Item::Term(expression, depth))
}

fn literal(token: u8, rest: &mut &[u8], composite: bool) -> Option<Operand> {
    Some(match token {
        0x01..=0x04 => Operand::Integer(integer(token, rest)?),
        0x10 => Operand::String(utf16(counted(rest)?)?),
        0x18 => Operand::Octets(counted(rest)?.to_vec()),
        0x51 => {
            let bytes = counted(rest)?;
            let sid = Sid::from_binary(bytes).filter(|sid| sid.binary_len() == bytes.len())?;
            Operand::Sid(sid.into())
        }
        0x50 if composite => {
            let mut inner = counted(rest)?;
            let mut all = Vec::new();
            while let Some((&token, behind)) = inner.split_first() {
                inner = behind;
                all.push(literal(token, &mut inner, false)?);
            }
            Operand::Composite(all)
        }
        _ => return None,
    })
}

fn integer(token: u8, rest: &mut &[u8]) -> Option<Integer> {
    let value = u64_at(rest, 0)? as i64;
    let (&[sign, radix], behind) = rest[8..].split_first_chunk::<2>()?;
    *rest = behind;
    let sign = SIGNS.iter().find(|(number, _)| *number == sign)?.1;
    let radix = RADICES.iter().find(|(number, _)| *number == radix)?.1;
    let width = WIDTHS.iter().find(|(number, _)| *number == token)?.1;
    // A minus sign before a positive number has no text.
    let contradictory = sign == Sign::Minus && value > 0;
    // Octal zero is written `00`, which reads back as octal.
    (!contradictory).then_some(Integer { value, sign, radix, width })
}

fn attribute(token: u8, rest: &mut &[u8]) -> Option<Attribute> {
    let name = utf16(counted(rest)?)?;
    let source = SOURCES.iter().find(|(number, _)| *number == token)?.1;
    let keyword = || {
        member_test(&name).is_some()
            || comparison_word(&name).is_some()
            || ["Exists", "Not_Exists"].iter().any(|word| word.eq_ignore_ascii_case(&name))
    };
    let has_text = match source {
        Source::Local => name.bytes().all(is_local_char) && !name.starts_with('@') && !keyword(),
        _ => !name.contains('\0'),
    };
    (has_text && !name.is_empty()).then_some(Attribute { source, name })
}

/// Bytes behind a length of 32 bits.
fn counted<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = u32_at(rest, 0)? as usize;
    let (counted, behind) = rest[4..].split_at_checked(len)?;
    *rest = behind;
    Some(counted)
}

fn utf16(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

/// Writes the signature and the tokens, without padding.
pub(super) fn write(out: &mut Vec<u8>, condition: &Expression, context: &Context) -> Result<(), WriteError> {
    out.extend(SIGNATURE);
    expression(out, condition, context)
}

fn expression(out: &mut Vec<u8>, condition: &Expression, context: &Context) -> Result<(), WriteError> {
    let token = match condition {
        Expression::Attribute(name) => {
            write_attribute(out, name);
            return Ok(());
        }
        Expression::Exists(name) => {
            write_attribute(out, name);
            0x87
        }
        Expression::NotExists(name) => {
            write_attribute(out, name);
            0x8D
        }
        Expression::Member(test, sids) => {
            operand(out, sids, context)?;
            MEMBERS.iter().find(|(_, known)| known == test).map_or(0, |(number, _)| *number)
        }
        Expression::Compare(comparison, left, right) => {
            write_attribute(out, left);
            operand(out, right, context)?;
            COMPARISONS.iter().find(|(_, known)| known == comparison).map_or(0, |(number, _)| *number)
        }
        Expression::Not(inner) => {
            expression(out, inner, context)?;
            0xA2
        }
        Expression::And(left, right) => {
            expression(out, left, context)?;
            expression(out, right, context)?;
            0xA0
        }
        Expression::Or(left, right) => {
            expression(out, left, context)?;
            expression(out, right, context)?;
            0xA1
        }
    };
    out.push(token);
    Ok(())
}

fn operand(out: &mut Vec<u8>, value: &Operand, context: &Context) -> Result<(), WriteError> {
    match value {
        Operand::Attribute(name) => write_attribute(out, name),
        Operand::Integer(number) => {
            out.push(WIDTHS.iter().find(|(_, w)| *w == number.width).map_or(4, |(n, _)| *n));
            out.extend(number.value.to_le_bytes());
            out.push(SIGNS.iter().find(|(_, s)| *s == number.sign).map_or(3, |(n, _)| *n));
            out.push(RADICES.iter().find(|(_, r)| *r == number.radix).map_or(2, |(n, _)| *n));
        }
        Operand::String(text) => {
            out.push(0x10);
            write_utf16(out, text);
        }
        Operand::Octets(octets) => {
            out.push(0x18);
            out.extend((octets.len() as u32).to_le_bytes());
            out.extend(octets);
        }
        Operand::Sid(trustee) => {
            let sid = resolve(trustee, context)?.to_binary();
            out.push(0x51);
            out.extend((sid.len() as u32).to_le_bytes());
            out.extend(sid);
        }
        Operand::Composite(all) => {
            let mut inner = Vec::new();
            for one in all {
                operand(&mut inner, one, context)?;
            }
            out.push(0x50);
            out.extend((inner.len() as u32).to_le_bytes());
            out.extend(inner);
        }
    }
    Ok(())
}

fn write_attribute(out: &mut Vec<u8>, attribute: &Attribute) {
    out.push(SOURCES.iter().find(|(_, s)| *s == attribute.source).map_or(0, |(n, _)| *n));
    write_utf16(out, &attribute.name);
}

fn write_utf16(out: &mut Vec<u8>, text: &str) {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    out.extend((units.len() as u32).to_le_bytes());
    out.extend(units);
}

/// MS-DTYP 2.4.4.17.8.
const SOURCES: &[(u8, Source)] =
    &[(0xF8, Source::Local), (0xF9, Source::User), (0xFA, Source::Resource), (0xFB, Source::Device)];

/// MS-DTYP 2.4.4.17.5.
const WIDTHS: &[(u8, Width)] =
    &[(1, Width::Bits8), (2, Width::Bits16), (3, Width::Bits32), (4, Width::Bits64)];
const SIGNS: &[(u8, Sign)] = &[(1, Sign::Plus), (2, Sign::Minus), (3, Sign::Absent)];
const RADICES: &[(u8, Radix)] = &[(1, Radix::Octal), (2, Radix::Decimal), (3, Radix::Hexadecimal)];

/// MS-DTYP 2.4.4.17.6, unary relational operators.
const MEMBERS: &[(u8, M)] = &[
    (0x89, M::MemberOf),
    (0x8A, M::DeviceMemberOf),
    (0x8B, M::MemberOfAny),
    (0x8C, M::DeviceMemberOfAny),
    (0x90, M::NotMemberOf),
    (0x91, M::NotDeviceMemberOf),
    (0x92, M::NotMemberOfAny),
    (0x93, M::NotDeviceMemberOfAny),
];

/// MS-DTYP 2.4.4.17.6, binary relational operators.
const COMPARISONS: &[(u8, C)] = &[
    (0x80, C::Equal),
    (0x81, C::NotEqual),
    (0x82, C::Less),
    (0x83, C::LessOrEqual),
    (0x84, C::Greater),
    (0x85, C::GreaterOrEqual),
    (0x86, C::Contains),
    (0x88, C::AnyOf),
    (0x8E, C::NotContains),
    (0x8F, C::NotAnyOf),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// MS-DTYP 2.4.4.17.9, example 1.
    #[test]
    fn the_example_of_ms_dtyp() {
        let bytes = b"artx\xf8\x0a\0\0\0T\0i\0t\0l\0e\0\x10\x04\0\0\0V\0P\0\x80\0\0\0";
        let expression = read(bytes).unwrap();
        assert_eq!(expression.to_string(), "(Title == \"VP\")");
        let mut out = Vec::new();
        write(&mut out, &expression, &Context::default()).unwrap();
        assert_eq!(out, bytes[..bytes.len() - 3]);
    }

    /// MS-DTYP 2.4.4.17.5: -1 as a signed int64.
    #[test]
    fn minus_one_has_the_bytes_of_ms_dtyp() {
        let one = Integer { value: -1, sign: Sign::Minus, radix: Radix::Decimal, width: Width::Bits64 };
        let mut out = Vec::new();
        operand(&mut out, &Operand::Integer(one), &Context::default()).unwrap();
        assert_eq!(out, [4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 2]);
    }

    #[test]
    fn what_is_no_condition() {
        for bad in [
            &b""[..],
            b"artx",
            b"arty\xf8\x02\0\0\0a\0",
            b"artx\xf8\x04\0\0\0a\0",
            b"artx\xf8\x02\0\0\0a\0\xf8\x02\0\0\0b\0",
            b"artx\xa2",
            b"artx\x10\x02\0\0\0a\0",
            b"artx\xf8\x02\0\0\0a\0\0\0\0\0",
            b"artx\xf8\x02\0\0\0a\0\0\x01",
            b"artx\xf8\x02\0\0\0a\0\xf8\x02\0\0\0b\0\x80",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |n: usize| [b"artx\xf8\x02\0\0\0a\0".to_vec(), vec![0xA2; n]].concat();
        assert!(read(&nested(MAX_DEPTH - 1)).is_some());
        assert!(read(&nested(MAX_DEPTH)).is_none());
        assert!(read(&nested(60_000)).is_none());
    }
}
