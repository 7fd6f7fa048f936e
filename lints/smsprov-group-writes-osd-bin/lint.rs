use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{Ace, Effect};

/// Looks for write bits of the group of remote SMS Providers where boot images get their code from.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "remote SMS Providers may write to the folder of boot image code",
        severity: Severity::High,
        tags: &["acl", "groups", "osd"],
        noun: "SMS Provider groups on site servers",
        subjects: &["SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>"],
        requirements: &["G6.5"],
        references: &[
            Reference::Section("SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>"),
            Reference::MisconfigurationManager("TAKEOVER-6"),
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
        for site in hierarchy.sites() {
            let group = ConfigMgrGroup::Providers { site: site.code.clone() };
            for (server, _) in expected.site_servers(&site.code) {
                let (found, hole) = FoundGroup::on(groups, &server, &group);
                let Some((found, id)) = found.and_then(|found| Some((found.clone(), found.sid()?))) else {
                    // A site without a remote SMS Provider has no such group.
                    out.hole(hole);
                    continue;
                };
                let mut subject = out.subject(Object::group(&found), found.span());
                match &site.install_dir {
                    Some(dir) => judge(&found, id, &format!(r"{dir}\OSD\Bin"), acls, &mut subject),
                    None => subject.unknown([Gap::new(
                        Dataset::Site,
                        Scope::site(&site.code),
                        Status::Partial,
                        "the row has no InstallDir",
                    )]),
                }
            }
        }
    }
}

fn judge<'s>(found: &FoundGroup<'s>, id: Sid, bin: &str, acls: &Acls<'s>, subject: &mut Subject<'_>) {
    // An entry for the group that lets it change anything. A deny beside it is no protection to rely on.
    let writes = |_: &str, ace: &Ace| {
        ace.kind.effect() == Some(Effect::Allow)
            && ace.trustee.sid() == Some(id)
            && !Kind::Directory.has_no_write(ace.mask)
    };
    let (folders, holes) = acls.entries_in_tree(found.scope, Kind::Directory, bin, writes);
    subject.holes(holes);
    for folder in folders {
        report(&folder, found, id, subject);
    }
}

fn report(folder: &Found<'_, '_>, found: &FoundGroup<'_>, id: Sid, subject: &mut Subject<'_>) {
    let at = path(&folder.path);
    let mut labels = folder.labels().into_iter();
    let Some((span, label)) = labels.next() else { return };
    let message =
        text!("`{}` has {} on `{}` of {}", principal(found.name()), folder.rights(), at, host(found.host));
    // What comes from above must become the folder's own before it can be taken out; the folder above has
    // other children, which need it.
    let detach = match folder.is_own() {
        true => Text::default(),
        false => text!("icacls \"{}\" /inheritance:d && ", at),
    };
    let mut report = subject.fail(message, span, label);
    for (span, label) in labels {
        report = report.label(span, label);
    }
    report
        .label(found.span(), text!("SMS Providers on other computers sign in as members of this group"))
        .discriminator(path_key(&folder.path))
        .evidence(Key::host(found.host).name("path", &folder.path))
        .help(text!("leave the group Read here: boot images are built from the programs in this folder"))
        .fix(
            text!("on {}, in an elevated command prompt", host(found.host)),
            Some(text!(
                "{}icacls \"{}\" /remove:g *{} && icacls \"{}\" /grant *{}:(OI)(CI)R",
                detach,
                at,
                sid(id),
                at,
                sid(id)
            )),
            Some(text!(
                "before the change: icacls \"{}\" /save osdbin.acl; to go back: icacls \"{}\\..\" /restore osdbin.acl",
                at,
                at
            )),
        );
}
