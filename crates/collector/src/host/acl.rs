//! The descriptors of a computer: trees are walked, each object gets a row, and the manifest says what was walked.

use cmlint_model::Cover;
use cmlint_winsec::{SecurityDescriptor, binary, sddl};

use super::answers::{Answer, Host, ObjectKind, Refused, Service, Share};
use super::formats::csv_field;
use super::inherited::only_inherits;
use super::roots::{COM, Root, is_administrative, is_of_product};

/// Rows of `acl.csv`, and what they cover.
#[derive(Debug, Default)]
pub(crate) struct Acls {
    /// The file.
    pub(crate) csv: String,
    /// Number of rows.
    pub(crate) rows: u64,
    /// Trees that were walked.
    pub(crate) covers: Vec<Cover>,
    /// What could not be read.
    pub(crate) holes: Vec<String>,
    /// Objects that the caller may not read.
    pub(crate) denied: u64,
}

impl Acls {
    pub(crate) fn new() -> Acls {
        Acls { csv: "kind,path,state,sddl\r\n".to_owned(), ..Acls::default() }
    }

    /// Walks a tree of folders, keys or namespaces.
    pub(crate) fn tree(&mut self, host: &dyn Host, root: &Root, progress: &dyn Fn(u64)) {
        let descriptor = self.object(host, root.kind, &root.path, None, progress);
        self.cover(root);
        let mut level = vec![(root.path.clone(), descriptor)];
        let mut depth = 0;
        while !level.is_empty() && root.depth.is_none_or(|most| depth < most) {
            depth += 1;
            let mut next = Vec::new();
            for (path, above) in level {
                // Below what is not there or not readable nothing is listed; its row says so.
                let Found::Readable(above) = above else { continue };
                for name in self.children(host, root.kind, &path) {
                    let child = match root.kind {
                        ObjectKind::Ntfs if path.ends_with('\\') => format!("{path}{name}"),
                        _ => format!("{path}\\{name}"),
                    };
                    let outer = root.leave_out_inherited.then_some(above.as_ref()).flatten();
                    let found = self.object(host, root.kind, &child, outer, progress);
                    next.push((child, found));
                }
            }
            level = next;
        }
    }

    fn children(&mut self, host: &dyn Host, kind: ObjectKind, path: &str) -> Vec<String> {
        let listed = match kind {
            ObjectKind::Ntfs => host.folders(path),
            ObjectKind::Registry => host.key(path).map(|key| key.map(|key| key.keys)),
            ObjectKind::Wmi => host.namespaces(path),
            ObjectKind::Service | ObjectKind::Share | ObjectKind::Dcom => Ok(None),
        };
        match listed {
            Ok(names) => {
                let mut names = names.unwrap_or_default();
                names.sort_by_key(|name| name.to_lowercase());
                names
            }
            Err(why) => {
                self.holes.push(format!("what is in {path} cannot be listed: {why}"));
                Vec::new()
            }
        }
    }

    /// One object. `above` is the descriptor of the folder above, where a row that only repeats it is left out.
    fn object(
        &mut self,
        host: &dyn Host,
        kind: ObjectKind,
        path: &str,
        above: Option<&SecurityDescriptor>,
        progress: &dyn Fn(u64),
    ) -> Found {
        progress(1);
        match host.descriptor(kind, path) {
            Ok(Some(bytes)) => match binary::read(&bytes) {
                Ok(descriptor) => {
                    if !above.is_some_and(|above| only_inherits(&descriptor, above)) {
                        self.descriptor(kind, path, &descriptor);
                    }
                    Found::Readable(Some(descriptor))
                }
                Err(why) => {
                    self.holes.push(format!("the descriptor of {path} is not understood: {why}"));
                    Found::Readable(None)
                }
            },
            Ok(None) => {
                self.row(kind, path, "absent", "");
                Found::Nothing
            }
            Err(why) => {
                self.refused(kind, path, &why);
                // Its children may be readable all the same.
                Found::Readable(None)
            }
        }
    }

    /// The shares, administrative ones left out.
    pub(crate) fn shares(&mut self, shares: &[Share]) {
        for share in shares.iter().filter(|share| !is_administrative(&share.name)) {
            self.bytes(ObjectKind::Share, &share.name, share.descriptor.as_ref().map(Some));
            self.cover_one(ObjectKind::Share, &share.name);
        }
    }

    /// The services of the product.
    pub(crate) fn services(&mut self, host: &dyn Host, services: &[Service], progress: &dyn Fn(u64)) {
        for service in services.iter().filter(|service| is_of_product(&service.name)) {
            self.object(host, ObjectKind::Service, &service.name, None, progress);
            self.cover_one(ObjectKind::Service, &service.name);
        }
    }

    /// The machine-wide COM permissions: a policy, which is text, goes before the value of the computer, which is bytes.
    pub(crate) fn com(&mut self, host: &dyn Host) {
        let policy = host.key(r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DCOM");
        let own = host.key(r"HKLM\SOFTWARE\Microsoft\Ole");
        for name in COM {
            let value = |key: &Answer<Option<super::answers::RegKey>>| match key {
                Ok(key) => Ok(key
                    .iter()
                    .flat_map(|k| &k.values)
                    .find(|v| v.name.eq_ignore_ascii_case(name))
                    .cloned()),
                Err(why) => Err(why.clone()),
            };
            match (value(&policy), value(&own)) {
                (Ok(Some(policy)), _) if policy.text().is_some_and(|text| !text.trim().is_empty()) => {
                    let text = policy.text().unwrap_or_default();
                    match sddl::parse(text.trim()) {
                        Ok(parsed) => self.descriptor(ObjectKind::Dcom, name, &parsed.descriptor),
                        Err(why) => {
                            self.holes.push(format!("the policy about {name} is not understood: {why}"))
                        }
                    }
                }
                (Err(why), _) | (_, Err(why)) => self.refused(ObjectKind::Dcom, name, &why),
                (_, Ok(own)) => self.bytes(ObjectKind::Dcom, name, Ok(own.as_ref().map(|value| &value.data))),
            }
            self.cover_one(ObjectKind::Dcom, name);
        }
    }

    fn bytes(&mut self, kind: ObjectKind, path: &str, answer: Result<Option<&Vec<u8>>, &Refused>) {
        match answer {
            Ok(Some(bytes)) => match binary::read(bytes) {
                Ok(descriptor) => self.descriptor(kind, path, &descriptor),
                Err(why) => self.holes.push(format!("the descriptor of {path} is not understood: {why}")),
            },
            Ok(None) => self.row(kind, path, "absent", ""),
            Err(why) => self.refused(kind, path, why),
        }
    }

    fn descriptor(&mut self, kind: ObjectKind, path: &str, descriptor: &SecurityDescriptor) {
        match sddl::write(descriptor) {
            Ok(text) => self.row(kind, path, "ok", &text),
            Err(why) => self.holes.push(format!("the descriptor of {path} has no text: {why}")),
        }
    }

    fn refused(&mut self, kind: ObjectKind, path: &str, why: &Refused) {
        if *why == Refused::Denied {
            self.denied += 1;
            self.row(kind, path, "denied", "");
        } else {
            self.holes.push(format!("{path}: {why}"));
        }
    }

    fn row(&mut self, kind: ObjectKind, path: &str, state: &str, sddl: &str) {
        let line = format!("{},{},{state},{}\r\n", kind.word(), csv_field(path), csv_field(sddl));
        self.csv.push_str(&line);
        self.rows += 1;
    }

    fn cover_one(&mut self, kind: ObjectKind, path: &str) {
        self.cover(&Root { kind, path: path.to_owned(), depth: Some(0), leave_out_inherited: false });
    }

    fn cover(&mut self, root: &Root) {
        self.covers.push(Cover::Tree {
            kind: root.kind.word().to_owned(),
            root: root.path.clone(),
            depth: root.depth,
            inherited_left_out: root.leave_out_inherited,
        });
    }
}

/// What became of an object.
enum Found {
    /// It is there, and what is in it may be listed; the descriptor if that could be read.
    Readable(Option<SecurityDescriptor>),
    /// There is no such object.
    Nothing,
}
