//! Properties of sites, components and site system roles; site system roles themselves.

use std::collections::BTreeMap;

use cmlint_model::rows::{ClientComponent, Component, ComponentItem, Prop, SiteDefinition, SiteSystemRole};
use cmlint_model::words::{Name, host, site, term};
use cmlint_model::{Dataset, Fact, Row, Scope, Text, host_key, text};
use cmlint_source::{Field, Many, Span};

use crate::pair::Pair;
use crate::{Area, Change, Sign};

/// Site system roles that came and went, and properties that changed.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Vec<Change> {
    let mut changes = Vec::new();
    roles(pair, &mut changes);
    compare::<SiteDefinition<'s>>(
        pair,
        &mut changes,
        |_| Some((String::new(), text!("the site"))),
        |row| &row.props,
    );
    compare::<SiteSystemRole<'s>>(pair, &mut changes, role, |row| &row.props);
    compare::<Component<'s>>(pair, &mut changes, |row| item(&row.0), |row| &row.0.props);
    compare::<ClientComponent<'s>>(pair, &mut changes, |row| item(&row.0), |row| &row.0.props);
    changes
}

fn roles<'s>(pair: &Pair<'_, 's>, changes: &mut Vec<Change>) {
    const DATASET: Dataset = Dataset::SiteSystemRole;
    for (scope, [old, new]) in pair.rows::<SiteSystemRole<'s>>() {
        let of = |rows: &[&'s Row<SiteSystemRole<'s>>]| {
            let all = rows.iter().filter_map(|row| role(row).map(|(key, words)| (key, (words, row.span))));
            all.collect::<BTreeMap<String, (Text, Span)>>()
        };
        let (before, after) = (of(&old), of(&new));
        if pair.old_is_whole(DATASET, &scope) {
            for (_, (words, span)) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
                let text = text!("{}{} is new", words, at(&scope));
                changes.push(change(Sign::Added, text, None, Some(*span)));
            }
        }
        if pair.new_is_whole(DATASET, &scope) {
            for (_, (words, span)) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
                let text = text!("{}{} is gone", words, at(&scope));
                changes.push(change(Sign::Removed, text, Some(*span), None));
            }
        }
    }
}

/// A property's values. Texts are compared and not told: they may be anything, secrets among them.
#[derive(PartialEq, Eq)]
struct Value {
    number: Option<i64>,
    texts: [String; 2],
}

fn compare<'s, T: Fact<'s>>(
    pair: &Pair<'_, 's>,
    changes: &mut Vec<Change>,
    identity: impl Fn(&Row<T>) -> Option<(String, Text)>,
    props: impl Fn(&'s Row<T>) -> &'s Field<Many<Prop<'s>>>,
) {
    for (scope, [old, new]) in pair.rows::<T>() {
        let find = |rows: &[&'s Row<T>]| {
            let all = rows.iter().filter_map(|row| identity(row).map(|(key, words)| (key, (*row, words))));
            all.collect::<BTreeMap<String, (&'s Row<T>, Text)>>()
        };
        let before = find(&old);
        for (key, (row, words)) in find(&new) {
            let Some((earlier, _)) = before.get(&key) else { continue };
            let (Some(was), Some(is)) = (values(props(earlier)), values(props(row))) else { continue };
            let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for name in names {
                let (from, to) = (was.get(name), is.get(name));
                if from.map(|(_, value, _)| value) == to.map(|(_, value, _)| value) {
                    continue;
                }
                let shown = from.or(to).map_or_else(|| term(name), |(shown, ..)| shown.clone());
                let number = |side: Option<&(Name, Value, Span)>| side.and_then(|(_, value, _)| value.number);
                let tail = match (number(from), number(to)) {
                    (Some(a), Some(b)) if a != b => text!(" from {} to {}", a, b),
                    _ => Text::default(),
                };
                let (sign, verb) = match (from.is_some(), to.is_some()) {
                    (false, true) => (Sign::Added, "is set now"),
                    (true, false) => (Sign::Removed, "is set no longer"),
                    _ => (Sign::Changed, "changed"),
                };
                let text = text!("`{}` of {}{} {}{}", shown, words, at(&scope), verb, tail);
                changes.push(change(sign, text, from.map(|f| f.2), to.map(|t| t.2)));
            }
        }
    }
}

fn values(props: &Field<Many<Prop<'_>>>) -> Option<BTreeMap<String, (Name, Value, Span)>> {
    let mut all = BTreeMap::new();
    for prop in props.get()?.iter() {
        let Some(name) = prop.property_name.filled() else { continue };
        let text = |field: &Field<cmlint_source::Str<'_>>| {
            field.filled().map_or_else(String::new, |text| text.value.to_owned())
        };
        let value =
            Value { number: prop.value.get().map(|n| n.0), texts: [text(&prop.value1), text(&prop.value2)] };
        all.entry(name.value.to_lowercase()).or_insert((term(name.value), value, name.span));
    }
    Some(all)
}

fn role(row: &Row<SiteSystemRole<'_>>) -> Option<(String, Text)> {
    let path = row.network_os_path.filled()?.value;
    let name = row.role_name.filled()?.value;
    let key = format!("{}\0{}", host_key(path), name.to_lowercase());
    Some((key, text!("the role {} on {}", term(name), host(host_key(path)))))
}

fn item(row: &ComponentItem<'_>) -> Option<(String, Text)> {
    let name = row.item_name.filled()?.value;
    let file = row.file_type.get().map_or(2, |f| f.0);
    Some((format!("{}\0{file}", name.to_lowercase()), text!("{}", term(row.component()))))
}

fn at(scope: &Scope) -> Text {
    match scope {
        Scope::Site(code) => text!(" of site {}", site(code)),
        _ => Text::default(),
    }
}

fn change(sign: Sign, text: Text, old: Option<Span>, new: Option<Span>) -> Change {
    Change { area: Area::Settings, sign, text, old, new }
}
