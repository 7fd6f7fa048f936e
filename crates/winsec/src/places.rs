use cmlint_source::Span;

use crate::AclSide;

/// A range of bytes in a descriptor's text. It becomes a [`Span`] where the text stands in a file; equal
/// texts are read once and their ranges serve every row that holds them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TextRange {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range of a file, for a text that stands there verbatim at `origin`.
    pub fn at(self, origin: Span) -> Span {
        origin.sub(self.start as usize, (self.end - self.start) as usize)
    }

    /// The range as `usize`, for slicing the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where the parts of a descriptor stand in its text: ranges relative to the text, or spans of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places<P = TextRange> {
    /// The owner's SID, without `O:`.
    pub owner: Option<P>,
    /// The group's SID, without `G:`.
    pub group: Option<P>,
    /// The DACL.
    pub dacl: Option<AclPlaces<P>>,
    /// The SACL.
    pub sacl: Option<AclPlaces<P>>,
}

/// Where the parts of a list stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AclPlaces<P = TextRange> {
    /// The whole list from `D:` or `S:` to its last ACE.
    pub whole: P,
    /// The flags, `PAI`; of length 0 where there are none.
    pub flags: P,
    /// The ACEs, in the order of the list.
    pub aces: Vec<AcePlaces<P>>,
}

/// Where the parts of an ACE stand, blanks around them left out; of length 0 where a field is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AcePlaces<P = TextRange> {
    /// The ACE with its parentheses.
    pub whole: P,
    /// The type.
    pub kind: P,
    /// The flags.
    pub flags: P,
    /// The rights.
    pub rights: P,
    /// The object GUID.
    pub object_type: P,
    /// The inherited object GUID.
    pub inherited_object_type: P,
    /// The SID.
    pub trustee: P,
    /// The condition or resource attribute with its parentheses.
    pub data: Option<P>,
}

impl<P> Places<P> {
    /// The places of one of the two lists.
    pub fn acl(&self, side: AclSide) -> Option<&AclPlaces<P>> {
        match side {
            AclSide::Dacl => self.dacl.as_ref(),
            AclSide::Sacl => self.sacl.as_ref(),
        }
    }

    /// The places of the ACE with this number, from 0, in one of the two lists.
    pub fn ace(&self, side: AclSide, index: usize) -> Option<&AcePlaces<P>> {
        self.acl(side)?.aces.get(index)
    }

    /// The same places in other terms, such as those of an outer document.
    pub fn map<Q>(&self, f: &mut impl FnMut(&P) -> Q) -> Places<Q> {
        Places {
            owner: self.owner.as_ref().map(&mut *f),
            group: self.group.as_ref().map(&mut *f),
            dacl: self.dacl.as_ref().map(|acl| acl.map(f)),
            sacl: self.sacl.as_ref().map(|acl| acl.map(f)),
        }
    }
}

impl Places<TextRange> {
    /// The spans of a file in which the text stands verbatim at `origin`.
    pub fn at(&self, origin: Span) -> Places<Span> {
        self.map(&mut |range| range.at(origin))
    }
}

impl<P> AclPlaces<P> {
    fn map<Q>(&self, f: &mut impl FnMut(&P) -> Q) -> AclPlaces<Q> {
        AclPlaces {
            whole: f(&self.whole),
            flags: f(&self.flags),
            aces: self
                .aces
                .iter()
                .map(|ace| AcePlaces {
                    whole: f(&ace.whole),
                    kind: f(&ace.kind),
                    flags: f(&ace.flags),
                    rights: f(&ace.rights),
                    object_type: f(&ace.object_type),
                    inherited_object_type: f(&ace.inherited_object_type),
                    trustee: f(&ace.trustee),
                    data: ace.data.as_ref().map(&mut *f),
                })
                .collect(),
        }
    }
}
