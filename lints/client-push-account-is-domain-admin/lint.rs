use cmlint_lint::prelude::*;
use cmlint_model::views::Holder;

/// Follows each client push account up through its groups to those that own the domain or the forest.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a client push installation account is a domain or forest administrator",
        severity: Severity::Critical,
        tags: &["accounts", "client-push", "escalation"],
        noun: "client push installation accounts",
        subjects: &["Client Push Installation Account"],
        requirements: &["A8.3"],
        references: &[
            Reference::Section("Client Push Installation Account"),
            Reference::MisconfigurationManager("ELEVATE-2"),
            Reference::MisconfigurationManager("ELEVATE-3"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::ClientPush>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(accounts: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        out.not_applicable(text!(
            "no client push installation account is set; the site server pushes with its computer account"
        ));
        for account in accounts.iter() {
            let mut subject = out.subject(Object::account(account), account.span());
            // An account of the client itself is in no group of a domain.
            if account.name.value.trim().starts_with(r".\") {
                continue;
            }
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that the directory does not know belongs to nobody who could be in a group.
            let Some(sid) = sid else { continue };
            let (reached, holes) = principals.reach(&sid, None);
            let owners: Vec<&(Holder, Proof)> = reached.iter().filter(|(h, _)| h.owns_a_domain()).collect();
            for (group, path) in
                owners.iter().filter(|(group, path)| !implied(group, path, &owners, principals))
            {
                report(account, group, path, principals, &mut subject);
            }
            subject.holes(holes);
        }
    }
}

/// Whether the way into a group leads through another of the list: Domain Admins is in Administrators of
/// every domain, and to say so twice helps nobody.
fn implied(group: &Holder, path: &Proof, owners: &[&(Holder, Proof)], principals: &Principals<'_>) -> bool {
    owners.iter().any(|(other, way)| {
        other.sid != group.sid
            && way.steps.len() < path.steps.len()
            && other.sid.domain().is_some()
            && principals.reach(&other.sid, None).0.iter().any(|(above, _)| above == group)
    })
}

fn report(
    account: &Account<'_>,
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
    let link = path.steps.iter().rev().find_map(|step| step.span);
    let steps = path.steps.len();
    let through = match steps {
        0 | 1 => Text::default(),
        2 => text!(" through another group"),
        _ => text!(" through {} groups", steps - 1),
    };
    let message = text!("client push installation account `{}` is a member of {}{}", name, label, through);
    let report = subject
        .fail(message, account.span(), text!("signs in to every computer that the client is pushed to"))
        .discriminator(group.sid.to_string())
        .evidence(Key::new("sid", &group.sid.to_string()))
        .proof(&account.via().and(path.clone()))
        .help(text!(
            "client push needs local Administrators on the clients and nothing in the domain: take the account out of \
             {} and give it to the clients' Administrators by group policy",
            label
        ))
        .fix(
            text!("cut one link of the path: the first is this account's own, each later one holds for others too"),
            Some(text!("Remove-ADGroupMember -Identity <group> -Members <member>")),
            Some(text!("Add-ADGroupMember -Identity <group> -Members <member>")),
        );
    if let Some(link) = link {
        report.label(link, text!("this membership leads into {}", label));
    }
}
