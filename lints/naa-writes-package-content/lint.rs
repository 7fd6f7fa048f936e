use std::collections::BTreeMap;

use cmlint_lint::{Report, prelude::*};
use cmlint_model::{need::Use, path_key};
use cmlint_winsec::{Ace, Effect};

/// Asks on each distribution point of a site whether the network access account may change package content there.
pub(super) struct This;

/// How many entries get a label of their own.
const SHOWN: usize = 4;

impl Lint for This {
    const META: Meta = Meta {
        title: "a network access account may write package content",
        severity: Severity::High,
        tags: &["accounts", "network-access-account", "acl", "content"],
        noun: "network access accounts",
        subjects: &["Network Access Account"],
        requirements: &["A14.3"],
        references: &[
            Reference::Section("Network Access Account"),
            Reference::MisconfigurationManager("CRED-2"),
            Reference::MisconfigurationManager("CRED-6"),
            Reference::MisconfigurationManager("PREVENT-10"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::NetworkAccess>;
    type Evidence<'s> = (Via<'s, Acls<'s>>, Via<'s, Principals<'s>>, Hierarchy<'s>);

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (acls, principals, hierarchy): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let mut points: BTreeMap<&str, Point<'_, 's>> = BTreeMap::new();
        for account in Use::group(accounts.iter()) {
            let mut subject = out.subject(Object::account_use(&account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // A name that does not exist may do nothing.
            let Some(sid) = sid else { continue };
            for (server, _) in hierarchy.hosts_with(&account.scope.key(), "SMS Distribution Point") {
                // An account of another computer is unknown here.
                if principals.machine_of(&sid).is_some_and(|machine| machine != server) {
                    continue;
                }
                let point = points.entry(server).or_insert_with(|| Point::look(acls, server));
                point.judge(&account, &sid, acls, principals, &mut subject);
            }
            // What is not known to be a site system may be a distribution point.
            for holes in [hierarchy.site_holes(), hierarchy.host_holes(), hierarchy.database_holes()] {
                subject.holes(holes.iter().cloned());
            }
        }
    }
}

/// A distribution point, looked at once for all accounts.
struct Point<'a, 's> {
    server: &'a str,
    shares: Vec<&'a AclObject<'s>>,
    writable: Vec<Found<'a, 's>>,
    holes: Vec<Gap>,
}

impl<'a, 's> Point<'a, 's> {
    fn look(acls: &'a Acls<'s>, server: &'a str) -> Point<'a, 's> {
        let scope = Scope::host(server);
        let content = acls.content(&scope);
        let (writable, holes) = acls.content_writers(&scope, &content);
        Point { server, shares: content.shares, writable, holes }
    }

    fn judge(
        &self,
        account: &Use<'_>,
        sid: &Sid,
        acls: &Acls<'s>,
        principals: &Principals<'s>,
        subject: &mut Subject<'_>,
    ) {
        subject.holes(self.holes.iter().cloned());
        match principals.membership(sid, &well_known::ADMINISTRATORS, Some(self.server)) {
            Answer::Yes(proof) => {
                let what = text!("may write package content as an administrator of {}", host(self.server));
                let name = principals.label(sid);
                let fix = match proof.steps.len() {
                    1 => text!("Remove-LocalGroupMember -Group \"Administrators\" -Member \"{}\"", name),
                    _ => text!(
                        "Remove-ADGroupMember -Identity <group of the first step> -Members \"{}\"",
                        name
                    ),
                };
                let last = proof.steps.iter().rev().find_map(|step| step.span);
                let label = last.map(|span| (span, text!("leads into the local Administrators")));
                let labels = label.into_iter().collect();
                self.report(account, Told { place: "administrator", what, fix, labels, proof }, subject);
                // Of an administrator single entries tell nothing more.
                return;
            }
            Answer::No => {}
            Answer::Unknown(gaps) => subject.unknown(gaps),
        }
        let scope = Scope::host(self.server);
        let context = principals.context_of_host(self.server);
        let (reached, holes) = principals.reach(sid, Some(self.server));
        let all: Vec<Sid> = reached.iter().map(|(holder, _)| holder.sid).collect();
        let mut writes = Vec::new();
        for folder in &self.writable {
            let mut here = Vec::new();
            // What every new drive gives its users is told once, as the distribution point's.
            for (span, ace) in folder.entries.iter().filter(|(_, ace)| !Content::only_adds(ace)) {
                let holder = ace.trustee.resolve(&context);
                match holder.and_then(|holder| reached.iter().find(|(h, _)| h.sid == holder)) {
                    Some((holder, path)) => here.push((*span, *ace, holder.sid, path)),
                    // A membership that is not known may be one in this group.
                    None if holder.is_none_or(|h| principals.is_group(&h) != Some(false)) => {
                        subject.holes(holes.iter().cloned());
                    }
                    None => {}
                }
            }
            if folder.is_null() {
                let labels = folder.labels().into_iter();
                writes.extend(labels.map(|(span, label)| Write {
                    at: &folder.path,
                    span,
                    label,
                    entry: None,
                }));
                continue;
            }
            // An entry for objects below is not undone by what is denied at the folder.
            let denied = acls.allowed(&scope, Kind::Directory, &folder.path, &all).is_ok_and(|allowed| {
                allowed.is_some_and(|mask| Kind::Directory.has_no_write(mask))
                    && here.iter().all(|(_, ace, ..)| cmlint_winsec::reach(ace).this_object)
            });
            for (span, ace, holder, path) in here.into_iter().filter(|_| !denied) {
                let rights = Text::prose(Kind::Directory.describe_ace(ace));
                let label = text!("allows {} on {}", rights, path_name(&folder.path));
                writes.push(Write { at: &folder.path, span, label, entry: Some((holder, path)) });
            }
        }
        if let Some(first) = writes.first() {
            let what =
                text!("may write package content in `{}` of {}", path_name(first.at), host(self.server));
            let fix = match first.entry {
                Some((holder, _)) => {
                    let (at, holder) = (path_name(first.at), cmlint_model::words::sid(holder));
                    text!(
                        "icacls \"{}\" /remove:g *{} && icacls \"{}\" /grant *{}:(OI)(CI)RX",
                        at,
                        holder,
                        at,
                        holder
                    )
                }
                None => text!("icacls \"{}\" /reset", path_name(first.at)),
            };
            let proof = first.entry.map(|(_, path)| path.clone()).unwrap_or_default();
            let place = path_key(first.at);
            let labels = writes.into_iter().map(|write| (write.span, write.label)).collect();
            self.report(account, Told { place: &place, what, fix, labels, proof }, subject);
            return;
        }
        for share in &self.shares {
            for (span, ace) in share.entries().filter(|(_, ace)| grants_write(ace, sid)) {
                let rights = Text::prose(Kind::Share.describe_ace(ace));
                let name = path_name(share.path.value);
                let what = text!("has {} on the share `{}` of {}", rights, name, host(self.server));
                let fix = text!(
                    "Revoke-SmbShareAccess -Name \"{}\" -AccountName \"{}\"",
                    name,
                    principals.label(sid)
                );
                let labels =
                    vec![(span, text!("more than Read; only the folder below keeps it from writing"))];
                let place = path_key(share.path.value);
                let told = Told { place: &place, what, fix, labels, proof: Proof::default() };
                self.report(account, told, subject).severity(Severity::Medium);
            }
        }
    }

    fn report<'r>(&self, account: &Use<'_>, told: Told<'_>, subject: &'r mut Subject<'_>) -> Report<'r> {
        let name = principal(account.name.value.trim());
        let rest = told.labels.len().saturating_sub(SHOWN);
        let mut report = subject
            .fail(
                text!("network access account `{}` {}", name, told.what),
                account.span(),
                text!("every client of the site knows its password"),
            )
            .discriminator(format!("{} {}", self.server, told.place))
            .evidence(Key::host(self.server).name("path", told.place))
            .proof(&account.via())
            .proof(&told.proof)
            .help(text!(
                "leave the account Read, which it has as a user of the domain: whoever has a client has this account, and with \
                 it changes what other clients run"
            ))
            .fix(
                text!(
                    "on {}: take out what lets the account write; where it is an access account of a package, set it to Read \
                     there first and redistribute the package",
                    host(self.server)
                ),
                Some(told.fix),
                Some(text!("note the right before the change, and grant it again")),
            );
        for (index, (span, label)) in told.labels.into_iter().take(SHOWN).enumerate() {
            let more = if index + 1 == SHOWN && rest > 0 { text!(", and {} more", rest) } else { text!("") };
            report = report.label(span, text!("{}{}", label, more));
        }
        report
    }
}

/// An entry by which an account may write, with its holder and the way to it; none for a null list.
struct Write<'w> {
    at: &'w str,
    span: Span,
    label: Text,
    entry: Option<(Sid, &'w Proof)>,
}

/// What is said of one distribution point.
struct Told<'t> {
    /// Key of the place, which tells findings apart.
    place: &'t str,
    what: Text,
    fix: Text,
    labels: Vec<(Span, Text)>,
    proof: Proof,
}

/// Whether an entry names the account itself and lets it write. What a share allows to groups tells nothing: the
/// folders decide.
fn grants_write(ace: &Ace, sid: &Sid) -> bool {
    ace.kind.effect() == Some(Effect::Allow)
        && ace.trustee.sid() == Some(*sid)
        && !Kind::Share.has_no_write(ace.mask)
}

fn path_name(path: &str) -> cmlint_model::words::Name {
    cmlint_model::words::path(path)
}
