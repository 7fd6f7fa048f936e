//! What lints read of an export of the registry: the folders behind shares.

use std::borrow::Cow;

use cmlint_model::rows::ShareFolder;
use cmlint_source::{Spanned, Str};
use cmlint_text::reg;

use super::Reader;

/// The key that lists shares, by its end in lower case: the control set may be any. A value is a list of settings,
/// `Path=E:\Captures` among them.
const SHARES: &str = r"\services\lanmanserver\shares";
const PATH: &str = "path=";

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let (document, problems) = reg::parse(reader.source);
    reader.problems(problems);
    let mut rows = Vec::new();
    for key in document.keys().iter().filter(|key| key.path.value.to_lowercase().ends_with(SHARES)) {
        for value in key.values() {
            let Some(settings) = value.texts() else { continue };
            if let Some(path) = folder(&settings.value) {
                let path = Spanned::new(Str(Cow::Owned(path.to_owned())), value.span);
                let row = ShareFolder { share: value.name.clone(), path };
                rows.push(Spanned::new(row, value.span));
            }
        }
    }
    // A manifest counts keys.
    reader.put(rows, document.keys().len());
}

/// The folder among the settings of a share.
fn folder<'t>(settings: &[&'t str]) -> Option<&'t str> {
    settings.iter().find_map(|setting| {
        let (name, path) = setting.split_at_checked(PATH.len())?;
        name.eq_ignore_ascii_case(PATH).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_share_is_one_of_its_settings() {
        let settings = ["CSCFlags=0", r"Path=E:\Captures", "Permissions=0", "ShareName=Path=x"];
        assert_eq!(folder(&settings), Some(r"E:\Captures"));
        assert_eq!(folder(&["PATH=D:"]), Some("D:"));
        assert_eq!(folder(&["ShareName=Path=x", "Pa", ""]), None);
    }
}
