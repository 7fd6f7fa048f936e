use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::prelude::*;
use cmlint_winsec::{Ace, AceFlags, Effect};

/// Compares the list of who may access a package with the permissions of its folder on each distribution point.
pub(super) struct This;

/// Whom the product and Windows add by themselves: they are on no list.
const NOT_LISTED: [Sid; 8] = [
    well_known::SYSTEM,
    well_known::ADMINISTRATORS,
    well_known::TRUSTED_INSTALLER,
    well_known::CREATOR_OWNER,
    well_known::OWNER_RIGHTS,
    well_known::IUSR,
    well_known::NETWORK_SERVICE,
    well_known::LOCAL_SERVICE,
];

impl Lint for This {
    const META: Meta = Meta {
        title: "a package has other permissions on a distribution point than its access accounts say",
        severity: Severity::Medium,
        tags: &["acl", "content", "packages", "drift"],
        noun: "packages with access accounts",
        subjects: &["Package Access Account"],
        requirements: &["A15.3"],
        references: &[Reference::Section("Package Access Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::PackageAccess<'s>>;
    type Evidence<'s> =
        (Via<'s, Acls<'s>>, DomainPrincipals<'s>, Hierarchy<'s>, Whole<'s, rows::PackageAccess<'s>>);

    fn check<'s>(
        access: Self::Subjects<'s>,
        (acls, names, hierarchy, whole): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let carriers = Content::carriers(hierarchy, names);
        let points: Vec<(&str, Content<'_, 's>)> = hierarchy
            .hosts()
            .filter(|(server, _)| hierarchy.has_role(server, "SMS Distribution Point"))
            .map(|(server, _)| (server, acls.content(&Scope::host(server))))
            .collect();
        for (package, entries) in PackageEntry::by_package(access.iter(), names) {
            let Some(first) = entries.first() else { continue };
            let scope = first.account.scope.clone();
            let object =
                Object::new(Key::new("package", &package), text!("package {}", object(&package)), scope)
                    .purpose(Purpose::PackageAccess);
            let mut subject = out.subject(object, first.account.span());
            let Some(listed) = listed(&entries, names, &mut subject) else { continue };
            let mut found = false;
            for (server, content) in &points {
                for (_, folder) in content.packages.iter().filter(|(id, _)| *id == package) {
                    found = true;
                    compare(server, folder, &listed, &package, (names, &carriers), &mut subject);
                }
                subject.holes(content.package_holes.iter().cloned());
            }
            if !found && !is_default(&listed) {
                subject.unknown([Gap::new(
                    Dataset::Acl,
                    Scope::Hierarchy,
                    Status::Partial,
                    format!("no folder of {package} was found in a package share"),
                )]);
            }
            // A row that is missing is no difference.
            subject.holes(whole.all().err().unwrap_or_default());
            for holes in [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()] {
                subject.holes(holes.iter().cloned());
            }
        }
    }
}

/// The list of a package by SID: whether each may write, and where it stands. Who has no access is not on it.
type Listed = BTreeMap<Sid, (bool, Span)>;

fn listed(entries: &[PackageEntry<'_>], names: &Principals<'_>, subject: &mut Subject<'_>) -> Option<Listed> {
    let mut listed = Listed::new();
    let mut known = true;
    for entry in entries {
        let rights = entry.reads().and_then(|reads| Ok((reads, entry.writes()?)));
        let (sid, rights) = (subject.require(entry.account.sid(names)), subject.require(rights));
        let (Some(sid), Some((reads, writes))) = (sid, rights) else {
            known = false;
            continue;
        };
        if let Some(sid) = sid.filter(|_| reads || writes) {
            listed.insert(sid, (writes, entry.account.span()));
        }
    }
    known.then_some(listed)
}

/// The accounts of site servers, and why there may be more.
type Carriers = (BTreeSet<Sid>, Vec<Gap>);

/// Users with Read and Administrators: what each package begins with.
fn is_default(listed: &Listed) -> bool {
    listed
        .iter()
        .all(|(sid, (writes, _))| *sid == well_known::ADMINISTRATORS || *sid == well_known::USERS && !writes)
        && listed.contains_key(&well_known::USERS)
}

fn compare(
    server: &str,
    folder: &AclObject<'_>,
    listed: &Listed,
    package: &str,
    (names, carriers): (&Principals<'_>, &Carriers),
    subject: &mut Subject<'_>,
) {
    let Some(dacl) = folder.dacl() else { return };
    if !matches!(dacl, cmlint_winsec::Acl::Entries(_)) {
        let why = format!("{} has no list of permissions", folder.path.value);
        subject.unknown([Gap::new(Dataset::Acl, Scope::host(server), Status::Partial, why)]);
        return;
    }
    let context = names.context_of_host(server);
    let mut granted: BTreeMap<Sid, (bool, Span)> = BTreeMap::new();
    for (span, ace) in folder.entries().filter(|(_, ace)| is_own_allow(ace)) {
        let Some(sid) = ace.trustee.resolve(&context) else {
            let why =
                format!("an entry of {} names a group of a domain that is not known", folder.path.value);
            subject.unknown([Gap::new(Dataset::Acl, Scope::host(server), Status::Partial, why)]);
            return;
        };
        let writes = !Kind::Directory.has_no_write(ace.mask);
        let entry = granted.entry(sid).or_insert((writes, span));
        entry.0 |= writes;
    }
    let (carriers, unknown) = carriers;
    let added = |sid: &Sid| NOT_LISTED.contains(sid) || carriers.contains(sid);
    let others: Vec<(Sid, Span)> = granted
        .iter()
        .filter(|(sid, _)| !added(sid) && !listed.contains_key(sid))
        .map(|(sid, (_, span))| (*sid, *span))
        .collect();
    // One of them may be a site server.
    if !unknown.is_empty() && others.iter().any(|(sid, _)| names.is_computer(sid) != Some(false)) {
        subject.unknown(unknown.iter().cloned());
        return;
    }
    let mut differences: Vec<(Span, Text)> = Vec::new();
    for (sid, (writes, span)) in listed.iter().filter(|(sid, _)| !added(sid)) {
        let name = names.label(sid);
        match granted.get(sid) {
            None => differences.push((*span, text!("`{}` is on the list, and not on the folder", name))),
            Some((more, at)) if more != writes => {
                let (list, disk) = if *more { ("Read", "more") } else { ("more than Read", "Read") };
                let text =
                    text!("`{}` has {} here, and {} on the list", name, Text::prose(disk), Text::prose(list));
                differences.push((*at, text));
            }
            Some(_) => {}
        }
    }
    for (sid, span) in &others {
        differences.push((*span, text!("`{}` has access here, and is not on the list", names.label(sid))));
    }
    let mut differences = differences.into_iter();
    let Some((span, label)) = differences.next() else { return };
    let at = path(folder.path.value);
    let key = Key::new("package", package).then("host", server);
    let about =
        Object::new(key, text!("package {} on {}", object(package), host(server)), Scope::host(server))
            .purpose(Purpose::PackageAccess);
    let mut report = subject
        .fail_about(
            about,
            text!(
                "`{}` of {} has other permissions than the access accounts of package {}",
                at,
                host(server),
                object(package)
            ),
            span,
            label,
        )
        .discriminator(cmlint_model::path_key(folder.path.value))
        .help(text!(
            "the list was changed after the package came here, or the folder by hand: redistribute the package, as an update of \
             it does not change permissions"
        ))
        .fix(
            text!(
                "Software Library > {} > Properties > Content Locations: choose {}, Redistribute",
                object(package),
                host(server)
            ),
            None,
            Some(text!("undo the change of the access accounts, and redistribute again")),
        );
    for (span, label) in differences {
        report = report.label(span, label);
    }
    for (sid, _) in others {
        report = report.evidence(Key::new("sid", &sid.to_string()));
    }
}

fn is_own_allow(ace: &Ace) -> bool {
    ace.kind.effect() == Some(Effect::Allow) && !ace.flags.contains(AceFlags::INHERITED)
}
