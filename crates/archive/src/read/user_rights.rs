use cmlint_model::rows::UserRight;
use cmlint_source::{Problem, Spanned};
use cmlint_text::inf;

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let (document, problems) = inf::parse(reader.source);
    reader.problems(problems);
    if document.section("Privilege Rights").is_none() {
        let place = reader.source.id().span(0, 0);
        reader.problems([Problem::lost(place, "expected a section [Privilege Rights]")
            .help("export with: secedit /export /cfg user-rights.inf /areas USER_RIGHTS")]);
        reader.put(Vec::<Spanned<UserRight<'_>>>::new(), 0);
        return;
    }
    let rows: Vec<Spanned<UserRight<'_>>> = document
        .entries("Privilege Rights")
        .filter_map(|entry| {
            let right = UserRight { name: entry.key?, holders: entry.list() };
            Some(Spanned::new(right, entry.span))
        })
        .collect();
    let counted = rows.len();
    reader.put(rows, counted);
}
