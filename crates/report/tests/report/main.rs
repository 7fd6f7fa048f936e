//! Reports of made-up lints over made-up snapshots.

mod browser;
mod documents;
mod hostile;
mod outward;
mod sarif;
mod support;
mod tables;
mod whole;
