//! What a lint is and may say.
#![forbid(unsafe_code)]
