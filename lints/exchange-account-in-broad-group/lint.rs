use cmlint_lint::prelude::*;

/// Follows the account of the Exchange connector up to the groups that own Exchange or a domain.
pub(super) struct This;

/// Groups that Exchange setup makes; it gives them the same names in every language, and no fixed SID.
const BROAD: [&str; 4] = [
    "Organization Management",
    "Exchange Trusted Subsystem",
    "Exchange Windows Permissions",
    "Exchange Servers",
];

impl Lint for This {
    const META: Meta = Meta {
        title: "the Exchange connector's account is in a broad group",
        severity: Severity::High,
        tags: &["accounts", "escalation"],
        noun: "Exchange server connection accounts",
        subjects: &["Exchange Server Connection Account"],
        requirements: &["A10.2"],
        references: &[
            Reference::Section("Exchange Server Connection Account"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::Exchange>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is in no group.
            let Some(sid) = sid else { continue };
            let (reached, holes) = principals.reach(&sid, None);
            let named = |sid: &Sid| {
                let sam = principals.object(sid)?.sam.as_ref()?;
                BROAD.iter().find(|broad| sam.value.eq_ignore_ascii_case(broad))
            };
            // The nearest says it; what it leads into follows.
            let nearest = reached
                .iter()
                .filter(|(group, _)| {
                    group.sid != sid && (group.is_privileged() || named(&group.sid).is_some())
                })
                .min_by_key(|(group, path)| (path.steps.len(), group.clone()));
            match nearest {
                Some((group, path)) => {
                    let by_name = !group.is_privileged();
                    report(account, &group.sid, path, by_name, principals, &mut subject);
                }
                None => subject.holes(holes),
            }
        }
    }
}

fn report(
    account: &Account<'_>,
    group: &Sid,
    path: &Proof,
    by_name: bool,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let label = principals.label(group);
    let link = path.steps.iter().rev().find_map(|step| step.span);
    let direct = path.steps.len() == 1;
    let bare = |name: &str| principal(name.rsplit('\\').next().unwrap_or(name));
    let (above, own) =
        (bare(&label.text), bare(&principals.label(&account.principal.sid().unwrap_or(*group)).text));
    let mut report = subject
        .fail(
            text!(
                "Exchange server connection account `{}` is a member of `{}`{}",
                name,
                label,
                if direct { "" } else { " through other groups" }
            ),
            account.span(),
            text!("the connector signs in to Exchange with this account"),
        )
        .discriminator(group.to_string())
        .proof(&account.via())
        .proof(path)
        .help(text!(
            "the connector needs the cmdlets on Microsoft's list and no others: make a management role group with these, \
             and take the account out of `{}`",
            label
        ))
        .fix(
            text!(
                "in the Exchange Management Shell: make a role group for the connector and put the account into it; then \
                 take the account out of the group of the first step"
            ),
            direct.then(|| text!("Remove-ADGroupMember -Identity \"{}\" -Members \"{}\"", above, own)),
            Some(match direct {
                true => text!("Add-ADGroupMember -Identity \"{}\" -Members \"{}\"", above, own),
                false => text!("put the account back into the group of the first step"),
            }),
        );
    if by_name {
        report = report.confidence(Confidence::Medium);
    }
    if let Some(span) = link {
        report.label(span, text!("this membership leads into `{}`", label));
    }
}
