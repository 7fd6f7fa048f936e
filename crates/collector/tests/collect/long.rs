use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::program::{manifest, program, scratch};
use crate::server::Reply;
use crate::site::serve;
use crate::world::World;

const PAGES: usize = 200;
const ROWS: usize = 100;

/// Most memory that a process has used so far, in KiB.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[test]
fn many_pages_need_no_more_memory_than_a_few() {
    let out = scratch("long");
    let (world, process) = (World::new(), Arc::new(Mutex::new(0)));
    let peaks = Arc::new(Mutex::new(Vec::new()));
    let (of, seen) = (process.clone(), peaks.clone());
    let server = serve(Box::new(move |path| {
        let skip = path.split_once("SMS_Package?").and_then(|(_, query)| query.rsplit_once("$skip="));
        let Some((_, skip)) = skip else { return world.answer(path) };
        let skip: usize = skip.parse().unwrap();
        if skip.is_multiple_of(20 * ROWS) {
            seen.lock().unwrap().extend(peak(*of.lock().unwrap()));
        }
        let rows = if skip < PAGES * ROWS { skip..skip + ROWS } else { 0..0 };
        let row = |n| json!({"PackageID": format!("PS1{n:05X}"), "Name": "x".repeat(200), "PkgSourcePath": r"\\s\x".repeat(50)});
        Reply::json(&json!({"value": rows.map(row).collect::<Vec<_>>()}))
    }));
    let provider = format!("localhost:{}", server.port);
    let size = ROWS.to_string();
    let args = [
        "site",
        &provider,
        "--out",
        out.to_str().unwrap(),
        "--pin-sha256",
        &server.pin,
        "--only",
        "SMS_Package",
        "--page-size",
        &size,
    ];
    let mut command = program(&args);
    let mut held = process.lock().unwrap();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    *held = child.id();
    drop(held);
    let output = child.wait_with_output().unwrap();
    let progress = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{progress}");
    assert!(
        progress.contains("SMS_Package: 5000 ...") && progress.contains("SMS_Package: 20000 ..."),
        "{progress}"
    );
    let entry = &manifest(&out)[&("SMS_Package".to_owned(), String::new())];
    assert_eq!(entry["files"][0]["rows"], json!(PAGES * ROWS));
    let peaks = peaks.lock().unwrap().clone();
    if cfg!(target_os = "linux") {
        let (early, late) = (peaks[1], *peaks.last().unwrap());
        // The file has 14 MB. What grows is eight bytes a row, by which a page that comes twice is known.
        assert!(late < early + 8 * 1024, "{peaks:?}");
    }
}
