use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_source::{FileId, Secret};

/// Names the places where a snapshot holds what nobody should pass on, and never what stands there.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a file of the snapshot holds a secret",
        severity: Severity::High,
        tags: &["hygiene", "secrets"],
        noun: "files",
        subjects: &["Snapshot"],
        references: &[
            Reference::Document("Microsoft, SMS_CollectionVariable Server WMI Class", "Properties"),
            Reference::Catalogue("trap 7, secrets in a snapshot"),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("CRED-7"),
        ],
        suppressible: false,
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, Secrets>;
    type Evidence<'s> = ();

    fn check<'s>(secrets: Self::Subjects<'s>, (): &(), out: &mut Sink) {
        let mut by_file: BTreeMap<FileId, BTreeMap<&'static str, Vec<&Secret>>> = BTreeMap::new();
        for secret in secrets.iter() {
            let kinds = by_file.entry(secret.span.file.root()).or_default();
            kinds.entry(secret.kind).or_default().push(secret);
        }
        for (file, start) in secrets.files() {
            let object =
                Object::new(Key::new("file", file), text!("{}", path(file)), Scope::File(file.to_owned()));
            let mut subject = out.subject(object, start);
            for (kind, found) in by_file.get(&start.file.root()).into_iter().flatten() {
                report(kind, found, file, &mut subject);
            }
        }
    }
}

/// So many places are named; more of the same kind in the same file say nothing new.
const SHOWN: usize = 5;

fn report(kind: &'static str, found: &[&Secret], file: &str, subject: &mut Subject<'_>) {
    let [first, more @ ..] = found else { return };
    let count = found.len();
    let message = match count {
        1 => text!("`{}` holds a secret: {}", path(file), kind),
        _ => text!("`{}` holds {} secrets: {}", path(file), count, kind),
    };
    let label = match count {
        0..=SHOWN => text!("{}, hidden here", kind),
        _ => text!("{}, hidden here, the first of {}", kind, count),
    };
    let mut report = subject.fail(message, first.span, label);
    for secret in more.iter().take(SHOWN - 1) {
        report = report.label(secret.span, text!("{}, hidden here", kind));
    }
    // One more secret of the kind opens a finding again that was accepted before.
    for number in 1..=count {
        report = report.evidence(Key::new("secret", kind).then("number", &number.to_string()));
    }
    report
        .discriminator(kind)
        .help(text!(
            "cut the value out of the file before it goes anywhere, and change what it protects: everybody who had \
             the snapshot has it"
        ))
        .fix(
            text!("collect the file again with cmlint-collect, which leaves secrets out, and delete this copy and its history"),
            None,
            None,
        );
}
