//! Offline linter for exported Microsoft Configuration Manager configuration.
#![forbid(unsafe_code)]
