//! Administrative users and the roles that they hold.

use cmlint_source::{Span, Spanned};
use cmlint_winsec::Sid;

use super::principals::{Home, Principal, Principals};
use super::rbac::Roles;
use crate::proof::{Answer, Confidence, Proof, Step, merge};
use crate::rows::Admin;
use crate::table::Row;
use crate::words::{principal, role};
use crate::{Dataset, Gap, Judged, Scope, Snapshot, Status, catalogue, text};

/// Administrative users and what they hold.
#[derive(Debug)]
pub struct Administrators<'s> {
    entries: Vec<AdminEntry<'s>>,
    holes: Vec<Gap>,
    silence: Vec<Gap>,
}

/// An administrative user.
#[derive(Debug)]
pub struct AdminEntry<'s> {
    /// Name as the site writes it.
    pub name: Spanned<&'s str>,
    /// SID, from the row or through the name.
    pub sid: Option<Sid>,
    /// The row.
    pub row: &'s Row<Admin<'s>>,
    /// 0 user, 1 group, 2 computer.
    pub account_type: Option<i64>,
}

/// A role that an administrative user holds, somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeldRole<'s> {
    /// Its name, or its identifier where nothing says the name.
    pub name: &'s str,
    /// Its identifier, where it is known.
    pub id: Option<&'s str>,
    /// Where it is assigned.
    pub at: Span,
    /// How sure it is which role it is: by identifier, or by name only.
    pub confidence: Confidence,
}

impl HeldRole<'_> {
    /// Whether it is the built-in role of an identifier (`SMS0001R`).
    pub fn is(&self, id: &str) -> bool {
        self.id.is_some_and(|own| own.trim().eq_ignore_ascii_case(id))
    }
}

impl<'s> AdminEntry<'s> {
    /// The roles that it holds, wherever, each once. By identifiers where the row has them, else by names;
    /// built-in roles of sites in English are known by theirs.
    ///
    /// # Errors
    /// The hole, when the row lists neither.
    pub fn roles(&self, known: &Roles<'s>) -> Judged<Vec<HeldRole<'s>>> {
        let mut held: Vec<HeldRole<'s>> = Vec::new();
        let mut add = |role: HeldRole<'s>| {
            if !held.iter().any(|other| other.name.eq_ignore_ascii_case(role.name)) {
                held.push(role);
            }
        };
        let row = &self.row.data;
        let ids = row.roles.get().into_iter().flat_map(|ids| ids.iter());
        let mut listed = false;
        for id in ids.filter(|id| !id.value.trim().is_empty()) {
            let own: &'s str = id.value.trim();
            let name = known.by_id(own).map(|role| role.name.value);
            let name = name.or_else(|| catalogue::built_in_role(own).map(|role| role.name));
            let name = name.unwrap_or(own);
            add(HeldRole { name, id: Some(own), at: id.span, confidence: Confidence::High });
            listed = true;
        }
        if !listed {
            let names = row.role_names.get().into_iter().flat_map(|names| names.iter());
            for name in names.filter(|name| !name.value.trim().is_empty()) {
                let own: &'s str = name.value.trim();
                let id = known.by_name(own).and_then(|role| role.id).map(|id| id.value);
                let built_in = || catalogue::BUILT_IN_ROLES.iter().find(|r| r.name.eq_ignore_ascii_case(own));
                let id = id.or_else(|| built_in().map(|role| role.id));
                add(HeldRole { name: own, id, at: name.span, confidence: Confidence::Medium });
                listed = true;
            }
        }
        if listed || self.row.collected("Roles") && !row.roles.is_unreadable() {
            Ok(held)
        } else {
            Err(vec![self.row.gap(&Scope::Hierarchy, "Roles")])
        }
    }

    /// Whether it is a user or group of Microsoft Entra ID, which is nobody in Active Directory.
    pub fn is_of_entra(&self) -> bool {
        self.account_type.is_some_and(|kind| kind >= 128)
    }
}

impl<'s> Administrators<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Self {
        let mut entries: Vec<AdminEntry<'s>> = snapshot
            .admins
            .rows()
            .map(|(_, row)| {
                let name = row.logon_name.filled().unwrap_or(Spanned::new("", row.span));
                let own = row.admin_sid.filled().and_then(|s| s.value.parse().ok());
                let sid = own.or_else(|| match principals.resolve(name, &Home::default()) {
                    Principal::Resolved { sid, .. } => Some(sid),
                    _ => None,
                });
                AdminEntry { name, sid, row, account_type: row.account_type.get().map(|t| t.0) }
            })
            .collect();
        entries.sort_by_key(|e| e.row.span);
        let holes = snapshot.holes(Dataset::Admin, true);
        Administrators { entries, holes, silence: snapshot.silence(Dataset::Admin) }
    }

    /// All administrative users.
    pub fn iter(&self) -> impl Iterator<Item = &AdminEntry<'s>> {
        self.entries.iter()
    }

    /// Why there may be more; empty when the list is complete.
    pub fn holes(&self) -> &[Gap] {
        &self.holes
    }

    /// Why somebody who is not listed may be an administrative user all the same; see
    /// [`Snapshot::silence`].
    pub fn silence(&self) -> &[Gap] {
        &self.silence
    }

    /// The administrative user with this SID, itself and not through a group.
    pub fn by_sid(&self, sid: &Sid) -> Option<&AdminEntry<'s>> {
        self.entries.iter().find(|e| e.sid == Some(*sid))
    }

    /// The administrative user with this name, in any case; a name match.
    pub fn by_name(&self, name: &str) -> Option<&AdminEntry<'s>> {
        self.entries.iter().find(|e| e.name.value.eq_ignore_ascii_case(name.trim()))
    }

    /// The administrative users that an account is, itself and through groups, each with the way to it, and the
    /// holes that could hide more. Without a SID only its name is compared, which is less sure.
    pub fn that_are(
        &self,
        who: &Principal,
        name: &str,
        principals: &Principals<'s>,
    ) -> (Vec<(&AdminEntry<'s>, Proof)>, Vec<Gap>) {
        if let Some(sid) = who.sid() {
            let (reached, graph) = principals.reach(&sid, None);
            let found = reached.into_iter();
            let found = found.filter_map(|(holder, way)| Some((self.by_sid(&holder.sid)?, way)));
            return (found.collect(), self.hidden(graph));
        }
        let mut holes = self.silence.clone();
        if let Some(entry) = self.by_name(name) {
            let text = text!("`{}` is an administrative user by that name", principal(entry.name.value));
            let step = Step::read(text, entry.name.span).confidence(Confidence::Medium);
            return (vec![(entry, Proof::of(step))], holes);
        }
        // Groups cannot be followed from a name; an account that does not exist is in none.
        if !matches!(who, Principal::NotFound(_)) {
            merge(&mut holes, principals.unresolved(name));
        }
        (Vec::new(), holes)
    }

    /// Whether an account is an administrative user, itself or through a group. Without a SID only its
    /// name is compared, which is less sure.
    pub fn is_administrator(&self, who: &Principal, name: &str, principals: &Principals<'s>) -> Answer {
        let (found, holes) = self.that_are(who, name, principals);
        let Some((entry, way)) = found.into_iter().next() else { return Answer::no_unless(holes) };
        if who.sid().is_none() {
            return Answer::Yes(way);
        }
        let names = entry.row.role_names.get().into_iter().flat_map(|n| n.iter());
        let roles: Vec<String> = names.map(|n| n.value.to_string()).collect();
        let text = if roles.is_empty() {
            text!("`{}` is an administrative user", principal(entry.name.value))
        } else {
            text!(
                "`{}` is an administrative user with {}",
                principal(entry.name.value),
                role(roles.join(", "))
            )
        };
        Answer::Yes(way.then(Step::read(text, entry.name.span)))
    }

    /// Why somebody may be an administrative user although no row says so; `graph` is what hides memberships.
    fn hidden(&self, graph: Vec<Gap>) -> Vec<Gap> {
        let mut all = self.silence.clone();
        for entry in self.entries.iter().filter(|e| e.sid.is_none()) {
            let why = format!("the administrative user `{}` has no SID", entry.name.value);
            merge(&mut all, [Gap::new(Dataset::Admin, Scope::Hierarchy, Status::Partial, why)]);
        }
        // Group memberships matter only where a group is an administrative user.
        if self.entries.iter().any(|e| e.account_type == Some(1) || e.row.is_group.get().is_some_and(|g| g.0))
        {
            merge(&mut all, graph);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Role;
    use crate::views::testing::{Made, sid};

    fn held(row: impl FnOnce(&mut Made) -> Admin<'static>) -> Option<Vec<(String, Option<String>)>> {
        let mut made = Made::new();
        let role = Role {
            role_id: made.field("PS100001"),
            role_name: made.field("Packaging Desk"),
            operations: made.list(Vec::new()),
            ..Role::default()
        };
        made.put(&Scope::Hierarchy, role);
        let row = row(&mut made);
        made.put(&Scope::Hierarchy, row);
        made.close();
        let principals = Principals::build(&made.snapshot);
        let (roles, administrators) =
            (Roles::build(&made.snapshot), Administrators::build(&made.snapshot, &principals));
        let held = administrators.iter().next().unwrap().roles(&roles).ok()?;
        Some(held.iter().map(|role| (role.name.to_owned(), role.id.map(str::to_owned))).collect())
    }

    fn pairs(all: &[(&str, Option<&str>)]) -> Option<Vec<(String, Option<String>)>> {
        Some(all.iter().map(|(name, id)| ((*name).to_owned(), id.map(str::to_owned))).collect())
    }

    #[test]
    fn roles_are_known_by_identifier_and_by_name() {
        let by_id = held(|made| Admin { roles: made.texts(&["sms0001r", "PS100001"]), ..Admin::default() });
        assert_eq!(
            by_id,
            pairs(&[("Full Administrator", Some("sms0001r")), ("Packaging Desk", Some("PS100001"))])
        );
        let by_name = |made: &mut Made| Admin {
            role_names: made.texts(&["Full Administrator", "packaging desk", "Unheard of"]),
            ..Admin::default()
        };
        let known = [
            ("Full Administrator", Some("SMS0001R")),
            ("packaging desk", Some("PS100001")),
            ("Unheard of", None),
        ];
        assert_eq!(held(by_name), pairs(&known));
    }

    #[test]
    fn roles_that_were_read_by_key_and_are_empty_are_none() {
        assert_eq!(held(|made| Admin { roles: made.texts(&[]), ..Admin::default() }), pairs(&[]));
    }

    #[test]
    fn a_member_of_a_group_is_what_the_group_is() {
        let mut made = Made::new().user(1201, "svc-web", &["Web"]).object("group", 1301, "Web", &[]);
        let group = Admin {
            admin_sid: made.field(&sid(1301).to_string()),
            logon_name: made.field("CORP\\Web"),
            account_type: made.number(1),
            ..Admin::default()
        };
        made.put(&Scope::Hierarchy, group);
        made.close();
        let name = made.text("CORP\\svc-web");
        let principals = Principals::build(&made.snapshot);
        let administrators = Administrators::build(&made.snapshot, &principals);
        let who = principals.resolve(Spanned::new(&*name.value, name.span), &Home::default());
        let (found, holes) = administrators.that_are(&who, "CORP\\svc-web", &principals);
        assert_eq!(found.iter().map(|(entry, _)| entry.name.value).collect::<Vec<_>>(), ["CORP\\Web"]);
        assert!(holes.is_empty(), "{holes:?}");
    }
}
