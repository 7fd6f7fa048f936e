use cmlint_lint::prelude::*;

/// Follows each application pool of the vendor's web page to its account, and looks for that account among the
/// administrative users.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the identity of an Advanced Insights application pool is no administrative user",
        severity: Severity::Medium,
        tags: &["accounts", "rbac", "advanced-insights"],
        noun: "application pools of Advanced Insights",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.1", "P.2", "P.8"],
        references: &[Reference::Document(
            "Patch My PC, Insights Configuration Manager Permission requirements",
            "Add the IIS Pool Account To ConfigMgr Security Role",
        )],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (Via<'s, Administrators<'s>>, Via<'s, SmsProviders<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        insights: Self::Subjects<'s>,
        (administrators, providers, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for pool in insights.pools() {
            let name = &*pool.row.name.value;
            let key = Key::host(pool.host).name("app-pool", name);
            let label = text!("{} on {}", object(name), host(pool.host));
            let mut subject = out.subject(Object::new(key, label, pool.scope.clone()), pool.row.at);
            let (account, identity) = match &pool.identity {
                OnNetwork::Account { name, principal, .. } => (name, principal),
                OnNetwork::Anonymous => {
                    anonymous(pool, &mut subject);
                    continue;
                }
                OnNetwork::Unclear(at) => {
                    unclear(pool, *at, &mut subject);
                    continue;
                }
            };
            match administrators.is_administrator(identity, account, principals) {
                Answer::Yes(_) => {}
                Answer::Unknown(holes) => subject.unknown(holes),
                Answer::No => match providers.at(pool.host) {
                    Some(at) => report(pool, Some(at), &mut subject),
                    None if providers.holes().is_empty() => report(pool, None, &mut subject),
                    None => subject.unknown(providers.holes().to_vec()),
                },
            }
        }
    }
}

fn anonymous(pool: &InsightsPool<'_>, subject: &mut Subject<'_>) {
    let message = text!("application pool `{}` is anonymous on the network", object(&*pool.row.name.value));
    let label = text!("runs as LocalService, which has no account outside of this computer");
    not_known(message, pool.row.at, label, subject);
}

fn unclear(pool: &InsightsPool<'_>, at: Span, subject: &mut Subject<'_>) {
    let message = text!("the identity of application pool `{}` is not known", object(&*pool.row.name.value));
    let label = text!("an identity type that IIS does not know, or one without a user name");
    not_known(message, at, label, subject);
}

fn not_known(message: Text, span: Span, label: Text, subject: &mut Subject<'_>) {
    subject
        .fail(message, span, label)
        .requirements(&["P.1"])
        .severity(Severity::Info)
        .discriminator("identity")
        .help(text!(
            "set the identity of the pool to ApplicationPoolIdentity, which is the computer account on the network, \
             or to a group managed service account; then make that account an administrative user"
        ));
}

/// `provider` is where the computer of the pool is named as one with an SMS Provider.
fn report(pool: &InsightsPool<'_>, provider: Option<Span>, subject: &mut Subject<'_>) {
    let OnNetwork::Account { name, principal: identity, written } = &pool.identity else { return };
    let name = principal(name);
    let label = match written {
        Some(written) => text!("{}: `{}` on the network", *written, name),
        None => text!("runs as `{}`", name),
    };
    let message = text!(
        "`{}`, the identity of application pool `{}` on {}, is no administrative user",
        name,
        object(&*pool.row.name.value),
        host(pool.host)
    );
    let command = text!(
        "New-CMAdministrativeUser -Name \"{}\" -RoleName \"{}\"",
        name,
        role("Patch My PC Advanced Insights Client Actions and Collections")
    );
    let mut report = subject.fail(message, pool.row.at, label).discriminator("administrator");
    if let Principal::Resolved { via: Some(step), .. } = identity {
        report = report.step(step.clone());
    }
    report = report.fix(
        text!("Administration > Security > Administrative Users > Add User or Group, with the vendor's role"),
        Some(command),
        Some(text!("Remove-CMAdministrativeUser -Name \"{}\"", name)),
    );
    match provider {
        Some(at) => {
            report
                .label(at, text!("{} holds an SMS Provider itself", host(pool.host)))
                .requirements(&["P.8"])
                .severity(Severity::Info)
                .help(text!(
                    "on a computer with an SMS Provider the permission may not be needed; add the account only if \
                     client actions fail"
                ));
        }
        None => {
            report.requirements(&["P.2"]).help(text!(
                "client actions of Advanced Insights fail until `{}` is an administrative user",
                name
            ));
        }
    }
}
