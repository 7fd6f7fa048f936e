//! Security descriptors of computers: folders, shares, registry keys, namespaces, COM, services.

mod content;
mod named;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cmlint_source::{Span, Spanned, Str};
use cmlint_winsec::{Acl, Kind, Places, SecurityDescriptor, TextRange, sddl};

pub use self::content::Content;
pub use self::named::Found;
use crate::rows::AclState;
use crate::{Cover, Dataset, Gap, Judged, Scope, Snapshot, Status};

/// The descriptors of all computers, found by kind and path.
#[derive(Debug)]
pub struct Acls<'s> {
    snapshot: &'s Snapshot<'s>,
    /// (host, kind, path key) → descriptor.
    objects: BTreeMap<(Scope, &'static str, String), AclObject<'s>>,
    /// Kinds of objects that no kind of ours names, and rows whose SDDL does not parse, are holes.
    holes: BTreeMap<Scope, Vec<Gap>>,
}

/// One object with its descriptor.
#[derive(Debug, Clone)]
pub struct AclObject<'s> {
    /// The computer.
    pub host: &'s str,
    /// What kind of object it is.
    pub kind: Kind,
    /// Path as the export writes it.
    pub path: Spanned<&'s str>,
    /// Whether the object was there and readable.
    pub state: AclState,
    /// The row.
    pub span: Span,
    descriptor: Option<Parsed>,
}

/// A descriptor and the places of its parts, shared by all objects with the same text.
type Shared = Arc<(SecurityDescriptor, Places<TextRange>)>;

#[derive(Debug, Clone)]
struct Parsed {
    parsed: Shared,
    /// The text in the file; when it is escaped there, parts have no places of their own.
    at: Span,
    verbatim: bool,
}

impl<'s> AclObject<'s> {
    /// The descriptor; `None` when the object is absent or could not be read.
    pub fn descriptor(&self) -> Option<&SecurityDescriptor> {
        self.descriptor.as_ref().map(|d| &d.parsed.0)
    }

    /// The place of an entry of the DACL, by its index.
    pub fn ace_span(&self, index: usize) -> Span {
        let Some(parsed) = &self.descriptor else { return self.span };
        let ace = parsed.parsed.1.dacl.as_ref().and_then(|d| d.aces.get(index));
        match ace {
            Some(ace) if parsed.verbatim => ace.whole.at(parsed.at),
            _ => parsed.at,
        }
    }

    /// The place of the whole descriptor.
    pub fn sddl_span(&self) -> Span {
        self.descriptor.as_ref().map_or(self.span, |d| d.at)
    }

    /// The entries of the DACL with their places; a null DACL has none and is told by [`Self::dacl`].
    pub fn entries(&self) -> impl Iterator<Item = (Span, &cmlint_winsec::Ace)> {
        let entries = self.descriptor().map_or(&[][..], |d| d.dacl.entries());
        entries.iter().enumerate().map(|(index, ace)| (self.ace_span(index), ace))
    }

    /// The DACL.
    pub fn dacl(&self) -> Option<&Acl> {
        self.descriptor().map(|d| &d.dacl)
    }
}

impl<'s> Acls<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let mut acls = Acls { snapshot, objects: BTreeMap::new(), holes: BTreeMap::new() };
        let mut known: BTreeMap<&str, Result<Shared, ()>> = BTreeMap::new();
        for (scope, row) in snapshot.acls.rows() {
            let Scope::Host(host) = scope else { continue };
            let Some((kind, word)) = kind_of(&row.kind.value, &row.path.value) else {
                let why = format!("`{}` is no kind of object", &*row.kind.value);
                acls.hole(scope, why);
                continue;
            };
            let descriptor = match &row.sddl {
                Some(text) => match known.entry(&text.value).or_insert_with(|| parse(&text.value)) {
                    Ok(parsed) => Some(Parsed {
                        parsed: parsed.clone(),
                        at: inner(text),
                        verbatim: matches!(text.value, Str(Cow::Borrowed(_))),
                    }),
                    Err(()) => {
                        acls.hole(scope, format!("the descriptor of {} is no SDDL", &*row.path.value));
                        continue;
                    }
                },
                None => None,
            };
            let object = AclObject {
                host,
                kind,
                path: Spanned::new(&*row.path.value, row.path.span),
                state: row.state,
                span: row.span,
                descriptor,
            };
            let key = (scope.clone(), word, path_key(&row.path.value));
            // The same object twice: the first in the file is kept, whatever the order of reading.
            match acls.objects.entry(key) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(object);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    if object.span < entry.get().span {
                        entry.insert(object);
                    }
                }
            }
        }
        acls
    }

    /// The object of a path on a computer.
    ///
    /// # Errors
    /// The holes, when the path was not collected: it lies outside of what was walked, or it was left out.
    pub fn object(&self, host: &Scope, kind: Kind, path: &str) -> Judged<&AclObject<'s>> {
        let key = (host.clone(), kind_word(kind), path_key(path));
        match self.objects.get(&key) {
            Some(object) => match object.state {
                AclState::Denied => Err(vec![self.gap(host, format!("access to {path} was denied"))]),
                _ => Ok(object),
            },
            None => Err(vec![self.missing(host, kind, path)]),
        }
    }

    /// The objects below a path, itself not included, in the order of their paths.
    ///
    /// # Errors
    /// The holes, when the tree was not walked to its end: what was not collected cannot be judged. An
    /// object that has no row because its entries are all inherited is covered by its parent.
    pub fn below(&self, host: &Scope, kind: Kind, path: &str) -> (Vec<&AclObject<'s>>, Vec<Gap>) {
        let prefix = format!("{}\\", path_key(path));
        let from = (host.clone(), kind_word(kind), prefix.clone());
        let mut holes = self.tree_holes(host, kind, path);
        let mut found = Vec::new();
        for ((scope, word, key), object) in self.objects.range(from..) {
            if scope != host || *word != kind_word(kind) || !key.starts_with(&prefix) {
                break;
            }
            if object.state == AclState::Denied {
                holes.push(self.gap(host, format!("access to {} was denied", object.path.value)));
            }
            found.push(object);
        }
        (found, holes)
    }

    /// The object whose entries decide about a path, and how many levels above the path it lies: 0 for the
    /// path's own row. Where rows with inherited entries only were left out, a path without a row has what
    /// the nearest object above it hands down, or does not exist.
    ///
    /// # Errors
    /// As [`Self::object`]; also when no object above it was collected.
    pub fn deciding(&self, host: &Scope, kind: Kind, path: &str) -> Judged<(&AclObject<'s>, usize)> {
        let mut at = path_key(path);
        let mut levels = 0;
        while !self.objects.contains_key(&(host.clone(), kind_word(kind), at.clone())) {
            match above(&at) {
                Some(parent) if self.is_left_out(host, kind, &at) => at = parent,
                _ => return Err(vec![self.missing(host, kind, path)]),
            }
            levels += 1;
        }
        // A row that could not be understood is none that was left out.
        if levels > 0 && !self.unread(host).is_empty() {
            return Err(self.unread(host).to_vec());
        }
        self.object(host, kind, &at).map(|object| (object, levels))
    }

    /// Whether a path lies inside a tree that was walked, and walked without its rows that only inherit.
    fn is_left_out(&self, host: &Scope, kind: Kind, key: &str) -> bool {
        let statement = self.snapshot.acls.statement(host);
        let complete = matches!(statement.status, Status::Complete | Status::Given);
        complete
            && statement.covers.iter().any(|cover| match cover {
                Cover::Tree { kind: k, root, depth, inherited_left_out: true } => {
                    k == kind_word(kind)
                        && within(key, root)
                        && depth.is_none_or(|d| levels_below(key, root) <= d as usize)
                }
                _ => false,
            })
    }

    /// All objects of a computer.
    pub fn of_host(&self, host: &Scope) -> impl Iterator<Item = &AclObject<'s>> {
        self.objects.iter().filter(move |((scope, ..), _)| scope == host).map(|(_, object)| object)
    }

    /// Rows of a computer that could not be understood.
    pub fn unread(&self, host: &Scope) -> &[Gap] {
        self.holes.get(host).map_or(&[], Vec::as_slice)
    }

    fn tree_holes(&self, host: &Scope, kind: Kind, path: &str) -> Vec<Gap> {
        let mut holes: Vec<Gap> = self.snapshot.acls.hole(host, true).into_iter().collect();
        holes.extend(self.unread(host).iter().cloned());
        let statement = self.snapshot.acls.statement(host);
        if statement.status == Status::Complete && !statement.covers.is_empty() {
            let wanted = path_key(path);
            let walked = statement.covers.iter().any(|cover| match cover {
                Cover::Tree { kind: k, root, depth, .. } => {
                    k == kind_word(kind) && depth.is_none() && within(&wanted, root)
                        || k == kind_word(kind) && depth.is_some_and(|d| deep_enough(&wanted, root, d))
                }
                Cover::Question { .. } => false,
            });
            if !walked {
                holes.push(self.gap(host, format!("{path} was not walked to its end")));
            }
        }
        holes
    }

    fn missing(&self, host: &Scope, kind: Kind, path: &str) -> Gap {
        if let Some(gap) = self.snapshot.acls.hole(host, true) {
            return gap;
        }
        let statement = self.snapshot.acls.statement(host);
        let wanted = path_key(path);
        let left_out = statement.covers.iter().any(|cover| match cover {
            Cover::Tree { kind: k, root, inherited_left_out, .. } => {
                *inherited_left_out && k == kind_word(kind) && within(&wanted, root)
            }
            Cover::Question { .. } => false,
        });
        let why = if left_out {
            format!("{path} has no row: absent, or all its entries are inherited")
        } else {
            format!("{path} was not collected")
        };
        self.gap(host, why)
    }

    fn gap(&self, host: &Scope, why: String) -> Gap {
        Gap::new(Dataset::Acl, host.clone(), Status::Partial, why)
    }

    fn hole(&mut self, scope: &Scope, why: String) {
        let gap = self.gap(scope, why);
        self.holes.entry(scope.clone()).or_default().push(gap);
    }
}

/// A path as a key: lower case, `\` only, without `\\?\` and without a trailing `\`.
pub fn path_key(path: &str) -> String {
    let path = path.trim().replace('/', "\\");
    let path = path.strip_prefix(r"\\?\").unwrap_or(&path);
    let path = if path.len() > 3 { path.trim_end_matches('\\') } else { path };
    path.to_lowercase()
}

fn parse(text: &str) -> Result<Shared, ()> {
    sddl::parse(text).map(|s| Arc::new((s.descriptor, s.places))).map_err(|_: sddl::SddlError| ())
}

/// The place of the text inside its quotes.
fn inner(text: &Spanned<Str<'_>>) -> Span {
    let quotes = (text.span.len as usize).saturating_sub(text.value.len());
    if quotes == 2 { text.span.sub(1, text.value.len()) } else { text.span }
}

fn within(path: &str, root: &str) -> bool {
    path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('\\') || root.ends_with('\\'))
}

/// Whether a walk of `depth` levels below `root` reaches at least one level below `path`.
fn deep_enough(path: &str, root: &str, depth: u32) -> bool {
    if !within(path, root) {
        return false;
    }
    levels_below(path, root) < depth as usize
}

/// The folder above, as a path key; `None` above a drive or share.
fn above(key: &str) -> Option<String> {
    let (above, last) = key.rsplit_once('\\')?;
    match (above, last) {
        (_, "") => None,
        (drive, _) if drive.ends_with(':') => Some(format!("{drive}\\")),
        ("" | "\\", _) => None,
        _ => Some(above.to_owned()),
    }
}

fn levels_below(path: &str, root: &str) -> usize {
    path[root.len()..].split('\\').filter(|s| !s.is_empty()).count()
}

fn kind_of(word: &str, path: &str) -> Option<(Kind, &'static str)> {
    let kind = match word.trim().to_ascii_lowercase().as_str() {
        // The walk lists folders; a right has the same bits on a file.
        "ntfs" | "file" | "folder" => Kind::Directory,
        "share" => Kind::Share,
        "registry" => Kind::RegistryKey,
        "wmi" => Kind::WmiNamespace,
        "dcom" | "com" if path.to_ascii_lowercase().contains("access") => Kind::ComAccess,
        "dcom" | "com" => Kind::ComLaunch,
        "service" => Kind::Service,
        _ => return None,
    };
    Some((kind, kind_word(kind)))
}

/// The word of `acl.csv` for a kind.
fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::File | Kind::Directory => "ntfs",
        Kind::Share => "share",
        Kind::RegistryKey => "registry",
        Kind::WmiNamespace => "wmi",
        Kind::ComLaunch | Kind::ComAccess => "dcom",
        Kind::Service => "service",
        Kind::DirectoryObject => "directory",
    }
}

impl Acls<'_> {
    /// The place of a descriptor's text: inside its quotes, where the field has quotes.
    pub fn inner(text: &Spanned<Str<'_>>) -> Span {
        inner(text)
    }

    /// The kind of object of a row; `None` where no kind of ours names it.
    pub fn kind_of(word: &str, path: &str) -> Option<Kind> {
        kind_of(word, path).map(|(kind, _)| kind)
    }
}

#[cfg(test)]
mod named_tests;
#[cfg(test)]
mod tests;
