//! What a snapshot says: datasets, scopes, coverage, rows, needs, views.
#![forbid(unsafe_code)]
