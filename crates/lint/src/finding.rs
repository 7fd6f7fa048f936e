use cmlint_model::proof::{Confidence, Proof, Step};
use cmlint_model::{Key, Purpose, Scope, Text};
use cmlint_source::Span;

use crate::Severity;

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its identity, from the subject's own row.
    pub key: Key,
    /// Its name for a reader.
    pub label: Text,
    /// Where it belongs.
    pub scope: Scope,
    /// The purpose of an account.
    pub purpose: Option<Purpose>,
    /// Other identities of the same object: the SID once a name resolved, the identifier of a role.
    pub aliases: Vec<Key>,
}

impl Object {
    /// An object with an identity, a name and a place.
    pub fn new(key: Key, label: Text, scope: Scope) -> Object {
        Object { key, label, scope, purpose: None, aliases: Vec::new() }
    }

    /// The same with the purpose of an account.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Object {
        self.purpose = Some(purpose);
        self
    }

    /// The same with another identity.
    #[must_use]
    pub fn alias(mut self, key: Key) -> Object {
        if key != self.key && !self.aliases.contains(&key) {
            self.aliases.push(key);
        }
        self
    }

    /// The object of an account of a purpose: its key, its name, its SID as another identity.
    pub fn account(account: &cmlint_model::views::Account<'_>) -> Object {
        let name = cmlint_model::words::principal(account.name.value.trim());
        let object = Object::new(account.key(), cmlint_model::text!("{}", name), account.scope.clone())
            .purpose(account.purpose);
        match account.sid_key() {
            Some(key) => object.alias(key),
            None => object,
        }
    }

    /// The object of an account that several places name: each of them is another identity of it.
    pub fn account_use(account: &cmlint_model::need::Use<'_>) -> Object {
        let mut object = Object { key: account.key(), ..Object::account(account) };
        for place in account.places() {
            object = object.alias(place.key());
        }
        object
    }

    /// The object of a group of the product: its SID, its name as another identity.
    pub fn group(group: &cmlint_model::views::FoundGroup<'_>) -> Object {
        Object::new(group.key(), group.label(), group.scope.clone()).alias(group.key_by_name())
    }

    /// The object of a member of such a group.
    pub fn member(
        group: &cmlint_model::views::FoundGroup<'_>,
        member: &cmlint_model::views::GroupMember<'_>,
        principals: &cmlint_model::views::Principals<'_>,
    ) -> Object {
        let label = cmlint_model::text!("{}", member.label(principals));
        let object = Object::new(member.key(group), label, group.scope.clone());
        if member.name.is_empty() { object } else { object.alias(member.key_by_name(group)) }
    }
}

/// A place in a file with words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Why this place matters.
    pub text: Text,
    /// Whether this is the cause.
    pub primary: bool,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fix {
    /// In console words.
    pub text: Text,
    /// A command to copy.
    pub command: Option<Text>,
    /// How to undo it.
    pub revert: Option<Text>,
}

/// Something wrong, with its object, its place and its proof. Only a [`crate::Sink`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub object: Object,
    /// What is wrong.
    pub message: Text,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The requirements it breaks.
    pub requirements: Vec<&'static str>,
    /// Places; exactly one is primary and comes first.
    pub labels: Vec<Label>,
    /// Why it is so, step by step.
    pub proof: Vec<Step>,
    /// What to do, in a sentence.
    pub help: Text,
    /// What to do, with a command.
    pub fix: Option<Fix>,
    /// Identities whose growth re-opens a baselined finding: another group that grants the same right.
    pub evidence: Vec<Key>,
    /// Tells findings of one lint about one object apart; empty where there is only one.
    pub discriminator: String,
}

/// A finding in the making. It is already reported; each method adds to it.
#[derive(Debug)]
pub struct Report<'a>(pub(crate) &'a mut Finding);

impl Report<'_> {
    /// Another place.
    pub fn label(self, span: Span, text: Text) -> Self {
        self.0.labels.push(Label { span, text, primary: false });
        self
    }

    /// Why it is so. The finding is at most as sure as the weakest step.
    pub fn proof(self, proof: &Proof) -> Self {
        self.0.confidence = self.0.confidence.min(proof.confidence());
        self.0.proof.extend(proof.steps.iter().cloned());
        self
    }

    /// One more step of the proof.
    pub fn step(self, step: Step) -> Self {
        self.0.confidence = self.0.confidence.min(step.confidence);
        self.0.proof.push(step);
        self
    }

    /// What to do, in a sentence.
    pub fn help(self, text: Text) -> Self {
        self.0.help = text;
        self
    }

    /// What to do, with a command.
    pub fn fix(self, text: Text, command: Option<Text>, revert: Option<Text>) -> Self {
        self.0.fix = Some(Fix { text, command, revert });
        self
    }

    /// Another severity than the lint's.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Less sure than the proof says.
    pub fn confidence(self, confidence: Confidence) -> Self {
        self.0.confidence = self.0.confidence.min(confidence);
        self
    }

    /// The requirements that this finding breaks, where the lint covers several.
    pub fn requirements(self, ids: &[&'static str]) -> Self {
        self.0.requirements = ids.to_vec();
        self
    }

    /// Tells this finding from others of the lint about the same object. Never a line number.
    pub fn discriminator(self, text: impl Into<String>) -> Self {
        self.0.discriminator = text.into();
        self
    }

    /// An identity whose growth re-opens a baselined finding.
    pub fn evidence(self, key: Key) -> Self {
        if !self.0.evidence.contains(&key) {
            self.0.evidence.push(key);
        }
        self
    }
}
