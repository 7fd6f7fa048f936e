//! The lints of cmlint. Each lies in a folder of its own, with its text and its fixtures, and is found by
//! the build script; nothing here names one.
#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/lints.rs"));

/// The lint with an id.
pub fn find(id: &str) -> Option<&'static cmlint_lint::LintDef> {
    LINTS.iter().find(|l| l.id == id)
}

/// The requirements of the source documents, in the order of the table beside this file.
pub fn requirements() -> Vec<cmlint_lint::Requirement<'static>> {
    let table = cmlint_lint::Requirement::table(include_str!("requirements.tsv"));
    table.unwrap_or_else(|line| unreachable!("line {line} of the table of requirements"))
}
