use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use serde_json::json;

use crate::program::{files, manifest, program, scratch};
use crate::site::serve;
use crate::world::World;

#[test]
fn an_interrupted_run_leaves_a_valid_snapshot_of_what_was_done() {
    let out = scratch("interrupted");
    let (reached, waits) = channel();
    let reached = Mutex::new(reached);
    let world = World::new();
    let server = serve(Box::new(move |path| {
        if path.contains("SMS_Collection?") {
            reached.lock().unwrap().send(()).unwrap();
            // Never answers: the run hangs here until it is interrupted.
            loop {
                std::thread::park();
            }
        }
        world.answer(path)
    }));
    let provider = format!("localhost:{}", server.port);
    let mut command =
        program(&["site", &provider, "--out", out.to_str().unwrap(), "--pin-sha256", &server.pin]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    waits.recv().unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("interrupted before it was done"), "{text}");
    let entries = manifest(&out);
    let status = |class: &str| entries[&(class.to_owned(), String::new())]["status"].clone();
    assert_eq!((status("SMS_Admin"), status("SMS_Collection")), (json!("complete"), json!("not_collected")));
    assert_eq!(entries.len(), World::new().classes.len());
    assert!(files(&out).keys().all(|name| !name.contains("unfinished")), "{:?}", files(&out).keys());
    let archive =
        cmlint_archive::open(&out, cmlint_archive::Options { verify: true, ..Default::default() }).unwrap();
    assert!(archive.read().problems.is_empty(), "{:?}", archive.read().problems);
}
