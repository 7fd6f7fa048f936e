//! Task sequences.

use cmlint_source::{Span, Spanned, Str};

/// A task sequence with the steps that matter to accounts.
#[derive(Debug)]
pub struct TaskSequence<'a> {
    /// Package identifier: from the file's name, the export or the provider's row.
    pub package_id: Option<Spanned<Str<'a>>>,
    /// Display name, where the wrapping has one.
    pub name: Option<Spanned<Str<'a>>>,
    /// Steps in order, those in groups and disabled ones included.
    pub steps: Vec<Step<'a>>,
    /// Variables that are set for the whole sequence (`globalVarList`).
    pub variables: Vec<Variable<'a>>,
}

/// A step.
#[derive(Debug)]
pub struct Step<'a> {
    /// `SMS_TaskSequence_RunCommandLineAction` and so on.
    pub kind: Spanned<Str<'a>>,
    /// Display name.
    pub name: Spanned<Str<'a>>,
    /// Names of the groups around it and its own, joined by `/`; a second step of the same path ends in `#2`.
    pub path: String,
    /// Whether it or a group around it is disabled.
    pub disabled: bool,
    /// Its variables.
    pub variables: Vec<Variable<'a>>,
    /// The start tag.
    pub span: Span,
}

/// A variable of a step.
#[derive(Debug)]
pub struct Variable<'a> {
    /// Name of the task sequence variable (`OSDJoinAccount`).
    pub name: Str<'a>,
    /// Name of the step's property (`DomainUsername`).
    pub property: Str<'a>,
    /// The value; empty where it was cut.
    pub value: Spanned<Str<'a>>,
}

impl<'a> Step<'a> {
    /// The variable of a name, in any case, compared with both its names.
    pub fn variable(&self, name: &str) -> Option<&Variable<'a>> {
        let same =
            |v: &&Variable<'_>| v.name.eq_ignore_ascii_case(name) || v.property.eq_ignore_ascii_case(name);
        self.variables.iter().find(same)
    }
}
