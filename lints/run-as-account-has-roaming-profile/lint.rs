use cmlint_lint::prelude::*;

/// Reads the profile path of each Run As account in the directory.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a task sequence Run As account has a roaming profile",
        severity: Severity::High,
        tags: &["accounts", "task-sequences"],
        noun: "task sequence Run As accounts",
        subjects: &["Task Sequence Run As Account"],
        requirements: &["A26.5"],
        references: &[Reference::Section("Task Sequence Run As Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::RunAs>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            if account.name.value.trim().starts_with(r".\") {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            let Some(sid) = sid else { continue };
            let Some(object) = principals.object(&sid) else {
                subject.unknown(principals.unresolved(account.name.value.trim()));
                continue;
            };
            if let Some(profile) = object.attribute("profilepath").filter(|p| !p.value.trim().is_empty()) {
                report(account, profile, &mut subject);
            }
        }
    }
}

fn report(account: &Account<'_>, profile: Spanned<&str>, subject: &mut Subject<'_>) {
    let (package, step) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
    let name = principal(account.name.value.trim());
    let own = account.name.value.trim().rsplit('\\').next().unwrap_or_default();
    subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` runs as `{}`, which has a roaming profile",
                object(step),
                object(package),
                name
            ),
            account.span(),
            text!("signs in on every computer that runs the sequence"),
        )
        .label(profile.span, text!("its profile is fetched from here, and stored there"))
        .proof(&account.via())
        .help(text!(
            "clear the profile path of the account: what runs on one target must not reach the next one through its profile"
        ))
        .fix(
            text!("Active Directory Users and Computers > {} > Profile: clear the profile path", name),
            Some(text!("Set-ADUser -Identity \"{}\" -Clear profilePath", principal(own))),
            Some(text!("Set-ADUser -Identity \"{}\" -ProfilePath \"{}\"", principal(own), path(profile.value.trim()))),
        );
}
