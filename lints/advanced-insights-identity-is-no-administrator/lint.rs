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
    type Subjects<'s> = Each<'s, rows::AppPool<'s>>;
    type Evidence<'s> = (
        Via<'s, Administrators<'s>>,
        Whole<'s, rows::Admin<'s>>,
        Whole<'s, rows::SiteSystemRole<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        pools: Self::Subjects<'s>,
        (administrators, all_administrators, roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (scope, pool) in pools.iter() {
            let Scope::Host(key) = scope else { continue };
            let name = &*pool.name.value;
            if !is_insights(name) && !pool.applications.iter().any(|a| is_insights(&a.value)) {
                continue;
            }
            let object_key = Key::host(key).name("app-pool", name);
            let label = text!("{} on {}", object(name), host(key));
            let mut subject = out.subject(Object::new(object_key, label, scope.clone()), pool.at);
            let judge = Judge { pool, host: key, principals };
            let Some(identity) = judge.identity(&mut subject) else { continue };
            let answer = administrators.is_administrator(&identity.principal, &identity.name, principals);
            match answer {
                Answer::Yes(_) => {}
                Answer::Unknown(holes) => subject.unknown(holes),
                Answer::No => {
                    let (all, roles) = (all_administrators.all(), roles.all());
                    let Some(roles) = subject.require(roles) else { continue };
                    if subject.require(all).is_none() {
                        continue;
                    }
                    let provider = roles.iter().find(|(_, role)| provides(role, key)).map(|(_, role)| role);
                    judge.report(&identity, provider.copied(), &mut subject);
                }
            }
        }
    }
}

fn is_insights(name: &str) -> bool {
    name.to_ascii_lowercase().contains("insights")
}

fn provides(role: &rows::SiteSystemRole<'_>, key: &str) -> bool {
    let provider = role.role_name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case("SMS Provider"));
    let at = role.network_os_path.get().map(|p| cmlint_model::host_key(p)).unwrap_or_default();
    // A role may name its computer without the domain.
    provider && (at == key || !at.contains('.') && key.split('.').next() == Some(&at))
}

struct Identity {
    name: String,
    principal: Principal,
    /// How the pool names it, when that is not the account itself.
    written: Option<&'static str>,
}

struct Judge<'j, 's> {
    pool: &'s Row<rows::AppPool<'s>>,
    host: &'j str,
    principals: &'j Principals<'s>,
}

impl<'s> Judge<'_, 's> {
    /// Who the pool is on the network.
    fn identity(&self, subject: &mut Subject<'_>) -> Option<Identity> {
        match &self.pool.identity {
            rows::PoolIdentity::Computer(written) => Some(self.computer(written)),
            rows::PoolIdentity::User { name, .. } => {
                let typed = Spanned::new(&*name.value, name.span);
                let principal = self.principals.resolve(typed, &Home { host: Some(self.host) });
                match principal.sid() {
                    Some(sid) if sid == well_known::LOCAL_SERVICE => {
                        self.anonymous(subject);
                        None
                    }
                    Some(sid) if is_computer_itself(&sid) => {
                        Some(self.computer("an account of the computer itself"))
                    }
                    _ => Some(Identity { name: name.value.trim().to_owned(), principal, written: None }),
                }
            }
            rows::PoolIdentity::LocalService => {
                self.anonymous(subject);
                None
            }
            rows::PoolIdentity::Unknown(kind) => {
                self.unclear(
                    text!(
                        "the identity of application pool `{}` is not known",
                        object(&*self.pool.name.value)
                    ),
                    kind.span,
                    text!("an identity type that IIS does not know, or one without a user name"),
                    subject,
                );
                None
            }
        }
    }

    fn computer(&self, written: &'static str) -> Identity {
        let name = self.principals.computer_name(self.host).text;
        Identity { name, principal: self.principals.account_of(self.host), written: Some(written) }
    }

    fn anonymous(&self, subject: &mut Subject<'_>) {
        self.unclear(
            text!("application pool `{}` is anonymous on the network", object(&*self.pool.name.value)),
            self.pool.at,
            text!("runs as LocalService, which has no account outside of this computer"),
            subject,
        );
    }

    fn unclear(&self, message: Text, span: Span, label: Text, subject: &mut Subject<'_>) {
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

    fn report(
        &self,
        identity: &Identity,
        provider: Option<&Row<rows::SiteSystemRole<'_>>>,
        subject: &mut Subject<'_>,
    ) {
        let name = principal(&identity.name);
        let label = match identity.written {
            Some(written) => text!("{}: `{}` on the network", written, name),
            None => text!("runs as `{}`", name),
        };
        let pool = object(&*self.pool.name.value);
        let message = text!(
            "`{}`, the identity of application pool `{}` on {}, is no administrative user",
            name,
            pool,
            host(self.host)
        );
        let command = text!(
            "New-CMAdministrativeUser -Name \"{}\" -RoleName \"{}\"",
            name,
            role("Patch My PC Advanced Insights Client Actions and Collections")
        );
        let mut report = subject.fail(message, self.pool.at, label).discriminator("administrator");
        if let Principal::Resolved { via: Some(step), .. } = &identity.principal {
            report = report.step(step.clone());
        }
        report = report.fix(
            text!(
                "Administration > Security > Administrative Users > Add User or Group, with the vendor's role"
            ),
            Some(command),
            Some(text!("Remove-CMAdministrativeUser -Name \"{}\"", name)),
        );
        match provider {
            Some(role) => {
                let at = rows::place_of(&role.network_os_path, role.span);
                report
                    .label(at, text!("{} holds an SMS Provider itself", host(self.host)))
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
}

/// Accounts that are the computer account outside of the computer.
fn is_computer_itself(sid: &Sid) -> bool {
    let virtual_account = sid.authority() == 5 && matches!(sid.sub_authorities().first(), Some(80 | 82));
    [well_known::SYSTEM, well_known::NETWORK_SERVICE].contains(sid) || virtual_account
}
