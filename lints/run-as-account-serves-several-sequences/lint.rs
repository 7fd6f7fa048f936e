use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Looks for an account that steps of several task sequences run commands with.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "task sequences share a Run As account",
        severity: Severity::Medium,
        tags: &["accounts", "task-sequences"],
        noun: "task sequence Run As accounts",
        subjects: &["Task Sequence Run As Account"],
        requirements: &["A26.6"],
        references: &[
            Reference::Section("Task Sequence Run As Account"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::RunAs>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        let mut groups: Vec<Shared<'s>> = Vec::new();
        for account in accounts.iter() {
            let same = groups.iter_mut().find_map(|group| match account.is_same_as(group.uses[0], names) {
                Answer::Yes(proof) => Some((group, proof)),
                _ => None,
            });
            match same {
                Some((group, proof)) => {
                    group.uses.push(account);
                    group.proof = group.proof.take().or(Some(proof));
                }
                None => groups.push(Shared { uses: vec![account], proof: None }),
            }
        }
        for (index, group) in groups.iter().enumerate() {
            let first = group.uses[0];
            let mut subject = out.subject(Object::account(first), first.span());
            let sequences = group.sequences();
            if sequences.len() > 1 {
                report(group, &sequences, &mut subject);
                continue;
            }
            // Another name may stand for the same account.
            for other in
                groups.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, o)| o.uses[0])
            {
                if sequences.len() == 1
                    && other.step.as_ref().map(|s| s.0.as_str()) != sequences.keys().next().copied()
                    && let Answer::Unknown(gaps) = first.is_same_as(other, names)
                {
                    subject.holes(gaps);
                }
            }
            subject.holes(accounts.whole().err().unwrap_or_default());
        }
    }
}

/// The uses of one account.
struct Shared<'s> {
    uses: Vec<&'s Account<'s>>,
    /// Why the second use is the same account as the first.
    proof: Option<Proof>,
}

impl<'s> Shared<'s> {
    /// The first use in each task sequence, by its identifier.
    fn sequences(&self) -> BTreeMap<&'s str, &'s Account<'s>> {
        let mut sequences = BTreeMap::new();
        for one in &self.uses {
            if let Some((package, _)) = &one.step {
                sequences.entry(package.as_str()).or_insert(*one);
            }
        }
        sequences
    }
}

/// Sequences that are pointed at; the others are counted.
const SHOWN: usize = 4;

fn report(group: &Shared<'_>, sequences: &BTreeMap<&str, &Account<'_>>, subject: &mut Subject<'_>) {
    let first = group.uses[0];
    let name = principal(first.name.value.trim());
    let used = |account: &Account<'_>| {
        let (package, path) = account.step.as_ref().map_or(("", ""), |(package, path)| (package, path));
        text!("step `{}` of {} runs as it", object(path), object(package))
    };
    let mut report = subject
        .fail(
            text!("{} task sequences run commands as `{}`", sequences.len(), name),
            first.span(),
            used(first),
        )
        .help(text!(
            "whoever may edit or deploy one of them commands the rights that the others need; give each task sequence an \
             account of its own"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > (each but one) > Edit: set an account that only this \
                 sequence uses, with the rights of its command"
            ),
            None,
            Some(text!("set the former account in the steps again")),
        );
    let others: Vec<_> = sequences.values().filter(|a| a.span() != first.span()).collect();
    for (index, account) in others.iter().take(SHOWN).enumerate() {
        let rest = others.len() - (index + 1);
        let words = if index + 1 == SHOWN && rest > 0 {
            text!("{}; so do {} more", used(account), rest)
        } else {
            used(account)
        };
        report = report.label(account.span(), words);
    }
    if let Some(proof) = &group.proof {
        report = report.proof(proof);
    }
    for account in sequences.values() {
        report = report.evidence(account.key());
    }
}
