use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};
use cmlint_model::views::Holder;

/// Follows each account that is to have few rights up to the groups that own a domain, to local administrators, and
/// to the administrative users.
pub(super) struct This;

pub(super) struct LowRights;

impl Purposes for LowRights {
    // One field names the proxy account for three of the purposes; it is judged under one of them.
    const PURPOSES: &'static [Purpose] = &[
        Purpose::CertificateRegistration,
        Purpose::CaptureImage,
        Purpose::ManagementPoint,
        Purpose::Multicast,
        Purpose::NetworkAccess,
        Purpose::Smtp,
        Purpose::SoftwareUpdateProxy,
        Purpose::DomainJoin,
        Purpose::NetworkFolder,
        Purpose::RunAs,
    ];
}

/// How many computers get a label of their own.
const HOSTS: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "an account that is to have few rights is privileged",
        severity: Severity::High,
        tags: &["accounts", "escalation"],
        noun: "accounts that are to have few rights",
        subjects: &[
            "Asset Intelligence Synchronization Point Proxy Server Account",
            "Capture Operating System Image Account",
            "Certificate Registration Point Account",
            "Exchange Server Connector Proxy Server Account",
            "Management Point Connection Account",
            "Multicast Connection Account",
            "Network Access Account",
            "SMTP Server Connection Account",
            "Software Update Point Proxy Server Account",
            "Task Sequence Editor Domain Joining Account",
            "Task Sequence Editor Network Folder Connection Account",
            "Task Sequence Run As Account",
        ],
        requirements: &["A0.2", "A5.2", "A7.7", "A11.2", "A19.2", "A21.2", "A24.5", "A25.6", "A26.8"],
        references: &[
            Reference::Section("Asset Intelligence Synchronization Point Proxy Server Account"),
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Exchange Server Connector Proxy Server Account"),
            Reference::Section("Network Access Account"),
            Reference::Section("SMTP Server Connection Account"),
            Reference::Section("Software Update Point Proxy Server Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
            Reference::Section("Task Sequence Run As Account"),
            Reference::MisconfigurationManager("CRED-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, LowRights>;
    type Evidence<'s> = (
        Via<'s, Principals<'s>>,
        Via<'s, Administrators<'s>>,
        Hierarchy<'s>,
        Each<'s, rows::LocalGroup<'s>>,
        OwnPolicy<'s>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (principals, administrators, hierarchy, groups, policy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let mut hosts: BTreeSet<String> = hierarchy.hosts().map(|(key, _)| key.to_owned()).collect();
        hosts.extend(groups.iter().filter_map(|(scope, _)| match scope {
            Scope::Host(key) => Some(key.clone()),
            _ => None,
        }));
        for account in accounts.uses() {
            let computer = account.is_computer(principals);
            if computer == Ok(true) {
                continue;
            }
            let mut subject = out.subject(Object::account_use(&account), account.span());
            if subject.require(computer).is_none() {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is in no group.
            let Some(sid) = sid else { continue };
            let judge = Judge { account: &account, sid, principals, hierarchy };
            judge.tier0(policy.0, &mut subject);
            let privileged = judge.privileged(&mut subject);
            judge.administrator(&hosts, &privileged, &mut subject);
            // The network access account has a lint of its own for this.
            if account.purpose != Purpose::NetworkAccess {
                match administrators.is_administrator(
                    &account.principal,
                    account.name.value.trim(),
                    principals,
                ) {
                    Answer::Yes(proof) => judge.administrative_user(&proof, &mut subject),
                    Answer::No => {}
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                }
            }
        }
    }
}

/// The requirements of a purpose: its own and the one that holds for all.
fn requirements(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::SoftwareUpdateProxy => &["A0.2", "A5.2", "A11.2", "A21.2"],
        Purpose::CaptureImage => &["A0.2", "A7.7"],
        Purpose::Smtp => &["A0.2", "A19.2"],
        Purpose::DomainJoin => &["A0.2", "A24.5"],
        Purpose::NetworkFolder => &["A0.2", "A25.6"],
        Purpose::RunAs => &["A0.2", "A26.8"],
        _ => &["A0.2"],
    }
}

fn words(purpose: Purpose) -> Text {
    match purpose {
        Purpose::SoftwareUpdateProxy => text!("site system proxy server account"),
        _ => Text::prose(purpose.words()),
    }
}

struct Judge<'j, 's> {
    account: &'j Use<'s>,
    sid: Sid,
    principals: &'j Principals<'s>,
    hierarchy: &'j cmlint_model::Inventory,
}

impl Judge<'_, '_> {
    /// Reports the privileged groups; returns them.
    fn privileged(&self, subject: &mut Subject<'_>) -> Vec<Holder> {
        let (groups, holes) = self.principals.privileged(&self.sid);
        subject.holes(holes);
        // That a Run As account is a domain administrator is the matter of its own lint.
        let owns = |group: &Holder| match group.sid.domain() {
            Some(_) => matches!(group.sid.rid(), Some(512 | 518 | 519)),
            None => group.sid == well_known::ADMINISTRATORS,
        };
        for (group, path) in &groups {
            if self.account.purpose == Purpose::RunAs && owns(group) {
                continue;
            }
            let what = match &group.place {
                GroupPlace::Domain(dns) => {
                    text!("`{}` of {}", self.principals.label(&group.sid), domain(dns))
                }
                _ => text!("`{}`", self.principals.label(&group.sid)),
            };
            self.member(group, &what, path, subject);
        }
        groups.into_iter().map(|(group, _)| group).collect()
    }

    /// Reports groups that only the organisation counts among those that own a domain. What hides members hides them
    /// too, and is told for the others.
    fn tier0(&self, policy: &cmlint_model::Policy, subject: &mut Subject<'_>) {
        let (reached, _) = self.principals.reach(&self.sid, None);
        for (group, path) in reached.iter().filter(|(group, _)| !group.is_privileged()) {
            let label = self.principals.label(&group.sid);
            let Some(named) = policy.tier0(&[&group.sid.to_string(), &label.text]) else { continue };
            let what = text!("`{}` of the organisation's tier 0", label);
            let report = self.member(group, &what, path, subject);
            report.label(named, text!("the organisation counts it among its tier 0"));
        }
    }

    /// Reports one group.
    fn member<'a>(
        &self,
        group: &Holder,
        what: &Text,
        path: &Proof,
        subject: &'a mut Subject<'_>,
    ) -> cmlint_lint::Report<'a> {
        let (member, above) = (path.steps.len() > 1, self.principals.label(&group.sid));
        let who = bare(&self.principals.label(&self.sid).text);
        let command = (!member)
            .then(|| text!("Remove-ADGroupMember -Identity \"{}\" -Members \"{}\"", bare(&above.text), who));
        let revert = (!member)
            .then(|| text!("Add-ADGroupMember -Identity \"{}\" -Members \"{}\"", bare(&above.text), who));
        let through = if member { text!(" through other groups") } else { text!("") };
        self.report(
            Wrong {
                kind: group.sid.to_string(),
                what: text!("is a member of {}{}", what, through),
                link: text!("this membership leads into {}", what),
                fix: text!(
                    "take the account out of the group of the first step: it needs none of these rights"
                ),
                command,
                revert: revert
                    .unwrap_or_else(|| text!("put the account back into the group of the first step")),
            },
            path,
            subject,
        )
    }

    /// Reports local administrators, but for those who are it through a group that was reported.
    fn administrator(&self, hosts: &BTreeSet<String>, privileged: &[Holder], subject: &mut Subject<'_>) {
        let labels: BTreeSet<String> =
            privileged.iter().map(|group| self.principals.label(&group.sid).text).collect();
        let mut found = Vec::new();
        let database = self.hierarchy.database_of(&self.account.scope).ok();
        for key in hosts.iter().filter(|key| !self.is_left_out(key, database)) {
            if self.principals.machine_of(&self.sid).is_some_and(|home| home != *key) {
                continue;
            }
            let (reached, holes) = self.principals.reach(&self.sid, Some(key));
            let group = reached.into_iter().find(|(holder, _)| {
                holder.sid == well_known::ADMINISTRATORS && matches!(holder.place, GroupPlace::Host(_))
            });
            match group {
                Some((_, path)) => {
                    let names = path.steps.iter().flat_map(|step| step.text.names());
                    if names.into_iter().all(|name| !labels.contains(&name.text)) {
                        found.push((key, path));
                    }
                }
                None => subject.holes(holes),
            }
        }
        for holes in
            [self.hierarchy.site_holes(), self.hierarchy.host_holes(), self.hierarchy.database_holes()]
        {
            subject.holes(holes.iter().cloned());
        }
        let [(first, path), ..] = found.as_slice() else { return };
        let place = match found.len() {
            1 => text!("of {}", host(first)),
            n => text!("of {} computers", n),
        };
        let link = text!("this makes it an administrator of {}", host(first));
        let who = self.principals.label(&self.sid);
        let mut report = self.report(
            Wrong {
                kind: "administrators".to_owned(),
                what: text!("is a local administrator {}", place),
                link,
                fix: text!("take the account out of the group of the first step, on each of the computers"),
                command: (path.steps.len() == 1)
                    .then(|| text!("Remove-LocalGroupMember -Group \"Administrators\" -Member \"{}\"", who)),
                revert: match path.steps.len() {
                    1 => text!("Add-LocalGroupMember -Group \"Administrators\" -Member \"{}\"", who),
                    _ => text!("put the account back into the group of the first step"),
                },
            },
            path,
            subject,
        );
        for (index, (key, path)) in found.iter().enumerate() {
            report = report.evidence(Key::host(key));
            let span = path.steps.iter().rev().find_map(|step| step.span);
            let (Some(span), 1..HOSTS) = (span, index) else { continue };
            let rest = found.len() - (index + 1);
            let more =
                if index + 1 == HOSTS && rest > 0 { text!("; and of {} more", rest) } else { text!("") };
            report = report.label(span, text!("and of {}{}", host(key), more));
        }
    }

    /// Reports an administrative user.
    fn administrative_user(&self, path: &Proof, subject: &mut Subject<'_>) {
        let through = if path.steps.len() > 1 { text!(" through a group") } else { text!("") };
        let name = self.principals.label(&self.sid);
        let direct = path.steps.len() == 1;
        self.report(
            Wrong {
                kind: "administrative-user".to_owned(),
                what: text!("is an administrative user{}", through),
                link: text!("the administrative user"),
                fix: match direct {
                    true => text!("Administration > Security > Administrative Users: remove the account"),
                    false => text!("take the account out of the group of the first step"),
                },
                command: direct.then(|| text!("Remove-CMAdministrativeUser -Name \"{}\"", name)),
                revert: match direct {
                    true => text!(
                        "add the administrative user again, with the roles, scopes and collections it had"
                    ),
                    false => text!("put the account back into the group of the first step"),
                },
            },
            path,
            subject,
        );
    }

    /// Whether what the account may do on a computer is judged elsewhere, or is what the source documents allow.
    fn is_left_out(&self, key: &str, database: Option<&Scope>) -> bool {
        match (self.account.purpose, database) {
            (Purpose::ManagementPoint | Purpose::Multicast, Some(Scope::Database { server, .. })) => {
                server == key
            }
            // Nothing says on which computer it may have more.
            (Purpose::ManagementPoint | Purpose::Multicast, _) => true,
            // Its command may need an administrator of the clients.
            (Purpose::RunAs, _) => self.hierarchy.host(key).is_none(),
            _ => false,
        }
    }

    fn report<'a>(
        &self,
        wrong: Wrong,
        path: &Proof,
        subject: &'a mut Subject<'_>,
    ) -> cmlint_lint::Report<'a> {
        let name = principal(self.account.name.value.trim());
        let words = words(self.account.purpose);
        let proof = self.account.via().and(path.clone());
        let link = path.steps.iter().rev().find_map(|step| step.span);
        let report = subject
            .fail(text!("{} `{}` {}", words, name, wrong.what), self.account.span(), text!("the {}", words))
            .requirements(requirements(self.account.purpose))
            .discriminator(wrong.kind)
            .proof(&proof)
            .help(help(self.account.purpose))
            .fix(wrong.fix, wrong.command, Some(wrong.revert));
        match link {
            Some(span) => report.label(span, wrong.link),
            None => report,
        }
    }
}

/// What is wrong with an account.
struct Wrong {
    kind: String,
    what: Text,
    /// What the last step of the path means.
    link: Text,
    fix: Text,
    command: Option<Text>,
    revert: Text,
}

fn help(purpose: Purpose) -> Text {
    match purpose {
        Purpose::SoftwareUpdateProxy => text!(
            "the account only has to get through the proxy: give it an account of its own that may do nothing in the \
             domain"
        ),
        Purpose::Smtp => {
            text!("the account only has to hand mail to the mail server: use one that may do nothing else")
        }
        Purpose::RunAs => text!(
            "the account needs what its command needs: where that is an administrator, make a local one on the client \
             for this purpose"
        ),
        Purpose::CaptureImage | Purpose::DomainJoin | Purpose::NetworkFolder => text!(
            "the password of the account is in the policy of every client that gets the task sequence: leave it the one \
             right that the step needs, and nothing else"
        ),
        Purpose::NetworkAccess => text!(
            "the password of the account is in the policy of every client: it needs to read content and nothing else"
        ),
        _ => text!(
            "the account needs its role in the site database and nothing else; every client reaches the computer that \
             keeps its password"
        ),
    }
}

/// A name without its domain.
fn bare(name: &str) -> cmlint_model::words::Name {
    principal(name.rsplit('\\').next().unwrap_or(name))
}
