use std::fmt;

use crate::{Ace, AceFlags, Guid, Kind, object_types};

/// Which objects an ACE has an effect on (MS-DTYP 2.4.4.1 and 2.5.3.4, win32 "ACE Inheritance Rules").
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
    /// The only class of descendants that it has an effect on; directory objects only.
    pub descendant_class: Option<Guid>,
}

/// The reach of an ACE by its flags and inherited object type.
pub fn reach(ace: &Ace) -> Reach {
    let has = |flag| ace.flags.contains(flag);
    let child_containers = has(AceFlags::CONTAINER_INHERIT);
    let child_objects = has(AceFlags::OBJECT_INHERIT);
    let inherited = child_containers || child_objects;
    Reach {
        this_object: !has(AceFlags::INHERIT_ONLY),
        child_containers,
        child_objects,
        deeper: inherited && !has(AceFlags::NO_PROPAGATE),
        descendant_class: ace.inherited_object_type.filter(|_| inherited),
    }
}

impl Reach {
    /// Whether it is the object and everything below it, to any depth and of every class; for folders also
    /// files.
    pub fn is_whole_tree(self, kind: Kind) -> bool {
        self.this_object
            && self.child_containers
            && self.deeper
            && self.descendant_class.is_none()
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
        let Reach { this_object, child_containers, child_objects, deeper, descendant_class } = self.reach;
        let (this, containers, objects) = match self.kind {
            Kind::Directory => ("this folder", "subfolders", "files"),
            Kind::RegistryKey => ("this key", "subkeys", ""),
            Kind::WmiNamespace => ("this namespace", "subnamespaces", ""),
            Kind::DirectoryObject => {
                let below = if deeper { "all descendant" } else { "direct child" };
                return directory(f, self.reach, below, descendant_class);
            }
            Kind::File => ("this file", "", ""),
            Kind::Share => ("this share", "", ""),
            Kind::ComLaunch | Kind::ComAccess => ("this application", "", ""),
            Kind::Service => ("this service", "", ""),
        };
        let children = (child_containers && !containers.is_empty(), child_objects && !objects.is_empty());
        let words = match (this_object, children) {
            (true, (false, false)) => format!("{this} only"),
            (true, (true, false)) => format!("{this} and {containers}"),
            (true, (false, true)) => format!("{this} and {objects}"),
            (true, (true, true)) => format!("{this}, {containers} and {objects}"),
            (false, (true, false)) => format!("{containers} only"),
            (false, (false, true)) => format!("{objects} only"),
            (false, (true, true)) => format!("{containers} and {objects} only"),
            (false, (false, false)) => "nothing".to_owned(),
        };
        f.write_str(&words)?;
        if (children.0 || children.1) && !deeper { f.write_str(", one level down") } else { Ok(()) }
    }
}

/// Directory objects are all containers, and their page says "descendant".
fn directory(f: &mut fmt::Formatter<'_>, reach: Reach, below: &str, class: Option<Guid>) -> fmt::Result {
    let class = class.map(|guid| {
        object_types::names(&guid)
            .find(|(kind, _)| *kind == object_types::ObjectTypeKind::Class)
            .map_or_else(|| guid.to_string(), |(_, name)| name.to_owned())
    });
    let below = match class {
        Some(class) => format!("{below} {class} objects"),
        None => format!("{below} objects"),
    };
    match (reach.this_object, reach.child_containers || reach.child_objects) {
        (true, true) => write!(f, "this object and {below}"),
        (true, false) => f.write_str("this object only"),
        (false, true) => write!(f, "{below} only"),
        (false, false) => f.write_str("nothing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccessMask, AceKind, well_known};

    fn with(flags: u8) -> Ace {
        let mut ace = Ace::new(AceKind::Allowed, AccessMask(1), well_known::EVERYONE);
        ace.flags = AceFlags(flags);
        ace
    }

    /// win32 "ACE Inheritance Rules".
    #[test]
    fn flags_of_folders_in_words() {
        for (flags, words) in [
            (0x0, "this folder only"),
            (0x3, "this folder, subfolders and files"),
            (0x2, "this folder and subfolders"),
            (0x1, "this folder and files"),
            (0xB, "subfolders and files only"),
            (0xA, "subfolders only"),
            (0x9, "files only"),
            (0x8, "nothing"),
            (0x7, "this folder, subfolders and files, one level down"),
            (0x4, "this folder only"),
        ] {
            assert_eq!(reach(&with(flags)).words(Kind::Directory).to_string(), words, "{flags:#x}");
        }
        assert!(reach(&with(3)).is_whole_tree(Kind::Directory));
        assert!(!reach(&with(2)).is_whole_tree(Kind::Directory));
    }

    /// The System Management container needs "this object and all descendant objects"; `CINP` is the
    /// mistake of granting to the object and its direct children.
    #[test]
    fn one_level_is_not_the_whole_tree_of_a_directory_object() {
        let all = reach(&with(2));
        assert_eq!(all.words(Kind::DirectoryObject).to_string(), "this object and all descendant objects");
        assert!(all.is_whole_tree(Kind::DirectoryObject));
        let one = reach(&with(6));
        assert_eq!(one.words(Kind::DirectoryObject).to_string(), "this object and direct child objects");
        assert!(!one.is_whole_tree(Kind::DirectoryObject) && one.child_containers && !one.deeper);
        let mut computers = with(0xA);
        computers.inherited_object_type = Some(object_types::COMPUTER);
        let words = reach(&computers).words(Kind::DirectoryObject).to_string();
        assert_eq!(words, "all descendant computer objects only");
        assert_eq!(reach(&with(0)).words(Kind::RegistryKey).to_string(), "this key only");
    }
}
