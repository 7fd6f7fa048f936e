use crate::binary::{BinaryError, claim, expression};
use crate::{
    AccessMask, Ace, AceData, AceFlags, AceKind, Acl, Control, Guid, SecurityDescriptor, Sid, Trustee,
    well_known,
};

/// Length of the fixed part of a descriptor.
const HEADER: usize = 20;

pub(super) fn descriptor(bytes: &[u8]) -> Result<SecurityDescriptor, BinaryError> {
    let fail = |offset, expected| BinaryError { offset, expected };
    let header = bytes.get(..HEADER).ok_or(fail(0, "a self-relative descriptor of 20 bytes or more"))?;
    if header[0] != 1 {
        return Err(fail(0, "revision 1"));
    }
    let control = Control(u16::from_le_bytes([header[2], header[3]]));
    if !control.contains(Control::SELF_RELATIVE) {
        return Err(fail(2, "the flag of a self-relative descriptor"));
    }
    let offset = |at: usize| u32_at(header, at).unwrap_or(0) as usize;
    Ok(SecurityDescriptor {
        owner: sid_at(bytes, offset(4), 4)?,
        group: sid_at(bytes, offset(8), 8)?,
        control: control.without(Control::DERIVED),
        rm_control: header[1],
        sacl: acl_at(bytes, control.contains(Control::SACL_PRESENT), offset(12))?,
        dacl: acl_at(bytes, control.contains(Control::DACL_PRESENT), offset(16))?,
    })
}

fn sid_at(bytes: &[u8], offset: usize, field: usize) -> Result<Option<Trustee>, BinaryError> {
    if offset == 0 {
        return Ok(None);
    }
    let sid = bytes.get(offset..).and_then(Sid::from_binary);
    let sid = sid.ok_or(BinaryError { offset: field, expected: "the offset of a SID" })?;
    Ok(Some(Trustee::Sid(sid)))
}

fn acl_at(bytes: &[u8], present: bool, offset: usize) -> Result<Acl, BinaryError> {
    if !present {
        return Ok(Acl::Absent);
    }
    if offset == 0 {
        return Ok(Acl::Null);
    }
    let fail = |offset, expected| BinaryError { offset, expected };
    let list = bytes.get(offset..).unwrap_or(&[]);
    let &[revision, _, size_low, size_high, count_low, count_high, _, _, ..] = list else {
        return Err(fail(offset, "an ACL of 8 bytes or more"));
    };
    // RtlValidAcl of Windows takes revisions 2 to 4; MS-DTYP 2.4.5 names 2 and 4.
    if !(2..=4).contains(&revision) {
        return Err(fail(offset, "ACL revision 2 or 4"));
    }
    let size = usize::from(u16::from_le_bytes([size_low, size_high]));
    let list = list.get(..size).ok_or(fail(offset + 2, "an ACL that ends within the descriptor"))?;
    let count = u16::from_le_bytes([count_low, count_high]);
    // An ACE has 8 bytes at least: a count that lies must not reserve memory.
    let mut entries = Vec::with_capacity(usize::from(count).min(list.len() / 8));
    let mut at = 8;
    for _ in 0..count {
        let entry = list.get(at..).unwrap_or(&[]);
        let &[_, _, low, high, ..] = entry else {
            return Err(fail(offset + at, "as many ACEs as the list says"));
        };
        let size = usize::from(u16::from_le_bytes([low, high]));
        // MS-DTYP 2.4.4.1: the size is a multiple of 4.
        let entry = entry.get(..size).filter(|entry| entry.len() >= 4 && size.is_multiple_of(4));
        let entry = entry.ok_or(fail(offset + at + 2, "the size of an ACE that ends within its list"))?;
        entries.push(ace(entry).ok_or(fail(offset + at, "an ACE that holds a mask and a SID"))?);
        at += size;
    }
    Ok(Acl::Entries(entries))
}

/// Reads one ACE that fills `bytes` (MS-DTYP 2.4.4.2 to 2.4.4.17).
fn ace(bytes: &[u8]) -> Option<Ace> {
    let kind = AceKind::from_number(bytes[0]);
    let flags = AceFlags(bytes[1]);
    let body = bytes.get(4..)?;
    if let AceKind::Other(_) = kind {
        let mut ace = Ace::new(kind, AccessMask::NONE, well_known::NULL_SID);
        ace.flags = flags;
        ace.data = carried(body, None);
        return Some(ace);
    }
    let mask = AccessMask(u32_at(body, 0)?);
    let mut rest = &body[4..];
    let (mut object_type, mut inherited_object_type) = (None, None);
    if kind.is_object() {
        let present = u32_at(rest, 0)?;
        rest = &rest[4..];
        for (bit, target) in [(1, &mut object_type), (2, &mut inherited_object_type)] {
            if present & bit != 0 {
                let (guid, behind) = rest.split_first_chunk::<16>()?;
                *target = Some(Guid::from_packet(*guid));
                rest = behind;
            }
        }
    }
    let sid = Sid::from_binary(rest)?;
    let data = &rest[sid.binary_len()..];
    let data = if kind.is_callback() || kind == AceKind::AccessFilter {
        carried(data, expression::read(data).map(AceData::Condition))
    } else if kind == AceKind::ResourceAttribute {
        carried(data, claim::read(data).map(AceData::Attribute))
    } else {
        // MS-DTYP 2.4.4.1: more bytes than the fields need are to be ignored.
        AceData::None
    };
    Some(Ace { kind, flags, mask, object_type, inherited_object_type, trustee: sid.into(), data })
}

/// What was read of an ACE's data, else the bytes.
fn carried(data: &[u8], read: Option<AceData>) -> AceData {
    match read {
        Some(read) => read,
        None if data.is_empty() => AceData::None,
        None => AceData::Bytes(data.into()),
    }
}

/// A little-endian number of 32 bits.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|b| u32::from_le_bytes(*b))
}

/// A little-endian number of 64 bits.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk::<8>().map(|b| u64::from_le_bytes(*b))
}
