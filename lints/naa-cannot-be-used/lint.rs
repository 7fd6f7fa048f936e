use cmlint_lint::prelude::*;

/// Looks for network access accounts that exist, are enabled, and fail all the same.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account is expired, locked out, or has to change its password",
        severity: Severity::Low,
        tags: &["accounts", "network-access-account", "function"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.11"],
        references: &[Reference::Section("Network Access Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = (DomainPrincipals<'s>, Taken);

    fn check<'s>(accounts: Self::Subjects<'s>, (principals, taken): &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            let Some(sid) = sid else { continue };
            let Some(object) = principals.object(&sid) else {
                if principals.machine_of(&sid).is_none() {
                    subject.unknown(principals.unresolved(account.name.value.trim()));
                }
                continue;
            };
            if let Some(expires) = object.attribute("accountexpires")
                && let (Some(day), Some(taken)) = (moment::filetime(expires.value), taken.0)
                && day <= taken
            {
                let what = text!("expired on {}", term(moment::day(day)));
                report(account, "expired", &what, expires.span, &mut subject);
            }
            if let Some(locked) = object.attribute("lockouttime")
                && let Some(since) = moment::filetime(locked.value)
            {
                // A lockout may end by itself; how long it lasts is a policy of the domain.
                let what = text!("was locked out on {}", term(moment::day(since)));
                report(account, "locked", &what, locked.span, &mut subject).confidence(Confidence::Medium);
            }
            if let Some(set) = object.attribute("pwdlastset").filter(|set| set.value.trim() == "0") {
                let what = text!("has to change its password before it can be used");
                report(account, "password", &what, set.span, &mut subject);
            }
        }
    }
}

fn report<'a>(
    account: &Account<'_>,
    kind: &'static str,
    what: &Text,
    place: Span,
    subject: &'a mut Subject<'_>,
) -> cmlint_lint::Report<'a> {
    let name = principal(account.name.value.trim());
    let own = account.name.value.trim().rsplit('\\').next().unwrap_or_default();
    let (fix, command) = match kind {
        "expired" => (
            "clear the expiry date of the account",
            text!("Clear-ADAccountExpiration -Identity \"{}\"", principal(own)),
        ),
        "locked" => (
            "find out what uses a wrong password, then unlock the account",
            text!("Unlock-ADAccount -Identity \"{}\"", principal(own)),
        ),
        _ => (
            "let the account keep its password",
            text!("Set-ADUser -Identity \"{}\" -ChangePasswordAtLogon $false", principal(own)),
        ),
    };
    subject
        .fail(
            text!("network access account `{}` {}", name, what.clone()),
            account.span(),
            text!("tried again at every failure of a client's computer account"),
        )
        .label(place, text!("here"))
        .discriminator(kind)
        .evidence(Key::new("state", kind))
        .proof(&account.via())
        .help(text!(
            "make the account work, or put one that does into its place and remove this one: the product does not remember \
             that it failed"
        ))
        .fix(Text::prose(fix), Some(command), None)
}
