//! What `--on` names: a path on a host, a share, a WMI namespace, a registry key, a directory object.

use cmlint_model::views::{Acls, AskedRight, Guarded, Principals};
use cmlint_model::{Gap, Scope, Snapshot, path_key};
use cmlint_winsec::Kind;

use crate::show::distance;

/// An object that was found, or why not.
pub(crate) enum Found {
    /// It is there, with its descriptor.
    Guarded(Box<Guarded>),
    /// It is known, and its descriptor is not.
    Missing {
        /// What it is called.
        label: String,
        /// What was not collected.
        gaps: Vec<Gap>,
    },
    /// Nothing of this name; names that look like it.
    Unknown(Vec<String>),
    /// Several of this name.
    Ambiguous(Vec<String>),
}

/// Finds the object that a text names. Accepted are `cm01:C:\folder`, `\\cm01\share`, `cm01:root\SMS`,
/// `cm01:HKLM\key`, a distinguished name, and the end of a path or the name of a directory object where
/// only one fits.
pub(crate) fn find(
    text: &str,
    snapshot: &Snapshot<'_>,
    acls: &Acls<'_>,
    principals: &Principals<'_>,
) -> Found {
    if let Some((dns, object)) = principals.by_dn(text) {
        return settle(Guarded::in_directory(principals, dns, object), text);
    }
    if let Some((host, kind, path)) = explicit(text, snapshot) {
        return settle(Guarded::on_host(acls, principals, &host, kind, &path), &path);
    }
    let mut fits = by_end(text, snapshot, acls, principals);
    match fits.len() {
        1 => {
            let (label, object) = fits.remove(0);
            settle(object, &label)
        }
        0 => Found::Unknown(near(text, snapshot, acls, principals)),
        _ => Found::Ambiguous(fits.into_iter().map(|(label, _)| label).collect()),
    }
}

/// The right of a name on an object of a kind, or names that look like it.
pub(crate) fn right(kind: Kind, name: &str) -> Result<AskedRight, Vec<String>> {
    if let Some(right) = kind.object_right(name) {
        return Ok(AskedRight { mask: right.mask, object_type: right.object_type });
    }
    let mut near: Vec<(usize, &str)> = kind
        .rights()
        .map(|(known, _)| (distance(&name.to_lowercase(), &known.to_lowercase()), known))
        .collect();
    near.sort_unstable();
    Err(near.into_iter().take(5).map(|(_, known)| known.to_owned()).collect())
}

fn settle(object: Result<Guarded, Vec<Gap>>, label: &str) -> Found {
    match object {
        Ok(guarded) => Found::Guarded(Box::new(guarded)),
        Err(gaps) => Found::Missing { label: label.to_owned(), gaps },
    }
}

/// A text that names its computer.
fn explicit(text: &str, snapshot: &Snapshot<'_>) -> Option<(Scope, Kind, String)> {
    let host = |name: &str| Scope::Host(snapshot.inventory().host_key(name));
    if let Some(rest) = text.strip_prefix(r"\\") {
        let (name, share) = rest.split_once('\\')?;
        return Some((host(name), Kind::Share, share.trim_end_matches('\\').to_owned()));
    }
    let (name, path) = text.split_once(':')?;
    // `C:\folder` begins with a drive, not with a computer.
    if name.len() < 2 {
        return None;
    }
    Some((host(name), kind_of(path), path.to_owned()))
}

fn kind_of(path: &str) -> Kind {
    let lower = path.to_lowercase();
    if lower == "root" || lower.starts_with(r"root\") {
        Kind::WmiNamespace
    } else if lower.starts_with("hk") && lower.contains('\\') {
        Kind::RegistryKey
    } else if lower.contains("launch") && !lower.contains('\\') {
        Kind::ComLaunch
    } else if lower.contains("access") && !lower.contains('\\') {
        Kind::ComAccess
    } else {
        Kind::Directory
    }
}

type Fit = (String, Result<Guarded, Vec<Gap>>);

/// Objects whose path ends with the text, and directory objects of that name.
fn by_end(text: &str, snapshot: &Snapshot<'_>, acls: &Acls<'_>, principals: &Principals<'_>) -> Vec<Fit> {
    let mut fits: Vec<Fit> = Vec::new();
    let wanted = path_key(text);
    let ending = format!("\\{wanted}");
    for host in hosts(snapshot) {
        for object in acls.of_host(&host) {
            let key = path_key(object.path.value);
            if key == wanted || key.ends_with(&ending) {
                let label = format!("{}:{}", host.key(), object.path.value);
                fits.push((label, Guarded::on_host(acls, principals, &host, object.kind, object.path.value)));
            }
        }
    }
    for (dns, object) in principals.objects() {
        if first_name(&object.dn.value).eq_ignore_ascii_case(text.trim()) {
            fits.push((object.dn.value.to_string(), Guarded::in_directory(principals, dns, object)));
        }
    }
    // An exact path is meant before one that only ends alike.
    let exact: Vec<usize> = (0..fits.len())
        .filter(|i| fits[*i].0.split_once(':').is_some_and(|(_, p)| path_key(p) == wanted))
        .collect();
    if exact.len() == 1 {
        return vec![fits.remove(exact[0])];
    }
    fits
}

fn near(text: &str, snapshot: &Snapshot<'_>, acls: &Acls<'_>, principals: &Principals<'_>) -> Vec<String> {
    let wanted = text.to_lowercase();
    let mut all: Vec<(usize, String)> = Vec::new();
    for host in hosts(snapshot) {
        for object in acls.of_host(&host) {
            let last = object.path.value.rsplit('\\').next().unwrap_or_default().to_lowercase();
            let label = format!("{}:{}", host.key(), object.path.value);
            let d = distance(&wanted, &last).min(distance(&wanted, &label.to_lowercase()));
            all.push((d, label));
        }
    }
    for (_, object) in principals.objects() {
        all.push((
            distance(&wanted, &first_name(&object.dn.value).to_lowercase()),
            object.dn.value.to_string(),
        ));
    }
    all.sort();
    all.into_iter().filter(|(d, _)| *d <= 2 + text.len() / 4).take(5).map(|(_, label)| label).collect()
}

fn hosts(snapshot: &Snapshot<'_>) -> Vec<Scope> {
    let mut all: Vec<Scope> = snapshot
        .statements()
        .into_iter()
        .filter(|(dataset, ..)| *dataset == cmlint_model::Dataset::Acl)
        .map(|(_, scope, _)| scope.clone())
        .collect();
    all.dedup();
    all
}

/// The value of the first part of a distinguished name: `System Management`.
fn first_name(dn: &str) -> &str {
    let first = dn.split(',').next().unwrap_or(dn);
    first.split_once('=').map_or(first, |(_, value)| value)
}
