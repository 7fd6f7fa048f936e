//! The snapshot on disk: recognise, open, decode, write.
#![forbid(unsafe_code)]
