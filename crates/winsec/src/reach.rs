use std::fmt;

use crate::{Ace, AceFlags, Kind};

/// Which objects an ACE has an effect on (MS-DTYP 2.5.3.4, win32 "ACE Inheritance Rules").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reach {
    /// The object that holds the ACE.
    pub this_object: bool,
    /// Containers directly below it: folders, keys, namespaces, directory objects.
    pub child_containers: bool,
    /// Other objects directly below it: files.
    pub child_objects: bool,
    /// Whether it goes on below the children; `false` for `NP` (the classic `CINP`).
    pub deeper: bool,
}

/// The reach of an ACE by its flags.
pub fn reach(ace: &Ace) -> Reach {
    let has = |flag| ace.flags.contains(flag);
    let child_containers = has(AceFlags::CONTAINER_INHERIT);
    let child_objects = has(AceFlags::OBJECT_INHERIT);
    Reach {
        this_object: !has(AceFlags::INHERIT_ONLY),
        child_containers,
        child_objects,
        deeper: (child_containers || child_objects) && !has(AceFlags::NO_PROPAGATE),
    }
}

impl Reach {
    /// The object and everything below it, to any depth, of both sorts; for kinds without child objects
    /// [`Self::is_whole_tree`] asks for containers only.
    pub fn is_whole_tree(self, kind: Kind) -> bool {
        self.this_object
            && self.child_containers
            && self.deeper
            && (self.child_objects || kind != Kind::Directory)
    }

    /// In the words of the kind's security tab: "this folder, subfolders and files", "this object and all
    /// descendant objects".
    pub fn words(self, kind: Kind) -> Words {
        Words { reach: self, kind }
    }
}

/// A [`Reach`] in words.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    reach: Reach,
    kind: Kind,
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.reach, self.kind)
    }
}
