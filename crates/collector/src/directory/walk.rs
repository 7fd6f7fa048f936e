//! What is asked, in which order, and what the answers amount to. Knows no protocol.

mod domain;
mod principals;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::io::Write;

use cmlint_model::Cover;
use cmlint_winsec::Sid;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::attributes::{self, DESCRIPTOR, EVERY_ACCOUNT};
use super::entry::{Directory, Entry, Question, Refusal, dn_key, dns_of, each, one};
use super::ldif;
use super::names::Named;

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
        accounts: 0,
        closed: 0,
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
    /// Accounts that were written, and how many of them hide what every account has.
    accounts: u64,
    closed: u64,
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
        self.units(directory)?;
        self.named(directory, named)?;
        self.members(directory)?;
        self.groups_above(directory)?;
        self.conclude();
        Ok(())
    }

    fn conclude(&mut self) {
        if self.bare > 0 {
            let text =
                format!("{} of {} objects came without their {DESCRIPTOR}", self.bare, self.outcome.records);
            self.outcome.holes.push(text);
        }
        if self.closed > 0 {
            self.outcome.holes.push(format!(
                "{} of {} accounts came without their {EVERY_ACCOUNT}, so that their other restrictions, their logon \
                 information and their groups may be hidden too",
                self.closed, self.accounts
            ));
        }
        for domain in &self.elsewhere {
            self.outcome
                .holes
                .push(format!("some are in groups of {domain}, which another server has to be asked about"));
        }
        let question =
            |question: &str, of: &str| Cover::Question { question: question.to_owned(), of: of.to_owned() };
        self.outcome.covers.insert(0, question("lookup", "stored-accounts"));
        if self.closed == 0 {
            self.outcome.covers.insert(1, question("groups-of", "all"));
        }
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
        // Whoever may not read this of an account may not read its other restrictions, its logon information and its
        // groups either: by default all four come from one entry, that of Pre-Windows 2000 Compatible Access.
        if entry.is("user") {
            self.accounts += 1;
            self.closed += u64::from(entry.values(EVERY_ACCOUNT).is_empty());
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

/// A distinguished name in 16 bytes.
fn mark(dn: &str) -> [u8; 16] {
    let digest = Sha256::digest(dn_key(dn).as_bytes());
    let mut mark = [0; 16];
    mark.copy_from_slice(&digest[..16]);
    mark
}
