use cmlint_lint::prelude::*;

/// Compares the day of each network access account's password with the day on which the account was made.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account seems to have changed its password",
        severity: Severity::Info,
        tags: &["accounts", "network-access-account", "lifecycle"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.8"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::MisconfigurationManager("CRED-4"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            let Some(sid) = sid else { continue };
            if principals.machine_of(&sid).is_some() {
                continue;
            }
            let Some(object) = principals.object(&sid) else {
                subject.unknown(principals.unresolved(account.name.value.trim()));
                continue;
            };
            let (Some(set), Some(made)) = (object.attribute("pwdlastset"), object.attribute("whencreated"))
            else {
                let why = format!(
                    "`pwdLastSet` and `whenCreated` of {} were not collected",
                    principals.label(&sid).text
                );
                let scope = principals.domain_of(&sid).map_or(Scope::Hierarchy, Scope::domain);
                subject.unknown([Gap::new(Dataset::Directory, scope, Status::Partial, why)]);
                continue;
            };
            if let (Some(password), Some(birth)) =
                (moment::filetime(set.value), moment::generalized(made.value))
                && password.as_second() - birth.as_second() > DAY
            {
                report(account, (set.span, password), (made.span, birth), &mut subject);
            }
        }
    }
}

/// Seconds. An account that is made in two steps gets its password within a day.
const DAY: i64 = 86_400;

fn report(
    account: &Account<'_>,
    (set, password): (Span, moment::Moment),
    (made, birth): (Span, moment::Moment),
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    subject
        .fail(
            text!(
                "network access account `{}` was made on {}, and its password was set on {}",
                name,
                term(moment::day(birth)),
                term(moment::day(password))
            ),
            account.span(),
            text!("clients hold its password in their policy"),
        )
        .label(set, text!("the password of today is of {}", term(moment::day(password))))
        .label(made, text!("the account is of {}", term(moment::day(birth))))
        // It can have had another use, and another password, before it became a network access account.
        .confidence(Confidence::Medium)
        .help(text!(
            "the next time, create a new account, add it to the site, wait until all clients have their new policy, and then \
             remove the old one from the site, from shares and from the directory"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Sites > {} > Configure Site Components > Software Distribution > \
                 Network Access Account: add the new account first, and remove this one later",
                site(account.scope.key())
            ),
            None,
            None,
        );
}
