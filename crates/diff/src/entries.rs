//! Security descriptors: access control entries added and removed, owners, in the words of each kind of
//! object.

use std::collections::BTreeMap;

use cmlint_model::rows::{AclEntry, AclState, Descriptor, DirectoryObject};
use cmlint_model::views::{Acls, Principals};
use cmlint_model::words::{Name, path, principal, term};
use cmlint_model::{Dataset, Row, Scope, Text, path_key, text};
use cmlint_source::Span;
use cmlint_winsec::{
    Ace, AceFlags, Acl, Context, Control, Effect, Kind, SecurityDescriptor, Sid, reach, sddl,
};

use crate::groups::on;
use crate::pair::{Found, Pair, Sight};
use crate::{Area, Change, Sign};

/// An object with a descriptor: its scope, its kind and its path (or distinguished name) as a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ObjectId {
    pub(crate) scope: Scope,
    pub(crate) kind: Kind,
    pub(crate) path: String,
}

/// A descriptor with its places.
struct Guard {
    path: String,
    descriptor: SecurityDescriptor,
    places: Vec<Span>,
    whole: Span,
    context: Context,
}

/// An object on one side.
enum There {
    Guard(Box<Guard>),
    Absent(Span),
    /// Its descriptor could not be read.
    Unread,
}

/// Entries that came and went.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    let mut old = objects(pair, pair.old);
    let mut new = objects(pair, pair.new);
    let keys: std::collections::BTreeSet<ObjectId> = old.keys().chain(new.keys()).cloned().collect();
    for id in keys {
        let dataset = if id.kind == Kind::DirectoryObject { Dataset::Directory } else { Dataset::Acl };
        let doubt = |what: &str| pair.doubt(dataset, &id.scope, format!("{} {what}", id.path));
        let sides = (old.remove(&id), new.remove(&id));
        match sides {
            (Some(There::Guard(before)), Some(There::Guard(after))) => {
                compare(pair, &id, &before, &after, &mut found);
            }
            (Some(There::Absent(at)), Some(There::Guard(after))) => {
                appeared(pair, &id, &after, Some(at), &mut found);
            }
            (Some(There::Guard(before)), Some(There::Absent(at))) => {
                gone(pair, &id, &before, Some(at), &mut found);
            }
            (None, Some(There::Guard(after))) => match inherits(pair.old, &id) {
                Ok(true) => own_entries(pair, &id, &after, Sign::Added, &mut found),
                Ok(false) => {}
                Err(()) => {
                    if id.kind != Kind::DirectoryObject && pair.old_is_whole(dataset, &id.scope) {
                        doubt("was not collected before");
                    }
                }
            },
            (Some(There::Guard(before)), None) => match inherits(pair.new, &id) {
                Ok(true) => own_entries(pair, &id, &before, Sign::Removed, &mut found),
                Ok(false) => {}
                Err(()) => {
                    if id.kind != Kind::DirectoryObject && pair.new_is_whole(dataset, &id.scope) {
                        doubt("is not collected any more");
                    }
                }
            },
            (Some(There::Unread), Some(There::Guard(_))) => doubt("could not be read before"),
            (Some(There::Guard(_)), Some(There::Unread)) => doubt("cannot be read any more"),
            _ => {}
        }
    }
    found
}

/// Whether a path without a row has what its parents hand down; `Err` where nothing says so. Directory
/// objects come and go with their object.
fn inherits(sight: &Sight<'_>, id: &ObjectId) -> Result<bool, ()> {
    if id.kind == Kind::DirectoryObject {
        return Ok(false);
    }
    match sight.view::<Acls<'_>>().deciding(&id.scope, id.kind, &id.path) {
        Ok((_, levels)) => Ok(levels > 0),
        Err(_) => Err(()),
    }
}

fn compare(pair: &Pair<'_, '_>, id: &ObjectId, old: &Guard, new: &Guard, found: &mut Found) {
    let owner = |guard: &Guard| guard.descriptor.owner.as_ref().and_then(|o| o.resolve(&guard.context));
    if let (Some(was), Some(is)) = (owner(old), owner(new))
        && was != is
    {
        let text = text!(
            "the owner of {} is now `{}` instead of `{}`",
            place(id, new),
            label(pair.new, &is),
            label(pair.old, &was)
        );
        push(found, Sign::Changed, text, Some(old.whole), Some(new.whole));
        found.seeds.extend([was, is]);
        found.objects.insert(id.clone());
    }
    let null = |guard: &Guard| matches!(guard.descriptor.dacl, Acl::Null | Acl::Absent);
    if null(new) && !null(old) {
        let text = text!("{} has no DACL any more, which grants everybody everything", place(id, new));
        push(found, Sign::Changed, text, Some(old.whole), Some(new.whole));
        found.seeds.insert(cmlint_winsec::well_known::EVERYONE);
        found.objects.insert(id.clone());
    } else if null(old) && !null(new) {
        let text = text!("{} has a DACL now", place(id, new));
        push(found, Sign::Changed, text, Some(old.whole), Some(new.whole));
        found.seeds.insert(cmlint_winsec::well_known::EVERYONE);
        found.objects.insert(id.clone());
    }
    let protected = |guard: &Guard| guard.descriptor.control.contains(Control::DACL_PROTECTED);
    if protected(old) != protected(new) {
        let words = if protected(new) { "no longer inherits" } else { "inherits again" };
        let text = text!("{} {} entries from above", place(id, new), words);
        push(found, Sign::Changed, text, Some(old.whole), Some(new.whole));
    }
    let mut before: Vec<Option<Identity>> = identities(old).into_iter().map(Some).collect();
    let after = identities(new);
    let mut came = Vec::new();
    for (index, identity) in after.iter().enumerate() {
        match before.iter().position(|b| b.as_ref() == Some(identity)) {
            Some(at) => before[at] = None,
            None => came.push(index),
        }
    }
    for index in came {
        entry(pair.new, id, new, index, Sign::Added, found);
    }
    for index in (0..before.len()).filter(|index| before[*index].is_some()) {
        entry(pair.old, id, old, index, Sign::Removed, found);
    }
}

/// What makes an entry the same on both sides: trustees by SID, rights with generic ones put into specific.
type Identity = (u8, u8, u32, Option<String>, Option<String>, String, String);

fn identities(guard: &Guard) -> Vec<Identity> {
    let one = |ace: &Ace| {
        let sid = ace.trustee.resolve(&guard.context);
        let trustee = sid.map_or_else(|| format!("{:?}", ace.trustee), |sid| sid.to_string());
        let guid = |guid: Option<cmlint_winsec::Guid>| guid.map(|guid| guid.to_string());
        (
            ace.kind.number(),
            ace.flags.0,
            ace.mask.0,
            guid(ace.object_type),
            guid(ace.inherited_object_type),
            trustee,
            format!("{:?}", ace.data),
        )
    };
    guard.descriptor.dacl.entries().iter().map(one).collect()
}

fn appeared(pair: &Pair<'_, '_>, id: &ObjectId, guard: &Guard, at: Option<Span>, found: &mut Found) {
    let text = text!("{} exists now", place(id, guard));
    push(found, Sign::Added, text, at, Some(guard.whole));
    own_entries(pair, id, guard, Sign::Added, found);
}

fn gone(pair: &Pair<'_, '_>, id: &ObjectId, guard: &Guard, at: Option<Span>, found: &mut Found) {
    let text = text!("{} does not exist any more", place(id, guard));
    push(found, Sign::Removed, text, Some(guard.whole), at);
    own_entries(pair, id, guard, Sign::Removed, found);
}

/// The entries that are not inherited.
fn own_entries(pair: &Pair<'_, '_>, id: &ObjectId, guard: &Guard, sign: Sign, found: &mut Found) {
    let sight = if sign == Sign::Added { pair.new } else { pair.old };
    for (index, ace) in guard.descriptor.dacl.entries().iter().enumerate() {
        if !ace.flags.contains(AceFlags::INHERITED) {
            entry(sight, id, guard, index, sign, found);
        }
    }
}

fn entry(sight: &Sight<'_>, id: &ObjectId, guard: &Guard, index: usize, sign: Sign, found: &mut Found) {
    let Some(ace) = guard.descriptor.dacl.entries().get(index) else { return };
    let sid = ace.trustee.resolve(&guard.context);
    let who = match sid {
        Some(sid) => label(sight, &sid),
        None => principal(ace.trustee.name().or(ace.trustee.alias()).unwrap_or("somebody")),
    };
    let verb = match (ace.kind.effect(), sign) {
        (Some(Effect::Deny), Sign::Removed) => "no longer denies",
        (Some(Effect::Deny), _) => "now denies",
        (_, Sign::Removed) => "no longer grants",
        _ => "now grants",
    };
    let mut text = text!(
        "an entry of {} {} `{}` {}, on {}",
        place(id, guard),
        verb,
        who,
        term(id.kind.describe_ace(ace)),
        term(reach(ace).words(id.kind))
    );
    if ace.flags.contains(AceFlags::INHERITED) {
        text = text.and(text!(" (inherited)"));
    }
    if ace.condition().is_some() {
        text = text.and(text!(" under a condition"));
    }
    let span = Some(guard.places.get(index).copied().unwrap_or(guard.whole));
    let (old, new) = if sign == Sign::Added { (None, span) } else { (span, None) };
    push(found, sign, text, old, new);
    found.seeds.extend(sid);
    found.objects.insert(id.clone());
}

fn objects<'s>(pair: &Pair<'_, 's>, sight: &Sight<'s>) -> BTreeMap<ObjectId, There> {
    let mut all = BTreeMap::new();
    let principals = sight.view::<Principals<'_>>();
    for (scope, row) in sight.rows::<AclEntry<'s>>() {
        let Some(kind) = Acls::kind_of(&row.kind.value, &row.path.value) else { continue };
        let id = ObjectId { scope: pair.common(Dataset::Acl, scope), kind, path: path_key(&row.path.value) };
        let there = match (row.state, &row.sddl) {
            (AclState::Absent, _) => There::Absent(row.span),
            (AclState::Ok, Some(text)) => match sddl::parse(&text.value) {
                Ok(parsed) => {
                    let at = Acls::inner(text);
                    let verbatim = at.len as usize == text.value.len();
                    let aces = parsed.places.dacl.map(|dacl| dacl.aces).unwrap_or_default();
                    let places = aces.iter().map(|ace| if verbatim { ace.whole.at(at) } else { at });
                    There::Guard(Box::new(Guard {
                        path: row.path.value.to_string(),
                        places: places.collect(),
                        descriptor: parsed.descriptor,
                        whole: at,
                        context: principals.context_of_host(&scope.key()),
                    }))
                }
                Err(_) => There::Unread,
            },
            _ => There::Unread,
        };
        all.entry(id).or_insert(there);
    }
    for (scope, row) in sight.rows::<DirectoryObject<'s>>() {
        if let Some(there) = in_directory(principals, scope, row) {
            let path = row.dn.value.to_lowercase();
            let scope = pair.common(Dataset::Directory, scope);
            all.entry(ObjectId { scope, kind: Kind::DirectoryObject, path }).or_insert(there);
        }
    }
    all
}

fn in_directory(principals: &Principals<'_>, scope: &Scope, row: &Row<DirectoryObject<'_>>) -> Option<There> {
    let context = principals.context_of_domain(&scope.key());
    let path = row.dn.value.to_string();
    Some(match row.descriptor.as_ref()? {
        Descriptor::Text(text, map) => match sddl::parse(&text.value) {
            Ok(parsed) => {
                let aces = parsed.places.dacl.map(|dacl| dacl.aces).unwrap_or_default();
                let place = |range: cmlint_winsec::TextRange| {
                    let (start, end) = map.outer(range.start, range.end);
                    text.span.file.span(start as usize, (end - start) as usize)
                };
                let places = aces.iter().map(|ace| place(ace.whole)).collect();
                let descriptor = parsed.descriptor;
                There::Guard(Box::new(Guard { path, descriptor, places, whole: text.span, context }))
            }
            Err(_) => There::Unread,
        },
        Descriptor::Bytes(bytes) => match cmlint_winsec::binary::read(&bytes.value) {
            Ok(descriptor) => {
                let places = vec![bytes.span; descriptor.dacl.entries().len()];
                There::Guard(Box::new(Guard { path, descriptor, places, whole: bytes.span, context }))
            }
            Err(_) => There::Unread,
        },
    })
}

fn place(id: &ObjectId, guard: &Guard) -> Text {
    let what = match id.kind {
        Kind::Share => "the share ",
        Kind::Service => "the service ",
        _ => "",
    };
    text!("{}{}{}", what, path(&guard.path), on(&id.scope))
}

fn label(sight: &Sight<'_>, sid: &Sid) -> Name {
    sight.view::<Principals<'_>>().label(sid)
}

fn push(found: &mut Found, sign: Sign, text: Text, old: Option<Span>, new: Option<Span>) {
    found.changes.push(Change { area: Area::Entries, sign, text, old, new });
}
