//! The page in a browser: Chromium without a window, led over its debugging pipe. Where there is no Chromium,
//! one line on standard error says so.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::outward::{Reports, bad_sites, hostile};
use crate::support::*;

/// How long a browser may be silent.
const PATIENCE: Duration = Duration::from_secs(90);

struct Browser {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Value>,
    number: u64,
    session: Option<String>,
    /// What happened since the last page was opened.
    events: Vec<Value>,
}

fn program() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders = std::env::split_paths(&std::env::var_os("PATH")?).collect::<Vec<_>>();
    names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name))).find(|path| path.is_file())
}

impl Browser {
    fn start(program: &Path, profile: &Path) -> Browser {
        // The pipe is descriptors 3 and 4 of the browser; a shell puts ours there.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let input = child.stdin.take().expect("it was asked for");
        let output = child.stdout.take().expect("it was asked for");
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|n| n > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                if send.send(value).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let mut browser = Browser { child, input, answers, number: 0, session: None, events: Vec::new() };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            browser.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn next(&mut self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("the browser answers")
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.number += 1;
        let number = self.number;
        let mut message = json!({"id": number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).and_then(|()| self.input.flush()).expect("the browser listens");
        loop {
            let mut answer = self.next();
            if answer["id"] == number {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    fn open(&mut self, file: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while !self.events.iter().any(|e| e["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// The value of an expression in the page.
    fn ask(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true});
        let mut answer = self.call("Runtime.evaluate", parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    fn press(&mut self, key: &str, code: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    fn write(&mut self, words: &str) {
        for c in words.chars() {
            self.press(&c.to_string(), 0, &c.to_string());
        }
    }

    /// Presses the tab key until an element has the focus.
    fn tab_to(&mut self, selector: &str) {
        for _ in 0..300 {
            self.press("Tab", 9, "");
            if self.ask(&format!("document.activeElement.matches({})", json!(selector))) == true {
                return;
            }
        }
        panic!("{selector} cannot be reached by keyboard");
    }

    /// Nothing was asked for but the page, nothing was logged, nothing popped up.
    fn assert_quiet(&self) {
        let of = |method: &str| self.events.iter().filter(|e| e["method"] == method).collect::<Vec<_>>();
        let requests = of("Network.requestWillBeSent");
        assert_eq!(requests.len(), 1, "{requests:?}");
        for method in [
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        ] {
            assert!(of(method).is_empty(), "{:?}", of(method));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SHOWN: &str = "document.querySelectorAll('article:not([hidden])').length";

#[test]
fn the_page_works_in_a_browser() {
    let Some(program) = program() else {
        // Past the capture of the test harness: somebody should see that something was not tried.
        let _ = writeln!(std::io::stderr(), "the_page_works_in_a_browser was left out: no chromium in PATH");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let plain = folder.join("plain.html");
    let page = bad_sites(30, "worse and worse", |run, snapshot, sources| {
        Reports::of(run, snapshot, sources, no_net).html
    });
    std::fs::write(&plain, page).unwrap();
    let nasty = folder.join("nasty.html");
    let page = hostile(|run, snapshot, sources| Reports::of(run, snapshot, sources, no_net).html);
    std::fs::write(&nasty, page).unwrap();

    let mut browser = Browser::start(&program, &folder.join("profile"));
    browser.open(&plain);
    filter_by_typing(&mut browser);
    filter_by_choice(&mut browser);
    group_by_object(&mut browser);
    open_a_proof_by_keyboard(&mut browser);
    print(&mut browser);
    browser.assert_quiet();

    browser.open(&nasty);
    names_stay_text(&mut browser);
    browser.assert_quiet();

    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&plain);
    read_without_scripts(&mut browser);
    browser.assert_quiet();
    drop(browser);
    let _ = std::fs::remove_dir_all(&folder);
}

fn filter_by_typing(browser: &mut Browser) {
    assert_eq!(browser.ask(SHOWN), 30);
    assert_eq!(browser.ask("document.getElementById('filter').hidden"), false);
    browser.tab_to("#q");
    browser.write("s007 WORSE");
    assert_eq!(browser.ask(SHOWN), 1);
    assert_eq!(browser.ask("document.getElementById('shown').textContent"), "1 of 30 findings");
    browser.write("x");
    assert_eq!(browser.ask(SHOWN), 0);
    assert_eq!(browser.ask("document.getElementById('nothing').hidden"), false);
    browser.ask("document.querySelector('button[type=reset]').click()");
    for _ in 0..20 {
        if browser.ask(SHOWN) == 30 {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the filter was not reset");
}

fn filter_by_choice(browser: &mut Browser) {
    browser.ask("document.querySelector('[name=severity][value=high]').click()");
    assert_eq!(browser.ask(SHOWN), 0);
    browser.ask("document.querySelector('[name=severity][value=high]').click()");
    assert_eq!(browser.ask(SHOWN), 30);
}

fn group_by_object(browser: &mut Browser) {
    let groups = "document.querySelectorAll('#groups > section:not([hidden])').length";
    assert_eq!(browser.ask(groups), 1);
    browser.ask("document.querySelector('[name=group][value=object]').click()");
    assert_eq!((browser.ask(groups), browser.ask(SHOWN)), (json!(30), json!(30)));
    assert_eq!(browser.ask("document.querySelector('#groups h3 code').textContent"), "S000");
    browser.ask("document.querySelector('[name=group][value=lint]').click()");
    assert_eq!((browser.ask(groups), browser.ask(SHOWN)), (json!(1), json!(30)));
}

fn open_a_proof_by_keyboard(browser: &mut Browser) {
    let open = "document.querySelectorAll('.proof[open]').length";
    assert_eq!(browser.ask(open), 0);
    browser.tab_to(".proof > summary");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.ask(open), 1);
    let text = browser.ask("document.querySelector('.proof[open]').innerText");
    assert!(text.as_str().unwrap_or_default().contains("names itself"), "{text}");
}

fn print(browser: &mut Browser) {
    let closed = "document.querySelector('.proof:not([open]) li').checkVisibility()";
    assert_eq!(browser.ask(closed), false);
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    assert_eq!(browser.ask(closed), true);
    assert_eq!(browser.ask("getComputedStyle(document.getElementById('filter')).display"), "none");
    browser.call("Emulation.setEmulatedMedia", json!({"media": ""}));
    let paper = browser.call("Page.printToPDF", json!({}));
    // `%PDF-`
    assert!(paper["data"].as_str().is_some_and(|d| d.starts_with("JVBERi") && d.len() > 10_000));
}

fn names_stay_text(browser: &mut Browser) {
    let count = |what: &str| format!("document.querySelectorAll('{what}').length");
    assert_eq!(browser.ask(&count("script")), 1);
    assert_eq!(browser.ask(&count("img, iframe, object, link, base, body style, b")), 0);
    assert_eq!(browser.ask(&count("article")), 1);
    let text = browser.ask("document.querySelector('article h4').textContent");
    assert!(text.as_str().is_some_and(|t| t.contains("<script>alert(1)</script>")), "{text}");
    browser.ask("document.querySelector('[name=group][value=object]').click()");
    assert_eq!((browser.ask(&count("script")), browser.ask(&count("img"))), (json!(1), json!(0)));
    let links = "Array.from(document.links).every(a => a.getAttribute('href').startsWith('#'))";
    assert_eq!(browser.ask(links), true);
}

fn read_without_scripts(browser: &mut Browser) {
    assert_eq!(browser.ask("document.getElementById('filter').hidden"), true);
    assert_eq!(browser.ask(SHOWN), 30);
    assert_eq!(browser.ask("document.querySelectorAll('.objects li').length"), 30);
    browser.tab_to(".proof > summary");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.ask("document.querySelectorAll('.proof[open]').length"), 1);
}
