use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{Ace, Effect, reach};

/// Looks for rights of the groups of other computers on a site server, beyond what each needs.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a group of other computers may do more in the folders of a site server than it needs",
        severity: Severity::High,
        tags: &["acl", "groups", "lateral-movement"],
        noun: "connection groups on site servers",
        subjects: &[
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G5.4", "G7.4", "G8.4"],
        references: &[
            Reference::Section("SMS_SiteSystemToSiteServerConnection_MP_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>"),
            Reference::Section("SMS_SiteToSiteConnection_<sitecode>"),
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
        for site in hierarchy.sites() {
            for (server, _) in expected.site_servers(&site.code) {
                for clause in Clause::ALL {
                    let (found, hole) = FoundGroup::on(groups, &server, &(clause.group)(&site.code));
                    let Some((found, id)) = found.and_then(|found| Some((found.clone(), found.sid()?)))
                    else {
                        // A site without such computers needs no such group.
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
                    clause.judge(&found, id, dir, acls, &mut subject);
                }
            }
        }
    }
}

struct Clause {
    group: fn(&str) -> ConfigMgrGroup,
    requirement: &'static str,
    /// The folder that is looked through, below the installation folder.
    root: &'static str,
    /// Whether an entry for the group is too much, by the path key of a folder below `root` (empty for
    /// itself).
    exceeds: fn(&str, &Ace) -> bool,
    /// What the group has by the documentation.
    needs: &'static str,
    /// What to give back there, as `icacls` writes it; by the path key below `root`.
    give: fn(&str) -> Option<&'static str>,
}

impl Clause {
    const ALL: [Clause; 3] = [
        Clause {
            group: |site| ConfigMgrGroup::ManagementPoints { site: site.to_owned() },
            requirement: "G5.4",
            root: r"\inboxes",
            exceeds: |below, ace| match below {
                "" => reach(ace).this_object && !Kind::Directory.has_no_write(ace.mask),
                _ => is_full(ace),
            },
            needs: "management points read here, and write into some folders below; nowhere do they need Full control",
            give: |below| Some(if below.is_empty() { "RX" } else { "(RX,W)" }),
        },
        Clause {
            group: |site| ConfigMgrGroup::SiteSystems { site: site.to_owned() },
            requirement: "G7.4",
            root: r"\inboxes",
            exceeds: |below, ace| !is_in(below, r"\statmgr.box") && !Kind::Directory.has_no_write(ace.mask),
            needs: "site systems read here, and write into inboxes\\statmgr.box only",
            give: |_| Some("RX"),
        },
        Clause {
            group: |site| ConfigMgrGroup::SiteToSite { site: site.to_owned() },
            requirement: "G8.4",
            root: "",
            exceeds: |below, ace| !is_in(below, r"\inboxes\despoolr.box\receive") && is_full(ace),
            needs: "other sites put files into inboxes\\despoolr.box\\receive only, where the group has Full control",
            give: |_| None,
        },
    ];

    fn judge<'s>(
        &self,
        found: &FoundGroup<'s>,
        id: Sid,
        dir: &str,
        acls: &Acls<'s>,
        subject: &mut Subject<'_>,
    ) {
        let root = format!("{dir}{}", self.root);
        let start = path_key(&root).len();
        let (folders, holes) = acls.entries_in_tree(found.scope, Kind::Directory, &root, |key, ace| {
            ace.kind.effect() == Some(Effect::Allow)
                && ace.trustee.sid() == Some(id)
                && (self.exceeds)(&key[start..], ace)
        });
        subject.holes(holes);
        for folder in folders {
            let below = path_key(&folder.path)[start..].to_owned();
            self.report(&folder, &below, found, id, subject);
        }
    }

    fn report(
        &self,
        folder: &Found<'_, '_>,
        below: &str,
        found: &FoundGroup<'_>,
        id: Sid,
        subject: &mut Subject<'_>,
    ) {
        let (name, at) = (principal(found.name()), path(&folder.path));
        let message = text!("`{}` has {} on `{}` of {}", name, folder.rights(), at, host(found.host));
        let mut labels = folder.labels().into_iter();
        let Some((span, label)) = labels.next() else { return };
        let mut report = subject.fail(message, span, label);
        for (span, label) in labels {
            report = report.label(span, label);
        }
        // What comes from above must become the folder's own before it can be taken out.
        let detach = match folder.is_own() {
            true => Text::default(),
            false => text!("icacls \"{}\" /inheritance:d && ", at),
        };
        let give = match (self.give)(below) {
            Some(rights) => {
                text!(" && icacls \"{}\" /grant *{}:(OI)(CI){}", at, sid(id), Text::prose(rights))
            }
            None => Text::default(),
        };
        report
            .label(found.span(), text!("its members are computers other than the site server"))
            .discriminator(path_key(&folder.path))
            .evidence(Key::host(found.host).name("path", &folder.path))
            .requirements(&[self.requirement])
            .help(text!("{}", self.needs))
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
}

/// Whether an entry changes permissions or the owner, which Full control does and Modify does not.
fn is_full(ace: &Ace) -> bool {
    Kind::Directory.map_ace(ace.mask).intersects(AccessMask::WRITE_DAC | AccessMask::WRITE_OWNER)
}

/// Whether a path key is a folder or lies in it.
fn is_in(key: &str, folder: &str) -> bool {
    key.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}
