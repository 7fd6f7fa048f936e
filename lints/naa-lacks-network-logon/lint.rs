use cmlint_lint::prelude::*;

/// Asks for each network access account whether it may reach the distribution points of its site.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account may not access a distribution point from the network",
        severity: Severity::Medium,
        tags: &["accounts", "network-access-account", "function"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.4", "A14.11"],
        references: &[Reference::Section("Network Access Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = (Via<'s, Rights<'s>>, DomainPrincipals<'s>, Hierarchy<'s>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (rights, principals, hierarchy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // That the account does not exist is another fault than that it lacks a right.
            let Some(sid) = sid else { continue };
            // An account of one computer is not asked about others.
            if principals.machine_of(&sid).is_some() {
                continue;
            }
            let mut lacks = Vec::new();
            for (key, role) in hierarchy.hosts_with(&account.scope.key(), "SMS Distribution Point") {
                let held = rights.held(&sid, RIGHT, &Scope::host(key), principals);
                if held.denied.is_some() || held.grants.is_empty() && held.perhaps_granted.is_empty() {
                    lacks.push(Lack { key, role: role.span, denied: held.denied });
                } else if held.grants.is_empty() {
                    subject.holes(held.perhaps_granted);
                } else {
                    subject.holes(held.perhaps_denied);
                }
            }
            if !lacks.is_empty() {
                report(account, &lacks, &mut subject);
            }
            // What is not known to be a site system may be a distribution point.
            for holes in [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()] {
                subject.holes(holes.iter().cloned());
            }
        }
    }
}

const RIGHT: &str = "SeNetworkLogonRight";
/// Computers that are pointed at; the others are counted.
const SHOWN: usize = 4;

/// A distribution point that the account may not access.
struct Lack<'h> {
    key: &'h str,
    role: Span,
    denied: Option<Proof>,
}

fn report(account: &Account<'_>, lacks: &[Lack<'_>], subject: &mut Subject<'_>) {
    let name = principal(account.name.value.trim());
    let denied = lacks.iter().find_map(|lack| lack.denied.as_ref());
    let places = match lacks {
        [one] => text!("{}", host(one.key)),
        many => text!("{} distribution points", many.len()),
    };
    let mut report = subject
        .fail(
            text!(
                "network access account `{}` {} access {} from the network",
                name,
                if denied.is_some() { "is denied to" } else { "may not" },
                places
            ),
            account.span(),
            text!("clients fetch content with it where their computer account cannot"),
        )
        .proof(&account.via())
        .help(text!(
            "give the account the right, or keep it out of what denies it: clients try it again at each failure, and each \
             try fails"
        ))
        .fix(
            text!(
                "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > User Rights \
                 Assignment: add the account to `Access this computer from the network`, and take it out of `Deny access to \
                 this computer from the network`"
            ),
            None,
            Some(text!("undo the change of the policy")),
        );
    for (index, lack) in lacks.iter().take(SHOWN).enumerate() {
        let rest = lacks.len() - (index + 1);
        let words = if lack.denied.is_some() {
            "is a distribution point, and denies it"
        } else {
            "is a distribution point"
        };
        let more =
            if index + 1 == SHOWN && rest > 0 { text!("; so do {} more", rest) } else { Text::default() };
        report = report.label(lack.role, text!("{} {}{}", host(lack.key), Text::prose(words), more));
    }
    for lack in lacks {
        report = report.evidence(Key::host(lack.key));
    }
    if let Some(proof) = denied {
        report.proof(proof);
    }
}
