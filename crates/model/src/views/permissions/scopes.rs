//! Security scopes and their names.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Gap, Scope, Snapshot};

/// The security scopes of a site.
#[derive(Debug)]
pub(super) struct Scopes<'s> {
    /// Identifier in upper case → name.
    names: BTreeMap<String, Option<&'s str>>,
    /// Name in lower case → identifiers.
    ids: BTreeMap<String, Vec<String>>,
    hole: Option<Gap>,
}

/// Security scopes of every site, for rows that give only names.
const BUILT_IN: &[(&str, &str)] = &[("All", "SMS00ALL"), ("Default", "SMS00UNA")];

impl<'s> Scopes<'s> {
    pub(super) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let (mut names, mut ids) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
        let mut rows: Vec<_> = snapshot.security_scopes.rows().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| row.span);
        for row in rows {
            let Some(id) = row.category_id.filled() else { continue };
            let name = row.data.category_name.filled().map(|name| name.value.trim());
            if names.contains_key(&key(id.value)) {
                continue;
            }
            names.insert(key(id.value), name);
            if let Some(name) = name {
                ids.entry(name.to_lowercase()).or_default().push(key(id.value));
            }
        }
        Scopes { names, ids, hole: snapshot.security_scopes.hole(&Scope::Hierarchy, false) }
    }

    /// What a scope is called.
    pub(super) fn name(&self, id: &str) -> Option<&'s str> {
        self.names.get(&key(id)).copied().flatten()
    }

    /// The identifier of a scope by a name that only one has.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        match self.ids.get(&name.trim().to_lowercase()).map(Vec::as_slice) {
            Some([id]) => Some(id.clone()),
            Some(_) => None,
            None => {
                let known = BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
                known.map(|(_, id)| (*id).to_owned())
            }
        }
    }

    /// Whether a text is the name or identifier of a scope; `None` where the list is not complete.
    pub(super) fn is_known(&self, text: &str) -> Option<bool> {
        let known = self.names.contains_key(&key(text))
            || self.ids.contains_key(&text.trim().to_lowercase())
            || BUILT_IN.iter().any(|(name, id)| {
                name.eq_ignore_ascii_case(text.trim()) || id.eq_ignore_ascii_case(text.trim())
            });
        if known || self.hole.is_none() { Some(known) } else { None }
    }

    /// All names.
    pub(super) fn all(&self) -> BTreeSet<String> {
        let built_in = BUILT_IN.iter().map(|(name, _)| *name);
        self.names.values().copied().flatten().chain(built_in).map(str::to_owned).collect()
    }
}

fn key(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}
