//! What a loose role export grants, in words: the first thing that somebody who was sent one wants to know.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cmlint_model::Snapshot;
use cmlint_model::catalogue::{self, Sure};
use cmlint_model::views::{RoleEntry, RoleOrigin, Roles, View, ViewId, Views};
use cmlint_report::{Style, escape::terminal};
use cmlint_source::Sources;
use cmlint_text::secrets::hushed;

/// The roles of loose files with their permissions by type of object; empty for a snapshot with a manifest.
pub(crate) fn roles(snapshot: &Snapshot<'_>, sources: &Sources, style: &Style) -> String {
    if snapshot.about.has_manifest {
        return String::new();
    }
    let views = Views::build(snapshot, sources, &BTreeSet::from([ViewId::Roles]));
    let mut text = String::new();
    for entry in Roles::get(&views).iter().filter(|r| r.origin == RoleOrigin::File) {
        role(&mut text, entry, sources, style);
    }
    text
}

fn role(text: &mut String, entry: &RoleEntry<'_>, sources: &Sources, style: &Style) {
    let place = sources.place(entry.name.span);
    let at = format!("{}:{}:{}", terminal(place.path), place.start.line, place.start.column);
    let _ = write!(text, "role `{}` ({at}", terminal(&hushed(entry.name.value)));
    if let Some(copied) = entry.copied_from {
        let name = catalogue::built_in_role(copied.value).map_or(String::new(), |r| format!("{}, ", r.name));
        let _ = write!(text, "; copied from {name}{}", terminal(&hushed(copied.value)));
    }
    text.push_str(") grants\n");
    for granted in entry.granted().unwrap_or_default() {
        let kind = catalogue::object_type(granted.object_type);
        let kind = kind.map_or_else(|| "unknown type".to_owned(), |k| k.name.to_owned());
        let names: Vec<String> = catalogue::bits(granted.object_type, granted.mask)
            .map(|(bit, operation)| match operation {
                Some(o) if o.sure == Sure::Inferred => format!("{} (bit {bit}, name inferred)", o.name),
                Some(o) => o.name.to_owned(),
                None => format!("bit {bit}"),
            })
            .collect();
        let names = if names.is_empty() { vec!["nothing".to_owned()] } else { names };
        wrap(text, &format!("  {kind} ({}): ", granted.object_type), &names, style.width.clamp(40, 240));
    }
    text.push('\n');
}

/// Writes a list behind its heading, broken at commas, later lines indented.
fn wrap(text: &mut String, heading: &str, list: &[String], width: usize) {
    text.push_str(heading);
    let mut column = heading.chars().count();
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            text.push(',');
            column += 1;
            if column + item.chars().count() + 2 > width {
                text.push_str("\n      ");
                column = 6;
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text.push_str(item);
        column += item.chars().count();
    }
    text.push('\n');
}
