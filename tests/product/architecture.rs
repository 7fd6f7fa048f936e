//! The edges between crates, and what the linter's dependency tree does not hold.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::program::root;

/// Direct edges that are allowed: what a crate may use of this project.
const ALLOWED: &[(&str, &[&str])] = &[
    ("cmlint-source", &[]),
    ("cmlint-text", &["source"]),
    ("cmlint-winsec", &["source"]),
    ("cmlint-model", &["winsec", "source"]),
    ("cmlint-archive", &["model", "winsec", "text", "source"]),
    ("cmlint-lint", &["model", "winsec", "source"]),
    ("cmlint-lints", &["lint", "model", "winsec", "source"]),
    ("cmlint-engine", &["lint", "model", "source"]),
    ("cmlint-diff", &["engine", "lint", "model", "winsec", "source"]),
    ("cmlint-config", &["engine", "lint", "model", "source"]),
    ("cmlint-redact", &["model", "text", "winsec"]),
    ("cmlint-report", &["diff", "engine", "lint", "model", "source"]),
    (
        "cmlint",
        &[
            "archive", "config", "diff", "engine", "lint", "lints", "model", "redact", "report", "source",
            "text", "winsec",
        ],
    ),
    ("cmlint-collect", &["archive", "model", "winsec"]),
    ("xtask", &["archive", "model", "engine", "lints"]),
    ("tests", &[]),
];

/// Crates that open sockets or speak network protocols.
const NETWORK: &[&str] = &[
    "async-std",
    "attohttpc",
    "curl",
    "h2",
    "hyper",
    "isahc",
    "ldap3",
    "mio",
    "native-tls",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "sspi",
    "surf",
    "tiberius",
    "tokio",
    "tungstenite",
    "ureq",
];

/// The packages for this computer's platform: those of others need not be downloaded to build here.
fn metadata() -> serde_json::Value {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crates_use_only_what_the_architecture_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    for package in metadata["packages"].as_array().unwrap() {
        if !members.contains(package["id"].as_str().unwrap()) {
            continue;
        }
        let name = package["name"].as_str().unwrap();
        let Some(edges) = allowed.get(name) else {
            wrong.push(format!("{name} is not in the table of this test"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            // Tests and build scripts may look further.
            if !dependency["kind"].is_null() {
                continue;
            }
            let uses = dependency["name"].as_str().unwrap();
            let ours = uses.strip_prefix("cmlint-").or_else(|| (uses == "cmlint").then_some("cli"));
            if let Some(uses) = ours.filter(|uses| !edges.contains(uses)) {
                wrong.push(format!("{name} uses {uses}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_linter_holds_no_network_code() {
    let metadata = metadata();
    let nodes: BTreeMap<&str, &serde_json::Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["id"].as_str().unwrap(), n))
        .collect();
    let name_of = |id: &str| -> String {
        let packages = metadata["packages"].as_array().unwrap();
        packages.iter().find(|p| p["id"] == id).unwrap()["name"].as_str().unwrap().to_owned()
    };
    let start = nodes.keys().copied().find(|id| name_of(id) == "cmlint").unwrap();
    let mut queue = vec![start];
    let mut seen = BTreeSet::new();
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let normal = dependency["dep_kinds"].as_array().unwrap().iter().any(|k| k["kind"].is_null());
            if normal {
                queue.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    let found: Vec<String> =
        seen.iter().map(|id| name_of(id)).filter(|n| NETWORK.contains(&n.as_str())).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(seen.len() > 20, "the tree was walked");
}

#[test]
fn licences_are_among_those_that_were_agreed() {
    const AGREED: &[&str] = &[
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MPL-2.0",
        "Zlib",
        "Unicode-3.0",
        "Unlicense",
        "0BSD",
        "CC0-1.0",
        "BSL-1.0",
        "Apache-2.0 WITH LLVM-exception",
    ];
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        let fine = licence.split(" AND ").all(|part| {
            part.trim_matches(['(', ')'])
                .split(" OR ")
                .any(|one| AGREED.contains(&one.trim_matches(['(', ')', ' '])))
        });
        if !fine {
            wrong.push(format!("{}: {licence:?}", package["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
