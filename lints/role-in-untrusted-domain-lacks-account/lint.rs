use cmlint_lint::prelude::*;
use cmlint_model::rows::prop;

/// Looks for site system roles whose computer account cannot sign in where the role has to, because no trust leads
/// there, and that have no user account either.
pub(super) struct This;

/// A role that signs in with the account of its computer unless a user account is set.
struct Role {
    role: &'static str,
    words: &'static str,
    purpose: Purpose,
    property: &'static str,
    requirement: &'static str,
    signs_in: SignsIn,
}

/// Who signs in where.
#[derive(Clone, Copy)]
enum SignsIn {
    /// The role at the site: the domain of the site server has to trust the role's.
    Site,
    /// The role at the computer of the site database.
    Database,
    /// The site server at the role: the role's domain has to trust that of the site server.
    Role,
}

const fn role(
    role: &'static str,
    words: &'static str,
    purpose: Purpose,
    requirement: &'static str,
    signs_in: SignsIn,
) -> Role {
    let property = match purpose {
        Purpose::SoftwareUpdatePoint => "WSUSAccessAccount",
        _ => "UserName",
    };
    Role { role, words, purpose, property, requirement, signs_in }
}

#[rustfmt::skip]
static ROLES: &[Role] = &[
    role("SMS Certificate Registration Point", "certificate registration point", Purpose::CertificateRegistration, "A6.1", SignsIn::Site),
    role("SMS Enrollment Server", "enrollment point", Purpose::EnrollmentPoint, "A9.1", SignsIn::Site),
    role("SMS Management Point", "management point", Purpose::ManagementPoint, "A12.1", SignsIn::Site),
    role("SMS Multicast Service Point", "distribution point with multicast", Purpose::Multicast, "A13.1", SignsIn::Database),
    role("SMS Software Update Point", "software update point", Purpose::SoftwareUpdatePoint, "A20.1", SignsIn::Role),
];

impl Lint for This {
    const META: Meta = Meta {
        title: "a site system role in a domain without trust has no user account",
        severity: Severity::High,
        tags: &["accounts", "site-systems", "trusts", "function"],
        noun: "site system roles that may need a user account",
        subjects: &[
            "Certificate Registration Point Account",
            "Enrollment Point Connection Account",
            "Management Point Connection Account",
            "Multicast Connection Account",
            "Software Update Point Connection Account",
        ],
        requirements: &["A6.1", "A9.1", "A12.1", "A13.1", "A20.1"],
        references: &[
            Reference::Section("Certificate Registration Point Account"),
            Reference::Section("Enrollment Point Connection Account"),
            Reference::Section("Management Point Connection Account"),
            Reference::Section("Multicast Connection Account"),
            Reference::Section("Software Update Point Connection Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::SiteSystemRole<'s>>;
    type Evidence<'s> = (Hierarchy<'s>, DomainPrincipals<'s>);

    fn check<'s>(roles: Self::Subjects<'s>, (hierarchy, principals): &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in roles.iter() {
            let Some(name) = row.role_name.filled() else { continue };
            let Some(role) = ROLES.iter().find(|r| name.value.trim().eq_ignore_ascii_case(r.role)) else {
                continue;
            };
            let Some(path) = row.network_os_path.filled() else {
                let why = "a site system role names no computer";
                out.hole([Gap::property(Dataset::SiteSystemRole, scope.clone(), "NetworkOSPath", why)]);
                continue;
            };
            let server = hierarchy.host_key(path.value);
            let object = Object::new(
                Key::scope(scope).then("host", &server).then("account", role.purpose.info().word),
                text!("{} on {}", role.words, host(&server)),
                scope.clone(),
            )
            .purpose(role.purpose);
            let mut subject = out.subject(object, path.span);
            if !row.collected("Props") {
                subject.unknown([row.gap(scope, "Props")]);
                continue;
            }
            let account = prop(&row.data.props, role.property).and_then(|p| p.text());
            if account.is_some_and(|account| !account.value.trim().is_empty()) {
                continue;
            }
            let Some(site_host) = subject.require(other_side(role, scope, hierarchy)) else { continue };
            let Some(there) = subject.require(principals.domain_of_host(&server)) else { continue };
            let Some(here) = subject.require(principals.domain_of_host(&site_host)) else { continue };
            let trusted = match (&here, &there, role.signs_in) {
                (Some(here), Some(there), SignsIn::Role) => principals.trusts(there, here),
                (Some(here), Some(there), _) => principals.trusts(here, there),
                _ => Answer::No,
            };
            match trusted {
                Answer::Yes(_) => {}
                Answer::Unknown(gaps) => subject.unknown(gaps),
                Answer::No => report(role, &server, [here, there], path.span, &mut subject),
            }
        }
    }
}

/// The computer on the site's side.
fn other_side(role: &Role, scope: &Scope, hierarchy: &cmlint_model::Inventory) -> Judged<String> {
    if let SignsIn::Database = role.signs_in {
        return match hierarchy.database_of(scope)? {
            Scope::Database { server, .. } => Ok(server.clone()),
            _ => Err(Vec::new()),
        };
    }
    hierarchy.site(&scope.key()).and_then(|site| site.server.clone()).ok_or_else(|| {
        match hierarchy.site_holes() {
            [] => {
                vec![Gap::new(Dataset::Site, scope.clone(), Status::Partial, "nothing names the site server")]
            }
            holes => holes.to_vec(),
        }
    })
}

fn report(
    role: &Role,
    server: &str,
    [here, there]: [Option<String>; 2],
    span: Span,
    subject: &mut Subject<'_>,
) {
    let place = |dns: &Option<String>| match dns {
        Some(dns) => text!("{}", domain(dns)),
        None => text!("no domain"),
    };
    let why = match (&here, &there, role.signs_in) {
        (_, None, _) => text!("is in no domain"),
        (None, _, _) => text!("the site is in no domain"),
        (Some(here), Some(there), SignsIn::Role) => {
            text!("{} does not trust {}", domain(there), domain(here))
        }
        (Some(here), Some(there), _) => text!("{} does not trust {}", domain(here), domain(there)),
    };
    let who = match role.signs_in {
        SignsIn::Site => "neither the site server nor its database knows the computer account of this role",
        SignsIn::Database => "the site database does not know the computer account of this role",
        SignsIn::Role => "WSUS there does not know the computer account of the site server",
    };
    let parameter = match role.purpose {
        Purpose::SoftwareUpdatePoint => text!(
            "Set-CMSoftwareUpdatePoint -SiteSystemServerName {} -ConnectionAccountUserName \"<account>\"",
            host(server)
        ),
        Purpose::ManagementPoint => text!(
            "Set-CMManagementPoint -SiteSystemServerName {} -ConnectionAccount (Get-CMAccount -UserName \"<account>\")",
            host(server)
        ),
        _ => text!("Get-CMSiteRole -SiteSystemServerName {}", host(server)),
    };
    let scope = subject.object().scope.key();
    let mut report = subject
        .fail(
            text!("{} on `{}` has no user account, and {}", role.words, host(server), why),
            span,
            text!("{}", who),
        )
        .requirements(&[role.requirement])
        .step(Step::rule(text!("{} is in {}", host(server), place(&there))))
        .step(Step::rule(text!("site {} is in {}", site(scope), place(&here))))
        .help(match role.signs_in {
            SignsIn::Role => text!(
                "set the software update point connection account: an account that is a local administrator of {} and a \
                 member of its WSUS Administrators",
                host(server)
            ),
            _ => text!(
                "set the connection account of the role: an account that SQL Server of the site knows, with the database \
                 role of the purpose and no other rights"
            ),
        })
        .fix(
            text!(
                "Administration > Site Configuration > Servers and Site System Roles > {} > {} > Properties: set the \
                 account",
                host(server),
                role.words
            ),
            Some(parameter),
            Some(text!("set the computer account again in the same place")),
        );
    // The name of this role's property is not documented: it may have an account under another name.
    if role.purpose == Purpose::CertificateRegistration {
        report = report.severity(Severity::Info).confidence(Confidence::Medium);
    }
    if here.is_none() || there.is_none() {
        report.evidence(Key::host(server).then("domain", "none"));
    }
}
