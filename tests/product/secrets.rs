//! Secrets planted wherever a snapshot can hold one: nothing that the program says holds a piece of one.
//!
//! A template is the text of a file in which `«form»` stands for a new secret, written in that form. The
//! secrets are made up here and are nobody's.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

mod damaged;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::program::{Said, cmlint, root, scratch};

/// Files with secrets in them.
#[derive(Default)]
struct Garden {
    files: Vec<File>,
    /// All secrets, in the order in which they were made.
    secrets: Vec<String>,
}

struct File {
    dataset: &'static str,
    scope: &'static str,
    path: &'static str,
    bytes: Vec<u8>,
    /// So many of its secrets stand where a secret is recognised by its name or its form.
    named: usize,
}

const HIERARCHY: &str = r#"{"kind": "hierarchy"}"#;
const HOST: &str = r#"{"kind": "host", "key": "cm01.contoso.com"}"#;
const DOMAIN: &str = r#"{"kind": "domain", "key": "contoso.com"}"#;
const DATABASE: &str = r#"{"kind": "database", "key": "cm01.contoso.com/master"}"#;

/// What is run on every garden: each command and format, narrow and wide, with and without colour.
const RUNS: &[&[&str]] = &[
    &["check", "--width", "40"],
    &["check", "--width", "200", "--color", "always"],
    &["check", "--verbose", "--ascii", "--min-confidence", "low"],
    &["check", "--verify", "--require-all", "--fail-on", "info"],
    &["check", "-o", "json", "--min-confidence", "low"],
    &["check", "-o", "sarif"],
    &["check", "-o", "junit"],
    &["check", "-o", "github"],
    &["check", "-o", "markdown"],
    &["check", "-o", "html"],
    &["coverage", "--width", "40", "--verbose"],
    &["coverage", "--color", "always"],
    &["coverage", "-o", "json"],
];

impl Garden {
    fn file(
        &mut self,
        dataset: &'static str,
        scope: &'static str,
        path: &'static str,
        template: &str,
    ) -> &mut File {
        let (text, named) = self.plant(template);
        self.files.push(File { dataset, scope, path, bytes: text.into_bytes(), named });
        self.files.last_mut().unwrap()
    }

    /// Puts secrets in the places of a template. Says how many of them stand where they are recognised: a
    /// form that begins with `?` stands where only nobody's understanding hides it.
    fn plant(&mut self, template: &str) -> (String, usize) {
        let mut text = String::new();
        let mut rest = template;
        let mut named = 0;
        while let Some((before, behind)) = rest.split_once('«') {
            let (form, behind) = behind.split_once('»').unwrap();
            let secret = self.secret();
            text.push_str(before);
            text.push_str(&write(&secret, form.trim_start_matches('?')));
            named += usize::from(!form.starts_with('?'));
            rest = behind;
        }
        text.push_str(rest);
        (text, named)
    }

    /// A new secret: an encrypted blob as ConfigMgr stores it, a password as people make them, a key.
    fn secret(&mut self) -> String {
        let n = self.secrets.len();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(n as u64 + 1);
        let mut byte = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as u8
        };
        let secret = match n % 3 {
            0 => (0..20).map(|_| format!("{:02X}", byte())).collect(),
            1 => format!("Tr0ub4dor&3-{n}-{:02x}{:02x}{:02x}", byte(), byte(), byte()),
            _ => STANDARD.encode((0..32).map(|_| byte()).collect::<Vec<_>>()),
        };
        self.secrets.push(secret);
        self.secrets[n].clone()
    }

    /// Runs everything on the files as loose exports, below a manifest and in a zip file, and asserts that
    /// no piece of a secret is said. Returns where the snapshot with a manifest lies.
    fn keeps_silent(&self, name: &str) -> PathBuf {
        let pieces = Pieces::of(&self.secrets);
        let folder = scratch(&format!("secrets-{name}"));
        let loose = folder.join("loose");
        let whole = folder.join("whole");
        for file in &self.files {
            put(&loose.join(file.path), &file.bytes);
            put(&whole.join(file.path), &file.bytes);
        }
        put(&whole.join("manifest.json"), self.manifest().as_bytes());
        let packed = folder.join("packed.zip");
        self.pack(&packed);
        for input in [&loose, &whole, &packed] {
            silent(input, &pieces, RUNS);
        }
        for file in &self.files {
            silent(&loose.join(file.path), &pieces, &RUNS[..1]);
        }
        whole
    }

    fn manifest(&self) -> String {
        let mut entries: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for file in &self.files {
            let path = format!(r#"{{"path": "{}", "rows": 3}}"#, file.path);
            entries.entry((file.dataset, file.scope)).or_default().push(path);
        }
        let entries = entries.iter().map(|((dataset, scope), files)| {
            format!(
                r#"{{"dataset": "{dataset}", "scope": {scope}, "status": "complete", "read_by_key": true, "files": [{}]}}"#,
                files.join(", ")
            )
        });
        let entries = entries.collect::<Vec<_>>().join(",\n");
        format!(r#"{{"format": "cmlint-snapshot", "version": 1, "datasets": [{entries}]}}"#)
    }

    fn pack(&self, path: &Path) {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for file in &self.files {
            zip.start_file(file.path, options).unwrap();
            zip.write_all(&file.bytes).unwrap();
        }
        zip.start_file("manifest.json", options).unwrap();
        zip.write_all(self.manifest().as_bytes()).unwrap();
        zip.finish().unwrap();
    }

    /// Each secret that is recognised is also a finding, once the lint that says so is there.
    fn is_told_on(&self, snapshot: &Path) {
        const LINT: &str = "snapshot-holds-secret";
        if !root().join("lints").join(LINT).join("expected").is_dir() {
            return;
        }
        let said = cmlint(&["check", snapshot.to_str().unwrap(), "-o", "json", "--select", LINT]);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in report["lints"][0]["findings"].as_array().unwrap() {
            let path = finding["labels"][0]["path"].as_str().unwrap();
            // "`path` holds a secret: …" or "`path` holds 7 secrets: …"
            let message = finding["message"].as_str().unwrap();
            let number = message.split_once("` holds ").unwrap().1.split(' ').next().unwrap();
            *told.entry(path).or_default() += number.parse().unwrap_or(1);
        }
        for file in &self.files {
            let told = told.get(file.path).copied().unwrap_or(0);
            assert!(told >= file.named, "{}: {} secrets are planted and {told} found", file.path, file.named);
        }
    }
}

impl File {
    fn utf16(&mut self) {
        let text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap();
        self.bytes = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    }
}

/// A secret in one of the forms in which files write it.
fn write(secret: &str, form: &str) -> String {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    match form {
        "plain" => secret.to_owned(),
        // The first half: the file ends in the middle of it.
        "cut" => secret[..secret.len() / 2].to_owned(),
        "\\u" => secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
        "xml" => secret.replace('&', "&amp;"),
        "&#" => secret.chars().map(|c| format!("&#x{:X};", c as u32)).collect(),
        "base64" => STANDARD.encode(secret),
        // As a directory stores a password: in quotes, as UTF-16.
        "unicodePwd" => STANDARD.encode(utf16(&format!("\"{secret}\""))),
        "base64 text" => STANDARD.encode(format!("password={secret}")),
        "base64 utf-16 text" => STANDARD.encode(utf16(&format!("net use z: \\\\cm01\\x {secret} /user:svc"))),
        "folded base64" => {
            let text = STANDARD.encode(format!("Server=sql01;Password={secret};Database=CM"));
            format!("{}\n {}\n {}", &text[..20], &text[20..41], &text[41..])
        }
        "hex" => {
            utf16(&format!("{secret}\0")).iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(",")
        }
        other => panic!("no form {other}"),
    }
}

/// All pieces of secrets, in every form, that must not be said: in lower case, as keys are.
struct Pieces {
    /// By their first eight bytes.
    pieces: HashMap<[u8; 8], Vec<Vec<u8>>>,
    /// Whether any begins with these two bytes: few places of a text need a closer look.
    begins: Vec<bool>,
}

impl Pieces {
    fn of(secrets: &[String]) -> Pieces {
        let mut pieces = Pieces { pieces: HashMap::new(), begins: vec![false; 1 << 16] };
        for secret in secrets {
            pieces.add(secret, 8);
            pieces.add(&secret.replace('&', "&amp;"), 8);
            pieces.add(&write(secret, "\\u"), 16);
            pieces.add(&write(secret, "&#"), 16);
            pieces.add(&write(secret, "hex"), 24);
            pieces.add(&write(secret, "hex").replace(',', ""), 16);
            // Wherever it stands in what was encoded.
            for before in ["", "x", "xx"] {
                let text = STANDARD.encode(format!("{before}{secret}"));
                pieces.add(&text[4..text.len() - 4], 8);
                let wide: Vec<u8> =
                    format!("{before}{secret}").encode_utf16().flat_map(u16::to_le_bytes).collect();
                let text = STANDARD.encode(wide);
                pieces.add(&text[4..text.len() - 4], 12);
            }
        }
        pieces
    }

    fn add(&mut self, text: &str, len: usize) {
        for piece in text.to_ascii_lowercase().as_bytes().windows(len) {
            let first: [u8; 8] = piece[..8].try_into().unwrap();
            self.begins[usize::from(first[0]) << 8 | usize::from(first[1])] = true;
            self.pieces.entry(first).or_default().push(piece.to_vec());
        }
    }

    /// A piece of a secret in a text.
    fn find(&self, text: &str) -> Option<&[u8]> {
        let bytes = text.as_bytes();
        for at in 0..bytes.len().saturating_sub(7) {
            if !self.begins[usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])] {
                continue;
            }
            let first: [u8; 8] = bytes[at..at + 8].try_into().unwrap();
            let said = |piece: &&Vec<u8>| bytes[at..].starts_with(piece);
            if let Some(piece) = self.pieces.get(&first).into_iter().flatten().find(said) {
                return Some(piece);
            }
        }
        None
    }
}

fn silent(input: &Path, pieces: &Pieces, runs: &[&[&str]]) {
    for run in runs {
        let args: Vec<&str> = run.iter().copied().chain([input.to_str().unwrap()]).collect();
        let said = cmlint(&args);
        assert!(
            !said.err.contains("has a defect") && (0..=4).contains(&said.code),
            "{args:?}: {}",
            said.all()
        );
        says_nothing(&said, pieces, &args);
    }
}

/// Asserts that neither stream holds a piece of a secret, whole or broken over lines.
fn says_nothing(said: &Said, pieces: &Pieces, args: &[&str]) {
    for stream in [&said.out, &said.err] {
        let text = stream.to_ascii_lowercase();
        let unbroken: String = text.chars().filter(|c| !c.is_whitespace() && !"│|·╎".contains(*c)).collect();
        if let Some(piece) = pieces.find(&text).or_else(|| pieces.find(&unbroken)) {
            let piece = String::from_utf8_lossy(piece);
            panic!("{args:?} says `{piece}`, a piece of a secret:\n{}", said.all());
        }
    }
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Rows that make the network access accounts of the site a finding, so that excerpts of this file are
/// drawn: too many, with `before` and `behind` on the line of the labels.
fn accounts(before: &str, behind: &str) -> String {
    let names: Vec<String> = (0..12).map(|n| format!(r#""CONTOSO\\svc-naa-{n}""#)).collect();
    let names = names.join(",");
    format!(
        r#"[{{{before}"ItemName":"Software Distribution","ItemType":"Client Component","SiteCode":"PS1","PropLists":[{{"PropertyListName":"Network Access User Names","Values":[{names}]}}]{behind}}}]"#
    )
}

#[test]
fn in_rows_at_any_place_and_in_any_spelling() {
    let mut garden = Garden::default();
    let class = "SMS_SCI_Reserved";
    garden.file(
        class,
        HIERARCHY,
        "site/first.json",
        r#"[{"Reserved2":"«plain»","UserName":"CONTOSO\\a","SiteCode":"PS1"}]"#,
    );
    garden.file(
        class,
        HIERARCHY,
        "site/middle.json",
        r#"[{"UserName":"CONTOSO\\a","Reserved2":"«plain»","SiteCode":"PS1"}]"#,
    );
    garden.file(
        class,
        HIERARCHY,
        "site/last.json",
        r#"[{"UserName":"CONTOSO\\a","SiteCode":"PS1","Reserved2":"«plain»"}]"#,
    );
    garden.file(
        class,
        HIERARCHY,
        "site/pretty.json",
        "[\r\n  {\r\n    \"UserName\": \"CONTOSO\\\\a\",\r\n    \"reserved2\" : \"«plain»\",\r\n    \"SiteCode\": \"PS1\"\r\n  }\r\n]",
    );
    garden.file(
        class,
        HIERARCHY,
        "site/spelt.json",
        r#"[{"\u0052eserved2":"«\u»","UserName":"CONTOSO\\a"},{"RESERVED2":"«\u»","UserName":"CONTOSO\\b"},{"Reserved2":"«plain»","Reserved2":"«plain»","UserName":"c"}]"#,
    );
    garden
        .file(class, HIERARCHY, "site/wide.json", r#"[{"UserName":"CONTOSO\\a","Reserved2":"«plain»"}]"#)
        .utf16();
    garden.file(
        "SMS_SCI_SysResUse",
        HIERARCHY,
        "site/roles.json",
        r#"[{"NetworkOSPath":"\\\\cm01.contoso.com","RoleName":"SMS Distribution Point","SiteCode":"PS1","Props":[
            {"PropertyName":"PXEPassword","Value":0,"Value1":"«plain»","Value2":""},
            {"Value2":"«\u»","Value1":"«plain»","PropertyName":"pxepassword"},
            {"Value1":"«plain»","PropertyName":"\u0050XEPassword"}]}]"#,
    );
    garden.file(
        "SMS_CollectionSettings",
        HIERARCHY,
        "site/collections.json",
        r#"[{"CollectionID":"PS100012","CollectionVariables":[{"Name":"LocalKey","Value":"«plain»","IsMasked":true},{"IsMasked":true,"Value":"«\u»","Name":"x"}]}]"#,
    );
    garden.file(
        "SMS_Package",
        HIERARCHY,
        "site/packages.json",
        r#"[{"PackageID":"PS100001","Connection":"Server=sql01;User Id=sa;Password=«plain»;Encrypt=yes","Command":"net use z: \\\\cm01\\x «plain» /user:CONTOSO\\svc"}]"#,
    );
    let snapshot = garden.keeps_silent("rows");
    garden.is_told_on(&snapshot);
}

#[test]
fn beside_what_a_finding_points_at() {
    for (name, before, behind) in [
        ("before", r#""Reserved2":"«plain»","#, ""),
        ("behind", "", r#","Reserved2":"«plain»""#),
        (
            "both",
            r#""Props":[{"Value1":"«plain»","PropertyName":"PXEPassword"}],"#,
            r#","Notes":"password=«plain»""#,
        ),
        (
            "long",
            r#""AdminPasswords":["«plain»","«plain»","«plain»"],"#,
            r#","x":{"ClientSecret":{"a":"«\u»","b":["«plain»"]}}"#,
        ),
    ] {
        let mut garden = Garden::default();
        garden.file(
            "SMS_Site",
            HIERARCHY,
            "site/SMS_Site.json",
            r#"[{"SiteCode":"PS1","ServerName":"cm01.contoso.com","InstallDir":"C:\\CM","Type":2}]"#,
        );
        garden.file(
            "SMS_SCI_ClientComp",
            HIERARCHY,
            "site/SMS_SCI_ClientComp.json",
            &accounts(before, behind),
        );
        let role = r#"<SMS_Roles><SMS_Role CopiedFromID="SMS0009R" RoleName="Desk" RoleDescription="Password=«xml»"><Operations><Operation GrantedOperations="3" ObjectTypeID="27"/></Operations></SMS_Role></SMS_Roles>"#;
        garden.file("security-role-xml", HIERARCHY, "roles/Desk.xml", role);
        let snapshot = garden.keeps_silent(&format!("beside-{name}"));
        garden.is_told_on(&snapshot);
        let said = cmlint(&["check", snapshot.to_str().unwrap()]);
        for drawn in ["site/SMS_SCI_ClientComp.json:1:", "roles/Desk.xml:1:"] {
            assert!(said.out.contains(drawn), "an excerpt is drawn there: {}", said.all());
        }
    }
}

const SEQUENCE: &str = r#"<sequence version="3.10">
  <globalVarList><variable name="OSDJoinPassword">«xml»</variable></globalVarList>
  <group name="Deploy">
    <step type="SMS_TaskSequence_ConnectNetworkFolderAction" name="Connect"><action>net use z: \\cm01\x «xml» /user:svc</action>
      <defaultVarList>
        <variable name="SMSConnectNetworkFolderPassword" property="Password">«xml»</variable>
        <variable name="SMSConnectNetworkFolderAccount" property="UserName">CONTOSO\svc-naa-1</variable><variable name="OSDLocalAdminPassword" property="x"><![CDATA[«plain»]]></variable>
        <variable property="y" name="OSDCaptureAccountPassword">«&#»</variable>
      </defaultVarList>
    </step>
    <!-- <variable name="OSDJoinPassword">«xml»</variable> -->
    <step name="Run" type="SMS_TaskSequence_RunPowerShellScriptAction"><action>x.ps1 -Password «xml» -Force</action></step>
  </group>
</sequence>"#;
