//! `site`: what the AdminService of an SMS Provider says about a hierarchy.
//!
//! Each class is listed in pages; classes with lazy properties are then read object by object, over a few connections
//! at a time. The provider leaves out what the caller may not see, so that first of all the caller is judged
//! (`view`), and a caller with limits makes every dataset partial.

use std::sync::Arc;
use std::time::Duration;

use cmlint_archive::Hierarchy;
use cmlint_model::{Dataset, Scope};

use crate::Failure;
use crate::credentials::Credentials;
use crate::out::{Part, State};
use crate::place::{Ask, Place, Run};
use crate::tls::{TlsArgs, client_config};

mod class;
mod classes;
mod connection;
mod rows;
mod sign_in;
mod trouble;
mod view;

use class::{Fetch, Fetched};
use classes::{CLASSES, Class};
use connection::{Connection, Endpoint};
use rows::Row;
use sign_in::{Protocol, Target, can_use_signed_in_user};
use trouble::Trouble;
use view::View;

/// Which provider is asked, and how.
#[derive(clap::Args, Clone, Debug)]
pub struct SiteArgs {
    /// Name of the computer with the SMS Provider, as in its certificate: `cm02.contoso.com`, or with a port.
    pub provider: String,
    /// Whom to believe.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Ask for the account and its password, whatever the environment says.
    ///
    /// Without it they come from CMLINT_COLLECT_USER and CMLINT_COLLECT_PASSWORD; without these it is the signed-in
    /// user, where this build can use what that user has.
    #[arg(long)]
    pub ask: bool,
    /// How to prove the account.
    #[arg(long, value_enum, default_value_t)]
    pub auth: Protocol,
    /// The domain controller for Kerberos; by default the account's domain leads to one.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub kdc: Option<String>,
    /// Collect only these datasets.
    #[arg(long, value_name = "DATASET", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Take the account for one that sees all objects, where the provider does not show that it does.
    #[arg(long)]
    pub sees_all: bool,
    /// Rows in one answer.
    #[arg(long, value_name = "ROWS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub page_size: u32,
    /// Connections at a time for objects that are read one by one.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub connections: u32,
}

/// An SMS Provider.
#[derive(Debug)]
pub struct Site {
    args: SiteArgs,
    host: String,
    port: u16,
    chosen: Vec<Class>,
    pause: fn(Duration),
}

impl Site {
    /// A provider. `pause` waits before a question is asked again.
    ///
    /// # Errors
    /// When its name or the name of a dataset is none.
    pub fn new(args: SiteArgs, pause: fn(Duration)) -> Result<Site, Failure> {
        let (host, port) = match args.provider.rsplit_once(':') {
            Some((host, port)) => {
                let port = port.parse().map_err(|_| Failure::Usage(format!("`{port}` is no port")))?;
                (host.to_owned(), port)
            }
            None => (args.provider.clone(), 443),
        };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || !host.chars().all(is_name) {
            let text = format!("`{}` is no name of a computer: expected `cm02.contoso.com`", args.provider);
            return Err(Failure::Usage(text));
        }
        let mut chosen = Vec::new();
        for name in &args.only {
            let class =
                Dataset::from_name(name).and_then(|d| CLASSES.iter().find(|c| c.dataset == of_class(d)));
            let known = || CLASSES.map(|c| c.dataset.name()).join(", ");
            let Some(class) = class else {
                return Err(Failure::Usage(format!("`{name}` is not collected here; there are {}", known())));
            };
            chosen.push(*class);
        }
        if chosen.is_empty() {
            chosen = CLASSES.to_vec();
        }
        Ok(Site { args, host, port, chosen, pause })
    }

    fn base(&self) -> String {
        match self.port {
            443 => format!("https://{}/AdminService/", self.host),
            port => format!("https://{}:{port}/AdminService/", self.host),
        }
    }

    fn source(&self, dataset: Dataset, account: Option<&str>) -> String {
        let who = account.map(|a| format!(" as {a}")).unwrap_or_default();
        let taken = if self.args.sees_all { ", which was said to see all objects" } else { "" };
        format!("AdminService wmi/{} on {}{who}{taken}", dataset.name(), self.host)
    }
}

/// Task sequences come from the class of their packages.
fn of_class(dataset: Dataset) -> Dataset {
    if dataset == Dataset::TaskSequence { Dataset::TaskSequencePackage } else { dataset }
}

/// Whether it is collected here.
pub(crate) fn collects(dataset: Dataset) -> bool {
    CLASSES.iter().any(|class| class.dataset == of_class(dataset))
}

fn datasets(class: &Class) -> impl Iterator<Item = Dataset> + use<> {
    let sequences = (class.dataset == Dataset::TaskSequencePackage).then_some(Dataset::TaskSequence);
    std::iter::once(class.dataset).chain(sequences)
}

impl Place for Site {
    fn asks(&self) -> Vec<Ask> {
        self.chosen
            .iter()
            .map(|class| {
                let info = class.dataset.info();
                let by_key = if class.keys.is_empty() { "" } else { ", then each object by its key" };
                let files: Vec<String> = datasets(class).map(|d| d.info().pattern.to_owned()).collect();
                Ask {
                    whom: self.base(),
                    what: format!("GET wmi/{} in pages of {}{by_key}", info.name, self.args.page_size),
                    right: info.right.to_owned(),
                    file: files.join(" and "),
                }
            })
            .collect()
    }

    fn collect(&self, run: &Run<'_>) -> Result<(), Failure> {
        let tls = client_config(&self.args.tls)?;
        let credentials = Credentials::find(self.args.ask, can_use_signed_in_user())?;
        let account = credentials.name().map(str::to_owned).or_else(signed_in_name);
        run.out.collector(account.as_deref(), None);
        run.out.plan(self.chosen.iter().flat_map(|c| datasets(c).map(|d| (d, Scope::Hierarchy))));
        let endpoint = Arc::new(Endpoint {
            base: self.base(),
            port: self.port,
            target: Target { host: self.host.clone(), protocol: self.args.auth, kdc: self.args.kdc.clone() },
            tls,
            credentials,
            pause: self.pause,
        });
        let fetch = Fetch::new(Connection::new(endpoint.clone())?, endpoint, &self.args);
        Collecting { site: self, run, account: account.as_deref(), fetch, view: View::All }.all()
    }
}

/// On Windows the signed-in user has a name in the environment; a Unix user's name there is not that of the tickets.
fn signed_in_name() -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    cfg!(windows).then(|| Some(format!("{}\\{}", variable("USERDOMAIN")?, variable("USERNAME")?)))?
}

struct Collecting<'c> {
    site: &'c Site,
    run: &'c Run<'c>,
    account: Option<&'c str>,
    fetch: Fetch,
    view: View,
}

impl Collecting<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        let asked_site = match self.identify() {
            Ok(code) => code,
            Err(trouble) if trouble.ends_all() => return self.fail_all(&trouble),
            Err(_) => String::new(),
        };
        let (sites, about_sites) = self.in_memory(&CLASSES[0])?;
        if let Some(hierarchy) = hierarchy(&sites, &asked_site) {
            self.run.out.belongs_to(&hierarchy)?;
        }
        let (admins, about_admins) = self.in_memory(&CLASSES[1])?;
        if !self.site.args.sees_all {
            self.view = view::judge(&admins, self.account);
        }
        self.keep(&CLASSES[0], &sites, about_sites)?;
        self.keep(&CLASSES[1], &admins, about_admins)?;
        for class in self.site.chosen.iter().filter(|c| !matches!(c.dataset, Dataset::Site | Dataset::Admin))
        {
            self.class(class)?;
        }
        Ok(())
    }

    fn identify(&mut self) -> Result<String, Trouble> {
        let rows = self.fetch.first_page("wmi/SMS_Identification?$select=ThisSiteCode,ThisSiteName")?;
        Ok(rows.first().map(|r| r.text_of("ThisSiteCode").to_owned()).unwrap_or_default())
    }

    fn fail_all(&self, trouble: &Trouble) -> Result<(), Failure> {
        for dataset in self.site.chosen.iter().flat_map(datasets) {
            let state = State::Failed(trouble.why(dataset.info().right));
            self.record(dataset, state, Vec::new(), false)?;
        }
        Ok(())
    }

    fn in_memory(&mut self, class: &Class) -> Result<(Vec<Row>, Fetched), Failure> {
        let task = self.run.progress.task(class.dataset.name());
        let mut rows = Vec::new();
        let fetched = self.fetch.class(class, &task, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        task.end(&fetched.state(class, &View::All));
        Ok((rows, fetched))
    }

    /// Writes rows that were judged first.
    fn keep(&self, class: &Class, rows: &[Row], fetched: Fetched) -> Result<(), Failure> {
        if !self.site.chosen.iter().any(|c| c.dataset == class.dataset) {
            return Ok(());
        }
        let mut file = class::RowFile::create(self.run.out, class.dataset)?;
        for row in rows {
            file.add(row, class.dataset)?;
        }
        self.finish(class, file, &fetched)
    }

    fn class(&mut self, class: &Class) -> Result<(), Failure> {
        let task = self.run.progress.task(class.dataset.name());
        let mut file = class::RowFile::create(self.run.out, class.dataset)?;
        let mut sequences = class::Sequences::new(self.run.out);
        let fetched = self.fetch.class(class, &task, &mut |row| {
            if class.dataset == Dataset::TaskSequencePackage {
                sequences.add(&row)?;
            }
            file.add(&row, class.dataset)
        })?;
        task.end(&fetched.state(class, &self.view));
        self.finish(class, file, &fetched)?;
        if class.dataset == Dataset::TaskSequencePackage {
            let state = sequences.state(fetched.state(class, &self.view));
            self.record(Dataset::TaskSequence, state, sequences.files, true)?;
        }
        Ok(())
    }

    fn finish(&self, class: &Class, file: class::RowFile, fetched: &Fetched) -> Result<(), Failure> {
        let state = fetched.state(class, &self.view);
        let files = if state.has_data() { vec![file.finish()?] } else { Vec::new() };
        self.record(class.dataset, state, files, fetched.read_by_key())
    }

    fn record(
        &self,
        dataset: Dataset,
        state: State,
        files: Vec<cmlint_archive::WrittenFile>,
        read_by_key: bool,
    ) -> Result<(), Failure> {
        let source = self.site.source(of_class(dataset), self.account);
        let mut part = Part::new(dataset, Scope::Hierarchy, state, source);
        part.files = files;
        part.read_by_key = read_by_key;
        self.run.out.record(part)
    }
}

/// The hierarchy is known by the site that reports to none.
fn hierarchy(sites: &[Row], asked_site: &str) -> Option<Hierarchy> {
    let mut tops = sites.iter().filter(|r| r.text_of("ReportingSiteCode").is_empty());
    let top = tops.next().filter(|_| tops.next().is_none())?;
    Some(Hierarchy {
        top_site: top.text_of("SiteCode").to_owned(),
        top_server: top.text_of("ServerName").to_lowercase(),
        asked_site: asked_site.to_owned(),
    })
}
