//! Which settings count, and where each comes from.

use serde::Serialize;

use crate::paint::{self, Paint};
use crate::{Style, Tool, escape};

/// A value of a setting; a list has one for each of its entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    key: String,
    value: String,
    origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody says anything.
    Default,
    /// A file was there without being named.
    Found,
    /// The environment says it.
    Environment,
    /// The command line says it.
    CommandLine,
    /// A file says it.
    File {
        /// Its path.
        path: String,
        /// From 1.
        line: u32,
        /// From 1, in characters.
        column: u32,
    },
}

impl Setting {
    /// A value and where it comes from.
    pub fn new(key: impl Into<String>, value: impl Into<String>, origin: Origin) -> Setting {
        Setting { key: key.into(), value: value.into(), origin }
    }
}

impl Origin {
    fn word(&self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Found => "found",
            Origin::Environment => "environment",
            Origin::CommandLine => "command line",
            Origin::File { .. } => "file",
        }
    }
}

/// For people: a line for each value.
pub fn human(config: Option<&str>, settings: &[Setting], style: &Style) -> String {
    let paint = Paint::of(style);
    let mut out = match config {
        Some(path) => format!("settings of {}\n\n", paint.bold(escape::line(path, style.unicode))),
        None => "no cmlint.toml counts here\n\n".to_owned(),
    };
    let values: Vec<String> = settings.iter().map(|s| escape::line(&s.value, style.unicode)).collect();
    let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(|t| t.chars().count()).max().unwrap_or(0);
    let keys = width(&mut settings.iter().map(|s| s.key.as_str()));
    let most = style.columns().saturating_sub(keys + 32).max(24);
    let column = width(&mut values.iter().map(String::as_str)).min(most);
    let mut before = "";
    for (setting, value) in settings.iter().zip(&values) {
        let key = if setting.key == before { "" } else { setting.key.as_str() };
        before = &setting.key;
        let origin = match &setting.origin {
            Origin::File { path, line, column } => {
                format!("{}:{line}:{column}", escape::line(path, style.unicode))
            }
            Origin::Found => "found, not named".to_owned(),
            other => other.word().to_owned(),
        };
        let line = format!("{}  {}  {}", paint::pad(key, keys), paint::pad(value, column), paint.dim(origin));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: crate::json::v1::Tool,
    config: Option<&'a str>,
    settings: Vec<Value<'a>>,
}

#[derive(Serialize)]
struct Value<'a> {
    key: &'a str,
    value: &'a str,
    origin: &'static str,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

/// For programs.
pub fn json(config: Option<&str>, settings: &[Setting], tool: Tool<'_>) -> String {
    let value = |setting| {
        let Setting { key, value, origin }: &Setting = setting;
        let (path, line, column) = match origin {
            Origin::File { path, line, column } => (Some(path.as_str()), Some(*line), Some(*column)),
            _ => (None, None, None),
        };
        Value { key, value, origin: origin.word(), path, line, column }
    };
    let settings = settings.iter().map(value).collect();
    escape::json(&Report { schema: "cmlint-config/v1", tool: crate::json::tool(tool), config, settings })
}
