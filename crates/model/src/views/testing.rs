//! Small snapshots that are made by hand, so that a test of a view reads as its specification.

use std::borrow::Cow;
use std::collections::BTreeSet;

use cmlint_source::{Bool, Encoding, Field, FileId, Int, Many, Sources, Span, Spanned, Str};
use cmlint_winsec::Sid;

use crate::proof::{Answer, Proof};
use crate::rows::*;
use crate::{Dataset, Gap, Insert, Scope, Snapshot, Statement, Status};

/// The directory domain of the made-up world.
pub(crate) const DOMAIN: &str = "corp.example";

/// The SID of an account of the domain.
pub(crate) fn sid(rid: u32) -> Sid {
    format!("S-1-5-21-1-2-3-{rid}").parse().unwrap()
}

/// Rows with made-up places, put into a snapshot that claims to be complete.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) snapshot: Snapshot<'static>,
    file: FileId,
    next: usize,
    people: Vec<DirectoryObject<'static>>,
    /// Datasets that stay as they are when the world is closed.
    stated: BTreeSet<Dataset>,
}

impl Made {
    pub(crate) fn new() -> Made {
        let mut sources = Sources::new();
        let file = sources.add("made-up.json", " ".repeat(4096), Encoding::Utf8);
        let mut snapshot = Snapshot::default();
        snapshot.about.has_manifest = true;
        Made { snapshot, file, next: 0, people: Vec::new(), stated: BTreeSet::new() }
    }

    /// A place of its own.
    pub(crate) fn at(&mut self) -> Span {
        self.next += 1;
        self.file.span(self.next, 1)
    }

    pub(crate) fn text(&mut self, text: &str) -> Spanned<Str<'static>> {
        Spanned::new(Str(Cow::Owned(text.to_owned())), self.at())
    }

    pub(crate) fn field(&mut self, text: &str) -> Field<Str<'static>> {
        Field::Present(self.text(text))
    }

    pub(crate) fn number(&mut self, number: i64) -> Field<Int> {
        Field::Present(Spanned::new(Int(number), self.at()))
    }

    pub(crate) fn truth(&mut self, truth: bool) -> Field<Bool> {
        Field::Present(Spanned::new(Bool(truth), self.at()))
    }

    pub(crate) fn list<T>(&mut self, items: Vec<T>) -> Field<Many<Spanned<T>>> {
        let items = items.into_iter().map(|item| Spanned::new(item, self.at())).collect();
        Field::Present(Spanned::new(Many(items), self.at()))
    }

    pub(crate) fn texts(&mut self, texts: &[&str]) -> Field<Many<Spanned<Str<'static>>>> {
        self.list(texts.iter().map(|text| Str(Cow::Owned((*text).to_owned()))).collect())
    }

    /// Adds a row; what is said of the scope is that it is complete and was read by key.
    pub(crate) fn put<T>(&mut self, scope: &Scope, row: T)
    where
        Snapshot<'static>: Insert<T>,
    {
        let mut statement = Statement::new(Status::Complete, "");
        statement.read_by_key = true;
        let row = Spanned::new(row, self.at());
        self.snapshot.insert(scope.clone(), statement, vec![row]);
    }

    /// Says something about a scope without a row.
    pub(crate) fn state<T>(&mut self, scope: &Scope, status: Status)
    where
        Snapshot<'static>: Insert<T>,
    {
        self.snapshot.insert(scope.clone(), Statement::new(status, ""), Vec::<Spanned<T>>::new());
    }

    /// An account of the domain, of a class or several, that is in groups by name.
    pub(crate) fn object(mut self, class: &str, rid: u32, name: &str, groups: &[&str]) -> Made {
        let dn = self.text(&format!("CN={name},DC=corp,DC=example"));
        let classes = class.split(' ').map(|class| self.text(class)).collect();
        let member_of =
            groups.iter().map(|group| self.text(&format!("CN={group},DC=corp,DC=example"))).collect();
        let host = (class == "computer").then(|| format!("{}.{DOMAIN}", name.trim_end_matches('$')));
        let object = DirectoryObject {
            dn,
            classes,
            sid: Some(Spanned::new(sid(rid), self.at())),
            sam: Some(self.text(name)),
            upn: None,
            dns_host_name: host.map(|host| self.text(&host)),
            member_of,
            members: Vec::new(),
            primary_group: None,
            user_account_control: None,
            group_type: None,
            descriptor: None,
            attributes: Vec::new(),
            span: self.at(),
        };
        self.people.push(object);
        self
    }

    pub(crate) fn user(self, rid: u32, name: &str, groups: &[&str]) -> Made {
        self.object("user", rid, name, groups)
    }

    pub(crate) fn group(self, rid: u32, name: &str, groups: &[&str]) -> Made {
        self.object("group", rid, name, groups)
    }

    /// The dataset is not there, and nothing says why.
    pub(crate) fn without(mut self, dataset: Dataset) -> Made {
        self.stated.insert(dataset);
        self
    }

    /// Ends the world: the directory is complete unless it was taken away.
    pub(crate) fn close(&mut self) {
        let hierarchy = Scope::Hierarchy;
        let domain = Domain {
            dns: self.field(DOMAIN),
            netbios: self.field("CORP"),
            sid: self.field("S-1-5-21-1-2-3"),
            forest: self.field(DOMAIN),
        };
        self.put(&hierarchy, domain);
        let scope = Scope::domain(DOMAIN);
        self.state::<DirectoryObject<'static>>(&scope, Status::Complete);
        for object in std::mem::take(&mut self.people) {
            self.put(&scope, object);
        }
        self.snapshot.seal();
        for dataset in std::mem::take(&mut self.stated) {
            self.snapshot.forget(dataset);
        }
    }
}

/// The steps of a proof as a reader sees them, without quotes.
pub(crate) fn steps(proof: &Proof) -> Vec<String> {
    proof.steps.iter().map(|step| step.text.to_string().replace('`', "")).collect()
}

/// The steps of a yes.
pub(crate) fn proved(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::Yes(proof) => steps(proof),
        other => panic!("expected a yes, got {other:?}"),
    }
}

/// The datasets whose holes keep an answer open.
pub(crate) fn missed(answer: &Answer) -> BTreeSet<Dataset> {
    match answer {
        Answer::Unknown(gaps) => datasets(gaps),
        other => panic!("expected an unknown, got {other:?}"),
    }
}

pub(crate) fn datasets(gaps: &[Gap]) -> BTreeSet<Dataset> {
    gaps.iter().map(|gap| gap.dataset).collect()
}
