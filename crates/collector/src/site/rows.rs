//! Answers of the AdminService into rows, and rows into the text of a snapshot.

use std::fmt::Write;

use cmlint_archive::without_secrets;
use cmlint_model::Dataset;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::trouble::Trouble;

/// A row as the provider wrote it, and its properties to look into.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) text: Box<RawValue>,
    pub(crate) properties: Map<String, Value>,
}

/// The envelope of a list. An object by its key comes alone, and of some versions in a list of one.
#[derive(Deserialize)]
struct List {
    value: Vec<Box<RawValue>>,
}

/// The rows of a page.
pub(crate) fn page(body: &[u8]) -> Result<Vec<Row>, Trouble> {
    let page: List = serde_json::from_slice(body).map_err(|e| unexpected("a list of rows", body, &e))?;
    page.value.into_iter().map(row).collect()
}

/// One object, in either envelope.
pub(crate) fn object(body: &[u8]) -> Result<Row, Trouble> {
    if let Ok(List { value }) = serde_json::from_slice(body) {
        let [only] = <[Box<RawValue>; 1]>::try_from(value)
            .map_err(|list| Trouble::Other(format!("one key gave {} objects", list.len())))?;
        return row(only);
    }
    let text: Box<RawValue> = serde_json::from_slice(body).map_err(|e| unexpected("an object", body, &e))?;
    row(text)
}

fn row(text: Box<RawValue>) -> Result<Row, Trouble> {
    let properties = serde_json::from_str::<Map<String, Value>>(text.get())
        .map_err(|e| unexpected("an object", text.get().as_bytes(), &e))?;
    Ok(Row { text, properties })
}

fn unexpected(what: &str, body: &[u8], error: &serde_json::Error) -> Trouble {
    let what = match body.first() {
        Some(b'<') => format!("expected {what}, found a page of HTML: this is no administration service"),
        _ => format!("expected {what} as JSON ({error})"),
    };
    Trouble::Other(what)
}

impl Row {
    /// The key of the object in OData's form: `('SMS0001R')`, `(16777217)`, `(FileType=2,ItemName='a|b')`. `None`
    /// where a property of the key is missing.
    pub(crate) fn key(&self, names: &[&str]) -> Option<String> {
        let mut key = String::from("(");
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                key.push(',');
            }
            if names.len() > 1 {
                let _ = write!(key, "{name}=");
            }
            match self.properties.get(*name)? {
                Value::Number(number) => {
                    let _ = write!(key, "{number}");
                }
                Value::String(text) => {
                    key.push('\'');
                    percent_encoded(&text.replace('\'', "''"), &mut key);
                    key.push('\'');
                }
                _ => return None,
            }
        }
        key.push(')');
        Some(key)
    }

    /// Names of lazy properties that a list query left out: absent, or empty while the row says that it is lazy.
    pub(crate) fn left_out(&self, dataset: Dataset) -> bool {
        let said: Vec<&str> = self
            .properties
            .get("__LAZYPROPERTIES")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        dataset.info().lazy.iter().any(|lazy| match self.properties.get(lazy.property) {
            None | Some(Value::Null) => true,
            Some(value) => is_empty(value) && said.iter().any(|s| s.eq_ignore_ascii_case(lazy.property)),
        })
    }

    pub(crate) fn text_of(&self, property: &str) -> &str {
        self.properties.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    /// The row as it goes into the snapshot, on one line and without secrets, and how many there were.
    pub(crate) fn written(&self, dataset: Dataset) -> (String, usize) {
        let changed = match dataset {
            // It has a file of its own; empty here, so that it does not look as if nobody had asked for it.
            Dataset::TaskSequencePackage => emptied(&self.properties, "Sequence"),
            // Whoever set it may have thought that nobody reads it.
            Dataset::CollectionSettings => without_values(&self.properties),
            _ => None,
        };
        let text = match &changed {
            Some(properties) => Value::Object(properties.clone()).to_string(),
            None => self.text.get().to_owned(),
        };
        let (cut, count) = without_secrets("row.json", &text);
        // Between values a line end is only space; inside a string it would be written as `\n`.
        (cut.replace(['\r', '\n'], " "), count)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn emptied(properties: &Map<String, Value>, name: &str) -> Option<Map<String, Value>> {
    let mut changed = properties.clone();
    *changed.get_mut(name)? = Value::String(String::new());
    Some(changed)
}

fn without_values(properties: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut changed = properties.clone();
    let variables = changed.get_mut("CollectionVariables")?.as_array_mut()?;
    for variable in variables.iter_mut().filter_map(Value::as_object_mut) {
        for (name, value) in variable.iter_mut() {
            if name.eq_ignore_ascii_case("Value") {
                *value = Value::String(String::new());
            }
        }
    }
    Some(changed)
}

/// Percent-encodes all but what a path of a URL may hold as it is (RFC 3986 2.3).
pub(crate) fn percent_encoded(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'\'' => {
                into.push(char::from(byte))
            }
            byte => {
                let _ = write!(into, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Row {
        object(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_object_comes_in_either_envelope() {
        for text in [
            r#"{"@odata.context":"x","RoleID":"SMS0001R"}"#,
            r#"{"@odata.context":"x","value":[{"RoleID":"SMS0001R"}]}"#,
        ] {
            assert_eq!(one(text).text_of("RoleID"), "SMS0001R", "{text}");
        }
    }

    #[test]
    fn what_is_no_answer_of_the_service_is_said() {
        for (text, expected) in [
            ("<html><body>404</body></html>", "HTML"),
            (r#"{"value":[{"a":1},{"a":2}]}"#, "2 objects"),
            (r#"{"value":[{"a":1}"#, "JSON"),
        ] {
            let error = object(text.as_bytes()).unwrap_err().brief();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(page(br#"{"error":{"message":"no"}}"#).is_err());
        assert!(page(br#"{"value":[]}"#).unwrap().is_empty());
    }

    #[test]
    fn keys_are_written_as_odata_wants_them() {
        let row =
            one(r#"{"AdminID":16777217,"RoleID":"it's","FileType":2,"ItemName":"A|B c","SiteCode":"PS1"}"#);
        assert_eq!(row.key(&["AdminID"]).unwrap(), "(16777217)");
        assert_eq!(row.key(&["RoleID"]).unwrap(), "('it''s')");
        let item = row.key(&["FileType", "ItemName", "SiteCode"]).unwrap();
        assert_eq!(item, "(FileType=2,ItemName='A%7CB%20c',SiteCode='PS1')");
        assert_eq!(row.key(&["Missing"]), None);
    }

    #[test]
    fn an_empty_list_that_is_said_to_be_lazy_was_left_out() {
        let listed = one(r#"{"__LAZYPROPERTIES":["Operations"],"Operations":[]}"#);
        let filled = one(r#"{"__LAZYPROPERTIES":["Operations"],"Operations":[{"ObjectTypeID":1}]}"#);
        let none = one(r#"{"RoleID":"x"}"#);
        assert!(listed.left_out(Dataset::Role) && none.left_out(Dataset::Role));
        assert!(!filled.left_out(Dataset::Role));
    }
}
