use cmlint_lint::prelude::*;
use cmlint_model::catalogue::{self, ADVANCED_INSIGHTS, Sure};

/// Asks for each operation of the published role whether the web page's account may do it, with whatever roles.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "an identity of Advanced Insights may not do what Advanced Insights does",
        severity: Severity::Medium,
        tags: &["accounts", "rbac", "advanced-insights"],
        noun: "administrative users that Advanced Insights connects as",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.3"],
        references: &[Reference::Document(
            "Patch My PC, Insights Configuration Manager Permission requirements",
            "Add the IIS Pool Account To ConfigMgr Security Role",
        )],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (
        Via<'s, Administrators<'s>>,
        Via<'s, Roles<'s>>,
        Via<'s, Permissions<'s>>,
        Via<'s, SmsProviders<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        insights: Self::Subjects<'s>,
        (administrators, roles, permissions, providers, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for identity in insights.identities() {
            // On a computer with an SMS Provider the page may need none of it.
            if identity.pools.iter().all(|pool| providers.at(pool.host).is_some()) {
                continue;
            }
            let (entries, holes) = administrators.that_are(identity.principal, identity.name, principals);
            let Some((first, _)) = entries.first() else {
                // Whether it ought to be one is not for this lint to judge.
                out.hole(holes);
                continue;
            };
            let object = Object::new(identity.key(), text!("{}", principal(identity.name)), Scope::Hierarchy);
            let mut subject = out.subject(object.alias(identity.key_by_name()), identity.at());
            let held: Vec<_> =
                entries.iter().filter_map(|(entry, _)| entry.roles(roles).ok()).flatten().collect();
            // Whether the vendor's role is as published is a question of its own.
            if held.iter().any(|role| catalogue::is_of_advanced_insights(role.name)) {
                continue;
            }
            let Some(sid) = identity.principal.sid().or(first.sid) else {
                subject.unknown(principals.unresolved(identity.name));
                continue;
            };
            let mut missing = Vec::new();
            for (kind, mask) in ADVANCED_INSIGHTS[0].grants {
                let mut bits = 0;
                for (bit, _) in catalogue::bits(*kind, *mask) {
                    match permissions.can(&sid, *kind, 1 << bit, principals) {
                        Answer::Yes(_) => {}
                        Answer::No => bits |= 1 << bit,
                        Answer::Unknown(holes) => subject.unknown(holes),
                    }
                }
                if bits != 0 {
                    missing.push((*kind, bits));
                }
            }
            if missing.is_empty() {
                continue;
            }
            if providers.holes().is_empty() {
                report(&identity, first, &held, &missing, &mut subject);
            } else {
                subject.unknown(providers.holes().to_vec());
            }
        }
    }
}

fn report(
    identity: &InsightsIdentity<'_, '_>,
    entry: &AdminEntry<'_>,
    held: &[HeldRole<'_>],
    missing: &[(i64, i64)],
    subject: &mut Subject<'_>,
) {
    let who = principal(identity.name);
    let roles = Text::join(held.iter().map(|held| text!("`{}`", role(held.name))), ", ");
    let label = match held {
        [] => text!("holds no role"),
        [_] => text!("holds {}, which grants none of it", roles),
        _ => text!("holds {}, which grant none of it", roles),
    };
    let older = ADVANCED_INSIGHTS.iter().find(|version| version.superseded);
    let newer_only =
        older.is_some_and(|older| missing.iter().all(|(kind, bits)| bits & older.on(*kind) == 0));
    let inferred = missing.iter().any(|(kind, bits)| catalogue::sureness(*kind, *bits) == Sure::Inferred);
    let admin = principal(entry.name.value.trim());
    let published = role(ADVANCED_INSIGHTS[0].name);
    let command = |verb: &'static str, what: &'static str| {
        text!(
            "{}-CMSecurityRole{}AdministrativeUser -AdministrativeUserName \"{}\" -RoleName \"{}\"",
            verb,
            what,
            admin,
            published
        )
    };
    let report = subject
        .fail(
            text!("`{}`, which Advanced Insights connects as, lacks {}", who, words(missing)),
            entry.name.span,
            label,
        )
        .label(identity.at(), identity.pool())
        .severity(if newer_only { Severity::Info } else { Severity::Medium })
        .help(if newer_only {
            text!("scripts and inventory reports came with a newer version of the product; add the vendor's role if they are used")
        } else {
            text!("client actions that need it fail; give `{}` the role that the vendor publishes", who)
        })
        .fix(
            text!("import the vendor's role first: Administration > Security > Security Roles > Import Security Role"),
            Some(command("Add", "To")),
            Some(command("Remove", "From")),
        );
    let report = missing.iter().fold(report, |report, (kind, bits)| {
        report.evidence(Key::new("operations", &format!("{kind}-{bits}")))
    });
    if inferred {
        report.confidence(Confidence::Medium);
    }
}

fn words(missing: &[(i64, i64)]) -> Text {
    let one = |(kind, bits): &(i64, i64)| {
        let names = catalogue::bits(*kind, *bits)
            .map(|(bit, operation)| operation.map_or_else(|| text!("bit {}", bit), |o| text!("{}", o.name)));
        let kind = catalogue::object_type(*kind)
            .map_or_else(|| text!("object type {}", *kind), |t| text!("{}", t.name));
        Text::join(names, ", ").and(text!(" on ")).and(kind)
    };
    Text::join(missing.iter().map(one), "; ")
}
