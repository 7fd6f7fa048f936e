use cmlint_lint::prelude::*;
use cmlint_model::catalogue::{
    self, ADMINISTRATIVE_USERS, ADVANCED_INSIGHTS, CREATE, FULL_ADMINISTRATOR, MODIFY,
    OPERATIONS_ADMINISTRATOR, SECURITY_ADMINISTRATOR, SECURITY_ROLES,
};

/// Compares the roles of the web page's accounts with what the page needs. The vendor's own role is compared with the
/// published one elsewhere.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "an identity of Advanced Insights holds more than the role that it needs",
        severity: Severity::High,
        tags: &["accounts", "rbac", "advanced-insights"],
        noun: "administrative users that Advanced Insights runs as",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.4"],
        references: &[
            Reference::Document(
                "Patch My PC, Insights Configuration Manager Permission requirements",
                "Use a Custom Security Role (Optional)",
            ),
            Reference::MisconfigurationManager("CRED-7"),
            Reference::MisconfigurationManager("EXEC-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (Via<'s, Administrators<'s>>, Via<'s, Roles<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        insights: Self::Subjects<'s>,
        (administrators, roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for identity in insights.identities() {
            let (entries, holes) = administrators.that_are(identity.principal, identity.name, principals);
            if entries.is_empty() {
                // Whether it ought to be one is not for this lint to judge.
                out.hole(holes);
                continue;
            }
            let object = Object::new(identity.key(), text!("{}", principal(identity.name)), Scope::Hierarchy);
            let mut subject = out.subject(object.alias(identity.key_by_name()), identity.at());
            subject.holes(holes);
            for (entry, way) in &entries {
                let Some(held) = subject.require(entry.roles(roles)) else { continue };
                for role in held.iter().filter(|role| !catalogue::is_of_advanced_insights(role.name)) {
                    if let Some(excess) = subject.require(excess(role, roles)).flatten() {
                        report(&identity, entry, way, role, excess, &mut subject);
                    }
                }
            }
        }
    }
}

/// What a role grants beyond what the page needs.
enum Excess {
    /// The hierarchy.
    Everything,
    /// Everything but security: what the vendor itself proposes first.
    Operations,
    /// Operations on types of objects, by type.
    Some(Vec<(i64, i64)>),
}

/// `None` where the role grants nothing that the published one does not.
fn excess(role: &HeldRole<'_>, roles: &Roles<'_>) -> Judged<Option<Excess>> {
    if role.is(FULL_ADMINISTRATOR) || role.is(SECURITY_ADMINISTRATOR) {
        return Ok(Some(Excess::Everything));
    }
    if role.is(OPERATIONS_ADMINISTRATOR) {
        return Ok(Some(Excess::Operations));
    }
    let known = role.id.and_then(|id| roles.by_id(id)).or_else(|| roles.by_name(role.name));
    let granted = match known.map(RoleEntry::granted) {
        Some(Ok(granted)) => granted.iter().map(|g| (g.object_type, g.mask)).collect(),
        other => {
            let documented = documented(role);
            if documented.is_empty() {
                let why = format!("no row says what the role `{}` grants", role.name);
                let nothing = || vec![Gap::new(Dataset::Role, Scope::Hierarchy, Status::Partial, why)];
                return Err(other.and_then(Result::err).unwrap_or_else(nothing));
            }
            documented
        }
    };
    let beyond = beyond(&granted);
    Ok((!beyond.is_empty()).then_some(Excess::Some(beyond)))
}

fn beyond(granted: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let newest = &ADVANCED_INSIGHTS[0];
    let rest = granted.iter().map(|(kind, mask)| (*kind, mask & !newest.on(*kind)));
    rest.filter(|(_, mask)| *mask != 0).collect()
}

/// What documents say that a built-in role grants, where that alone is more than the page needs: they do not say all.
fn documented(role: &HeldRole<'_>) -> Vec<(i64, i64)> {
    let Some(built_in) = role.id.and_then(catalogue::built_in_role) else { return Vec::new() };
    let types = catalogue::object_types();
    beyond(
        &types.map(|t| (t.id, catalogue::documented(built_in.id, t.id).granted & t.mask)).collect::<Vec<_>>(),
    )
}

fn report(
    identity: &InsightsIdentity<'_, '_>,
    entry: &AdminEntry<'_>,
    way: &Proof,
    held: &HeldRole<'_>,
    excess: Excess,
    subject: &mut Subject<'_>,
) {
    let (who, name) = (principal(identity.name), role(held.name));
    let published = role(ADVANCED_INSIGHTS[0].name);
    let (severity, label) = match &excess {
        Excess::Everything => (Severity::High, text!("grants the whole hierarchy, directly or in two steps")),
        Excess::Operations => {
            (Severity::Info, text!("everything but security; the vendor publishes a smaller role"))
        }
        Excess::Some(beyond) => {
            let security = |(kind, mask): &(i64, i64)| match *kind {
                SECURITY_ROLES => mask & MODIFY != 0,
                ADMINISTRATIVE_USERS => mask & (CREATE | MODIFY) != 0,
                _ => false,
            };
            let severity = if beyond.iter().any(security) { Severity::High } else { Severity::Medium };
            (severity, text!("beyond the published role: {}", words(beyond)))
        }
    };
    let through = entry.sid != identity.principal.sid();
    let admin = principal(entry.name.value.trim());
    let mut report = subject
        .fail(text!("`{}`, which Advanced Insights runs as, holds the role `{}`", who, name), held.at, label)
        .label(identity.at(), identity.pool())
        .severity(severity)
        .confidence(held.confidence)
        .discriminator(format!("role:{}", held.id.unwrap_or(held.name).to_lowercase()))
        .proof(way);
    if let Excess::Some(beyond) = &excess {
        for (kind, mask) in beyond {
            report = report.evidence(Key::new("operations", &format!("{kind}-{mask}")));
        }
    }
    if through {
        report
            .help(text!(
                "take `{}` out of `{}`, and make it an administrative user of its own with the vendor's role",
                who,
                admin
            ))
            .fix(
                text!("import the vendor's role first: Administration > Security > Security Roles > Import Security Role"),
                Some(text!("New-CMAdministrativeUser -Name \"{}\" -RoleName \"{}\"", who, published)),
                Some(text!("Remove-CMAdministrativeUser -Name \"{}\"", who)),
            );
        return;
    }
    let command = |verb: &'static str, what: &'static str| {
        text!(
            "{}-CMSecurityRole{}AdministrativeUser -AdministrativeUserName \"{}\" -RoleName \"{}\"",
            verb,
            what,
            admin,
            name
        )
    };
    report
        .help(text!("give `{}` the role `{}` of the vendor instead", who, published))
        .fix(
            text!("import the vendor's role and assign it first: Administration > Security > Administrative Users > {} > Properties > Security Roles", admin),
            Some(command("Remove", "From")),
            Some(command("Add", "To")),
        );
}

fn words(beyond: &[(i64, i64)]) -> Text {
    let one = |(kind, mask): &(i64, i64)| {
        let names = catalogue::bits(*kind, *mask)
            .map(|(bit, operation)| operation.map_or_else(|| text!("bit {}", bit), |o| text!("{}", o.name)));
        let kind = catalogue::object_type(*kind)
            .map_or_else(|| text!("object type {}", *kind), |t| text!("{}", t.name));
        Text::join(names, ", ").and(text!(" on ")).and(kind)
    };
    let shown = Text::join(beyond.iter().take(3).map(one), "; ");
    match beyond.len() {
        0..=3 => shown,
        more => shown.and(text!("; and on {} other types", more - 3)),
    }
}
