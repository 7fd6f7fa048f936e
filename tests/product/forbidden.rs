//! Programs that must not compile: what keeps a lint independent is held by the compiler.
//!
//! Each file of `forbidden/` is a `lint.rs`; its first line names the error that the compiler must give.

use std::path::Path;
use std::process::Command;

use crate::program::{root, scratch};

#[test]
fn a_lint_cannot_do_what_it_must_not() {
    let folder = scratch("forbidden");
    let crate_folder = folder.join("lints");
    std::fs::create_dir_all(&crate_folder).unwrap();
    for name in ["build.rs", "lib.rs", "requirements.tsv"] {
        std::fs::copy(root().join("lints").join(name), crate_folder.join(name)).unwrap();
    }
    let project = root().display().to_string().replace('\\', "/");
    let manifest = format!(
        "[package]\nname = \"forbidden\"\nversion = \"0.0.0\"\nedition = \"2024\"\nbuild = \"build.rs\"\n\
         [lib]\npath = \"lib.rs\"\n\
         [dependencies]\ncmlint-lint = {{ path = \"{project}/crates/lint\" }}\n\
         cmlint-model = {{ path = \"{project}/crates/model\" }}\n\
         cmlint-source = {{ path = \"{project}/crates/source\" }}\n\
         cmlint-winsec = {{ path = \"{project}/crates/winsec\" }}\n\
         [workspace]\n"
    );
    std::fs::write(crate_folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root().join("Cargo.lock"), crate_folder.join("Cargo.lock")).unwrap();
    let target = folder.join("target");
    // Another lint, whose code the forbidden programs may try to reach.
    lint(&crate_folder, "neighbour", include_str!("../forbidden/sound.rs"));
    let sound = check(&crate_folder, &target);
    assert!(sound.is_ok(), "a sound lint must compile, or the others prove nothing:\n{}", sound.unwrap_err());
    let mut wrong = Vec::new();
    let mut programs: Vec<_> = std::fs::read_dir(root().join("tests/forbidden"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_stem().is_some_and(|s| s != "sound"))
        .collect();
    programs.sort();
    assert!(programs.len() >= 8);
    for program in programs {
        let name = program.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&program).unwrap();
        let expected = text
            .lines()
            .next()
            .and_then(|l| l.strip_prefix("// error: "))
            .expect("the first line names the error");
        lint(&crate_folder, "forbidden", &text);
        match check(&crate_folder, &target) {
            Ok(()) => wrong.push(format!("{name} compiles")),
            Err(said) if !said.contains(expected) => {
                wrong.push(format!("{name} fails otherwise than by {expected}:\n{said}"))
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn lint(folder: &Path, id: &str, text: &str) {
    let folder = folder.join(id);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lint.rs"), text).unwrap();
    std::fs::write(folder.join("README.md"), "# Made up\n").unwrap();
}

fn check(folder: &Path, target: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--lib"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
