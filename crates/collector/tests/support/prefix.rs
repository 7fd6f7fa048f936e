//! The program for Windows, under Wine on a made-up site server (`lab/wine.sh`) inside of the realm.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::program::{Said, said};
use crate::realm::{Realm, lab, realm};

/// A Wine prefix with the registry and the folders of a site server, and the program for Windows.
pub(crate) struct Prefix {
    pub(crate) realm: &'static Realm,
    folder: PathBuf,
    /// As it was built.
    program: PathBuf,
    /// With canned answers of the network management and security calls.
    canned: PathBuf,
}

/// The registry of a site server, as `reg import` takes it.
const REGISTRY: &str = r#"Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SMS\Setup]
"Installation Directory"="C:\\cm"
"Full Version"="5.00.9106.1000"
"Password"="hunter2"

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters]
"RequireSecuritySignature"=dword:00000001

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]
"In-1"="v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=445|"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Ole]
"MachineLaunchRestriction"=hex:01,00,04,80,14,00,00,00,24,00,00,00,00,00,00,00,\
  34,00,00,00,01,02,00,00,00,00,00,05,20,00,00,00,20,02,00,00,01,02,00,00,00,00,\
  00,05,20,00,00,00,20,02,00,00,02,00,1c,00,01,00,00,00,00,00,14,00,0b,00,00,00,\
  01,01,00,00,00,00,00,01,00,00,00,00
"#;

/// `applicationHost.config` of a management point.
const CONFIG: &str = r#"<configuration><system.applicationHost><applicationPools><add name="p">
<processModel identityType="SpecificUser" userName="CONTOSO\web" password="[enc:Aes:QUJD:enc]" />
</add></applicationPools></system.applicationHost></configuration>"#;

/// The prefix, made by whoever needs it first; `None`, with a line that says so, where no lab is asked for or the
/// program for Windows was not built.
pub(crate) fn prefix(tests: &str) -> Option<&'static Prefix> {
    static PREFIX: OnceLock<Option<Prefix>> = OnceLock::new();
    let realm = realm(tests)?;
    let prefix = PREFIX.get_or_init(|| {
        let program = std::env::var_os("CMLINT_LAB_EXE").filter(|path| !path.is_empty());
        if program.is_none() {
            let line = format!("left out: {tests}; the program was not built for Windows");
            let _ = writeln!(std::io::stderr(), "{line}");
        }
        program.map(|program| Prefix::make(realm, PathBuf::from(program)))
    });
    prefix.as_ref()
}

fn done(mut command: Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
}

impl Prefix {
    fn make(realm: &'static Realm, program: PathBuf) -> Prefix {
        let folder = realm.folder.join("wine");
        let mut command = realm.command(lab("wine.sh"));
        command.arg(&folder);
        done(command);
        let canned = realm.folder.join("canned");
        let mut command = Command::new(lab("canned/canned.sh"));
        command.arg(&program).arg(&canned);
        done(command);
        let prefix = Prefix { realm, folder, program, canned: canned.join("cmlint-collect.exe") };
        let drive = prefix.folder.join("drive_c");
        for path in ["cm/denied", "cm/inherits", "cm/own"] {
            std::fs::create_dir_all(drive.join(path)).unwrap();
        }
        let config = drive.join("windows/system32/inetsrv/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("applicationHost.config"), CONFIG).unwrap();
        std::fs::write(drive.join("site.reg"), REGISTRY).unwrap();
        let mut command = prefix.wine();
        command.args(["reg", "import", r"C:\site.reg"]);
        done(command);
        let mut command = prefix.wine();
        command.args([
            "sc",
            "create",
            "SMS_EXECUTIVE",
            r"binPath=C:\cm\smsexec.exe",
            "start=auto",
            r"obj=.\svc",
        ]);
        done(command);
        prefix
    }

    fn wine(&self) -> Command {
        let mut command = self.realm.command("wine");
        command.env("WINEPREFIX", &self.folder).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command.env("WINEDLLOVERRIDES", "netapi32=n,b;mscoree,mshtml=");
        command
    }

    /// The program as it was built.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.wine();
        command.arg(&self.program).args(arguments);
        command
    }

    /// Runs the program as it was built.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        said(self.program(arguments))
    }

    /// Runs the program with canned answers, of which some are refusals.
    pub(crate) fn run_canned(&self, arguments: &[&str]) -> Said {
        let mut command = self.wine();
        command.arg(&self.canned).args(arguments);
        said(command)
    }

    /// Runs the program with canned answers, of which none is a refusal.
    pub(crate) fn run_canned_whole(&self, arguments: &[&str]) -> Said {
        let mut command = self.wine();
        command.arg(&self.canned).args(arguments).env("CANNED", "whole");
        said(command)
    }
}

/// A folder as programs in Wine name it.
pub(crate) fn windows_path(folder: &Path) -> String {
    format!("Z:{}", folder.display().to_string().replace('/', "\\"))
}
