use cmlint_lint::prelude::*;
use cmlint_model::views::{EntryFor, Guarded, publishing_sites, system_management};
use cmlint_winsec::Ace;

/// Checks in forests that are only discovered what the forest account may do on the container for publishing.
pub(super) struct This;

/// Create, delete, write, validated writes, delete trees, permissions and owner.
const WRITES: AccessMask = AccessMask(0xD_006B);
/// How many entries get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "a forest account may change System Management where no site publishes",
        severity: Severity::Medium,
        tags: &["accounts", "forests", "directory"],
        noun: "forests that are discovered with an account of their own",
        subjects: &["Active Directory Forest Account"],
        requirements: &["A4.4"],
        references: &[Reference::Section("Active Directory Forest Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Forest<'s>>;
    type Evidence<'s> = (Each<'s, rows::ForestStatus<'s>>, DomainPrincipals<'s>);

    fn check<'s>(forests: Self::Subjects<'s>, (statuses, principals): &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in forests.iter() {
            let (Some(name), Some(account)) = (row.data.forest_fqdn.filled(), row.data.account.filled())
            else {
                continue;
            };
            let (publishing, holes) = publishing_sites(&row.data, statuses);
            if !publishing.is_empty() {
                continue;
            }
            let forest = name.value.trim().to_lowercase();
            let key = Key::scope(scope).then("forest", &forest).then("account", Purpose::Forest.info().word);
            let object = Object::new(key, text!("forest {}", domain(&forest)), scope.clone());
            let mut subject = out.subject(object.purpose(Purpose::Forest), account.span);
            if !holes.is_empty() {
                subject.unknown(holes);
                continue;
            }
            let sid = match principals.resolve(account, &Home::default()) {
                Principal::Resolved { sid, .. } => sid,
                Principal::NotFound(_) => continue,
                _ => {
                    subject.unknown(principals.unresolved(account.value));
                    continue;
                }
            };
            for dn in containers(&forest, principals) {
                judge(&forest, account, &sid, &dn, principals, &mut subject);
            }
        }
    }
}

/// The containers of the forest: that of its root, and those of its other domains that the snapshot holds.
fn containers(forest: &str, principals: &Principals<'_>) -> Vec<String> {
    let mut found = vec![system_management(forest)];
    for domain in principals.domains_of_forest(forest) {
        let dn = system_management(domain);
        if !found.contains(&dn) && principals.by_dn(&dn).is_some() {
            found.push(dn);
        }
    }
    found
}

fn judge<'s>(
    forest: &str,
    account: Spanned<&str>,
    sid: &Sid,
    dn: &str,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let Some((dns, object)) = subject.require(principals.at_dn(dn)) else { return };
    let Some(guarded) = subject.require(Guarded::in_directory(principals, dns, &object.data)) else { return };
    let writes = |ace: &Ace| ace.mask.intersects(WRITES);
    let (entries, holes) = guarded.entries_for(sid, principals, writes);
    if let Some(first) = entries.first() {
        report(forest, account, dn, first, &entries, subject);
    }
    subject.holes(holes);
}

fn report(
    forest: &str,
    account: Spanned<&str>,
    dn: &str,
    first: &EntryFor,
    entries: &[EntryFor],
    subject: &mut Subject<'_>,
) {
    let name = principal(account.value.trim());
    let mut report = subject
        .fail(
            text!(
                "`{}` may change `{}`, though no site publishes to forest `{}`",
                name,
                path(dn),
                domain(forest)
            ),
            first.span,
            allows(first),
        )
        .discriminator(dn.to_lowercase())
        .proof(&first.proof)
        .label(account.span, text!("the account for this forest, which is only discovered"))
        .help(text!("take these rights from {}: to discover a forest, Read is enough", name))
        .fix(
            text!(
                "in Active Directory Users and Computers with Advanced Features: {} > Properties > Security > Advanced: remove \
                 the entries; where a group has them, take {} out of the group",
                path(dn),
                name
            ),
            Some(text!("dsacls \"{}\" /R \"{}\"", path(dn), name)),
            Some(text!("dsacls \"{}\" /I:T /G \"{}:GA\"", path(dn), name)),
        );
    for entry in entries {
        report = report.evidence(Key::new("sid", &entry.holder.to_string()));
    }
    for entry in entries.iter().skip(1).take(SHOWN) {
        report = report.label(entry.span, allows(entry));
    }
}

fn allows(entry: &EntryFor) -> Text {
    let rights = Text::prose(Kind::DirectoryObject.describe_ace(&entry.ace));
    let reached = Text::prose(entry.reach().words(Kind::DirectoryObject).to_string());
    text!("allows {} on {}", rights, reached)
}
