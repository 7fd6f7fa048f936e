use std::ops::Not;

/// An answer that can be missing. Unknown is carried, never rounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tri {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be told from what is known.
    Unknown,
}

impl Tri {
    /// No if either is no, else unknown if either is unknown.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }

    /// Yes if either is yes, else unknown if either is unknown.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        !(!self).and(!other)
    }
}

impl Not for Tri {
    type Output = Tri;
    fn not(self) -> Tri {
        match self {
            Tri::Yes => Tri::No,
            Tri::No => Tri::Yes,
            Tri::Unknown => Tri::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Tri {
        if value { Tri::Yes } else { Tri::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Tri::{No, Unknown, Yes};

    #[test]
    fn unknown_is_decided_only_by_the_other_side() {
        assert_eq!([No.and(Unknown), Yes.and(Unknown), Unknown.and(Unknown)], [No, Unknown, Unknown]);
        assert_eq!([No.or(Unknown), Yes.or(Unknown), Unknown.or(Unknown)], [Unknown, Yes, Unknown]);
        assert_eq!([!Yes, !No, !Unknown], [No, Yes, Unknown]);
    }
}
