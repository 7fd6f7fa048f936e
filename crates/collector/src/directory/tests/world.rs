use std::cell::Cell;

use cmlint_winsec::{Context, Sid, binary, sddl};

use crate::directory::entry::{Depth, Directory, Entry, Page, Question, Refusal, dn_key};

const HEAD: &str = "DC=contoso,DC=test";

/// A domain that answers the filters which the walk writes.
pub(super) struct Canned {
    pub(super) objects: Vec<Entry>,
    /// Objects in a page.
    pub(super) page: usize,
    /// Values that are given at once.
    pub(super) range: usize,
    /// Attributes that the caller may not read.
    pub(super) hidden: &'static [&'static str],
    /// Every page says that there is the same one after it.
    pub(super) stuck: bool,
    /// Every page has the same cookie, and the server knows where it is.
    pub(super) one_cookie: bool,
    at: Cell<usize>,
    /// A question whose filter holds this is refused.
    pub(super) refuse: Option<&'static str>,
    /// Questions until the connection breaks.
    pub(super) questions_left: Cell<u32>,
}

pub(super) struct Object(Entry);

pub(super) fn object(dn: &str, class: &str, rid: u32) -> Object {
    let mut object = Object(Entry { dn: dn.to_owned(), attributes: Vec::new() }).value("objectClass", class);
    if rid > 0 {
        object = object.bytes("objectSid", Sid::new(5, [21, 1, 2, 3, rid]).to_binary());
    }
    let descriptor =
        "O:BAG:BAD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;CI;CCLCSWRPWPLOCRSDRCWDWO;;;BA)(A;;LCRPLORC;;;AU)";
    let bytes = binary::write(&sddl::parse(descriptor).unwrap().descriptor, &Context::default()).unwrap();
    object.bytes("nTSecurityDescriptor", bytes)
}

impl Object {
    pub(super) fn value(self, name: &str, value: &str) -> Object {
        self.bytes(name, value.as_bytes().to_vec())
    }

    pub(super) fn bytes(mut self, name: &str, value: Vec<u8>) -> Object {
        match self.0.attributes.iter_mut().find(|(n, _)| n == name) {
            Some((_, values)) => values.push(value),
            None => self.0.attributes.push((name.to_owned(), vec![value])),
        }
        self
    }

    pub(super) fn sam(self, name: &str) -> Object {
        self.value("sAMAccountName", name)
    }

    fn within(self, groups: &[&str]) -> Object {
        groups
            .iter()
            .fold(self, |object, group| object.value("memberOf", &format!("CN={group},OU=Groups,{HEAD}")))
    }

    pub(super) fn entry(self) -> Entry {
        self.0
    }
}

impl Canned {
    pub(super) fn new() -> Canned {
        let mut canned = Canned {
            objects: Vec::new(),
            page: 100,
            range: 100,
            hidden: &[],
            stuck: false,
            one_cookie: false,
            at: Cell::new(0),
            refuse: None,
            questions_left: Cell::new(u32::MAX),
        };
        let configuration = "CN=Configuration,DC=contoso,DC=test";
        let server = Object(Entry::default())
            .value("defaultNamingContext", HEAD)
            .value("configurationNamingContext", configuration)
            .value("rootDomainNamingContext", HEAD)
            .value("dnsHostName", "DC1.contoso.test");
        canned.add(server);
        let head = object(HEAD, "domainDNS", 0).bytes("objectSid", Sid::new(5, [21, 1, 2, 3]).to_binary());
        canned.add(head);
        for (netbios, dns, name) in [
            ("CONTOSO", "contoso.test", HEAD),
            ("CHILD", "child.contoso.test", "DC=child,DC=contoso,DC=test"),
        ] {
            let reference = object(&format!("CN={netbios},CN=Partitions,{configuration}"), "crossRef", 0);
            canned.add(reference.value("nETBIOSName", netbios).value("dnsRoot", dns).value("nCName", name));
        }
        let trust = object("CN=fabrikam.test,CN=System,DC=contoso,DC=test", "trustedDomain", 0)
            .value("trustPartner", "Fabrikam.test")
            .value("flatName", "FABRIKAM")
            .bytes("securityIdentifier", Sid::new(5, [21, 7, 8, 9]).to_binary());
        canned.add(trust);
        let user = |name: &str, ou: &str, rid: u32| {
            object(&format!("CN={name},OU={ou},{HEAD}"), "user", rid)
                .sam(name)
                .value("primaryGroupID", "513")
                .value("userAccountControl", "512")
        };
        let group =
            |name: &str, rid: u32| object(&format!("CN={name},OU=Groups,{HEAD}"), "group", rid).sam(name);
        canned.add(user("svc-naa", "Accounts", 1101).within(&["Operators"]));
        canned.add(user("pnovak", "Staff", 1102).within(&["CM-Admins"]));
        canned.add(user("ebrandt", "Staff", 1103).within(&["Inner"]));
        canned.add(object(&format!("CN=Domain Users,CN=Users,{HEAD}"), "group", 513).sam("Domain Users"));
        canned.add(group("Operators", 1108).within(&["All"]));
        canned.add(group("All", 1109));
        canned.add(group("CM-Admins", 1110).within(&["Inner"]));
        canned.add(group("Inner", 1111).within(&["CM-Admins"]));
        let mut many = group("Many", 1120);
        for n in 0..5 {
            many = many.value("member", &format!("CN=m{n},OU=Staff,{HEAD}"));
            canned.add(user(&format!("m{n}"), "Staff", 1200 + n).within(&["Many"]));
        }
        canned.add(many);
        canned
    }

    pub(super) fn add(&mut self, object: Object) {
        self.objects.push(object.0);
    }

    /// The attributes that were asked for, long ones cut.
    fn shown(&self, object: &Entry, attributes: &[&str]) -> Entry {
        let mut shown = Entry { dn: object.dn.clone(), attributes: Vec::new() };
        for asked in attributes {
            let (name, from) = match asked.split_once(";range=") {
                Some((name, range)) => (name, range.trim_end_matches("-*").parse().unwrap()),
                None => (*asked, 0),
            };
            let values = object.values(name);
            if values.len() <= from || self.hidden.contains(&name) {
                continue;
            }
            let end = (from + self.range).min(values.len());
            let ranged = match (from, end == values.len()) {
                (0, true) => name.to_owned(),
                (_, true) => format!("{name};range={from}-*"),
                _ => format!("{name};range={from}-{}", end - 1),
            };
            shown.attributes.push((ranged, values[from..end].to_vec()));
        }
        shown
    }
}

impl Directory for Canned {
    fn page(&mut self, question: &Question<'_>, from: &[u8]) -> Result<Page, Refusal> {
        let left = self.questions_left.get();
        if left == 0 {
            return Err(Refusal::Broken("cut".to_owned()));
        }
        self.questions_left.set(left - 1);
        if self.refuse.is_some_and(|refused| question.filter.contains(refused)) {
            return Err(Refusal::Limit("too much (11)".to_owned()));
        }
        let base = dn_key(question.base);
        let within = |dn: &str| {
            let dn = dn_key(dn);
            match question.depth {
                Depth::Base => dn == base,
                Depth::Children => dn.split_once(',').is_some_and(|(_, above)| above == base),
                Depth::Tree => !dn.is_empty() && dn.ends_with(&base),
            }
        };
        if question.depth == Depth::Base && !self.objects.iter().any(|o| within(&o.dn)) {
            return Err(Refusal::NoSuchObject);
        }
        let found: Vec<&Entry> =
            self.objects.iter().filter(|o| within(&o.dn) && matches(question.filter, o)).collect();
        let start: usize = match from {
            b"the search" => self.at.get(),
            from => std::str::from_utf8(from).unwrap().parse().unwrap_or(0),
        };
        let end = (start + self.page).min(found.len());
        let entries = found[start.min(end)..end].iter().map(|o| self.shown(o, question.attributes)).collect();
        self.at.set(end);
        let cookie = if self.one_cookie { "the search".to_owned() } else { end.to_string() };
        let more = (end < found.len()).then(|| cookie.into_bytes());
        let next = if self.stuck && question.depth != Depth::Base { Some(b"7".to_vec()) } else { more };
        Ok(Page { entries, next })
    }
}

/// Whether an object fits a filter of the forms that the walk writes (RFC 4515).
fn matches(filter: &str, object: &Entry) -> bool {
    let inner = filter.strip_prefix('(').and_then(|f| f.strip_suffix(')')).unwrap_or(filter);
    match inner.chars().next() {
        Some('&') => parts(&inner[1..]).all(|part| matches(part, object)),
        Some('|') => parts(&inner[1..]).any(|part| matches(part, object)),
        Some('!') => !matches(&inner[1..], object),
        _ => {
            let (name, value) = inner.split_once('=').unwrap();
            let wanted = unescaped(value);
            let values = object.values(name);
            let same = |v: &Vec<u8>| match (std::str::from_utf8(v), std::str::from_utf8(&wanted)) {
                (Ok(a), Ok(b)) => a.to_lowercase() == b.to_lowercase(),
                _ => *v == wanted,
            };
            if value == "*" { !values.is_empty() || name == "objectClass" } else { values.iter().any(same) }
        }
    }
}

/// The parenthesised parts that stand side by side.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut depth = 0;
        let end = rest.char_indices().find_map(|(at, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            (depth == 0).then_some(at + 1)
        })?;
        let (part, more) = rest.split_at(end);
        rest = more;
        Some(part)
    })
}

fn unescaped(value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' {
            let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    out
}
