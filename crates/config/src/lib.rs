//! The user's own files: configuration, suppressions, baseline.
#![forbid(unsafe_code)]
