//! Names of accounts as rows write them.

use cmlint_source::Spanned;

use crate::rows::Step;

/// The account of a step, from the first of the variables that it has; `None` where that is empty.
pub(super) fn step_account<'s>(step: &'s Step<'s>, names: &[&str]) -> Option<Spanned<&'s str>> {
    let variable = names.iter().find_map(|name| step.variable(name))?;
    (!variable.value.trim().is_empty()).then(|| Spanned::new(&*variable.value.value, variable.value.span))
}

/// The account in a NAL path (`["Display=CONTOSO\x"]MSWNET:…`); a plain name is returned as it is.
pub(in crate::views) fn nal_name(name: Spanned<&str>) -> Spanned<&str> {
    let Some(at) = name.value.find("Display=") else { return name };
    let start = at + "Display=".len();
    let end = name.value[start..].find('"').map_or(name.value.len(), |e| start + e);
    Spanned::new(&name.value[start..end], name.span)
}

pub(super) fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|p| p.eq_ignore_ascii_case(prefix))
}
