use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::prelude::*;

/// Follows each network access account to the rights to sign in, on every computer whose rights are known.
/// What somebody granted is reported account by account; what every account has is reported once for a site.
pub(super) struct This;

/// Signing in at the computer, and over Remote Desktop.
const RIGHTS: [&str; 2] = ["SeInteractiveLogonRight", "SeRemoteInteractiveLogonRight"];
/// How many computers get a label of their own.
const HOSTS: usize = 5;
/// How many accounts do; a site has no more that work.
const ACCOUNTS: usize = 10;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account holds the right to sign in interactively",
        severity: Severity::High,
        tags: &["accounts", "network-access-account", "user-rights"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.5"],
        references: &[
            Reference::Section("Network Access Account"),
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
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = (Via<'s, Rights<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(accounts: Self::Subjects<'s>, (rights, principals): &Self::Evidence<'s>, out: &mut Sink) {
        let hosts = rights.hosts();
        let mut sites: BTreeMap<&Scope, Vec<Found<'_>>> = BTreeMap::new();
        for account in accounts.iter() {
            if let Some(judged) = judge(account, &hosts, rights, principals) {
                sites.entry(&account.scope).or_default().push(judged);
            }
        }
        for (scope, judged) in sites {
            let mut implied = Some(judged.iter().filter(|j| !j.implied.is_empty()).collect::<Vec<_>>());
            for one in &judged {
                let mut subject = out.subject(Object::account(one.account), one.account.span());
                if !one.explicit.is_empty() {
                    report_explicit(one, principals, &mut subject);
                }
                // The cause is one, whatever the number of accounts: it is told at the first of them.
                if !one.implied.is_empty()
                    && let Some(all) = implied.take()
                {
                    report_implied(scope, &all, principals, &mut subject);
                }
                subject.holes(one.gaps.iter().cloned());
            }
        }
    }
}

/// What is known of one account.
struct Found<'s> {
    account: &'s Account<'s>,
    /// Computers on which it, or a group that somebody put it into, may sign in.
    explicit: Vec<(String, Grant)>,
    /// Computers on which it may sign in because every account may.
    implied: Vec<(String, Grant)>,
    gaps: Vec<Gap>,
}

/// `None` for the account of a computer, which nobody signs in with.
fn judge<'s>(
    account: &'s Account<'s>,
    hosts: &[Scope],
    rights: &Rights<'s>,
    principals: &Principals<'s>,
) -> Option<Found<'s>> {
    let mut judged = Found { account, explicit: Vec::new(), implied: Vec::new(), gaps: Vec::new() };
    let sid = match account.sid(principals) {
        Ok(Some(sid)) if principals.is_computer(&sid) == Some(true) => return None,
        Ok(Some(sid)) => sid,
        // An account that does not exist signs in nowhere.
        Ok(None) => return Some(judged),
        Err(gaps) => {
            judged.gaps = gaps;
            return Some(judged);
        }
    };
    // An account of one computer's own is known nowhere else.
    let home = principals.machine_of(&sid);
    if home.is_none() {
        judged.gaps = rights.holes();
    }
    for scope in hosts {
        let Scope::Host(key) = scope else { continue };
        if home.is_none_or(|home| home == key) {
            judge_on(&mut judged, &sid, scope, key, rights, principals);
        }
    }
    judged.gaps.sort();
    judged.gaps.dedup();
    Some(judged)
}

fn judge_on<'s>(
    judged: &mut Found<'s>,
    sid: &Sid,
    scope: &Scope,
    key: &str,
    rights: &Rights<'s>,
    principals: &Principals<'s>,
) {
    let mut implied = None;
    for right in RIGHTS {
        let held = rights.held(sid, right, scope, principals);
        if held.denied.is_some() {
            continue;
        }
        if held.grants.is_empty() {
            judged.gaps.extend(held.perhaps_granted);
            continue;
        }
        if !held.perhaps_denied.is_empty() {
            judged.gaps.extend(held.perhaps_denied);
            continue;
        }
        let mut grants = held.grants.into_iter();
        let first = grants.next();
        // Beside a grant to all there may be one that is meant for this account.
        if let Some(explicit) = first.clone().into_iter().chain(grants).find(|g| !is_everyones(&g.holder)) {
            judged.explicit.push((key.to_owned(), explicit));
            return;
        }
        judged.gaps.extend(held.perhaps_granted);
        implied = implied.or(first);
    }
    judged.implied.extend(implied.map(|grant| (key.to_owned(), grant)));
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
    let mut report = subject
        .fail(
            text!(
                "network access account `{}` holds the right to sign in interactively on {}",
                name,
                computers(one.explicit.len(), key)
            ),
            grant.span,
            holder(key, grant),
        )
        .discriminator("explicit")
        .proof(&one.account.via())
        .proof(&grant.proof)
        .help(text!(
            "take the account out of the group, or out of the right, and deny it both rights to sign in: a deny wins over \
             every grant"
        ))
        .fix(deny(), None, Some(undeny()));
    for (index, (key, grant)) in others.iter().take(HOSTS - 1).enumerate() {
        let rest = others.len() - (index + 1);
        let words = if index + 1 == HOSTS - 1 && rest > 0 {
            text!("{}; so on {} more", holder(key, grant), rest)
        } else {
            holder(key, grant)
        };
        report = report.label(grant.span, words);
    }
    report = report.label(one.account.span(), text!("the network access account"));
    for (key, grant) in &one.explicit {
        report = report.evidence(Key::host(key).then("holder", &grant.holder.to_string()));
    }
}

fn report_implied(scope: &Scope, all: &[&Found<'_>], principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let code = scope.key();
    let hosts: BTreeSet<&str> =
        all.iter().flat_map(|j| j.implied.iter().map(|(key, _)| key.as_str())).collect();
    let [first, ..] = all else { return };
    let [(key, grant), ..] = first.implied.as_slice() else { return };
    let object = Object::new(
        Key::scope(scope).then("account", Purpose::NetworkAccess.info().word),
        text!("network access accounts of site {}", site(&code)),
        scope.clone(),
    )
    .purpose(Purpose::NetworkAccess);
    let (accounts, hold) = match all.len() {
        1 => (text!("1 network access account"), "holds"),
        n => (text!("{} network access accounts", n), "hold"),
    };
    let mut report = subject
        .fail_about(
            object,
            text!(
                "{} of site `{}` {} the right to sign in interactively on {}, as every account does",
                accounts,
                site(&code),
                hold,
                computers(hosts.len(), key)
            ),
            grant.span,
            text!("`{}` may sign in on {}, and every account is in it", principals.label(&grant.holder), host(key)),
        )
        .severity(Severity::Medium)
        .discriminator("implied")
        .proof(&first.account.via())
        .proof(&grant.proof)
        .help(text!(
            "this is how Windows is set up; deny the accounts both rights to sign in, by one group policy for all \
             computers and a group that holds the network access accounts"
        ))
        .fix(deny(), None, Some(undeny()));
    for (index, one) in all.iter().take(ACCOUNTS).enumerate() {
        let rest = all.len() - (index + 1);
        let words = text!("may sign in on {}", computers(one.implied.len(), &one.implied[0].0));
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

fn deny() -> Text {
    text!(
        "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > User Rights \
         Assignment: add a group with the network access accounts to `Deny log on locally` and `Deny log on through Remote \
         Desktop Services`, and link the policy to all computers"
    )
}

fn undeny() -> Text {
    text!("take the group out of the two deny rights again")
}
