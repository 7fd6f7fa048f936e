//! The names under which secrets are kept, and names that only look like it.

use super::sieve;

/// What a name says about its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// The value is a secret, in words for a reader.
    Secret(&'static str),
    /// The value is about a secret and is none (`PasswordLastSet`).
    About,
    /// Nothing.
    Other,
}

/// Words for the encrypted password of a stored account; the one name that stands for something else in
/// another place.
pub(super) const RESERVED2: &str = "encrypted account password (Reserved2)";
/// Words for a secret of which only the name is known.
pub(super) const PASSWORD: &str = "password";
/// Words for a variable that the console hides.
pub(super) const MASKED: &str = "value of a masked variable";

/// Where in a name a word must stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Whole,
    Start,
    End,
    /// Anywhere, unless what stands before or behind it says that the value is about the secret.
    Anywhere,
}

/// The table: words as [`fold`] leaves them, the first that fits decides.
const TABLE: [(&str, At, &str); 49] = [
    ("reserved2", At::Whole, RESERVED2),
    ("smstsreserved", At::Start, "network access account in a task sequence variable"),
    ("globalaccount", At::Start, "forest account key (GlobalAccount)"),
    ("pxepassword", At::Anywhere, "PXE password"),
    // The directory.
    ("unicodepwd", At::Whole, "password hash of the directory"),
    ("dbcspwd", At::Whole, "password hash of the directory"),
    ("ntpwdhistory", At::Whole, "password hash of the directory"),
    ("lmpwdhistory", At::Whole, "password hash of the directory"),
    ("supplementalcredentials", At::Whole, "password hash of the directory"),
    ("mspkiaccountcredentials", At::Whole, "roaming credentials of the directory"),
    ("admpwd", At::Anywhere, "password of a local administrator (LAPS)"),
    ("mslapspassword", At::Anywhere, "password of a local administrator (LAPS)"),
    ("mslapsencryptedpassword", At::Anywhere, "password of a local administrator (LAPS)"),
    ("mslapsencrypteddsrmpassword", At::Anywhere, "recovery mode password of a domain controller (LAPS)"),
    ("msdsmanagedpassword", At::Anywhere, "password of a managed service account"),
    ("msfverecoverypassword", At::Anywhere, "BitLocker recovery password"),
    ("bitlockerrecoverypassword", At::Anywhere, "BitLocker recovery password"),
    ("bitlockerpin", At::End, "BitLocker PIN"),
    ("bdepin", At::End, "BitLocker PIN"),
    ("cpassword", At::Whole, "password of a group policy preference"),
    // Task sequences.
    ("osdjoinpassword", At::Anywhere, "domain join password"),
    ("osdlocaladminpassword", At::Anywhere, "password of the local administrator"),
    ("osdcaptureaccountpassword", At::Anywhere, "password of the capture account"),
    ("smsconnectnetworkfolderpassword", At::Anywhere, "password of a network folder connection"),
    ("smstsruncommandlineuserpassword", At::Anywhere, "password of a task sequence run-as account"),
    ("smstsrunpowershelluserpassword", At::Anywhere, "password of a task sequence run-as account"),
    ("mediapfx", At::End, "certificate of task sequence media"),
    // Applications, SQL Server, IIS.
    ("secretkey", At::Anywhere, "secret key of an application"),
    ("clientsecret", At::Anywhere, "client secret of an application"),
    ("passwordhash", At::Anywhere, "password hash"),
    ("pwdhash", At::Anywhere, "password hash"),
    ("validationkey", At::End, "machine key of IIS"),
    ("decryptionkey", At::End, "machine key of IIS"),
    ("apikey", At::End, "API key"),
    ("accesskey", At::End, "access key"),
    ("sharedkey", At::End, "access key"),
    ("accountkey", At::End, "access key"),
    ("privatekey", At::End, "private key"),
    ("accesstoken", At::End, "access token"),
    ("authtoken", At::End, "access token"),
    ("refreshtoken", At::End, "access token"),
    ("sastoken", At::End, "access token"),
    // Whatever calls itself one.
    ("passphrase", At::Anywhere, "pass phrase"),
    ("passcode", At::Anywhere, "pass code"),
    ("password", At::Anywhere, PASSWORD),
    ("passwd", At::Anywhere, PASSWORD),
    ("pwd", At::Anywhere, PASSWORD),
    ("secrets", At::End, "secret"),
    ("secret", At::Anywhere, "secret"),
];

/// The words of the table, each in a name that it fits.
#[cfg(test)]
pub(super) const WORDS: [&str; TABLE.len()] = {
    let mut words = [""; TABLE.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = TABLE[at].0;
        at += 1;
    }
    words
};

/// Attributes that are secrets by their name in a directory, where the name says nothing elsewhere or is
/// found in no other place.
const DIRECTORY: [&str; 9] = [
    "trustAuthIncoming",
    "trustAuthOutgoing",
    "initialAuthIncoming",
    "initialAuthOutgoing",
    "currentValue",
    "priorValue",
    "pekList",
    "msFVE-KeyPackage",
    "msPKIDPAPIMasterKeys",
];

/// The words for a secret that is an attribute of this name in a directory.
pub(super) fn directory_secret(name: &str) -> Option<&'static str> {
    secret(name).or(is_of_directory(name).then_some("key of the directory"))
}

/// Whether an attribute is a secret in a directory though its name says nothing.
pub(super) fn is_of_directory(name: &str) -> bool {
    DIRECTORY.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// What may stand behind a word of the table so that the value is about the secret and none itself; a
/// star stands for anything more.
const ABOUT_BEHIND: [&str; 46] = [
    "age",
    "allowed",
    "canchange",
    "cannotchange",
    "cantchange",
    "change",
    "changeable",
    "changed*",
    "changeinterval",
    "complexity*",
    "count",
    "date",
    "enabled",
    "encryptionenabled",
    "expir*",
    "filter",
    "format",
    "historycount",
    "historylength",
    "historysize",
    "id",
    "interval",
    "lastchange*",
    "lastset*",
    "lastupdate*",
    "length",
    "name",
    "neverexpire*",
    "notreq*",
    "policy*",
    "previousid",
    "properties",
    "protected",
    "provider",
    "quality",
    "replicationgroup",
    "reqd",
    "required",
    "reset*",
    "set",
    "setdate",
    "settings",
    "time",
    "type",
    "use",
    "version",
];

/// What may stand before a word at the end of a name so that the value is about the secret.
const ABOUT_BEFORE: [&str; 9] = [
    "filteringexpired",
    "random",
    "randomadmin",
    "createrecovery",
    "bderecovery",
    "change",
    "mustchange",
    "allowblank",
    "limitblank",
];

/// Judges the name of a property, attribute, element, column, variable or value.
pub(super) fn judge(name: &str) -> Name {
    // Most names end here.
    if sieve::hits(name) { judge_closely(name) } else { Name::Other }
}

/// Judges a name that is known to hold a stem.
pub(super) fn judge_closely(name: &str) -> Name {
    let folded = fold(name);
    for (word, at, kind) in TABLE {
        let fits = match at {
            At::Whole => folded == word,
            At::Start => folded.starts_with(word),
            At::End => folded.ends_with(word),
            At::Anywhere => match folded.find(word) {
                None => false,
                Some(start) if is_about(&folded[..start], &folded[start + word.len()..]) => {
                    return Name::About;
                }
                Some(_) => true,
            },
        };
        if fits {
            return Name::Secret(kind);
        }
    }
    Name::Other
}

/// The words for a secret of this name.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    match judge(name) {
        Name::Secret(kind) => Some(kind),
        Name::About | Name::Other => None,
    }
}

fn is_about(before: &str, behind: &str) -> bool {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => behind.starts_with(start),
        None => behind == pattern,
    };
    match behind {
        "" => ABOUT_BEFORE.iter().any(|end| before.ends_with(end)),
        _ => ABOUT_BEHIND.iter().any(|pattern| fits(pattern)),
    }
}

/// The letters and digits of a name, without case: what separates its words is written in many ways, and a
/// stray mark does not make it another name.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// What a property is in a set of properties of which one names the others
/// (`"PropertyName": "PXEPassword", "Value1": …`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// It says what the values are.
    Name,
    /// The same, of a list: `Reserved2` is a list of account names there, not a password.
    ListName,
    /// It says that the value is hidden.
    Flag,
    /// It holds the value.
    Value,
    /// None of these.
    None,
}

const PARTS: [(&str, Part); 30] = [
    ("PropertyName", Part::Name),
    ("VariableName", Part::Name),
    ("Name", Part::Name),
    ("Key", Part::Name),
    ("Property", Part::Name),
    ("Variable", Part::Name),
    ("Attribute", Part::Name),
    ("AttributeName", Part::Name),
    ("Setting", Part::Name),
    ("SettingName", Part::Name),
    ("Parameter", Part::Name),
    ("PropertyListName", Part::ListName),
    ("IsMasked", Part::Flag),
    ("is_masked", Part::Flag),
    ("IsSecret", Part::Flag),
    ("DoNotShowVariableValue", Part::Flag),
    ("Value", Part::Value),
    ("Value1", Part::Value),
    ("Value2", Part::Value),
    ("Value3", Part::Value),
    ("Values", Part::Value),
    ("VariableValue", Part::Value),
    ("StringValue", Part::Value),
    ("CurrentValue", Part::Value),
    ("DefaultValue", Part::Value),
    ("Default", Part::Value),
    ("Data", Part::Value),
    ("Text", Part::Value),
    ("#text", Part::Value),
    ("Content", Part::Value),
];

/// Per length of a name its possible first letters, one bit each: most names are told apart by these.
const FIRST_LETTERS: [u32; 32] = {
    let mut letters = [0; 32];
    let mut at = 0;
    while at < PARTS.len() {
        let name = PARTS[at].0.as_bytes();
        letters[name.len()] |= 1 << (name[0] & 31);
        at += 1;
    }
    letters
};

/// What a property of this name is in such a set.
pub(super) fn part(name: &str) -> Part {
    let first = name.bytes().next().unwrap_or(0);
    let letters = FIRST_LETTERS.get(name.len()).copied().unwrap_or(0);
    if letters >> (first & 31) & 1 == 0 {
        return Part::None;
    }
    PARTS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or(Part::None, |p| p.1)
}

/// The words for what a name property says about the values beside it.
pub(super) fn named(part: Part, name: &str) -> Option<&'static str> {
    // `Reserved2` is a password only as a property of its own.
    secret(name).filter(|&kind| matches!(part, Part::Name | Part::ListName) && kind != RESERVED2)
}

/// Whether a value of a secret's name is nothing to hide: empty, a marker that something was removed, a
/// truth value, or the name of a variable in whose place the secret is put later. `AD` says where
/// `OSDBitLocker.exe /pwd:AD` keeps the recovery password.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let variable = value.strip_prefix('%').and_then(|v| v.strip_suffix('%'));
    let is_variable =
        variable.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    let words = ["0", "1", "true", "false", "yes", "no", "null", "none", "ad", "(removed)", "(null)"];
    is_variable
        || value.bytes().all(|b| b == b'*')
        || words.iter().any(|w| w.eq_ignore_ascii_case(value))
        || value.len() > 12 && value.as_bytes()[..12].eq_ignore_ascii_case(b"autogenerate")
}

/// Whether a flag is set.
pub(super) fn is_set(value: &str) -> bool {
    let value = value.trim();
    value == "1" || value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("yes")
}
