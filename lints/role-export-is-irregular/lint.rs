use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::catalogue;

/// Reads each exported role as the import would: one entry for each type, no bits that nobody knows.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "an exported security role lists a type twice, or has types or bits that are not known",
        severity: Severity::Info,
        tags: &["rbac", "roles", "hygiene"],
        noun: "exported security roles",
        references: &[
            Reference::Document(
                "Microsoft, Configure role-based administration",
                "Create custom security roles",
            ),
            Reference::Catalogue("B-RBAC.2"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::RoleXml<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(roles: Self::Subjects<'s>, _: &(), out: &mut Sink) {
        for (scope, row) in roles.iter() {
            let name = row.name.filled().map_or("", |n| n.value);
            let label = text!("{}", role(name));
            let object = Object::new(Key::new("role-name", &name.to_lowercase()), label, scope.clone());
            let mut subject = out.subject(object, rows::place_of(&row.name, row.span));
            duplicates(row, name, &mut subject);
            for operation in &row.operations {
                unknown(operation, name, &mut subject);
            }
        }
    }
}

/// The import takes one entry for each type; which of two it takes is not documented.
fn duplicates(row: &rows::RoleXml<'_>, name: &str, subject: &mut Subject<'_>) {
    let mut seen: BTreeMap<i64, Span> = BTreeMap::new();
    for operation in &row.operations {
        let Some(kind) = operation.object_type.spanned() else { continue };
        let Some(first) = seen.insert(kind.value.0, kind.span) else { continue };
        subject
            .fail(
                text!("role `{}` lists object type {} twice", role(name), type_name(kind.value.0)),
                kind.span,
                text!("listed again here"),
            )
            .label(first, text!("first listed here"))
            .severity(Severity::Medium)
            .discriminator(format!("duplicate:{}", kind.value.0))
            .help(text!("which of the two entries counts is not documented: keep one, with the bits that are meant"))
            .fix(
                text!("remove one of the entries, or set the permissions in the console and export the role again"),
                Some(text!("Export-CMSecurityRole -RoleName \"{}\" -Path role.xml", role(name))),
                Some(text!("import the former file again with Import-CMSecurityRole -Overwrite $true")),
            );
    }
}

fn unknown(operation: &Spanned<rows::Operation>, name: &str, subject: &mut Subject<'_>) {
    let (Some(kind), Some(granted)) = (operation.object_type.spanned(), operation.granted.spanned()) else {
        return;
    };
    let id = kind.value.0;
    let advice = text!(
        "compare with the permissions that the console shows for this role; collect SMS_RbacSecuredObject to have \
         the site's own names"
    );
    let Some(known) = catalogue::object_type(id) else {
        subject
            .fail(
                text!("role `{}` grants operations on object type {}, which is not known", role(name), id),
                kind.span,
                text!("no reference names this type"),
            )
            .confidence(Confidence::Medium)
            .discriminator(format!("type:{id}"))
            .help(advice);
        return;
    };
    let outside = if known.mask == 0 { 0 } else { granted.value.0 & !known.mask };
    let bits = |outside_of_mask: bool| -> Vec<Text> {
        catalogue::bits(id, granted.value.0)
            .filter(|(bit, operation)| match outside & (1 << bit) != 0 {
                true => outside_of_mask,
                false => !outside_of_mask && operation.is_none(),
            })
            .map(|(bit, _)| text!("{}", bit))
            .collect()
    };
    let (absent, unnamed) = (bits(true), bits(false));
    let mut odd = Vec::new();
    if !absent.is_empty() {
        odd.push(text!("bits {} are not known to exist on this type", Text::join(absent, ", ")));
    }
    if !unnamed.is_empty() {
        odd.push(text!("bits {} have no known name", Text::join(unnamed, ", ")));
    }
    if odd.is_empty() {
        return;
    }
    subject
        .fail(
            text!(
                "role `{}` grants bits without a known meaning on object type {}: {}",
                role(name),
                type_name(id),
                Text::join(odd, "; ")
            ),
            granted.span,
            text!("{} = 0x{}", granted.value.0, Text::prose(format!("{:X}", granted.value.0))),
        )
        .confidence(Confidence::Medium)
        .discriminator(format!("bits:{id}"))
        .help(advice);
}

fn type_name(id: i64) -> Text {
    match catalogue::object_type(id) {
        Some(known) => text!("{} ({})", id, known.name),
        None => text!("{}", id),
    }
}
