use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cmlint_model::Dataset;
use cmlint_winsec::{Context, Sid, binary, sddl};

use crate::host::answers::{
    Answer, Computer, Group, Host, Member, ObjectKind, Refused, RegKey, RegValue, Service, Share,
};
use crate::host::collect::collect;
use crate::out::Out;

/// The account database of `CM01`.
pub(super) const MACHINE: &str = "S-1-5-21-11-12-13";
/// The domain `contoso.test`.
pub(super) const DOMAIN: &str = "S-1-5-21-21-22-23";

/// A site server that answers everything. Tests take away or change what they are about.
pub(super) struct Canned {
    pub(super) computer: Answer<Computer>,
    pub(super) groups: Answer<Vec<Group>>,
    pub(super) members: BTreeMap<String, Answer<Vec<Member>>>,
    pub(super) rights: BTreeMap<&'static str, Answer<Option<Vec<Sid>>>>,
    pub(super) services: Answer<Vec<Service>>,
    pub(super) shares: Answer<Vec<Share>>,
    pub(super) descriptors: BTreeMap<(ObjectKind, String), Answer<Option<Vec<u8>>>>,
    pub(super) folders: BTreeMap<String, Answer<Option<Vec<String>>>>,
    pub(super) keys: BTreeMap<String, Answer<Option<RegKey>>>,
    pub(super) namespaces: BTreeMap<String, Answer<Option<Vec<String>>>>,
    pub(super) config: Answer<Option<Vec<u8>>>,
}

pub(super) fn sid(text: &str) -> Sid {
    text.parse().unwrap()
}

pub(super) fn bytes(text: &str) -> Vec<u8> {
    binary::write(&sddl::parse(text).unwrap().descriptor, &Context::default()).unwrap()
}

pub(super) fn text_value(name: &str, text: &str) -> RegValue {
    let data = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    RegValue { name: name.to_owned(), kind: 1, data }
}

pub(super) fn number_value(name: &str, number: u32) -> RegValue {
    RegValue { name: name.to_owned(), kind: 4, data: number.to_le_bytes().to_vec() }
}

pub(super) const INSTALL: &str = r"C:\Program Files\ConfigMgr";

const OPEN: &str = "O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
const INHERITS: &str = "O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)";
const OWN: &str = "O:BAG:SYD:AI(A;OICI;0x1301bf;;;S-1-5-21-21-22-23-1105)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)";

impl Canned {
    pub(super) fn new() -> Canned {
        let mut canned = Canned {
            computer: Ok(Computer {
                name: "CM01".to_owned(),
                dns_host: "cm01".to_owned(),
                domain: "contoso.test".to_owned(),
                role: 3,
                machine_sid: Some(sid(MACHINE)),
            }),
            groups: Ok(vec![
                Group { name: "Administratoren".to_owned(), sid: sid("S-1-5-32-544") },
                Group { name: "SMS Admins".to_owned(), sid: sid(&format!("{MACHINE}-1004")) },
                Group { name: "Leer".to_owned(), sid: sid(&format!("{MACHINE}-1005")) },
            ]),
            members: BTreeMap::new(),
            rights: BTreeMap::from([
                ("SeServiceLogonRight", Ok(Some(vec![sid("S-1-5-80-0"), sid(&format!("{DOMAIN}-1105"))]))),
                ("SeDebugPrivilege", Ok(Some(vec![sid("S-1-5-32-544")]))),
                ("SeTcbPrivilege", Ok(Some(Vec::new()))),
                ("SeSyncAgentPrivilege", Ok(None)),
            ]),
            services: Ok(vec![
                service("SMS_EXECUTIVE", Some("LocalSystem")),
                service("Spooler", Some("LocalSystem")),
            ]),
            shares: Ok(vec![
                share("SMS_PS1", INSTALL, Ok(bytes("O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;WD)"))),
                share("Daten", r"D:\Daten", Ok(bytes("O:BAG:SYD:(A;;FR;;;WD)"))),
                share("C$", "C:\\", Ok(bytes("O:BAG:SYD:(A;;FA;;;BA)"))),
            ]),
            descriptors: BTreeMap::new(),
            folders: BTreeMap::new(),
            keys: BTreeMap::new(),
            namespaces: BTreeMap::from([(r"root\SMS".to_owned(), Ok(Some(vec!["site_PS1".to_owned()])))]),
            config: Ok(None),
        };
        let member = |rid: u32, name: &str, class| Member {
            sid: sid(&format!("{DOMAIN}-{rid}")),
            name: name.into(),
            class,
        };
        let admins = vec![member(512, r"CONTOSO\Domänen-Admins", "Group"), member(1777, "", "")];
        canned.members.insert("Administratoren".to_owned(), Ok(admins));
        canned.members.insert("SMS Admins".to_owned(), Ok(vec![member(1105, r"CONTOSO\CM-Admins", "Group")]));
        canned.folder(INSTALL, OPEN, &["inboxes", "bin"]);
        canned.folder(&format!(r"{INSTALL}\bin"), INHERITS, &["X64"]);
        canned.folder(&format!(r"{INSTALL}\bin\X64"), INHERITS, &[]);
        canned.folder(&format!(r"{INSTALL}\inboxes"), INHERITS, &["auth"]);
        canned.folder(&format!(r"{INSTALL}\inboxes\auth"), OWN, &[]);
        canned.folder(r"D:\Daten", OPEN, &["nicht gefragt"]);
        let setup = vec![
            text_value("Installation Directory", &format!("{INSTALL}\\")),
            text_value("Secret", "hunter2"),
        ];
        canned.key_at(r"HKLM\SOFTWARE\Microsoft\SMS\Setup", setup, &[]);
        canned.key_at(r"HKLM\SOFTWARE\Microsoft\SMS", Vec::new(), &["Setup", "Identification"]);
        canned.key_at(
            r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters",
            vec![number_value("RequireSecuritySignature", 1), text_value("Other", "not on the list")],
            &[],
        );
        let settings =
            "Path=D:\\Daten\0ShareName=Daten\0\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        canned.key_at(
            r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Shares",
            vec![RegValue { name: "Daten".to_owned(), kind: 7, data: settings }],
            &["Security"],
        );
        let mut launch = RegValue { name: "MachineLaunchRestriction".to_owned(), kind: 3, data: Vec::new() };
        launch.data = bytes("O:BAG:BAD:(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;BA)");
        canned.key_at(r"HKLM\SOFTWARE\Microsoft\Ole", vec![launch], &[]);
        canned.key_at(
            r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy",
            Vec::new(),
            &["PublicProfile", "FirewallRules"],
        );
        canned.key_at(
            r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules",
            vec![text_value("In-1", r"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=445|")],
            &[],
        );
        canned.key_at(
            r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile",
            vec![number_value("EnableFirewall", 1)],
            &[],
        );
        for path in [r"root", r"root\cimv2", r"root\SMS", r"root\SMS\site_PS1"] {
            canned.object(ObjectKind::Wmi, path, "O:BAG:BAD:(A;CI;CCDCLCSWRPWPRCWD;;;BA)");
        }
        for path in ["", r"\Setup", r"\Identification"] {
            let path = format!(r"HKLM\SOFTWARE\Microsoft\SMS{path}");
            canned.object(
                ObjectKind::Registry,
                &path,
                "O:BAG:SYD:(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)",
            );
        }
        canned.object(
            ObjectKind::Service,
            "SMS_EXECUTIVE",
            "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;0xf01ff;;;BA)",
        );
        canned
    }

    pub(super) fn object(&mut self, kind: ObjectKind, path: &str, sddl: &str) {
        self.descriptors.insert((kind, path.to_owned()), Ok(Some(bytes(sddl))));
    }

    pub(super) fn folder(&mut self, path: &str, sddl: &str, inside: &[&str]) {
        self.object(ObjectKind::Ntfs, path, sddl);
        self.folders
            .insert(path.to_owned(), Ok(Some(inside.iter().map(|name| (*name).to_owned()).collect())));
    }

    pub(super) fn key_at(&mut self, path: &str, values: Vec<RegValue>, keys: &[&str]) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.keys.insert(path.to_owned(), Ok(Some(RegKey { values, keys })));
    }
}

pub(super) fn service(name: &str, account: Option<&str>) -> Service {
    Service {
        name: name.to_owned(),
        display_name: name.to_owned(),
        state: "Running",
        start_mode: account.map(|_| "Auto"),
        account: account.map(str::to_owned),
        path: account.map(|_| format!(r"C:\{name}.exe")),
    }
}

pub(super) fn share(name: &str, path: &str, descriptor: Answer<Vec<u8>>) -> Share {
    Share { name: name.to_owned(), path: Some(path.to_owned()), descriptor }
}

impl Host for Canned {
    fn computer(&self) -> Answer<Computer> {
        self.computer.clone()
    }
    fn windows_folder(&self) -> String {
        r"C:\Windows".to_owned()
    }
    fn groups(&self) -> Answer<Vec<Group>> {
        self.groups.clone()
    }
    fn members(&self, group: &Group) -> Answer<Vec<Member>> {
        self.members.get(&group.name).cloned().unwrap_or(Ok(Vec::new()))
    }
    fn holders(&self, right: &str) -> Answer<Option<Vec<Sid>>> {
        self.rights.get(right).cloned().unwrap_or(Ok(Some(Vec::new())))
    }
    fn services(&self) -> Answer<Vec<Service>> {
        self.services.clone()
    }
    fn shares(&self) -> Answer<Vec<Share>> {
        self.shares.clone()
    }
    fn descriptor(&self, kind: ObjectKind, path: &str) -> Answer<Option<Vec<u8>>> {
        self.descriptors.get(&(kind, path.to_owned())).cloned().unwrap_or(Ok(None))
    }
    fn folders(&self, path: &str) -> Answer<Option<Vec<String>>> {
        self.folders.get(path).cloned().unwrap_or(Ok(None))
    }
    fn key(&self, path: &str) -> Answer<Option<RegKey>> {
        self.keys.get(path).cloned().unwrap_or(Ok(None))
    }
    fn namespaces(&self, parent: &str) -> Answer<Option<Vec<String>>> {
        self.namespaces.get(parent).cloned().unwrap_or(Ok(Some(Vec::new())))
    }
    fn file(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        assert_eq!(path, r"C:\Windows\System32\inetsrv\config\applicationHost.config");
        self.config.clone()
    }
}

/// What a collection came to: a folder, and what became of each dataset.
pub(super) struct Collected {
    folder: PathBuf,
    states: Vec<(Dataset, String)>,
}

/// Collects from a canned computer into a folder of its own, by the name of the test.
pub(super) fn collected(canned: &Canned, test: &str) -> Collected {
    let folder = std::env::temp_dir().join(format!("cmlint-collect-host-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let out = Out::open(&folder, &[]).unwrap();
    collect(canned, "cm01", &out, &|_| {}).unwrap();
    let state = |d: crate::out::Done| {
        let why = d.part.state.why().map_or(String::new(), |why| format!(": {why}"));
        (d.part.dataset, format!("{}{why}", d.part.state.status().word()))
    };
    Collected { folder, states: out.done().into_iter().map(state).collect() }
}

impl Collected {
    pub(super) fn state(&self, dataset: Dataset) -> &str {
        &self.states.iter().find(|(d, _)| *d == dataset).unwrap().1
    }

    pub(super) fn all_states(&self) -> Vec<&str> {
        self.states.iter().map(|(_, state)| state.as_str()).collect()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join("hosts/cm01.contoso.test").join(name)).unwrap()
    }

    /// A file as text, UTF-16 decoded.
    pub(super) fn text(&self, name: &str) -> String {
        let bytes = self.bytes(name);
        if bytes.starts_with(&[0xff, 0xfe]) {
            let units: Vec<u16> =
                bytes[2..].chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
            return String::from_utf16(&units).unwrap();
        }
        String::from_utf8(bytes).unwrap()
    }

    pub(super) fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.folder.join("manifest.json")).unwrap()).unwrap()
    }
}

impl Drop for Collected {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The refusal that a plain user meets.
pub(super) const DENIED: Refused = Refused::Denied;
