use cmlint_lint::prelude::*;

/// Looks whether the group for collected files may read the folder of collected files.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for collected files may not read the folder of collected files",
        severity: Severity::Low,
        tags: &["acl", "groups"],
        noun: "ConfigMgr_CollectedFilesAccess groups on servers of primary sites",
        subjects: &["ConfigMgr_CollectedFilesAccess"],
        requirements: &["G1.3"],
        references: &[Reference::Section("ConfigMgr_CollectedFilesAccess")],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> =
        (Each<'s, rows::LocalGroup<'s>>, Via<'s, Acls<'s>>, Maybe<Via<'s, ExpectedMembers<'s>>>);

    fn check<'s>(
        hierarchy: Self::Subjects<'s>,
        (groups, acls, Maybe(expected)): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for site in hierarchy.sites().filter(|site| site.kind.is_none_or(|kind| kind == 2)) {
            for (server, _) in expected.site_servers(&site.code) {
                let (found, hole) = FoundGroup::on(groups, &server, &ConfigMgrGroup::CollectedFilesAccess);
                let Some((found, id)) = found.and_then(|found| Some((found.clone(), found.sid()?))) else {
                    // Whether it ought to be there is not for this lint to judge.
                    out.hole(hole);
                    continue;
                };
                let mut subject = out.subject(Object::group(&found), found.span());
                match &site.install_dir {
                    Some(dir) => judge(&found, id, dir, acls, &mut subject),
                    None => {
                        let why = "the row has no InstallDir";
                        let site = Scope::site(&site.code);
                        subject.unknown([Gap::property(Dataset::Site, site, "InstallDir", why)]);
                    }
                }
            }
        }
    }
}

/// The folder as installations have it, and as the documentation writes it.
const FOLDERS: [&str; 2] = [r"\inboxes\sinv.box\FileCol", r"\sinv.box\FileCol"];
/// Read, without the rights that every entry has.
const READ: AccessMask = AccessMask(0x0000_0089);

fn judge<'s>(found: &FoundGroup<'s>, id: Sid, dir: &str, acls: &Acls<'s>, subject: &mut Subject<'_>) {
    let who = [id, well_known::EVERYONE, well_known::AUTHENTICATED_USERS, well_known::USERS];
    let mut folders = Vec::new();
    let mut holes = Vec::new();
    for folder in FOLDERS {
        let folder = format!("{dir}{folder}");
        match acls.object(found.scope, Kind::Directory, &folder) {
            Ok(object) if object.descriptor().is_some() => folders.push(object),
            Ok(_) => {}
            // The second spelling is not expected to be there.
            Err(gaps) if folders.is_empty() && holes.is_empty() => holes = gaps,
            Err(_) => {}
        }
    }
    let Some(object) = folders.first() else {
        // Without a row of its own the folder has what those above hand down.
        let folder = format!("{dir}{}", FOLDERS[0]);
        match acls.allowed(found.scope, Kind::Directory, &folder, &who) {
            Ok(Some(allowed)) if allowed.contains(READ) => {}
            _ => subject.holes(holes),
        }
        return;
    };
    let folder = object.path.value;
    let allowed = acls.allowed(found.scope, Kind::Directory, folder, &who);
    let Some(Some(allowed)) = subject.require(allowed) else { return };
    if allowed.contains(READ) {
        return;
    }
    let (name, at) = (principal(found.name()), path(folder));
    subject
        .fail(
            text!("`{}` may not read `{}` of {}", name, at, host(found.host)),
            object.sddl_span(),
            text!("no entry here lets the group read"),
        )
        .label(found.span(), text!("its members are the administrative users who may view collected files"))
        .help(text!("Resource Explorer cannot open collected files: give the group Read again"))
        .fix(
            text!("on {}, in an elevated command prompt", host(found.host)),
            Some(text!("icacls \"{}\" /grant *{}:(OI)(CI)R", at, sid(id))),
            Some(text!("icacls \"{}\" /remove:g *{}", at, sid(id))),
        );
}
