use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::path_key;
use cmlint_winsec::{Ace, AceFlags};

/// Looks on distribution points for entries that let others than administrators change package content.
pub(super) struct This;

/// How many folders get a label of their own.
const SHOWN: usize = 4;

impl Lint for This {
    const META: Meta = Meta {
        title: "others than administrators may write package content on a distribution point",
        severity: Severity::Medium,
        tags: &["acl", "content", "distribution-points"],
        noun: "distribution points",
        subjects: &["Package Access Account"],
        requirements: &["A15.1"],
        references: &[
            Reference::Section("Package Access Account"),
            Reference::Document("The content library in Configuration Manager", "About the content library"),
            Reference::MisconfigurationManager("CRED-6"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (Via<'s, Acls<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(hierarchy: Self::Subjects<'s>, (acls, principals): &Self::Evidence<'s>, out: &mut Sink) {
        let (carriers, unknown) = Content::carriers(&hierarchy, principals);
        for (server, entry) in hierarchy.hosts() {
            let is_point =
                |role: &&cmlint_model::HostRole| role.role.eq_ignore_ascii_case("SMS Distribution Point");
            let Some(role) = entry.roles.iter().find(is_point) else { continue };
            let scope = Scope::host(server);
            let object =
                Object::new(Key::host(server), text!("distribution point {}", host(server)), scope.clone());
            let mut subject = out.subject(object, role.span);
            let content = acls.content(&scope);
            let (found, holes) = acls.content_writers(&scope, &content);
            subject.holes(holes);
            for folder in found.iter().filter(|folder| folder.is_null()) {
                report_null(server, folder, &mut subject);
            }
            let context = principals.context_of_host(server);
            let mut writers: BTreeMap<Sid, Vec<(&Found<'_, '_>, Span, &Ace)>> = BTreeMap::new();
            for folder in &found {
                for (span, ace) in &folder.entries {
                    match ace.trustee.resolve(&context) {
                        Some(sid) => writers.entry(sid).or_default().push((folder, *span, ace)),
                        None => subject.unknown([Gap::new(
                            Dataset::Acl,
                            scope.clone(),
                            Status::Partial,
                            format!(
                                "an entry of {} names a group of a domain that is not known",
                                folder.path
                            ),
                        )]),
                    }
                }
            }
            for (writer, entries) in writers {
                // Site servers bring the content.
                if carriers.contains(&writer) {
                    continue;
                }
                if !unknown.is_empty() && principals.is_computer(&writer) != Some(false) {
                    subject.unknown(unknown.iter().cloned());
                    continue;
                }
                // Who is an administrator there anyway gains nothing by an entry.
                match principals.membership(&writer, &well_known::ADMINISTRATORS, Some(server)) {
                    Answer::Yes(_) => {}
                    Answer::No => report(server, &writer, &entries, principals, &mut subject),
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                }
            }
        }
    }
}

fn report(
    server: &str,
    writer: &Sid,
    entries: &[(&Found<'_, '_>, Span, &Ace)],
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let Some((folder, span, ace)) = entries.first() else { return };
    let name = principals.label(writer);
    let at = path(&folder.path);
    let key = Key::host(server).then("content-writer", &writer.to_string());
    let label = text!("`{}` on {}", name, host(server));
    let about = Object::new(key, label, subject.object().scope.clone());
    let rights = |ace: &Ace| Text::prose(Kind::Directory.describe_ace(ace));
    let inherited = entries.iter().all(|(_, _, ace)| ace.flags.contains(AceFlags::INHERITED));
    let adds = entries.iter().all(|(_, _, ace)| Content::only_adds(ace));
    let verb = Text::prose(if adds { "may add files to" } else { "may write" });
    // What comes from above must become the folder's own before it can be taken out.
    let detach = if inherited { text!("icacls \"{}\" /inheritance:d && ", at) } else { Text::default() };
    let mut report = subject
        .fail_about(
            about,
            text!("`{}` {} package content in `{}` of {}", name, verb, at, host(server)),
            *span,
            text!("allows {}", rights(ace)),
        )
        .help(text!(
            "clients run what lies in this folder, many of them as the system: leave it to Administrators with Full control and \
             to readers with Read"
        ))
        .fix(
            text!(
                "where the account is an access account of a package with more than Read, set that right first and redistribute \
                 the package; else, on {}, in an elevated command prompt",
                host(server)
            ),
            Some(text!("{}icacls \"{}\" /remove:g *{} && icacls \"{}\" /grant *{}:(OI)(CI)RX", detach, at, sid(writer), at, sid(writer))),
            Some(text!(
                "before the change: icacls \"{}\" /save content.acl; to go back: icacls \"{}\\..\" /restore content.acl",
                at,
                at
            )),
        );
    if adds {
        report = report.severity(Severity::Info).confidence(Confidence::Medium);
    }
    let rest = entries.len().saturating_sub(SHOWN);
    for (index, (folder, span, ace)) in entries.iter().enumerate() {
        report = report.evidence(Key::host(server).name("path", &path_key(&folder.path)));
        if (1..SHOWN).contains(&index) {
            let more = if index + 1 == SHOWN && rest > 0 { text!(", and {} more", rest) } else { text!("") };
            report = report.label(*span, text!("allows {} on {}{}", rights(ace), path(&folder.path), more));
        }
    }
}

fn report_null(server: &str, folder: &Found<'_, '_>, subject: &mut Subject<'_>) {
    let Some((span, label)) = folder.labels().into_iter().next() else { return };
    let at = path(&folder.path);
    subject
        .fail(
            text!("everybody has full control of package content in `{}` of {}", at, host(server)),
            span,
            label,
        )
        .discriminator(path_key(&folder.path))
        .help(text!(
            "give the folder a list of permissions: Administrators with Full control, Users with Read"
        ))
        .fix(
            text!("on {}, in an elevated command prompt", host(server)),
            Some(text!(
                "icacls \"{}\" /grant *{}:(OI)(CI)F *{}:(OI)(CI)F *{}:(OI)(CI)RX",
                at,
                sid(well_known::ADMINISTRATORS),
                sid(well_known::SYSTEM),
                sid(well_known::USERS)
            )),
            Some(text!("nothing that is worth going back to")),
        );
}
