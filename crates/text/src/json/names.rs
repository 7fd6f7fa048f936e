//! Names of properties in any case.

/// What is known of one struct: its fields, and how the last row wrote its properties.
///
/// Tools write the properties of all rows in one order, so that a name is mostly the one that stood in
/// the same place of the row before: one comparison then, instead of a scan and two look-ups.
pub(super) struct Shape<'a> {
    names: Names,
    last: Vec<Written<'a>>,
}

/// A property's name in the last row.
struct Written<'a> {
    /// As the text writes it, with its closing quote.
    quoted: &'a str,
    /// The field it means, or the name itself.
    name: &'a str,
}

/// Objects with more properties than this are not remembered further.
const REMEMBERED: usize = 256;

impl<'a> Shape<'a> {
    pub(super) fn new(fields: &'static [&'static str]) -> Self {
        Shape { names: Names::new(fields), last: Vec::new() }
    }

    /// Whether this is the shape for a struct's field list.
    pub(super) fn is_for(&self, fields: &'static [&'static str]) -> bool {
        std::ptr::eq(self.names.fields, fields)
    }

    /// The field's name, and the length of the quoted text, if the member with this number is called as in
    /// the row before. `text` begins behind the opening quote.
    #[inline(always)]
    pub(super) fn expected(&self, number: usize, text: &[u8]) -> Option<(&'a str, usize)> {
        let written = self.last.get(number)?;
        text.starts_with(written.quoted.as_bytes()).then_some((written.name, written.quoted.len()))
    }

    /// Finds the field for a name without escapes, and remembers how it was written.
    pub(super) fn learn(&mut self, number: usize, name: &'a str, quoted: &'a str) -> &'a str {
        let name = self.find(name).unwrap_or(name);
        let written = Written { quoted, name };
        if let Some(last) = self.last.get_mut(number) {
            *last = written;
        } else if number == self.last.len() && number < REMEMBERED {
            self.last.push(written);
        }
        name
    }

    /// The field that a name means.
    pub(super) fn find(&self, name: &str) -> Option<&'static str> {
        self.names.find(name)
    }
}

/// The field names of one struct, arranged so that a name of the file is found or refused by one look.
struct Names {
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
    fn new(fields: &'static [&'static str]) -> Self {
        let mut names = Names { fields, first: [0; BUCKETS], next: vec![0; fields.len()].into_boxed_slice() };
        // From the back, so that a chain is in the order of the fields. No struct has 65,535 of them.
        for (index, name) in fields.iter().enumerate().rev() {
            let slot = &mut names.first[bucket(name)];
            names.next[index] = *slot;
            *slot = u16::try_from(index + 1).unwrap_or(0);
        }
        names
    }

    /// The field that a property's name means: the same name, else one that differs in ASCII case only.
    fn find(&self, name: &str) -> Option<&'static str> {
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

    #[test]
    fn the_last_row_tells_what_to_expect_and_the_next_one_may_differ() {
        let mut shape = Shape::new(&["Name", "Port"]);
        assert_eq!(shape.expected(0, b"name\": 1"), None);
        assert_eq!(shape.learn(0, "name", "name\""), "Name");
        assert_eq!(shape.learn(1, "other", "other\""), "other");
        assert_eq!(shape.expected(0, b"name\": 1"), Some(("Name", 5)));
        assert_eq!(shape.expected(0, b"names\": 1"), None);
        assert_eq!(shape.expected(1, b"other\": 1"), Some(("other", 6)));
        assert_eq!(shape.learn(0, "Port", "Port\""), "Port");
        assert_eq!(shape.expected(0, b"Port\":"), Some(("Port", 5)));
    }
}
