use cmlint_lint::prelude::*;

/// Looks at what kind of account a step opens a network folder with.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network folder is opened with an account that is no domain user",
        severity: Severity::High,
        tags: &["accounts", "task-sequences", "function"],
        noun: "network folder connection accounts",
        subjects: &["Task Sequence Editor Network Folder Connection Account"],
        requirements: &["A25.3"],
        references: &[Reference::Section("Task Sequence Editor Network Folder Connection Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkFolder>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let name = account.name.value.trim();
            if let Some((before, _)) = name.split_once('\\') {
                if before.trim() == "." {
                    report(account, text!("an account of the computer that runs the sequence"), &mut subject);
                    continue;
                }
                if let Some(computer) = names.computer_named(before.trim()) {
                    report(account, text!("an account of the computer {}", host(&computer)), &mut subject);
                    continue;
                }
            }
            let Some(sid) = subject.require(account.sid(names)) else { continue };
            let Some(sid) = sid else { continue };
            let what = if let Some(computer) = names.machine_of(&sid) {
                text!("an account of the computer {}", host(computer))
            } else if names.is_computer(&sid) == Some(true) {
                text!("the account of a computer")
            } else if names.is_group(&sid) == Some(true) {
                text!("a group")
            } else {
                continue;
            };
            report(account, what, &mut subject);
        }
    }
}

fn report(account: &Account<'_>, what: Text, subject: &mut Subject<'_>) {
    let (package, step) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
    subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` opens a network folder with `{}`, which is no domain user",
                object(step),
                object(package),
                principal(account.name.value.trim())
            ),
            account.span(),
            what,
        )
        .proof(&account.via())
        .help(text!(
            "the step needs a user account of a domain: create one that may read the folder, and nothing else"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit > {}: set the account",
                object(package),
                object(step)
            ),
            None,
            Some(text!("set the former account in the step again")),
        );
}
