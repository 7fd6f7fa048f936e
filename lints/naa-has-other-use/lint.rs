use cmlint_lint::prelude::*;

/// Looks for each network access account among the administrative users, and among the accounts that the
/// site itself signs in with.
pub(super) struct This;

/// How many places of the other use get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account has another use",
        severity: Severity::Critical,
        tags: &["accounts", "network-access-account", "rbac"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.9"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::Section("Client Push Installation Account"),
            Reference::Section("Site System Installation Account"),
            Reference::MisconfigurationManager("CRED-3"),
            Reference::MisconfigurationManager("PREVENT-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
            Reference::MisconfigurationManager("CRED-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    /// A group may be an administrative user; its members are in the directory.
    type Evidence<'s> = (
        Via<'s, Administrators<'s>>,
        Stored<'s, one::ClientPush>,
        Stored<'s, one::SiteSystemInstallation>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (administrators, push, installation, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in accounts.iter() {
            // The product creates computer accounts for more than one purpose by itself.
            if account.principal.sid().is_some_and(|sid| principals.is_computer(&sid) == Some(true)) {
                continue;
            }
            let mut subject = out.subject(Object::account(account), account.span());
            administers(account, administrators, principals, &mut subject);
            shared(account, push.iter(), push.whole().err(), principals, &mut subject);
            shared(account, installation.iter(), installation.whole().err(), principals, &mut subject);
        }
    }
}

fn administers<'s>(
    account: &Account<'_>,
    administrators: &Administrators<'s>,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let name = account.name.value.trim();
    match administrators.is_administrator(&account.principal, name, principals) {
        Answer::No => {}
        Answer::Unknown(gaps) => subject.unknown(gaps),
        Answer::Yes(proof) => report_administrator(account, administrators, &proof, subject),
    }
}

fn report_administrator(
    account: &Account<'_>,
    administrators: &Administrators<'_>,
    proof: &Proof,
    subject: &mut Subject<'_>,
) {
    let name = account.name.value.trim();
    let place = proof.steps.last().and_then(|step| step.span);
    let entry = administrators.iter().find(|e| Some(e.name.span) == place);
    let through = entry.filter(|_| proof.steps.len() > 1).map(|group| group.name.value);
    let (message, fix, command, revert) = match through {
        Some(group) => (
            text!(
                "network access account `{}` is an administrative user through the group {}",
                principal(name),
                principal(group)
            ),
            text!("take the account out of the group that the proof names first"),
            None,
            text!("add the account to the group again"),
        ),
        None => (
            text!("network access account `{}` is an administrative user", principal(name)),
            text!("Administration > Security > Administrative Users: remove {}", principal(name)),
            Some(text!("Remove-CMAdministrativeUser -Name \"{}\"", principal(name))),
            text!("add the administrative user again, with the roles, scopes and collections it had"),
        ),
    };
    let mut report = subject
        .fail(message, account.span(), text!("a network access account, known to every client"))
        .discriminator("administrative-user")
        .proof(&account.via())
        .proof(proof)
        .help(help())
        .fix(fix, command, Some(revert));
    let Some(entry) = entry else { return };
    let words = match through {
        Some(_) => text!("the group is an administrative user"),
        None => text!("the administrative user"),
    };
    report = report.label(entry.name.span, words);
    let key = entry.sid.map_or_else(
        || Key::new("admin", &entry.name.value.to_lowercase()),
        |sid| Key::new("admin", &sid.to_string()),
    );
    for role in entry.row.role_names.get().into_iter().flat_map(|names| names.iter()) {
        report = report.evidence(key.clone().name("role", &role.value));
    }
}

fn shared<'s>(
    account: &Account<'_>,
    others: impl Iterator<Item = &'s Account<'s>>,
    holes: Option<Vec<Gap>>,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let mut same = Vec::new();
    let mut doubts = holes.unwrap_or_default();
    for other in others {
        match account.is_same_as(other, principals) {
            Answer::Yes(proof) => same.push((other, proof)),
            Answer::No => {}
            Answer::Unknown(gaps) => doubts.extend(gaps),
        }
    }
    let Some(((first, proof), _)) = same.split_first() else {
        subject.holes(doubts);
        return;
    };
    let name = account.name.value.trim();
    let info = first.purpose.info();
    let words = Text::prose(first.purpose.words());
    let code = first.scope.key();
    let stored = first.name.value.trim();
    let server = host(first.host.as_deref().unwrap_or("<server>"));
    let (place, command, revert) = match first.purpose {
        Purpose::ClientPush => (
            text!(
                "Administration > Site Configuration > Sites > {} > Client Installation Settings > Client Push \
                 Installation > Accounts: remove the account there",
                site(&code)
            ),
            text!(
                "Set-CMClientPushInstallation -SiteCode {} -RemoveAccount \"{}\"",
                site(&code),
                principal(stored)
            ),
            text!(
                "Set-CMClientPushInstallation -SiteCode {} -AddAccount \"{}\"",
                site(&code),
                principal(stored)
            ),
        ),
        _ => (
            text!(
                "Administration > Site Configuration > Servers and Site System Roles: set another account in the \
                 properties of the site system role, {}",
                counted(same.len())
            ),
            text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName {} -AccountName \"<another account>\"",
                site(&code),
                server
            ),
            text!(
                "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName {} -AccountName \"{}\"",
                site(&code),
                server,
                principal(stored)
            ),
        ),
    };
    let message = text!("network access account `{}` is the {} too", principal(name), words);
    let mut report = subject
        .fail(message, account.span(), text!("a network access account, known to every client"))
        .discriminator(info.word)
        .proof(proof)
        .help(help())
        .fix(place, Some(command), Some(revert));
    for (index, (other, _)) in same.iter().enumerate() {
        report = report.evidence(other.key());
        if index >= SHOWN {
            continue;
        }
        let rest = if index + 1 == SHOWN { same.len() - SHOWN } else { 0 };
        let more = if rest > 0 { text!(", and of {} more", rest) } else { text!("") };
        let words = match &other.host {
            Some(server) => text!("the {} of {}{}", words, host(server), more),
            None => text!("the {} of site {}{}", words, site(other.scope.key()), more),
        };
        report = report.label(other.span(), words);
    }
}

fn counted(servers: usize) -> Text {
    if servers == 1 {
        text!("on the one server that has it")
    } else {
        text!("on each of the {} servers that have it", servers)
    }
}

fn help() -> Text {
    text!(
        "every client of the site receives the password of this account, and any local administrator of a client can \
         read it; replace it by an account without rights, and give each other use an account of its own"
    )
}
