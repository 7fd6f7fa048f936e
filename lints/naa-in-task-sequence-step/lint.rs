use cmlint_lint::prelude::*;

/// Compares the accounts of task sequence steps with the network access accounts of every site.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a task sequence step uses a network access account",
        severity: Severity::Critical,
        tags: &["accounts", "network-access-account", "task-sequences"],
        noun: "accounts in task sequence steps",
        subjects: &[
            "Task Sequence Run As Account",
            "Task Sequence Editor Domain Joining Account",
            "Capture Operating System Image Account",
            "Task Sequence Editor Network Folder Connection Account",
        ],
        requirements: &["A26.3", "A24.4", "A7.4", "A25.5"],
        references: &[
            Reference::Section("Task Sequence Run As Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
            Reference::MisconfigurationManager("CRED-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
            Reference::MisconfigurationManager("CRED-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = (
        Stored<'s, one::RunAs>,
        Stored<'s, one::DomainJoin>,
        Stored<'s, one::CaptureImage>,
        Stored<'s, one::NetworkFolder>,
    );
    type Evidence<'s> = (Stored<'s, one::NetworkAccess>, Names<'s>);

    fn check<'s>(
        (run_as, join, capture, folder): Self::Subjects<'s>,
        (network_access, names): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let accounts = run_as.iter().chain(join.iter()).chain(capture.iter()).chain(folder.iter());
        for account in accounts {
            let mut subject = out.subject(Object::account(account), account.span());
            let mut same = Vec::new();
            let mut doubts = Vec::new();
            for listed in network_access.iter() {
                match account.is_same_as(listed, names) {
                    Answer::Yes(proof) => same.push((listed, proof)),
                    Answer::No => {}
                    Answer::Unknown(gaps) => doubts.extend(gaps),
                }
            }
            if same.is_empty() {
                match (&account.principal, &account.step) {
                    (Principal::SetByVariable(variable), Some((package, path))) if !doubts.is_empty() => {
                        let why = format!(
                            "step `{path}` of {package} takes its account from the variable `{variable}`"
                        );
                        let scope = account.scope.clone();
                        subject.unknown([Gap::new(Dataset::TaskSequence, scope, Status::Partial, why)]);
                    }
                    _ => subject.holes(doubts),
                }
                subject.holes(network_access.whole().err().unwrap_or_default());
            } else {
                report(account, &same, &mut subject);
            }
        }
    }
}

/// The requirement that a purpose breaks, and what its step does with the account.
fn clause(purpose: Purpose) -> (&'static str, &'static str, &'static str) {
    match purpose {
        Purpose::RunAs => ("A26.3", "runs its command", "runs as the network access account"),
        Purpose::DomainJoin => {
            ("A24.4", "joins the domain", "joins the domain as the network access account")
        }
        Purpose::CaptureImage => {
            ("A7.4", "stores the image", "writes the image as the network access account")
        }
        _ => ("A25.5", "connects a network folder", "opens the folder as the network access account"),
    }
}

fn report(account: &Account<'_>, same: &[(&Account<'_>, Proof)], subject: &mut Subject<'_>) {
    let (package, path) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
    let name = account.name.value.trim();
    let (requirement, does, label) = clause(account.purpose);
    let mut report = subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` {} as the network access account `{}`",
                object(path),
                object(package),
                does,
                principal(name)
            ),
            account.span(),
            text!("{}", label),
        )
        .requirements(&[requirement])
        .help(text!(
            "every client of the site receives the password of the network access account; give this step an account of \
             its own with no rights but those of the step"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit > {}: set another account, deploy the \
                 change, and take the rights for this step from {}",
                object(package),
                object(path),
                principal(name)
            ),
            None,
            Some(text!("set the former account in the step again")),
        );
    for (listed, proof) in same {
        let words = text!("a network access account of site {}", site(listed.scope.key()));
        report = report.label(listed.span(), words).evidence(listed.key());
        // One proof is enough; the others differ in the site.
        if std::ptr::eq(*listed, same[0].0) {
            report = report.proof(proof);
        }
    }
}
