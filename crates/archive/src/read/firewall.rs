//! Settings and rules of the firewall in an export of the registry.

use cmlint_model::rows::{FirewallHolds, FirewallProfile, FirewallStore, FirewallValue};
use cmlint_source::{Problem, Spanned, Str};
use cmlint_text::reg::{self, Data, Value};

use super::Reader;

/// The keys by their ends, in lower case: the control set, and the hive of a mounted registry, may be any.
const STORES: [(&str, FirewallStore); 2] = [
    (r"\services\sharedaccess\parameters\firewallpolicy", FirewallStore::Own),
    (r"\policies\microsoft\windowsfirewall", FirewallStore::Policy),
];

enum Part {
    Rules,
    Profile(FirewallProfile),
}

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let (document, problems) = reg::parse(reader.source);
    reader.problems(problems);
    let mut rows = Vec::new();
    let mut is_firewall = false;
    for key in document.keys() {
        let path = key.path.value.to_lowercase();
        let store = STORES.iter().find_map(|(end, store)| Some((*store, path.split_once(end)?.1)));
        let Some((store, below)) = store else { continue };
        is_firewall = true;
        let Some(part) = part(below) else { continue };
        for value in key.values() {
            let (holds, problem) = holds(&part, value);
            reader.problems(problem);
            if let Some(holds) = holds {
                let row = FirewallValue { store, name: value.name.clone(), holds };
                rows.push(Spanned::new(row, value.span));
            }
        }
    }
    if !is_firewall {
        let place = reader.source.id().span(0, 0);
        reader.problems([Problem::lost(place, "expected keys of the firewall").help(
            r"export with: reg export HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy firewall.reg",
        )]);
    }
    // A manifest counts keys.
    reader.put(rows, document.keys().len());
}

fn part(below: &str) -> Option<Part> {
    match below {
        r"\firewallrules" => Some(Part::Rules),
        r"\domainprofile" => Some(Part::Profile(FirewallProfile::Domain)),
        r"\standardprofile" | r"\privateprofile" => Some(Part::Profile(FirewallProfile::Private)),
        r"\publicprofile" => Some(Part::Profile(FirewallProfile::Public)),
        // Logging, objects that stand for several addresses, restrictions of services: none opens a port.
        _ => None,
    }
}

fn holds<'a>(part: &Part, value: &Value<'a>) -> (Option<FirewallHolds<'a>>, Option<Problem>) {
    match (part, &value.data) {
        // What is not known is remarked upon already.
        (_, Data::Unreadable) => (None, None),
        (Part::Rules, Data::String(text)) => {
            (Some(FirewallHolds::Rule(Spanned::new(text.clone(), value.span))), None)
        }
        (Part::Rules, Data::Text { text, .. }) => {
            let text = Str(std::borrow::Cow::Owned(text.clone()));
            (Some(FirewallHolds::Rule(Spanned::new(text, value.span))), None)
        }
        // The default value of a key, which nothing uses.
        (Part::Rules, _) if value.name.value.is_empty() => (None, None),
        (Part::Rules, _) => {
            (None, Some(Problem::lost(value.span, "expected a rule of the firewall as text")))
        }
        // Other kinds than numbers are none of the settings that let anything in.
        (Part::Profile(profile), _) => {
            (value.number().map(|number| FirewallHolds::Setting(*profile, number)), None)
        }
    }
}
