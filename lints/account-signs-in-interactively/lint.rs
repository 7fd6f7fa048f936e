use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};

/// Follows each account that must not sign in to the rights to sign in, on the computers where its purpose brings it.
/// What somebody granted is reported account by account; what every account has is reported once.
pub(super) struct This;

/// What one purpose forbids.
struct Clause {
    purpose: Purpose,
    requirement: &'static str,
    /// The rights that count: signing in at the computer, and over Remote Desktop.
    rights: &'static [&'static str],
    place: Place,
}

/// Where an account is judged.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// On every computer whose rights are known.
    Anywhere,
    /// On the computer of the site database.
    Database,
}

const LOCALLY: &str = "SeInteractiveLogonRight";
const INTERACTIVELY: &[&str] = &[LOCALLY, "SeRemoteInteractiveLogonRight"];

const fn clause(
    purpose: Purpose,
    requirement: &'static str,
    rights: &'static [&'static str],
    place: Place,
) -> Clause {
    Clause { purpose, requirement, rights, place }
}

static CLAUSES: &[Clause] = &[
    clause(Purpose::CaptureImage, "A7.3", INTERACTIVELY, Place::Anywhere),
    // The section of this account speaks of signing in locally and of nothing else.
    clause(Purpose::ClientPush, "A8.4", &[LOCALLY], Place::Anywhere),
    clause(Purpose::ManagementPoint, "A12.4", INTERACTIVELY, Place::Database),
    clause(Purpose::Multicast, "A13.4", INTERACTIVELY, Place::Database),
    clause(Purpose::NetworkAccess, "A14.5", INTERACTIVELY, Place::Anywhere),
    clause(Purpose::DomainJoin, "A24.3", INTERACTIVELY, Place::Anywhere),
    clause(Purpose::NetworkFolder, "A25.4", INTERACTIVELY, Place::Anywhere),
];

pub(super) struct Forbidden;

impl Purposes for Forbidden {
    const PURPOSES: &'static [Purpose] = &[
        Purpose::CaptureImage,
        Purpose::ClientPush,
        Purpose::ManagementPoint,
        Purpose::Multicast,
        Purpose::NetworkAccess,
        Purpose::DomainJoin,
        Purpose::NetworkFolder,
    ];
}

/// How many computers get a label of their own.
const HOSTS: usize = 5;
/// How many accounts do.
const ACCOUNTS: usize = 10;

impl Lint for This {
    const META: Meta = Meta {
        title: "an account that must not sign in interactively holds the right to",
        severity: Severity::High,
        tags: &["accounts", "user-rights"],
        noun: "accounts that must not sign in interactively",
        subjects: &[
            "Capture Operating System Image Account",
            "Client Push Installation Account",
            "Management Point Connection Account",
            "Multicast Connection Account",
            "Network Access Account",
            "Task Sequence Editor Domain Joining Account",
            "Task Sequence Editor Network Folder Connection Account",
        ],
        requirements: &["A7.3", "A8.4", "A12.4", "A13.4", "A14.5", "A24.3", "A25.4"],
        references: &[
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Client Push Installation Account"),
            Reference::Section("Management Point Connection Account"),
            Reference::Section("Multicast Connection Account"),
            Reference::Section("Network Access Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
            Reference::Document(
                "Microsoft, Security and privacy for site administration in Configuration Manager",
                "Security guidance for the site server",
            ),
            Reference::Catalogue("B-NAA.4"),
            Reference::MisconfigurationManager("PREVENT-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, Forbidden>;
    type Evidence<'s> = (Via<'s, Rights<'s>>, Via<'s, Principals<'s>>, Hierarchy<'s>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (rights, principals, hierarchy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let world = World { rights, principals, hierarchy };
        let judged: Vec<Found<'s>> = accounts.uses().into_iter().filter_map(|one| world.judge(one)).collect();
        let mut implied = Some(judged.iter().filter(|j| !j.implied.is_empty()).collect::<Vec<_>>());
        for one in &judged {
            let mut subject = out.subject(Object::account_use(&one.account), one.account.span());
            if !one.explicit.is_empty() {
                report_explicit(one, principals, &mut subject);
            }
            // The cause is one, whatever the number of accounts: it is told at the first of them.
            if !one.implied.is_empty()
                && let Some(all) = implied.take()
            {
                report_implied(&all, principals, &mut subject);
            }
            subject.holes(one.gaps.iter().cloned());
        }
    }
}

/// What is known of one account.
struct Found<'s> {
    account: Use<'s>,
    clause: &'static Clause,
    /// Computers on which it, or a group that somebody put it into, may sign in.
    explicit: Vec<(String, Grant)>,
    /// Computers on which it may sign in because every account may.
    implied: Vec<(String, Grant)>,
    gaps: Vec<Gap>,
}

struct World<'w, 's> {
    rights: &'w Rights<'s>,
    principals: &'w Principals<'s>,
    hierarchy: &'w cmlint_model::Inventory,
}

impl<'s> World<'_, 's> {
    /// `None` for the account of a computer, which nobody signs in with.
    fn judge(&self, account: Use<'s>) -> Option<Found<'s>> {
        let clause = CLAUSES.iter().find(|c| c.purpose == account.purpose)?;
        let mut found =
            Found { account, clause, explicit: Vec::new(), implied: Vec::new(), gaps: Vec::new() };
        let sid = match found.account.sid(self.principals) {
            Ok(Some(sid)) if self.principals.is_computer(&sid) == Some(true) => return None,
            Ok(Some(sid)) => sid,
            // An account that does not exist signs in nowhere.
            Ok(None) => return Some(found),
            Err(gaps) => {
                found.gaps = gaps;
                return Some(found);
            }
        };
        // An account of one computer's own is known nowhere else.
        let home = self.principals.machine_of(&sid);
        for scope in self.places(&mut found, home) {
            let Scope::Host(key) = &scope else { continue };
            if home.is_none_or(|home| home == key) {
                self.judge_on(&mut found, &sid, &scope, key);
            }
        }
        found.gaps.sort();
        found.gaps.dedup();
        Some(found)
    }

    /// The computers on which an account is judged.
    fn places(&self, found: &mut Found<'s>, home: Option<&str>) -> Vec<Scope> {
        if found.clause.place == Place::Anywhere {
            if home.is_none() {
                found.gaps = self.rights.holes();
            }
            return self.rights.hosts();
        }
        match self.hierarchy.database_of(&found.account.scope) {
            Ok(Scope::Database { server, .. }) => vec![Scope::Host(server.clone())],
            Ok(_) => Vec::new(),
            Err(gaps) => {
                found.gaps = gaps;
                Vec::new()
            }
        }
    }

    fn judge_on(&self, found: &mut Found<'s>, sid: &Sid, scope: &Scope, key: &str) {
        let mut implied = None;
        for right in found.clause.rights {
            let held = self.rights.held(sid, right, scope, self.principals);
            if held.denied.is_some() {
                continue;
            }
            if held.grants.is_empty() {
                found.gaps.extend(held.perhaps_granted);
                continue;
            }
            if !held.perhaps_denied.is_empty() {
                found.gaps.extend(held.perhaps_denied);
                continue;
            }
            let mut grants = held.grants.into_iter();
            let first = grants.next();
            // Beside a grant to all there may be one that is meant for this account.
            if let Some(explicit) = first.clone().into_iter().chain(grants).find(|g| !is_everyones(&g.holder))
            {
                found.explicit.push((key.to_owned(), explicit));
                return;
            }
            found.gaps.extend(held.perhaps_granted);
            implied = implied.or(first);
        }
        found.implied.extend(implied.map(|grant| (key.to_owned(), grant)));
    }
}

/// Groups that every account is in.
fn is_everyones(group: &Sid) -> bool {
    const DOMAIN_USERS: u32 = 513;
    [
        well_known::USERS,
        well_known::EVERYONE,
        well_known::AUTHENTICATED_USERS,
        well_known::INTERACTIVE,
        well_known::REMOTE_INTERACTIVE_LOGON,
    ]
    .contains(group)
        || group.domain().is_some() && group.rid() == Some(DOMAIN_USERS)
}

fn report_explicit(one: &Found<'_>, principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let purpose = one.account.purpose;
    let name = principal(one.account.name.value.trim());
    let [(key, grant), others @ ..] = one.explicit.as_slice() else { return };
    let holder = |key: &str, grant: &Grant| {
        let label = principals.label(&grant.holder);
        if Some(grant.holder) == one.account.principal.sid() {
            text!("the account itself may sign in on {}", host(key))
        } else {
            text!("`{}` may sign in on {}, and the account is in it", label, host(key))
        }
    };
    let help = match (purpose, one.clause.rights) {
        (Purpose::ClientPush, _) => text!(
            "the account has to be a local administrator of the clients, and these may sign in: leave it in the group \
             and deny it the right, because a deny wins over every grant"
        ),
        _ => text!(
            "take the account out of the group, or out of the right, and deny it both rights to sign in: a deny wins \
             over every grant"
        ),
    };
    let mut report = subject
        .fail(
            text!(
                "{} `{}` holds the right to sign in {} on {}",
                Text::prose(purpose.words()),
                name,
                if one.clause.rights.len() == 1 { "locally" } else { "interactively" },
                computers(one.explicit.len(), key)
            ),
            grant.span,
            holder(key, grant),
        )
        .requirements(&[one.clause.requirement])
        .discriminator("explicit")
        .proof(&one.account.via())
        .proof(&grant.proof)
        .help(help)
        .fix(deny(one.clause.rights), None, Some(undeny(one.clause.rights)));
    for (index, (key, grant)) in others.iter().take(HOSTS - 1).enumerate() {
        let rest = others.len() - (index + 1);
        let words = if index + 1 == HOSTS - 1 && rest > 0 {
            text!("{}; so on {} more", holder(key, grant), rest)
        } else {
            holder(key, grant)
        };
        report = report.label(grant.span, words);
    }
    report = report.label(one.account.span(), text!("the {}", Text::prose(purpose.words())));
    for (key, grant) in &one.explicit {
        report = report.evidence(Key::host(key).then("holder", &grant.holder.to_string()));
    }
}

fn report_implied(all: &[&Found<'_>], principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let hosts: BTreeSet<&str> =
        all.iter().flat_map(|j| j.implied.iter().map(|(key, _)| key.as_str())).collect();
    let [first, ..] = all else { return };
    let [(key, grant), ..] = first.implied.as_slice() else { return };
    let object = Object::new(
        Key::scope(&Scope::Hierarchy).then("default", "interactive-sign-in"),
        text!("accounts that must not sign in interactively"),
        Scope::Hierarchy,
    );
    let mut purposes: BTreeMap<Purpose, usize> = BTreeMap::new();
    for one in all {
        *purposes.entry(one.account.purpose).or_default() += 1;
    }
    let (what, hold) = match (all, purposes.len()) {
        ([one], _) => (
            text!(
                "{} `{}`",
                Text::prose(one.account.purpose.words()),
                principal(one.account.name.value.trim())
            ),
            "holds",
        ),
        (_, 1) => (text!("{} {}s", all.len(), Text::prose(first.account.purpose.words())), "hold"),
        (_, kinds) => (text!("{} accounts of {} purposes", all.len(), kinds), "hold"),
    };
    let requirements: BTreeSet<&'static str> = all.iter().map(|one| one.clause.requirement).collect();
    let mut report = subject
        .fail_about(
            object,
            text!(
                "{} {} the right to sign in interactively on {} through `{}`, as every account does",
                what,
                hold,
                computers(hosts.len(), key),
                principals.label(&grant.holder)
            ),
            grant.span,
            text!("`{}` may sign in on {}, and every account is in it", principals.label(&grant.holder), host(key)),
        )
        .severity(Severity::Medium)
        .requirements(&requirements.into_iter().collect::<Vec<_>>())
        .discriminator("implied")
        .proof(&first.account.via())
        .proof(&grant.proof)
        .help(text!(
            "this is how Windows is set up; deny these accounts both rights to sign in, by one group policy for all \
             computers and one group that holds them all"
        ))
        .fix(deny(INTERACTIVELY), None, Some(undeny(INTERACTIVELY)));
    for (index, one) in all.iter().take(ACCOUNTS).enumerate() {
        let rest = all.len() - (index + 1);
        let words = text!(
            "{}: may sign in on {}",
            Text::prose(one.account.purpose.words()),
            computers(one.implied.len(), &one.implied[0].0)
        );
        let words =
            if index + 1 == ACCOUNTS && rest > 0 { text!("{}; so may {} more", words, rest) } else { words };
        report = report.label(one.account.span(), words);
    }
    for one in all {
        report = report.evidence(one.account.key());
    }
}

fn computers(count: usize, only: &str) -> Text {
    if count == 1 { text!("{}", host(only)) } else { text!("{} computers", count) }
}

fn deny(rights: &[&str]) -> Text {
    let which = match rights {
        [_] => text!("`Deny log on locally`"),
        _ => text!("`Deny log on locally` and `Deny log on through Remote Desktop Services`"),
    };
    text!(
        "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > User Rights \
         Assignment: add a group that holds the account to {}, and link the policy to these computers",
        which
    )
}

fn undeny(rights: &[&str]) -> Text {
    match rights {
        [_] => text!("take the group out of the deny right again"),
        _ => text!("take the group out of the two deny rights again"),
    }
}
