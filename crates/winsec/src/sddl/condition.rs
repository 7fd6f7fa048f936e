use crate::sddl::cursor::{Cursor, Read};
use crate::sddl::{read, rights};
use crate::{Attribute, Comparison, Expression, Integer, MemberTest, Operand, Radix, Sign, Source, Width};

/// Deepest nesting of an expression. Conditions that people write stay below ten; without a limit a
/// hostile one could exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 128;

/// Reads a condition; the cursor stands at its opening parenthesis and is left behind the closing one.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Expression> {
    cursor.expect(b'(', "the opening parenthesis of a condition")?;
    let (expression, _) = either(cursor, 0)?;
    cursor.expect(b')', "&&, || or the closing parenthesis of the condition")?;
    Ok(expression)
}

/// An expression and its depth, which grows to the left in a chain of `&&`.
type Deep = (Expression, usize);

/// Terms joined by `||`, which binds weakest (MS-DTYP 2.5.1.3).
fn either(cursor: &mut Cursor<'_>, nested: usize) -> Read<Deep> {
    let mut left = both(cursor, nested)?;
    while cursor.eat_all(b"||") {
        let right = both(cursor, nested)?;
        left = join(cursor, left, right, Expression::Or)?;
    }
    Ok(left)
}

fn both(cursor: &mut Cursor<'_>, nested: usize) -> Read<Deep> {
    let mut left = factor(cursor, nested)?;
    while cursor.eat_all(b"&&") {
        let right = factor(cursor, nested)?;
        left = join(cursor, left, right, Expression::And)?;
    }
    Ok(left)
}

fn join(
    cursor: &Cursor<'_>,
    left: Deep,
    right: Deep,
    make: fn(Box<Expression>, Box<Expression>) -> Expression,
) -> Read<Deep> {
    let depth = left.1.max(right.1) + 1;
    if depth > MAX_DEPTH {
        return Err(cursor.error("a condition that is not nested so deep"));
    }
    Ok((make(Box::new(left.0), Box::new(right.0)), depth))
}

/// One term, `( … )` or `!( … )`; blanks on both sides belong to it.
fn factor(cursor: &mut Cursor<'_>, nested: usize) -> Read<Deep> {
    if nested > MAX_DEPTH {
        return Err(cursor.error("a condition that is not nested so deep"));
    }
    cursor.skip_blanks();
    let negated = cursor.eat(b'!');
    cursor.skip_blanks();
    let deep = if cursor.eat(b'(') {
        let (inner, depth) = either(cursor, nested + 1)?;
        cursor.expect(b')', "&&, || or a closing parenthesis")?;
        if negated { (Expression::Not(Box::new(inner)), depth + 1) } else { (inner, depth) }
    } else if negated {
        // MS-DTYP's grammar allows `! term`, Windows wants the parentheses.
        return Err(cursor.error("an opening parenthesis after !"));
    } else {
        (term(cursor)?, 1)
    };
    cursor.skip_blanks();
    Ok(deep)
}

fn term(cursor: &mut Cursor<'_>) -> Read<Expression> {
    let word_start = cursor.at;
    let left = attribute(cursor)?;
    if left.source == Source::Local {
        if let Some(test) = member_test(&left.name) {
            return Ok(Expression::Member(test, operand(cursor)?));
        }
        let exists: Option<fn(Attribute) -> Expression> = match () {
            () if left.name.eq_ignore_ascii_case("Exists") => Some(Expression::Exists),
            () if left.name.eq_ignore_ascii_case("Not_Exists") => Some(Expression::NotExists),
            () => None,
        };
        if let Some(make) = exists {
            cursor.skip_blanks();
            return attribute(cursor).map(make);
        }
        if comparison_word(&left.name).is_some() {
            return Err(cursor.error_at(word_start..cursor.at, "an attribute before this operator"));
        }
    }
    let before = cursor.at;
    cursor.skip_blanks();
    match comparison(cursor) {
        Some(comparison) => Ok(Expression::Compare(comparison, left, operand(cursor)?)),
        None => {
            cursor.at = before;
            Ok(Expression::Attribute(left))
        }
    }
}

/// The operator at the cursor, if there is one.
fn comparison(cursor: &mut Cursor<'_>) -> Option<Comparison> {
    use Comparison as C;
    let symbols: [(&[u8], C); 6] = [
        (b"==", C::Equal),
        (b"!=", C::NotEqual),
        (b"<=", C::LessOrEqual),
        (b">=", C::GreaterOrEqual),
        (b"<", C::Less),
        (b">", C::Greater),
    ];
    if let Some((_, symbol)) = symbols.iter().find(|(text, _)| cursor.eat_all(text)) {
        return Some(*symbol);
    }
    let mut ahead = *cursor;
    let found = comparison_word(ahead.take_while(is_local_char))?;
    *cursor = ahead;
    Some(found)
}

/// Reads an attribute name in simple form (attr-name1) or with a prefix (attr-name2).
fn attribute(cursor: &mut Cursor<'_>) -> Read<Attribute> {
    let start = cursor.at;
    if !cursor.eat(b'@') {
        let name = cursor.take_while(is_local_char);
        if name.is_empty() || name.starts_with('@') {
            return Err(cursor.error("an attribute, Member_of, Exists, ! or ("));
        }
        return Ok(Attribute { source: Source::Local, name: name.to_owned() });
    }
    let prefixes = [("User.", Source::User), ("Device.", Source::Device), ("Resource.", Source::Resource)];
    let rest = &cursor.text.as_bytes()[cursor.at..];
    let found = prefixes.iter().find(|(prefix, _)| {
        rest.get(..prefix.len()).is_some_and(|r| r.eq_ignore_ascii_case(prefix.as_bytes()))
    });
    let Some((prefix, source)) = found else {
        return Err(cursor.error_at(start..cursor.at, "@User., @Device. or @Resource."));
    };
    cursor.at += prefix.len();
    let name_start = cursor.at;
    let raw = cursor.take_while(is_prefixed_char);
    if raw.is_empty() {
        return Err(cursor.error("the name of an attribute"));
    }
    let name = unescape(raw).ok_or_else(|| {
        cursor.error_at(name_start..cursor.at, "a name whose % are followed by 4 hexadecimal digits")
    })?;
    Ok(Attribute { source: *source, name })
}

/// Reads what stands on the right: a value, a list of values, an attribute with a prefix; Windows allows
/// parentheses around it.
fn operand(cursor: &mut Cursor<'_>) -> Read<Operand> {
    cursor.skip_blanks();
    let mut open = 0;
    while cursor.eat(b'(') {
        cursor.skip_blanks();
        open += 1;
    }
    let operand = match cursor.peek() {
        Some(b'{') => composite(cursor)?,
        Some(b'@') => Operand::Attribute(attribute(cursor)?),
        _ => literal(cursor)?,
    };
    for _ in 0..open {
        cursor.skip_blanks();
        cursor.expect(b')', "a closing parenthesis")?;
    }
    Ok(operand)
}

fn composite(cursor: &mut Cursor<'_>) -> Read<Operand> {
    cursor.at += 1;
    let mut all = Vec::new();
    cursor.skip_blanks();
    if cursor.eat(b'}') {
        return Ok(Operand::Composite(all));
    }
    loop {
        cursor.skip_blanks();
        all.push(literal(cursor)?);
        cursor.skip_blanks();
        if cursor.eat(b'}') {
            return Ok(Operand::Composite(all));
        }
        cursor.expect(b',', "a comma or }")?;
    }
}

fn literal(cursor: &mut Cursor<'_>) -> Read<Operand> {
    match cursor.peek() {
        Some(b'"') => string(cursor).map(Operand::String),
        Some(b'#') => Ok(Operand::Octets(octets(cursor))),
        Some(b'0'..=b'9' | b'+' | b'-') => integer(cursor).map(Operand::Integer),
        Some(b's' | b'S') => sid(cursor),
        _ => Err(cursor.error("a value: a number, \"text\", #octets, SID(…), {…} or @User.name")),
    }
}

/// `SID(…)` with a SID or an alias.
pub(super) fn sid(cursor: &mut Cursor<'_>) -> Read<Operand> {
    let start = cursor.at;
    let word = cursor.take_while(|b| b.is_ascii_alphabetic());
    if !word.eq_ignore_ascii_case("SID") {
        return Err(cursor.error_at(start..cursor.at, "SID(…)"));
    }
    cursor.expect(b'(', "an opening parenthesis after SID")?;
    cursor.skip_blanks();
    let start = cursor.at;
    cursor.take_while(|b| b.is_ascii_alphanumeric() || b == b'-');
    let trustee = read::trustee_at(cursor, start..cursor.at)?;
    cursor.skip_blanks();
    cursor.expect(b')', "the closing parenthesis of SID(…)")?;
    Ok(Operand::Sid(trustee))
}

/// A text in quotation marks. MS-DTYP gives no way to write a quotation mark inside; two of them are taken
/// for one, so that every text can be written.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Read<String> {
    let start = cursor.at;
    cursor.expect(b'"', "a text in quotation marks")?;
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|b| b != b'"'));
        if !cursor.eat(b'"') {
            return Err(cursor.error_at(start..start + 1, "a closing quotation mark for this one"));
        }
        if !cursor.eat(b'"') {
            return Ok(text);
        }
        text.push('"');
    }
}

/// `#` and hexadecimal digits. Windows takes `#` for a digit 0, and an odd number of digits for one that
/// lacks a leading 0.
pub(super) fn octets(cursor: &mut Cursor<'_>) -> Vec<u8> {
    cursor.eat(b'#');
    let digits = cursor.take_while(|b| b.is_ascii_hexdigit() || b == b'#');
    let mut nibbles: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).map_or(0, |digit| digit as u8)).collect();
    if nibbles.len() % 2 == 1 {
        nibbles.insert(0, 0);
    }
    nibbles.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A number with its sign and base.
pub(super) fn integer(cursor: &mut Cursor<'_>) -> Read<Integer> {
    let start = cursor.at;
    let sign = match cursor.peek() {
        Some(b'+') => Sign::Plus,
        Some(b'-') => Sign::Minus,
        _ => Sign::Absent,
    };
    cursor.at += usize::from(sign != Sign::Absent);
    let digits = cursor.take_while(|b| b.is_ascii_alphanumeric());
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => Radix::Hexadecimal,
        [b'0', _, ..] => Radix::Octal,
        _ => Radix::Decimal,
    };
    let value = rights::unsigned(digits).and_then(|n| match sign {
        // Without a minus sign all 64 bits may be used: 0xffffffffffffffff.
        Sign::Plus | Sign::Absent => Some(n as i64),
        Sign::Minus => 0i64.checked_sub_unsigned(n),
    });
    let value = value.ok_or_else(|| cursor.error_at(start..cursor.at, "a number of at most 64 bits"))?;
    Ok(Integer { value, sign, radix, width: Width::Bits64 })
}

/// Undoes `%xxxx`, which stands for one UTF-16 unit.
pub(super) fn unescape(raw: &str) -> Option<String> {
    if !raw.contains('%') {
        return Some(raw.to_owned());
    }
    let mut units = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('%') {
        units.extend(rest[..at].encode_utf16());
        let digits = rest.get(at + 1..at + 5)?;
        let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let unit = plain.then(|| u16::from_str_radix(digits, 16).ok()).flatten()?;
        if unit == 0 {
            // MS-DTYP 2.5.1.1: any value but 0000.
            return None;
        }
        units.push(unit);
        rest = &rest[at + 5..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16(&units).ok()
}

/// attr-char1, and `@` behind the first character.
pub(crate) fn is_local_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'/' | b'_' | b'@')
}

/// attr-char2, which takes all of UTF-8 but the characters that must be escaped, blanks and the comma.
fn is_prefixed_char(byte: u8) -> bool {
    !matches!(byte, b'!' | b'&' | b'(' | b')' | b'>' | b'<' | b'=' | b'|' | b'"' | b',' | 0..=b' ')
}

pub(crate) fn member_test(word: &str) -> Option<MemberTest> {
    MEMBER_TESTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, test)| *test)
}

pub(crate) fn comparison_word(word: &str) -> Option<Comparison> {
    COMPARISON_WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, c)| *c)
}

/// Spelt as Windows writes them (MS-DTYP 2.4.4.17.6, which has a capital `Any`).
pub(crate) const MEMBER_TESTS: &[(&str, MemberTest)] = &[
    ("Member_of", MemberTest::MemberOf),
    ("Device_Member_of", MemberTest::DeviceMemberOf),
    ("Member_of_any", MemberTest::MemberOfAny),
    ("Device_Member_of_any", MemberTest::DeviceMemberOfAny),
    ("Not_Member_of", MemberTest::NotMemberOf),
    ("Not_Device_Member_of", MemberTest::NotDeviceMemberOf),
    ("Not_Member_of_any", MemberTest::NotMemberOfAny),
    ("Not_Device_Member_of_any", MemberTest::NotDeviceMemberOfAny),
];

pub(crate) const COMPARISON_WORDS: &[(&str, Comparison)] = &[
    ("Contains", Comparison::Contains),
    ("Not_Contains", Comparison::NotContains),
    ("Any_of", Comparison::AnyOf),
    ("Not_Any_of", Comparison::NotAnyOf),
];
