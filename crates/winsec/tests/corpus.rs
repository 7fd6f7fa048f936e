//! Agreement with the SDDL test data of Samba, most of it recorded on Windows. The data is GPL and lies
//! beside the repository, if at all; without it the tests say so in one line and pass.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

use cmlint_winsec::{Context, SecurityDescriptor, Sid, binary, sddl};

fn file(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/sddl");
    let path = path.join(format!("samba-team__samba__{name}"));
    let Ok(bytes) = std::fs::read(&path) else {
        let mut err = std::io::stderr();
        let _ = writeln!(err, "winsec corpus: {name} is not there, so its agreement was not checked");
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

/// The computer that the bytes were recorded on, for `LA` and `LG`.
fn recorded_on() -> Context {
    let machine: Sid = "S-1-5-21-2457507606-2709100691-398136650".parse().unwrap();
    Context { domain: None, root_domain: None, machine: Some(machine) }
}

/// One way in which a pair can disagree.
fn disagreement(text: &str, recorded: &[u8], context: &Context) -> Option<String> {
    let parsed = match sddl::parse(text) {
        Ok(parsed) => parsed.descriptor,
        Err(error) => return Some(format!("does not parse: {error}")),
    };
    let written = match binary::write(&parsed, context) {
        Ok(written) => written,
        Err(error) => return Some(format!("no bytes: {error}")),
    };
    let read = match binary::read(recorded) {
        Ok(read) => read,
        Err(error) => return Some(format!("recorded bytes: {error}")),
    };
    let resolved = parsed.resolve(context);
    if read != resolved {
        return Some("recorded bytes mean something else".to_owned());
    }
    if written != recorded {
        return Some("other bytes of the same meaning".to_owned());
    }
    let back = sddl::write(&read).ok()?;
    match sddl::parse(&back) {
        Ok(again) if again.descriptor == read => {}
        other => return Some(format!("text of the bytes: {back}: {other:?}")),
    }
    None
}

fn pairs(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    Some(serde_json::from_str(&file(name)?).unwrap())
}

#[test]
fn pairs_of_text_and_bytes() {
    for name in [
        "data_short-ordinary-acls.json.gz",
        "data_short-ordinary-acls-v2.json.gz",
        "data_short-conditional-and-resource-aces-successes.json.gz",
        "data_short-conditional-and-resource-aces-tx-int.json.gz",
        "windows_conditional_aces.txt.json",
        "data_registry-object-rights.json",
        "data_oversize-acls.json",
    ] {
        let Some(pairs) = pairs(name) else { continue };
        let (mut agree, mut same_text) = (0, 0);
        for (text, bytes) in &pairs {
            match disagreement(text, bytes, &recorded_on()) {
                None => agree += 1,
                Some(why) => say(&format!("{name}: {why}: {}", text.chars().take(200).collect::<String>())),
            }
            let canonical = sddl::parse(text).ok().and_then(|p| sddl::write(&p.descriptor).ok());
            if canonical.as_ref() == Some(text) {
                same_text += 1
            } else {
                say(&format!("TEXT {name}\n   {text}\n   {canonical:?}"));
            }
        }
        say(&format!("{name}: {agree} of {} agree, {same_text} texts come back as they were", pairs.len()));
    }
}

#[allow(dead_code)]
fn unused(_: SecurityDescriptor) {}
