//! An Active Directory domain of the tests' own: Samba in namespaces of its own (`lab/realm.sh`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// SID of the domain `contoso.test`.
pub(crate) const DOMAIN: &str = "S-1-5-21-1111111111-2222222222-3333333333";
/// The domain controller.
pub(crate) const SERVER: &str = "dc1.contoso.test";

/// The environment variable with the folder in which servers keep what they need while they run. It stands for the
/// wish that servers are started at all.
const RUN: &str = "CMLINT_LAB";

/// A domain that lives as long as the program of the tests.
pub(crate) struct Realm {
    /// Its files; see `lab/realm.sh`.
    pub(crate) folder: PathBuf,
    /// Ends with this process, because it reads the pipe that it holds.
    process: Child,
}

/// The realm, started by whoever needs it first; `None`, with one line that says so, where no lab is asked for.
pub(crate) fn realm(tests: &str) -> Option<&'static Realm> {
    static REALM: OnceLock<Option<Realm>> = OnceLock::new();
    let realm = REALM.get_or_init(|| {
        if asked_for() {
            return Some(Realm::start(tests));
        }
        let line = format!(
            "left out: {tests}; `cargo xtask lab` runs them (Linux, root, the packages of lab/packages)"
        );
        let _ = writeln!(std::io::stderr(), "{line}");
        None
    });
    realm.as_ref()
}

/// Whether this machine is to start servers.
pub(crate) fn asked_for() -> bool {
    std::env::var_os(RUN).is_some_and(|value| !value.is_empty())
}

/// A file of the lab.
pub(crate) fn lab(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab").join(name)
}

impl Realm {
    fn start(tests: &str) -> Realm {
        let run = PathBuf::from(std::env::var_os(RUN).unwrap());
        let folder = run.join(format!("realm-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut process = Command::new(lab("realm.sh"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the realm can be started");
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "the realm for {tests} did not start, and said why above");
        Realm { folder, process }
    }

    /// A program inside the realm.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        let of = format!("/proc/{}/ns", self.process.id());
        for (option, file) in [("net", "net"), ("mount", "mnt"), ("uts", "uts"), ("pid", "pid_for_children")]
        {
            command.arg(format!("--{option}={of}/{file}"));
        }
        command.arg("--").arg(program);
        command.env("KRB5_CONFIG", self.folder.join("krb5.conf")).stdin(Stdio::null());
        command
    }

    /// The certificate authority of the domain controller.
    pub(crate) fn authority(&self) -> String {
        self.folder.join("ca.pem").display().to_string()
    }

    /// The Kerberos tickets of an account, for `KRB5CCNAME`.
    pub(crate) fn tickets(&self, account: &str, password: &str) -> String {
        let tickets = format!("FILE:{}", self.folder.join("tickets").display());
        let mut kinit = self.command("kinit");
        kinit.arg(account).env("KRB5CCNAME", &tickets).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut kinit = kinit.spawn().unwrap();
        writeln!(kinit.stdin.take().unwrap(), "{password}").unwrap();
        assert!(kinit.wait().unwrap().success());
        tickets
    }

    /// Changes objects as the domain controller itself would.
    pub(crate) fn modify(&self, ldif: &str) {
        let mut command = self.command("ldbmodify");
        command
            .arg("-H")
            .arg(self.folder.join("ad/private/sam.ldb"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut process = command.spawn().unwrap();
        process.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        assert!(process.wait().unwrap().success(), "{ldif}");
    }
}
