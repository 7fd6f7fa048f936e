use cmlint_lint::prelude::*;

/// Looks for entries of packages' access accounts that let others than administrators change content.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a package access account may write package content",
        severity: Severity::Medium,
        tags: &["accounts", "content", "packages"],
        noun: "packages with access accounts",
        subjects: &["Package Access Account"],
        requirements: &["A15.1"],
        references: &[
            Reference::Section("Package Access Account"),
            Reference::Document("Configuration Manager SDK", "SMS_PackageAccessByUsers Server WMI Class"),
            Reference::MisconfigurationManager("CRED-6"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::PackageAccess<'s>>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(access: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        for (package, entries) in PackageEntry::by_package(access.iter(), names) {
            let Some(first) = entries.first() else { continue };
            let object = Object::new(
                Key::new("package", &package),
                text!("package {}", object(&package)),
                first.account.scope.clone(),
            )
            .purpose(Purpose::PackageAccess);
            let mut subject = out.subject(object, first.account.span());
            for entry in &entries {
                // The product writes content as an administrator of the distribution point.
                let own = [well_known::ADMINISTRATORS, well_known::SYSTEM];
                if entry.account.principal.sid().is_some_and(|sid| own.contains(&sid)) {
                    continue;
                }
                if subject.require(entry.writes()) == Some(true) {
                    report(entry, names, &mut subject);
                }
            }
        }
    }
}

fn report(entry: &PackageEntry<'_>, names: &Principals<'_>, subject: &mut Subject<'_>) {
    let name = principal(entry.account.name.value.trim());
    let package = object(&entry.package);
    let label = text!("`{}` on package {}", name, package);
    let mut about =
        Object::new(entry.key(), label, entry.account.scope.clone()).purpose(Purpose::PackageAccess);
    if let Some(key) = entry.sid_key() {
        about = about.alias(key);
    }
    subject
        .fail_about(
            about,
            text!("package access account `{}` may write the content of package {}", name, package),
            entry.account.span(),
            text!("is given more than Read where the package lies in a package share"),
        )
        .proof(&entry.account.via())
        .help(text!(
            "give the account Read: clients run what lies in the package, many of them as the system, and whoever may write \
             there decides what that is"
        ))
        .fix(
            text!(
                "Software Library > {} > Manage Access Accounts: set the account to Read; then redistribute the package to its \
                 distribution points, as an update of the package does not change the permissions",
                package
            ),
            Some(text!(
                "Set-CMAccessAccount -PackageId \"{}\" -AccountType {} -UserName \"{}\" -Access Read",
                package,
                Text::prose(account_type(entry, names)),
                name
            )),
            Some(text!("set the access as it was, and redistribute the package")),
        );
}

/// The word of the cmdlets for what kind of account an entry names.
fn account_type(entry: &PackageEntry<'_>, names: &Principals<'_>) -> &'static str {
    let sid = entry.account.principal.sid();
    match sid {
        Some(sid) if sid == well_known::USERS => "User",
        Some(sid) if sid == well_known::GUESTS => "Guest",
        _ => match sid.and_then(|sid| names.is_group(&sid)) {
            Some(true) => "WindowsGroup",
            Some(false) => "WindowsUser",
            None => "<WindowsUser or WindowsGroup>",
        },
    }
}
