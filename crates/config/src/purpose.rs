use cmlint_engine::OnPurpose;
use cmlint_model::{Dataset, Scope};
use cmlint_source::{Span, Spanned};
use toml::de::DeTable;

use crate::document::Document;

const KEYS: &[&str] = &["dataset", "scope", "reason"];

pub(crate) fn read(document: &mut Document, at: Span, table: &DeTable<'_>) -> Option<OnPurpose> {
    document.only(table, KEYS);
    document.required(
        at,
        table,
        &[
            ("dataset", "name a dataset as `cmlint coverage` does: dataset = \"user-rights\""),
            ("reason", "say why it is not collected"),
        ],
    );
    let datasets: Vec<(&str, Dataset)> =
        cmlint_model::DATASETS.iter().map(|info| (info.dataset.name(), info.dataset)).collect();
    let dataset = document.word(table, "dataset", &datasets);
    let reason = document.filled(table, "reason");
    let scope = match document.filled(table, "scope") {
        None if table.contains_key("scope") => return None,
        None => None,
        Some(text) => Some(scope(document, &text)?),
    };
    Some(OnPurpose { dataset: dataset?.value, scope, reason: reason?.value, span: at })
}

fn scope(document: &mut Document, text: &Spanned<String>) -> Option<Scope> {
    let (kind, key) = text.value.split_once(':').unwrap_or((text.value.as_str(), ""));
    let scope = Scope::from_parts(kind.trim(), key.trim());
    if scope.is_none() {
        let help = "write kind and name: \"host:cm01.contoso.com\", \"site:PS1\", \"domain:contoso.com\", \
                    \"database:sql01.contoso.com/cm_ps1\", or \"hierarchy\"";
        document.wrong(text.span, "this is no scope", Some(help.to_owned()));
    }
    scope
}
