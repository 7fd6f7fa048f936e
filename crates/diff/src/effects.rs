//! Who gained and lost which effective right, and by which path.
//!
//! A change underneath concerns somebody: the member that moved, the trustee of an entry, the administrative
//! user. Only these, and everybody who is in them, can have other rights than before; they are asked about on
//! both sides. A right counts as gained when it is certain now and was not before.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::proof::Proof;
use cmlint_model::rows::{AclEntry, DirectoryObject, SqlDatabasePrincipal, UserRight};
use cmlint_model::views::{
    Acls, AskedRight, Guarded, HostRight, Permissions, Principals, Rights, Sql, SqlRight, Within,
};
use cmlint_model::words::{Name, database, host, path, role, term};
use cmlint_model::{Scope, Text, text};
use cmlint_winsec::{AccessMask, AceFlags, Effect as AceEffect, Guid, Kind, Sid, Tri, sddl};

use crate::entries::ObjectId;
use crate::pair::{Pair, Sight};
use crate::{Effect, members, roles};

/// Principals that are asked about.
const MOST: usize = 500;

/// A right that one side grants, so that both sides can be compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Right {
    /// Operations on a type of object within bounds.
    Product { within: Within, object_type: i64 },
    /// All that a role brings on types of objects.
    Role(String),
    /// Being in a group, on a computer where the group is one of its own.
    Group { group: Sid, host: Option<String> },
    /// A role of a server (without database) or database.
    SqlRole { server: String, database: String, role: String },
    /// A user right.
    User { host: String, right: &'static str },
    /// An entry's rights on an object.
    Entry { object: ObjectId, mask: u32, object_type: Option<Guid> },
}

impl Right {
    /// Those that bring many others come first.
    fn weight(&self) -> u8 {
        match self {
            Right::Product { .. } | Right::Role(_) => 0,
            Right::SqlRole { .. } => 1,
            Right::Group { .. } => 2,
            Right::Entry { .. } => 3,
            Right::User { .. } => 4,
        }
    }

    /// Whether it says nothing beside another one: fewer bits of the same object.
    fn is_part_of(&self, other: &Right) -> bool {
        match (self, other) {
            (
                Right::Entry { object, mask, object_type: None },
                Right::Entry { object: whole, mask: all, object_type: None },
            ) => object == whole && mask != all && mask & !all == 0,
            _ => false,
        }
    }
}

/// What somebody has: words, bits of the product where the right has some, and the way to it.
#[derive(Clone)]
struct Holding {
    words: Text,
    details: Vec<Text>,
    proof: Proof,
    granted: Option<Granted>,
}

/// Operations of a role on a type of object.
#[derive(Clone)]
struct Granted {
    role: String,
    /// The bounds in words; empty where there are none.
    within: Text,
    mask: i64,
}

impl Holding {
    fn new(words: Text, proof: Proof) -> Holding {
        Holding { words, details: Vec::new(), proof, granted: None }
    }
}

type Holdings = BTreeMap<Right, Holding>;

/// Effects, and how many principals were not asked about.
pub(crate) fn effects(
    pair: &Pair<'_, '_>,
    seeds: BTreeSet<Sid>,
    objects: &BTreeSet<ObjectId>,
) -> (Vec<Effect>, usize) {
    let members = members::members(pair);
    let mut all = seeds.clone();
    let mut queue: Vec<Sid> = seeds.iter().copied().collect();
    while let Some(group) = queue.pop() {
        let inside = members.get(&group).into_iter().flatten();
        queue.extend(inside.filter(|member| all.insert(**member)));
    }
    // Those that moved come before those that are in them.
    let mut asked: Vec<Sid> = seeds.iter().copied().collect();
    asked.extend(all.iter().filter(|sid| !seeds.contains(*sid)));
    let left_out = asked.len().saturating_sub(MOST);
    asked.truncate(MOST);
    let ask = Ask { pair, changed: objects, named: naming(pair), hosts: hosts(pair) };
    let mut gained: BTreeMap<Right, Vec<(Sid, Holding)>> = BTreeMap::new();
    let mut lost: BTreeMap<Right, Vec<(Sid, Holding)>> = BTreeMap::new();
    for who in asked {
        let (old, new) = ask.holdings(&who);
        difference(pair.new, &old, &new, &who, &mut gained);
        difference(pair.old, &new, &old, &who, &mut lost);
    }
    let mut effects = Vec::new();
    for (is_gain, found, sight) in [(true, gained, pair.new), (false, lost, pair.old)] {
        for (right, holders) in found {
            let weight = right.weight();
            effects.extend(grouped(is_gain, holders, sight).into_iter().map(|effect| (weight, effect)));
        }
    }
    effects
        .sort_by_cached_key(|(weight, e)| (!e.gained, e.who.first().cloned(), *weight, e.right.to_string()));
    (effects.into_iter().map(|(_, effect)| effect).collect(), left_out)
}

/// What one side grants beyond the other. What a role brings is one effect.
fn difference(
    sight: &Sight<'_>,
    without: &Holdings,
    with: &Holdings,
    who: &Sid,
    found: &mut BTreeMap<Right, Vec<(Sid, Holding)>>,
) {
    let mut roles: BTreeMap<String, Brought> = BTreeMap::new();
    for (right, holding) in with {
        if let (Right::Product { object_type, .. }, Some(granted)) = (right, &holding.granted) {
            let had = without.get(right).and_then(|h| h.granted.as_ref()).map_or(0, |g| g.mask);
            let mask = granted.mask & !had;
            if mask != 0 {
                let brought = roles.entry(granted.role.clone()).or_default();
                brought.add(*object_type, mask, &granted.within, &holding.proof);
            }
        } else if !without.contains_key(right)
            && !with.keys().any(|other| right.is_part_of(other) && !without.contains_key(other))
        {
            found.entry(right.clone()).or_default().push((*who, holding.clone()));
        }
    }
    for (name, brought) in roles {
        let right = Right::Role(name.to_lowercase());
        found.entry(right).or_default().push((*who, brought.holding(&name, sight)));
    }
}

/// What a role brings.
#[derive(Default)]
struct Brought {
    /// (type of object, bits) → bounds.
    operations: BTreeMap<(i64, i64), BTreeSet<Text>>,
    proof: Option<Proof>,
}

impl Brought {
    fn add(&mut self, object_type: i64, mask: i64, within: &Text, proof: &Proof) {
        self.operations.entry((object_type, mask)).or_default().insert(within.clone());
        if self.proof.as_ref().is_none_or(|known| proof.steps.len() < known.steps.len()) {
            self.proof = Some(proof.clone());
        }
    }

    fn holding(self, name: &str, sight: &Sight<'_>) -> Holding {
        let bounds = |all: &BTreeSet<Text>| {
            let all: Vec<Text> = all.iter().filter(|text| !text.is_empty()).cloned().collect();
            if all.is_empty() { Text::default() } else { text!(" within {}", Text::join(all, ", ")) }
        };
        let details = self.operations.iter().map(|((object_type, mask), within)| {
            let kind = roles::type_name(sight, *object_type);
            text!("{} on {}{}", roles::bits(sight, *object_type, *mask), kind, bounds(within))
        });
        let mut proof = self.proof.unwrap_or_default();
        // The details say what the role grants.
        if proof.steps.len() > 1 {
            proof.steps.pop();
        }
        let words = text!("what the role `{}` grants", role(name));
        Holding { details: details.collect(), ..Holding::new(words, proof) }
    }
}

/// One effect for all who gained the same: those whose way leads through another of them are named as such.
fn grouped(gained: bool, holders: Vec<(Sid, Holding)>, sight: &Sight<'_>) -> Vec<Effect> {
    let principals = sight.view::<Principals<'_>>();
    let mut by_words: BTreeMap<String, Vec<(Sid, Holding)>> = BTreeMap::new();
    for (sid, holding) in holders {
        let details: Vec<String> = holding.details.iter().map(Text::to_string).collect();
        let words = format!("{}\0{}", holding.words, details.join("\0"));
        by_words.entry(words).or_default().push((sid, holding));
    }
    let mut effects = Vec::new();
    for (_, holders) in by_words {
        let labels: BTreeMap<Sid, Name> =
            holders.iter().map(|(sid, _)| (*sid, principals.label(sid))).collect();
        let through = |sid: &Sid, holding: &Holding| {
            let own = &labels[sid];
            let mut names = holding.proof.steps.iter().flat_map(|step| step.text.names());
            names.any(|name| name != own && labels.values().any(|label| label == name))
        };
        let mut effect = Effect {
            gained,
            right: Text::default(),
            details: holders[0].1.details.clone(),
            who: Vec::new(),
            through: Vec::new(),
            proof: Proof::default(),
        };
        for (sid, holding) in &holders {
            if through(sid, holding) {
                effect.through.push(labels[sid].clone());
            } else {
                if effect.who.is_empty() {
                    effect.proof = holding.proof.clone();
                    effect.right = holding.words.clone();
                }
                effect.who.push(labels[sid].clone());
            }
        }
        // Groups that are in each other.
        if effect.who.is_empty() {
            effect.who = std::mem::take(&mut effect.through);
            effect.proof = holders[0].1.proof.clone();
            effect.right = holders[0].1.words.clone();
        }
        effect.who.sort();
        effect.through.sort();
        effects.push(effect);
    }
    effects
}

/// What principals are asked about.
struct Ask<'a, 'p, 's> {
    pair: &'a Pair<'p, 's>,
    /// Objects whose entries changed.
    changed: &'a BTreeSet<ObjectId>,
    /// Objects with an entry for a principal, on either side.
    named: BTreeMap<Sid, BTreeSet<ObjectId>>,
    hosts: BTreeSet<String>,
}

impl Ask<'_, '_, '_> {
    /// What somebody has on each side, as far as it can have changed.
    fn holdings(&self, who: &Sid) -> (Holdings, Holdings) {
        let Pair { old: was, new: is, .. } = *self.pair;
        let (mut old, mut new) = (Holdings::new(), Holdings::new());
        product(was, who, &mut old);
        product(is, who, &mut new);
        sql(was, who, &mut old);
        sql(is, who, &mut new);
        let mut moved: BTreeSet<Sid> = BTreeSet::new();
        for host in std::iter::once(None).chain(self.hosts.iter().map(|host| Some(host.as_str()))) {
            let (before, after) = (groups(was, who, host), groups(is, who, host));
            let either = before.keys().chain(after.keys());
            let other: BTreeSet<Sid> =
                either.filter(|sid| before.contains_key(sid) != after.contains_key(sid)).copied().collect();
            for group in &other {
                // Groups of the directory are told once, without a computer.
                if host.is_none() || is_local(is, group, host) {
                    membership(was, group, host, &before, &mut old);
                    membership(is, group, host, &after, &mut new);
                }
            }
            moved.extend(other);
            if let Some(host) = host {
                rights(was, who, host, &mut old);
                rights(is, who, host, &mut new);
            }
        }
        let mut concerned = self.changed.clone();
        concerned.extend(moved.iter().filter_map(|sid| self.named.get(sid)).flatten().cloned());
        for object in &concerned {
            entry_rights(self.pair, who, object, &mut old, &mut new);
        }
        (old, new)
    }
}

fn membership(
    sight: &Sight<'_>,
    group: &Sid,
    host: Option<&str>,
    reached: &BTreeMap<Sid, Proof>,
    holdings: &mut Holdings,
) {
    let Some(proof) = reached.get(group) else { return };
    // A step alone is told as a change already.
    if proof.steps.len() > 1 {
        let name = sight.view::<Principals<'_>>().label(group);
        let at = host.map_or_else(Text::default, |key| text!(" on {}", self::host(key)));
        let words = text!("membership of `{}`{}", name, at);
        let right = Right::Group { group: *group, host: host.map(str::to_owned) };
        holdings.insert(right, Holding::new(words, proof.clone()));
    }
}

fn product(sight: &Sight<'_>, who: &Sid, holdings: &mut Holdings) {
    let permissions = sight.view::<Permissions<'_>>();
    let (grants, _) = permissions.grants(who, sight.view::<Principals<'_>>());
    for grant in grants {
        let within = match &grant.within {
            Within::AllObjects => Text::default(),
            Within::Scope { name, .. } => text!("the security scope `{}`", role(name)),
            Within::Collection { name, .. } => text!("the collection `{}`", role(name)),
        };
        let right = Right::Product { within: grant.within, object_type: grant.object_type };
        let granted = Granted { role: grant.role, within, mask: grant.mask };
        let new = Holding { granted: Some(granted), ..Holding::new(Text::default(), grant.proof) };
        match holdings.entry(right) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(new);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                // Of several roles the one that grants most speaks, and all bits count.
                let mask = |holding: &Holding| holding.granted.as_ref().map_or(0, |g| g.mask);
                let (held, all) = (mask(entry.get()), mask(entry.get()) | mask(&new));
                if (mask(&new) & !held).count_ones() > held.count_ones() {
                    entry.insert(new);
                }
                if let Some(granted) = &mut entry.get_mut().granted {
                    granted.mask = all;
                }
            }
        }
    }
}

fn sql(sight: &Sight<'_>, who: &Sid, holdings: &mut Holdings) {
    let view = sight.view::<Sql<'_>>();
    let principals = sight.view::<Principals<'_>>();
    let scopes: BTreeSet<&Scope> = sight.rows::<SqlDatabasePrincipal<'_>>().map(|(scope, _)| scope).collect();
    for scope in scopes {
        let Scope::Database { server, name } = scope else { continue };
        let mut put = |name: &str, role: &str, proof: Proof| {
            let place = match name {
                "" => text!("the server {}", host(server)),
                name => text!("{} on {}", database(name), host(server)),
            };
            let words = text!("the role {} in {}", database(role), place);
            let right = Right::SqlRole {
                server: server.clone(),
                database: name.to_owned(),
                role: role.to_lowercase(),
            };
            holdings.entry(right).or_insert(Holding::new(words, proof));
        };
        let (roles, _) = view.database_roles(who, scope, principals);
        for (role, proof) in roles.into_iter().filter(|(role, _)| role != "public") {
            put(name, &role, proof);
        }
        // The second is worth a word only without the first, which has all of it.
        for role in ["sysadmin", "securityadmin"] {
            let answer = view.sql_right(who, scope, SqlRight::ServerRole(role), principals);
            if let cmlint_model::proof::Answer::Yes(proof) = answer {
                put("", role, proof);
                break;
            }
        }
    }
}

/// Rights that are worth a sentence: ways to sign in, and privileges that give away a computer.
const USER_RIGHTS: [&str; 16] = [
    "SeInteractiveLogonRight",
    "SeRemoteInteractiveLogonRight",
    "SeNetworkLogonRight",
    "SeBatchLogonRight",
    "SeServiceLogonRight",
    "SeBackupPrivilege",
    "SeRestorePrivilege",
    "SeDebugPrivilege",
    "SeTcbPrivilege",
    "SeTakeOwnershipPrivilege",
    "SeLoadDriverPrivilege",
    "SeImpersonatePrivilege",
    "SeSecurityPrivilege",
    "SeCreateTokenPrivilege",
    "SeEnableDelegationPrivilege",
    "SeMachineAccountPrivilege",
];

fn rights(sight: &Sight<'_>, who: &Sid, key: &str, holdings: &mut Holdings) {
    let (view, principals) = (sight.view::<Rights<'_>>(), sight.view::<Principals<'_>>());
    for right in USER_RIGHTS {
        let answer = view.right_on_host(who, right, &Scope::host(key), principals);
        if let HostRight::Granted { proof, .. } = answer {
            let words = text!("{} on {}", term(right), host(key));
            holdings.insert(Right::User { host: key.to_owned(), right }, Holding::new(words, proof));
        }
    }
}

/// The rights of each granting entry of an object, asked of both sides.
fn entry_rights(pair: &Pair<'_, '_>, who: &Sid, object: &ObjectId, old: &mut Holdings, new: &mut Holdings) {
    let (before, after) = (guarded(pair.old, object), guarded(pair.new, object));
    let mut asked: BTreeMap<(u32, Option<Guid>), String> = BTreeMap::new();
    for guarded in [&before, &after].into_iter().flatten() {
        for (_, ace) in guarded.entries() {
            let granting = ace.kind.effect() == Some(AceEffect::Allow);
            if granting && !ace.flags.contains(AceFlags::INHERIT_ONLY) {
                let mask = object.kind.map_ace(ace.mask);
                asked.entry((mask.0, ace.object_type)).or_insert_with(|| object.kind.describe(mask));
                if ace.object_type.is_some() {
                    asked.insert((mask.0, ace.object_type), object.kind.describe_ace(ace));
                }
            }
        }
    }
    for (sight, guarded, holdings) in [(pair.old, before, old), (pair.new, after, new)] {
        let Some(guarded) = guarded else { continue };
        for ((mask, object_type), words) in &asked {
            let right = AskedRight { mask: AccessMask(*mask), object_type: *object_type };
            let ruling = guarded.allows(who, right, sight.view::<Principals<'_>>());
            if ruling.verdict == Tri::Yes {
                let at = guarded.host.as_ref().map_or_else(Text::default, |key| text!(" on {}", host(key)));
                let words = text!("{} on {}{}", term(words), path(&guarded.label), at);
                let right = Right::Entry { object: object.clone(), mask: *mask, object_type: *object_type };
                holdings.insert(right, Holding::new(words, ruling.proof));
            }
        }
    }
}

fn guarded(sight: &Sight<'_>, object: &ObjectId) -> Option<Guarded> {
    let principals = sight.view::<Principals<'_>>();
    match object.kind {
        Kind::DirectoryObject => {
            let (dns, row) = principals.by_dn(&object.path)?;
            Guarded::in_directory(principals, dns, row).ok()
        }
        kind => {
            let acls = sight.view::<Acls<'_>>();
            Guarded::on_host(acls, principals, &object.scope, kind, &object.path).ok()
        }
    }
}

/// Objects by the principals that their entries name, on either side.
fn naming(pair: &Pair<'_, '_>) -> BTreeMap<Sid, BTreeSet<ObjectId>> {
    let mut found: BTreeMap<Sid, BTreeSet<ObjectId>> = BTreeMap::new();
    for sight in [pair.old, pair.new] {
        let principals = sight.view::<Principals<'_>>();
        for (scope, row) in sight.rows::<AclEntry<'_>>() {
            let context = principals.context_of_host(&scope.key());
            let Some(kind) = Acls::kind_of(&row.kind.value, &row.path.value) else { continue };
            let Some(parsed) = row.sddl.as_ref().and_then(|text| sddl::parse(&text.value).ok()) else {
                continue;
            };
            let path = cmlint_model::path_key(&row.path.value);
            let id = ObjectId { scope: scope.clone(), kind, path };
            for sid in parsed.descriptor.dacl.entries().iter().filter_map(|a| a.trustee.resolve(&context)) {
                found.entry(sid).or_default().insert(id.clone());
            }
        }
        for (scope, row) in sight.rows::<DirectoryObject<'_>>() {
            let Ok(guarded) = Guarded::in_directory(principals, &scope.key(), row) else { continue };
            let context = principals.context_of_domain(&scope.key());
            let path = row.dn.value.to_lowercase();
            let id = ObjectId { scope: scope.clone(), kind: Kind::DirectoryObject, path };
            for sid in guarded.entries().filter_map(|(_, ace)| ace.trustee.resolve(&context)) {
                found.entry(sid).or_default().insert(id.clone());
            }
        }
    }
    found
}

/// Computers with local groups or user rights.
fn hosts(pair: &Pair<'_, '_>) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    for sight in [pair.old, pair.new] {
        let groups = sight.rows::<cmlint_model::rows::LocalGroup<'_>>().map(|(scope, _)| scope);
        for scope in groups.chain(sight.rows::<UserRight<'_>>().map(|(scope, _)| scope)) {
            if let Scope::Host(key) = scope {
                hosts.insert(key.clone());
            }
        }
    }
    hosts
}

fn groups(sight: &Sight<'_>, who: &Sid, host: Option<&str>) -> BTreeMap<Sid, Proof> {
    let (reached, _) = sight.view::<Principals<'_>>().reach(who, host);
    reached.into_iter().filter(|(holder, _)| holder.sid != *who).map(|(h, proof)| (h.sid, proof)).collect()
}

fn is_local(sight: &Sight<'_>, group: &Sid, host: Option<&str>) -> bool {
    sight.view::<Principals<'_>>().machine_of(group) == host || group.sub_authorities().first() == Some(&32)
}
