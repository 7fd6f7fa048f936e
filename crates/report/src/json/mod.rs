//! For programs.

mod convert;
pub mod v1;

use crate::{Input, escape};

pub(crate) use convert::{gap, scope, tool};

/// The report of version 1.
pub fn report(input: &Input<'_>) -> String {
    escape::json(&convert::report(input))
}

/// The JSON Schema (draft 2020-12) of the report. Members that it does not name may be added by later
/// programs, and are to be ignored.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<v1::Report>();
    schema.insert("$id".to_owned(), "https://github.com/cmlint/cmlint/schema/report-v1.json".into());
    schema.insert("title".to_owned(), "Report of cmlint, version 1".into());
    escape::json(&schema)
}
