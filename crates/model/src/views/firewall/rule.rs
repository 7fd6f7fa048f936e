//! One rule of the firewall: `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=135|…|` (MS-GPFAS 2.2.2.19).

use cmlint_source::{Span, Spanned, Str};

use super::{Asked, NamedRule};

/// A rule, as far as it bears on what comes in over TCP.
#[derive(Debug)]
pub(super) struct Rule<'s> {
    id: &'s str,
    name: Option<&'s str>,
    pub(super) at: Span,
    pub(super) is_active: bool,
    pub(super) blocks: bool,
    fields: Vec<(&'s str, &'s str)>,
}

/// Which of the ports that are asked about a rule is about.
#[derive(Debug)]
pub(super) struct Match {
    /// Ranges within those that are asked about, at least one.
    pub(super) ranges: Vec<(u16, u16)>,
    /// Whether ports, service and program are all that it asks for.
    pub(super) surely: bool,
}

/// What says nothing about which connections a rule is meant for. `Edge` and `Defer` let more in, `Platform` names
/// versions of Windows and stands in rules that came with it.
const HARMLESS: &[&str] = &[
    "action",
    "active",
    "dir",
    "protocol",
    "profile",
    "lport",
    "lport2_10",
    "lport2_20",
    "app",
    "svc",
    "name",
    "desc",
    "embedctxt",
    "platform",
    "platform2",
    "edge",
    "defer",
];

const TCP: &str = "6";
const ANY: &str = "256";

impl<'s> Rule<'s> {
    /// Reads a rule; `None` where the text is none.
    pub(super) fn parse(id: &'s str, text: &'s Spanned<Str<'s>>) -> Option<Rule<'s>> {
        let mut parts = text.value.split('|').filter(|part| !part.is_empty());
        parts.next().filter(|version| version.starts_with(['v', 'V']))?;
        let fields: Option<Vec<_>> = parts.map(|part| part.split_once('=')).collect();
        let fields = fields?;
        let of = |name: &str| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
        };
        let blocks = match of("Action")? {
            action if action.eq_ignore_ascii_case("block") => true,
            // A bypass lets in who has signed in by IPsec, also past rules that block.
            action if ["allow", "bypass"].iter().any(|word| action.eq_ignore_ascii_case(word)) => false,
            _ => return None,
        };
        of("Dir")?;
        let is_active = of("Active").is_some_and(|active| active.eq_ignore_ascii_case("true"));
        // The names of rules that came with Windows are numbers of texts in a library.
        let name = of("Name").filter(|name| !name.starts_with('@') && !name.trim().is_empty());
        Some(Rule { id, name, at: text.span, is_active, blocks, fields })
    }

    /// The name that an administrator knows it by.
    pub(super) fn name(&self) -> &'s str {
        self.name.unwrap_or(self.id)
    }

    pub(super) fn named(&self) -> NamedRule {
        Spanned::new(self.name().to_owned(), self.at)
    }

    /// The ports that it is about; `None` where it is about something else.
    pub(super) fn matches(&self, asked: Asked) -> Option<Match> {
        let is = |name: &str, wanted: &str| self.all(name).any(|value| value.eq_ignore_ascii_case(wanted));
        let says = |name: &str| self.all(name).next().is_some();
        let program = self.all("App").all(is_service_host);
        let service = !says("Svc") || is("Svc", "*") || is("Svc", asked.service);
        let protocol = !says("Protocol") || is("Protocol", TCP) || is("Protocol", ANY);
        let network = !says("Profile") || is("Profile", "Domain");
        if !(is("Dir", "In") && program && service && protocol && network) {
            return None;
        }
        let ranges = self.ports(asked);
        let plain = |key: &str| HARMLESS.iter().any(|word| key.eq_ignore_ascii_case(word));
        let surely = !is("Action", "ByPass") && self.fields.iter().all(|(key, _)| plain(key));
        (!ranges.is_empty()).then_some(Match { ranges, surely })
    }

    /// Its ports within those that are asked about; all, where it names none.
    fn ports(&self, asked: Asked) -> Vec<(u16, u16)> {
        let (from, to) = asked.ports;
        let mut named = ["LPort", "LPort2_10", "LPort2_20"].iter().flat_map(|key| self.all(key)).peekable();
        if named.peek().is_none() {
            return vec![(from, to)];
        }
        let range = |text: &str| {
            if text.eq_ignore_ascii_case(asked.word) {
                return Some((from, to));
            }
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            let (first, last) = (first.max(from), last.min(to));
            (first <= last).then_some((first, last))
        };
        named.filter_map(range).collect()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'s str> {
        self.fields.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// The process that WMI and RPC run in.
fn is_service_host(program: &str) -> bool {
    program.rsplit(['\\', '/']).next().is_some_and(|file| file.eq_ignore_ascii_case("svchost.exe"))
}
