//! Which value of a setting counts: command line over environment over file over default.

use std::path::{Path, PathBuf};

use cmlint_config::Settings as File;
use cmlint_engine::{Date, OnPurpose, Selector};
use cmlint_lint::{LintDef, Severity};
use cmlint_lints::LINTS;
use cmlint_model::proof::Confidence;
use cmlint_source::Span;

use super::{SUPPRESSIONS, find, not_read};
use crate::Exit;
use crate::args::{Baselined, Settings as Args};
use crate::io::say;
use crate::open::visible;

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// Nobody says anything.
    Default,
    /// A file says it, here.
    File(Span),
    /// A file was there without being named.
    Found,
    /// A variable of the environment says it.
    Environment,
    /// The command line says it.
    CommandLine,
}

impl Origin {
    /// Where a file says it.
    pub(crate) fn span(self) -> Option<Span> {
        match self {
            Origin::File(span) => Some(span),
            _ => None,
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Value<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl<T> Value<T> {
    fn new(value: T, origin: Origin) -> Value<T> {
        Value { value, origin }
    }
}

/// The values that count.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) config: Option<PathBuf>,
    pub(crate) select: Vec<Value<Selector>>,
    pub(crate) ignore: Vec<Value<Selector>>,
    pub(crate) fail_on: Value<Severity>,
    pub(crate) min_confidence: Value<Confidence>,
    pub(crate) allow_incomplete: Value<bool>,
    pub(crate) suppressions: Option<Value<PathBuf>>,
    pub(crate) baseline: Option<Value<PathBuf>>,
    pub(crate) now: Option<Value<Date>>,
    pub(crate) severities: Vec<(String, Severity, Span)>,
    pub(crate) on_purpose: Vec<OnPurpose>,
}

impl Effective {
    /// Joins the file with the command line.
    ///
    /// # Errors
    /// When the command line or the environment says something that cannot be.
    pub(super) fn join(
        args: &Args,
        baselined: &Baselined,
        file: &File,
        config: Option<PathBuf>,
        input: Option<&Path>,
    ) -> Result<Effective, Exit> {
        let (select, ignore) = selection(args, file)?;
        let named = |name: &cmlint_source::Spanned<String>| {
            let path = config
                .as_deref()
                .map_or_else(|| PathBuf::from(&name.value), |c| find::beside(c, &name.value));
            Value::new(path, Origin::File(name.span))
        };
        let suppressions = match (&args.suppressions, &file.suppressions) {
            (Some(path), _) => Some(Value::new(path.clone(), Origin::CommandLine)),
            _ if args.no_suppressions => None,
            (None, Some(name)) => Some(named(name)),
            (None, None) => unnamed(args, config.as_deref(), input),
        };
        let baseline = match (&baselined.baseline, &file.baseline) {
            (Some(path), _) => Some(Value::new(path.clone(), Origin::CommandLine)),
            _ if baselined.no_baseline => None,
            (None, name) => name.as_ref().map(named),
        };
        let allow_incomplete = match (args.allow_incomplete, &file.allow_incomplete) {
            (true, _) => Value::new(true, Origin::CommandLine),
            (false, Some(value)) => Value::new(value.value, Origin::File(value.span)),
            (false, None) => Value::new(false, Origin::Default),
        };
        Ok(Effective {
            select,
            ignore,
            fail_on: over(args.fail_on, file.fail_on.as_ref(), Severity::Medium),
            min_confidence: over(args.min_confidence, file.min_confidence.as_ref(), Confidence::Medium),
            allow_incomplete,
            suppressions,
            baseline,
            now: now(args)?,
            severities: file.severities.iter().map(|(id, s)| (id.value.clone(), *s, id.span)).collect(),
            on_purpose: file.on_purpose.clone(),
            config,
        })
    }

    /// Whether a lint runs.
    pub(crate) fn runs(&self, def: &LintDef) -> bool {
        let any = |list: &[Value<Selector>]| list.iter().any(|selector| selector.value.fits(def));
        any(&self.select) && !any(&self.ignore)
    }
}

fn over<T: Copy>(flag: Option<T>, file: Option<&cmlint_source::Spanned<T>>, default: T) -> Value<T> {
    match (flag, file) {
        (Some(value), _) => Value::new(value, Origin::CommandLine),
        (None, Some(value)) => Value::new(value.value, Origin::File(value.span)),
        (None, None) => Value::new(default, Origin::Default),
    }
}

type Selectors = Vec<Value<Selector>>;

/// Who selects on the command line means exactly that: what the file ignores is then not ignored.
fn selection(args: &Args, file: &File) -> Result<(Selectors, Selectors), Exit> {
    let mut unknown = false;
    let mut read = |words: &[String]| -> Selectors {
        let mut all = Vec::new();
        for word in words {
            match Selector::read(word, LINTS) {
                Ok(selector) => all.push(Value::new(selector, Origin::CommandLine)),
                Err(wrong) => {
                    unknown = true;
                    let near = match wrong.near {
                        Some(near) => format!("; did you mean `{near}`?"),
                        None => "; `cmlint rules` lists them".to_owned(),
                    };
                    say(&format!("cmlint: {}{near}", visible(&wrong.message)));
                }
            }
        }
        all
    };
    let of_file = |words: &[cmlint_source::Spanned<Selector>]| -> Selectors {
        words.iter().map(|w| Value::new(w.value.clone(), Origin::File(w.span))).collect()
    };
    let asked = !args.select.is_empty();
    let select = match &file.select {
        _ if asked => read(&args.select),
        Some(words) => of_file(words),
        None => vec![Value::new(Selector::All, Origin::Default)],
    };
    let mut ignore = if asked { Vec::new() } else { of_file(&file.ignore) };
    ignore.extend(read(&args.ignore));
    if unknown { Err(Exit::Usage) } else { Ok((select, ignore)) }
}

/// The suppressions that nobody names: beside the settings, or found like these where there are none.
fn unnamed(args: &Args, config: Option<&Path>, input: Option<&Path>) -> Option<Value<PathBuf>> {
    if args.no_config {
        return None;
    }
    let found = match config {
        Some(config) => Some(find::beside(config, SUPPRESSIONS)).filter(|path| path.is_file()),
        None => {
            let (found, skipped) = find::upward(SUPPRESSIONS, input);
            skipped.iter().for_each(|path| not_read(path));
            found
        }
    };
    found.map(|path| Value::new(path, Origin::Found))
}

/// The day that is said; that of the snapshot is known only later.
fn now(args: &Args) -> Result<Option<Value<Date>>, Exit> {
    if let Some(day) = args.now {
        return Ok(Some(Value::new(day, Origin::CommandLine)));
    }
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let day = text.to_str().and_then(|t| t.trim().parse().ok()).and_then(cmlint_config::day_of_epoch);
    match day {
        Some(day) => Ok(Some(Value::new(day, Origin::Environment))),
        None => {
            say("cmlint: SOURCE_DATE_EPOCH should be a number of seconds since 1970");
            Err(Exit::Usage)
        }
    }
}
