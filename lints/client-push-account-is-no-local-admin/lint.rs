use cmlint_lint::prelude::*;

/// Asks on each collected client whether one of the accounts that the client is pushed with administers it.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a workstation has no client push installation account among its administrators",
        severity: Severity::Medium,
        tags: &["accounts", "client-push", "function"],
        noun: "collected workstations",
        subjects: &["Client Push Installation Account"],
        requirements: &["A8.1", "A8.2"],
        references: &[
            Reference::Section("Client Push Installation Account"),
            Reference::MisconfigurationManager("PREVENT-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Computer<'s>>;
    type Evidence<'s> = (Stored<'s, one::ClientPush>, Via<'s, Principals<'s>>, Hierarchy<'s>);

    fn check<'s>(
        computers: Self::Subjects<'s>,
        (accounts, principals, hierarchy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        out.not_applicable(text!("no workstation was collected"));
        let pushers = pushers(accounts, hierarchy, principals);
        for (scope, computer) in computers.iter() {
            let Scope::Host(key) = scope else { continue };
            // Whether the client is pushed to a server is a decision that no snapshot holds; workstations are what it is
            // for. A domain controller has no administrators of its own.
            let workstation = computer.data.domain_role.get().is_none_or(|role| matches!(role.0, 0 | 1));
            if !workstation || hierarchy.host(key).is_some() {
                continue;
            }
            let object = Object::new(Key::host(key), text!("{}", host(key)), scope.clone())
                .purpose(Purpose::ClientPush);
            let mut subject = out.subject(object, computer.span);
            let mut holes = Vec::new();
            let reached = pushers.iter().any(|pusher| match pusher.sid(principals) {
                Ok(Some(sid)) => match principals.membership(&sid, &well_known::ADMINISTRATORS, Some(key)) {
                    Answer::Yes(_) => true,
                    Answer::No => false,
                    Answer::Unknown(gaps) => {
                        holes.extend(gaps);
                        false
                    }
                },
                // An account that does not exist administers nothing.
                Ok(None) => false,
                Err(gaps) => {
                    holes.extend(gaps);
                    false
                }
            });
            if reached {
                continue;
            }
            holes.extend(accounts.whole().err().unwrap_or_default());
            for more in [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()] {
                holes.extend(more.iter().cloned());
            }
            if holes.is_empty() {
                report(key, computer.span, &pushers, &mut subject);
            } else {
                subject.unknown(holes);
            }
        }
    }
}

/// Somebody as whom a site server installs the client.
enum Pusher<'s> {
    Account(&'s Account<'s>),
    /// The site server itself, where no account is set; its name, what it stands for, and where the site is named.
    Server {
        site: String,
        name: String,
        principal: Principal,
        at: Span,
    },
}

impl Pusher<'_> {
    fn sid(&self, principals: &Principals<'_>) -> Judged<Option<Sid>> {
        match self {
            Pusher::Account(account) => account.sid(principals),
            Pusher::Server { name, principal, .. } => match principal {
                Principal::Resolved { sid, .. } => Ok(Some(*sid)),
                Principal::NotFound(_) => Ok(None),
                _ => Err(principals.unresolved(name)),
            },
        }
    }

    fn told(&self) -> (Span, Text) {
        match self {
            Pusher::Account(account) => (
                account.span(),
                text!(
                    "`{}` installs the client for site {}",
                    principal(account.name.value.trim()),
                    site(account.scope.key())
                ),
            ),
            Pusher::Server { site: code, name, at, .. } => (
                *at,
                text!(
                    "site {} has no account, so its server `{}` installs the client",
                    site(code),
                    principal(name)
                ),
            ),
        }
    }
}

/// The accounts of all sites; for a primary site without one its server.
fn pushers<'s>(
    accounts: &Stored<'s, one::ClientPush>,
    hierarchy: &cmlint_model::Inventory,
    principals: &Principals<'_>,
) -> Vec<Pusher<'s>> {
    const PRIMARY: i64 = 2;
    let mut pushers: Vec<Pusher<'s>> = accounts.iter().map(Pusher::Account).collect();
    for entry in hierarchy.sites().filter(|entry| entry.kind == Some(PRIMARY)) {
        let has_own = accounts.iter().any(|account| account.scope == Scope::site(&entry.code));
        if let (false, Some(server)) = (has_own, &entry.server) {
            pushers.push(Pusher::Server {
                site: entry.code.clone(),
                name: principals.computer_name(server).text,
                principal: principals.account_of(server),
                at: entry.span,
            });
        }
    }
    pushers
}

/// Accounts that are pointed at; the others are counted.
const SHOWN: usize = 3;

fn report(key: &str, at: Span, pushers: &[Pusher<'_>], subject: &mut Subject<'_>) {
    let by_server = pushers.iter().all(|pusher| matches!(pusher, Pusher::Server { .. }));
    let message = match pushers {
        [Pusher::Account(one)] => {
            text!(
                "client push installation account `{}` is no local administrator of {}",
                principal(one.name.value.trim()),
                host(key)
            )
        }
        [Pusher::Server { name, .. }] => {
            text!(
                "`{}`, which installs the client, is no local administrator of {}",
                principal(name),
                host(key)
            )
        }
        many => text!(
            "none of {} accounts that install the client is a local administrator of {}",
            many.len(),
            host(key)
        ),
    };
    let mut report = subject
        .fail(message, at, text!("the client cannot be pushed to this computer"))
        .requirements(if by_server { &["A8.1", "A8.2"] } else { &["A8.2"] })
        .help(text!(
            "put a group with the account into Administrators of the computers that the client is pushed to, and into no other; \
             where the client is installed in another way, set no account and switch push off"
        ))
        .fix(
            text!(
                "group policy, Computer Configuration > Preferences > Control Panel Settings > Local Users and Groups: add the \
                 group to Administrators (built-in) of these computers"
            ),
            Some(text!("Add-LocalGroupMember -Group \"Administrators\" -Member \"<DOMAIN>\\<group>\"")),
            Some(text!("Remove-LocalGroupMember -Group \"Administrators\" -Member \"<DOMAIN>\\<group>\"")),
        );
    for (index, pusher) in pushers.iter().take(SHOWN).enumerate() {
        let rest = pushers.len() - (index + 1);
        let (span, words) = pusher.told();
        let words =
            if index + 1 == SHOWN && rest > 0 { text!("{}; so do {} more", words, rest) } else { words };
        report = report.label(span, words);
    }
}
