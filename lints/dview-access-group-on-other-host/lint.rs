use cmlint_lint::prelude::*;
use cmlint_model::Inventory;

/// Looks for the group for distributed views on computers without a site database.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for distributed views is on a computer without a site database",
        severity: Severity::Info,
        tags: &["groups", "hygiene"],
        noun: "ConfigMgr_DViewAccess groups",
        subjects: &["ConfigMgr_DViewAccess"],
        requirements: &["G2.1"],
        references: &[Reference::Section("ConfigMgr_DViewAccess")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> = (Hierarchy<'s>, Each<'s, rows::SiteSystemRole<'s>>);

    fn check<'s>(groups: Self::Subjects<'s>, (hierarchy, roles): &Self::Evidence<'s>, out: &mut Sink) {
        for found in FoundGroup::all(&groups) {
            if found.group != ConfigMgrGroup::DViewAccess {
                continue;
            }
            let mut subject = out.subject(Object::group(&found), found.span());
            let database = hierarchy.sites().any(
                |site| matches!(&site.database, Some(Scope::Database { server, .. }) if server == found.host),
            );
            if database || hierarchy.has_role(found.host, "SMS SQL Server") {
                continue;
            }
            let (replica, mut holes) = is_replica(found.host, hierarchy, roles);
            if replica {
                continue;
            }
            holes.extend(Subjects::holes(hierarchy));
            holes.extend(hierarchy.database_holes().iter().cloned());
            if !holes.is_empty() {
                subject.unknown(holes);
                continue;
            }
            let name = principal(found.name());
            subject
                .fail(
                    text!(
                        "`{}` is on {}, which holds no site database and no replica",
                        name,
                        host(found.host)
                    ),
                    found.span(),
                    text!("the group is for database servers of sites"),
                )
                .help(text!(
                    "delete the group, unless the computer is the database server of another hierarchy"
                ))
                .fix(
                    text!("on {}, in an elevated PowerShell", host(found.host)),
                    Some(text!("Remove-LocalGroup -Name \"{}\"", name)),
                    Some(text!("New-LocalGroup -Name \"{}\"; it gets another SID", name)),
                );
        }
    }
}

/// Whether a management point reads a replica of the database on this computer, and what could hide it.
fn is_replica<'s>(
    host: &str,
    hierarchy: &Inventory,
    roles: &Each<'s, rows::SiteSystemRole<'s>>,
) -> (bool, Vec<Gap>) {
    let mut holes = Vec::new();
    for (scope, row) in roles.iter() {
        let role = row.role_name.get().map_or("", |role| role.trim());
        if !role.eq_ignore_ascii_case("SMS Management Point") {
            continue;
        }
        if !row.collected("Props") {
            holes.push(row.gap(scope, "Props"));
        }
        let server = rows::prop(&row.props, "SQLServerName").and_then(|prop| prop.text());
        if server.is_some_and(|server| hierarchy.host_key(server.value) == host) {
            return (true, Vec::new());
        }
    }
    (false, holes)
}
