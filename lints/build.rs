//! Finds the lints: each folder beside this file that holds a `lint.rs` is one. A folder that is added is
//! a lint that is added; no list names them.

#![allow(
    clippy::disallowed_methods,
    reason = "the ban is for lints; a build script lives on its environment"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let root = Path::new(&root);
    let mut ids: Vec<String> = fs::read_dir(root)
        .expect("the crate's folder can be listed")
        .filter_map(|entry| {
            let entry = entry.ok()?;
            entry.path().join("lint.rs").is_file().then(|| entry.file_name().to_string_lossy().into_owned())
        })
        .collect();
    ids.sort();
    let mut modules = String::new();
    let mut list = String::new();
    for id in &ids {
        let module = id.replace('-', "_");
        let folder = root.join(id);
        let lint = folder.join("lint.rs");
        let readme = folder.join("README.md");
        // Two modules inside each other: the inner one is private to the outer, so that no lint reaches
        // another's code, whatever it marks `pub`.
        writeln!(
            modules,
            "mod {module} {{\n    #[path = {lint:?}]\n    mod lint;\n    pub(super) const DEF: cmlint_lint::LintDef =\n        cmlint_lint::LintDef::of::<lint::This>({id:?}, include_str!({readme:?}));\n}}"
        )
        .expect("a string takes all");
        writeln!(list, "    {module}::DEF,").expect("a string takes all");
        println!("cargo::rerun-if-changed={}", lint.display());
        println!("cargo::rerun-if-changed={}", readme.display());
    }
    // The folder itself: a new lint changes its time.
    println!("cargo::rerun-if-changed={}", root.display());
    let text = format!(
        "{modules}\n/// All lints, by id.\npub static LINTS: &[cmlint_lint::LintDef] = &[\n{list}];\n"
    );
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("lints.rs"), text).expect("the build folder can be written");
}
