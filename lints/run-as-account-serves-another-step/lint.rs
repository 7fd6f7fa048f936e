use cmlint_lint::prelude::*;

/// Compares Run As accounts with the accounts of steps that must not sign in interactively.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a Run As account also captures images, joins the domain or opens network folders",
        severity: Severity::High,
        tags: &["accounts", "task-sequences"],
        noun: "task sequence Run As accounts",
        subjects: &["Task Sequence Run As Account"],
        requirements: &["A26.9"],
        references: &[
            Reference::Section("Task Sequence Run As Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::RunAs>;
    type Evidence<'s> = (
        Stored<'s, one::DomainJoin>,
        Stored<'s, one::CaptureImage>,
        Stored<'s, one::NetworkFolder>,
        Names<'s>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (join, capture, folder, names): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let mut same = Vec::new();
            let mut doubts = Vec::new();
            for other in join.iter().chain(capture.iter()).chain(folder.iter()) {
                match account.is_same_as(other, names) {
                    Answer::Yes(proof) => same.push((other, proof)),
                    Answer::No => {}
                    Answer::Unknown(gaps) => doubts.extend(gaps),
                }
            }
            if same.is_empty() {
                subject.holes(doubts);
                let more = [join.whole().err(), capture.whole().err(), folder.whole().err()];
                subject.holes(more.into_iter().flatten().flatten());
            } else {
                report(account, &same, &mut subject);
            }
        }
    }
}

fn does(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::DomainJoin => "joins the domain with it",
        Purpose::CaptureImage => "stores the image with it",
        _ => "opens a network folder with it",
    }
}

fn report(account: &Account<'_>, same: &[(&Account<'_>, Proof)], subject: &mut Subject<'_>) {
    let (package, path) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
    let name = principal(account.name.value.trim());
    let mut report = subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` runs as `{}`, which other steps need without the right to sign in",
                object(path),
                object(package),
                name
            ),
            account.span(),
            text!("must sign in interactively"),
        )
        .help(text!(
            "this account must be able to sign in interactively, those of the other steps must not: give the command an \
             account of its own"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit > {}: set another account",
                object(package),
                object(path)
            ),
            None,
            Some(text!("set the former account in the step again")),
        );
    for (other, proof) in same {
        let (package, path) = other.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
        let words =
            text!("step `{}` of {} {}", object(path), object(package), Text::prose(does(other.purpose)));
        report = report.label(other.span(), words).evidence(other.key());
        if std::ptr::eq(*other, same[0].0) {
            report = report.proof(proof);
        }
    }
}
