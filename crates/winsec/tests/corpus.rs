//! Agreement with the SDDL test data of Samba, most of it recorded on Windows. The data is GPL: it lies
//! beside the repository, if at all, and none of it is repeated here, so known disagreements are named by
//! a hash of their line. Without the data the tests say so in one line and pass.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;

use cmlint_winsec::{Context, Sid, binary, sddl};

#[test]
fn pairs_of_text_and_bytes() {
    let mut found = Found::default();
    for name in [
        "data_short-ordinary-acls.json.gz",
        "data_short-ordinary-acls-v2.json.gz",
        "data_short-conditional-and-resource-aces-successes.json.gz",
        "data_short-conditional-and-resource-aces-tx-int.json.gz",
        "windows_conditional_aces.txt.json",
        "data_registry-object-rights.json",
        "data_oversize-acls.json",
    ] {
        let Some(text) = file(name) else { return };
        let pairs: BTreeMap<String, Vec<u8>> = serde_json::from_str(&text).unwrap();
        let agree = pairs.iter().filter(|(text, bytes)| found.pair(name, text, bytes)).count();
        let same = pairs.keys().filter(|text| canonical(text).as_ref() == Some(*text)).count();
        say(&format!("{name}: {agree} of {} pairs agree; {same} texts come back unchanged", pairs.len()));
    }
    found.check(ODD_BYTES);
}

#[test]
fn texts_and_their_canonical_form() {
    let mut found = Found::default();
    for name in [
        "windows_canonical.txt",
        "windows_non_canonical.txt",
        "windows_windows_is_less_fussy.txt",
        "windows_windows_is_weird.txt",
        "data_conditional_aces.txt",
        "data_conditional_aces_case_insensitive.txt",
        "data_conditional_aces_windows_only.txt",
    ] {
        let Some(lines) = lines(name) else { return };
        let agree = lines
            .iter()
            .filter(|line| {
                let (text, expected) = line.split_once(" -> ").unwrap_or((line, line));
                let written = canonical(text);
                written.as_deref() == Some(expected) || found.differs(name, line, &format!("{written:?}"))
            })
            .count();
        say(&format!("{name}: {agree} of {} texts have the expected canonical form", lines.len()));
    }
    found.check(ODD_TEXTS);
}

#[test]
fn texts_that_must_fail() {
    let mut found = Found::default();
    for name in
        ["windows_should_fail.txt", "data_conditional_aces_should_fail.txt", "windows_windows_is_fussy.txt"]
    {
        let Some(lines) = lines(name) else { return };
        let fail = lines
            .iter()
            .filter(|line| {
                let text = line.split_once(" -> ").map_or(line.as_str(), |(text, _)| text);
                sddl::parse(text).is_err() || found.differs(name, line, "was read")
            })
            .count();
        say(&format!("{name}: {fail} of {} texts are refused", lines.len()));
    }
    found.check(&[]);
}

/// Pairs whose bytes mean the same to us but are not the ones we write.
const ODD_BYTES: &[(u64, &str)] = &[
    (0xdb76_effa_8127_49d7, LONGER),
    (0x2937_c163_6249_b113, LONGER),
    (0x8d2a_312c_096e_56de, LONGER),
    (0x5ff0_6dbc_2a93_6b1a, LONGER),
    (0xa025_119d_ef52_cdb4, LONGER),
    (0xfc64_53f2_c899_d9dc, LONGER),
    (0xbce3_6ddd_ee70_382f, LONGER),
    (0xae93_9d99_acb3_debb, LONGER),
    (0x0a99_5bc6_734d_1573, LONGER),
    (0x6ff6_0521_a685_d9af, LONGER),
    (0x473d_a6aa_6f15_a833, LONGER),
    (0x9033_328b_d8df_de73, LONGER),
    (0xaa84_8133_f23e_d6b9, LONGER),
    (0x2cb9_28a9_7163_d10e, LONGER),
    (0xacd4_962c_7ac1_f111, LONGER),
    (0xa203_faf9_e67f_735e, LONGER),
    (0x86c8_9374_d4e4_506e, LONGER),
];

const LONGER: &str = "Windows wrote a list that is longer than its ACEs, with revision 4 but no object ACE";

/// Texts whose canonical form is not the expected one.
const ODD_TEXTS: &[(u64, &str)] = &[
    (0x6700_6b26_61c8_d083, TOO_LARGE),
    (0x77ad_fd9b_5943_f6d1, HEXADECIMAL),
    (0xecbd_c850_dd95_1986, HEXADECIMAL),
    (0x1155_64fb_405c_2d9f, TOO_LARGE),
    (0xc502_be66_1947_4486, TOO_LARGE),
    (0x5fbe_e0f2_fa5e_95bc, TOO_LARGE),
    (0x6a27_9154_2648_8d24, NEGATIVE),
    (0xfa79_dd91_725e_8d16, NEGATIVE),
    (0x45b6_6fb6_05c4_9f88, NEGATIVE),
    (0x38fe_6fe6_2e7f_f97d, TOO_LARGE),
];

const TOO_LARGE: &str = "Windows takes the largest number for one that does not fit; we refuse it";
const NEGATIVE: &str = "Windows reads a negative mask; we refuse it";
const HEXADECIMAL: &str = "Windows reads all numbers of a SID as hexadecimal after S-0x1; we refuse it";

/// The disagreements that were found.
#[derive(Default)]
struct Found(BTreeSet<u64>, Vec<String>);

impl Found {
    /// Notes a disagreement; always false, so that it can stand for "agrees".
    fn differs(&mut self, file: &str, line: &str, how: &str) -> bool {
        let hash = fnv(line);
        self.0.insert(hash);
        self.1.push(format!("{hash:#018x} {file}: {line:.300}\n    {how}"));
        false
    }

    /// Whether text and recorded bytes agree in both directions.
    fn pair(&mut self, file: &str, text: &str, recorded: &[u8]) -> bool {
        let context = recorded_on();
        let parsed = sddl::parse(text).unwrap_or_else(|e| panic!("{file}: {text}: {e}")).descriptor;
        let read = binary::read(recorded).unwrap_or_else(|e| panic!("{file}: {text}: {e}"));
        assert_eq!(read, parsed.resolve(&context), "the bytes mean something else than {file}: {text}");
        let back = sddl::write(&read).unwrap_or_else(|e| panic!("{file}: {text}: {e}"));
        assert_eq!(sddl::parse(&back).unwrap().descriptor, read, "{file}: {text}");
        let written = binary::write(&parsed, &context).unwrap();
        written == recorded || self.differs(file, text, "other bytes of the same meaning")
    }

    /// The disagreements must be exactly the known ones.
    fn check(&self, known: &[(u64, &str)]) {
        let known: BTreeSet<u64> = known.iter().map(|(hash, _)| *hash).collect();
        let new: Vec<_> = self.0.difference(&known).map(|hash| format!("{hash:#018x}")).collect();
        let gone: Vec<_> = known.difference(&self.0).map(|hash| format!("{hash:#018x}")).collect();
        assert!(new.is_empty(), "new disagreements {new:?} among:\n{}", self.1.join("\n"));
        assert!(gone.is_empty(), "these agree now and must leave the list: {gone:?}");
    }
}

fn canonical(text: &str) -> Option<String> {
    sddl::write(&sddl::parse(text).ok()?.descriptor).ok()
}

/// The computer that the bytes were recorded on, for `LA` and `LG`.
fn recorded_on() -> Context {
    let machine: Sid = "S-1-5-21-2457507606-2709100691-398136650".parse().unwrap();
    Context { domain: Some(machine), root_domain: Some(machine), machine: Some(machine) }
}

fn lines(name: &str) -> Option<Vec<String>> {
    let text = file(name)?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    Some(lines.map(str::to_owned).collect())
}

fn file(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/sddl");
    let Ok(bytes) = std::fs::read(path.join(format!("samba-team__samba__{name}"))) else {
        say(&format!("{name} is not there, so agreement with it was not checked"));
        return None;
    };
    if !name.ends_with(".gz") {
        return Some(String::from_utf8(bytes).unwrap());
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    Some(text)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "winsec corpus: {line}");
}

/// FNV-1a with 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}
