//! Which domain a computer is in, and which domains trust each other.

use cmlint_source::Span;

use super::Principals;
use crate::proof::{Answer, Proof, Step};
use crate::rows::DirectoryObject;
use crate::table::Row;
use crate::words::domain as named;
use crate::{Dataset, Gap, Judged, Scope, Status, text};

/// `trustDirection` (MS-ADTS 6.1.6.7.12).
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;
/// `TRUST_ATTRIBUTE_FOREST_TRANSITIVE` of `trustAttributes` (MS-ADTS 6.1.6.7.9).
const FOREST: u32 = 8;
/// `trustType`: a Kerberos realm that is no Windows domain (MS-ADTS 6.1.6.7.15).
const REALM: u32 = 3;

/// A trust as one of its two sides stores it.
struct Trust {
    partner: String,
    direction: u32,
    forest: bool,
    span: Span,
}

impl<'s> Principals<'s> {
    /// The DNS name of the domain that a computer is a member of; `None` for one that is in no domain.
    ///
    /// # Errors
    /// The hole, when only the computer's DNS suffix is known: it need not be its domain's name.
    pub fn domain_of_host(&self, host: &str) -> Judged<Option<String>> {
        let key = self.snapshot.inventory().host_key(host);
        let scope = Scope::host(&key);
        if let Some(row) = self.snapshot.computers.part(&scope).first() {
            if row.part_of_domain.get().is_some_and(|part| !part.0) {
                return Ok(None);
            }
            if let Some(domain) = row.domain.filled() {
                return Ok(Some(domain.value.trim().to_lowercase()));
            }
        }
        if let Some(domain) = self.computer(&key).and_then(|(sid, _)| self.domain_of(&sid).map(str::to_owned))
        {
            return Ok(Some(domain));
        }
        let suffix = key.split_once('.').map_or("", |(_, suffix)| suffix);
        if let Some(domain) = self.dns_name_of(suffix) {
            return Ok(Some(domain.to_owned()));
        }
        let hole = self.snapshot.computers.hole(&scope, true);
        let mut gap = hole.unwrap_or_else(|| Gap::new(Dataset::Computer, scope, Status::Partial, ""));
        gap.why = "nothing says which domain it is in".to_owned();
        Err(vec![gap])
    }

    /// Whether a domain trusts another: accounts of the other can sign in at its computers. Both by DNS name.
    pub fn trusts(&self, domain: &str, other: &str) -> Answer {
        let (domain, other) = (domain.to_lowercase(), other.to_lowercase());
        if domain == other {
            return Answer::Yes(Proof::of(Step::rule(text!("both are in {}", named(&domain)))));
        }
        let (forest, its_forest) = (self.forest_of(&domain), self.forest_of(&other));
        if forest.is_some() && forest == its_forest {
            let text = text!("{} and {} are domains of one forest", named(&domain), named(&other));
            return Answer::Yes(Proof::of(Step::rule(text)));
        }
        let root = forest.unwrap_or_else(|| domain.clone());
        let covers = |trust: &Trust| {
            let whole = its_forest.as_ref() == Some(&trust.partner)
                || other.ends_with(&format!(".{}", trust.partner));
            trust.partner == other || trust.forest && whole
        };
        let own = self.of(&domain).into_iter();
        let of_forest = self.of(&root).into_iter().filter(|trust| trust.forest);
        let outbound: Vec<Trust> =
            own.chain(of_forest).filter(|trust| trust.direction & OUTBOUND != 0).collect();
        if let Some(trust) = outbound.iter().find(|trust| covers(trust)) {
            return yes(&domain, &other, trust.span);
        }
        let from_there = |trust: &Trust| {
            trust.direction & INBOUND != 0 && (trust.partner == domain || trust.partner == root)
        };
        if let Some(trust) = self.of(&other).iter().find(|trust| from_there(trust)) {
            return yes(&domain, &other, trust.span);
        }
        if its_forest.is_none() && outbound.iter().any(|trust| trust.forest) {
            let why = format!("nothing says whether {other} is in a forest that is trusted");
            return Answer::Unknown(vec![Gap::new(Dataset::Domain, Scope::Hierarchy, Status::Partial, why)]);
        }
        // Either side of a trust stores it.
        if its_forest.is_some_and(|root| self.has_trusts(&other) && self.has_trusts(&root)) {
            return Answer::No;
        }
        Answer::no_unless(
            [&domain, &root]
                .into_iter()
                .filter(|dns| !self.has_trusts(dns))
                .map(|dns| {
                    let scope = Scope::domain(dns);
                    let hole = self.snapshot.directory.hole(&scope, true);
                    let mut gap =
                        hole.unwrap_or_else(|| Gap::new(Dataset::Directory, scope, Status::Partial, ""));
                    gap.why = "nothing says which domains it trusts".to_owned();
                    gap
                })
                .collect(),
        )
    }

    /// The DNS name of the forest of a domain, which is that of its root; `None` when nothing says.
    pub fn forest_of(&self, dns: &str) -> Option<String> {
        self.snapshot.domains.rows().find_map(|(_, row)| {
            let same = row.dns.filled().is_some_and(|name| name.value.eq_ignore_ascii_case(dns));
            if same { row.forest.filled().map(|forest| forest.value.to_lowercase()) } else { None }
        })
    }

    /// The domains of a forest, by DNS name.
    pub fn domains_of_forest(&self, forest: &str) -> Vec<&'s str> {
        let rows = self.snapshot.domains.rows();
        let of_forest = rows.filter(|(_, row)| {
            row.forest.filled().is_some_and(|name| name.value.trim().eq_ignore_ascii_case(forest))
        });
        of_forest.filter_map(|(_, row)| row.dns.filled().map(|dns| dns.value)).collect()
    }

    /// Whether the trusts of a domain are known: an extract without any may have left them out.
    fn has_trusts(&self, dns: &str) -> bool {
        let scope = Scope::domain(dns);
        self.snapshot.directory.hole(&scope, false).is_none()
            && (self.snapshot.directory.statement(&scope).covers.is_empty() || !self.of(dns).is_empty())
    }

    fn of(&self, dns: &str) -> Vec<Trust> {
        let rows = self.snapshot.directory.part(&Scope::domain(dns)).iter();
        let mut trusts: Vec<Trust> = rows.filter(|row| row.is("trustedDomain")).filter_map(trust).collect();
        trusts.sort_by_key(|trust| trust.span);
        trusts
    }
}

fn yes(domain: &str, other: &str, span: Span) -> Answer {
    Answer::Yes(Proof::of(Step::read(text!("{} trusts {}", named(domain), named(other)), span)))
}

fn trust(row: &Row<DirectoryObject<'_>>) -> Option<Trust> {
    let number = |name: &str| row.attribute(name).and_then(|value| value.value.trim().parse::<u32>().ok());
    if number("trusttype") == Some(REALM) {
        return None;
    }
    let partner = row.attribute("trustpartner")?;
    Some(Trust {
        partner: partner.value.trim().to_lowercase(),
        direction: number("trustdirection")?,
        forest: number("trustattributes").is_some_and(|bits| bits & FOREST != 0),
        span: partner.span,
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use cmlint_source::{Field, Spanned, Str};

    use crate::proof::Answer;
    use crate::rows::{Computer, DirectoryObject, Domain};
    use crate::views::Principals;
    use crate::views::testing::Made;
    use crate::{Cover, Insert, Scope, Statement, Status};

    fn domain(made: &mut Made, dns: &str, forest: &str) {
        let (dns, forest) = (made.field(dns), made.field(forest));
        made.put(&Scope::Hierarchy, Domain { dns, netbios: Field::Absent, sid: Field::Absent, forest });
    }

    /// A trust as the directory of `of` stores it.
    fn trust(made: &mut Made, of: &str, partner: &str, direction: u32, attributes: u32) {
        let dn = made.text(&format!("CN={partner},CN=System,{of}"));
        let class = made.text("trustedDomain");
        let values = [
            ("trustpartner", partner.to_owned()),
            ("trustdirection", direction.to_string()),
            ("trusttype", "2".to_owned()),
            ("trustattributes", attributes.to_string()),
        ];
        let attributes = values.map(|(name, value)| (Str(Cow::Borrowed(name)), made.text(&value))).to_vec();
        let span = made.at();
        let object = DirectoryObject {
            dn,
            classes: vec![class],
            sid: None,
            sam: None,
            upn: None,
            dns_host_name: None,
            member_of: Vec::new(),
            members: Vec::new(),
            primary_group: None,
            user_account_control: None,
            group_type: None,
            descriptor: None,
            attributes,
            span,
        };
        let mut statement = Statement::new(Status::Complete, "");
        statement.covers = vec![Cover::Question { question: "groups-of".to_owned(), of: "all".to_owned() }];
        made.snapshot.insert(Scope::domain(of), statement, vec![Spanned::new(object, span)]);
    }

    fn ask(principals: &Principals<'_>, domain: &str, other: &str) -> &'static str {
        match principals.trusts(domain, other) {
            Answer::Yes(_) => "yes",
            Answer::No => "no",
            Answer::Unknown(gaps) => {
                assert!(!gaps.is_empty());
                "unknown"
            }
        }
    }

    #[test]
    fn trust_follows_its_direction_and_a_forest_trust_reaches_the_forest() {
        let mut made = Made::new();
        for (dns, forest) in [
            ("a.com", "a.com"),
            ("eu.a.com", "a.com"),
            ("b.com", "b.com"),
            ("us.b.com", "b.com"),
            ("lone.b.net", "b.com"),
        ] {
            domain(&mut made, dns, forest);
        }
        trust(&mut made, "a.com", "b.com", 2, 8);
        trust(&mut made, "a.com", "c.com", 1, 0);
        trust(&mut made, "a.com", "d.com", 3, 0);
        made.snapshot.seal();
        let principals = Principals::build(&made.snapshot);
        assert_eq!(ask(&principals, "A.com", "a.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "eu.a.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "b.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "us.b.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "lone.b.net"), "yes");
        assert_eq!(ask(&principals, "b.com", "a.com"), "no", "a.com knows of no trust from there");
        assert_eq!(ask(&principals, "b.com", "d.com"), "unknown", "nobody collected the trusts of either");
        assert_eq!(ask(&principals, "c.com", "a.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "d.com"), "yes");
        assert_eq!(ask(&principals, "a.com", "x.d.com"), "unknown", "its forest may be a trusted one");
        domain(&mut made, "c.com", "c.com");
        made.snapshot.seal();
        let principals = Principals::build(&made.snapshot);
        assert_eq!(ask(&principals, "a.com", "c.com"), "no", "c.com trusts a.com, and not the other way");
    }

    #[test]
    fn an_extract_without_trusts_says_nothing_and_a_workgroup_is_no_domain() {
        let mut made = Made::new();
        domain(&mut made, "a.com", "a.com");
        domain(&mut made, "b.com", "b.com");
        let (name, domain) = (made.field("EDGE"), made.field("WORKGROUP"));
        let part_of_domain = made.truth(false);
        made.put(
            &Scope::host("edge.b.com"),
            Computer { name, domain, part_of_domain, ..Computer::default() },
        );
        made.snapshot.seal();
        let principals = Principals::build(&made.snapshot);
        assert_eq!(ask(&principals, "a.com", "b.com"), "unknown");
        assert_eq!(principals.domain_of_host("edge.b.com"), Ok(None));
        assert_eq!(principals.domain_of_host("web.b.com"), Ok(Some("b.com".to_owned())));
        assert!(principals.domain_of_host("web.other.net").is_err());
    }
}
