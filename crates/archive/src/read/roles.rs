//! Exported security roles.

use cmlint_model::rows::{Operation, RoleXml};
use cmlint_source::{Field, Int, Problem, Spanned};
use cmlint_text::xml::{self, Node};

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let (document, mut problems) = xml::parse(reader.source);
    let mut rows = Vec::new();
    match document.root() {
        Some(root) if root.is("SMS_Roles") => {
            for child in root.children() {
                if child.is("SMS_Role") {
                    rows.push(role(child, &mut problems));
                } else {
                    problems.push(unexpected(child, "SMS_Role"));
                }
            }
            if rows.is_empty() && problems.is_empty() {
                problems
                    .push(Problem::lost(root.start_span(), "expected an element SMS_Role inside SMS_Roles"));
            }
        }
        Some(root) if root.is("SMS_Role") => {
            // The outer and the inner element are swapped, or the outer one is missing: the site would
            // refuse the file, so its bits are not judged.
            let inner = root.children().find(|c| c.is("SMS_Roles"));
            let place = inner.map_or(root.name_span(), |i| i.name_span());
            let text = "wrong nesting: a role export has SMS_Roles outside and SMS_Role inside";
            problems.push(
                Problem::lost(place, text)
                    .help("export the role again with Export-CMSecurityRole, or swap the two elements"),
            );
        }
        Some(root) => problems.push(unexpected(root, "SMS_Roles")),
        None if problems.is_empty() => {
            problems.push(Problem::lost(reader.source.id().span(0, 0), "expected an element SMS_Roles"));
        }
        None => {}
    }
    reader.problems(problems);
    let counted = rows.len();
    reader.put(rows, counted);
}

fn role<'a>(node: Node<'_, 'a>, problems: &mut Vec<Problem>) -> Spanned<RoleXml<'a>> {
    let text = |name: &str| node.attribute_any_case(name).map_or(Field::Absent, Field::Present);
    let mut operations = Vec::new();
    match node.child("Operations") {
        Some(list) => {
            for child in list.children() {
                if child.is("Operation") {
                    operations.push(operation(child, problems));
                } else {
                    problems.push(unexpected(child, "Operation"));
                }
            }
        }
        None => {
            let place = node.children().next().map_or(node.start_span(), |c| c.name_span());
            problems.push(
                Problem::lost(place, "expected an element Operations inside SMS_Role")
                    .help("export the role again with Export-CMSecurityRole"),
            );
        }
    }
    if node.attribute_any_case("RoleName").is_none() {
        problems.push(Problem::lost(node.start_span(), "expected an attribute RoleName"));
    }
    let role = RoleXml {
        name: text("RoleName"),
        description: text("RoleDescription"),
        copied_from: text("CopiedFromID"),
        operations,
    };
    Spanned::new(role, node.span())
}

fn operation(node: Node<'_, '_>, problems: &mut Vec<Problem>) -> Spanned<Operation> {
    let mut number = |name: &str| match node.attribute_any_case(name) {
        None => {
            problems.push(Problem::lost(node.start_span(), format!("expected an attribute {name}")));
            Field::Absent
        }
        Some(value) => match value.value.trim().parse::<u32>() {
            Ok(number) => Field::Present(Spanned::new(Int(number.into()), value.span)),
            Err(_) => {
                problems.push(Problem::lost(
                    value.span,
                    format!("expected a decimal number of 32 bits in {name}"),
                ));
                Field::Unreadable(value.span)
            }
        },
    };
    Spanned::new(
        Operation { granted: number("GrantedOperations"), object_type: number("ObjectTypeID") },
        node.span(),
    )
}

fn unexpected(node: Node<'_, '_>, expected: &str) -> Problem {
    Problem::lost(node.name_span(), format!("expected an element {expected}"))
        .help("export the role again with Export-CMSecurityRole")
}
