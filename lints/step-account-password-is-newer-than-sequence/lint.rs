use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several};

/// Compares the day of an account's password with the last change of the task sequences that hold it.
pub(super) struct This;

pub(super) struct OfSteps;

impl Purposes for OfSteps {
    const PURPOSES: &'static [Purpose] =
        &[Purpose::CaptureImage, Purpose::DomainJoin, Purpose::NetworkFolder, Purpose::RunAs];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "an account's password is newer than the task sequence that holds it",
        severity: Severity::Info,
        tags: &["accounts", "task-sequences", "function"],
        noun: "accounts in task sequence steps",
        subjects: &[
            "Capture Operating System Image Account",
            "Task Sequence Editor Domain Joining Account",
            "Task Sequence Editor Network Folder Connection Account",
            "Task Sequence Run As Account",
        ],
        requirements: &["A7.6"],
        references: &[Reference::Section("Capture Operating System Image Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, OfSteps>;
    type Evidence<'s> = (Each<'s, rows::TaskSequencePackage<'s>>, DomainPrincipals<'s>);

    fn check<'s>(accounts: Self::Subjects<'s>, (packages, principals): &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some((package, _)) = &account.step else { continue };
            if account.name.value.trim().starts_with(r".\") {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            let Some(sid) = sid else { continue };
            let Some(object) = principals.object(&sid) else {
                subject.unknown(principals.unresolved(account.name.value.trim()));
                continue;
            };
            let Some(set) = object.attribute("pwdlastset") else {
                let why = format!("`pwdLastSet` of {} was not collected", principals.label(&sid).text);
                let scope = principals.domain_of(&sid).map_or(Scope::Hierarchy, Scope::domain);
                subject.unknown([Gap::new(Dataset::Directory, scope, Status::Partial, why)]);
                continue;
            };
            let row = packages.iter().find_map(|(_, row)| {
                let id = row.data.package_id.filled()?;
                id.value.eq_ignore_ascii_case(package).then_some(row)
            });
            let Some(changed) = row.and_then(|row| last_change(&row.data)) else {
                let (_, holes) = packages.at(&Scope::Hierarchy);
                subject.holes(holes);
                continue;
            };
            let (Some(at), Some(password)) = (moment::provider(changed.value), moment::filetime(set.value))
            else {
                continue;
            };
            if password > at {
                report(account, package, changed, set, (at, password), &mut subject);
            }
        }
    }
}

/// The later of the two dates of a sequence: which of them follows an edit is not documented.
fn last_change<'r>(package: &'r rows::TaskSequencePackage<'_>) -> Option<Spanned<&'r str>> {
    let dates = [package.source_date.filled(), package.last_refresh_time.filled()];
    dates.into_iter().flatten().max_by_key(|date| moment::provider(date.value))
}

fn report(
    account: &Account<'_>,
    package: &str,
    changed: Spanned<&str>,
    set: Spanned<&str>,
    (at, password): (moment::Moment, moment::Moment),
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    subject
        .fail(
            text!(
                "the password of `{}` was set on {}, and task sequence `{}` was last changed on {}",
                name,
                term(moment::day(password)),
                object(package),
                term(moment::day(at))
            ),
            account.span(),
            text!("the sequence holds a password of its own"),
        )
        .label(set.span, text!("set on {}", term(moment::day(password))))
        .label(changed.span, text!("last changed on {}", term(moment::day(at))))
        .confidence(Confidence::Medium)
        .help(text!(
            "if the password is another one since, enter it in the steps of the sequence; clients get it with their next policy"
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit: enter the password of `{}` and use Verify",
                object(package),
                name
            ),
            None,
            None,
        );
}
