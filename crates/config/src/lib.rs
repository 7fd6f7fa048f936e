//! The user's own files: `cmlint.toml` with settings and policy, suppressions, baselines. Each is read into
//! values with places, and whatever is wrong with it is a problem with a place; nothing is guessed and nothing
//! is skipped. Files are read by `cmlint-archive`, never from inside a snapshot.
#![forbid(unsafe_code)]

pub mod baseline;
mod day;
mod document;
mod purpose;
mod settings;
mod suppressions;

pub use day::{day, day_of_epoch};
pub use settings::{KEYS, Settings, TEMPLATE, settings};
pub use suppressions::suppressions;
