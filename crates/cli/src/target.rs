//! What `--on` names: a path on a host, a share, a WMI namespace, a registry key, a directory object, a database,
//! a type of object of the product.

use cmlint_model::views::{Acls, Guarded, On, Securable, path_key};
use cmlint_model::{Gap, Scope, Snapshot};
use cmlint_winsec::Kind;

use crate::asked::{self, Object, Views};
use crate::show::{distance, nearest};

/// An object that was found, or why not.
pub(crate) enum Found<'q> {
    /// It is there.
    Object(Object<'q>),
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

/// Where objects are looked for.
#[derive(Clone, Copy)]
pub(crate) struct World<'w, 's> {
    pub(crate) snapshot: &'s Snapshot<'s>,
    pub(crate) acls: &'w Acls<'s>,
    pub(crate) views: Views<'w, 's>,
}

/// Finds the object that a text names. Accepted are `cm01:C:\folder`, `\\cm01\share`, `cm01:root\SMS`,
/// `cm01:HKLM\key`, a distinguished name, `sql:sql01/CM_PS1`, `configmgr:Collection`, and the end of a path or
/// the name of a directory object, a database or a type where only one fits.
pub(crate) fn find<'q>(text: &'q str, world: World<'_, '_>) -> Found<'q> {
    let (snapshot, principals) = (world.snapshot, world.views.principals);
    if let Some(rest) = after(text, "sql:") {
        let mut fits = databases(rest, world);
        return match fits.len() {
            1 => Found::Object(fits.remove(0)),
            0 => perhaps_database(rest, world)
                .map_or_else(|| Found::Unknown(near_databases(rest, world)), Found::Object),
            _ => Found::Ambiguous(fits.iter().map(|object| object.label(world.views)).collect()),
        };
    }
    if let Some(rest) = after(text, "configmgr:") {
        return secured(rest, world).map_or_else(Found::Unknown, Found::Object);
    }
    if let Some((dns, object)) = principals.by_dn(text) {
        return settle(Guarded::in_directory(principals, dns, object), text);
    }
    if let Some((host, kind, path)) = explicit(text, snapshot) {
        return settle(Guarded::on_host(world.acls, principals, &host, kind, &path), &path);
    }
    let mut fits = by_end(text, world);
    let others = databases(text, world).into_iter().chain(secured(text, world).ok());
    fits.extend(others.map(|object| (object.label(world.views), Found::Object(object))));
    match fits.len() {
        1 => fits.remove(0).1,
        0 => Found::Unknown(near(text, world)),
        _ => Found::Ambiguous(fits.into_iter().map(|(label, _)| label).collect()),
    }
}

fn after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| text[prefix.len()..].trim())
}

fn settle<'q>(object: Result<Guarded, Vec<Gap>>, label: &str) -> Found<'q> {
    match object {
        Ok(guarded) => Found::Object(Object::Guarded(Box::new(guarded))),
        Err(gaps) => Found::Missing { label: label.to_owned(), gaps },
    }
}

/// The databases that `server/database/part` names, the server or the database alone too, or a server.
fn databases<'q>(text: &'q str, world: World<'_, '_>) -> Vec<Object<'q>> {
    let parts = parts(text);
    let mut found = Vec::new();
    for at in world.views.sql.places() {
        let Scope::Database { server, name } = &at else { continue };
        let is = |host: &str, database: &str| {
            *server == server_key(host, world) && name.eq_ignore_ascii_case(database)
        };
        let part = match parts[..] {
            [one] if is(one, "master") => None,
            [one] if name != "master" && name.eq_ignore_ascii_case(one) => None,
            [host, database] if is(host, database) => None,
            [host, database, part] if is(host, database) => Some(part_of(part)),
            _ => continue,
        };
        found.push(Object::Database { at, part });
    }
    found
}

/// A database that no file names, where not all are known.
fn perhaps_database<'q>(text: &'q str, world: World<'_, '_>) -> Option<Object<'q>> {
    if world.snapshot.inventory().database_holes().is_empty() {
        return None;
    }
    let at = |host: &str, name: &str| Scope::database(&server_key(host, world), name);
    match parts(text)[..] {
        [host, name] => Some(Object::Database { at: at(host, name), part: None }),
        [host, name, part] => Some(Object::Database { at: at(host, name), part: Some(part_of(part)) }),
        _ => None,
    }
}

fn near_databases(text: &str, world: World<'_, '_>) -> Vec<String> {
    let labels: Vec<String> = world.views.sql.places().iter().map(|at| asked::database(at, None)).collect();
    let wanted = match parts(text)[..] {
        [host, name, ..] => format!("sql:{}/{name}", server_key(host, world)),
        _ => format!("sql:{text}"),
    };
    let near = nearest(&wanted, labels.iter().map(String::as_str));
    if near.is_empty() { labels } else { near }
}

fn parts(text: &str) -> Vec<&str> {
    text.splitn(3, '/').map(str::trim).collect()
}

/// The key of a server. An instance stands behind it (`sql01\CONFIGMGR`); a snapshot has one a server.
fn server_key(name: &str, world: World<'_, '_>) -> String {
    world.snapshot.inventory().host_key(name.split('\\').next().unwrap_or(name))
}

fn part_of(part: &str) -> Securable<'_> {
    if part.contains('.') { Securable::Object(part) } else { Securable::Schema(part) }
}

/// The type of object that `type` or `type/place` names.
fn secured<'q>(text: &'q str, world: World<'_, '_>) -> Result<Object<'q>, Vec<String>> {
    let permissions = world.views.permissions;
    let (name, place) = match text.split_once('/') {
        Some((name, place)) => (name, Some(place)),
        None => (text, None),
    };
    let Some(object_type) = permissions.object_type_by_name(name) else {
        let types = permissions.object_types();
        let near = nearest(name, types.values().map(String::as_str));
        return Err(near.iter().map(|name| asked::secured(name, On::Anything)).collect());
    };
    let on = match place {
        None => On::Anything,
        Some(place) => permissions.on_named(object_type, place).map_err(|known| {
            let name = permissions.object_type_name(object_type);
            let near = nearest(place, known.iter().map(String::as_str));
            near.iter().map(|place| asked::secured(&name, On::Scope(place))).collect::<Vec<_>>()
        })?,
    };
    Ok(Object::Secured { object_type, on })
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

/// Objects whose path ends with the text, and directory objects of that name.
fn by_end<'q>(text: &str, world: World<'_, '_>) -> Vec<(String, Found<'q>)> {
    let (acls, principals) = (world.acls, world.views.principals);
    let mut fits: Vec<(String, Found<'q>)> = Vec::new();
    let wanted = path_key(text);
    let ending = format!("\\{wanted}");
    for host in hosts(world.snapshot) {
        for object in acls.of_host(&host) {
            let key = path_key(object.path.value);
            if key == wanted || key.ends_with(&ending) {
                let label = format!("{}:{}", host.key(), object.path.value);
                let object = Guarded::on_host(acls, principals, &host, object.kind, object.path.value);
                let found = settle(object, &label);
                fits.push((label, found));
            }
        }
    }
    for (dns, object) in principals.objects() {
        if first_name(&object.dn.value).eq_ignore_ascii_case(text.trim()) {
            let label = object.dn.value.to_string();
            let found = settle(Guarded::in_directory(principals, dns, object), &label);
            fits.push((label, found));
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

fn near(text: &str, world: World<'_, '_>) -> Vec<String> {
    let wanted = text.to_lowercase();
    let mut all: Vec<(usize, String)> = Vec::new();
    for host in hosts(world.snapshot) {
        for object in world.acls.of_host(&host) {
            let last = object.path.value.rsplit('\\').next().unwrap_or_default().to_lowercase();
            let label = format!("{}:{}", host.key(), object.path.value);
            let d = distance(&wanted, &last).min(distance(&wanted, &label.to_lowercase()));
            all.push((d, label));
        }
    }
    for (_, object) in world.views.principals.objects() {
        all.push((
            distance(&wanted, &first_name(&object.dn.value).to_lowercase()),
            object.dn.value.to_string(),
        ));
    }
    for at in world.views.sql.places() {
        if let Scope::Database { name, .. } = &at {
            all.push((distance(&wanted, name), asked::database(&at, None)));
        }
    }
    for name in world.views.permissions.object_types().values() {
        all.push((distance(&wanted, &name.to_lowercase()), asked::secured(name, On::Anything)));
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
