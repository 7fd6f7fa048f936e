//! The head of a domain, the other domains that it knows, and the places in it.

use std::collections::BTreeMap;
use std::io::Write;

use cmlint_model::Cover;
use cmlint_winsec::Sid;

use super::super::attributes;
use super::super::entry::{Depth, Directory, Entry, Question, dn_key, dns_of, each};
use super::super::names::Named;
use super::{KnownDomain, Stop, Walk};

/// `GUID_COMPUTERS_CONTAINER` of `wellKnownObjects` (MS-ADTS 6.1.1.4).
const COMPUTERS: &str = "aa312825768811d1aded00c04fd8d5cd";

impl<W: Write> Walk<'_, W> {
    /// The head of the domain, and where computers join by default.
    pub(super) fn head(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
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
    pub(super) fn domains(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
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
    pub(super) fn system_management(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
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

    /// Who may make objects in organizational units: all of them, because each is a place for a computer.
    pub(super) fn units(&mut self, directory: &mut dyn Directory) -> Result<(), Stop> {
        let question = Question {
            base: &self.domain.base,
            depth: Depth::Tree,
            filter: "(objectClass=organizationalUnit)",
            attributes: attributes::PLACE,
        };
        match self.take(directory, &question, true)? {
            Some(refusal) => self.local(refusal, "the organizational units"),
            None => {
                let (question, of) = ("permissions-of".to_owned(), "organizational-units".to_owned());
                self.outcome.covers.push(Cover::Question { question, of });
                Ok(())
            }
        }
    }

    /// Search bases of discovery, and where task sequences join computers.
    pub(super) fn places(&mut self, directory: &mut dyn Directory, named: &Named) -> Result<(), Stop> {
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
}
