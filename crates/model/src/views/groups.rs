//! The groups of the product as computers list them, and how their members compare with those who belong
//! there.

use cmlint_source::{Span, Spanned};
use cmlint_winsec::Sid;

use super::expected::{ConfigMgrGroup, Expected};
use super::principals::{Home, Principals};
use crate::need::Each;
use crate::proof::{Answer, merge};
use crate::rows::{LocalGroup, Member, place_of};
use crate::table::Row;
use crate::words::{Name, host as host_name, principal};
use crate::{Dataset, Gap, Judged, Key, Scope, Text, text};

/// A group of the product on a computer.
#[derive(Clone, Debug)]
pub struct FoundGroup<'s> {
    /// Which one.
    pub group: ConfigMgrGroup,
    /// The computer.
    pub scope: &'s Scope,
    /// Key of the computer.
    pub host: &'s str,
    /// How the computer lists it.
    pub row: &'s Row<LocalGroup<'s>>,
}

/// A direct member of a group.
#[derive(Clone, Debug)]
pub struct GroupMember<'s> {
    /// Its SID, as it is listed or through its name.
    pub sid: Option<Sid>,
    /// Its name as it is listed; empty where none is.
    pub name: &'s str,
    /// `User`, `Group` or `Computer`; empty where the list does not say.
    pub class: &'s str,
    /// Where it is listed.
    pub span: Span,
}

/// How a group differs from what it should hold.
#[derive(Clone, Debug, Default)]
pub struct Difference<'s> {
    /// Members who do not belong there.
    pub extra: Vec<GroupMember<'s>>,
    /// Those who belong there and are missing, one for each place that nobody takes.
    pub missing: Vec<Expected>,
    /// What keeps more of either from being known.
    pub holes: Vec<Gap>,
}

impl<'s> FoundGroup<'s> {
    /// A listed group, if it is one of the product's.
    pub fn of(scope: &'s Scope, row: &'s Row<LocalGroup<'s>>) -> Option<FoundGroup<'s>> {
        let Scope::Host(host) = scope else { return None };
        let group = ConfigMgrGroup::parse(row.name.get()?)?;
        Some(FoundGroup { group, scope, host, row })
    }

    /// All groups of the product on all computers that were collected.
    pub fn all(groups: &Each<'s, LocalGroup<'s>>) -> Vec<FoundGroup<'s>> {
        groups.iter().filter_map(|(scope, row)| Self::of(scope, row)).collect()
    }

    /// A group on one computer, and the hole that could hide it.
    pub fn on(
        groups: &Each<'s, LocalGroup<'s>>,
        host: &str,
        group: &ConfigMgrGroup,
    ) -> (Option<FoundGroup<'s>>, Option<Gap>) {
        let hole = groups.at(&Scope::host(host)).1;
        let mut found = Self::all(groups).into_iter();
        (found.find(|found| found.host == host && found.group == *group), hole)
    }

    /// The name as the computer lists it.
    pub fn name(&self) -> &'s str {
        self.row.name.get().map_or("", |name| name.trim())
    }

    /// The SID.
    pub fn sid(&self) -> Option<Sid> {
        self.row.group_sid()
    }

    /// Where the group is listed.
    pub fn span(&self) -> Span {
        place_of(&self.row.name, self.row.span)
    }

    /// "SMS Admins on cm01.contoso.com".
    pub fn label(&self) -> Text {
        text!("{} on {}", principal(self.name()), host_name(self.host))
    }

    /// `host:cm01/group:<SID>`.
    pub fn key(&self) -> Key {
        match self.sid() {
            Some(sid) => Key::host(self.host).then("group", &sid.to_string()),
            None => self.key_by_name(),
        }
    }

    /// `host:cm01/group-name:<name>`, by which the group can be named too.
    pub fn key_by_name(&self) -> Key {
        Key::host(self.host).name("group-name", self.name())
    }

    /// The direct members.
    ///
    /// # Errors
    /// The hole, when they could not be read.
    pub fn members(&self, principals: &Principals<'s>) -> Judged<Vec<GroupMember<'s>>> {
        let members = self.row.data.listed(self.scope)?;
        Ok(members.iter().map(|member| GroupMember::of(member, self.host, principals)).collect())
    }

    /// Compares the members with those who belong there; `holes` are what could hide more of these.
    pub fn difference(
        &self,
        members: &[GroupMember<'s>],
        expected: &[Expected],
        holes: &[Gap],
        principals: &Principals<'s>,
    ) -> Difference<'s> {
        // What hides somebody who belongs here hides as well that somebody is missing.
        let mut difference = Difference { holes: holes.to_vec(), ..Difference::default() };
        for member in members {
            if expected.iter().any(|e| member.is(e.sid, &e.name)) {
                continue;
            }
            let mut doubts = holes.to_vec();
            let nameless = expected.iter().filter(|e| e.sid.is_none() && member.may_be(&e.name));
            merge(&mut doubts, nameless.flat_map(|e| principals.unresolved(&e.name)));
            if doubts.is_empty() {
                difference.extra.push(member.clone());
            } else {
                merge(&mut difference.holes, doubts);
            }
        }
        let mut places: Vec<&str> = expected.iter().filter(|e| e.required).map(|e| e.of.as_str()).collect();
        places.dedup();
        for place in places {
            let of_place = || expected.iter().filter(|e| e.of == place);
            if of_place().any(|e| members.iter().any(|m| m.is(e.sid, &e.name))) {
                continue;
            }
            let Some((first, sid)) = of_place().find_map(|e| Some((e, e.sid?))) else {
                merge(&mut difference.holes, of_place().flat_map(|e| principals.unresolved(&e.name)));
                continue;
            };
            match self.is_nested(&sid, members, principals) {
                Answer::Yes(_) => {}
                Answer::No => difference.missing.push(first.clone()),
                Answer::Unknown(gaps) => merge(&mut difference.holes, gaps),
            }
        }
        difference
    }

    /// Whether an account that is not listed is in the group all the same, through a group that is.
    pub fn is_nested(&self, who: &Sid, members: &[GroupMember<'s>], principals: &Principals<'s>) -> Answer {
        let groups = members.iter().any(|m| !m.is_user() && !m.is_computer());
        let nameless = members.iter().any(|m| m.sid.is_none());
        match self.sid() {
            _ if nameless => {
                let why = format!("a member of `{}` has no SID", self.name());
                Answer::Unknown(vec![Gap::property(Dataset::LocalGroup, self.scope.clone(), "Members", why)])
            }
            Some(group) if groups => principals.membership(who, &group, Some(self.host)),
            _ => Answer::No,
        }
    }
}

impl<'s> GroupMember<'s> {
    fn of(member: &'s Spanned<Member<'s>>, host: &str, principals: &Principals<'s>) -> GroupMember<'s> {
        let name = member.name.filled();
        let resolved = || name.and_then(|name| principals.resolve(name, &Home { host: Some(host) }).sid());
        GroupMember {
            sid: member.value.member_sid().or_else(resolved),
            name: name.map_or("", |name| name.value.trim()),
            class: member.object_class.get().map_or("", |class| class.trim()),
            span: place_of(&member.name, member.span),
        }
    }

    /// Whether the list says that it is a user. A group managed service account is one in some lists.
    pub fn is_user(&self) -> bool {
        self.class.eq_ignore_ascii_case("user")
    }

    /// Whether the list says that it is a computer.
    pub fn is_computer(&self) -> bool {
        self.class.eq_ignore_ascii_case("computer")
    }

    /// Same SID; where one of the two has none, same name.
    pub fn is(&self, sid: Option<Sid>, name: &str) -> bool {
        match (self.sid, sid) {
            (Some(mine), Some(other)) => mine == other,
            _ => !self.name.is_empty() && self.name.eq_ignore_ascii_case(name.trim()),
        }
    }

    /// Whether somebody of whom only a name is known could be this member: it has no name to compare, or the
    /// same one in a domain that is written otherwise.
    fn may_be(&self, name: &str) -> bool {
        let last = |name: &str| name.rsplit('\\').next().unwrap_or_default().to_lowercase();
        self.name.is_empty() || self.name.starts_with("S-1-") || last(self.name) == last(name.trim())
    }

    /// Its name for a reader, else its SID.
    pub fn label(&self, principals: &Principals<'_>) -> Name {
        match self.sid {
            Some(sid) => principals.label(&sid),
            None => principal(self.name),
        }
    }

    /// Its key below that of its group.
    pub fn key(&self, group: &FoundGroup<'_>) -> Key {
        match self.sid {
            Some(sid) => group.key().then("member", &sid.to_string()),
            None => self.key_by_name(group),
        }
    }

    /// Its key by its name.
    pub fn key_by_name(&self, group: &FoundGroup<'_>) -> Key {
        group.key().name("member-name", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::need::{Context, Need};
    use crate::proof::{Proof, Step};
    use crate::rows::Member;
    use crate::views::Views;
    use crate::views::testing::{Made, sid};

    const HOST: &str = "cm1.corp.example";

    fn world(members: &[(&str, Option<u32>, &str)]) -> Made {
        let mut made = Made::new()
            .object("computer", 1101, "MP1$", &["nest"])
            .group(1102, "nest", &[])
            .user(1103, "eve", &[])
            .group(513, "Domain Users", &[])
            .group(515, "Domain Computers", &[]);
        let members = members
            .iter()
            .map(|(name, rid, class)| Member {
                name: made.field(name),
                sid: rid.map_or(Default::default(), |rid| made.field(&sid(rid).to_string())),
                object_class: made.field(class),
            })
            .collect();
        let group = LocalGroup {
            name: made.field("SMS Admins"),
            sid: made.field("S-1-5-21-7-7-7-1002"),
            members: made.list(members),
            ..Default::default()
        };
        made.put(&Scope::host(HOST), group);
        made.close();
        made
    }

    fn expected(rid: Option<u32>, name: &str, of: &str) -> Expected {
        let why = Step::rule(text!("it is needed"));
        Expected { sid: rid.map(sid), name: name.to_owned(), of: of.to_owned(), required: true, why }
    }

    /// Names of extra members, names of missing ones, number of holes.
    fn differ(
        members: &[(&str, Option<u32>, &str)],
        expected: &[Expected],
    ) -> (Vec<String>, Vec<String>, usize) {
        let made = world(members);
        let principals = Principals::build(&made.snapshot);
        let views = Views::default();
        let groups = Each::resolve(Context::new(&made.snapshot, &views));
        let (found, hole) = FoundGroup::on(&groups, HOST, &ConfigMgrGroup::SmsAdmins);
        assert!(hole.is_none());
        let found = found.unwrap();
        let members = found.members(&principals).unwrap();
        let difference = found.difference(&members, expected, &[], &principals);
        let extra = difference.extra.iter().map(|m| m.name.to_owned()).collect();
        (extra, difference.missing.into_iter().map(|m| m.name).collect(), difference.holes.len())
    }

    #[test]
    fn members_are_compared_by_sid_in_both_directions() {
        let wanted = [expected(Some(1101), r"OLD\NAME$", "computer mp1")];
        let none: [String; 0] = [];
        assert_eq!(differ(&[(r"CORP\MP1$", Some(1101), "Computer")], &wanted), (vec![], vec![], 0));
        let (extra, missing, holes) = differ(&[(r"CORP\eve", Some(1103), "User")], &wanted);
        assert_eq!((extra, missing, holes), (vec![r"CORP\eve".to_owned()], vec![r"OLD\NAME$".to_owned()], 0));
        assert_eq!(differ(&[], &[]).0, none);
    }

    #[test]
    fn one_of_several_for_the_same_place_is_enough() {
        let of = "computer mp1";
        let wanted = [expected(Some(1101), r"CORP\MP1$", of), expected(Some(1103), r"CORP\eve", of)];
        assert_eq!(differ(&[(r"CORP\eve", Some(1103), "User")], &wanted), (vec![], vec![], 0));
    }

    #[test]
    fn who_is_in_a_member_group_is_not_missing() {
        let wanted = [expected(Some(1101), r"CORP\MP1$", "computer mp1")];
        let (extra, missing, holes) = differ(&[(r"CORP\nest", Some(1102), "Group")], &wanted);
        assert_eq!((extra, missing, holes), (vec![r"CORP\nest".to_owned()], vec![], 0));
    }

    #[test]
    fn somebody_known_by_name_alone_may_be_a_member_under_another_spelling() {
        let wanted = [expected(None, r"corp.example\EVE", "route a to b")];
        let (extra, missing, holes) = differ(&[(r"CORP\eve", Some(1103), "User")], &wanted);
        assert!(extra.is_empty() && missing.is_empty() && holes > 0);
    }

    #[test]
    fn an_account_is_gone_when_the_whole_directory_does_not_hold_it() {
        let made = world(&[]);
        let principals = Principals::build(&made.snapshot);
        assert!(principals.gone(&sid(1103)).is_none());
        let step = principals.gone(&sid(4711)).unwrap();
        assert_eq!(Proof::of(step).steps.len(), 1);
        assert!(principals.gone(&"S-1-5-21-8-8-8-1000".parse().unwrap()).is_none(), "another domain");
    }
}
