use std::collections::BTreeMap;

use cmlint_lint::prelude::*;
use cmlint_model::proof::merge;
use cmlint_model::views::{
    AskedRight, EntryFor, Guarded, publishing_domain, publishing_sites, site_servers, system_management,
};
use cmlint_model::words::Name;
use cmlint_winsec::{Ace, Tri};

/// Checks for each forest what those who publish to it may do on the container, and on what lies in it.
pub(super) struct This;

/// `Type` of `SMS_Site`.
const SECONDARY: i64 = 1;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site publishes to a forest without Full Control of System Management",
        severity: Severity::Medium,
        tags: &["accounts", "forests", "directory", "function"],
        noun: "forests that sites publish to",
        subjects: &["Active Directory Forest Account"],
        requirements: &["A4.3", "A4.5"],
        references: &[
            Reference::Section("Active Directory Forest Account"),
            Reference::Document(
                "Microsoft, Extend the Active Directory schema to publish site data",
                "Create the System Management container and grant sites permissions to the container",
            ),
            Reference::MisconfigurationManager("RECON-1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Forest<'s>>;
    type Evidence<'s> = (
        Each<'s, rows::ForestStatus<'s>>,
        Each<'s, rows::Site<'s>>,
        Each<'s, rows::SiteSystemRole<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        forests: Self::Subjects<'s>,
        (statuses, sites, roles, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for (scope, row) in forests.iter() {
            let Some(name) = row.data.forest_fqdn.filled() else { continue };
            let forest = name.value.trim().to_lowercase();
            let (publishing, holes) = publishing_sites(&row.data, statuses);
            // Somebody has published, or tried to: 0 stands for never.
            let tried = row.data.publishing_status.get().is_some_and(|status| matches!(status.0, 1 | 2));
            if publishing.is_empty() && (holes.is_empty() || !tried) {
                out.hole(holes);
                continue;
            }
            let key = Key::scope(scope).then("forest", &forest).then("account", Purpose::Forest.info().word);
            let object = Object::new(key, text!("forest {}", domain(&forest)), scope.clone());
            let mut subject = out.subject(object.purpose(Purpose::Forest), name.span);
            let world = World { forest: &row.data, at: name.span, sites, roles, principals };
            let mut publishers = BTreeMap::new();
            for site in &publishing {
                if let Some(found) = subject.require(world.publishers(site)) {
                    for publisher in found {
                        let key = (publisher.sid, publisher.domain.clone(), publisher.secondary);
                        let known = publishers.entry(key).or_insert(publisher);
                        known.sites.push((*site).clone());
                    }
                }
            }
            if publishing.is_empty() {
                let found = subject.require(world.account_of_some_site());
                if let Some(publisher) = found.flatten() {
                    publishers.insert((publisher.sid, publisher.domain.clone(), false), publisher);
                }
            }
            for publisher in publishers.values() {
                world.judge(publisher, &mut subject);
            }
            subject.holes(holes);
        }
    }
}

/// Who publishes, and into which domain.
struct Publisher {
    name: Name,
    sid: Sid,
    domain: String,
    /// A secondary site does it with its own account, whatever account is set.
    secondary: bool,
    /// Where the account is named, unless it is that of the site server.
    account: Option<Span>,
    /// Empty where it is not known which site it is.
    sites: Vec<Scope>,
}

struct World<'w, 's> {
    forest: &'w rows::Forest<'s>,
    at: Span,
    sites: &'w Each<'s, rows::Site<'s>>,
    roles: &'w Each<'s, rows::SiteSystemRole<'s>>,
    principals: &'w Principals<'s>,
}

impl World<'_, '_> {
    /// Who publishes for a site.
    fn publishers(&self, scope: &Scope) -> Judged<Vec<Publisher>> {
        let (rows, hole) = self.sites.at(scope);
        let kind = rows.first().and_then(|site| site.data.r#type.get()).map(|kind| kind.0);
        let Some(kind) = kind else {
            let why = "nothing says whether it is a secondary site";
            return Err(vec![
                hole.unwrap_or_else(|| Gap::new(Dataset::Site, scope.clone(), Status::Partial, why)),
            ]);
        };
        let mut found = Vec::new();
        for server in site_servers(self.roles, scope)? {
            let home = self.principals.domain_of_host(server.value)?;
            let Some(home) = home else { continue };
            let domain = publishing_domain(self.forest, &home, self.principals)?;
            let secondary = kind == SECONDARY;
            let publisher = match self.account()? {
                Some((name, sid, span)) if !secondary => {
                    Publisher { name, sid, domain, secondary, account: Some(span), sites: Vec::new() }
                }
                _ => {
                    let name = self.principals.computer_name(server.value);
                    let Some((sid, _)) = self.principals.computer(server.value) else {
                        return Err(self.principals.unresolved(&name.text));
                    };
                    Publisher { name, sid, domain, secondary, account: None, sites: Vec::new() }
                }
            };
            found.push(publisher);
        }
        Ok(found)
    }

    /// The account that is set, which some primary or central site publishes with. `None` where none is set, or where
    /// it is not clear into which domain.
    fn account_of_some_site(&self) -> Judged<Option<Publisher>> {
        let Some((name, sid, span)) = self.account()? else { return Ok(None) };
        let mut domains = Vec::new();
        let mut holes = self.sites.holes();
        for (scope, row) in self.sites.iter() {
            if row.data.r#type.get().is_some_and(|kind| kind.0 == SECONDARY) {
                continue;
            }
            match self.publishers(scope) {
                Ok(found) => domains.extend(found.into_iter().map(|publisher| publisher.domain)),
                Err(gaps) => merge(&mut holes, gaps),
            }
        }
        domains.sort();
        domains.dedup();
        match (domains.as_slice(), holes.is_empty()) {
            ([domain], true) => {
                let domain = domain.clone();
                Ok(Some(Publisher {
                    name,
                    sid,
                    domain,
                    secondary: false,
                    account: Some(span),
                    sites: Vec::new(),
                }))
            }
            (_, true) => Ok(None),
            _ => Err(holes),
        }
    }

    /// The account that is set for the forest; `None` where none is, or where it does not exist.
    fn account(&self) -> Judged<Option<(Name, Sid, Span)>> {
        let Some(account) = self.forest.account.filled() else { return Ok(None) };
        let name = account.value.trim();
        match self.principals.resolve(account, &Home::default()).sid() {
            Some(sid) => Ok(Some((principal(name), sid, account.span))),
            None => Err(self.principals.unresolved(name)),
        }
    }

    fn judge(&self, publisher: &Publisher, subject: &mut Subject<'_>) {
        let full = Kind::DirectoryObject.full_control();
        let dn = system_management(&publisher.domain);
        let Some((dns, object)) = subject.require(self.principals.at_dn(&dn)) else { return };
        let guarded = Guarded::in_directory(self.principals, dns, &object.data);
        let Some(guarded) = subject.require(guarded) else { return };
        let asked = AskedRight { mask: full, object_type: None };
        let here = guarded.allows(&publisher.sid, asked, self.principals);
        if !guarded.has_list() && here.verdict == Tri::Yes {
            return;
        }
        let counts = |ace: &Ace| ace.object_type.is_none() && ace.mask.intersects(full);
        let (mut entries, holes) = guarded.entries_for(&publisher.sid, self.principals, counts);
        let below = entries.iter().filter(|entry| {
            let reach = entry.reach();
            reach.child_containers && reach.deeper && reach.descendant_class.is_none()
        });
        let below = below.fold(AccessMask::NONE, |all, entry| all | entry.ace.mask).contains(full);
        match here.verdict {
            Tri::Yes if below => {}
            Tri::Unknown if below => subject.unknown(here.holes),
            // A group that is not known may give the rest.
            _ if !holes.is_empty() => subject.unknown(holes),
            _ => {
                // That everybody may read explains nothing.
                entries.retain(|entry| !entry.by_default);
                self.report(publisher, &guarded, &dn, here.verdict == Tri::Yes, &entries, subject);
            }
        }
    }

    fn report(
        &self,
        publisher: &Publisher,
        guarded: &Guarded,
        dn: &str,
        here: bool,
        entries: &[EntryFor],
        subject: &mut Subject<'_>,
    ) {
        let name = &publisher.name;
        let forest = domain(self.forest.forest_fqdn.filled().map_or("", |name| name.value.trim()));
        let sites: Vec<Text> = publisher.sites.iter().map(|scope| text!("{}", site(scope.key()))).collect();
        let who = match sites.len() {
            0 => text!("the hierarchy publishes"),
            1 => text!("site {} publishes", Text::join(sites, ", ")),
            _ => text!("sites {} publish", Text::join(sites, ", ")),
        };
        let what = match here {
            true => text!("has no Full control of what lies in `{}`", path(dn)),
            false => text!("has no Full control of `{}`", path(dn)),
        };
        let span = entries.first().map_or(guarded.span(), |entry| entry.span);
        let label = match entries.first() {
            Some(entry) => allows(entry),
            None => text!("no entry for {} or a group of it", name),
        };
        let mut report = subject
            .fail(text!("`{}`, as which {} to forest `{}`, {}", name, who, forest, what), span, label)
            .discriminator(format!("{}@{}", name.text.to_lowercase(), publisher.domain))
            .label(publisher.account.unwrap_or(self.at), text!("the forest, and who publishes there"))
            .help(match publisher.secondary {
                true => text!(
                    "a secondary site always publishes as its own computer: give {} Full control of the container and all \
                     descendant objects",
                    name
                ),
                false => text!("give {} Full control of the container and all descendant objects", name),
            })
            .fix(
                text!(
                    "in Active Directory Users and Computers with Advanced Features: {} > Properties > Security > Advanced > \
                     Add: {}, Applies to: This object and all descendant objects, Full control",
                    path(dn),
                    name
                ),
                Some(text!("dsacls \"{}\" /I:T /G \"{}:GA\"", path(dn), name)),
                Some(text!("dsacls \"{}\" /R \"{}\"", path(dn), name)),
            );
        report = match publisher.secondary {
            true => report.requirements(&["A4.5"]).severity(Severity::Info),
            false => report.requirements(&["A4.3"]),
        };
        for entry in entries.iter().skip(1).take(4) {
            report = report.label(entry.span, allows(entry));
        }
    }
}

fn allows(entry: &EntryFor) -> Text {
    let rights = Text::prose(Kind::DirectoryObject.describe_ace(&entry.ace));
    let reached = Text::prose(entry.reach().words(Kind::DirectoryObject).to_string());
    text!("allows {} on {}", rights, reached)
}
