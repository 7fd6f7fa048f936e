use crate::binary::{WriteError, claim, expression};
use crate::{Ace, AceData, AceKind, Acl, Context, Control, SecurityDescriptor, Sid, Trustee};

pub(super) fn descriptor(sd: &SecurityDescriptor, context: &Context) -> Result<Vec<u8>, WriteError> {
    let mut control = sd.control.without(Control::DERIVED).union(Control::SELF_RELATIVE);
    for (acl, flag) in [(&sd.dacl, Control::DACL_PRESENT), (&sd.sacl, Control::SACL_PRESENT)] {
        if *acl != Acl::Absent {
            control = control.union(flag);
        }
    }
    let mut out = vec![1, sd.rm_control];
    out.extend(control.0.to_le_bytes());
    out.extend([0; 16]);
    let mut place = |field: usize, part: &[u8]| {
        if !part.is_empty() {
            // Two lists of 64 KiB and two SIDs are far below 4 GiB.
            let offset = out.len() as u32;
            out[field..field + 4].copy_from_slice(&offset.to_le_bytes());
            out.extend(part);
        }
    };
    place(12, &list(&sd.sacl, context)?);
    place(16, &list(&sd.dacl, context)?);
    for (field, sid) in [(4, &sd.owner), (8, &sd.group)] {
        if let Some(trustee) = sid {
            place(field, &resolve(trustee, context)?.to_binary());
        }
    }
    Ok(out)
}

/// The bytes of a list; none for one that is absent or null.
fn list(acl: &Acl, context: &Context) -> Result<Vec<u8>, WriteError> {
    let Acl::Entries(entries) = acl else { return Ok(Vec::new()) };
    // MS-DTYP 2.4.5: revision 4 where there are object ACEs, else 2.
    let revision = if entries.iter().any(|ace| ace.kind.is_object()) { 4 } else { 2 };
    let mut out = vec![revision, 0, 0, 0];
    out.extend(u16::try_from(entries.len()).map_err(|_| WriteError::TooLong)?.to_le_bytes());
    out.extend([0, 0]);
    for entry in entries {
        ace(&mut out, entry, context)?;
    }
    let size = u16::try_from(out.len()).map_err(|_| WriteError::TooLong)?;
    out[2..4].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

fn ace(out: &mut Vec<u8>, ace: &Ace, context: &Context) -> Result<(), WriteError> {
    let start = out.len();
    out.extend([ace.kind.number(), ace.flags.0, 0, 0]);
    if !matches!(ace.kind, AceKind::Other(_)) {
        out.extend(ace.mask.0.to_le_bytes());
        if ace.kind.is_object() {
            let present =
                u32::from(ace.object_type.is_some()) | u32::from(ace.inherited_object_type.is_some()) << 1;
            out.extend(present.to_le_bytes());
            for guid in [ace.object_type, ace.inherited_object_type].into_iter().flatten() {
                out.extend(guid.to_packet());
            }
        }
        out.extend(resolve(&ace.trustee, context)?.to_binary());
    }
    match &ace.data {
        AceData::None => {}
        AceData::Condition(condition) => expression::write(out, condition, context)?,
        AceData::Attribute(attribute) => out.extend(claim::write(attribute, context)?),
        AceData::Bytes(bytes) => out.extend(bytes),
    }
    // MS-DTYP 2.4.4.1: the size is a multiple of 4.
    out.resize(start + (out.len() - start).next_multiple_of(4), 0);
    let size = u16::try_from(out.len() - start).map_err(|_| WriteError::TooLong)?;
    out[start + 2..start + 4].copy_from_slice(&size.to_le_bytes());
    Ok(())
}

pub(super) fn resolve(trustee: &Trustee, context: &Context) -> Result<Sid, WriteError> {
    match (trustee.resolve(context), trustee) {
        (Some(sid), _) => Ok(sid),
        (None, Trustee::DomainRelative(relative)) => Err(WriteError::UnknownDomain(*relative)),
        (None, Trustee::Sid(sid)) => Ok(*sid),
    }
}
