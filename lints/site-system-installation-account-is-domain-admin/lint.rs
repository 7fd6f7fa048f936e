use cmlint_lint::prelude::*;
use cmlint_model::need::Use;
use cmlint_model::views::Holder;

/// Follows each site system installation account up through its groups to those that own a domain or the forest.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site system installation account is a domain or forest administrator",
        severity: Severity::High,
        tags: &["accounts", "site-systems", "escalation"],
        noun: "site system installation accounts",
        subjects: &["Site System Installation Account"],
        requirements: &["A18.5"],
        references: &[
            Reference::Section("Site System Installation Account"),
            Reference::MisconfigurationManager("CRED-5"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::SiteSystemInstallation>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        out.not_applicable(text!(
            "no site system installation account is set; the site servers install with their computer accounts"
        ));
        for account in Use::group(accounts.iter()) {
            let mut subject = out.subject(Object::account_use(&account), account.span());
            // An account of the site system itself is in no group of a domain.
            if account.name.value.trim().starts_with(r".\") {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist is in no group.
            let Some(sid) = sid else { continue };
            let (groups, holes) = principals.privileged(&sid);
            for (group, path) in groups.iter().filter(|(group, _)| group.owns_a_domain()) {
                report(&account, group, path, principals, &mut subject);
            }
            subject.holes(holes);
        }
    }
}

fn report(
    account: &Use<'_>,
    group: &Holder,
    path: &Proof,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let label = match &group.place {
        GroupPlace::Domain(dns) => text!("`{}` of {}", principals.label(&group.sid), domain(dns)),
        _ => text!("`{}`", principals.label(&group.sid)),
    };
    let direct = path.steps.len() == 1;
    let bare = |name: &str| principal(name.rsplit('\\').next().unwrap_or(name));
    let above = bare(&principals.label(&group.sid).text);
    let own = bare(account.name.value.trim());
    let report = subject
        .fail(
            text!(
                "site system installation account `{}` is a member of {}{}",
                name,
                label,
                if direct { "" } else { " through other groups" }
            ),
            account.span(),
            text!("the site server signs in to the site system with this account"),
        )
        .discriminator(group.sid.to_string())
        .evidence(Key::new("sid", &group.sid.to_string()))
        .proof(&account.via())
        .proof(path)
        .help(text!(
            "the account needs local Administrators of its site systems and nothing in the domain: give it that, then take it \
             out of {}",
            label
        ))
        .fix(
            text!("on each of its site systems: add the account to the local Administrators; then cut the first step"),
            Some(match direct {
                true => text!("Remove-ADGroupMember -Identity \"{}\" -Members \"{}\"", above, own),
                false => text!("Remove-ADGroupMember -Identity <group of the first step> -Members \"{}\"", own),
            }),
            Some(match direct {
                true => text!("Add-ADGroupMember -Identity \"{}\" -Members \"{}\"", above, own),
                false => text!("Add-ADGroupMember -Identity <group of the first step> -Members \"{}\"", own),
            }),
        );
    if let Some(link) = path.steps.iter().rev().find_map(|step| step.span) {
        report.label(link, text!("this membership leads into {}", label));
    }
}
