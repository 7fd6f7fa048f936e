use cmlint_lint::prelude::*;
use cmlint_model::views::domain_dn;

/// Reads how the last discovery of each forest ended: the product says itself when it was refused.
pub(super) struct This;

/// `DiscoveryStatus` of `SMS_ADForest`.
const SUCCEEDED: i64 = 0;
const COMPLETED: i64 = 1;
const ACCESS_DENIED: i64 = 2;
const FAILED: i64 = 3;

impl Lint for This {
    const META: Meta = Meta {
        title: "a forest is discovered with an account that may not read it",
        severity: Severity::Medium,
        tags: &["accounts", "forests", "discovery", "function"],
        noun: "forests that are discovered",
        subjects: &["Active Directory Forest Account"],
        requirements: &["A4.2"],
        references: &[
            Reference::Section("Active Directory Forest Account"),
            Reference::Document("SMS_ADForest Server WMI Class", "DiscoveryStatus"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Forest<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(forests: Self::Subjects<'s>, (): &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in forests.iter() {
            let Some(name) = row.data.forest_fqdn.filled() else { continue };
            if row.data.enable_discovery.get().is_some_and(|on| !on.0) {
                continue;
            }
            let forest = name.value.trim().to_lowercase();
            let key = Key::scope(scope).then("forest", &forest).then("account", Purpose::Forest.info().word);
            let object = Object::new(key, text!("forest {}", domain(&forest)), scope.clone());
            let mut subject = out.subject(object.purpose(Purpose::Forest), name.span);
            match row.data.discovery_status.get().map(|status| status.0) {
                Some(SUCCEEDED | COMPLETED) => {}
                Some(ACCESS_DENIED) => report(&forest, &row.data, true, &mut subject),
                Some(FAILED) => report(&forest, &row.data, false, &mut subject),
                _ => {
                    let why = format!("nothing says how the discovery of {forest} ended");
                    subject.unknown([Gap::new(Dataset::Forest, scope.clone(), Status::Partial, why)]);
                }
            }
        }
    }
}

fn report(forest: &str, row: &rows::Forest<'_>, denied: bool, subject: &mut Subject<'_>) {
    let who = match row.account.filled() {
        Some(account) => text!("`{}`", principal(account.value.trim())),
        None => text!("the computer account of the site server"),
    };
    let span = row.discovery_status.span().unwrap_or(subject.span());
    let (message, label) = match denied {
        true => (
            text!("forest `{}` refused to be read when {} discovered it", domain(forest), who),
            text!("the last discovery ended with Access denied"),
        ),
        false => (
            text!("forest `{}` could not be discovered as {}", domain(forest), who),
            text!("the last discovery failed; why, nothing says here"),
        ),
    };
    let report = subject
        .fail(message, span, label)
        .help(text!("let {} read the forest, its sites and subnets, or set an account that may", who))
        .fix(
            text!(
                "look into ADForestDisc.log on the site server; then Administration > Hierarchy Configuration > Active \
                 Directory Forests > {} > Properties > General: the account",
                domain(forest)
            ),
            Some(text!("dsacls \"CN=Sites,CN=Configuration,{}\"", path(domain_dn(forest)))),
            Some(text!("set the former account in the same place")),
        );
    let report = match denied {
        true => report,
        // A forest that cannot be reached ends in the same way as one that cannot be read.
        false => report.severity(Severity::Info).confidence(Confidence::Medium),
    };
    if let Some(account) = row.account.filled() {
        report.label(account.span, text!("the account for this forest"));
    }
}
