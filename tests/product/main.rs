//! The product from outside.

mod access;
mod architecture;
mod bad_input;
mod commands;
mod corpus;
mod forbidden;
mod program;
mod samples;
mod tidy;
