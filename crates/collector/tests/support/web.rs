//! A web server (Apache) in the realm, that asks for Kerberos or NTLM (`lab/web.sh`), and the administration service
//! behind it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::realm::{Realm, lab, realm};
use crate::server::{Answer, Reply, Server};

/// The web server of a realm.
pub(crate) struct Web {
    pub(crate) realm: &'static Realm,
    /// Ends when its standard input does, which this holds.
    _process: Child,
    service: &'static Mutex<Box<Answer>>,
    behind: Server,
}

/// The web server for one test at a time: it answers as the test says.
pub(crate) struct Turn {
    pub(crate) web: &'static Web,
    _turn: MutexGuard<'static, ()>,
}

/// The web server, answering so; `None`, with a line that says so, where no lab is asked for.
pub(crate) fn web(tests: &str, answer: Box<Answer>) -> Option<Turn> {
    static WEB: OnceLock<Option<Web>> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let web = WEB.get_or_init(|| realm(tests).map(Web::start)).as_ref()?;
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    *web.service.lock().unwrap() = answer;
    Some(Turn { web, _turn: turn })
}

impl Web {
    fn start(realm: &'static Realm) -> Web {
        let nothing: Box<Answer> = Box::new(|_| Reply::status(404));
        let service: &'static Mutex<Box<Answer>> = Box::leak(Box::new(Mutex::new(nothing)));
        let socket = realm.folder.join("service");
        let behind = Server::unix(&socket, Box::new(move |path| service.lock().unwrap()(path)));
        let mut command = realm.command(lab("web.sh"));
        command.arg(&realm.folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "the web server did not start; see {}", realm.folder.display());
        Web { realm, _process: process, service, behind }
    }

    /// The program inside of the realm.
    pub(crate) fn program(&self, account: &str, password: &str, args: &[&str]) -> Command {
        let mut command = self.realm.command(env!("CARGO_BIN_EXE_cmlint-collect"));
        command.args(args).current_dir("/");
        command.env("CMLINT_COLLECT_USER", account).env("CMLINT_COLLECT_PASSWORD", password);
        command
    }

    /// Whom the web server let in or kept out, one line each request: `name status request`.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.realm.folder.join("web/access.log")).unwrap()
    }

    /// What the service behind it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.behind.asked()
    }
}
