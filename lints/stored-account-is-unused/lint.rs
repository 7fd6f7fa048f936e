use cmlint_lint::prelude::*;

/// Reads what the site itself says of the use of each account whose password it stores.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the site stores an account that nothing uses",
        severity: Severity::Low,
        tags: &["accounts", "hygiene"],
        noun: "stored accounts",
        subjects: &["All accounts"],
        requirements: &["A0.4"],
        references: &[
            Reference::Document(
                "Microsoft, Accounts used in Configuration Manager",
                "Accounts that Configuration Manager uses",
            ),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::StoredAccount<'s>>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in accounts.iter() {
            let Some(name) = row.data.user_name.filled() else {
                let why = "a stored account has no name";
                out.hole([Gap::property(Dataset::StoredAccount, scope.clone(), "UserName", why)]);
                continue;
            };
            let label = principal(name.value.trim());
            let key = Key::scope(scope).then("account", "stored");
            let mut object =
                Object::new(key.clone().name("name", name.value.trim()), text!("{}", label), scope.clone());
            if let Some(sid) = names.resolve(name, &Home::default()).sid() {
                object = object.alias(key.then("sid", &sid.to_string()));
            }
            let mut subject = out.subject(object, name.span);
            let Some(usage) = row.data.account_usage.get() else {
                let why = format!("the row of `{}` does not say what uses it", label.text);
                subject.unknown([Gap::property(Dataset::StoredAccount, scope.clone(), "AccountUsage", why)]);
                continue;
            };
            if usage.iter().any(|usage| !usage.value.trim().is_empty()) {
                continue;
            }
            let code = scope.key();
            subject
                .fail(
                    text!("the site stores the password of `{}`, and nothing uses it", label),
                    name.span,
                    text!("a stored account"),
                )
                .label(
                    row.data.account_usage.span().unwrap_or(name.span),
                    text!("the site names no component that uses it"),
                )
                .help(text!(
                    "whoever reads the site database as an administrator can decrypt the passwords of stored accounts: \
                     remove those that are not needed"
                ))
                .fix(
                    text!(
                        "Administration > Security > Accounts: delete {}; then disable the account in the directory if \
                         nothing else uses it",
                        label
                    ),
                    Some(text!("Remove-CMAccount -UserName \"{}\"", label)),
                    Some(text!("New-CMAccount -UserName \"{}\" -SiteCode {} -Password (Read-Host -AsSecureString)", label, site(&code))),
                );
        }
    }
}
