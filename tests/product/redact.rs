//! Pseudonyms: no name is left in any output, and the same key gives the same ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::commands::FORMATS;
use crate::own_files::House;
use crate::program::{Said, command, said};

const KEY: &str = "a key of at least 16 characters";

/// Runs the program in a repository with a key in the environment.
fn with_key(house: &House, key: &str, args: &[&str]) -> Said {
    let mut command = command(args);
    command.current_dir(house.path(".")).env("CMLINT_REDACT_KEY", key).env_remove("SOURCE_DATE_EPOCH");
    said(command.output().unwrap())
}

fn redacted(house: &House, args: &[&str]) -> Said {
    with_key(house, KEY, &[args, &["--redact"]].concat())
}

/// Words in the sample's names that every Windows, every site or the format has.
const EVERYWHERE: &[&str] = &[
    "2000",
    "access",
    "account",
    "accounts",
    "admin",
    "administrator",
    "administrators",
    "admins",
    "backup",
    "builtin",
    "com",
    "compatible",
    "computers",
    "configmgr",
    "configuration",
    "controllers",
    "creator",
    "domain",
    "distributed",
    "enterprise",
    "group",
    "groups",
    "guest",
    "guests",
    "key",
    "krbtgt",
    "management",
    "operators",
    "owners",
    "policy",
    "pre-windows",
    "print",
    "protected",
    "remote",
    "desktop",
    "schema",
    "server",
    "servers",
    "service",
    "services",
    "sql",
    "system",
    "user",
    "users",
    "foreignsecurityprincipals",
    "workstations",
];

/// Words of names that somebody has given to other things: sites, roles, security scopes, shares.
const GIVEN: &[&str] = &["packaging", "lead", "workplace", "osdtools"];

/// The words of a text, each with where it begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')))
    })
}

/// What the directory calls its objects, and what else somebody has named; each with its mark.
fn marks() -> BTreeMap<String, String> {
    let folder = crate::program::root().join("snapshots/contoso");
    let text = std::fs::read_to_string(folder.join("directory/contoso.com.ldf")).unwrap();
    let named = ["sAMAccountName: ", "cn: ", "displayName: ", "dNSHostName: ", "userPrincipalName: ", "dn: "];
    let values = text.lines().filter_map(|line| named.iter().find_map(|name| line.strip_prefix(name)));
    let words = values.flat_map(words).map(|(_, word)| word.to_lowercase());
    let mut names: BTreeSet<String> = words.chain(GIVEN.iter().map(|word| (*word).to_owned())).collect();
    names.retain(|word| {
        let word = word.as_str();
        let is_name = word.contains(char::is_alphabetic) && !word.starts_with("s-1-");
        word.len() > 2 && is_name && !EVERYWHERE.contains(&word)
    });
    assert!(names.len() > 80 && names.contains("contoso") && names.contains("cm01"), "{names:?}");
    names.into_iter().enumerate().map(|(number, name)| (name, format!("zq{number:03}"))).collect()
}

/// A text with marks in the place of names; capitals stay capitals.
fn marked(text: &str, marks: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, word) in words(text) {
        if let Some(mark) = marks.get(&word.to_lowercase()) {
            let upper = word.chars().all(|c| !c.is_lowercase());
            out.push_str(&text[done..start]);
            out.push_str(&if upper { mark.to_uppercase() } else { mark.clone() });
            done = start + word.len();
        }
    }
    out + &text[done..]
}

/// A repository with the weak sample in `snap`, every name in it a mark; in `new` as a change would make it.
fn planted(name: &str) -> House {
    let house = crate::review::changed(name);
    let marks = marks();
    for folder in ["snap", "new"] {
        let files = walkdir::WalkDir::new(house.path(folder)).into_iter().map(|e| e.unwrap().into_path());
        for path in files.filter(|path| path.is_file()).collect::<Vec<_>>() {
            let bytes = match std::fs::read(&path).unwrap().as_slice() {
                [0xff, 0xfe, rest @ ..] => {
                    let units: Vec<u16> = rest.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
                    let text = marked(&String::from_utf16(&units).unwrap(), &marks);
                    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
                }
                bytes => marked(std::str::from_utf8(bytes).unwrap(), &marks).into_bytes(),
            };
            std::fs::remove_file(&path).unwrap();
            let inside = path.strip_prefix(house.path(folder)).unwrap().to_str().unwrap().to_owned();
            let path = house.path(folder).join(marked(&inside, &marks));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    house
}

/// Marks in a text, `zq` and a digit, in any case; with a few letters around each.
fn left(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let found = letters.windows(3).enumerate().filter(|(_, w)| w[..2] == ['z', 'q'] && w[2].is_ascii_digit());
    found.map(|(at, _)| letters[at.saturating_sub(20)..letters.len().min(at + 20)].iter().collect()).collect()
}

/// What a run with a key writes, by format, and to standard error.
fn every_format(
    house: &House,
    key: &str,
    args: &[&str],
    formats: &[&str],
) -> (i32, BTreeMap<String, String>) {
    std::fs::create_dir_all(house.path("out")).unwrap();
    let targets: Vec<String> = formats.iter().map(|format| format!("{format}=out/{format}")).collect();
    let outputs = targets.iter().flat_map(|target| ["-o", target]);
    let said = with_key(house, key, &args.iter().copied().chain(outputs).collect::<Vec<_>>());
    let mut written: BTreeMap<String, String> = formats
        .iter()
        .map(|format| {
            let path = house.path("out").join(format);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{e}\n{}", said.all()));
            std::fs::remove_file(path).unwrap();
            ((*format).to_owned(), text)
        })
        .collect();
    written.insert("standard error".to_owned(), said.err);
    (said.code, written)
}

/// Runs with pseudonyms in every format: nothing that is marked is left.
fn names_nobody(house: &House, args: &[&str], formats: &[&str]) -> BTreeMap<String, String> {
    let (code, hidden) = every_format(house, KEY, &[args, &["--redact"]].concat(), formats);
    assert_eq!(code, every_format(house, KEY, args, formats).0, "{:?}", hidden["standard error"]);
    for (format, text) in &hidden {
        assert_eq!(left(text), BTreeSet::new(), "{format}");
        assert!(!text.contains("2087394612"), "{format} holds a SID of the domain");
    }
    hidden
}

#[test]
fn no_name_is_left_in_any_format() {
    let house = planted("redact-formats");
    let (_, plain) = every_format(&house, KEY, &["check", "snap"], &FORMATS);
    for format in FORMATS {
        assert!(left(&plain[format]).len() > 3, "{format} would prove nothing");
    }
    names_nobody(&house, &["check", "snap"], &FORMATS);
}

#[test]
fn what_the_user_says_about_findings_names_nobody() {
    let house = planted("redact-own");
    house.write(
        "zq901/cmlint.toml",
        "# zq902 asked for this\nselect = [\"custom-role-edits-security\", \"too-many-network-access-accounts\"]\n\
         [policy]\ntier0-groups = [\"zq903\\\\zq904\"]\n",
    );
    house.write(
        "zq901/suppressions.toml",
        "# zq905\n[[suppression]]\nlint = \"custom-role-edits-security\"\nobject = \"role:PS100002\"\n\
         reason = \"zq906 said so\"\nowner = \"zq907\"\nticket = \"ZQ908-12\"\n\
         [[suppression]]\nlint = \"custom-role-edits-security\"\nobject = 'host:zq909'\nreason = \"zq910\"\n",
    );
    let args =
        ["check", "snap", "--config", "zq901/cmlint.toml", "--suppressions", "zq901/suppressions.toml"];
    let json = redacted(&house, &[&args[..], &["-o", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let plain: serde_json::Value =
        serde_json::from_str(&house.run(&[&args[..], &["-o", "json"]].concat()).out).unwrap();
    let states = |report: &serde_json::Value| -> Vec<String> {
        let lints = report["lints"].as_array().unwrap().iter();
        let found = lints.flat_map(|lint| lint["findings"].as_array().unwrap().clone());
        found.map(|finding| finding["state"].as_str().unwrap().to_owned()).collect()
    };
    assert!(states(&report).contains(&"suppressed".to_owned()));
    assert_eq!(states(&report), states(&plain));
    assert_eq!(report["notices"].as_array().unwrap().len(), plain["notices"].as_array().unwrap().len());
    names_nobody(&house, &args, &FORMATS);
}

#[test]
fn names_where_nobody_looks_for_them_are_hidden_too() {
    let house = House::new("redact-hidden");
    let change = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(house.path(file)).unwrap();
        assert!(text.contains(from), "{file} holds no {from}");
        house.write(file, &text.replace(from, to));
    };
    // A property that nobody reads beside one that findings show; hostile names; words in a path.
    change("snap/site/SMS_Admin.json", "\"LogonName\":", "\"Remark\": \"Zq901 <zq902>\", \"LogonName\":");
    change("snap/roles/Packaging Desk.xml", "Packaging Desk", "Zq903-zq904 &lt;zq905&gt; \u{202e}zq906");
    change(
        "snap/roles/Packaging Desk.xml",
        "Applications and packages of the workplace team",
        "made by zq907@zq908.com",
    );
    change("snap/manifest.json", "cm02.contoso.com\"", "zq909.contoso.com\"");
    change("snap/task-sequences/PS100030.xml", "OSDTools$", "Zq910$\\SMS_zq911\\ConfigMgr_ZQ912");
    std::fs::remove_dir_all(house.path("snap/sql")).unwrap();
    names_nobody(&house, &["check", "snap"], &FORMATS);
}

#[test]
fn what_is_laid_over_and_what_is_asked_for_names_nobody() {
    let house = planted("redact-with");
    let host = marks()["cm01"].clone() + "." + &marks()["contoso"] + ".com";
    house.write(
        "zq901/zq902.xml",
        &std::fs::read_to_string(role(&house))
            .unwrap()
            .replace("RoleDescription=\"", "RoleDescription=\"zq903 "),
    );
    let args = ["check", "snap", "--with", "zq901/zq902.xml", "--host", &host];
    let plain = house.run(&args);
    let said = redacted(&house, &args);
    assert_eq!((said.code, plain.code), (1, 1), "{}", said.all());
    assert!(plain.all().contains("zq901/zq902.xml") && plain.all().contains("left out"), "{}", plain.all());
    assert!(said.all().contains("left out"), "{}", said.all());
    names_nobody(&house, &args, &FORMATS);
}

/// An exported role of the planted sample.
fn role(house: &House) -> std::path::PathBuf {
    let all = std::fs::read_dir(house.path("snap/roles")).unwrap().map(|entry| entry.unwrap().path());
    all.into_iter()
        .find(|path: &std::path::PathBuf| Path::new(path).to_string_lossy().contains("zq"))
        .unwrap()
}

#[test]
fn one_key_gives_one_result_and_another_another() {
    let house = House::new("redact-keys");
    let run = |key: &str| every_format(&house, key, &["check", "snap", "--redact"], &FORMATS).1;
    let (one, same, other) = (run(KEY), run(KEY), run("another key of 16 characters"));
    assert!(one == same);
    for format in FORMATS {
        assert!(one[format] != other[format], "{format}");
    }
    // The key may lie in a file, and counts before the environment.
    house.write("key.txt", &format!("{KEY}\n"));
    let file = ["check", "snap", "--redact", "--redact-key-file", "key.txt"];
    let by_file = with_key(&house, "another key of 16 characters", &file);
    assert_eq!(by_file.out, redacted(&house, &["check", "snap"]).out);
    // A pseudonym is that of the name and not of the snapshot: one file alone says the same of its names.
    let alone =
        redacted(&house, &["check", "snap/directory/contoso.com.ldf", "-o", "json", "--allow-incomplete"]);
    let whole = redacted(&house, &["check", "snap", "-o", "json"]);
    let domain = |text: &str| {
        let at = text.find("directory/x").or_else(|| text.find("\"x")).unwrap();
        text[at..].split('x').nth(1).unwrap()[..10].to_owned()
    };
    assert_eq!(domain(&alone.out), domain(&whole.out));
}

#[test]
fn names_that_every_site_has_stay() {
    let house = House::new("redact-known");
    let said = redacted(&house, &["check", "snap"]);
    for stays in [
        r"NT AUTHORITY\Authenticated Users",
        r"BUILTIN\Administrators",
        "Domain Admins",
        "S-1-5-11",
        "SMS_SiteSystemToSiteServerConnection_Stat_PS1",
        "ConfigMgr_CollectedFilesAccess",
        "site PS1",
        "network access account",
    ] {
        assert!(said.out.contains(stays), "{stays}\n{}", said.out);
    }
}

#[test]
fn marks_stand_under_the_pseudonyms() {
    let house = House::new("redact-columns");
    let report = |more: &[&str]| -> serde_json::Value {
        let said = with_key(&house, KEY, &[&["check", "snap", "-o", "json"], more].concat());
        serde_json::from_str(&said.out).unwrap()
    };
    let shown =
        redacted(&house, &["check", "snap", "--ascii", "--select", "client-push-account-is-domain-admin"])
            .out;
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|line| line.contains("member: CN=x")).unwrap();
    let mark = lines[at..].iter().find(|line| line.contains('^') || line.contains("---")).unwrap();
    let name = lines[at..].iter().find(|line| line.contains("DC=com")).unwrap();
    assert!(mark.find(['^', '-']).unwrap() >= name.find("CN=x").unwrap() - 1, "{shown}");
    // As many findings at as many lines as without.
    let lines = |report: &serde_json::Value| -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for lint in report["lints"].as_array().unwrap() {
            *all.entry(lint["id"].as_str().unwrap().to_owned()).or_default() +=
                lint["findings"].as_array().unwrap().len();
        }
        all
    };
    assert_eq!(lines(&report(&[])), lines(&report(&["--redact"])));
}

#[test]
fn without_a_key_nothing_is_shown() {
    let house = House::new("redact-keyless");
    for (key, args) in [
        ("", &["check", "snap", "--redact"][..]),
        ("too short", &["check", "snap", "--redact"]),
        (KEY, &["check", "snap", "--redact", "--redact-key-file", "none.txt"]),
        (KEY, &["check", "snap", "--redact-key-file", "none.txt"]),
    ] {
        let said = with_key(&house, key, args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?} {}", said.all());
    }
}

#[test]
fn a_difference_names_nobody() {
    let house = planted("redact-diff");
    let formats = ["human", "json", "markdown", "sarif"];
    let (_, plain) = every_format(&house, KEY, &["diff", "snap", "new"], &formats);
    for format in formats {
        assert!(left(&plain[format]).len() > 3, "{format} would prove nothing");
    }
    let hidden = names_nobody(&house, &["diff", "snap", "new"], &formats);
    let count = |text: &str| {
        let report: serde_json::Value = serde_json::from_str(text).unwrap();
        report["findings"]
            .as_object()
            .unwrap()
            .values()
            .map(|v| v.as_array().map_or(0, Vec::len))
            .collect::<Vec<_>>()
    };
    assert_eq!(count(&hidden["json"]), count(&plain["json"]));
    // Two reports of the same key are compared as two snapshots are.
    for (snapshot, report) in [("snap", "old.json"), ("new", "new.json")] {
        let target = format!("json={report}");
        assert_eq!(with_key(&house, KEY, &["check", snapshot, "--redact", "-o", &target]).code, 1);
    }
    let (_, reports) = every_format(&house, KEY, &["diff", "old.json", "new.json"], &["json"]);
    assert_eq!(count(&reports["json"]), count(&plain["json"]));
    let refused = redacted(&house, &["diff", "old.json", "new"]);
    assert!(refused.code == 2 && refused.err.contains("keeps the names"), "{}", refused.all());
}
