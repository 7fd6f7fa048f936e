use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{Ace, AceFlags, Effect};

/// Looks for rights of the group for collected files, beyond reading these files.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group for collected files may do more on the site server than read these files",
        severity: Severity::Medium,
        tags: &["acl", "groups"],
        noun: "ConfigMgr_CollectedFilesAccess groups on servers of primary sites",
        subjects: &["ConfigMgr_CollectedFilesAccess"],
        requirements: &["G1.4"],
        references: &[
            Reference::Section("ConfigMgr_CollectedFilesAccess"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
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
                let Some(dir) = &site.install_dir else {
                    let why = "the row has no InstallDir";
                    subject.unknown([Gap::property(
                        Dataset::Site,
                        Scope::site(&site.code),
                        "InstallDir",
                        why,
                    )]);
                    continue;
                };
                judge(&found, id, dir, acls, &mut subject);
            }
        }
    }
}

/// The folder as installations have it, and as the documentation writes it.
const FOLDERS: [&str; 2] = [r"\inboxes\sinv.box\filecol", r"\sinv.box\filecol"];

fn is_for_collected_files(below: &str) -> bool {
    FOLDERS.iter().any(|folder| {
        below.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    })
}

fn judge<'s>(found: &FoundGroup<'s>, id: Sid, dir: &str, acls: &Acls<'s>, subject: &mut Subject<'_>) {
    let start = path_key(dir).len();
    let (folders, holes) = acls.entries_in_tree(found.scope, Kind::Directory, dir, |key, ace| {
        let of_group = ace.kind.effect() == Some(Effect::Allow) && ace.trustee.sid() == Some(id);
        let beyond = match is_for_collected_files(&key[start..]) {
            true => writes(ace),
            // What is inherited stands where it comes from.
            false => !ace.flags.contains(AceFlags::INHERITED),
        };
        of_group && beyond
    });
    subject.holes(holes);
    for folder in folders {
        report(&folder, is_for_collected_files(&path_key(&folder.path)[start..]), found, id, subject);
    }
}

fn writes(ace: &Ace) -> bool {
    !Kind::Directory.has_no_write(ace.mask)
}

fn report(folder: &Found<'_, '_>, its_own: bool, found: &FoundGroup<'_>, id: Sid, subject: &mut Subject<'_>) {
    let (name, at) = (principal(found.name()), path(&folder.path));
    let reads_only = !folder.is_null() && folder.entries.iter().all(|(_, ace)| !writes(ace));
    let mut labels = folder.labels().into_iter();
    let Some((span, label)) = labels.next() else { return };
    let message = text!("`{}` has {} on `{}` of {}", name, folder.rights(), at, host(found.host));
    let mut report = subject.fail(message, span, label);
    for (span, label) in labels {
        report = report.label(span, label);
    }
    // The documentation names one folder; that the group needs no other follows from what it is for.
    if reads_only {
        report = report.severity(Severity::Low).confidence(Confidence::Medium);
    }
    let detach = match folder.is_own() {
        true => Text::default(),
        false => text!("icacls \"{}\" /inheritance:d && ", at),
    };
    let (help, give) = if its_own {
        let give = text!(" && icacls \"{}\" /grant *{}:(OI)(CI)R", at, sid(id));
        (text!("leave the group Read: its members look at these files and change none"), give)
    } else {
        (
            text!("take the entry out: the group is for collected files, which do not lie here"),
            Text::default(),
        )
    };
    report
        .label(found.span(), text!("its members are the administrative users who may view collected files"))
        .discriminator(path_key(&folder.path))
        .evidence(Key::host(found.host).name("path", &folder.path))
        .help(help)
        .fix(
            text!("on {}, in an elevated command prompt", host(found.host)),
            Some(text!("{}icacls \"{}\" /remove:g *{}{}", detach, at, sid(id), give)),
            Some(text!(
                "before the change: icacls \"{}\" /save folder.acl; to go back: icacls \"{}\\..\" /restore folder.acl",
                at,
                at
            )),
        );
}
