use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several, Use};

/// Looks every account that the site names up in the directory: it has to stand for one account that is enabled.
pub(super) struct This;

pub(super) struct All;

impl Purposes for All {
    const PURPOSES: &'static [Purpose] = &[
        Purpose::GroupDiscovery,
        Purpose::SystemDiscovery,
        Purpose::UserDiscovery,
        Purpose::Forest,
        Purpose::AssetIntelligenceProxy,
        Purpose::CertificateRegistration,
        Purpose::CaptureImage,
        Purpose::ClientPush,
        Purpose::EnrollmentPoint,
        Purpose::Exchange,
        Purpose::ManagementPoint,
        Purpose::Multicast,
        Purpose::NetworkAccess,
        Purpose::PackageAccess,
        Purpose::ReportingServices,
        Purpose::PermittedViewer,
        Purpose::SiteSystemInstallation,
        Purpose::Smtp,
        Purpose::SoftwareUpdatePoint,
        Purpose::SourceSite,
        Purpose::DomainJoin,
        Purpose::NetworkFolder,
        Purpose::RunAs,
    ];
}

const DISABLED: u32 = 0x2;
/// How many further places that name the account get a label.
const PLACES: usize = 4;

impl Lint for This {
    const META: Meta = Meta {
        title: "an account that the site names does not stand for one enabled account",
        severity: Severity::High,
        tags: &["accounts", "hygiene", "function"],
        noun: "accounts",
        subjects: &["All accounts"],
        requirements: &["A0.1"],
        references: &[
            Reference::Document(
                "Microsoft, Accounts used in Configuration Manager",
                "Accounts that Configuration Manager uses",
            ),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, All>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.uses() {
            let mut subject = out.subject(Object::account_use(&account), account.span());
            let name = principal(account.name.value.trim());
            let wrong = match &account.principal {
                Principal::NotFound(place) => Some(Wrong {
                    kind: "missing",
                    what: text!("does not exist"),
                    place: place.map(|span| (span, text!("looked up, and not found"))),
                    help: text!(
                        "somebody who may create accounts in the domain can create one of this name: remove the name from \
                         the site, or put the right one into its place"
                    ),
                    sure: Confidence::High,
                }),
                Principal::Ambiguous(sids) => Some(Wrong {
                    kind: "ambiguous",
                    what: text!("stands for {} accounts", sids.len()),
                    place: None,
                    help: text!(
                        "write the account as DOMAIN\\name, so that the name stands for one account only"
                    ),
                    sure: Confidence::Medium,
                }),
                _ => {
                    let Some(sid) = subject.require(account.sid(principals)) else { continue };
                    let Some(sid) = sid else { continue };
                    disabled(&sid, &name, principals, &mut subject)
                }
            };
            if let Some(wrong) = wrong {
                report(&account, wrong, &mut subject);
            }
        }
    }
}

/// What is wrong with an account.
struct Wrong {
    kind: &'static str,
    what: Text,
    place: Option<(Span, Text)>,
    help: Text,
    sure: Confidence,
}

fn disabled(
    sid: &Sid,
    name: &cmlint_model::words::Name,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) -> Option<Wrong> {
    let Some(object) = principals.object(sid) else {
        // A snapshot tells of a local account that it exists, and not more.
        if sid.domain().is_some() && principals.machine_of(sid).is_none() {
            subject.unknown(principals.unresolved(&name.text));
        }
        return None;
    };
    if object.is("group") || object.is("foreignSecurityPrincipal") {
        return None;
    }
    let Some(control) = &object.user_account_control else {
        let dns = principals.domain_of(sid).unwrap_or_default();
        let why = format!("userAccountControl of `{}` is not in the file", name.text);
        subject.unknown([Gap::new(Dataset::Directory, Scope::domain(dns), Status::Partial, why)]);
        return None;
    };
    (control.value & DISABLED != 0).then(|| Wrong {
        kind: "disabled",
        what: text!("is disabled"),
        place: Some((control.span, text!("this value has the bit for a disabled account"))),
        help: text!(
            "what uses the account fails each time it signs in: if that is not needed any more remove the account from \
             the site, otherwise enable it or set another one"
        ),
        sure: Confidence::High,
    })
}

fn report(account: &Use<'_>, wrong: Wrong, subject: &mut Subject<'_>) {
    let name = principal(account.name.value.trim());
    let words = Text::prose(account.purpose.words());
    let (command, revert) = match wrong.kind {
        "disabled" => (
            text!("Get-ADUser -Identity \"{}\" -Properties Enabled, whenChanged", bare(account)),
            text!("set the account again where it was, with its password"),
        ),
        _ => (
            match account.name.value.contains('@') {
                true => text!("Get-ADObject -LDAPFilter \"(userPrincipalName={})\"", name),
                false => text!("Get-ADObject -LDAPFilter \"(sAMAccountName={})\"", bare(account)),
            },
            text!("set the name again where it was"),
        ),
    };
    let mut report = subject
        .fail(
            text!("{} `{}` {}", words, name, wrong.what),
            account.span(),
            text!("named here as the {}", words),
        )
        .discriminator(wrong.kind)
        .confidence(wrong.sure)
        .proof(&account.via())
        .help(wrong.help)
        .fix(console(account), Some(command), Some(revert));
    for place in account.places().iter().skip(1).take(PLACES) {
        report = report.label(place.span(), text!("and here"));
    }
    if let Some((span, words)) = wrong.place {
        report.label(span, words);
    }
}

/// The name without its domain.
fn bare(account: &Use<'_>) -> cmlint_model::words::Name {
    let name = account.name.value.trim();
    let name = name.rsplit('\\').next().unwrap_or(name);
    principal(name.split('@').next().unwrap_or(name))
}

/// Where the console keeps the account.
fn console(account: &Use<'_>) -> Text {
    let code = account.scope.key();
    match (&account.step, &account.host) {
        (Some((package, path)), _) => text!(
            "Software Library > Operating Systems > Task Sequences > {}: set the account of step {}",
            object(package),
            object(path)
        ),
        (_, Some(server)) => text!(
            "Administration > Site Configuration > Servers and Site System Roles > {}: set the account in the properties \
             of the role; stored accounts are listed under Administration > Security > Accounts",
            host(server)
        ),
        _ if code.is_empty() => {
            text!(
                "Administration > Security > Accounts lists the stored accounts; set the account where it is used"
            )
        }
        _ => text!(
            "Administration > Site Configuration > Sites > {}: set the account in the properties of the component; \
             stored accounts are listed under Administration > Security > Accounts",
            site(&code)
        ),
    }
}
