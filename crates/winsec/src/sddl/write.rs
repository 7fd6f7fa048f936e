use std::fmt::Write;

use crate::sddl::{rights, write_expression};
use crate::{Ace, AceData, AceKind, Acl, AclSide, Control, ResourceAttribute, SecurityDescriptor, Values};

/// The text of a descriptor, in the order and spelling of Windows.
pub(super) fn write(descriptor: &SecurityDescriptor) -> Result<String, super::NoText> {
    let mut out = String::new();
    if let Some(owner) = &descriptor.owner {
        let _ = write!(out, "O:{owner}");
    }
    if let Some(group) = &descriptor.group {
        let _ = write!(out, "G:{group}");
    }
    for side in [AclSide::Dacl, AclSide::Sacl] {
        acl(&mut out, descriptor, side)?;
    }
    Ok(out)
}

fn acl(out: &mut String, descriptor: &SecurityDescriptor, side: AclSide) -> Result<(), super::NoText> {
    let acl = descriptor.acl(side);
    if *acl == Acl::Absent {
        return Ok(());
    }
    let (letter, flags) = match side {
        AclSide::Dacl => (
            "D:",
            [
                ("P", Control::DACL_PROTECTED),
                ("AR", Control::DACL_AUTO_INHERIT_REQUIRED),
                ("AI", Control::DACL_AUTO_INHERITED),
            ],
        ),
        AclSide::Sacl => (
            "S:",
            [
                ("P", Control::SACL_PROTECTED),
                ("AR", Control::SACL_AUTO_INHERIT_REQUIRED),
                ("AI", Control::SACL_AUTO_INHERITED),
            ],
        ),
    };
    out.push_str(letter);
    for (word, flag) in flags {
        if descriptor.control.contains(flag) {
            out.push_str(word);
        }
    }
    if *acl == Acl::Null {
        out.push_str("NO_ACCESS_CONTROL");
    }
    for (index, entry) in acl.entries().iter().enumerate() {
        ace(out, entry).ok_or(super::NoText { side, index })?;
    }
    Ok(())
}

/// Writes one ACE; `None` where SDDL has no form for it.
pub(super) fn ace(out: &mut String, ace: &Ace) -> Option<()> {
    let letters = ace.kind.letters()?;
    let _ = write!(out, "({letters};");
    rights::write_flags(out, ace.kind, ace.flags);
    out.push(';');
    rights::write_rights(out, ace.kind, ace.mask);
    out.push(';');
    for guid in [ace.object_type, ace.inherited_object_type] {
        if let Some(guid) = guid {
            let _ = write!(out, "{guid}");
        }
        out.push(';');
    }
    let _ = write!(out, "{}", ace.trustee);
    match &ace.data {
        AceData::None => {}
        AceData::Condition(expression) if ace.kind.is_callback() || ace.kind == AceKind::AccessFilter => {
            out.push(';');
            write_expression::condition(out, expression);
        }
        AceData::Attribute(data) if ace.kind == AceKind::ResourceAttribute => {
            out.push(';');
            attribute(out, data);
        }
        _ => return None,
    }
    out.push(')');
    Some(())
}

/// `("Name",TS,0x0,"a","b")`.
pub(super) fn attribute(out: &mut String, attribute: &ResourceAttribute) {
    out.push_str("(\"");
    write_expression::escaped(out, &attribute.name);
    let word = match attribute.values {
        Values::Int(_) => "TI",
        Values::Uint(_) => "TU",
        Values::String(_) => "TS",
        Values::Sid(_) => "TD",
        Values::Bool(_) => "TB",
        Values::Octets(_) => "TX",
    };
    let _ = write!(out, "\",{word},{:#x}", attribute.flags);
    let comma = |out: &mut String| out.push(',');
    match &attribute.values {
        Values::Int(all) => all.iter().for_each(|n| {
            let _ = write!(out, ",{n}");
        }),
        Values::Uint(all) | Values::Bool(all) => all.iter().for_each(|n| {
            let _ = write!(out, ",{n}");
        }),
        Values::String(all) => all.iter().for_each(|text| {
            comma(out);
            write_expression::string(out, text);
        }),
        Values::Sid(all) => all.iter().for_each(|trustee| {
            let _ = write!(out, ",{trustee}");
        }),
        Values::Octets(all) => all.iter().for_each(|octets| {
            comma(out);
            write_expression::hexadecimal(out, octets);
        }),
    }
    out.push(')');
}
