use cmlint_lint::prelude::*;
use cmlint_model::views::Holder;

/// Follows each Run As account up through its groups to those that own the domain or the forest.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a task sequence Run As account is a domain or forest administrator",
        severity: Severity::Critical,
        tags: &["accounts", "task-sequences", "escalation"],
        noun: "task sequence Run As accounts",
        subjects: &["Task Sequence Run As Account"],
        requirements: &["A26.4"],
        references: &[
            Reference::Section("Task Sequence Run As Account"),
            Reference::MisconfigurationManager("CRED-1"),
            Reference::MisconfigurationManager("CRED-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::RunAs>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            // An account of the target itself is in no group of a domain.
            if account.name.value.trim().starts_with(r".\") {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            let Some(sid) = sid else { continue };
            let (groups, holes) = principals.privileged(&sid);
            for (group, path) in groups.iter().filter(|(group, _)| group.owns_a_domain()) {
                report(account, group, path, principals, &mut subject);
            }
            subject.holes(holes);
        }
    }
}

fn report(
    account: &Account<'_>,
    group: &Holder,
    path: &Proof,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (package, step) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
    let name = principal(account.name.value.trim());
    let label = match &group.place {
        GroupPlace::Domain(dns) => text!("`{}` of {}", principals.label(&group.sid), domain(dns)),
        _ => text!("`{}`", principals.label(&group.sid)),
    };
    let report = subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` runs as `{}`, which is in {}",
                object(step),
                object(package),
                name,
                label
            ),
            account.span(),
            text!("its name and password are in the policy of every computer that gets the sequence"),
        )
        .discriminator(group.sid.to_string())
        .evidence(Key::new("sid", &group.sid.to_string()))
        .proof(&account.via().and(path.clone()))
        .help(text!(
            "let the step run as an account that has the rights of its command and no more; where the command needs an \
             administrator, make one on the target for it and delete it afterwards"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit > {}: set another account, then change \
                 the password of `{}`",
                object(package),
                object(step),
                name
            ),
            None,
            Some(text!("set the former account in the step again")),
        );
    if let Some(link) = path.steps.iter().rev().find_map(|step| step.span) {
        report.label(link, text!("this membership leads into {}", label));
    }
}
