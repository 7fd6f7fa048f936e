use cmlint_lint::prelude::*;

/// Looks what the account of each reporting services point is.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the account of a reporting services point is no Windows user",
        severity: Severity::Low,
        tags: &["accounts", "sql", "function"],
        noun: "reporting services point accounts",
        subjects: &["Reporting Services Point Account"],
        requirements: &["A16.3"],
        references: &[Reference::Section("Reporting Services Point Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::ReportingServices>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let name = account.name.value.trim();
            let is_sid = name.parse::<Sid>().is_ok();
            if !name.contains(['\\', '@']) && !is_sid {
                let what = text!("names no domain and no computer, as a SQL Server login does");
                report(account, "no-domain", what, Confidence::Medium, None, &mut subject);
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is the matter of another lint.
            let Some(sid) = sid else { continue };
            let Some(object) = principals.object(&sid) else {
                match principals.is_group(&sid) {
                    Some(true) => {
                        report(account, "group", text!("is a group"), Confidence::High, None, &mut subject);
                    }
                    // Accounts of a computer are users; its groups are known by their SIDs.
                    _ if principals.machine_of(&sid).is_some() => {}
                    _ => subject.unknown(principals.unresolved(name)),
                }
                continue;
            };
            let place = object.classes.last().map(|class| class.span);
            if object.is("group") {
                report(account, "group", text!("is a group"), Confidence::High, place, &mut subject);
            } else if principals.is_computer(&sid) == Some(true) {
                let what = text!("is the account of a computer");
                report(account, "computer", what, Confidence::High, place, &mut subject);
            }
        }
    }
}

fn report(
    account: &Account<'_>,
    kind: &'static str,
    what: Text,
    sure: Confidence,
    place: Option<Span>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let server = host(account.host.as_deref().unwrap_or("<server>"));
    let report = subject
        .fail(
            text!("Reporting Services point account `{}` {}", name, what),
            account.span(),
            text!("SQL Server Reporting Services keeps this name with its password, to sign in to Windows with"),
        )
        .discriminator(kind)
        .confidence(sure)
        .proof(&account.via())
        .help(text!(
            "Reporting Services signs in to Windows with the account and reaches the site database as that user: set a \
             user account of the domain, as DOMAIN\\name"
        ))
        .fix(
            text!(
                "Administration > Site Configuration > Servers and Site System Roles > {} > Reporting services point > \
                 Properties: set the account",
                server
            ),
            Some(text!(
                "Set-CMReportingServicePoint -SiteSystemServerName {} -SiteCode {} -UserName \"<DOMAIN\\name>\"",
                server,
                site(account.scope.key())
            )),
            Some(text!("set {} again in the same place", name)),
        );
    if let Some(span) = place {
        report.label(span, text!("this class is no user's"));
    }
}
