use cmlint_lint::prelude::*;

/// Looks for the account of each software update point in the two local groups of its computer.
pub(super) struct This;

/// WSUS setup makes the group; it has no fixed SID.
const WSUS: &str = "WSUS Administrators";

impl Lint for This {
    const META: Meta = Meta {
        title: "the connection account of a software update point lacks local rights",
        severity: Severity::Medium,
        tags: &["accounts", "site-systems", "function"],
        noun: "software update point connection accounts",
        subjects: &["Software Update Point Connection Account"],
        requirements: &["A20.2", "A20.3"],
        references: &[Reference::Section("Software Update Point Connection Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SoftwareUpdatePoint>;
    type Evidence<'s> = (Via<'s, Principals<'s>>, Each<'s, rows::LocalGroup<'s>>);

    fn check<'s>(accounts: Self::Subjects<'s>, (principals, groups): &Self::Evidence<'s>, out: &mut Sink) {
        out.not_applicable(text!(
            "no software update point has a connection account; the site server connects with its computer account"
        ));
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(server) = account.host.as_deref() else {
                let why = "the role names no computer";
                subject.unknown([Gap::new(
                    Dataset::SiteSystemRole,
                    account.scope.clone(),
                    Status::Partial,
                    why,
                )]);
                continue;
            };
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is the matter of another lint.
            let Some(sid) = sid else { continue };
            let (listed, hole) = groups.at(&Scope::host(server));
            let named = |name: &str| {
                listed.iter().find(|g| g.name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case(name)))
            };
            let administrators = listed.iter().find(|g| g.group_sid() == Some(well_known::ADMINISTRATORS));
            for (requirement, group, label) in
                [("A20.2", administrators, "Administrators"), ("A20.3", named(WSUS), WSUS)]
            {
                let found = group.and_then(|g| g.group_sid());
                let Some(local) = found else {
                    let why = format!("no group of {server} is called {label}");
                    let missing = Gap::new(Dataset::LocalGroup, Scope::host(server), Status::Partial, why);
                    subject.unknown([hole.clone().unwrap_or(missing)]);
                    continue;
                };
                match principals.membership(&sid, &local, Some(server)) {
                    Answer::Yes(_) => {}
                    Answer::Unknown(gaps) => subject.unknown(gaps),
                    Answer::No => {
                        let place = group.map(|g| g.name.span().unwrap_or(g.span));
                        report(account, requirement, label, server, place, &mut subject);
                    }
                }
            }
        }
    }
}

fn report(
    account: &Account<'_>,
    requirement: &'static str,
    group: &'static str,
    server: &str,
    place: Option<Span>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let report = subject
        .fail(
            text!(
                "software update point connection account `{}` is not in `{}` of {}",
                name,
                principal(group),
                host(server)
            ),
            account.span(),
            text!("the site server configures WSUS with this account"),
        )
        .requirements(&[requirement])
        .discriminator(requirement)
        .proof(&account.via())
        .help(text!(
            "the account has to be a local administrator of the WSUS computer and a member of {} there; if the computer \
             account of the site server will do, take the account out of the role instead",
            principal(WSUS)
        ))
        .fix(
            text!("on {}: add the account to the group", host(server)),
            Some(text!("Add-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group), name)),
            Some(text!("Remove-LocalGroupMember -Group \"{}\" -Member \"{}\"", principal(group), name)),
        );
    if let Some(span) = place {
        report.label(span, text!("the account is not a member, and in none of its groups"));
    }
}
