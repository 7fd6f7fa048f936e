//! What the firewall of a computer lets in from the network of its domain.

mod rule;

use cmlint_source::{Span, Spanned};

use self::rule::Rule;
use crate::need::Whole;
use crate::proof::merge;
use crate::rows::{FirewallHolds, FirewallProfile, FirewallStore, FirewallValue};
use crate::{Dataset, Gap, Judged, Scope, Status};

/// A connection that is asked about: TCP, to a service in `svchost.exe`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// First and last port; all of them are asked for.
    pub ports: (u16, u16),
    /// The word by which rules name these ports without numbers.
    pub word: &'static str,
    /// Short name of the service.
    pub service: &'static str,
}

impl Asked {
    /// The endpoint mapper of RPC.
    pub const ENDPOINT_MAPPER: Asked = Asked { ports: (135, 135), word: "RPC-EPMap", service: "RpcSs" };
    /// WMI on the dynamic ports of RPC, as they are since Windows Server 2008 (49152 to 65535).
    pub const WMI: Asked = Asked { ports: (49152, 65535), word: "RPC", service: "Winmgmt" };
}

/// What becomes of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gate {
    /// It is let in.
    Open,
    /// It is not: this rule blocks it.
    Blocked(NamedRule),
    /// It is not, because nothing lets it in; rules that would, but are off.
    Shut {
        /// What turns the firewall on.
        at: Span,
        /// Rules that are not active.
        off: Vec<NamedRule>,
    },
}

/// A rule by its name and place.
pub type NamedRule = Spanned<String>;

/// The firewall of one computer, as it is on the network of its domain.
#[derive(Debug)]
pub struct Firewall<'s> {
    scope: Scope,
    rows: Vec<&'s FirewallValue<'s>>,
    rules: Vec<(FirewallStore, Rule<'s>)>,
}

impl<'s> Firewall<'s> {
    /// The firewall of a computer.
    ///
    /// # Errors
    /// The holes, when its settings and rules are not all known.
    pub fn of(values: &Whole<'s, FirewallValue<'s>>, scope: &Scope) -> Judged<Firewall<'s>> {
        let rows: Vec<&'s FirewallValue<'s>> = values.at(scope)?.iter().map(|row| &row.data).collect();
        let mut rules = Vec::new();
        for row in &rows {
            if let FirewallHolds::Rule(text) = &row.holds {
                let Some(rule) = Rule::parse(&row.name.value, text) else {
                    let why = format!("the rule `{}` is no rule of the firewall", &*row.name.value);
                    return Err(vec![gap(scope, why)]);
                };
                rules.push((row.store, rule));
            }
        }
        rules.sort_by_key(|(_, rule)| rule.at);
        Ok(Firewall { scope: scope.clone(), rows, rules })
    }

    /// Whether anything of group policy was collected. Without it rules may be missing that policy brings.
    pub fn has_policy(&self) -> bool {
        self.rows.iter().any(|row| row.store == FirewallStore::Policy)
    }

    /// What becomes of a connection from another computer of the domain.
    ///
    /// # Errors
    /// The holes, when it depends on what is not collected: addresses, authentication, parts of the ports.
    pub fn lets_in(&self, asked: Asked) -> Judged<Gate> {
        let Some(on) = self.setting("EnableFirewall") else {
            let why = "the export does not say whether the firewall is on for the network of the domain";
            return Err(vec![gap(&self.scope, why.to_owned())]);
        };
        if on.value == 0 {
            return Ok(Gate::Open);
        }
        if let Some(none) = self.setting("DoNotAllowExceptions").filter(|value| value.value != 0) {
            return Ok(Gate::Shut { at: none.span, off: Vec::new() });
        }
        let wanted = Ports::of(asked);
        let (mut allowed, mut perhaps) = (wanted.clone(), Vec::new());
        let (mut blocked, mut blocks) = (wanted.clone(), Vec::new());
        let (mut off, mut doubts) = (Vec::new(), Vec::new());
        for rule in self.rules() {
            let Some(matched) = rule.matches(asked) else { continue };
            match (rule.is_active, rule.blocks, matched.surely) {
                (false, false, true) => off.push(rule.named()),
                (false, ..) => {}
                (true, true, true) => {
                    blocked.add(matched.ranges);
                    blocks.push(rule.named());
                }
                (true, true, false) => {
                    let why =
                        format!("whether the rule `{}` blocks it depends on more than ports", rule.name());
                    merge(&mut doubts, [gap(&self.scope, why)]);
                }
                (true, false, true) => {
                    allowed.add(matched.ranges);
                    perhaps.push((rule, true));
                }
                (true, false, false) => perhaps.push((rule, false)),
            }
        }
        if blocked.has_all()
            && let Some(first) = blocks.first()
        {
            return Ok(Gate::Blocked(first.clone()));
        }
        for rule in &blocks {
            let why = format!("the rule `{}` blocks a part of the ports {}", rule.value, wanted);
            merge(&mut doubts, [gap(&self.scope, why)]);
        }
        if !doubts.is_empty() {
            return Err(doubts);
        }
        let by_default = self.setting("DefaultInboundAction").is_some_and(|action| action.value == 0);
        if by_default || allowed.has_all() {
            return Ok(Gate::Open);
        }
        if perhaps.is_empty() {
            return Ok(Gate::Shut { at: on.span, off });
        }
        let why = |(rule, surely): &(&Rule<'_>, bool)| match surely {
            true => format!("the rule `{}` lets in a part of the ports {} only", rule.name(), wanted),
            false => format!("whether the rule `{}` lets it in depends on more than ports", rule.name()),
        };
        Err(perhaps.iter().map(|rule| gap(&self.scope, why(rule))).collect())
    }

    /// A setting of the domain's profile; that of a policy wins.
    fn setting(&self, name: &str) -> Option<&Spanned<u64>> {
        let of = |store| {
            self.rows.iter().find_map(|row| match &row.holds {
                FirewallHolds::Setting(FirewallProfile::Domain, value)
                    if row.store == store && row.name.value.eq_ignore_ascii_case(name) =>
                {
                    Some(value)
                }
                _ => None,
            })
        };
        of(FirewallStore::Policy).or_else(|| of(FirewallStore::Own))
    }

    /// The rules that count: a policy may rule out those of the computer.
    fn rules(&self) -> impl Iterator<Item = &Rule<'s>> {
        let merged = self.setting("AllowLocalPolicyMerge").is_none_or(|merge| merge.value != 0);
        let counts = move |store: &FirewallStore| merged || *store == FirewallStore::Policy;
        self.rules.iter().filter(move |(store, _)| counts(store)).map(|(_, rule)| rule)
    }
}

fn gap(scope: &Scope, why: String) -> Gap {
    Gap::new(Dataset::Firewall, scope.clone(), Status::Partial, why)
}

/// A range of ports, and which of them were met.
#[derive(Clone, Debug)]
struct Ports {
    first: u16,
    last: u16,
    /// Ranges that were met, in the order of meeting.
    met: Vec<(u16, u16)>,
}

impl Ports {
    fn of(asked: Asked) -> Ports {
        Ports { first: asked.ports.0, last: asked.ports.1, met: Vec::new() }
    }

    fn add(&mut self, ranges: Vec<(u16, u16)>) {
        self.met.extend(ranges);
    }

    fn has_all(&self) -> bool {
        let mut met = self.met.clone();
        met.sort_unstable();
        let mut next = u32::from(self.first);
        for (first, last) in met {
            if u32::from(first) > next {
                return false;
            }
            next = next.max(u32::from(last) + 1);
        }
        next > u32::from(self.last)
    }
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{} to {}", self.first, self.last),
        }
    }
}

#[cfg(test)]
mod tests;
