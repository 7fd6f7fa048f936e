use std::collections::BTreeSet;

use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};
use cmlint_model::rows::prop;

/// Follows the two accounts that have to sign in to the right to do so, where their purpose needs it.
pub(super) struct This;

const RIGHT: &str = "SeInteractiveLogonRight";
/// How many computers get a label of their own.
const HOSTS: usize = 5;

pub(super) struct Required;

impl Purposes for Required {
    const PURPOSES: &'static [Purpose] = &[Purpose::ReportingServices, Purpose::RunAs];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "an account that has to sign in interactively lacks the right to",
        severity: Severity::Medium,
        tags: &["accounts", "user-rights", "function"],
        noun: "accounts that have to sign in interactively",
        subjects: &["Reporting Services Point Account", "Task Sequence Run As Account"],
        requirements: &["A16.1", "A26.2"],
        references: &[
            Reference::Section("Reporting Services Point Account"),
            Reference::Section("Task Sequence Run As Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, Required>;
    type Evidence<'s> = (
        Via<'s, Rights<'s>>,
        Via<'s, Principals<'s>>,
        Hierarchy<'s>,
        Each<'s, rows::Computer<'s>>,
        Each<'s, rows::SiteSystemRole<'s>>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (rights, principals, hierarchy, computers, roles): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let world = World { rights, principals, hierarchy, computers, roles };
        for account in accounts.uses() {
            let mut subject = out.subject(Object::account_use(&account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // That the account does not exist is another fault than that it lacks a right.
            let Some(sid) = sid else { continue };
            match account.purpose {
                Purpose::ReportingServices => world.reporting(&account, &sid, &mut subject),
                _ => world.run_as(&account, &sid, &mut subject),
            }
        }
    }
}

struct World<'w, 's> {
    rights: &'w Rights<'s>,
    principals: &'w Principals<'s>,
    hierarchy: &'w cmlint_model::Inventory,
    computers: &'w Each<'s, rows::Computer<'s>>,
    roles: &'w Each<'s, rows::SiteSystemRole<'s>>,
}

/// A computer on which the account may not sign in, and the deny entry if that is why.
struct Lack {
    host: String,
    denied: Option<Proof>,
}

impl<'s> World<'_, 's> {
    /// The report server asks for the right where its database lies, and no property of the role says where that is:
    /// it is the computer of the role, or the one that the role reads its data from.
    fn reporting(&self, account: &Use<'s>, sid: &Sid, subject: &mut Subject<'_>) {
        let mut hosts = BTreeSet::new();
        for place in account.places() {
            hosts.extend(place.host.clone());
        }
        for (_, row) in self.roles.iter() {
            let key = row.network_os_path.filled().map(|p| self.hierarchy.host_key(p.value));
            let is_point =
                row.role_name.get().is_some_and(|r| r.trim().eq_ignore_ascii_case("SMS SRS Reporting Point"));
            if is_point && key.is_some_and(|key| account.places().iter().any(|p| p.host == Some(key.clone())))
            {
                let server = prop(&row.data.props, "DatabaseServerName").and_then(|p| p.text());
                hosts.extend(server.map(|s| self.hierarchy.host_key(s.value)));
            }
        }
        let (lacks, holes) = self.lacks(sid, hosts.iter());
        if lacks.len() == hosts.len() {
            self.report(account, "A16.1", &lacks, hosts.len(), subject);
        } else if let Some(lack) = lacks.first() {
            let why = format!(
                "the account may not sign in on {}, and nothing says whether the Reporting Services database lies there",
                lack.host
            );
            subject.unknown([Gap::new(Dataset::SiteSystemRole, account.scope.clone(), Status::Partial, why)]);
        }
        subject.holes(holes);
    }

    /// A task sequence runs on clients, of which a snapshot holds a sample.
    fn run_as(&self, account: &Use<'s>, sid: &Sid, subject: &mut Subject<'_>) {
        let home = self.principals.machine_of(sid);
        let mut clients = Vec::new();
        for scope in self.rights.hosts() {
            let Scope::Host(key) = &scope else { continue };
            let (computers, hole) = self.computers.at(&scope);
            if computers.is_empty() && self.hierarchy.host(key).is_none() {
                // It may be a domain controller, on which no task sequence runs.
                subject.holes(hole);
                continue;
            }
            let controller = computers.iter().any(is_controller);
            if self.hierarchy.host(key).is_none() && !controller && home.is_none_or(|home| home == key) {
                clients.push(key.clone());
            }
        }
        if clients.is_empty() {
            let why = "the user rights of no client were collected";
            subject.unknown([Gap::new(Dataset::UserRight, Scope::Hierarchy, Status::NotCollected, why)]);
        }
        let (lacks, holes) = self.lacks(sid, clients.iter());
        if !lacks.is_empty() {
            self.report(account, "A26.2", &lacks, clients.len(), subject);
        }
        subject.holes(holes);
        // What is not known to be a site system could be taken for a client.
        for holes in
            [self.hierarchy.site_holes(), self.hierarchy.host_holes(), self.hierarchy.database_holes()]
        {
            subject.holes(holes.iter().cloned());
        }
    }

    fn lacks<'a>(&self, sid: &Sid, hosts: impl Iterator<Item = &'a String>) -> (Vec<Lack>, Vec<Gap>) {
        let (mut lacks, mut holes) = (Vec::new(), Vec::new());
        for host in hosts {
            let held = self.rights.held(sid, RIGHT, &Scope::host(host), self.principals);
            let none = held.grants.is_empty() && held.perhaps_granted.is_empty();
            if held.denied.is_some() || none {
                lacks.push(Lack { host: host.clone(), denied: held.denied });
            } else if held.grants.is_empty() {
                holes.extend(held.perhaps_granted);
            } else {
                holes.extend(held.perhaps_denied);
            }
        }
        (lacks, holes)
    }

    fn report(
        &self,
        account: &Use<'s>,
        requirement: &'static str,
        lacks: &[Lack],
        of: usize,
        subject: &mut Subject<'_>,
    ) {
        let name = principal(account.name.value.trim());
        let words = Text::prose(account.purpose.words());
        let (where_, label, help) = match account.purpose {
            Purpose::ReportingServices => (
                places(lacks),
                text!("the report server signs in with this account to read the data of reports"),
                text!(
                    "this account and the Run As account of task sequences are the two that need the right: give it to \
                     them on these computers, and leave them out of the groups to which it is denied"
                ),
            ),
            _ => (
                match of {
                    1 => places(lacks),
                    _ => text!("{} of {} collected clients", lacks.len(), of),
                },
                text!("the command of the step runs in a sign-in of this account"),
                text!(
                    "give the account the right on the computers to which the task sequence is deployed, and keep it out \
                     of the groups to which it is denied; an account of its own, because capture, domain joining and \
                     network folder accounts must not have the right"
                ),
            ),
        };
        let denied = lacks.iter().any(|lack| lack.denied.is_some());
        let message = text!(
            "{} `{}` {} sign in locally on {}",
            words,
            name,
            if denied { "is denied to" } else { "may not" },
            where_
        );
        let command = text!("secedit /export /areas USER_RIGHTS /cfg rights.inf");
        let mut report = subject
            .fail(message, account.span(), label)
            .requirements(&[requirement])
            .proof(&account.via())
            .help(help)
            .fix(
                match denied {
                    true => text!(
                        "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > \
                         User Rights Assignment > `Deny log on locally`: take the account out of the group of the entry, \
                         or the group out of the right; look at the result on the computer"
                    ),
                    false => text!(
                        "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > \
                         User Rights Assignment > `Allow log on locally`: add the account; look at the result on the \
                         computer"
                    ),
                },
                Some(command),
                Some(match denied {
                    true => text!("put the account back into the group, or the group into the right"),
                    false => text!("take the account out of the right again"),
                }),
            );
        if let Some(proof) = lacks.iter().find_map(|lack| lack.denied.as_ref()) {
            report = report.proof(proof);
        }
        // Which clients run the task sequence is not known; one that does not may well keep the account out.
        if account.purpose == Purpose::RunAs && lacks.len() < of {
            report = report.severity(Severity::Info).confidence(Confidence::Medium);
        }
        for (index, lack) in lacks.iter().enumerate() {
            report = report.evidence(Key::host(&lack.host));
            let Some((span, words)) = self.why(lack).filter(|_| index < HOSTS) else { continue };
            let rest = lacks.len() - (index + 1);
            let more =
                if index + 1 == HOSTS && rest > 0 { text!("; so on {} more", rest) } else { text!("") };
            report = report.label(span, text!("{}{}", words, more));
        }
    }

    /// The deny entry, or the list in which the account is missing.
    fn why(&self, lack: &Lack) -> Option<(Span, Text)> {
        if let Some(proof) = &lack.denied {
            let span = proof.steps.iter().rev().find_map(|step| step.span)?;
            return Some((span, text!("denied on {}", host(&lack.host))));
        }
        let holders = self.rights.holders(RIGHT, &Scope::host(&lack.host));
        let (_, span) = holders.first()?;
        Some((*span, text!("who may sign in on {}; the account is in none of them", host(&lack.host))))
    }
}

fn is_controller(computer: &Row<rows::Computer<'_>>) -> bool {
    computer.domain_role.get().is_some_and(|role| matches!(role.0, 4 | 5))
}

fn places(lacks: &[Lack]) -> Text {
    Text::join(lacks.iter().map(|lack| text!("{}", host(&lack.host))), " and ")
}
