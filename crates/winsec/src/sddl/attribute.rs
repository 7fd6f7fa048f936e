use crate::sddl::condition::{integer, octets, sid, string, unescape};
use crate::sddl::cursor::{Cursor, Read};
use crate::sddl::{read, rights};
use crate::{Operand, ResourceAttribute, Trustee, Values};

/// Reads the data of a resource attribute ACE, `("Name",TS,0x0,"a","b")`; the cursor stands at its opening
/// parenthesis and is left behind the closing one (MS-DTYP 2.5.1.1, resource-attribute-ace).
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<ResourceAttribute> {
    cursor.expect(b'(', "the opening parenthesis of a resource attribute")?;
    cursor.skip_blanks();
    let start = cursor.at;
    let raw = string(cursor)?;
    let name = unescape(&raw).filter(|name| !name.is_empty() && !name.contains('\0'));
    let name = name.ok_or_else(|| cursor.error_at(start..cursor.at, "the name of a resource attribute"))?;
    comma(cursor)?;
    let start = cursor.at;
    let word = cursor.take_while(|b| b.is_ascii_alphabetic()).to_ascii_uppercase();
    let mut values = match word.as_str() {
        "TI" => Values::Int(Vec::new()),
        "TU" => Values::Uint(Vec::new()),
        "TS" => Values::String(Vec::new()),
        "TD" => Values::Sid(Vec::new()),
        "TB" => Values::Bool(Vec::new()),
        "TX" => Values::Octets(Vec::new()),
        _ => return Err(cursor.error_at(start..cursor.at, "a type: TI, TU, TS, TD, TX or TB")),
    };
    comma(cursor)?;
    let start = cursor.at;
    let flags = rights::number(cursor.take_while(|b| b.is_ascii_alphanumeric()));
    let flags = flags.ok_or_else(|| cursor.error_at(start..cursor.at, "flags as a number of 32 bits"))?;
    loop {
        cursor.skip_blanks();
        if cursor.eat(b')') {
            return Ok(ResourceAttribute { name, flags, values });
        }
        comma(cursor)?;
        value(cursor, &mut values)?;
    }
}

fn comma(cursor: &mut Cursor<'_>) -> Read<()> {
    cursor.skip_blanks();
    cursor.expect(b',', "a comma")?;
    cursor.skip_blanks();
    Ok(())
}

fn value(cursor: &mut Cursor<'_>, values: &mut Values) -> Read<()> {
    match values {
        Values::Int(all) => all.push(integer(cursor)?.value),
        Values::Uint(all) | Values::Bool(all) => {
            let start = cursor.at;
            let number = rights::unsigned(cursor.take_while(|b| b.is_ascii_alphanumeric()));
            let number = number.ok_or_else(|| {
                cursor.error_at(start..cursor.at, "a number of at most 64 bits without sign")
            })?;
            all.push(number);
        }
        Values::String(all) => {
            let start = cursor.at;
            let text = string(cursor)?;
            if text.contains('\0') {
                // The bytes end a text with a zero.
                return Err(cursor.error_at(start..cursor.at, "a text without zero characters"));
            }
            all.push(text);
        }
        Values::Sid(all) => all.push(trustee(cursor)?),
        Values::Octets(all) => all.push(octets(cursor)),
    }
    Ok(())
}

/// MS-DTYP writes the SID alone, other sources write `SID(BA)`.
fn trustee(cursor: &mut Cursor<'_>) -> Read<Trustee> {
    let mut ahead = *cursor;
    let word = ahead.take_while(|b| b.is_ascii_alphanumeric() || b == b'-');
    if word.eq_ignore_ascii_case("SID") {
        return match sid(cursor)? {
            Operand::Sid(trustee) => Ok(trustee),
            _ => Err(cursor.error("a SID")),
        };
    }
    let range = cursor.at..ahead.at;
    cursor.at = ahead.at;
    read::trustee_at(cursor, range)
}
