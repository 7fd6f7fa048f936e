//! What is asked, in which order, and what the answers amount to. Knows no protocol.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::io::Write;

use cmlint_model::Cover;
use cmlint_winsec::Sid;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::attributes::{self, DESCRIPTOR};
use super::entry::{
    Depth, Directory, Entry, Question, Refusal, dn_key, dns_of, each, escaped, escaped_bytes, one,
};
use super::ldif;
use super::names::Named;

/// Groups whose members decide over the domain, by RID: Domain Admins, Schema Admins, Enterprise Admins, Group Policy
/// Creator Owners. The middle two are only in the root domain.
const TIER_ZERO: [u32; 4] = [512, 518, 519, 520];

/// The same in the domain's `Builtin` container: Administrators and the operators.
const BUILTIN: [u32; 5] = [544, 548, 549, 550, 551];

/// Groups in which everybody is: Domain Users, Domain Guests, Domain Computers. Their members are not asked for.
const EVERYBODY: [u32; 3] = [513, 514, 515];

/// Names in one filter.
const TOGETHER: usize = 40;

/// `GUID_COMPUTERS_CONTAINER` of `wellKnownObjects` (MS-ADTS 6.1.1.4).
const COMPUTERS: &str = "aa312825768811d1aded00c04fd8d5cd";

/// The domain that a server is the controller of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Domain {
    /// Distinguished name of its head.
    pub base: String,
    /// Distinguished name of the forest's configuration.
    pub configuration: String,
    /// DNS name.
    pub dns: String,
    /// DNS name of the forest's root domain.
    pub forest: String,
    /// Name of the server.
    pub server: String,
}

/// A domain as `domains.json` lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct KnownDomain {
    /// DNS name.
    #[serde(rename = "DNSRoot")]
    pub dns: String,
    /// NetBIOS name.
    #[serde(rename = "NetBIOSName")]
    pub netbios: Option<String>,
    /// SID.
    #[serde(rename = "DomainSID")]
    pub sid: Option<String>,
    /// DNS name of the forest's root domain; not known of a domain beyond a trust.
    #[serde(rename = "Forest")]
    pub forest: Option<String>,
}

/// What was asked about and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lookup {
    /// Name, SID or distinguished name as the snapshot has it.
    pub asked: String,
    /// `found`, `not-found`, `error` or `not-asked`.
    pub answer: &'static str,
    /// Distinguished name of what was found.
    pub dn: String,
}

/// What the walk brought in, beside the records that it wrote.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Records that were written.
    pub records: u64,
    /// What was asked, for the manifest.
    pub covers: Vec<Cover>,
    /// One row for each name of the snapshot.
    pub lookups: Vec<Lookup>,
    /// The domains of the forest and beyond trusts.
    pub domains: Vec<KnownDomain>,
    /// What could not be read of the objects; empty when all of it was.
    pub holes: Vec<String>,
    /// What could not be read of the list of domains.
    pub domain_holes: Vec<String>,
    /// Set where the connection ended before the walk did.
    pub ended: Option<Refusal>,
}

/// Why a walk stops: the directory or the disk.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The directory no longer answers.
    Directory(Refusal),
    /// The file cannot be written.
    Disk(std::io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Directory(refusal)
    }
}

/// Asks the server which domain it serves. The first question after signing in.
///
/// # Errors
/// Why it does not say.
pub(crate) fn domain(directory: &mut dyn Directory) -> Result<Domain, Refusal> {
    let server = one(directory, "", attributes::SERVER)?
        .ok_or_else(|| Refusal::Broken("the server says nothing of itself".to_owned()))?;
    let text = |name: &str| {
        let value = server.text(name).map(str::to_owned);
        value.ok_or_else(|| {
            Refusal::Broken(format!("the server does not say its {name}: it is no domain controller"))
        })
    };
    let base = text("defaultNamingContext")?;
    Ok(Domain {
        dns: dns_of(&base),
        forest: dns_of(&text("rootDomainNamingContext")?),
        configuration: text("configurationNamingContext")?,
        server: text("dnsHostName").unwrap_or_default().to_lowercase(),
        base,
    })
}

/// Asks for everything and writes each object once.
///
/// The walk holds no objects: a mark of 16 bytes for each that was written, the groups still to be visited, and the
/// page that is being read.
///
/// # Errors
/// When the file cannot be written. What the directory refuses is in the outcome.
pub(crate) fn collect<W: Write>(
    directory: &mut dyn Directory,
    domain: &Domain,
    named: &Named,
    out: &mut W,
    progress: &dyn Fn(u64),
) -> Result<Outcome, std::io::Error> {
    let mut walk = Walk {
        domain,
        out,
        progress,
        outcome: Outcome::default(),
        written: HashSet::new(),
        above: VecDeque::new(),
        seen_above: HashSet::new(),
        primary: BTreeSet::new(),
        sid: None,
        netbios: None,
        bare: 0,
        elsewhere: BTreeSet::new(),
        downward: Vec::new(),
    };
    match walk.all(directory, named) {
        Ok(()) => {}
        Err(Stop::Directory(refusal)) => {
            walk.outcome.holes.push(refusal.to_string());
            walk.outcome.domain_holes.push(refusal.to_string());
            walk.outcome.ended = Some(refusal);
            walk.outcome.covers.clear();
        }
        Err(Stop::Disk(error)) => return Err(error),
    }
    Ok(walk.outcome)
}

struct Walk<'w, W> {
    domain: &'w Domain,
    out: &'w mut W,
    progress: &'w dyn Fn(u64),
    outcome: Outcome,
    written: HashSet<[u8; 16]>,
    /// Groups whose objects are still to be read, because somebody is in them.
    above: VecDeque<String>,
    seen_above: HashSet<[u8; 16]>,
    /// RIDs of primary groups.
    primary: BTreeSet<u32>,
    sid: Option<Sid>,
    netbios: Option<String>,
    /// Objects that came without the descriptor that was asked for.
    bare: u64,
    /// Domains of groups that this server does not serve.
    elsewhere: BTreeSet<String>,
    /// Groups downward of which everybody is asked for: name and SID.
    downward: Vec<(String, Sid)>,
}

impl<W: Write> Walk<'_, W> {
    fn all(&mut self, directory: &mut dyn Directory, named: &Named) -> Result<(), Stop> {
        self.head(directory)?;
        self.domains(directory)?;
        self.system_management(directory)?;
        self.places(directory, named)?;
        self.named(directory, named)?;
        self.members(directory)?;
        self.groups_above(directory)?;
        self.conclude();
        Ok(())
    }

    /// The head of the domain, and where computers join by default.
    fn head(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let domain = self.domain;
        let Some(mut head) = self.base(directory, &domain.base, attributes::DOMAIN)? else {
            self.outcome.holes.push(format!("the head of the domain, {}, is not shown", domain.base));
            return Ok(());
        };
        self.sid = head.bytes("objectSid").and_then(Sid::from_binary);
        let computers = head.texts("wellKnownObjects").find_map(|value| {
            let (guid, dn) = value.strip_prefix("B:32:")?.split_once(':')?;
            guid.eq_ignore_ascii_case(COMPUTERS).then(|| dn.to_owned())
        });
        head.attributes.retain(|(name, _)| !name.eq_ignore_ascii_case("wellKnownObjects"));
        self.write(&head, true)?;
        if let Some(computers) = computers {
            self.place(directory, &computers)?;
        }
        Ok(())
    }

    /// The domains of the forest, and those beyond trusts.
    fn domains(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let domain = self.domain;
        let partitions = format!("CN=Partitions,{}", domain.configuration);
        let filter = "(&(objectClass=crossRef)(nETBIOSName=*))";
        let question = Question {
            base: &partitions,
            depth: Depth::Children,
            filter,
            attributes: attributes::CROSS_REFERENCE,
        };
        let mut known: BTreeMap<String, KnownDomain> = BTreeMap::new();
        let forest = &domain.forest;
        let own_sid = self.sid;
        let asked = each(directory, &question, &mut |_, entry| {
            let name = entry.text("nCName").unwrap_or_default().to_owned();
            let dns = entry.text("dnsRoot").map_or_else(|| dns_of(&name), str::to_lowercase);
            let own = dn_key(&name) == dn_key(&domain.base);
            known.insert(
                dns.clone(),
                KnownDomain {
                    dns,
                    netbios: entry.text("nETBIOSName").map(str::to_owned),
                    sid: own_sid.filter(|_| own).map(|sid| sid.to_string()),
                    forest: Some(forest.clone()),
                },
            );
            Ok(())
        });
        if let Err(refusal) = asked {
            self.local(refusal, "the list of the forest's domains")?;
            self.outcome.domain_holes.push("the list of the forest's domains could not be read".to_owned());
        }
        let own = known.entry(domain.dns.clone()).or_insert_with(|| KnownDomain {
            dns: domain.dns.clone(),
            netbios: None,
            sid: own_sid.map(|sid| sid.to_string()),
            forest: Some(forest.clone()),
        });
        self.netbios = own.netbios.clone();
        for trust in self.trusts(directory)? {
            let Some(dns) = trust.text("trustPartner").map(str::to_lowercase) else { continue };
            let sid = trust.bytes("securityIdentifier").and_then(Sid::from_binary).map(|sid| sid.to_string());
            let netbios = trust.text("flatName").map(str::to_owned);
            let entry =
                known.entry(dns.clone()).or_insert(KnownDomain { dns, netbios, sid: None, forest: None });
            entry.sid = entry.sid.take().or(sid);
        }
        for other in known.values().filter(|d| d.sid.is_none()) {
            self.outcome.domain_holes.push(format!("nothing here gives the SID of {}", other.dns));
        }
        self.outcome.domains = known.into_values().collect();
        Ok(())
    }

    fn trusts(&mut self, directory: &mut dyn Directory) -> Result<Vec<Entry>, Stop> {
        let base = format!("CN=System,{}", self.domain.base);
        let question = Question {
            base: &base,
            depth: Depth::Children,
            filter: "(objectClass=trustedDomain)",
            attributes: attributes::TRUST,
        };
        let mut trusts = Vec::new();
        let asked = each(directory, &question, &mut |_, entry| {
            trusts.push(entry);
            Ok(())
        });
        if let Err(refusal) = asked {
            self.local(refusal, "the trusts")?;
        }
        for trust in &trusts {
            self.write(trust, false)?;
        }
        Ok(trusts)
    }

    /// What the product publishes, and who may write there.
    fn system_management(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let container = format!("CN=System Management,CN=System,{}", self.domain.base);
        if !self.place(directory, &container)? {
            self.lookup(&container, "not-found", "");
            return Ok(());
        }
        self.lookup(&container, "found", &container);
        let question = Question {
            base: &container,
            depth: Depth::Children,
            filter: "(objectClass=*)",
            attributes: attributes::PLACE,
        };
        self.take_all(directory, &question, true, "what is published in System Management")
    }

    /// Search bases of discovery, and where task sequences join computers.
    fn places(&mut self, directory: &mut dyn Directory, named: &Named) -> Result<(), Stop> {
        for (asked, dn) in named.places() {
            if !self.is_here(dn) {
                self.lookup(asked, "not-asked", "");
            } else if self.place(directory, dn)? {
                self.lookup(asked, "found", dn);
            } else {
                self.lookup(asked, "not-found", "");
            }
        }
        Ok(())
    }

    /// One container; whether it is there.
    fn place(&mut self, directory: &mut dyn Directory, dn: &str) -> Result<bool, Stop> {
        match self.base(directory, dn, attributes::PLACE)? {
            Some(entry) => self.write(&entry, true).map(|()| true),
            None => Ok(false),
        }
    }

    /// Everybody whom the snapshot names, and the groups that decide over the domain.
    fn named(&mut self, directory: &mut dyn Directory, named: &Named) -> Result<(), Stop> {
        let mut questions: Vec<Asked> = Vec::new();
        for name in named.names() {
            match self.filter_of_name(name) {
                Some(filter) => questions.push(Asked { asked: Some(name.to_owned()), filter }),
                None => self.lookup(name, "not-asked", ""),
            }
        }
        for host in &named.hosts {
            let short = host.split('.').next().unwrap_or(host);
            let mut filter = format!("(sAMAccountName={}$)", escaped(short));
            if host.contains('.') {
                filter = format!("(dNSHostName={})", escaped(host));
            }
            // The account is what is asked about; the site names the computer.
            let asked = host.contains('.').then(|| host.clone());
            questions.push(Asked { asked, filter });
        }
        let own = |rid: u32| self.sid.and_then(|sid| sid.child(rid));
        let tier_zero = TIER_ZERO.iter().filter_map(|rid| own(*rid));
        let builtin = BUILTIN.iter().map(|rid| Sid::new(5, [32, *rid]));
        let decisive: BTreeSet<Sid> = tier_zero.chain(builtin).collect();
        for sid in named.sids.union(&decisive) {
            // A SID of another domain may stand here as a member of groups of this one.
            let asked = named.sids.contains(sid) && sid.domain() == self.sid;
            let filter = format!("(objectSid={})", escaped_bytes(&sid.to_binary()));
            questions.push(Asked { asked: asked.then(|| sid.to_string()), filter });
        }
        for together in questions.chunks(TOGETHER) {
            self.ask_together(directory, together)?;
        }
        Ok(())
    }

    fn filter_of_name(&self, name: &str) -> Option<String> {
        let sam = |account: &str| Some(format!("(sAMAccountName={})", escaped(account)));
        if let Some((domain, account)) = name.split_once('\\') {
            let netbios = self.netbios.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(domain));
            return if netbios || domain.eq_ignore_ascii_case(&self.domain.dns) {
                sam(account)
            } else {
                None
            };
        }
        if let Some((account, suffix)) = name.rsplit_once('@') {
            let explicit = format!("(userPrincipalName={})", escaped(name));
            // Every account also answers to its name in its domain (MS-ADTS 5.1.1.1.1).
            return Some(if suffix.eq_ignore_ascii_case(&self.domain.dns) {
                format!("(|{explicit}(sAMAccountName={}))", escaped(account))
            } else {
                explicit
            });
        }
        sam(name)
    }

    fn ask_together(&mut self, directory: &mut dyn Directory, together: &[Asked]) -> Result<(), Stop> {
        let attributes = attributes::named();
        let filter = format!("(|{})", together.iter().map(|a| a.filter.as_str()).collect::<String>());
        let base = self.domain.base.clone();
        let question = Question { base: &base, depth: Depth::Tree, filter: &filter, attributes: &attributes };
        let mut found: Vec<Entry> = Vec::new();
        let asked = each(directory, &question, &mut |_, entry| {
            found.push(entry);
            Ok(())
        });
        if let Err(refusal) = asked {
            self.local(refusal, "some of the accounts that the snapshot names")?;
            for Asked { asked, .. } in together {
                if let Some(asked) = asked {
                    self.lookup(asked, "error", "");
                }
            }
            return Ok(());
        }
        for Asked { asked, .. } in together {
            let Some(asked) = asked else { continue };
            let answer = found.iter().find(|entry| self.answers(asked, entry));
            match answer {
                Some(entry) => self.lookup(asked, "found", &entry.dn.clone()),
                None => self.lookup(asked, "not-found", ""),
            }
        }
        for entry in &found {
            self.write(entry, true)?;
            self.note_downward(entry);
        }
        Ok(())
    }

    /// Whether an object is what was asked about.
    fn answers(&self, asked: &str, entry: &Entry) -> bool {
        let is = |name: &str, value: &str| {
            entry.text(name).is_some_and(|v| v.to_lowercase() == value.to_lowercase())
        };
        if let Ok(sid) = asked.parse::<Sid>() {
            return entry.bytes("objectSid").and_then(Sid::from_binary) == Some(sid);
        }
        if let Some((_, account)) = asked.split_once('\\') {
            return is("sAMAccountName", account);
        }
        if let Some((account, suffix)) = asked.rsplit_once('@') {
            let implicit = suffix.eq_ignore_ascii_case(&self.domain.dns) && is("sAMAccountName", account);
            return is("userPrincipalName", asked) || implicit;
        }
        is("sAMAccountName", asked) || is("dNSHostName", asked)
    }

    fn note_downward(&mut self, entry: &Entry) {
        let sid = entry.bytes("objectSid").and_then(Sid::from_binary);
        let (true, Some(sid)) = (entry.is("group"), sid) else { return };
        let everybody = sid.domain().is_some() && sid.rid().is_some_and(|rid| EVERYBODY.contains(&rid));
        if !everybody && !self.downward.iter().any(|(_, known)| *known == sid) {
            self.downward.push((entry.dn.clone(), sid));
        }
    }

    /// The members of the groups that matter, and of the groups among them.
    fn members(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let named = attributes::named();
        let member = attributes::member();
        let base = self.domain.base.clone();
        let mut next = 0;
        while let Some((dn, sid)) = self.downward.get(next).cloned() {
            next += 1;
            let mut within = format!("(memberOf={})", escaped(&dn));
            // Members by their primary group are in no list.
            if let (true, Some(rid)) = (sid.domain().is_some() && sid.domain() == self.sid, sid.rid()) {
                within = format!("(|{within}(primaryGroupID={rid}))");
            }
            let of = Cover::Question { question: "members-of".to_owned(), of: sid.to_string() };
            self.outcome.covers.push(of);
            let groups = format!("(&(objectClass=group){within})");
            let question = Question { base: &base, depth: Depth::Tree, filter: &groups, attributes: &named };
            let mut found = Vec::new();
            let asked = each(directory, &question, &mut |_, entry| {
                found.push(entry);
                Ok(())
            });
            let mut failed = asked.err();
            for group in &found {
                self.write(group, true)?;
                self.note_downward(group);
            }
            if failed.is_none() {
                let others = format!("(&(!(objectClass=group)){within})");
                let question =
                    Question { base: &base, depth: Depth::Tree, filter: &others, attributes: &member };
                failed = self.take(directory, &question, false)?;
            }
            if let Some(refusal) = failed {
                self.outcome.covers.pop();
                self.local(refusal, &format!("the members of {dn}"))?;
            }
        }
        Ok(())
    }

    /// The groups of everybody who was written, and their groups.
    fn groups_above(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let attributes = attributes::above();
        loop {
            while let Some(dn) = self.above.pop_front() {
                if self.written.contains(&mark(&dn)) {
                    continue;
                }
                if !self.is_here(&dn) {
                    self.elsewhere.insert(dns_of(&dn));
                    continue;
                }
                match self.base(directory, &dn, &attributes)? {
                    Some(group) => self.write(&group, true)?,
                    None => self.outcome.holes.push(format!("somebody is in {dn}, and it is not shown")),
                }
            }
            let rids = std::mem::take(&mut self.primary);
            let Some(domain) = self.sid else { return Ok(()) };
            let sids: Vec<Sid> = rids.iter().filter_map(|rid| domain.child(*rid)).collect();
            for together in sids.chunks(TOGETHER) {
                let each =
                    together.iter().map(|sid| format!("(objectSid={})", escaped_bytes(&sid.to_binary())));
                let filter = format!("(|{})", each.collect::<String>());
                let base = self.domain.base.clone();
                let question =
                    Question { base: &base, depth: Depth::Tree, filter: &filter, attributes: &attributes };
                self.take_all(directory, &question, true, "primary groups")?;
            }
            if self.above.is_empty() && self.primary.is_empty() {
                return Ok(());
            }
        }
    }

    fn conclude(&mut self) {
        if self.bare > 0 {
            let text =
                format!("{} of {} objects came without their {DESCRIPTOR}", self.bare, self.outcome.records);
            self.outcome.holes.push(text);
        }
        for domain in &self.elsewhere {
            self.outcome
                .holes
                .push(format!("some are in groups of {domain}, which another server has to be asked about"));
        }
        let question =
            |question: &str, of: &str| Cover::Question { question: question.to_owned(), of: of.to_owned() };
        self.outcome.covers.insert(0, question("lookup", "stored-accounts"));
        self.outcome.covers.insert(1, question("groups-of", "all"));
    }

    /// The object of a name, in this domain. A refusal that hits this object alone is a hole.
    fn base(
        &mut self,
        directory: &mut dyn Directory,
        dn: &str,
        attributes: &[&str],
    ) -> Result<Option<Entry>, Stop> {
        match one(directory, dn, attributes) {
            Ok(found) => Ok(found),
            Err(refusal) => self.local(refusal, dn).map(|()| None),
        }
    }

    fn take_all(
        &mut self,
        directory: &mut dyn Directory,
        question: &Question<'_>,
        descriptors: bool,
        what: &str,
    ) -> Result<(), Stop> {
        match self.take(directory, question, descriptors)? {
            Some(refusal) => self.local(refusal, what),
            None => Ok(()),
        }
    }

    /// Writes every object of an answer as it comes; gives back why the answer ended early.
    fn take(
        &mut self,
        directory: &mut dyn Directory,
        question: &Question<'_>,
        descriptors: bool,
    ) -> Result<Option<Refusal>, Stop> {
        let mut disk = None;
        let asked = each(directory, question, &mut |_, entry| match self.write(&entry, descriptors) {
            Ok(()) => Ok(()),
            Err(Stop::Directory(refusal)) => Err(refusal),
            Err(Stop::Disk(error)) => {
                disk = Some(error);
                Err(Refusal::Broken("the file cannot be written".to_owned()))
            }
        });
        match disk {
            Some(error) => Err(Stop::Disk(error)),
            None => Ok(asked.err()),
        }
    }

    /// Writes an object that was not written yet, and notes the groups it is in.
    fn write(&mut self, entry: &Entry, descriptor: bool) -> Result<(), Stop> {
        if !self.written.insert(mark(&entry.dn)) {
            return Ok(());
        }
        ldif::write(self.out, entry).map_err(Stop::Disk)?;
        self.outcome.records += 1;
        (self.progress)(1);
        if descriptor && entry.values(DESCRIPTOR).is_empty() {
            self.bare += 1;
        }
        for group in entry.texts("memberOf") {
            if self.seen_above.insert(mark(group)) {
                self.above.push_back(group.to_owned());
            }
        }
        self.primary.extend(entry.text("primaryGroupID").and_then(|rid| rid.parse::<u32>().ok()));
        Ok(())
    }

    /// A refusal that hits one question is a hole; any other ends the walk.
    fn local(&mut self, refusal: Refusal, what: &str) -> Result<(), Stop> {
        if !refusal.is_local() {
            return Err(Stop::Directory(refusal));
        }
        self.outcome.holes.push(format!("{what}: {refusal}"));
        Ok(())
    }

    fn lookup(&mut self, asked: &str, answer: &'static str, dn: &str) {
        self.outcome.lookups.push(Lookup { asked: asked.to_owned(), answer, dn: dn.to_owned() });
    }

    /// Whether a distinguished name lies in this domain: not in one below it, which has its own head.
    fn is_here(&self, dn: &str) -> bool {
        dns_of(dn) == self.domain.dns
    }
}

/// One name, and the filter that finds it. `asked` is absent where nobody wants to know the answer.
struct Asked {
    asked: Option<String>,
    filter: String,
}

/// A distinguished name in 16 bytes.
fn mark(dn: &str) -> [u8; 16] {
    let digest = Sha256::digest(dn_key(dn).as_bytes());
    let mut mark = [0; 16];
    mark.copy_from_slice(&digest[..16]);
    mark
}
