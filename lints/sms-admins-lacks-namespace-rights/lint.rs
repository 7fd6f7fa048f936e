use cmlint_lint::prelude::*;

/// Looks whether administrative users may connect to the namespace of the SMS Provider.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the group SMS Admins may not connect to the namespace of the SMS Provider",
        severity: Severity::Medium,
        tags: &["wmi", "groups", "provider"],
        noun: "SMS Admins groups on SMS Provider computers",
        subjects: &["SMS Admins"],
        requirements: &["G4.3"],
        references: &[Reference::Section("SMS Admins")],
        ..Meta::BASE
    };
    type Subjects<'s> = Hierarchy<'s>;
    type Evidence<'s> = (Each<'s, rows::LocalGroup<'s>>, Via<'s, Acls<'s>>);

    fn check<'s>(hierarchy: Self::Subjects<'s>, (groups, acls): &Self::Evidence<'s>, out: &mut Sink) {
        for (key, entry) in hierarchy.hosts() {
            if !entry.roles.iter().any(|r| r.role.eq_ignore_ascii_case("SMS Provider")) {
                continue;
            }
            let (found, hole) = FoundGroup::on(groups, key, &ConfigMgrGroup::SmsAdmins);
            let Some((found, id)) = found.and_then(|found| Some((found.clone(), found.sid()?))) else {
                // Whether it ought to be there is not for this lint to judge.
                out.hole(hole);
                continue;
            };
            let mut subject = out.subject(Object::group(&found), found.span());
            let namespace = acls.object(found.scope, Kind::WmiNamespace, NAMESPACE);
            let Some(namespace) = subject.require(namespace) else { continue };
            let who = [id, well_known::EVERYONE, well_known::AUTHENTICATED_USERS];
            let allowed = acls.allowed(found.scope, Kind::WmiNamespace, NAMESPACE, &who);
            let Some(Some(allowed)) = subject.require(allowed) else { continue };
            let missing = NEEDED.without(allowed);
            if missing.is_empty() {
                continue;
            }
            let (name, at) = (principal(found.name()), path(NAMESPACE));
            let words = Text::prose(Kind::WmiNamespace.describe(missing));
            subject
                .fail(
                    text!("`{}` lacks {} on `{}` of {}", name, words, at, host(key)),
                    namespace.sddl_span(),
                    text!("no entry here allows {} to the group", words),
                )
                .label(found.span(), text!("administrative users connect to the SMS Provider as members of the group"))
                .help(text!(
                    "give the group Enable Account and Remote Enable in wmimgmt.msc: Properties > Security > {} > \
                     Security, for this namespace and subnamespaces",
                    at
                ))
                .fix(
                    text!("on the site server, elevated, in bin\\X64 of the installation folder: a site reset sets the permissions of the product again"),
                    Some(text!("setup.exe /RESETSITE")),
                    Some(text!("take the entry out again in wmimgmt.msc")),
                );
        }
    }
}

const NAMESPACE: &str = r"root\SMS";
/// Enable Account and Remote Enable.
const NEEDED: AccessMask = AccessMask(0x21);
