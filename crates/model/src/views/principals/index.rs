//! Tables of a large directory, built without copying its names.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use rustc_hash::FxHasher;

/// A table whose order is never asked for. Its hasher has no random start, so that two runs do the same.
pub(in crate::views) type Table<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// Text that is the same in any case. ASCII is borrowed as it stands; other text is folded once.
#[derive(Clone, Debug)]
pub(in crate::views) struct AnyCase<'a>(Cow<'a, str>);

impl<'a> AnyCase<'a> {
    pub(in crate::views) fn new(text: &'a str) -> Self {
        AnyCase(if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) })
    }

    /// A distinguished name, in which blanks around it and after its commas do not count either.
    pub(in crate::views) fn dn(dn: &'a str) -> Self {
        let dn = dn.trim();
        if !dn.contains(", ") {
            return AnyCase::new(dn);
        }
        let mut folded = String::with_capacity(dn.len());
        for part in dn.split(',') {
            if !folded.is_empty() {
                folded.push(',');
            }
            folded.push_str(part.trim_start_matches(' '));
        }
        AnyCase(Cow::Owned(folded.to_lowercase()))
    }
}

impl PartialEq for AnyCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AnyCase<'_> {}

impl Hash for AnyCase<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut lower = [0; 64];
        for chunk in self.0.as_bytes().chunks(lower.len()) {
            let lower = &mut lower[..chunk.len()];
            lower.copy_from_slice(chunk);
            lower.make_ascii_lowercase();
            state.write(lower);
        }
        state.write_usize(self.0.len());
    }
}

/// Several values for a key, in the order in which they came, without a list for each key.
#[derive(Debug)]
pub(in crate::views) struct Many<K, V> {
    /// The first and the last value of each key.
    ends: Table<K, (u32, u32)>,
    /// Each value, and the next one of its key.
    values: Vec<(V, Option<u32>)>,
}

impl<K, V> Default for Many<K, V> {
    fn default() -> Self {
        Many { ends: Table::default(), values: Vec::new() }
    }
}

impl<K: Hash + Eq, V: Copy> Many<K, V> {
    pub(in crate::views) fn push(&mut self, key: K, value: V) {
        // Beyond four thousand million values the files would not fit into a `Span` either.
        let Ok(at) = u32::try_from(self.values.len()) else { return };
        self.values.push((value, None));
        let (_, last) = self.ends.entry(key).and_modify(|_| {}).or_insert((at, at));
        if *last != at {
            self.values[*last as usize].1 = Some(at);
            *last = at;
        }
    }

    pub(in crate::views) fn get(&self, key: &K) -> impl Iterator<Item = V> + '_ {
        let mut next = self.ends.get(key).map(|(first, _)| *first);
        std::iter::from_fn(move || {
            let (value, after) = self.values[next? as usize];
            next = after;
            Some(value)
        })
    }

    /// The value of a key that has one only.
    pub(in crate::views) fn only(&self, key: &K) -> Option<V> {
        let (first, last) = self.ends.get(key)?;
        (first == last).then(|| self.values[*first as usize].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &AnyCase<'_>) -> u64 {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn names_are_the_same_in_any_case_and_distinguished_names_without_blanks_after_commas() {
        let long = "CN=a,".repeat(40);
        for (one, other) in [
            (
                "CN=Svc,OU=Service Accounts,DC=Contoso,DC=com",
                " cn=svc, ou=service accounts,  dc=contoso,dc=com ",
            ),
            ("CN=Müller,DC=contoso,DC=com", "cn=MÜLLER, dc=contoso,dc=com"),
            (&long, &long.to_lowercase()),
        ] {
            let (one, other) = (AnyCase::dn(one), AnyCase::dn(other));
            assert_eq!(one, other);
            assert_eq!(hash(&one), hash(&other));
        }
        assert_ne!(AnyCase::dn("CN=a b,DC=x"), AnyCase::dn("CN=ab,DC=x"));
        assert_ne!(AnyCase::new("contoso"), AnyCase::new("contoso1"));
    }

    #[test]
    fn values_of_a_key_keep_their_order() {
        let mut many = Many::default();
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("a", 4)] {
            many.push(key, value);
        }
        assert_eq!(many.get(&"a").collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(many.get(&"c").count(), 0);
        assert_eq!((many.only(&"b"), many.only(&"a")), (Some(2), None));
    }
}
