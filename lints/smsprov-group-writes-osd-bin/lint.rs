use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{Ace, AceFlags, Acl, Effect, reach};

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
    type Evidence<'s> = (Each<'s, rows::LocalGroup<'s>>, Via<'s, Acls<'s>>);

    fn check<'s>(hierarchy: Self::Subjects<'s>, (groups, acls): &Self::Evidence<'s>, out: &mut Sink) {
        for site in hierarchy.sites() {
            let name = format!("SMS_SiteSystemToSiteServerConnection_SMSProv_{}", site.code);
            let mut servers: Vec<&str> =
                hierarchy.hosts_with(&site.code, "SMS Site Server").into_iter().map(|(key, _)| key).collect();
            servers.extend(site.server.as_deref());
            servers.sort_unstable();
            servers.dedup();
            for server in servers {
                let scope = Scope::host(server);
                let (found, hole) = groups.at(&scope);
                let same = |g: &&Row<rows::LocalGroup<'_>>| {
                    g.name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case(&name))
                };
                let Some((group, id)) = found.iter().find(same).and_then(|g| Some((g, g.group_sid()?)))
                else {
                    // A site without a remote SMS Provider has no such group.
                    out.hole(hole);
                    continue;
                };
                let object = Object::new(
                    Key::host(server).then("group", &id.to_string()),
                    text!("{} on {}", principal(&name), host(server)),
                    scope.clone(),
                )
                .alias(Key::host(server).name("group-name", &name));
                let at = rows::place_of(&group.name, group.span);
                let mut subject = out.subject(object, at);
                match &site.install_dir {
                    Some(dir) => {
                        let judge = Judge { acls, scope: &scope, host: server, group: id, name: &name, at };
                        judge.folders(&format!(r"{dir}\OSD\Bin"), &mut subject);
                    }
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

struct Judge<'j, 's> {
    acls: &'j Acls<'s>,
    scope: &'j Scope,
    host: &'j str,
    group: Sid,
    name: &'j str,
    at: Span,
}

impl<'s> Judge<'_, 's> {
    fn folders(&self, bin: &str, subject: &mut Subject<'_>) {
        // Folders that were reported: what the ones below inherit from them is the same mistake.
        let mut reported = BTreeSet::new();
        match self.acls.deciding(self.scope, Kind::Directory, bin) {
            Ok((_, 0)) => {}
            Ok((above, levels)) => {
                let entries: Vec<_> =
                    above.entries().filter(|(_, ace)| self.writes(ace) && hands_down(ace, levels)).collect();
                if !entries.is_empty() {
                    reported.insert(path_key(bin));
                    self.report(bin, above.path.value, &entries, subject);
                }
            }
            Err(holes) => subject.unknown(holes),
        }
        let (below, holes) = self.acls.below(self.scope, Kind::Directory, bin);
        subject.holes(holes);
        let itself = self.acls.object(self.scope, Kind::Directory, bin).ok();
        for folder in itself.into_iter().chain(below) {
            self.folder(folder, &mut reported, subject);
        }
    }

    fn folder(&self, folder: &AclObject<'s>, reported: &mut BTreeSet<String>, subject: &mut Subject<'_>) {
        let key = path_key(folder.path.value);
        match folder.dacl() {
            // An export may leave the list out; Windows would take the same text for full control.
            Some(Acl::Absent) => {
                let why = format!("the descriptor of {} has no list of permissions", folder.path.value);
                subject.unknown([Gap::new(Dataset::Acl, self.scope.clone(), Status::Partial, why)]);
            }
            Some(Acl::Null) => {
                let label = text!("a null list of permissions: everybody has full control");
                self.say(folder.path.value, true, "full control", &[(folder.sddl_span(), label)], subject);
            }
            _ => {
                let above = reported.iter().any(|known| key.starts_with(&format!("{known}\\")));
                let entries: Vec<_> = folder
                    .entries()
                    .filter(|(_, ace)| self.writes(ace))
                    .filter(|(_, ace)| !(above && ace.flags.contains(AceFlags::INHERITED)))
                    .collect();
                if !entries.is_empty() {
                    self.report(folder.path.value, folder.path.value, &entries, subject);
                    reported.insert(key);
                }
            }
        }
    }

    /// An entry for the group that lets it change anything. A deny beside it is no protection to rely on.
    fn writes(&self, ace: &Ace) -> bool {
        ace.kind.effect() == Some(Effect::Allow)
            && ace.trustee.sid() == Some(self.group)
            && !Kind::Directory.has_no_write(ace.mask)
    }

    /// `folder` is what the entries reach, `holder` where they stand.
    fn report(&self, folder: &str, holder: &str, entries: &[(Span, &Ace)], subject: &mut Subject<'_>) {
        let all = entries.iter().fold(AccessMask::NONE, |all, (_, ace)| all | ace.mask);
        let labels: Vec<(Span, Text)> = entries
            .iter()
            .map(|(span, ace)| {
                let rights = Text::prose(Kind::Directory.describe_ace(ace));
                let reached = Text::prose(reach(ace).words(Kind::Directory).to_string());
                let label = match folder == holder {
                    true => text!("allows {} on {}", rights, reached),
                    false => text!("allows {} on {} of {}", rights, reached, path(holder)),
                };
                (*span, label)
            })
            .collect();
        let own = folder == holder && entries.iter().all(|(_, ace)| !ace.flags.contains(AceFlags::INHERITED));
        self.say(folder, own, &Kind::Directory.describe(all), &labels, subject);
    }

    fn say(&self, folder: &str, own: bool, rights: &str, labels: &[(Span, Text)], subject: &mut Subject<'_>) {
        let [(span, label), more @ ..] = labels else { return };
        let message = text!(
            "`{}` has {} on `{}` of {}",
            principal(self.name),
            Text::prose(rights.to_owned()),
            path(folder),
            host(self.host)
        );
        // What comes from above must become the folder's own before it can be taken out; the folder above
        // has other children, which need it.
        let detach =
            if own { Text::default() } else { text!("icacls \"{}\" /inheritance:d && ", path(folder)) };
        let mut report = subject.fail(message, *span, label.clone());
        for (span, label) in more {
            report = report.label(*span, label.clone());
        }
        report
            .label(self.at, text!("SMS Providers on other computers sign in as members of this group"))
            .discriminator(path_key(folder))
            .evidence(Key::host(self.host).name("path", folder))
            .help(text!("leave the group Read here: boot images are built from the programs in this folder"))
            .fix(
                text!("on {}, in an elevated command prompt", host(self.host)),
                Some(text!(
                    "{}icacls \"{}\" /remove:g *{} && icacls \"{}\" /grant *{}:(OI)(CI)R",
                    detach,
                    path(folder),
                    sid(self.group),
                    path(folder),
                    sid(self.group)
                )),
                Some(text!(
                    "before the change: icacls \"{}\" /save osdbin.acl; to go back: icacls \"{}\\..\" /restore osdbin.acl",
                    path(folder),
                    path(folder)
                )),
            );
    }
}

/// Whether an entry of a folder reaches one so many levels below.
fn hands_down(ace: &Ace, levels: usize) -> bool {
    let reach = reach(ace);
    (reach.child_containers || reach.child_objects) && (reach.deeper || levels == 1)
}
