//! Stored accounts by purpose: swapped, added, removed.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::views::{Account, AccountKind, Accounts};
use cmlint_model::words::{Name, host, object, principal, site};
use cmlint_model::{Dataset, Purpose, Scope, Text, text};

use crate::pair::{Pair, Sight};
use crate::{Area, Change, Sign};

/// Where an account is used: what for, and at which site, computer or step.
type Use = (Purpose, Scope, Option<String>, Option<(String, String)>);

/// Accounts that are others now.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Vec<Change> {
    let mut changes = Vec::new();
    let [old, new] = [pair.old, pair.new].map(uses);
    let all: BTreeSet<&Use> = old.keys().chain(new.keys()).collect();
    let none = BTreeMap::new();
    for place in all {
        let before = old.get(place).unwrap_or(&none);
        let after = new.get(place).unwrap_or(&none);
        let mut gone: Vec<&&Account<'s>> =
            before.iter().filter(|(name, _)| !after.contains_key(*name)).map(|(_, a)| a).collect();
        let mut came: Vec<&&Account<'s>> =
            after.iter().filter(|(name, _)| !before.contains_key(*name)).map(|(_, a)| a).collect();
        if !known(pair, place, 0) {
            came.clear();
        }
        if !known(pair, place, 1) {
            gone.clear();
        }
        let what = text!("{}{}", Text::prose(place.0.words()), at(place));
        if let ([from], [to]) = (gone.as_slice(), came.as_slice()) {
            let text = text!("the {} was swapped: `{}` -> `{}`", what, name(from), name(to));
            changes.push(Change {
                area: Area::Accounts,
                sign: Sign::Changed,
                text,
                old: Some(from.span()),
                new: Some(to.span()),
            });
            continue;
        }
        for account in came {
            let text = text!("`{}` is now a {}", name(account), what);
            let new = Some(account.span());
            changes.push(Change { area: Area::Accounts, sign: Sign::Added, text, old: None, new });
        }
        for account in gone {
            let text = text!("`{}` is no longer a {}", name(account), what);
            let old = Some(account.span());
            changes.push(Change { area: Area::Accounts, sign: Sign::Removed, text, old, new: None });
        }
    }
    changes
}

/// Whether all accounts of a use are known on a side: the first alternative that is whole there and that
/// the other side has at least in part.
fn known(pair: &Pair<'_, '_>, place: &Use, side: usize) -> bool {
    let dataset = |d: Dataset| {
        let scope = match d.info().scope {
            cmlint_model::ScopeKind::Hierarchy => Scope::Hierarchy,
            _ => place.1.clone(),
        };
        if side == 0 { pair.old_is_whole(d, &scope) } else { pair.new_is_whole(d, &scope) }
    };
    let sources = place.0.info().sources;
    sources.iter().any(|alternative| alternative.iter().all(|source| dataset(source.dataset())))
}

fn uses<'s>(sight: &Sight<'s>) -> BTreeMap<Use, BTreeMap<String, &'s Account<'s>>> {
    let mut all: BTreeMap<Use, BTreeMap<String, &'s Account<'s>>> = BTreeMap::new();
    for account in sight.view::<Accounts<'s>>().iter() {
        let place = (account.purpose, account.scope.clone(), account.host.clone(), account.step.clone());
        let key = match &account.kind {
            AccountKind::Named => account.name.value.trim().to_lowercase(),
            AccountKind::ComputerAccountOf(host) => format!("\u{0}{host}"),
        };
        all.entry(place).or_default().entry(key).or_insert(account);
    }
    all
}

fn name(account: &Account<'_>) -> Name {
    match &account.kind {
        AccountKind::Named => principal(account.name.value.trim()),
        AccountKind::ComputerAccountOf(host) => principal(format!("the computer account of {host}")),
    }
}

fn at(place: &Use) -> Text {
    let mut words = match &place.1 {
        Scope::Site(code) => text!(" of site {}", site(code)),
        _ => Text::default(),
    };
    if let Some(key) = &place.2 {
        words = words.and(text!(" on {}", host(key)));
    }
    if let Some((package, step)) = &place.3 {
        words = words.and(text!(" of step `{}` in {}", object(step), object(package)));
    }
    words
}
