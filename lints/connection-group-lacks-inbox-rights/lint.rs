use cmlint_lint::prelude::*;
use cmlint_model::path_key;

/// Compares the rights of the groups of other computers on a site server with what each needs.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a group of other computers lacks a right in the folders of a site server",
        severity: Severity::Medium,
        tags: &["acl", "groups"],
        noun: "connection groups with members on site servers",
        subjects: &[
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G5.3", "G6.3", "G6.4", "G7.3", "G7.4", "G8.3"],
        references: &[
            Reference::Section("SMS_SiteSystemToSiteServerConnection_MP_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>"),
            Reference::Section("SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>"),
            Reference::Section("SMS_SiteToSiteConnection_<sitecode>"),
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
                        // Whether it ought to be there is not for this lint to judge.
                        out.hole(hole);
                        continue;
                    };
                    // Nobody lacks what an empty group lacks.
                    let members = found.row.listed(found.scope);
                    if members.as_ref().is_ok_and(|members| members.is_empty()) {
                        continue;
                    }
                    let mut subject = out.subject(Object::group(&found), found.span());
                    if subject.require(members).is_none() {
                        continue;
                    }
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
                    for need in clause.needs {
                        need.judge(&Place { found: &found, id, dir, acls }, &mut subject);
                    }
                }
            }
        }
    }
}

struct Clause {
    group: fn(&str) -> ConfigMgrGroup,
    needs: &'static [Right],
}

/// What a group needs on a folder.
struct Right {
    requirement: &'static str,
    folder: &'static str,
    /// Whether the folders below need it too.
    below: bool,
    mask: AccessMask,
    /// The mask as `icacls` writes it.
    icacls: &'static str,
    /// What stops without it.
    stops: &'static str,
}

const READ_AND_EXECUTE: AccessMask = AccessMask(0x0012_00A9);
const MODIFY: AccessMask = AccessMask(0x0013_01BF);
const FULL_CONTROL: AccessMask = AccessMask(0x001F_01FF);

impl Clause {
    const ALL: [Clause; 4] = [
        Clause {
            group: |site| ConfigMgrGroup::ManagementPoints { site: site.to_owned() },
            needs: &[Right {
                requirement: "G5.3",
                folder: r"\inboxes",
                below: false,
                mask: READ_AND_EXECUTE,
                icacls: "RX",
                stops: "management points do not find the inboxes for what clients send",
            }],
        },
        Clause {
            group: |site| ConfigMgrGroup::Providers { site: site.to_owned() },
            needs: &[
                Right {
                    requirement: "G6.3",
                    folder: r"\inboxes",
                    below: false,
                    mask: READ_AND_EXECUTE,
                    icacls: "RX",
                    stops: "SMS Providers do not find the inboxes for what administrators change",
                },
                Right {
                    requirement: "G6.4",
                    folder: r"\OSD\boot",
                    below: true,
                    mask: MODIFY,
                    icacls: "M",
                    stops: "boot images cannot be updated through this SMS Provider",
                },
            ],
        },
        Clause {
            group: |site| ConfigMgrGroup::SiteSystems { site: site.to_owned() },
            needs: &[
                Right {
                    requirement: "G7.3",
                    folder: r"\inboxes",
                    below: true,
                    mask: READ_AND_EXECUTE,
                    icacls: "RX",
                    stops: "site systems do not find the inbox for their status",
                },
                Right {
                    requirement: "G7.4",
                    folder: r"\inboxes\statmgr.box",
                    below: false,
                    mask: MODIFY,
                    icacls: "M",
                    stops: "the status of site systems does not reach the site server",
                },
            ],
        },
        Clause {
            group: |site| ConfigMgrGroup::SiteToSite { site: site.to_owned() },
            needs: &[Right {
                requirement: "G8.3",
                folder: r"\inboxes\despoolr.box\receive",
                below: false,
                mask: FULL_CONTROL,
                icacls: "F",
                stops: "files that other sites send are not received",
            }],
        },
    ];
}

struct Place<'p, 's> {
    found: &'p FoundGroup<'s>,
    id: Sid,
    dir: &'p str,
    acls: &'p Acls<'s>,
}

impl Right {
    fn judge(&self, place: &Place<'_, '_>, subject: &mut Subject<'_>) {
        let root = format!("{}{}", place.dir, self.folder);
        // Below a folder that lacks the right, folders that inherit lack it too.
        let lacks = self.folder(&root, place, subject);
        if !self.below || lacks {
            return;
        }
        let (below, holes) = place.acls.below(place.found.scope, Kind::Directory, &root);
        subject.holes(holes);
        let mut lacking: Vec<String> = Vec::new();
        for folder in below {
            let key = path_key(folder.path.value);
            // The group needs more there, and is asked for that.
            if key.ends_with(r"\inboxes\statmgr.box") {
                continue;
            }
            if !lacking.iter().any(|above| key.starts_with(&format!("{above}\\")))
                && self.folder(folder.path.value, place, subject)
            {
                lacking.push(key);
            }
        }
    }

    /// Whether the group lacks the right on a folder.
    fn folder(&self, folder: &str, place: &Place<'_, '_>, subject: &mut Subject<'_>) -> bool {
        // Every computer of the domain is in the other three.
        let who = [place.id, well_known::EVERYONE, well_known::AUTHENTICATED_USERS, well_known::USERS];
        let found = place.found;
        let allowed = place.acls.allowed(found.scope, Kind::Directory, folder, &who);
        let Some(Some(allowed)) = subject.require(allowed) else { return false };
        let missing = self.mask.without(allowed);
        let Ok((holder, levels)) = place.acls.deciding(found.scope, Kind::Directory, folder) else {
            return false;
        };
        if missing.is_empty() {
            return false;
        }
        let (name, at) = (principal(found.name()), path(folder));
        let words = |mask| Text::prose(Kind::Directory.describe(mask));
        let label = match (levels, allowed.is_empty()) {
            (0, true) => text!("no entry here is for the group"),
            (0, false) => text!("what is allowed here is {}", words(allowed)),
            (_, true) => {
                text!("the folder has what {} hands down: nothing for the group", path(holder.path.value))
            }
            (_, false) => {
                text!("the folder has what {} hands down: {}", path(holder.path.value), words(allowed))
            }
        };
        // A folder without a row may also not exist.
        let sure = if levels == 0 { Confidence::High } else { Confidence::Medium };
        subject
            .fail(
                text!("`{}` lacks {} on `{}` of {}", name, words(self.mask), at, host(found.host)),
                holder.sddl_span(),
                label,
            )
            .label(found.span(), text!("its members are computers other than the site server"))
            .discriminator(format!("{}:{}", self.icacls, path_key(folder)))
            .confidence(sure)
            .requirements(&[self.requirement])
            .help(text!("{}: give the group the right again", self.stops))
            .fix(
                text!("on {}, in an elevated command prompt", host(found.host)),
                Some(text!(
                    "icacls \"{}\" /grant *{}:(OI)(CI){}",
                    at,
                    sid(place.id),
                    Text::prose(self.icacls)
                )),
                Some(text!(
                    "before the change: icacls \"{}\" /save folder.acl; to go back: icacls \"{}\\..\" /restore folder.acl",
                    at,
                    at
                )),
            );
        true
    }
}
