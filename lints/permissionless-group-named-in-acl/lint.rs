use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{AceFlags, Effect, reach};

/// Looks for rights of groups that need none: what they open is opened by the product.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a group that needs no permissions is named in the permissions of a computer",
        severity: Severity::Medium,
        tags: &["acl", "groups"],
        noun: "ConfigMgr_DViewAccess and ConfigMgr Remote Control Users groups",
        subjects: &["ConfigMgr_DViewAccess", "ConfigMgr Remote Control Users"],
        requirements: &["G2.3", "G3.4"],
        references: &[
            Reference::Section("ConfigMgr_DViewAccess"),
            Reference::Section("ConfigMgr Remote Control Users"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::LocalGroup<'s>>;
    type Evidence<'s> = (Each<'s, rows::AclEntry<'s>>, Via<'s, Acls<'s>>);

    fn check<'s>(groups: Self::Subjects<'s>, (rows, acls): &Self::Evidence<'s>, out: &mut Sink) {
        for found in FoundGroup::all(&groups) {
            let clause = match found.group {
                ConfigMgrGroup::DViewAccess => Clause {
                    requirement: "G2.3",
                    needs: "the group is for the site database: SQL Server gives it what it needs there",
                },
                ConfigMgrGroup::RemoteControlUsers => Clause {
                    requirement: "G3.4",
                    needs: "the group is for remote control: the client itself asks who is in it",
                },
                _ => continue,
            };
            let mut subject = out.subject(Object::group(&found), found.span());
            let Some(id) = found.sid() else {
                let why = format!("`{}` has no SID", found.name());
                subject.unknown([Gap::property(Dataset::LocalGroup, found.scope.clone(), "SID", why)]);
                continue;
            };
            subject.holes(rows.at(found.scope).1);
            subject.holes(acls.unread(found.scope).to_vec());
            clause.judge(&found, id, acls, &mut subject);
        }
    }
}

struct Clause {
    requirement: &'static str,
    needs: &'static str,
}

impl Clause {
    fn judge<'s>(&self, found: &FoundGroup<'s>, id: Sid, acls: &Acls<'s>, subject: &mut Subject<'_>) {
        // Objects are in the order of kind and path, so that one comes before what is below it.
        let mut told: BTreeSet<(Kind, String)> = BTreeSet::new();
        for object in acls.of_host(found.scope) {
            let key = path_key(object.path.value);
            let above = told
                .iter()
                .any(|(kind, above)| *kind == object.kind && key.starts_with(&format!("{above}\\")));
            let entries: Vec<_> = object
                .entries()
                .filter(|(_, ace)| {
                    ace.kind.effect() == Some(Effect::Allow)
                        && ace.trustee.sid() == Some(id)
                        && !(above && ace.flags.contains(AceFlags::INHERITED))
                })
                .collect();
            if entries.is_empty() {
                continue;
            }
            told.insert((object.kind, key.clone()));
            let rights = entries.iter().fold(AccessMask::NONE, |all, (_, ace)| all | ace.mask);
            let (name, at) = (principal(found.name()), path(object.path.value));
            let message = text!(
                "`{}` has {} on the {} `{}` of {}",
                name,
                Text::prose(object.kind.describe(rights)),
                word(object.kind),
                at,
                host(found.host)
            );
            let label = |ace: &cmlint_winsec::Ace| {
                let rights = Text::prose(object.kind.describe_ace(ace));
                text!("allows {} on {}", rights, Text::prose(reach(ace).words(object.kind).to_string()))
            };
            let mut report = subject.fail(message, entries[0].0, label(entries[0].1));
            for (span, ace) in &entries[1..] {
                report = report.label(*span, label(ace));
            }
            let (command, revert) = match object.kind {
                Kind::Directory | Kind::File => (
                    text!("icacls \"{}\" /remove:g *{}", at, sid(id)),
                    text!(
                        "before the change: icacls \"{}\" /save folder.acl; to go back: icacls \"{}\\..\" /restore folder.acl",
                        at,
                        at
                    ),
                ),
                Kind::Share => (
                    text!("Revoke-SmbShareAccess -Name \"{}\" -AccountName \"{}\" -Force", at, name),
                    text!(
                        "Grant-SmbShareAccess -Name \"{}\" -AccountName \"{}\" -AccessRight Read -Force",
                        at,
                        name
                    ),
                ),
                Kind::RegistryKey => (
                    text!("regedit: {} > Permissions, remove {}", at, name),
                    text!("add the entry again with the rights that the finding names"),
                ),
                Kind::WmiNamespace => (
                    text!("wmimgmt.msc: Properties > Security > {} > Security, remove {}", at, name),
                    text!("add the entry again with the rights that the finding names"),
                ),
                _ => (
                    text!("remove {} from the permissions of {}", name, at),
                    text!("add the entry again with the rights that the finding names"),
                ),
            };
            report
                .label(
                    found.span(),
                    text!("the group needs no permission on any file, share, key or namespace"),
                )
                .discriminator(format!("{}:{key}", word(object.kind)))
                .evidence(Key::host(found.host).name("path", object.path.value))
                .requirements(&[self.requirement])
                .help(text!(
                    "{}, so take the entry out, or give the right to a group that is meant for it",
                    self.needs
                ))
                .fix(text!("on {}, elevated", host(found.host)), Some(command), Some(revert));
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Directory | Kind::File => "folder",
        Kind::Share => "share",
        Kind::RegistryKey => "registry key",
        Kind::WmiNamespace => "namespace",
        Kind::ComLaunch | Kind::ComAccess => "COM setting",
        Kind::Service => "service",
        Kind::DirectoryObject => "directory object",
    }
}
