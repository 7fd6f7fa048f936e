//! `host`: what Windows computers say of themselves: local groups, user rights, descriptors, services, firewall, IIS.
//!
//! ```text
//! collect (what is asked of one computer) ─▶ answers::Host ◀─ native (Windows calls)
//!   └▶ acl, formats                                        ◀─ tables, in tests
//! ```
//!
//! What is collected and how it is written knows no Windows and is tested everywhere; only `native` calls the system.

// Elsewhere nobody answers, so that only tests use them.
#[cfg(any(windows, test))]
mod acl;
#[cfg(any(windows, test))]
mod answers;
#[cfg(any(windows, test))]
mod collect;
#[cfg(any(windows, test))]
mod formats;
#[cfg(any(windows, test))]
mod inherited;
#[cfg(any(windows, test))]
mod roots;

#[cfg(windows)]
mod native;
#[cfg(test)]
mod tests;

use cmlint_model::{Dataset, Scope};

use crate::args::OutArgs;
use crate::out::path_of;
use crate::{Ask, Failure, Place, Run};

/// The datasets of a computer, in the order in which they are collected.
pub(crate) const DATASETS: [Dataset; 8] = [
    Dataset::Computer,
    Dataset::LocalGroup,
    Dataset::UserRight,
    Dataset::Service,
    Dataset::Registry,
    Dataset::Firewall,
    Dataset::Iis,
    Dataset::Acl,
];

/// What has a descriptor that is read.
const KINDS: &str = "folders, shares, registry keys, WMI namespaces, COM and services";

/// Collect local groups, user rights, permissions, services, firewall and IIS of Windows computers.
///
/// Runs on Windows, in an elevated prompt of a local administrator. Where no program may run, `cmlint-collect commands`
/// prints stock commands that give the same files.
#[derive(clap::Args, Debug)]
pub(crate) struct HostArgs {
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Computers to ask over the network, side by side: `cm01.contoso.com,sql01.contoso.com`. Without it, this one.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    computer: Vec<String>,
}

/// Computers to be asked.
#[derive(Debug)]
pub(crate) struct HostPlace<'a> {
    /// Names to ask over the network; empty for this computer.
    computers: &'a [String],
}

impl<'a> HostPlace<'a> {
    pub(crate) fn new(args: &'a HostArgs) -> Result<Self, Failure> {
        let odd = |name: &&String| name.trim().is_empty() || name.contains(['\\', '/', ' ', ':', '\0']);
        if let Some(name) = args.computer.iter().find(odd) {
            return Err(Failure::Usage(format!("`{name}` is no name of a computer")));
        }
        #[cfg(not(windows))]
        if !args.out.dry_run {
            return Err(Failure::Usage(ELSEWHERE.to_owned()));
        }
        Ok(HostPlace { computers: &args.computer })
    }
}

impl Place for HostPlace<'_> {
    fn asks(&self) -> Vec<Ask> {
        let this = ["this computer".to_owned()];
        let names = if self.computers.is_empty() { &this[..] } else { self.computers };
        let mut asks = Vec::new();
        for name in names {
            let scope = Scope::host(if self.computers.is_empty() { "<this>" } else { name.as_str() });
            asks.extend(DATASETS.iter().map(|dataset| Ask {
                whom: name.clone(),
                what: match dataset {
                    Dataset::Acl => format!("acl: owner, group and DACL of {KINDS}"),
                    _ => dataset.name().to_owned(),
                },
                right: dataset.info().right.to_owned(),
                file: path_of(*dataset, &scope),
            }));
        }
        asks
    }

    #[cfg(not(windows))]
    fn collect(&self, _: &Run<'_>) -> Result<(), Failure> {
        Err(Failure::Usage(ELSEWHERE.to_owned()))
    }

    #[cfg(windows)]
    fn collect(&self, run: &Run<'_>) -> Result<(), Failure> {
        use crate::out::State;

        let elevated = native::elevated();
        run.out.collector(native::user().as_deref(), elevated);
        if elevated == Some(false) && self.computers.is_empty() {
            run.progress.say(NOT_ELEVATED);
        }
        let one = |name: Option<&str>| -> Result<(), Failure> {
            let host = native::Native::new(name);
            let asked = name.map_or_else(|| host.own_name(), str::to_owned);
            let task = run.progress.task(format!("host {asked}"));
            let done = collect::collect(&host, &asked, run.out, &|more| task.add(more));
            task.end(done.as_ref().unwrap_or(&State::Complete));
            done.map(|_| ())
        };
        if self.computers.is_empty() {
            return one(None);
        }
        // A few at a time: each waits for the network most of the time.
        for together in self.computers.chunks(SIDE_BY_SIDE) {
            let results: Vec<Result<(), Failure>> = std::thread::scope(|scope| {
                let threads: Vec<_> = together.iter().map(|name| scope.spawn(|| one(Some(name)))).collect();
                let panicked =
                    || Err(Failure::Usage("a defect ended the collection of a computer".to_owned()));
                threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
            });
            results.into_iter().collect::<Result<(), Failure>>()?;
        }
        Ok(())
    }
}

/// What other systems are told.
#[cfg(not(windows))]
const ELSEWHERE: &str = "`host` asks Windows by its own calls, so it runs on Windows only; on this system, \
                         `cmlint-collect commands local-groups user-rights acl services firewall registry iis` prints stock \
                         commands to run there, and `cmlint-collect adopt` takes their files in";

#[cfg(windows)]
const NOT_ELEVATED: &str = "this prompt is not elevated: user rights and most descriptors will be denied; run it as \
                            administrator for all of it";

#[cfg(windows)]
const SIDE_BY_SIDE: usize = 8;
