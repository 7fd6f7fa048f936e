use std::ops::Range;

use crate::sddl::cursor::{Cursor, Read, is_blank};
use crate::sddl::{Sddl, SddlError, attribute, condition, rights};
use crate::{
    Ace, AceData, AceKind, AcePlaces, Acl, AclPlaces, AclSide, Control, Guid, Places, SecurityDescriptor,
    Sid, TextRange, Trustee,
};

/// Reads the whole text: parts in any order, each at most once.
pub(super) fn read(text: &str) -> Read<Sddl> {
    if u32::try_from(text.len()).is_err() {
        let at = TextRange::default();
        return Err(SddlError { at, found: String::new(), expected: "a text shorter than 4 GiB" });
    }
    let mut cursor = Cursor::new(text);
    let mut descriptor = SecurityDescriptor::default();
    let mut places = Places { owner: None, group: None, dacl: None, sacl: None };
    loop {
        cursor.skip_blanks();
        let start = cursor.at;
        let (Some(letter), b':') = (cursor.peek(), cursor.peek_at(1).unwrap_or(b':')) else {
            return Err(cursor.error("O:, G:, D: or S: in upper case"));
        };
        let repeated = match letter {
            b'O' => places.owner.is_some(),
            b'G' => places.group.is_some(),
            b'D' => places.dacl.is_some(),
            b'S' => places.sacl.is_some(),
            _ => return Err(cursor.error("O:, G:, D: or S: in upper case")),
        };
        cursor.at += 1;
        cursor.expect(b':', "a colon")?;
        if repeated {
            return Err(cursor.error_at(start..cursor.at, "each of O:, G:, D: and S: once"));
        }
        match letter {
            b'O' => (descriptor.owner, places.owner) = sid_part(&mut cursor)?,
            b'G' => (descriptor.group, places.group) = sid_part(&mut cursor)?,
            b'D' => {
                let (acl, place) = acl_part(&mut cursor, start, AclSide::Dacl, &mut descriptor.control)?;
                (descriptor.dacl, places.dacl) = (acl, Some(place));
            }
            _ => {
                let (acl, place) = acl_part(&mut cursor, start, AclSide::Sacl, &mut descriptor.control)?;
                (descriptor.sacl, places.sacl) = (acl, Some(place));
            }
        }
        cursor.skip_blanks();
        if cursor.at == text.len() {
            return Ok(Sddl { descriptor, places });
        }
    }
}

/// Whether the text is empty but for blanks: a descriptor without any part.
pub(super) fn is_empty(text: &str) -> bool {
    text.bytes().all(is_blank)
}

/// End of the part that starts at the cursor: before the letter of the next `X:`, or at `(`.
fn part_end(cursor: &Cursor<'_>) -> usize {
    let bytes = cursor.text.as_bytes();
    let stop = bytes[cursor.at..].iter().position(|b| matches!(b, b':' | b'(')).map(|i| cursor.at + i);
    match stop {
        None => bytes.len(),
        Some(i) if bytes[i] == b'(' => i,
        Some(i) => {
            let mut letter = i.saturating_sub(1).max(cursor.at);
            while !cursor.text.is_char_boundary(letter) {
                letter -= 1;
            }
            letter
        }
    }
}

fn sid_part(cursor: &mut Cursor<'_>) -> Read<(Option<Trustee>, Option<TextRange>)> {
    let range = cursor.at..part_end(cursor);
    cursor.at = range.end;
    let range = trim(cursor, range);
    let trustee = trustee_at(cursor, range.clone())?;
    Ok((Some(trustee), Some(range.into())))
}

fn acl_part(
    cursor: &mut Cursor<'_>,
    start: usize,
    side: AclSide,
    control: &mut Control,
) -> Read<(Acl, AclPlaces)> {
    let flags = trim(cursor, cursor.at..part_end(cursor));
    let null = acl_flags(cursor, flags.clone(), side, control)?;
    cursor.at = flags.end;
    let (mut entries, mut aces) = (Vec::new(), Vec::new());
    let mut end = cursor.at;
    loop {
        cursor.skip_blanks();
        if cursor.peek() != Some(b'(') {
            break;
        }
        if null {
            return Err(cursor.error("no ACE after NO_ACCESS_CONTROL"));
        }
        let (ace, place) = ace(cursor, side)?;
        entries.push(ace);
        aces.push(place);
        end = cursor.at;
    }
    let acl = if null { Acl::Null } else { Acl::Entries(entries) };
    Ok((acl, AclPlaces { whole: (start..end).into(), flags: flags.into(), aces }))
}

/// Reads the flags of a list into the control flags; says whether the list is null.
fn acl_flags(cursor: &Cursor<'_>, range: Range<usize>, side: AclSide, control: &mut Control) -> Read<bool> {
    let [protected, required, inherited] = match side {
        AclSide::Dacl => {
            [Control::DACL_PROTECTED, Control::DACL_AUTO_INHERIT_REQUIRED, Control::DACL_AUTO_INHERITED]
        }
        AclSide::Sacl => {
            [Control::SACL_PROTECTED, Control::SACL_AUTO_INHERIT_REQUIRED, Control::SACL_AUTO_INHERITED]
        }
    };
    let mut null = false;
    let mut at = range.start;
    while at < range.end {
        let rest = &cursor.text.as_bytes()[at..range.end];
        let starts =
            |flag: &str| rest.len() >= flag.len() && rest[..flag.len()].eq_ignore_ascii_case(flag.as_bytes());
        at += if is_blank(rest[0]) {
            1
        } else if starts("NO_ACCESS_CONTROL") {
            null = true;
            "NO_ACCESS_CONTROL".len()
        } else if starts("AR") {
            *control = control.union(required);
            2
        } else if starts("AI") {
            *control = control.union(inherited);
            2
        } else if starts("P") {
            *control = control.union(protected);
            1
        } else {
            return Err(cursor.error_at(at..range.end, "flags P, AR, AI, NO_ACCESS_CONTROL, or an ACE"));
        };
    }
    Ok(null)
}

/// Reads one ACE; the cursor stands at its opening parenthesis.
fn ace(cursor: &mut Cursor<'_>, side: AclSide) -> Read<(Ace, AcePlaces)> {
    let start = cursor.at;
    cursor.at += 1;
    let kind_at = field(cursor, true)?;
    let kind = kind_of(cursor, kind_at.clone(), side)?;
    let flags_at = field(cursor, true)?;
    let rights_at = field(cursor, true)?;
    let object_at = field(cursor, true)?;
    let inherited_at = field(cursor, true)?;
    let trustee_at_raw = field(cursor, false)?;
    let trimmed = trim(cursor, trustee_at_raw);
    let mut ace = Ace::new(
        kind,
        rights::read_rights(cursor, rights_at.clone())?,
        trustee_in_ace(cursor, trimmed.clone())?,
    );
    ace.flags = rights::read_flags(cursor, flags_at.clone())?;
    ace.object_type = guid(cursor, object_at.clone(), kind)?;
    ace.inherited_object_type = guid(cursor, inherited_at.clone(), kind)?;
    let mut data = None;
    if cursor.eat(b';') {
        cursor.skip_blanks();
        let data_start = cursor.at;
        ace.data = match kind {
            AceKind::ResourceAttribute => AceData::Attribute(attribute::read(cursor)?),
            _ if kind.is_callback() || kind == AceKind::AccessFilter => {
                AceData::Condition(condition::read(cursor)?)
            }
            _ => return Err(cursor.error_at(data_start - 1..data_start, "the end of the ACE")),
        };
        data = Some((data_start..cursor.at).into());
        cursor.skip_blanks();
    }
    cursor.expect(b')', "the closing parenthesis of the ACE")?;
    let place = AcePlaces {
        whole: (start..cursor.at).into(),
        kind: trim(cursor, kind_at).into(),
        flags: trim(cursor, flags_at).into(),
        rights: trim(cursor, rights_at).into(),
        object_type: trim(cursor, object_at).into(),
        inherited_object_type: trim(cursor, inherited_at).into(),
        trustee: trimmed.into(),
        data,
    };
    Ok((ace, place))
}

/// Steps over a field and, where one must follow, its semicolon; gives the field's range.
fn field(cursor: &mut Cursor<'_>, more: bool) -> Read<Range<usize>> {
    let start = cursor.at;
    cursor.take_while(|b| !matches!(b, b';' | b')' | b'('));
    let range = start..cursor.at;
    if more {
        cursor.expect(b';', "a semicolon: an ACE is (type;flags;rights;object;inherited object;SID)")?;
    }
    Ok(range)
}

fn kind_of(cursor: &Cursor<'_>, range: Range<usize>, side: AclSide) -> Read<AceKind> {
    let range = trim(cursor, range);
    let kind = AceKind::from_letters(&cursor.text[range.clone()]);
    // Windows refuses an ACE in the wrong list; MS-DTYP 2.4.5 calls the result unspecified.
    let kind = kind.filter(|kind| kind.effect().is_some() == (side == AclSide::Dacl));
    kind.ok_or_else(|| {
        let expected = match side {
            AclSide::Dacl => "an ACE type of a DACL: A, D, OA, OD, XA, XD or ZA",
            AclSide::Sacl => "an ACE type of a SACL: AU, AL, OU, OL, XU, ML, RA, SP, TL or FL",
        };
        cursor.error_at(range, expected)
    })
}

/// Reads a GUID field: empty, blanks, or a GUID without blanks around it, as Windows demands.
fn guid(cursor: &Cursor<'_>, range: Range<usize>, kind: AceKind) -> Read<Option<Guid>> {
    let text = &cursor.text[range.clone()];
    if is_empty(text) {
        return Ok(None);
    }
    let guid =
        text.parse().map_err(|_| cursor.error_at(range.clone(), "a GUID without braces, or nothing"))?;
    if !kind.is_object() {
        return Err(cursor.error_at(range, "no GUID in an ACE that is not of an object type"));
    }
    Ok(Some(guid))
}

/// A SID or alias in an ACE. Windows takes blanks behind an alias, but not behind `S-1-…`.
fn trustee_in_ace(cursor: &Cursor<'_>, range: Range<usize>) -> Read<Trustee> {
    let followed_by_blank = cursor.text.as_bytes().get(range.end).is_some_and(|b| is_blank(*b));
    if range.len() > 2 && followed_by_blank {
        return Err(cursor.error_at(range.end..range.end + 1, "no blank behind a SID"));
    }
    trustee_at(cursor, range)
}

/// A SID or alias that fills the range.
pub(super) fn trustee_at(cursor: &Cursor<'_>, range: Range<usize>) -> Read<Trustee> {
    let text = &cursor.text[range.clone()];
    let sid = |text: &str| {
        if !text.bytes().any(is_blank) {
            return text.parse::<Sid>().ok();
        }
        // `S- 1- 2-3` is a SID for Windows, whose number reader skips leading blanks.
        let tight: Vec<&str> = text.split('-').map(|part| part.trim_start_matches([' ', '\t'])).collect();
        tight.join("-").parse().ok()
    };
    Trustee::from_alias(text)
        .or_else(|| sid(text).map(Trustee::Sid))
        .ok_or_else(|| cursor.error_at(range, "a SID (S-1-…) or a two-letter alias such as BA"))
}

/// The range without blanks at either end; of length 0 at its start when there is nothing else.
fn trim(cursor: &Cursor<'_>, range: Range<usize>) -> Range<usize> {
    let bytes = &cursor.text.as_bytes()[range.clone()];
    let Some(first) = bytes.iter().position(|b| !is_blank(*b)) else {
        return range.start..range.start;
    };
    let last = bytes.iter().rposition(|b| !is_blank(*b)).unwrap_or(first);
    range.start + first..range.start + last + 1
}
