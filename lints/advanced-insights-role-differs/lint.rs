use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::catalogue::{self, ADVANCED_INSIGHTS, PublishedRole, Sure};

/// Compares the vendor's role as it is with the role as it was published, bit by bit.
pub(super) struct This;

const P5: &[&str] = &["P.5"];

impl Lint for This {
    const META: Meta = Meta {
        title: "the Advanced Insights role grants more or less than the published one",
        severity: Severity::Medium,
        tags: &["rbac", "roles", "advanced-insights"],
        noun: "security roles of Advanced Insights",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: P5,
        references: &[
            Reference::Document(
                "Patch My PC, Insights Configuration Manager Permission requirements",
                "Use a Custom Security Role (Optional)",
            ),
            Reference::MisconfigurationManager("EXEC-2"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, Roles<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(roles: Self::Subjects<'s>, _: &(), out: &mut Sink) {
        for entry in roles.custom().filter(|entry| catalogue::is_of_advanced_insights(entry.name.value)) {
            let name = entry.name.value;
            let by_name = Key::new("role-name", &name.to_lowercase());
            let key = entry.id.map_or_else(|| by_name.clone(), |id| Key::new("role", id.value));
            let object = Object::new(key, text!("{}", role(name)), Scope::Hierarchy).alias(by_name);
            let mut subject = out.subject(object, entry.name.span);
            let Some(granted) = subject.require(entry.granted()) else { continue };
            judge(entry, granted, &mut subject);
        }
    }
}

fn judge(entry: &RoleEntry<'_>, granted: &[Granted], subject: &mut Subject<'_>) {
    let mine: BTreeMap<i64, &Granted> = granted.iter().map(|g| (g.object_type, g)).collect();
    if let Some(version) = ADVANCED_INSIGHTS.iter().find(|v| same(v, &mine)) {
        if version.superseded {
            subject
                .fail(
                    text!("role `{}` is the published version of {}; a newer one exists", role(entry.name.value), version.date),
                    entry.name.span,
                    text!("an older version"),
                )
                .severity(Severity::Info)
                .discriminator("older")
                .help(text!("the newer version (2024-08-27) adds scripts and inventory reports; import it only if they are used"));
        }
        return;
    }
    let published = &ADVANCED_INSIGHTS[0];
    let types: std::collections::BTreeSet<i64> =
        mine.keys().copied().chain(published.grants.iter().map(|(t, _)| *t)).collect();
    for kind in types {
        let should = published.on(kind);
        let is = mine.get(&kind).map_or(0, |g| g.mask);
        let span = mine.get(&kind).map_or(entry.name.span, |g| g.mask_span);
        report(subject, entry, kind, is & !should, span, true);
        report(subject, entry, kind, should & !is, span, false);
    }
}

fn report(subject: &mut Subject<'_>, entry: &RoleEntry<'_>, kind: i64, bits: i64, span: Span, excess: bool) {
    if bits == 0 {
        return;
    }
    let names = Text::join(catalogue::bits(kind, bits).map(|(bit, operation)| name_of(bit, operation)), ", ");
    let kind_name =
        catalogue::object_type(kind).map_or_else(|| text!("object type {}", kind), |t| text!("{}", t.name));
    let inferred = catalogue::bits(kind, bits).any(|(_, o)| o.is_none_or(|o| o.sure == Sure::Inferred));
    let (message, label, help) = if excess {
        (
            text!(
                "role `{}` grants more than the published role: {} on {}",
                role(entry.name.value),
                names,
                kind_name
            ),
            text!("not in the published role: {}", names),
            text!("take the extra permissions out; the web server does not need them"),
        )
    } else {
        (
            text!(
                "role `{}` lacks what the published role grants: {} on {}",
                role(entry.name.value),
                names,
                kind_name
            ),
            text!("in the published role and missing here: {}", names),
            text!("client actions of Advanced Insights that need it fail; import the published role again"),
        )
    };
    let side = if excess { "excess" } else { "missing" };
    let report = subject
        .fail(message, span, label)
        .severity(if excess { Severity::High } else { Severity::Medium })
        .discriminator(format!("{side}:{kind}"))
        .evidence(Key::new("operations", &format!("{side}-{kind}-{bits}")))
        .help(help)
        .fix(
            text!("import the role as the vendor publishes it; the import replaces the role of the same name"),
            Some(text!("Import-CMSecurityRole -XmlFileName .\\Patch-My-PC-Advanced-Insights-Client-Actions-and-Collections.xml -Overwrite $true")),
            Some(text!("Export-CMSecurityRole first, and import that file again")),
        );
    if inferred {
        report.confidence(Confidence::Medium);
    }
}

fn name_of(bit: u32, operation: Option<catalogue::Operation>) -> Text {
    match operation {
        Some(o) if o.sure == Sure::Inferred => text!("{} (bit {}, name inferred)", o.name, bit),
        Some(o) => text!("{}", o.name),
        None => text!("bit {}", bit),
    }
}

fn same(version: &PublishedRole, mine: &BTreeMap<i64, &Granted>) -> bool {
    let used: Vec<(i64, i64)> =
        mine.values().filter(|g| g.mask != 0).map(|g| (g.object_type, g.mask)).collect();
    let mut published = version.grants.to_vec();
    published.sort_unstable();
    used == published
}
