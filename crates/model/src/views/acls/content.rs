//! Where package content lies on a distribution point, and who may write there.

use std::collections::BTreeSet;

use cmlint_winsec::{AccessMask, Ace, AceFlags, Effect, Kind, Sid, well_known};

use super::{AclObject, Acls, Found, kind_word, path_key};
use crate::proof::merge;
use crate::rows::AclState;
use crate::views::Principals;
use crate::{Gap, Inventory, Scope};

/// Who may write package content on every distribution point: the product and the system itself, and what
/// stands for whoever made an object.
const OWN_WRITERS: [Sid; 5] = [
    well_known::SYSTEM,
    well_known::ADMINISTRATORS,
    well_known::TRUSTED_INSTALLER,
    well_known::CREATOR_OWNER,
    well_known::OWNER_RIGHTS,
];

/// Create files, create folders.
const CREATE: AccessMask = AccessMask(0x6);

/// Package content of a distribution point.
#[derive(Debug)]
pub struct Content<'a, 's> {
    /// The content library, package shares and signatures, each at the root of a drive.
    pub folders: Vec<&'a AclObject<'s>>,
    /// Folders of single packages in package shares, with the package's identifier in upper case. A folder without
    /// a row is not among them.
    pub packages: Vec<(String, &'a AclObject<'s>)>,
    /// The shares of these folders.
    pub shares: Vec<&'a AclObject<'s>>,
    /// Why there may be more content.
    pub holes: Vec<Gap>,
    /// Why there may be more folders of single packages.
    pub package_holes: Vec<Gap>,
}

impl Content<'_, '_> {
    /// The accounts of all site servers, which bring content to distribution points, and the holes where one of them
    /// is not known.
    pub fn carriers(inventory: &Inventory, principals: &Principals<'_>) -> (BTreeSet<Sid>, Vec<Gap>) {
        let mut servers: BTreeSet<&str> =
            inventory.sites().filter_map(|site| site.server.as_deref()).collect();
        let hosts = inventory.hosts().map(|(host, _)| host);
        servers.extend(hosts.filter(|host| inventory.has_role(host, "SMS Site Server")));
        let mut holes = inventory.site_holes().to_vec();
        let mut accounts = BTreeSet::new();
        for server in servers {
            match principals.account_of(server).sid() {
                Some(sid) => {
                    accounts.insert(sid);
                }
                None => merge(&mut holes, principals.unresolved(&principals.computer_name(server).text)),
            }
        }
        (accounts, holes)
    }

    /// Whether an entry is inherited and lets create files and folders, and change none that is there: so much
    /// Windows itself gives Users on a drive for data, and a folder on it that inherits.
    pub fn only_adds(ace: &Ace) -> bool {
        Kind::Directory.has_no_write(ace.mask.without(CREATE))
            && ace.flags.contains(AceFlags::INHERITED)
            && !ace.flags.contains(AceFlags::OBJECT_INHERIT)
    }
}

impl<'s> Acls<'s> {
    /// The package content of a distribution point, by the names that the product gives it: `SCCMContentLib`,
    /// `SMSPKG<drive>$` and `SMSSIG$` (Microsoft: "The content library", "Manage content").
    pub fn content(&self, host: &Scope) -> Content<'_, 's> {
        let mut content = Content {
            folders: Vec::new(),
            packages: Vec::new(),
            shares: Vec::new(),
            holes: Vec::new(),
            package_holes: Vec::new(),
        };
        // A computer may have a million rows: each drive is asked, and not each row.
        for drive in 'a'..='z' {
            for (top, is_package_share) in
                [("sccmcontentlib", false), ("smssig$", false), (&*format!("smspkg{drive}$"), true)]
            {
                let key = (host.clone(), kind_word(Kind::Directory), format!("{drive}:\\{top}"));
                let Some(object) = self.objects.get(&key) else { continue };
                match object.state {
                    AclState::Absent => continue,
                    AclState::Denied => {
                        let gap = self.gap(host, format!("access to {} was denied", object.path.value));
                        content.holes.push(gap.clone());
                        content.package_holes.extend(is_package_share.then_some(gap));
                    }
                    AclState::Ok => {
                        content.folders.push(object);
                        if is_package_share {
                            let (below, holes) = self.below(host, Kind::Directory, &key.2);
                            merge(&mut content.package_holes, holes);
                            content.packages.extend(below.into_iter().filter_map(|o| package(&key.2, o)));
                        }
                    }
                }
            }
        }
        let has = |end: &str| {
            content.folders.iter().any(|folder| path_key(folder.path.value).ends_with(&format!(":\\{end}")))
        };
        let mut holes: Vec<Gap> = self.snapshot.acls.hole(host, true).into_iter().collect();
        merge(&mut content.package_holes, holes.clone());
        if holes.is_empty() && !has("sccmcontentlib") {
            holes.push(self.gap(host, "the content library (SCCMContentLib) was not collected".to_owned()));
        }
        for (key, object) in self.of_kind(host, Kind::Share) {
            let of_packages = key.starts_with("smspkg") && key.ends_with('$');
            if object.state == AclState::Absent
                || !of_packages && !matches!(key, "sccmcontentlib$" | "smssig$")
            {
                continue;
            }
            if of_packages && !has(key) {
                let why = format!("the folder of the share {} was not collected", object.path.value);
                content.package_holes.push(self.gap(host, why.clone()));
                holes.push(self.gap(host, why));
            }
            content.shares.push(object);
        }
        merge(&mut content.holes, holes);
        content
    }

    /// Entries that let others than the product and the system write package content, inherited ones told once.
    /// Entries that deny are not weighed.
    pub fn content_writers(&self, host: &Scope, content: &Content<'_, 's>) -> (Vec<Found<'_, 's>>, Vec<Gap>) {
        let writes = |_: &str, ace: &Ace| {
            ace.kind.effect() == Some(Effect::Allow)
                && !Kind::Directory.has_no_write(ace.mask)
                && !ace.trustee.sid().is_some_and(|sid| OWN_WRITERS.contains(&sid))
        };
        let mut found = Vec::new();
        let mut holes = content.holes.clone();
        for folder in &content.folders {
            let (entries, gaps) = self.entries_in_tree(host, Kind::Directory, folder.path.value, writes);
            found.extend(entries);
            merge(&mut holes, gaps);
        }
        (found, holes)
    }

    /// Objects of one kind on a computer, with the keys of their paths.
    fn of_kind(&self, host: &Scope, kind: Kind) -> impl Iterator<Item = (&str, &AclObject<'s>)> {
        let from = (host.clone(), kind_word(kind), String::new());
        self.objects
            .range(from..)
            .take_while(move |((scope, word, _), _)| scope == host && *word == kind_word(kind))
            .map(|((.., key), object)| (key.as_str(), object))
    }
}

/// The package of a folder right below a package share.
fn package<'a, 's>(share: &str, folder: &'a AclObject<'s>) -> Option<(String, &'a AclObject<'s>)> {
    let key = path_key(folder.path.value);
    let id = key.strip_prefix(share)?.strip_prefix('\\').filter(|id| !id.contains('\\'))?;
    (folder.state == AclState::Ok).then(|| (id.to_uppercase(), folder))
}

#[cfg(test)]
mod tests {
    use cmlint_source::Sources;

    use super::super::tests::snapshot;
    use super::*;

    fn content(rows: &str) -> (Vec<String>, Vec<String>, Vec<String>, Vec<String>) {
        let mut sources = Sources::new();
        sources.add("acl.csv", rows.to_owned(), cmlint_source::Encoding::Utf8);
        let snapshot = snapshot(&sources, true);
        let acls = Acls::build(&snapshot);
        let host = Scope::host("cm01.x.com");
        let content = acls.content(&host);
        let (writers, _) = acls.content_writers(&host, &content);
        (
            content.folders.iter().map(|f| f.path.value.to_owned()).collect(),
            content.packages.iter().map(|(id, _)| id.clone()).collect(),
            writers.iter().map(|w| w.path.clone()).collect(),
            content.holes.iter().map(|h| h.why.clone()).collect(),
        )
    }

    #[test]
    fn content_is_known_by_the_names_of_its_folders() {
        let rows = "D:\\SCCMContentLib,D:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FR;;;BU)\n\
                    D:\\SCCMContentLib\\PkgLib,D:(A;OICIID;FR;;;BU)(A;OICI;0x1301bf;;;BU)\n\
                    E:\\smspkge$,D:(A;OICI;FA;;;BA)\n\
                    E:\\SMSPKGE$\\ps100001,D:(A;OICI;FA;;;BA)\n\
                    E:\\SMSPKGE$\\ps100001\\x,D:(A;OICI;FA;;;BA)\n\
                    E:\\SMSPKGD$,D:(A;OICI;FA;;;AU)\n\
                    E:\\Other,D:(A;OICI;FA;;;AU)\n";
        let (folders, packages, writers, holes) = content(rows);
        assert_eq!(folders, [r"D:\SCCMContentLib", r"E:\smspkge$"]);
        assert_eq!(packages, ["PS100001"]);
        assert_eq!(writers, [r"D:\SCCMContentLib\PkgLib"]);
        assert_eq!(holes, [""; 0]);
    }

    #[test]
    fn what_a_drive_hands_down_to_users_only_adds() {
        let entry = |sddl: &str| {
            let parsed = cmlint_winsec::sddl::parse(sddl).unwrap();
            Content::only_adds(&parsed.descriptor.dacl.entries()[0])
        };
        assert!(entry("D:(A;CIID;0x4;;;BU)"));
        assert!(entry("D:(A;CIIOID;0x2;;;BU)"));
        assert!(!entry("D:(A;CI;0x4;;;BU)"), "somebody put it there");
        assert!(!entry("D:(A;OICIID;0x4;;;BU)"), "it appends to files");
        assert!(!entry("D:(A;CIID;0x1301bf;;;AU)"));
    }

    #[test]
    fn a_distribution_point_without_a_library_was_not_looked_at() {
        let (_, _, _, holes) = content("C:\\Other,D:(A;OICI;FA;;;AU)\n");
        assert_eq!(holes, ["the content library (SCCMContentLib) was not collected"]);
    }
}
