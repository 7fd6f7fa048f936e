use proptest::prelude::*;

use super::*;
use crate::support::{assert_problems, assert_span, source};

const EXPORT: &str = "Windows Registry Editor Version 5.00\n\n\
    [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole]\n\
    @=\"default\"\n\
    \"EnableDCOM\"=\"Y\"\n\
    \"Path\\\\and \\\"quote\\\"\"=\"C:\\\\Program Files\\\\x \\\"y\\\"\"\n\
    \"RequireSecuritySignature\"=dword:0000000a\n\
    \"Big\"=hex(b):01,00,00,00,00,00,00,80\n\
    \"MachineLaunchRestriction\"=hex:01,00,04,80,\\\n  44,00,ff\n\
    \"Expand\"=hex(2):25,00,61,00,25,00,00,00\n\
    \"Multi\"=hex(7):61,00,00,00,fc,00,62,00,\\\n  00,00,00,00\n\n\
    [HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b]\n\
    \"Rule\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|\"\n\n";
const OLE: &str = "hkey_local_machine\\software\\microsoft\\ole";

fn with<T>(text: &str, check: impl FnOnce(&Reg<'_>, &[Problem], &dyn Fn(Span) -> String) -> T) -> T {
    let (sources, id) = source(text);
    let (reg, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    check(&reg, &problems, &|span| sources.text(span).to_owned())
}

/// Values below a key, with the header in front.
fn with_values<T>(values: &str, check: impl FnOnce(&Key<'_>, &[Problem], &dyn Fn(Span) -> String) -> T) -> T {
    let text = format!("Windows Registry Editor Version 5.00\n\n[HKEY_X\\y]\n{values}");
    with(&text, |reg, problems, shown| check(&reg.keys()[0], problems, shown))
}

#[test]
fn values_are_found_by_path_and_name_in_any_case() {
    with(EXPORT, |reg, problems, shown| {
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(reg.keys().len(), 2);
        let key = reg.key(OLE).unwrap();
        assert_eq!(key.path.value, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole");
        assert_eq!(shown(key.path.span), key.path.value);
        assert_eq!(reg.keys()[1].path.value, "HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b");
        let dcom = reg.value(OLE, "enabledcom").unwrap();
        assert_eq!((dcom.text().unwrap().value, &*shown(dcom.span)), ("Y", "Y"));
        assert_eq!(shown(dcom.name.span), "EnableDCOM");
        assert_eq!(reg.value(OLE, "").unwrap().text().unwrap().value, "default");
        assert_eq!(reg.value(OLE, "none"), None);
    });
}

#[test]
fn strings_and_names_are_unescaped_and_borrowed_where_nothing_is_escaped() {
    with(EXPORT, |reg, _, shown| {
        let path = reg.value(OLE, "path\\and \"quote\"").unwrap();
        assert_eq!(path.text().unwrap().value, "C:\\Program Files\\x \"y\"");
        assert_eq!(shown(path.span), "C:\\\\Program Files\\\\x \\\"y\\\"");
        let Data::String(text) = &reg.value(OLE, "EnableDCOM").unwrap().data else { panic!() };
        assert!(matches!(text.0, Cow::Borrowed("Y")));
    });
}

#[test]
fn numbers_are_read() {
    with(EXPORT, |reg, _, shown| {
        let dword = reg.value(OLE, "RequireSecuritySignature").unwrap();
        assert_eq!((dword.number().unwrap().value, &*shown(dword.span)), (10, "dword:0000000a"));
        let qword = reg.value(OLE, "big").unwrap();
        assert_eq!(qword.data, Data::Qword(0x8000_0000_0000_0001));
    });
    with_values("\"a\"=hex(4):01,02,00,00\n", |key, _, _| {
        assert_eq!(key.values()[0].data, Data::Dword(0x201))
    });
}

#[test]
fn binary_data_goes_on_behind_a_backslash() {
    with(EXPORT, |reg, _, shown| {
        let value = reg.value(OLE, "MachineLaunchRestriction").unwrap();
        assert_eq!(value.bytes().unwrap().value, [1, 0, 4, 0x80, 0x44, 0, 0xFF]);
        assert_eq!(value.data, Data::Bytes { kind: 3, bytes: vec![1, 0, 4, 0x80, 0x44, 0, 0xFF] });
        assert_eq!(shown(value.span), "hex:01,00,04,80,\\\n  44,00,ff");
    });
    with_values("\"a\"=hex(ffff0009):01\n\"b\"=hex(0):\n", |key, problems, _| {
        assert!(problems.is_empty());
        assert_eq!(key.values()[0].data, Data::Bytes { kind: 0xFFFF_0009, bytes: vec![1] });
        assert_eq!(key.values()[1].data, Data::Bytes { kind: 0, bytes: vec![] });
    });
}

#[test]
fn texts_in_digits_are_decoded() {
    with(EXPORT, |reg, _, _| {
        let expand = reg.value(OLE, "expand").unwrap();
        assert_eq!(expand.data, Data::Text { text: "%a%".into(), expand: true });
        assert_eq!(reg.value(OLE, "multi").unwrap().texts().unwrap().value, ["a", "üb"]);
        assert_eq!(reg.value(OLE, "enabledcom").unwrap().texts().unwrap().value, ["Y"]);
    });
    with("REGEDIT4\n\n[HKEY_X]\n\"a\"=hex(2):25,fc,00\n\"b\"=hex(7):61,00,62,00,00\n", |reg, problems, _| {
        assert!(problems.is_empty());
        assert_eq!(reg.value("HKEY_X", "a").unwrap().text().unwrap().value, "%ü");
        assert_eq!(reg.value("HKEY_X", "b").unwrap().texts().unwrap().value, ["a", "b"]);
    });
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = EXPORT.replace('\n', "\r\n");
    let (lf_sources, lf) = source(EXPORT);
    let (crlf_sources, crlf) = source(&crlf);
    let (a, b) = (parse(lf_sources.get(lf)).0, parse(crlf_sources.get(crlf)).0);
    assert_eq!(a.keys().len(), b.keys().len());
    for (a, b) in a.keys().iter().zip(b.keys()) {
        assert_eq!(a.values().len(), b.values().len());
        for (a, b) in a.values().iter().zip(b.values()) {
            assert_eq!((&a.data, &a.name.value), (&b.data, &b.name.value));
            let (a, b) = (lf_sources.place(a.span), crlf_sources.place(b.span));
            assert_eq!((a.start, a.end), (b.start, b.end));
        }
    }
}

#[test]
fn a_string_may_hold_line_breaks() {
    with_values("\"a\"=\"one\ntwo\n\nthree = \\\"3\\\"\"\n\"b\"=\"x\"\n", |key, problems, _| {
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(key.value("a").unwrap().text().unwrap().value, "one\ntwo\n\nthree = \"3\"");
        assert_eq!(key.value("b").unwrap().text().unwrap().value, "x");
    });
}

#[test]
fn a_string_that_is_never_closed_hides_no_other_value() {
    for next in ["\"b\"=\"x\"\n", "\n[HKEY_X\\z]\n\"b\"=\"x\"\n"] {
        let text = format!("Windows Registry Editor Version 5.00\n[HKEY_X\\y]\n\"a\"=\"open\n{next}");
        with(&text, |reg, problems, _| {
            assert_eq!(problems[0].message, "the string of `a` is never closed; it is unknown");
            assert_eq!(reg.keys()[0].value("a").unwrap().data, Data::Unreadable);
            assert!(reg.keys().iter().any(|k| k.value("b").is_some()));
        });
    }
}

#[test]
fn deletions_are_remarked_upon_and_left_out() {
    let text = "Windows Registry Editor Version 5.00\n[-HKEY_X\\gone]\n[HKEY_X\\y]\n\"a\"=-\n\"b\"=\"x\"\n";
    with(text, |reg, problems, shown| {
        let found: Vec<_> = problems.iter().map(|p| (shown(p.span), p.lossy)).collect();
        assert_eq!(found, [("[-HKEY_X\\gone]".into(), false), ("-".into(), false)]);
        assert_eq!(reg.keys().len(), 1);
        assert_eq!(reg.keys()[0].values().len(), 1);
    });
}

#[test]
fn data_that_cannot_be_read_is_unreadable_and_not_absent() {
    for bad in ["dword:xyz", "dword:", "dword:123456789", "hex:0g", "hex(:01", "nonsense", "hex(b):zz", ""] {
        with_values(&format!("\"a\"={bad}\n\"b\"=\"x\"\n"), |key, problems, _| {
            assert_eq!(problems.len(), 1, "{bad}");
            assert!(problems[0].lossy);
            assert_eq!(key.value("a").unwrap().data, Data::Unreadable, "{bad}");
            assert!(key.value("b").is_some());
        });
    }
    with_values("\"a\"=hex(b):01\n\"b\"=hex(2):00,d8\n", |key, problems, _| {
        assert_eq!(problems.len(), 2);
        assert_eq!(key.value("a").unwrap().bytes().unwrap().value, [1]);
        assert_eq!(key.value("b").unwrap().bytes().unwrap().value, [0, 0xD8]);
    });
}

#[test]
fn a_stray_continuation_swallows_no_value() {
    with_values("\"a\"=hex:01,\\\n\"b\"=\"x\"\n", |key, _, _| assert!(key.value("b").is_some()));
    with_values("\"a\"=hex:01,\\\n\n\"b\"=\"x\"\n", |key, _, _| assert!(key.value("b").is_some()));
}

#[test]
fn one_bad_line_hides_no_other() {
    let text = "Windows Registry Editor Version 5.00\n\"early\"=\"x\"\n; a comment\n[HKEY_X\\y\nnonsense\n\"a\" = \"x\" ; why\n\
        \"b\"=\"x\" y\n";
    with(text, |reg, problems, shown| {
        let at: Vec<_> = problems.iter().map(|p| shown(p.span)).collect();
        assert_eq!(at, ["\"early\"=\"x\"", "[HKEY_X\\y", "nonsense", " y"]);
        assert_eq!(reg.keys()[0].values().len(), 2);
    });
}

#[test]
fn another_first_line_is_remarked_upon() {
    with("", |_, problems, _| assert!(problems[0].lossy));
    with("[HKEY_X]\n", |reg, problems, _| {
        assert!(!problems[0].lossy);
        assert_eq!(reg.keys().len(), 1);
    });
    with("Windows Registry Editor Version 6.00\n", |_, problems, _| assert_eq!(problems.len(), 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read(text in "([\\[\\]\"\\\\=@:;,-0a-cé \r\n]|Windows Registry Editor Version 5.00|REGEDIT4|\\[HKEY_|hex:|hex\\(7\\):|dword:|\"a\"=|\"\n|\\\\\n|\r\n|\u{FEFF}){0,40}") {
        with(&text, |reg, _, shown| {
            let mut before = 0;
            for key in reg.keys() {
                assert_span(&text, key.path.span);
                assert_eq!(shown(key.path.span), key.path.value);
                assert!(key.path.span.start >= before);
                before = key.path.span.start;
                for value in key.values() {
                    assert_span(&text, value.span);
                    assert_span(&text, value.name.span);
                    assert!(value.name.span.start >= before && value.span.start > value.name.span.start);
                    before = value.span.start;
                    if let Data::String(string) = &value.data {
                        assert_eq!(unescape(&shown(value.span)), &**string);
                    }
                }
            }
        });
    }

    #[test]
    fn what_is_escaped_comes_back(name in "[a\\\\\"é ]{0,8}", string in "[a\\\\\"é =\\[;]{0,8}") {
        let escape = |s: &str| s.replace('\\', "\\\\").replace('"', "\\\"");
        with_values(&format!("\"{}\"=\"{}\"\n", escape(&name), escape(&string)), |key, problems, _| {
            assert!(problems.is_empty(), "{problems:?}");
            assert_eq!(&*key.values()[0].name.value, &*name);
            assert_eq!(key.values()[0].text().unwrap().value, string);
        });
    }
}
