use cmlint_lint::prelude::*;
use cmlint_model::catalogue::{ADMINISTRATIVE_USERS, CREATE, MODIFY, SECURITY_ROLES};

/// Who can change roles or make administrative users can give itself everything.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a custom security role can edit security roles or administrative users",
        severity: Severity::High,
        tags: &["rbac", "roles", "escalation"],
        noun: "custom security roles",
        references: &[
            Reference::Document("Microsoft, Fundamentals of role-based administration", "Security roles"),
            Reference::Catalogue("B-RBAC.1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, Roles<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(roles: Self::Subjects<'s>, _: &(), out: &mut Sink) {
        for entry in roles.custom() {
            let name = entry.name.value;
            let by_name = Key::new("role-name", &name.to_lowercase());
            let key = entry.id.map_or_else(|| by_name.clone(), |id| Key::new("role", id.value));
            let object = Object::new(key, text!("{}", role(name)), Scope::Hierarchy).alias(by_name);
            let mut subject = out.subject(object, entry.name.span);
            let Some(granted) = subject.require(entry.granted()) else { continue };
            for entry in granted {
                let what = match entry.object_type {
                    SECURITY_ROLES if entry.mask & MODIFY != 0 => "Modify on Security Roles",
                    ADMINISTRATIVE_USERS if entry.mask & CREATE != 0 && entry.mask & MODIFY != 0 => {
                        "Create and Modify on Users"
                    }
                    ADMINISTRATIVE_USERS if entry.mask & CREATE != 0 => "Create on Users",
                    ADMINISTRATIVE_USERS if entry.mask & MODIFY != 0 => "Modify on Users",
                    _ => continue,
                };
                subject
                    .fail(
                        text!("custom role `{}` has {}", role(name), what),
                        entry.mask_span,
                        text!("grants {}", what),
                    )
                    .discriminator(format!("type:{}", entry.object_type))
                    .evidence(Key::new("operations", &format!("{}-{}", entry.object_type, entry.mask)))
                    .help(text!(
                        "take {} out of the role; leave it to the built-in Full Administrator and Security Administrator",
                        what
                    ))
                    .fix(
                        text!(
                            "Administration > Security > Security Roles > {} > Properties > Permissions: set {} to No",
                            role(name),
                            what
                        ),
                        Some(text!("Export-CMSecurityRole -RoleName \"{}\" -Path before.xml", role(name))),
                        Some(text!("Import-CMSecurityRole -XmlFileName before.xml -Overwrite $true")),
                    );
            }
        }
    }
}
