//! See the library of this package.
#![forbid(unsafe_code)]
#![allow(clippy::exit, reason = "this is where the program ends")]

fn main() {
    std::process::exit(cmlint::main().code());
}
