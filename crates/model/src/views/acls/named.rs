//! What entries for somebody allow on an object and below it, inherited entries told once.

use std::collections::BTreeSet;

use cmlint_source::Span;
use cmlint_winsec::{AccessMask, Ace, AceFlags, Acl, Effect, Kind, Sid, reach};

use super::{AclObject, Acls, path_key};
use crate::rows::AclState;
use crate::words::path as path_name;
use crate::{Dataset, Gap, Judged, Scope, Status, Text, text};

/// Entries that matter on one object.
#[derive(Debug)]
pub struct Found<'a, 's> {
    /// The object that they reach, as the export writes its path.
    pub path: String,
    /// The object at which they stand: itself, or the one above that hands them down.
    pub holder: &'a AclObject<'s>,
    /// The entries with their places; none where the list is null, which lets everybody do everything.
    pub entries: Vec<(Span, &'a Ace)>,
}

impl Found<'_, '_> {
    /// Whether there is no list at all: everybody has full control.
    pub fn is_null(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the entries are the object's own and not inherited.
    pub fn is_own(&self) -> bool {
        path_key(&self.path) == path_key(self.holder.path.value)
            && self.entries.iter().all(|(_, ace)| !ace.flags.contains(AceFlags::INHERITED))
    }

    /// All rights of the entries, in the words of the kind.
    pub fn rights(&self) -> Text {
        if self.is_null() {
            return text!("full control");
        }
        let all = self.entries.iter().fold(AccessMask::NONE, |all, (_, ace)| all | ace.mask);
        Text::prose(self.holder.kind.describe(all))
    }

    /// What each entry allows, where it stands: "allows Modify on this folder, subfolders and files".
    pub fn labels(&self) -> Vec<(Span, Text)> {
        if self.is_null() {
            let words = text!("a null list of permissions: everybody has full control");
            return vec![(self.holder.sddl_span(), words)];
        }
        let kind = self.holder.kind;
        let here = path_key(&self.path) == path_key(self.holder.path.value);
        let label = |(span, ace): &(Span, &Ace)| {
            let rights = Text::prose(kind.describe_ace(ace));
            let reached = Text::prose(reach(ace).words(kind).to_string());
            match here {
                true => (*span, text!("allows {} on {}", rights, reached)),
                false => (
                    *span,
                    text!("allows {} on {} of {}", rights, reached, path_name(self.holder.path.value)),
                ),
            }
        };
        self.entries.iter().map(label).collect()
    }
}

impl<'s> Acls<'s> {
    /// The objects of a tree, its root included, with the entries that `counts` picks; it is given the path
    /// key of the object and the entry. What an object inherits from one that is already among them is the
    /// same mistake and not told again.
    pub fn entries_in_tree(
        &self,
        host: &Scope,
        kind: Kind,
        root: &str,
        counts: impl Fn(&str, &Ace) -> bool,
    ) -> (Vec<Found<'_, 's>>, Vec<Gap>) {
        let mut found: Vec<Found<'_, 's>> = Vec::new();
        let mut told: BTreeSet<String> = BTreeSet::new();
        let mut holes = Vec::new();
        match self.deciding(host, kind, root) {
            Ok((_, 0)) => {}
            Ok((above, levels)) => {
                let key = path_key(root);
                let entries: Vec<_> =
                    above.entries().filter(|(_, ace)| counts(&key, ace) && hands_down(ace, levels)).collect();
                if !entries.is_empty() {
                    found.push(Found { path: root.to_owned(), holder: above, entries });
                    told.insert(key);
                }
            }
            Err(gaps) => holes.extend(gaps),
        }
        let itself = self.object(host, kind, root).ok();
        let (below, gaps) = self.below(host, kind, root);
        holes.extend(gaps);
        for object in itself.into_iter().chain(below) {
            let key = path_key(object.path.value);
            let path = object.path.value.to_owned();
            match object.dacl() {
                Some(Acl::Absent) => holes.push(self.without_list(host, object)),
                Some(Acl::Null) => found.push(Found { path, holder: object, entries: Vec::new() }),
                _ => {
                    let above = is_below(&key, &told);
                    let inherited = |ace: &Ace| ace.flags.contains(AceFlags::INHERITED);
                    let entries: Vec<_> = object
                        .entries()
                        .filter(|(_, ace)| counts(&key, ace) && !(above && inherited(ace)))
                        .collect();
                    if !entries.is_empty() {
                        found.push(Found { path, holder: object, entries });
                        told.insert(key);
                    }
                }
            }
        }
        (found, holes)
    }

    /// What entries for any of `who` allow on an object, those that deny taken off; `None` when the object
    /// does not exist. Conditional entries allow nothing that is sure.
    ///
    /// # Errors
    /// The holes, when the object was not collected.
    pub fn allowed(&self, host: &Scope, kind: Kind, path: &str, who: &[Sid]) -> Judged<Option<AccessMask>> {
        let (object, levels) = self.deciding(host, kind, path)?;
        if object.state == AclState::Absent {
            return Ok(None);
        }
        let entries = match object.dacl() {
            Some(Acl::Null) => return Ok(Some(kind.full_control())),
            Some(Acl::Entries(_)) => object.entries(),
            Some(Acl::Absent) | None => return Err(vec![self.without_list(host, object)]),
        };
        let (mut allowed, mut denied) = (AccessMask::NONE, AccessMask::NONE);
        for (_, ace) in entries {
            let here = match levels {
                0 => reach(ace).this_object,
                _ => ace.flags.contains(AceFlags::CONTAINER_INHERIT) && hands_down(ace, levels),
            };
            if !here || !ace.trustee.sid().is_some_and(|sid| who.contains(&sid)) {
                continue;
            }
            let mask = kind.map_ace(ace.mask);
            match ace.kind.effect() {
                Some(Effect::Allow) if !ace.kind.is_callback() => allowed |= mask.without(denied),
                Some(Effect::Deny) => denied |= mask.without(allowed),
                _ => {}
            }
        }
        Ok(Some(allowed))
    }

    /// An export may leave the list out; Windows would take the same text for full control.
    fn without_list(&self, host: &Scope, object: &AclObject<'s>) -> Gap {
        let why = format!("the descriptor of {} has no list of permissions", object.path.value);
        Gap::new(Dataset::Acl, host.clone(), Status::Partial, why)
    }
}

/// Whether a path lies below one of some folders, all as keys.
fn is_below(key: &str, folders: &BTreeSet<String>) -> bool {
    let ends = key.match_indices('\\').map(|(end, _)| end);
    !folders.is_empty() && ends.rev().any(|end| folders.contains(&key[..end]))
}

/// Whether an entry of an object reaches one so many levels below.
fn hands_down(ace: &Ace, levels: usize) -> bool {
    let reach = reach(ace);
    (reach.child_containers || reach.child_objects) && (reach.deeper || levels == 1)
}
