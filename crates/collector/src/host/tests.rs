//! One computer that answers from tables.

mod acls;
mod files;
mod world;
