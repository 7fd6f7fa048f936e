use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::views::{EntryFor, Guarded, adds_workstations, makes_computers};

/// Looks for the ways in which a network access account can join a computer to a domain: the right to add workstations,
/// as long as the domain's quota allows, and the right to make computer objects in a container.
pub(super) struct This;

/// How many containers or accounts get a label of their own.
const SHOWN: usize = 5;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account may join computers to a domain",
        severity: Severity::Critical,
        tags: &["accounts", "network-access-account", "directory", "user-rights"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.6"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::Document(
                "Microsoft, Security and privacy for site administration in Configuration Manager",
                "Security guidance for the site server",
            ),
            Reference::Catalogue("B-NAA.4"),
            Reference::MisconfigurationManager("CRED-2"),
            Reference::MisconfigurationManager("CRED-3"),
            Reference::MisconfigurationManager("PREVENT-3"),
            Reference::Attack("T1136.002"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    /// A quota of 0 makes the right on domain controllers worth nothing, whoever holds it.
    type Evidence<'s> = (AnyOf<(DomainPrincipals<'s>, Via<'s, Rights<'s>>)>, DomainPrincipals<'s>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (AnyOf((_, rights)), principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let judged: Vec<Judgement<'s>> =
            accounts.iter().map(|account| judge(account, rights, principals)).collect();
        let mut defaults: BTreeMap<&str, Vec<&Judgement<'_>>> = BTreeMap::new();
        for one in &judged {
            if let Some(by_default) = &one.by_default {
                defaults.entry(&by_default.domain).or_default().push(one);
            }
        }
        for one in &judged {
            let mut subject = out.subject(Object::account(one.account), one.account.span());
            if !one.containers.is_empty() {
                report_containers(one, principals, &mut subject);
            }
            if let Some(privilege) = &one.privilege {
                report_privilege(one, privilege, principals, &mut subject);
            }
            // The cause is one, whatever the number of accounts: it is told at the first of them.
            if let Some(by_default) = &one.by_default
                && let Some(all) = defaults.remove(by_default.domain.as_str())
            {
                report_default(&all, by_default, principals, &mut subject);
            }
            subject.holes(one.gaps.iter().cloned());
        }
    }
}

/// What is known of one account.
struct Judgement<'s> {
    account: &'s Account<'s>,
    /// Containers with the entries that let it make computers there.
    containers: Vec<(&'s str, Vec<EntryFor>)>,
    /// It, or a group that somebody put it into, may add workstations.
    privilege: Option<Privilege>,
    /// It may because every account may.
    by_default: Option<Privilege>,
    gaps: Vec<Gap>,
}

struct Privilege {
    domain: String,
    controller: String,
    grant: Grant,
    quota: (i64, Span),
}

fn judge<'s>(account: &'s Account<'s>, rights: &Rights<'s>, principals: &Principals<'s>) -> Judgement<'s> {
    let mut one =
        Judgement { account, containers: Vec::new(), privilege: None, by_default: None, gaps: Vec::new() };
    let sid = match account.sid(principals) {
        Ok(Some(sid)) => sid,
        // An account that does not exist joins nothing.
        Ok(None) => return one,
        Err(gaps) => {
            one.gaps = gaps;
            return one;
        }
    };
    // An account of one computer is known to no domain.
    if principals.machine_of(&sid).is_some() {
        return one;
    }
    let Some(home) = principals.domain_of(&sid) else {
        one.gaps = principals.unresolved(account.name.value);
        return one;
    };
    let mut domains = principals.collected_domains();
    domains.retain(|domain| *domain != home);
    for domain in std::iter::once(home).chain(domains) {
        // Of other domains what the snapshot holds is looked at, and not missed.
        let gaps = containers(&mut one, &sid, domain, principals);
        if domain == home {
            one.gaps.extend(gaps);
        }
    }
    privilege(&mut one, &sid, home, rights, principals);
    one.gaps.sort();
    one.gaps.dedup();
    one
}

fn containers<'s>(one: &mut Judgement<'s>, sid: &Sid, domain: &str, principals: &Principals<'s>) -> Vec<Gap> {
    let (containers, mut gaps) = principals.containers(domain);
    for row in containers {
        let guarded = match Guarded::in_directory(principals, domain, &row.data) {
            Ok(guarded) => guarded,
            Err(holes) => {
                gaps.extend(holes);
                continue;
            }
        };
        let (entries, holes) = makes_computers(sid, &guarded, principals);
        if entries.is_empty() {
            gaps.extend(holes);
        } else {
            one.containers.push((&row.dn.value, entries));
        }
    }
    gaps
}

fn privilege<'s>(
    one: &mut Judgement<'s>,
    sid: &Sid,
    domain: &str,
    rights: &Rights<'s>,
    principals: &Principals<'s>,
) {
    let quota = match principals.machine_account_quota(domain) {
        // With a quota of 0 the right alone makes nothing.
        Ok((0, _)) => return,
        Ok(quota) => Ok(quota),
        Err(gaps) => Err(gaps),
    };
    let (grants, holes) = adds_workstations(sid, domain, rights, principals);
    let Some((controller, grant)) = grants.into_iter().next() else {
        one.gaps.extend(holes);
        return;
    };
    let quota = match quota {
        Ok(quota) => quota,
        Err(gaps) => {
            one.gaps.extend(gaps);
            return;
        }
    };
    let by_default = grant.by_default;
    let found = Privilege { domain: domain.to_owned(), controller: controller.key(), grant, quota };
    match by_default {
        true => one.by_default = Some(found),
        false => one.privilege = Some(found),
    }
}

fn report_containers(one: &Judgement<'_>, principals: &Principals<'_>, subject: &mut Subject<'_>) {
    let name = principal(one.account.name.value.trim());
    let [(dn, entries), others @ ..] = one.containers.as_slice() else { return };
    let [first, ..] = entries.as_slice() else { return };
    let places = match others.len() {
        0 => text!("`{}`", path(dn)),
        1 => text!("`{}` and another container", path(dn)),
        more => text!("`{}` and {} other containers", path(dn), more),
    };
    let itself = Some(first.holder) == one.account.principal.sid();
    let (fix, command, revert) = match itself {
        true => (
            text!(
                "in Active Directory Users and Computers with Advanced Features: {} > Properties > Security > Advanced: \
                 remove the entries of {}",
                path(dn),
                name
            ),
            text!("dsacls \"{}\" /R \"{}\"", path(dn), name),
            text!("dsacls \"{}\" /I:T /G \"{}:CC;computer\"", path(dn), name),
        ),
        false => (
            text!(
                "take {} out of the group through which it is in {}; see the proof",
                name,
                principals.label(&first.holder)
            ),
            text!("dsacls \"{}\"", path(dn)),
            text!("add the account to the group again"),
        ),
    };
    let mut report = subject
        .fail(
            text!("network access account `{}` may create computer objects in {}", name, places),
            first.span,
            allows(first),
        )
        .discriminator("containers")
        .proof(&one.account.via())
        .proof(&first.proof)
        .help(text!(
            "take the right from it: whoever is administrator of a client knows its password; computers are joined with the \
             account of the step that joins the domain"
        ))
        .fix(fix, Some(command), Some(revert));
    for (index, (dn, entries)) in others.iter().take(SHOWN).enumerate() {
        let rest = others.len() - (index + 1);
        let Some(entry) = entries.first() else { continue };
        let words = match index + 1 == SHOWN && rest > 0 {
            true => text!("{} {}; so do {} more containers", path(dn), allows(entry), rest),
            false => text!("{} {}", path(dn), allows(entry)),
        };
        report = report.label(entry.span, words);
    }
    report = report.label(one.account.span(), text!("the network access account"));
    for (dn, entries) in &one.containers {
        for entry in entries {
            report = report.evidence(
                Key::new("container", &dn.to_lowercase()).then("holder", &entry.holder.to_string()),
            );
        }
    }
}

fn allows(entry: &EntryFor) -> Text {
    let rights = Text::prose(Kind::DirectoryObject.describe_ace(&entry.ace));
    let reached = Text::prose(entry.reach().words(Kind::DirectoryObject).to_string());
    text!("allows {} on {}", rights, reached)
}

fn report_privilege(
    one: &Judgement<'_>,
    found: &Privilege,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let name = principal(one.account.name.value.trim());
    subject
        .fail(
            text!("network access account `{}` may add workstations to `{}`", name, domain(&found.domain)),
            found.grant.span,
            text!(
                "`{}` holds the right on {}, a domain controller",
                principals.label(&found.grant.holder),
                host(&found.controller)
            ),
        )
        .discriminator("privilege")
        .proof(&one.account.via())
        .proof(&found.grant.proof)
        .label(found.quota.1, text!("every holder may join so many computers"))
        .label(one.account.span(), text!("the network access account"))
        .evidence(Key::new("holder", &found.grant.holder.to_string()))
        .help(text!(
            "take it out of the right, or out of the group that holds it; computers are joined with the account of the step \
             that joins the domain"
        ))
        .fix(
            text!(
                "group policy of the domain controllers: Computer Configuration > Windows Settings > Security Settings > Local \
                 Policies > User Rights Assignment > Add workstations to domain"
            ),
            None,
            Some(text!("add the account to the right or group again")),
        );
}

fn report_default(
    all: &[&Judgement<'_>],
    found: &Privilege,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let scope = Scope::domain(&found.domain);
    let object = Object::new(
        Key::scope(&scope).then("default", "machine-account-quota"),
        text!("the quota of computers in {}", domain(&found.domain)),
        scope,
    );
    let who = match all {
        [one] => text!("network access account `{}`", principal(one.account.name.value.trim())),
        _ => text!("{} network access accounts", all.len()),
    };
    let mut report = subject
        .fail_about(
            object,
            text!(
                "{} may join up to {} computers to `{}`, as every account may",
                who,
                found.quota.0,
                domain(&found.domain)
            ),
            found.quota.1,
            text!("so many computers for each account that holds the right"),
        )
        .severity(Severity::Medium)
        .discriminator("quota")
        .proof(&found.grant.proof)
        .label(
            found.grant.span,
            text!(
                "`{}` holds the right to add workstations on {}",
                principals.label(&found.grant.holder),
                host(&found.controller)
            ),
        )
        .help(text!(
            "this is how Windows sets up a domain: set the quota to 0, and delegate the joining of computers to the accounts \
             that do it"
        ))
        .fix(
            text!("set ms-DS-MachineAccountQuota of the domain to 0"),
            Some(text!(
                "Set-ADDomain -Identity {} -Replace @{'ms-DS-MachineAccountQuota'='0'}",
                domain(&found.domain)
            )),
            Some(text!(
                "Set-ADDomain -Identity {} -Replace @{'ms-DS-MachineAccountQuota'='{}'}",
                domain(&found.domain),
                found.quota.0
            )),
        );
    for (index, one) in all.iter().take(SHOWN).enumerate() {
        let rest = all.len() - (index + 1);
        let words = match index + 1 == SHOWN && rest > 0 {
            true => text!("a network access account; so are {} more", rest),
            false => text!("a network access account"),
        };
        report = report.label(one.account.span(), words);
    }
}
