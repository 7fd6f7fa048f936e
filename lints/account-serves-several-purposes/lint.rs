use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};

/// Puts all entries of the same account together, and compares their purposes with what may be shared.
pub(super) struct This;

pub(super) struct SignsIn;

impl Purposes for SignsIn {
    // Package access and permitted viewers only grant something. The proxy account of three purposes, and the two
    // accounts of a migration, are one entry each, named here once.
    const PURPOSES: &'static [Purpose] = &[
        Purpose::GroupDiscovery,
        Purpose::SystemDiscovery,
        Purpose::UserDiscovery,
        Purpose::Forest,
        Purpose::CertificateRegistration,
        Purpose::CaptureImage,
        Purpose::ClientPush,
        Purpose::EnrollmentPoint,
        Purpose::Exchange,
        Purpose::ManagementPoint,
        Purpose::Multicast,
        Purpose::NetworkAccess,
        Purpose::ReportingServices,
        Purpose::SiteSystemInstallation,
        Purpose::Smtp,
        Purpose::SoftwareUpdatePoint,
        Purpose::SoftwareUpdateProxy,
        Purpose::SourceSite,
        Purpose::DomainJoin,
        Purpose::NetworkFolder,
        Purpose::RunAs,
    ];
}

/// Accounts of task sequence steps.
const STEPS: [Purpose; 3] = [Purpose::CaptureImage, Purpose::DomainJoin, Purpose::NetworkFolder];
/// How many places of one purpose get a label of their own.
const PLACES: usize = 3;

impl Lint for This {
    const META: Meta = Meta {
        title: "one account serves several purposes",
        severity: Severity::Medium,
        tags: &["accounts", "reuse"],
        noun: "accounts that the site signs in with",
        subjects: &["All accounts"],
        requirements: &["A0.3"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Catalogue("B-TS.1"),
            Reference::Catalogue("B-PROXY.1"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, SignsIn>;
    type Evidence<'s> = Names<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, names: &Self::Evidence<'s>, out: &mut Sink) {
        let uses = accounts.uses();
        for cluster in clusters(&uses, names) {
            let [first, ..] = cluster.uses.as_slice() else { continue };
            if cluster.uses.iter().any(|one| one.is_computer(names) == Ok(true)) {
                continue;
            }
            let mut object = Object::new(
                Key::scope(&Scope::Hierarchy).then("account", "any").name("name", first.name.value.trim()),
                text!("{}", principal(first.name.value.trim())),
                first.scope.clone(),
            );
            for one in &cluster.uses {
                let own = Object::account_use(one);
                object = own.aliases.into_iter().fold(object.alias(own.key), Object::alias);
            }
            let mut subject = out.subject(object, first.span());
            let purposes: BTreeSet<Purpose> = cluster.uses.iter().map(|one| one.purpose).collect();
            let apart: BTreeSet<Purpose> = purposes
                .iter()
                .filter(|one| purposes.iter().any(|other| is_forbidden(**one, *other)))
                .copied()
                .collect();
            if !apart.is_empty() {
                // What ends in `$` may be the account of a computer, which serves whatever its computer does.
                if let Some(Err(gaps)) =
                    cluster.uses.iter().map(|one| one.is_computer(names)).find(Result::is_err)
                {
                    subject.unknown(gaps);
                    continue;
                }
                report(&cluster, &apart, &mut subject);
            }
            subject.holes(cluster.doubts);
        }
    }
}

/// Whether two purposes may not share an account. Pairs on which another lint speaks are left to it.
fn is_forbidden(one: Purpose, other: Purpose) -> bool {
    let pair =
        |a: Purpose, rest: &[Purpose]| one == a && rest.contains(&other) || other == a && rest.contains(&one);
    one != other
        && !one.info().may_share_with.contains(&other)
        && !pair(
            Purpose::NetworkAccess,
            &[Purpose::ClientPush, Purpose::SiteSystemInstallation, Purpose::RunAs],
        )
        && !pair(Purpose::NetworkAccess, &STEPS)
        && !pair(Purpose::RunAs, &STEPS)
}

/// All entries of one account.
struct Cluster<'u, 's> {
    uses: Vec<&'u Use<'s>>,
    /// Why an entry without a SID is the same account.
    proof: Proof,
    /// Entries that may be the same account.
    doubts: Vec<Gap>,
}

fn clusters<'u, 's>(uses: &'u [Use<'s>], principals: &Principals<'s>) -> Vec<Cluster<'u, 's>> {
    let mut by_identity: BTreeMap<String, Cluster<'u, 's>> = BTreeMap::new();
    let new = || Cluster { uses: Vec::new(), proof: Proof::default(), doubts: Vec::new() };
    for one in uses {
        if let Some(sid) = one.principal.sid() {
            by_identity.entry(sid.to_string()).or_insert_with(new).uses.push(one);
        }
    }
    for one in uses.iter().filter(|one| one.principal.sid().is_none()) {
        let mut doubts = Vec::new();
        let mut found = None;
        for (identity, cluster) in &by_identity {
            // An account of a purpose that it may share changes nothing, whoever it is.
            let matters = cluster.uses.iter().any(|other| is_forbidden(one.purpose, other.purpose));
            let Some(other) = cluster.uses.first() else { continue };
            match one.is_same_as(other, principals) {
                Answer::Yes(proof) => found = found.or(Some((identity.clone(), proof))),
                Answer::Unknown(gaps) if matters => doubts.extend(gaps),
                _ => {}
            }
        }
        doubts.sort();
        doubts.dedup();
        let (identity, proof) = found.unwrap_or_else(|| (one.key().as_str().to_owned(), Proof::default()));
        let cluster = by_identity.entry(identity).or_insert_with(new);
        cluster.uses.push(one);
        cluster.proof = std::mem::take(&mut cluster.proof).and(proof);
        cluster.doubts.extend(doubts);
    }
    let mut clusters: Vec<Cluster<'u, 's>> = by_identity.into_values().collect();
    for cluster in &mut clusters {
        cluster.uses.sort_by_key(|one| (one.purpose, one.name.span));
    }
    clusters.sort_by_key(|cluster| cluster.uses.first().map(|one| (one.purpose, one.name.span)));
    clusters
}

fn report(cluster: &Cluster<'_, '_>, apart: &BTreeSet<Purpose>, subject: &mut Subject<'_>) {
    let [first, ..] = cluster.uses.as_slice() else { return };
    let name = principal(first.name.value.trim());
    let titles: Vec<Text> = apart.iter().map(|purpose| words(*purpose)).collect();
    let message = match titles.split_last() {
        Some((last, rest)) => {
            text!("`{}` is the {} and the {}", name, Text::join(rest.to_vec(), ", the "), last)
        }
        None => return,
    };
    let named: Vec<&&Use<'_>> = cluster.uses.iter().filter(|one| apart.contains(&one.purpose)).collect();
    let Some((main, others)) = named.split_first() else { return };
    let mut report = subject
        .fail(message, main.span(), text!("named here as the {}", words(main.purpose)))
        .proof(&main.via())
        .proof(&cluster.proof)
        .help(text!(
            "whoever learns the password in one place has what the account may do in all of them, and it cannot be \
             changed for one purpose alone: make an account for each"
        ))
        .fix(
            text!(
                "create the new accounts, give each the rights of its purpose, set them in the properties of the component, \
                 role or step, and check under Administration > Security > Accounts that no usage of the old one is left"
            ),
            Some(text!(
                "New-ADUser -Name \"<new account>\" -SamAccountName \"<new account>\" -Path \"<organizational unit>\" \
                 -AccountPassword (Read-Host -AsSecureString) -Enabled $true"
            )),
            Some(text!("set {} again in the same places", name)),
        );
    let mut shown: BTreeMap<Purpose, usize> = BTreeMap::new();
    *shown.entry(main.purpose).or_default() += 1;
    for one in others {
        let count = shown.entry(one.purpose).or_default();
        *count += 1;
        if *count <= PLACES {
            report = report.label(one.span(), text!("and as the {}", words(one.purpose)));
        }
    }
    for one in &named {
        report = report.evidence(one.key());
    }
}

fn words(purpose: Purpose) -> Text {
    match purpose {
        Purpose::SoftwareUpdateProxy => text!("site system proxy server account"),
        Purpose::SourceSite => text!("account of a migration"),
        _ => Text::prose(purpose.words()),
    }
}
