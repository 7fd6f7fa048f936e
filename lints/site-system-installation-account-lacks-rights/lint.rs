use cmlint_lint::prelude::*;
use cmlint_model::rows::prop;

/// Looks whether the account with which each site system is installed may do so: an account that is set, or the
/// computer account of the site server.
pub(super) struct This;

/// All local accounts, and those of them that are administrators: hardening denies them the network.
const LOCAL_ACCOUNTS: [Sid; 2] = [well_known::LOCAL_ACCOUNT, well_known::LOCAL_ACCOUNT_AND_ADMINISTRATOR];
const NETWORK: &str = "SeNetworkLogonRight";
const DENY_NETWORK: &str = "SeDenyNetworkLogonRight";

impl Lint for This {
    const META: Meta = Meta {
        title: "the account that installs a site system lacks rights there",
        severity: Severity::Medium,
        tags: &["accounts", "site-systems", "user-rights", "function"],
        noun: "site systems that the site server installs over the network",
        subjects: &["Site System Installation Account"],
        requirements: &["A18.1", "A18.2"],
        references: &[Reference::Section("Site System Installation Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::SiteSystemRole<'s>>;
    type Evidence<'s> = (Each<'s, rows::Site<'s>>, Via<'s, Rights<'s>>, Via<'s, Principals<'s>>);

    fn check<'s>(
        roles: Self::Subjects<'s>,
        (sites, rights, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (scope, row) in roles.iter() {
            let is_system =
                row.role_name.get().is_some_and(|r| r.trim().eq_ignore_ascii_case("SMS Site System"));
            let Some(path) = row.network_os_path.filled().filter(|_| is_system) else { continue };
            let server = principals.host_key(path.value);
            let (listed, hole) = sites.at(scope);
            let site_server = listed.first().and_then(|site| site.server_name.filled());
            let site_server = site_server.map(|name| principals.host_key(name.value));
            // The site server installs itself without signing in anywhere.
            if site_server.as_deref() == Some(server.as_str()) {
                continue;
            }
            let number = prop(&row.data.props, "UseMachineAccount").and_then(|p| p.value.get().copied());
            let account = prop(&row.data.props, "UserName").and_then(|p| p.text());
            let account = account.filter(|a| !a.value.trim().is_empty() && number.is_none_or(|n| n.0 != 1));
            let key = Key::scope(scope)
                .then("host", &server)
                .then("account", Purpose::SiteSystemInstallation.info().word);
            let object = Object::new(key, text!("site system {}", host(&server)), scope.clone())
                .purpose(Purpose::SiteSystemInstallation);
            let mut subject = out.subject(object, path.span);
            if !row.collected("Props") {
                subject.unknown([row.gap(scope, "Props")]);
                continue;
            }
            let (who, name, span) = match account {
                Some(name) => {
                    let home = Home { host: Some(&server) };
                    (principals.resolve(name, &home), principal(name.value.trim()), name.span)
                }
                None => {
                    let Some(site_server) = &site_server else {
                        let missing = Gap::new(
                            Dataset::Site,
                            scope.clone(),
                            Status::Partial,
                            "nothing names the site server",
                        );
                        subject.unknown([hole.unwrap_or(missing)]);
                        continue;
                    };
                    (principals.account_of(site_server), principals.computer_name(site_server), path.span)
                }
            };
            let Some(sid) = who.sid() else {
                // That a name does not exist is the matter of another lint.
                if !matches!(who, Principal::NotFound(_)) {
                    subject.unknown(principals.unresolved(&name.text));
                }
                continue;
            };
            let found = Found { name, sid, span, server: &server, via: who, is_set: account.is_some() };
            found.administrator(principals, &mut subject);
            found.network(rights, principals, &mut subject);
        }
    }
}

/// Who installs a site system.
struct Found<'f> {
    name: cmlint_model::words::Name,
    sid: Sid,
    span: Span,
    server: &'f str,
    via: Principal,
    is_set: bool,
}

impl Found<'_> {
    fn administrator(&self, principals: &Principals<'_>, subject: &mut Subject<'_>) {
        match principals.membership(&self.sid, &well_known::ADMINISTRATORS, Some(self.server)) {
            Answer::Yes(_) => {}
            Answer::Unknown(gaps) => subject.unknown(gaps),
            Answer::No => {
                self.report(
                    "A18.1",
                    text!("is no local administrator of {}", host(self.server)),
                    None,
                    None,
                    subject,
                );
            }
        }
    }

    fn network<'s>(&self, rights: &Rights<'s>, principals: &Principals<'s>, subject: &mut Subject<'_>) {
        let scope = Scope::host(self.server);
        // These groups are nowhere written as memberships.
        if principals.machine_of(&self.sid) == Some(self.server) {
            let denied = rights.holders(DENY_NETWORK, &scope);
            if let Some((Some(group), place)) =
                denied.into_iter().find(|(sid, _)| sid.is_some_and(|sid| LOCAL_ACCOUNTS.contains(&sid)))
            {
                let label = principals.label(&group);
                let what =
                    text!("may not access {} from the network, as no local account may", host(self.server));
                self.report("A18.2", what, Some((place, text!("denied to `{}`", label))), None, subject);
                return;
            }
        }
        match rights.right_on_host(&self.sid, NETWORK, &scope, principals) {
            HostRight::Granted { .. } => {}
            HostRight::Unknown(gaps) => subject.unknown(gaps),
            HostRight::Denied(proof) => {
                let place = proof.steps.iter().rev().find_map(|step| step.span);
                let label = place.map(|span| (span, text!("denied here")));
                let what = text!("is denied access to {} from the network", host(self.server));
                self.report("A18.2", what, label, Some(&proof), subject);
            }
            HostRight::NotGranted => {
                let first = rights.holders(NETWORK, &scope).first().map(|(_, span)| *span);
                let label = first.map(|span| (span, text!("the account is in none of these")));
                let what = text!("may not access {} from the network", host(self.server));
                self.report("A18.2", what, label, None, subject);
            }
        }
    }

    fn report(
        &self,
        requirement: &'static str,
        what: Text,
        label: Option<(Span, Text)>,
        proof: Option<&Proof>,
        subject: &mut Subject<'_>,
    ) {
        let who = match self.is_set {
            true => text!("site system installation account `{}`", self.name),
            false => text!("computer account `{}` of the site server", self.name),
        };
        let (fix, command, revert) = match requirement {
            "A18.1" => (
                text!("on {}: add the account to the local Administrators", host(self.server)),
                text!("Add-LocalGroupMember -Group \"Administrators\" -Member \"{}\"", self.name),
                text!("Remove-LocalGroupMember -Group \"Administrators\" -Member \"{}\"", self.name),
            ),
            _ => (
                text!(
                    "group policy, Computer Configuration > Windows Settings > Security Settings > Local Policies > User \
                     Rights Assignment > `Access this computer from the network` and `Deny access to this computer from the \
                     network`: let the account in; look at the result on the computer"
                ),
                text!("secedit /export /areas USER_RIGHTS /cfg rights.inf"),
                text!("set the two rights as they were"),
            ),
        };
        let via = match &self.via {
            Principal::Resolved { via: Some(step), .. } => Proof::of(step.clone()),
            _ => Proof::default(),
        };
        let mut report = subject
            .fail(text!("{} {}", who, what), self.span, text!("installs and maintains the roles of this computer"))
            .requirements(&[requirement])
            .discriminator(requirement)
            .proof(&via)
            .help(text!(
                "the account that installs a site system has to be a local administrator there and may not be kept out from \
                 the network; it needs nothing anywhere else"
            ))
            .fix(fix, Some(command), Some(revert));
        if let Some(proof) = proof {
            report = report.proof(proof);
        }
        if let Some((span, words)) = label {
            report.label(span, words);
        }
    }
}
