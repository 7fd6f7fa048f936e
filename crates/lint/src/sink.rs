use cmlint_model::proof::{Confidence, merge};
use cmlint_model::{Gap, Judged, Text};
use cmlint_source::Span;

use crate::{Finding, Label, Meta, Object, Report};

/// Where a lint speaks. Each subject is opened once and ends as fail, unknown or pass.
#[derive(Debug)]
pub struct Sink {
    meta: &'static Meta,
    pub(crate) findings: Vec<Finding>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) checked: usize,
    pub(crate) unknown: usize,
    pub(crate) not_applicable: Option<Text>,
}

/// A subject that is being judged. When it goes out of scope without a finding and without a hole, it has
/// passed.
#[derive(Debug)]
pub struct Subject<'a> {
    sink: &'a mut Sink,
    object: Object,
    span: Span,
    unknown: bool,
}

impl Sink {
    pub(crate) fn new(meta: &'static Meta) -> Sink {
        Sink { meta, findings: Vec::new(), gaps: Vec::new(), checked: 0, unknown: 0, not_applicable: None }
    }

    /// Opens a subject: what it is, and where it stands.
    pub fn subject(&mut self, object: Object, span: Span) -> Subject<'_> {
        self.checked += 1;
        Subject { sink: self, object, span, unknown: false }
    }

    /// Says why the lint has no subjects, better than "there are no …". It counts only if there are none.
    pub fn not_applicable(&mut self, why: Text) {
        self.not_applicable.get_or_insert(why);
    }

    /// Something keeps subjects from being known at all.
    pub fn hole(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        merge(&mut self.gaps, gaps);
    }
}

impl Subject<'_> {
    /// The subject is wrong, because of what stands at `span`.
    pub fn fail(&mut self, message: Text, span: Span, label: Text) -> Report<'_> {
        self.fail_about(self.object.clone(), message, span, label)
    }

    /// A part of the subject is wrong: a member of a group, an entry of a list.
    pub fn fail_about(&mut self, object: Object, message: Text, span: Span, label: Text) -> Report<'_> {
        let meta = self.sink.meta;
        let finding = Finding {
            object,
            message,
            severity: meta.severity,
            confidence: Confidence::High,
            requirements: meta.requirements.to_vec(),
            labels: vec![Label { span, text: label, primary: true }],
            proof: Vec::new(),
            help: Text::default(),
            fix: None,
            evidence: Vec::new(),
            discriminator: String::new(),
        };
        self.sink.findings.push(finding);
        Report(self.sink.findings.last_mut().expect("it was pushed just now"))
    }

    /// The subject cannot be judged, because of these holes. Findings about it stand.
    pub fn unknown(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        self.unknown = true;
        merge(&mut self.sink.gaps, gaps);
    }

    /// Holes that could hide more about the subject. Without any, it is as it was; [`Self::unknown`] is for
    /// what is certainly not known.
    pub fn holes(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        let mut gaps = gaps.into_iter().peekable();
        if gaps.peek().is_some() {
            self.unknown(gaps);
        }
    }

    /// Takes what is known; when holes keep it from being known, the subject is unknown.
    pub fn require<T>(&mut self, judged: Judged<T>) -> Option<T> {
        match judged {
            Ok(value) => Some(value),
            Err(gaps) => {
                self.unknown(gaps);
                None
            }
        }
    }

    /// What the subject is.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Where the subject stands.
    pub fn span(&self) -> Span {
        self.span
    }
}

impl Drop for Subject<'_> {
    fn drop(&mut self) {
        self.sink.unknown += usize::from(self.unknown);
    }
}
