//! Reports of made-up lints over made-up snapshots.

mod documents;
mod hostile;
mod support;
mod tables;
mod whole;
