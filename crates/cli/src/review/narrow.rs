//! `cmlint check --site` and `--host`: less is shown, nothing less is judged.

use cmlint_engine::{Run, State};
use cmlint_model::{Narrowed, Snapshot};
use cmlint_report::outward::{is_of_host, is_of_site};

use crate::Exit;
use crate::args::Review;
use crate::io::say;
use crate::open::visible;

/// The run with the findings that were asked for, and how much is left out; `None` where all are shown.
///
/// # Errors
/// When the snapshot has no such site or computer: an empty report would look like a good one.
pub(crate) fn narrow(
    run: &Run,
    snapshot: &Snapshot<'_>,
    review: &Review,
) -> Result<Option<(Run, Narrowed)>, Exit> {
    if review.site.is_none() && review.host.is_none() {
        return Ok(None);
    }
    let inventory = snapshot.inventory();
    let mut to = Vec::new();
    if let Some(code) = &review.site {
        if inventory.site(code).is_none() {
            let known = inventory.sites().map(|site| site.code.clone());
            return Err(unknown("site", code, known));
        }
        to.push(format!("site {}", code.to_uppercase()));
    }
    let host = review.host.as_ref().map(|name| inventory.host_key(name));
    if let Some(key) = &host {
        let stated = |scope: &cmlint_model::Scope| *scope == cmlint_model::Scope::Host(key.clone());
        if inventory.host(key).is_none() && !snapshot.statements().iter().any(|(_, scope, _)| stated(scope)) {
            return Err(unknown("computer", key, inventory.hosts().map(|(key, _)| key.to_owned())));
        }
        to.push(format!("host {key}"));
    }
    let mut shown = run.clone();
    let mut left_out = 0;
    for lint in &mut shown.lints {
        lint.findings.retain(|reported| {
            let of_site =
                review.site.as_ref().is_none_or(|code| is_of_site(&reported.finding, code, snapshot));
            let of_host = host.as_ref().is_none_or(|key| is_of_host(&reported.finding, key));
            let keep = of_site && of_host;
            left_out += usize::from(!keep && reported.state == State::Open);
            keep
        });
    }
    Ok(Some((shown, Narrowed { to: to.join(", "), left_out })))
}

fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> Exit {
    say(&format!("cmlint: the snapshot has no {what} `{}`", visible(name)));
    let known: Vec<String> = known.take(12).map(|name| visible(&name)).collect();
    say(&format!("  it has {}", known.join(", ")));
    Exit::Usage
}
