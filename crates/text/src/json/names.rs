//! Names of properties in any case.

/// The field names of one struct, arranged so that a name of the file is found or refused by one look.
pub(super) struct Names {
    fields: &'static [&'static str],
    /// Per bucket the first field, as index + 1; 0 says none.
    first: [u16; BUCKETS],
    /// Per field the next one in the same bucket, as index + 1.
    next: Box<[u16]>,
}

const BUCKETS: usize = 128;

/// Length, first and last letter without case: enough to tell the properties of a class apart.
#[inline(always)]
fn bucket(name: &str) -> usize {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return 0 };
    let letters = (usize::from(first & 31) << 2) ^ (usize::from(last & 31) << 1);
    (letters + bytes.len() * 11) % BUCKETS
}

impl Names {
    pub(super) fn new(fields: &'static [&'static str]) -> Self {
        let mut names = Names { fields, first: [0; BUCKETS], next: vec![0; fields.len()].into_boxed_slice() };
        // From the back, so that a chain is in the order of the fields. No struct has 65,535 of them.
        for (index, name) in fields.iter().enumerate().rev() {
            let slot = &mut names.first[bucket(name)];
            names.next[index] = *slot;
            *slot = u16::try_from(index + 1).unwrap_or(0);
        }
        names
    }

    /// Whether this is the table for a struct's field list.
    pub(super) fn is_for(&self, fields: &'static [&'static str]) -> bool {
        std::ptr::eq(self.fields, fields)
    }

    /// The field that a property's name means: the same name, else one that differs in ASCII case only.
    #[inline(always)]
    pub(super) fn find(&self, name: &str) -> Option<&'static str> {
        let mut at = self.first[bucket(name)];
        let mut folded = None;
        while at != 0 {
            let index = usize::from(at - 1);
            let field = self.fields[index];
            if field == name {
                return Some(field);
            }
            if folded.is_none() && field.eq_ignore_ascii_case(name) {
                folded = Some(field);
            }
            at = self.next[index];
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_name_wins_over_one_in_another_case() {
        let names = Names::new(&["SETTINGS", "Settings", "Port", ""]);
        assert_eq!(names.find("Settings"), Some("Settings"));
        assert_eq!(names.find("SETTINGS"), Some("SETTINGS"));
        assert_eq!(names.find("settings"), Some("SETTINGS"));
        assert_eq!(names.find("pORT"), Some("Port"));
        assert_eq!(names.find(""), Some(""));
        assert_eq!(names.find("Ports"), None);
        assert_eq!(names.find("Pört"), None);
    }
}
