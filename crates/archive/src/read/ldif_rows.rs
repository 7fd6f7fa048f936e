//! Directory objects from LDIF.

use cmlint_model::rows::{Descriptor, DirectoryObject, TEXT_ATTRIBUTES};
use cmlint_source::{Problem, Spanned, Str};
use cmlint_text::ldif::{self, Record, Value};
use cmlint_winsec::Sid;

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let mut rows = Vec::new();
    let mut count = 0;
    let mut of_values = Vec::new();
    let mut problems = ldif::for_each(reader.source, |record| {
        count += 1;
        rows.extend(object(&record, &mut of_values).map(|object| Spanned::new(object, record.span)));
    });
    problems.append(&mut of_values);
    reader.problems(problems);
    reader.put(rows, count);
}

fn object<'a>(record: &Record<'a>, problems: &mut Vec<Problem>) -> Option<DirectoryObject<'a>> {
    let mut object = DirectoryObject {
        dn: text(&record.dn)?,
        classes: Vec::new(),
        sid: None,
        sam: None,
        upn: None,
        dns_host_name: None,
        member_of: Vec::new(),
        members: Vec::new(),
        primary_group: None,
        user_account_control: None,
        group_type: None,
        descriptor: None,
        attributes: Vec::new(),
        span: record.span,
    };
    for attribute in record.attributes() {
        let name = attribute.name.value;
        let value = &attribute.value;
        if attribute.options.starts_with("range=") && !attribute.options.ends_with("-*") {
            problems.push(
                Problem::lost(
                    attribute.name.span,
                    format!("only a range of the values of {name} was exported"),
                )
                .help("export the remaining ranges too; cmlint-collect directory asks for all of them"),
            );
        }
        match name.to_ascii_lowercase().as_str() {
            "objectclass" => object.classes.extend(text(value)),
            "samaccountname" => object.sam = text(value),
            "userprincipalname" => object.upn = text(value),
            "dnshostname" => object.dns_host_name = text(value),
            "memberof" => object.member_of.extend(text(value)),
            "member" => object.members.extend(text(value)),
            "objectsid" => object.sid = sid(value, problems),
            "primarygroupid" => object.primary_group = number(value, name, problems),
            "useraccountcontrol" => object.user_account_control = number(value, name, problems),
            "grouptype" => object.group_type = number(value, name, problems),
            "ntsecuritydescriptor" => object.descriptor = descriptor(value),
            lower => {
                if let (Some(known), Some(text)) =
                    (TEXT_ATTRIBUTES.iter().find(|k| **k == lower), text(value))
                {
                    object.attributes.push((Str(std::borrow::Cow::Borrowed(known)), text));
                }
            }
        }
    }
    Some(object)
}

fn text<'a>(value: &Value<'a>) -> Option<Spanned<Str<'a>>> {
    match value {
        Value::Text(text) => Some(text.spanned()),
        other => {
            let text = other.text()?;
            Some(Spanned::new(Str(std::borrow::Cow::Owned(text.value.to_owned())), text.span))
        }
    }
}

/// `objectSid` is binary in exports of Windows tools and text in ours.
fn sid(value: &Value<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<Sid>> {
    let found = match value {
        Value::Text(text) => text.as_str().trim().parse().ok(),
        Value::Base64 { bytes, .. } => Sid::from_binary(bytes),
        Value::Unreadable { .. } => None,
    };
    if found.is_none() {
        problems.push(Problem::lost(value.span(), "expected a SID, as text or as base64 of its bytes"));
    }
    found.map(|sid| Spanned::new(sid, value.span()))
}

fn number<T: std::str::FromStr>(
    value: &Value<'_>,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<Spanned<T>> {
    let text = value.text();
    let number = text.as_ref().and_then(|t| t.value.trim().parse().ok());
    if number.is_none() {
        problems.push(Problem::lost(value.span(), format!("expected a number in {name}")));
    }
    number.map(|n| Spanned::new(n, value.span()))
}

fn descriptor<'a>(value: &Value<'a>) -> Option<Descriptor<'a>> {
    match value {
        Value::Text(text) => Some(Descriptor::Text(text.spanned(), text.map())),
        Value::Base64 { bytes, span } => Some(Descriptor::Bytes(Spanned::new(bytes.clone(), *span))),
        Value::Unreadable { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use cmlint_model::rows::TYPED_ATTRIBUTES;
    use cmlint_source::{Encoding, Sources};

    use super::*;

    fn of(attribute: &str) -> String {
        let value = match attribute {
            "objectsid" => "S-1-5-21-1-2-3-1105",
            "ntsecuritydescriptor" => "O:BAG:BAD:",
            "primarygroupid" | "useraccountcontrol" | "grouptype" => "513",
            _ => "x",
        };
        let mut sources = Sources::new();
        let text = format!("dn: CN=a,DC=b\n{attribute}: {value}\n");
        let file = sources.add("a.ldf", text, Encoding::Utf8);
        let mut shown = String::new();
        let problems = ldif::for_each(sources.get(file), |record| {
            let mut object = object(&record, &mut Vec::new()).unwrap();
            // The record is as long as its text; everything else is what was read.
            object.span = object.dn.span;
            shown = format!("{object:?}");
        });
        assert!(problems.is_empty() && !shown.is_empty(), "{attribute}: {problems:?}");
        shown
    }

    #[test]
    fn each_attribute_of_the_two_lists_is_read_and_no_other() {
        let nothing = of("description");
        assert_eq!(of("info"), nothing);
        for attribute in TYPED_ATTRIBUTES.iter().chain(TEXT_ATTRIBUTES) {
            assert_ne!(of(attribute), nothing, "{attribute}");
        }
    }
}
