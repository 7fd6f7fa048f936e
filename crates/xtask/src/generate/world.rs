//! What the snapshot is about: sites, computers, accounts, groups. Everything is computed once, so that all
//! files speak of the same things.

use super::Sizes;
use super::random::Random;

/// DNS name of the domain.
pub(crate) const DNS: &str = "corp.example";
/// NetBIOS name of the domain.
pub(crate) const NETBIOS: &str = "CORP";
/// The end of every distinguished name.
pub(crate) const DN: &str = "DC=corp,DC=example";
/// Installation folder of the sites.
pub(crate) const INSTALL: &str = r"C:\Program Files\Microsoft Configuration Manager";
/// The network access account.
pub(crate) const NAA: &str = "svc-naa";
/// The client push account.
pub(crate) const PUSH: &str = "svc-push";

/// A site: code, type, parent, number of its servers (`cm00`, `sql00`).
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) code: &'static str,
    pub(crate) kind: u8,
    pub(crate) parent: &'static str,
    pub(crate) number: usize,
}

impl Site {
    pub(crate) fn server(&self) -> String {
        format!("cm0{}.{DNS}", self.number)
    }
    pub(crate) fn sql(&self) -> String {
        format!("sql0{}.{DNS}", self.number)
    }
    pub(crate) fn database(&self) -> String {
        format!("CM_{}", self.code)
    }
}

/// The sites.
pub(crate) const SITES: [Site; 3] = [
    Site { code: "CAS", kind: 4, parent: "", number: 0 },
    Site { code: "PS1", kind: 2, parent: "CAS", number: 1 },
    Site { code: "PS2", kind: 2, parent: "CAS", number: 2 },
];

/// A computer of the hierarchy.
#[derive(Debug)]
pub(crate) struct Host {
    /// Fully qualified name in lower case.
    pub(crate) name: String,
    /// Site and site system roles.
    pub(crate) site: &'static Site,
    pub(crate) roles: &'static [&'static str],
    /// SID of its own accounts.
    pub(crate) machine: String,
    /// SID of its account in the domain.
    pub(crate) sid: String,
    /// Its share of the descriptors.
    pub(crate) weight: usize,
}

impl Host {
    pub(crate) fn short(&self) -> String {
        self.name.split('.').next().unwrap_or_default().to_uppercase()
    }
    pub(crate) fn is_site_server(&self) -> bool {
        self.roles.contains(&"SMS Site Server")
    }
    pub(crate) fn is_sql(&self) -> bool {
        self.roles.contains(&"SMS SQL Server")
    }
}

/// What a principal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Group,
    User,
    Computer,
}

/// A principal of the domain.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) class: Class,
    /// `sAMAccountName`.
    pub(crate) sam: String,
    /// Common name and container.
    pub(crate) rdn: String,
    pub(crate) rid: u32,
    /// Groups it is directly in, by their index.
    pub(crate) groups: Vec<u32>,
}

impl Member {
    pub(crate) fn dn(&self) -> String {
        format!("{},{DN}", self.rdn)
    }
    pub(crate) fn name(&self) -> String {
        format!(r"{NETBIOS}\{}", self.sam)
    }
}

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) sizes: Sizes,
    /// SID of the domain.
    pub(crate) domain: String,
    pub(crate) hosts: Vec<Host>,
    /// Groups first, then users, then computers.
    pub(crate) members: Vec<Member>,
    /// Number of groups.
    pub(crate) groups: usize,
    /// Administrative users, by index.
    pub(crate) admins: Vec<usize>,
}

const SERVICE_ACCOUNTS: [&str; 8] =
    [NAA, PUSH, "svc-join", "svc-siteinst", "svc-mp", "svc-rsp", "svc-capture", "svc-insights"];

impl World {
    pub(crate) fn new(sizes: Sizes) -> World {
        let mut random = Random::new(sizes.seed, "world");
        let domain = machine_sid(&mut random);
        let hosts = hosts(&mut random, &domain);
        let (members, groups) = members(sizes, &hosts);
        let mut world = World { sizes, domain, hosts, members, groups, admins: Vec::new() };
        // Four administrative users for each MB of rows: a large hierarchy has some hundreds.
        let wanted = (sizes.odata_mb * 4).clamp(8, world.members.len());
        let people: Vec<usize> = (0..world.members.len())
            .filter(|i| world.members[*i].class != Class::Computer && !is_service(&world.members[*i].sam))
            .collect();
        if !people.is_empty() {
            world.admins = (0..wanted).map(|_| *random.pick(&people)).collect();
        }
        world.admins.sort_unstable();
        world.admins.dedup();
        world
    }

    /// The SID of a principal.
    pub(crate) fn sid(&self, member: &Member) -> String {
        format!("{}-{}", self.domain, member.rid)
    }

    /// The principal with an account name.
    pub(crate) fn by_sam(&self, sam: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.sam == sam)
    }
}

fn is_service(sam: &str) -> bool {
    SERVICE_ACCOUNTS.contains(&sam)
}

fn machine_sid(random: &mut Random) -> String {
    let part = |random: &mut Random| 100_000_000 + random.below(4_000_000_000 - 100_000_000);
    format!("S-1-5-21-{}-{}-{}", part(random), part(random), part(random))
}

fn hosts(random: &mut Random, domain: &str) -> Vec<Host> {
    const SERVER: &[&str] = &["SMS Site Server", "SMS Provider", "SMS Component Server", "SMS Site System"];
    const SQL: &[&str] = &["SMS SQL Server", "SMS Component Server", "SMS Site System"];
    const MP: &[&str] = &["SMS Management Point", "SMS Component Server", "SMS Site System"];
    const DP: &[&str] = &["SMS Distribution Point", "SMS Site System"];
    const RSP: &[&str] = &["SMS SRS Reporting Point", "SMS Component Server", "SMS Site System"];
    let mut hosts = Vec::new();
    let mut add = |name: String, site: &'static Site, roles: &'static [&'static str], weight: usize| {
        let sid = format!("{domain}-{}", 1105 + hosts.len());
        hosts.push(Host {
            name: format!("{name}.{DNS}"),
            site,
            roles,
            machine: machine_sid(random),
            sid,
            weight,
        });
    };
    for site in &SITES {
        add(format!("cm0{}", site.number), site, SERVER, 3);
        add(format!("sql0{}", site.number), site, SQL, 1);
    }
    for number in 1..=4 {
        add(format!("mp0{number}"), &SITES[1 + number % 2], MP, 1);
    }
    add("rs01".to_owned(), &SITES[0], RSP, 1);
    for number in 1..=13 {
        add(format!("dp{number:02}"), &SITES[1 + number % 2], DP, 2);
    }
    hosts
}

/// Groups are layers: a group of one layer is in one of the next, so that the longest way has `depth` steps,
/// and some are in two.
fn members(sizes: Sizes, hosts: &[Host]) -> (Vec<Member>, usize) {
    let mut random = Random::new(sizes.seed, "members");
    let depth = sizes.depth.max(1);
    let free = sizes.principals.saturating_sub(hosts.len() + SERVICE_ACCOUNTS.len());
    let groups = (free / 12).max(depth.min(free));
    let computers = free / 8;
    let users = free.saturating_sub(groups + computers);
    let mut members = Vec::with_capacity(sizes.principals);
    let mut rid = 2000;
    let mut add = |class, sam: String, rdn: String, groups| {
        members.push(Member { class, sam, rdn, rid, groups });
        rid += 1;
    };
    let chains = groups.div_ceil(depth);
    for index in 0..groups {
        let (chain, layer) = (index / depth, index % depth);
        let mut parents = Vec::new();
        let mut parent = |chain: usize| {
            let parent = chain * depth + layer + 1;
            if layer + 1 < depth && parent < groups {
                parents.push(parent as u32);
            }
        };
        parent(chain);
        if random.percent(10) {
            parent(random.below(chains));
        }
        let sam = format!("GG-{chain:05}-L{layer:02}");
        add(Class::Group, sam.clone(), format!("CN={sam},OU=Groups"), parents);
    }
    let some_groups = |random: &mut Random, most: usize| {
        let wanted = if groups == 0 { 0 } else { random.below(most + 1) };
        (0..wanted).map(|_| random.skewed(groups) as u32).collect::<Vec<_>>()
    };
    for name in SERVICE_ACCOUNTS {
        add(Class::User, name.to_owned(), format!("CN={name},OU=Service Accounts"), Vec::new());
    }
    for index in 0..users {
        let (given, family) = (random.pick(&GIVEN), random.pick(&FAMILY));
        let sam = format!("{}{}{index}", &given[..1].to_lowercase(), family.to_lowercase());
        let in_groups = some_groups(&mut random, 4);
        add(Class::User, sam, format!("CN={given} {family} {index},OU=Staff"), in_groups);
    }
    for index in 0..computers {
        let in_groups = some_groups(&mut random, 1);
        add(
            Class::Computer,
            format!("WKS-{index:06}$"),
            format!("CN=WKS-{index:06},OU=Workstations"),
            in_groups,
        );
    }
    for member in &mut members {
        member.groups.sort_unstable();
        member.groups.dedup();
    }
    for (index, host) in hosts.iter().enumerate() {
        let short = host.short();
        members.push(Member {
            class: Class::Computer,
            sam: format!("{short}$"),
            rdn: format!("CN={short},OU=Servers"),
            rid: 1105 + index as u32,
            groups: Vec::new(),
        });
    }
    (members, groups)
}

const GIVEN: [&str; 16] = [
    "Ada", "Boris", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katrin", "Liam",
    "Mina", "Nils", "Olga", "Pavel",
];

const FAMILY: [&str; 16] = [
    "Hoffmann", "Okafor", "Larsen", "Silva", "Kowalski", "Nguyen", "Rossi", "Meyer", "Novak", "Tanaka",
    "Dubois", "Schmidt", "Garcia", "Jansen", "Petrov", "Evans",
];
