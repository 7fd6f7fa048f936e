//! One class of the provider: listed in pages, read by key, written row by row.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cmlint_archive::{WrittenFile, without_secrets};
use cmlint_model::{Dataset, Scope};

use super::SiteArgs;
use super::classes::Class;
use super::connection::{Connection, Endpoint};
use super::rows::{self, Row};
use super::trouble::{RIGHT, Trouble};
use super::view::View;
use crate::Failure;
use crate::out::{Out, Pending, State, Why, path_of, path_of_one};
use crate::progress::Task;

/// So many objects in a row that the provider does not know by their keys, with none that it knows, say that it
/// cannot read this class by key.
const UNKNOWN_KEYS: usize = 5;

/// Asks a provider.
pub(super) struct Fetch {
    first: Connection,
    /// More connections for objects that are read one by one, made when they are needed.
    more: Vec<Connection>,
    endpoint: Arc<Endpoint>,
    page_size: u64,
    connections: usize,
}

/// What became of a class.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    rows: u64,
    /// Why the list ended early.
    trouble: Option<Trouble>,
    /// What is wrong with the pages.
    doubt: Option<String>,
    /// Objects that were read by their key.
    by_key: u64,
    /// Objects that were not, though a lazy property is missing from their list row, and the first reason.
    left_out: u64,
    left_out_why: Option<String>,
}

impl Fetch {
    pub(super) fn new(first: Connection, endpoint: Arc<Endpoint>, args: &SiteArgs) -> Fetch {
        let connections = args.connections as usize;
        Fetch { first, more: Vec::new(), endpoint, page_size: u64::from(args.page_size), connections }
    }

    pub(super) fn first_page(&mut self, path: &str) -> Result<Vec<Row>, Trouble> {
        self.first.get(path, &|_| ()).and_then(|body| rows::page(&body))
    }

    /// Gives each row of a class to `sink`, in the order of the list.
    pub(super) fn class(
        &mut self,
        class: &Class,
        task: &Task,
        sink: &mut dyn FnMut(Row) -> Result<(), Failure>,
    ) -> Result<Fetched, Failure> {
        let mut fetched = Fetched::default();
        let mut seen = BTreeSet::new();
        let mut keys_are_known = None;
        loop {
            let path = self.page_path(class, fetched.rows);
            let answer = self.first.get(&path, &|text| task.note(text)).and_then(|body| rows::page(&body));
            let page = match answer {
                Ok(page) => page,
                Err(trouble) => {
                    fetched.trouble = Some(trouble);
                    break;
                }
            };
            let came = page.len() as u64;
            let fresh: Vec<Row> = page.into_iter().filter(|row| seen.insert(hash(row.text.get()))).collect();
            if fresh.is_empty() {
                // A provider that does not know how to skip gives the first page again. Where that one was not
                // full, or longer than was asked for, it held everything.
                if came == self.page_size {
                    fetched.doubt = Some("the provider gives the same page again and again".to_owned());
                }
                break;
            }
            fetched.rows += fresh.len() as u64;
            self.rows(class, fresh, task, &mut fetched, &mut keys_are_known, sink)?;
            // A page shorter than was asked for is no end: a provider may give fewer. An empty one is.
        }
        Ok(fetched)
    }

    fn page_path(&self, class: &Class, skip: u64) -> String {
        let select = match class.select {
            [] => String::new(),
            names => format!("$select={}&", names.join(",")),
        };
        format!("wmi/{}?{select}$top={}&$skip={skip}", class.dataset.name(), self.page_size)
    }

    fn rows(
        &mut self,
        class: &Class,
        page: Vec<Row>,
        task: &Task,
        fetched: &mut Fetched,
        keys_are_known: &mut Option<bool>,
        sink: &mut dyn FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if class.keys.is_empty() || *keys_are_known == Some(false) {
            for row in page {
                if !class.keys.is_empty() && row.left_out(class.dataset) {
                    fetched.left_out += 1;
                }
                sink(row)?;
                task.add(1);
            }
            return Ok(());
        }
        let found = self.by_key(class, &page, task)?;
        *keys_are_known = keys_are_known.or_else(|| {
            if found.iter().any(|f| matches!(f, Some(Ok(_)))) {
                return Some(true);
            }
            found.iter().any(Option::is_some).then_some(false)
        });
        for (row, found) in page.into_iter().zip(found) {
            let row = match found {
                Some(Ok(whole)) => {
                    fetched.by_key += 1;
                    whole
                }
                other => {
                    if row.left_out(class.dataset) {
                        fetched.left_out += 1;
                        let why =
                            other.and_then(Result::err).map_or("it has no key".to_owned(), |t| t.brief());
                        fetched.left_out_why.get_or_insert(why);
                    }
                    row
                }
            };
            sink(row)?;
        }
        Ok(())
    }

    /// Reads each object of a page by its key: `None` where it was not tried.
    fn by_key(
        &mut self,
        class: &Class,
        page: &[Row],
        task: &Task,
    ) -> Result<Vec<Option<Result<Row, Trouble>>>, Failure> {
        while self.more.len() + 1 < self.connections.min(page.len()) {
            self.more.push(Connection::new(self.endpoint.clone())?);
        }
        let next = AtomicUsize::new(0);
        let unknown = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let found: Mutex<Vec<Option<Result<Row, Trouble>>>> = Mutex::new(page.iter().map(|_| None).collect());
        let work = |connection: &mut Connection| {
            while !stop.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(row) = page.get(at) else { return };
                let Some(key) = row.key(class.keys) else { continue };
                let path = format!("wmi/{}{key}", class.dataset.name());
                let outcome = connection.get(&path, &|text| task.note(text)).and_then(|b| rows::object(&b));
                match &outcome {
                    Ok(_) => unknown.store(usize::MAX / 2, Ordering::Relaxed),
                    Err(trouble) if trouble.ends_all() => stop.store(true, Ordering::Relaxed),
                    Err(Trouble::Missing | Trouble::Other(_)) => {
                        let before = unknown.fetch_add(1, Ordering::Relaxed);
                        if (UNKNOWN_KEYS - 1..usize::MAX / 4).contains(&before) {
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                    Err(_) => {}
                }
                found.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(outcome);
                task.add(1);
            }
        };
        std::thread::scope(|scope| {
            for connection in &mut self.more {
                scope.spawn(|| work(connection));
            }
            work(&mut self.first);
        });
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whole rows are compared, so that no key has to be known; a collision of 64 bits costs one row of a page that says
/// that it is partial.
fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

impl Fetched {
    /// Whether an empty lazy property means that there is none.
    pub(super) fn read_by_key(&self) -> bool {
        self.rows > 0 && self.by_key == self.rows
    }

    /// How much of the class is there.
    pub(super) fn state(&self, class: &Class, view: &View) -> State {
        let right = class.dataset.info().right;
        match &self.trouble {
            Some(trouble) if self.rows == 0 => return State::Failed(trouble.why(right)),
            Some(trouble) => {
                let mut why = trouble.why(right);
                why.what = format!("only the first {} rows: {}", self.rows, why.what);
                return State::Partial(why);
            }
            None => {}
        }
        if self.rows == 0 && class.never_empty {
            let what = "the provider gave no rows, and every site has some: it shows the account nothing";
            return State::Failed(Why::new(what).needs_right(RIGHT));
        }
        if let Some(doubt) = &self.doubt {
            return State::Partial(Why::new(doubt.clone()));
        }
        if self.left_out > 0 {
            let why = self.left_out_why.as_deref().unwrap_or("the provider cannot read this class by key");
            let lazy: Vec<&str> = class.dataset.info().lazy.iter().map(|l| l.property).collect();
            let what = format!(
                "{} of {} objects were not read by their key ({why}), so that {} may be missing from them",
                self.left_out,
                self.rows,
                lazy.join(" and ")
            );
            return State::Partial(Why::new(what).needs_right(right));
        }
        match view {
            View::All => State::Complete,
            View::Limited(why) => State::Partial(why.clone()),
        }
    }
}

/// A list of rows that is being written.
pub(super) struct RowFile {
    file: Pending,
    rows: u64,
    path: String,
}

impl RowFile {
    pub(super) fn create(out: &Out, dataset: Dataset) -> Result<RowFile, Failure> {
        let path = path_of(dataset, &Scope::Hierarchy);
        Ok(RowFile { file: out.create(&path)?, rows: 0, path })
    }

    pub(super) fn add(&mut self, row: &Row, dataset: Dataset) -> Result<(), Failure> {
        let (text, _) = row.written(dataset);
        let before = if self.rows == 0 { "[\n" } else { ",\n" };
        self.rows += 1;
        write!(self.file, "{before}{text}").map_err(|e| cannot(&self.path, &e))
    }

    pub(super) fn finish(mut self) -> Result<WrittenFile, Failure> {
        let end = if self.rows == 0 { "[]\n" } else { "\n]\n" };
        self.file
            .write_all(end.as_bytes())
            .and_then(|()| self.file.finish(self.rows))
            .map_err(|e| cannot(&self.path, &e))
    }
}

fn cannot(path: &str, error: &std::io::Error) -> Failure {
    Failure::Folder { path: path.into(), why: error.to_string() }
}

/// The task sequences of the packages, one file each.
pub(super) struct Sequences<'o> {
    out: &'o Out,
    pub(super) files: Vec<WrittenFile>,
    without: u64,
}

impl<'o> Sequences<'o> {
    pub(super) fn new(out: &'o Out) -> Self {
        Sequences { out, files: Vec::new(), without: 0 }
    }

    pub(super) fn add(&mut self, package: &Row) -> Result<(), Failure> {
        let sequence = package.text_of("Sequence");
        // The declaration names the encoding that the text had before it became a string.
        let body = match sequence.trim_start().strip_prefix("<?xml") {
            Some(rest) => rest.split_once("?>").map_or("", |(_, body)| body),
            None => sequence,
        };
        if body.trim().is_empty() {
            self.without += 1;
            return Ok(());
        }
        let path = path_of_one(Dataset::TaskSequence, &Scope::Hierarchy, package.text_of("PackageID"));
        let (text, _) = without_secrets(&path, body.trim());
        let file = self.out.write(&path, text.as_bytes(), 1)?;
        self.files.push(file);
        Ok(())
    }

    /// Their state follows from that of their packages.
    pub(super) fn state(&self, packages: State) -> State {
        match packages {
            State::Complete if self.without > 0 => {
                State::Partial(Why::new(format!("{} packages came without their sequence", self.without)))
            }
            state => state,
        }
    }
}
