use cmlint_lint::prelude::*;

/// Looks for groups of the product that are of another type than the product makes.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a Configuration Manager group is of another type than the product makes",
        severity: Severity::Low,
        tags: &["groups", "hygiene"],
        noun: "Configuration Manager groups",
        subjects: &[
            "ConfigMgr_CollectedFilesAccess",
            "ConfigMgr_DViewAccess",
            "ConfigMgr Remote Control Users",
            "SMS Admins",
            "SMS_SiteSystemToSiteServerConnection_MP_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_SMSProv_<sitecode>",
            "SMS_SiteSystemToSiteServerConnection_Stat_<sitecode>",
            "SMS_SiteToSiteConnection_<sitecode>",
        ],
        requirements: &["G0.1"],
        references: &[Reference::Section("Windows groups that Configuration Manager creates and uses")],
        ..Meta::BASE
    };
    type Subjects<'s> = (Each<'s, rows::LocalGroup<'s>>, Hierarchy<'s>);
    type Evidence<'s> = (Each<'s, rows::Computer<'s>>, Each<'s, rows::DirectoryObject<'s>>, Names<'s>);

    fn check<'s>(
        (groups, hierarchy): Self::Subjects<'s>,
        (computers, directory, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for found in FoundGroup::all(&groups) {
            let mut subject = out.subject(Object::group(&found), found.span());
            let computer = computer(found.scope, computers);
            local(&found, &computer, principals, &mut subject);
        }
        // Domain controllers share one copy of their groups, which is in the directory.
        for (host, _) in hierarchy.hosts() {
            let domain = host.split_once('.').map_or("", |(_, domain)| domain);
            if matches!(computer(&Scope::host(host), computers), Computer::Controller) {
                out.hole(directory.at(&Scope::domain(domain)).1);
            }
        }
        for (dns, group) in principals.objects() {
            let name = group.sam.as_ref().map_or("", |name| name.value.trim());
            let Some(known) = ConfigMgrGroup::parse(name).filter(|_| group.is("group")) else { continue };
            let controller = hierarchy.hosts().map(|(host, _)| host).find(|host| {
                host.split_once('.').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(dns))
                    && matches!(computer(&Scope::host(host), computers), Computer::Controller)
            });
            // A domain may have a group of that name for its own use.
            let (Some(controller), Some(id)) = (controller, &group.sid) else { continue };
            let key = Key::new("domain", dns).then("group", &id.value.to_string());
            let label = text!("{} of {}", principal(name), domain(dns));
            let mut subject = out.subject(Object::new(key, label, Scope::domain(dns)), id.span);
            shared(&known, group, controller, principals.label(&id.value), dns, &mut subject);
        }
    }
}

/// What a computer is, as far as its groups are concerned.
enum Computer {
    Controller,
    /// With the SID of its own accounts.
    Member(Option<Sid>, Span),
    Unknown(Vec<Gap>),
}

fn computer<'s>(scope: &Scope, computers: &Each<'s, rows::Computer<'s>>) -> Computer {
    let (rows, hole) = computers.at(scope);
    let role = rows.iter().find_map(|row| Some((row.domain_role.get()?.0, row)));
    match role {
        Some((4.., _)) => Computer::Controller,
        Some((_, row)) => {
            let sid = row.machine_sid.filled().and_then(|sid| sid.value.trim().parse().ok());
            Computer::Member(sid, rows::place_of(&row.domain_role, row.span))
        }
        None => {
            let why = "nothing says whether it is a domain controller";
            let gap = || Gap::property(Dataset::Computer, scope.clone(), "DomainRole", why);
            Computer::Unknown(vec![hole.unwrap_or_else(gap)])
        }
    }
}

/// A group that a computer lists.
fn local<'s>(
    found: &FoundGroup<'s>,
    computer: &Computer,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let Some(sid) = found.sid() else {
        let why = format!("`{}` has no SID", found.name());
        subject.unknown([Gap::property(Dataset::LocalGroup, found.scope.clone(), "SID", why)]);
        return;
    };
    let Some(dns) = principals.domain_of(&sid) else { return };
    let (own, at) = match computer {
        // The domain's group is judged in the directory.
        Computer::Controller => return,
        Computer::Unknown(holes) => return subject.unknown(holes.clone()),
        Computer::Member(own, at) => (own, *at),
    };
    if own.is_some() && *own == sid.domain() {
        return;
    }
    let name = principal(found.name());
    subject
        .fail(
            text!("`{}` on {} is a group of the domain {}", name, host(found.host), domain(dns)),
            rows::place_of(&found.row.sid, found.row.span),
            text!("the SID is one of the domain, not of the computer"),
        )
        .label(at, text!("the computer is no domain controller: its groups are its own"))
        .help(text!("the product works with a local group of this name: reset the site, which makes it, and take the domain's group out of the permissions"))
        .fix(
            text!("on the site server, elevated, in bin\\X64 of the installation folder"),
            Some(text!("setup.exe /RESETSITE")),
            Some(text!("Remove-LocalGroup -Name \"{}\" on {}; a reset takes nothing away", name, host(found.host))),
        );
}

/// A group that domain controllers share.
fn shared(
    known: &ConfigMgrGroup,
    group: &Row<rows::DirectoryObject<'_>>,
    controller: &str,
    label: cmlint_model::words::Name,
    dns: &str,
    subject: &mut Subject<'_>,
) {
    let Some(kind) = &group.group_type else {
        let why = format!("the object of `{known}` has no groupType");
        subject.unknown([Gap::property(Dataset::Directory, Scope::domain(dns), "groupType", why)]);
        return;
    };
    let security = kind.value & 0x8000_0000 != 0;
    let is = match kind.value & 0xE {
        0x4 if security => return,
        0x4 => "a domain local distribution group",
        0x2 if security => "a global group",
        0x8 if security => "a universal group",
        _ if security => "a security group of another kind",
        _ => "a distribution group",
    };
    let dn = path(&*group.dn.value);
    subject
        .fail(
            text!("`{}` is {}, where {} is a domain controller", label, is, host(controller)),
            kind.span,
            text!("the product makes domain local security groups on domain controllers"),
        )
        .help(text!("make it a domain local security group"))
        .fix(
            text!("on a computer with the Active Directory module; a global group becomes universal first"),
            Some(text!("Set-ADGroup -Identity \"{}\" -GroupCategory Security -GroupScope DomainLocal", dn)),
            Some(text!("Set-ADGroup -Identity \"{}\" with the former -GroupCategory and -GroupScope", dn)),
        );
}
