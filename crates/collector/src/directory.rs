//! `directory`: principals, groups, rights and trusts of one Active Directory domain, over LDAP.
//!
//! ```text
//! names (whom the snapshot names) ─▶ walk (what to ask) ─▶ entry::Directory ◀─ ldap
//!                                      └▶ ldif, lookups, domains
//! ```

pub(crate) mod attributes;
pub(crate) mod entry;
mod ldap;
pub(crate) mod ldif;
pub(crate) mod names;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

use std::io::Write;

use cmlint_model::{Dataset, Scope};

use self::entry::Refusal;
use self::ldap::{CAN_SIGN_IN, Ldap, Protection, Server};
use self::names::Named;
use self::walk::{KnownDomain, Lookup, Outcome};
use crate::args::OutArgs;
use crate::out::{Part, State, Why, path_of};
use crate::tls::{TlsArgs, client_config};
use crate::{Ask, Credentials, Failure, Place, Run};

/// Collect the accounts, groups, rights and trusts of one Active Directory domain, over LDAP.
///
/// It asks about the principals that the snapshot in the folder names, so `site` and `host` come first. Any user of the
/// domain may read what it asks for, unless the domain was closed up. Passwords, LAPS and recovery keys are never asked for.
#[derive(clap::Args, Debug)]
pub(crate) struct DirectoryArgs {
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// A domain controller by its DNS name, with a port if it is not the usual one: `dc01.contoso.com`. LDAPS unless
    /// something else is said.
    #[arg(long, value_name = "SERVER")]
    server: String,
    /// Begin unencrypted on port 389 and turn TLS on before signing in.
    #[arg(long, conflicts_with = "kerberos")]
    starttls: bool,
    /// Sign in with the Kerberos ticket of the user who runs this, on port 389, sealed by Kerberos.
    #[arg(long)]
    kerberos: bool,
    /// Ask for an account even if the environment or the session has one.
    #[arg(long, conflicts_with = "kerberos")]
    ask: bool,
    #[command(flatten)]
    tls: TlsArgs,
    /// Ask about this account or group too: `CONTOSO\name`, a SID, or a distinguished name of a container.
    #[arg(long, value_name = "NAME")]
    about: Vec<String>,
}

/// A domain controller to be asked.
#[derive(Debug)]
pub(crate) struct DirectoryPlace<'a> {
    args: &'a DirectoryArgs,
    server: Server,
}

impl<'a> DirectoryPlace<'a> {
    pub(crate) fn new(args: &'a DirectoryArgs) -> Result<Self, Failure> {
        Ok(DirectoryPlace { args, server: server(args)? })
    }

    fn named(&self) -> Result<Named, Failure> {
        let folder = &self.args.out.out;
        let mut named = if folder.join(crate::out::MANIFEST).is_file() {
            let cannot = |why| Failure::Folder { path: folder.clone(), why };
            names::of_snapshot(folder).map_err(cannot)?
        } else {
            Named::default()
        };
        for about in &self.args.about {
            if about.contains("DC=") || about.contains("dc=") {
                named.place(about)
            } else {
                named.name(about)
            }
        }
        Ok(named)
    }

    /// The domain as far as it is known before anybody was asked: that of the server's name.
    fn guessed_domain(&self) -> Scope {
        let host = self.server.host.as_str();
        Scope::domain(host.split_once('.').map_or(host, |(_, domain)| domain))
    }
}

/// The datasets of a directory.
pub(crate) const DATASETS: [Dataset; 3] = [Dataset::Directory, Dataset::Lookup, Dataset::Domain];

const RIGHT: &str = "any user of the domain; Read Permissions for the descriptors";

impl Place for DirectoryPlace<'_> {
    fn asks(&self) -> Vec<Ask> {
        let scope = self.guessed_domain();
        let count = self.named().map_or(0, |named| named.len());
        let ask = |what: String, dataset: Dataset| Ask {
            whom: self.server.url(),
            what,
            right: RIGHT.to_owned(),
            file: match dataset {
                Dataset::Domain => path_of(dataset, &Scope::Hierarchy),
                _ => path_of(dataset, &scope),
            },
        };
        vec![
            ask("the domains of the forest and the trusts".to_owned(), Dataset::Domain),
            ask(
                "the head of the domain, System Management and what is in it, all organisational units; the \
                 principals that are named, the members of the groups among them, and all their groups"
                    .to_owned(),
                Dataset::Directory,
            ),
            ask(format!("{count} names that the snapshot holds"), Dataset::Lookup),
        ]
    }

    fn collect(&self, run: &Run<'_>) -> Result<(), Failure> {
        let guessed = self.guessed_domain();
        let hierarchy = (Dataset::Domain, Scope::Hierarchy);
        let credentials = if self.args.kerberos {
            Credentials::SignedIn
        } else if self.server.protection == Protection::Nothing {
            // Refused before anybody is asked for a password.
            return self.refused(run, &guessed, &Refusal::Unprotected(unprotected(&self.server)));
        } else {
            Credentials::find(self.args.ask, false)?
        };
        let named = self.named()?;
        let tls = client_config(&self.args.tls)?;
        let task = run.progress.task(format!("directory {}", self.server.host));
        let connected = Ldap::sign_in(&self.server, &credentials, tls)
            .and_then(|mut ldap| walk::domain(&mut ldap).map(|domain| (ldap, domain)));
        let (mut ldap, domain) = match connected {
            Ok(connected) => connected,
            Err(refusal) => {
                task.end(&State::Failed(why(&refusal)));
                return self.refused(run, &guessed, &refusal);
            }
        };
        run.out.collector(credentials.name(), None);
        let scope = Scope::domain(&domain.dns);
        run.out.plan([(Dataset::Directory, scope.clone()), (Dataset::Lookup, scope.clone()), hierarchy]);
        let path = path_of(Dataset::Directory, &scope);
        let mut file = run.out.create(&path)?;
        let disk =
            |e: std::io::Error| Failure::Folder { path: run.out.path().join(&path), why: e.to_string() };
        let outcome =
            walk::collect(&mut ldap, &domain, &named, &mut file, &|more| task.add(more)).map_err(disk)?;
        let who = credentials.name().map_or("the signed-in user", |name| name);
        let source = format!("LDAP search on {} with the SD flags control, as {who}", domain.server);
        let state = state(&outcome.holes, outcome.ended.as_ref());
        task.end(&state);
        let mut part = Part::new(Dataset::Directory, scope.clone(), state, &source);
        part.covers.clone_from(&outcome.covers);
        part.files.push(file.finish(outcome.records).map_err(disk)?);
        run.out.record(part)?;
        self.lookups(run, &scope, &outcome, &source)?;
        self.domains(run, &outcome, &source)
    }
}

impl DirectoryPlace<'_> {
    /// Nobody could be asked anything.
    fn refused(&self, run: &Run<'_>, scope: &Scope, refusal: &Refusal) -> Result<(), Failure> {
        let source = self.server.url();
        for dataset in DATASETS {
            let scope = if dataset == Dataset::Domain { &Scope::Hierarchy } else { scope };
            run.out.record(Part::new(dataset, scope.clone(), State::Failed(why(refusal)), &source))?;
        }
        Ok(())
    }

    fn lookups(&self, run: &Run<'_>, scope: &Scope, outcome: &Outcome, source: &str) -> Result<(), Failure> {
        let path = path_of(Dataset::Lookup, scope);
        let mut file = run.out.create(&path)?;
        let disk =
            |e: std::io::Error| Failure::Folder { path: run.out.path().join(&path), why: e.to_string() };
        write_lookups(&mut file, &outcome.lookups).map_err(disk)?;
        let failed = outcome.lookups.iter().filter(|l| l.answer == "error").count();
        let state = match (&outcome.ended, failed) {
            (Some(refusal), _) => State::Partial(why(refusal)),
            (None, 0) => State::Complete,
            (None, failed) => {
                State::Partial(Why::new(format!("{failed} of {} look-ups failed", outcome.lookups.len())))
            }
        };
        let mut part = Part::new(Dataset::Lookup, scope.clone(), state, source);
        part.files.push(file.finish(outcome.lookups.len() as u64).map_err(disk)?);
        run.out.record(part)
    }

    /// The list of domains is that of the whole hierarchy: what a run over another domain wrote stays.
    fn domains(&self, run: &Run<'_>, outcome: &Outcome, source: &str) -> Result<(), Failure> {
        let path = path_of(Dataset::Domain, &Scope::Hierarchy);
        let earlier = std::fs::read(run.out.path().join(&path)).unwrap_or_default();
        let earlier: Vec<KnownDomain> = serde_json::from_slice(&earlier).unwrap_or_default();
        let domains = merged(earlier, &outcome.domains);
        let json = serde_json::to_string_pretty(&domains).expect("names are written as they are");
        let missing: Vec<String> = domains
            .iter()
            .filter(|d| d.sid.is_none())
            .map(|d| format!("nothing gives the SID of {}; collect that domain too", d.dns))
            .collect();
        let unread = outcome.domain_holes.iter().filter(|h| !h.starts_with("nothing here")).cloned();
        let holes: Vec<String> = unread.chain(missing).collect();
        let state = state(&holes, outcome.ended.as_ref());
        let mut part = Part::new(Dataset::Domain, Scope::Hierarchy, state, source);
        part.files.push(run.out.write(&path, json.as_bytes(), domains.len() as u64)?);
        run.out.record(part)
    }
}

/// Domains of two runs: what either knows of one of them.
fn merged(earlier: Vec<KnownDomain>, now: &[KnownDomain]) -> Vec<KnownDomain> {
    let mut all: std::collections::BTreeMap<String, KnownDomain> =
        now.iter().map(|d| (d.dns.clone(), d.clone())).collect();
    for domain in earlier {
        let known = all.entry(domain.dns.to_lowercase()).or_insert_with(|| domain.clone());
        known.netbios = known.netbios.take().or(domain.netbios);
        known.sid = known.sid.take().or(domain.sid);
        known.forest = known.forest.take().or(domain.forest);
    }
    all.into_values().collect()
}

fn write_lookups(out: &mut impl Write, lookups: &[Lookup]) -> std::io::Result<()> {
    out.write_all(b"asked,answer,dn\r\n")?;
    for lookup in lookups {
        write!(out, "{},{},{}\r\n", field(&lookup.asked), lookup.answer, field(&lookup.dn))?;
    }
    Ok(())
}

/// A field of a CSV file (RFC 4180).
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn state(holes: &[String], ended: Option<&Refusal>) -> State {
    const SHOWN: usize = 3;
    if let Some(refusal) = ended {
        return State::Partial(why(refusal));
    }
    if holes.is_empty() {
        return State::Complete;
    }
    let mut text = holes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if holes.len() > SHOWN {
        text.push_str(&format!("; and {} more", holes.len() - SHOWN));
    }
    let hidden = ["access denied", attributes::DESCRIPTOR, attributes::EVERY_ACCOUNT];
    let denied = holes.iter().any(|hole| hidden.iter().any(|word| hole.contains(word)));
    let why = Why::new(text);
    State::Partial(if denied { why.needs_right("Read and Read Permissions on these objects") } else { why })
}

fn why(refusal: &Refusal) -> Why {
    let why = Why::new(refusal.to_string());
    match refusal {
        Refusal::Unreachable { host, port, .. } => why.needs_port(host, *port),
        Refusal::Credentials(_) => why.needs_right("an account of the domain that may sign in"),
        Refusal::Denied(_) => why.needs_right(RIGHT),
        _ => why,
    }
}

fn unprotected(server: &Server) -> String {
    format!("{} would carry a password unencrypted; use ldaps://, --starttls or --kerberos", server.url())
}

/// The server of the arguments: `dc01.contoso.com`, `dc01.contoso.com:3269`, `ldaps://…`, `ldap://…`.
fn server(args: &DirectoryArgs) -> Result<Server, Failure> {
    let text = args.server.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => {
            let port = port.parse::<u16>();
            (host, Some(port.map_err(|_| Failure::Usage(format!("`{rest}` has no port after `:`")))?))
        }
        None => (rest, None),
    };
    if host.is_empty() || host.contains(['/', '=', ' ', '\\']) {
        return Err(Failure::Usage(format!(
            "`{text}` is no server: give the DNS name of a domain controller"
        )));
    }
    let protection = match (scheme.to_ascii_lowercase().as_str(), args.kerberos, args.starttls) {
        ("ldaps", true, _) => {
            return Err(Failure::Usage(
                "--kerberos seals the connection itself: use it without ldaps://".to_owned(),
            ));
        }
        ("ldaps", _, true) => {
            return Err(Failure::Usage("--starttls begins unencrypted: use it without ldaps://".to_owned()));
        }
        ("" | "ldap", true, _) if CAN_SIGN_IN => Protection::Sealed,
        ("" | "ldap", true, _) => {
            let text = "this program was built without Kerberos (`cargo build --features gssapi`, which needs libkrb5 and \
                        libclang); use an account with ldaps or --starttls";
            return Err(Failure::Usage(text.to_owned()));
        }
        ("" | "ldap", _, true) => Protection::StartTls,
        ("" | "ldaps", false, false) => Protection::Tls,
        ("ldap", false, false) => Protection::Nothing,
        _ => return Err(Failure::Usage(format!("`{scheme}://` is neither ldaps:// nor ldap://"))),
    };
    let port = port.unwrap_or(if protection == Protection::Tls { 636 } else { 389 });
    Ok(Server { host: host.to_owned(), port, protection })
}
