//! Words that name nobody: of the product, of Windows, of the formats, of error messages. Those that lints and
//! views compare with are gathered when this crate is built (`build.rs`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cmlint_model::purpose::Place;
use cmlint_model::{DATASETS, Purpose, catalogue};
use cmlint_winsec::{Kind, Sid, domain_rid_name, well_known_name};

/// Whether a word in lower case is one of the product.
pub(crate) fn knows(word: &str) -> bool {
    WORDS.contains(word)
}

/// Whether the product begins names of its own with a word and `_`, in any case.
pub(crate) fn begins(head: &str) -> bool {
    ["sms", "configmgr", "smsdbrole", "smsdbuser", "cm", "mssql", "db"]
        .iter()
        .any(|own| head.eq_ignore_ascii_case(own))
}

/// Ends of DNS names, and labels that say nothing.
const LABELS: &str = "com net org edu gov info local lan corp internal intern intra int ad dc de at ch fr uk co \
                      us nl be se no dk fi it es pl cz eu ca au jp";

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut all: BTreeSet<String> = BTreeSet::new();
    let mut add = |text: &str| {
        let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        for word in text.split(|c| !is_part(c)).map(|word| word.trim_matches('-')) {
            if !word.is_empty() {
                all.insert(word.to_lowercase());
            }
        }
    };
    add(include_str!("../data/words.txt"));
    add(include_str!(concat!(env!("OUT_DIR"), "/compared.txt")));
    add(LABELS);
    for info in DATASETS {
        for text in [info.name, info.pattern, info.command, info.right] {
            add(text);
        }
        info.columns.iter().for_each(|column| add(column));
        info.lazy.iter().for_each(|lazy| [lazy.property, lazy.command].into_iter().for_each(&mut add));
    }
    for kind in catalogue::object_types() {
        add(kind.name);
        kind.operations().for_each(|operation| add(operation.name));
    }
    for role in catalogue::BUILT_IN_ROLES {
        [role.id, role.name].into_iter().for_each(&mut add);
    }
    // Shares of packages, one on each drive.
    ('a'..='z').for_each(|drive| add(&format!("SMSPKG{drive}")));
    catalogue::ADVANCED_INSIGHTS.iter().for_each(|role| add(role.name));
    for kind in Kind::ALL {
        kind.rights().for_each(|(name, _)| add(name));
    }
    for rid in 0..1000 {
        domain_rid_name(rid).into_iter().for_each(&mut add);
        let known = [(5, vec![32, rid]), (5, vec![rid]), (1, vec![rid]), (3, vec![rid])];
        for (authority, parts) in known {
            let sid = Sid::from_parts(authority, &parts);
            sid.and_then(|sid| well_known_name(&sid)).into_iter().for_each(&mut add);
        }
    }
    for purpose in Purpose::all() {
        add(purpose.title());
        add(purpose.info().word);
        for place in purpose.info().sources.iter().copied().flatten() {
            match place {
                Place::ClientList(a, b)
                | Place::ComponentList(a, b)
                | Place::ComponentLists(a, b)
                | Place::ComponentProp(a, b)
                | Place::RoleProp(a, b) => [*a, *b].into_iter().for_each(&mut add),
                Place::Usage(usage) => add(usage),
                Place::Step(steps, variables) => steps.iter().chain(*variables).for_each(|word| add(word)),
                Place::ForestAccount | Place::PackageAccess | Place::PermittedViewers => {}
            }
        }
    }
    all
});
