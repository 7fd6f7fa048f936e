//! Properties that hold for every descriptor.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod access;
mod round_trip;
mod strategies;
