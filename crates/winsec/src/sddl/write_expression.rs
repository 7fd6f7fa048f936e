use std::fmt::Write;

use crate::sddl::condition::{COMPARISON_WORDS, MEMBER_TESTS};
use crate::{Attribute, Comparison, Expression, Integer, Operand, Radix, Sign, Source};

/// Writes a condition with its parentheses, with all inner ones that Windows writes.
pub(super) fn condition(out: &mut String, condition: &Expression) {
    out.push('(');
    expression(out, condition);
    out.push(')');
}

fn expression(out: &mut String, expression: &Expression) {
    match expression {
        Expression::Attribute(name) => attribute(out, name),
        Expression::Exists(name) => {
            out.push_str("Exists ");
            attribute(out, name);
        }
        Expression::NotExists(name) => {
            out.push_str("Not_Exists ");
            attribute(out, name);
        }
        Expression::Member(test, sids) => {
            let word = MEMBER_TESTS.iter().find(|(_, known)| known == test).map_or("", |(word, _)| *word);
            out.push_str(word);
            out.push(' ');
            operand(out, sids);
        }
        Expression::Compare(comparison, left, right) => {
            attribute(out, left);
            let _ = write!(out, " {} ", comparison_text(*comparison));
            operand(out, right);
        }
        Expression::Not(inner) => {
            out.push('!');
            condition(out, inner);
        }
        Expression::And(left, right) => binary(out, left, "&&", right),
        Expression::Or(left, right) => binary(out, left, "||", right),
    }
}

fn binary(out: &mut String, left: &Expression, operator: &str, right: &Expression) {
    condition(out, left);
    let _ = write!(out, " {operator} ");
    condition(out, right);
}

fn comparison_text(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        word => COMPARISON_WORDS.iter().find(|(_, known)| *known == word).map_or("", |(text, _)| *text),
    }
}

fn attribute(out: &mut String, attribute: &Attribute) {
    match attribute.source {
        Source::Local => return out.push_str(&attribute.name),
        Source::User => out.push_str("@USER."),
        Source::Device => out.push_str("@DEVICE."),
        Source::Resource => out.push_str("@RESOURCE."),
    }
    escaped(out, &attribute.name);
}

fn operand(out: &mut String, operand_value: &Operand) {
    match operand_value {
        Operand::Attribute(name) => attribute(out, name),
        Operand::Integer(number) => integer(out, number),
        Operand::String(text) => string(out, text),
        Operand::Sid(trustee) => {
            let _ = write!(out, "SID({trustee})");
        }
        Operand::Octets(octets) => {
            out.push('#');
            hexadecimal(out, octets);
        }
        Operand::Composite(all) => {
            out.push('{');
            for (i, one) in all.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                operand(out, one);
            }
            out.push('}');
        }
    }
}

fn integer(out: &mut String, integer: &Integer) {
    out.push_str(match integer.sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
        Sign::Absent => "",
    });
    let magnitude = match integer.sign {
        Sign::Minus => integer.value.unsigned_abs(),
        Sign::Plus | Sign::Absent => integer.value as u64,
    };
    let _ = match integer.radix {
        Radix::Octal => write!(out, "0{magnitude:o}"),
        Radix::Decimal => write!(out, "{magnitude}"),
        Radix::Hexadecimal => write!(out, "{magnitude:#x}"),
    };
}

/// A text in quotation marks, those inside doubled.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// Lower-case hexadecimal digits.
pub(super) fn hexadecimal(out: &mut String, octets: &[u8]) {
    for octet in octets {
        let _ = write!(out, "{octet:02x}");
    }
}

/// A name with `%xxxx` for every UTF-16 unit that is not among the literals of attr-char2 (MS-DTYP
/// 2.5.1.1). Windows escapes all that is not ASCII.
pub(super) fn escaped(out: &mut String, name: &str) {
    for unit in name.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b) if b.is_ascii_alphanumeric() || b"#$'*+-./:;?@[\\]^_`{}~".contains(&b) => {
                out.push(char::from(b));
            }
            _ => {
                let _ = write!(out, "%{unit:04x}");
            }
        }
    }
}
