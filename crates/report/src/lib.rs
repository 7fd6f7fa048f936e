//! Results to text.
#![forbid(unsafe_code)]
