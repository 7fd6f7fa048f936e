use proptest::prelude::*;

use super::*;

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn plain_utf8_is_read_without_a_remark() {
    let decoded = decode("für\0".into(), None);
    assert_eq!(decoded.text, "für\0");
    assert_eq!(decoded.encoding, Encoding::Utf8);
    assert!(decoded.remarks.is_empty() && !decoded.lossy);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    for (mark, bytes, encoding) in [
        (&b"\xEF\xBB\xBF"[..], b"f\xC3\xBCr".to_vec(), Encoding::Utf8Bom),
        (b"\xFF\xFE", utf16le("für"), Encoding::Utf16Le),
        (b"\xFE\xFF", utf16be("für"), Encoding::Utf16Be),
    ] {
        let decoded = decode([mark, &bytes].concat(), None);
        assert_eq!(decoded.text, "für");
        assert_eq!(decoded.encoding, encoding);
        assert!(decoded.remarks.is_empty() && !decoded.lossy);
        // The same when it is declared, without a remark.
        assert!(decode([mark, &bytes].concat(), Some(encoding.name())).remarks.is_empty());
    }
}

#[test]
fn a_byte_order_mark_wins_over_what_is_declared() {
    let decoded = decode([b"\xFF\xFE", &utf16le("x")[..]].concat(), Some("utf-8"));
    assert_eq!(decoded.text, "x");
    assert_eq!(decoded.encoding, Encoding::Utf16Le);
    assert!(decoded.remarks[0].contains("utf-16le"), "{:?}", decoded.remarks);
}

#[test]
fn a_declared_code_page_is_used() {
    for (name, page) in [
        ("windows-1251", "windows-1251"),
        ("1251", "windows-1251"),
        ("CP1251", "windows-1251"),
        ("latin1", "windows-1252"),
        ("932", "Shift_JIS"),
    ] {
        let decoded = decode(b"\x41".to_vec(), Some(name));
        assert_eq!(decoded.encoding, Encoding::CodePage(page));
        assert!(decoded.remarks.is_empty());
    }
    assert_eq!(decode(b"\xCF\xF0".to_vec(), Some("windows-1251")).text, "Пр");
    assert_eq!(decode(utf16be("é"), Some("utf-16be")).text, "é");
    assert_eq!(decode("é".into(), Some("utf-8-bom")).encoding, Encoding::Utf8);
}

#[test]
fn an_unknown_declared_encoding_is_remarked_upon_and_ignored() {
    for name in ["cp850", "klingon", "", "hz-gb-2312"] {
        let decoded = decode("é".into(), Some(name));
        assert_eq!(decoded.text, "é");
        assert_eq!(decoded.remarks.len(), 1, "{name}");
        assert!(!decoded.lossy);
    }
}

#[test]
fn utf16_without_a_mark_is_recognised_and_remarked_upon() {
    for (bytes, encoding) in [
        (utf16le("SMSPKGD$\r\nD:AI(A;;FA;;;SY)\r\n"), Encoding::Utf16Le),
        (utf16be("SMSPKGD$\r\nD:AI(A;;FA;;;SY)\r\n"), Encoding::Utf16Be),
        (utf16le("Администраторы = *S-1-5-32-544\r\n"), Encoding::Utf16Le),
    ] {
        let decoded = decode(bytes, None);
        assert_eq!(decoded.encoding, encoding);
        assert_eq!(decoded.remarks.len(), 1);
        assert!(!decoded.lossy);
    }
}

#[test]
fn a_stray_nul_does_not_make_utf8_to_utf16() {
    let decoded = decode(format!("{}\0{}", "a".repeat(40), "b".repeat(40)).into(), None);
    assert_eq!(decoded.encoding, Encoding::Utf8);
    assert_eq!(decoded.text.len(), 81);
}

#[test]
fn the_last_resort_is_windows_1252_and_never_silent() {
    let decoded = decode(b"Gr\xFC\xDFe".to_vec(), None);
    assert_eq!(decoded.text, "Grüße");
    assert_eq!(decoded.encoding, Encoding::CodePage("windows-1252"));
    assert!(decoded.remarks[0].contains("offset 2"), "{:?}", decoded.remarks);
    assert!(!decoded.lossy, "every byte has a character");
}

#[test]
fn what_cannot_be_read_is_replaced_and_counted() {
    for (bytes, label, text, remark) in [
        (
            b"a\xFFb\xC3".to_vec(),
            "utf-8",
            "a\u{FFFD}b\u{FFFD}",
            "2 byte sequences are not valid utf-8 (the first at offset 1)",
        ),
        (
            vec![0x41, 0, 0, 0xD8, 0x42, 0],
            "utf-16le",
            "A\u{FFFD}B",
            "1 byte sequences are not valid utf-16le (the first at offset 2)",
        ),
        (
            b"\x41\x81\x20\x42".to_vec(),
            "shift_jis",
            "A\u{FFFD} B",
            "1 byte sequences are not valid Shift_JIS (the first at offset 1)",
        ),
    ] {
        let decoded = decode(bytes, Some(label));
        assert_eq!(decoded.text, text);
        assert!(decoded.lossy);
        assert!(decoded.remarks[0].starts_with(remark), "{:?}", decoded.remarks);
    }
}

#[test]
fn offsets_of_bad_bytes_count_the_byte_order_mark() {
    let decoded = decode(b"\xEF\xBB\xBFa\xFF".to_vec(), None);
    assert_eq!(decoded.text, "a\u{FFFD}");
    assert!(decoded.remarks[0].contains("offset 4"), "{:?}", decoded.remarks);
}

#[test]
fn an_odd_byte_at_the_end_of_utf16_is_remarked_upon() {
    let decoded = decode(b"\xFF\xFEa\0b".to_vec(), None);
    assert_eq!(decoded.text, "a");
    assert!(decoded.lossy);
    assert!(decoded.remarks[0].contains("offset 4"), "{:?}", decoded.remarks);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, label in prop::option::of("utf-8|utf-16le|utf-16be|shift_jis|gb18030|iso-2022-jp|x-user-defined|euc-jp|[a-z]{1,4}")) {
        let decoded = decode(bytes, label.as_deref());
        prop_assert_eq!(decoded.lossy && decoded.remarks.is_empty(), false);
    }

    #[test]
    fn text_survives_utf16(text: String, big: bool) {
        let (mark, bytes) = if big { (b"\xFE\xFF", utf16be(&text)) } else { (b"\xFF\xFE", utf16le(&text)) };
        prop_assert_eq!(decode([&mark[..], &bytes].concat(), None).text, text);
    }

    #[test]
    fn broken_utf16_is_read_as_by_the_standard_library(units in prop::collection::vec(0xD700_u16..0xE100, 0..20)) {
        let bytes: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let decoded = decode([b"\xFF\xFE", &bytes[..]].concat(), None);
        prop_assert_eq!(decoded.text, String::from_utf16_lossy(&units));
        let first = char::decode_utf16(units.iter().copied()).scan(2, |at, c| {
            let here = *at;
            *at += 2 * c.as_ref().map_or(1, |c| c.len_utf16());
            Some((here, c.is_err()))
        }).find(|(_, bad)| *bad);
        prop_assert_eq!(decoded.lossy, first.is_some());
        if let Some((at, _)) = first {
            let offset = format!("at offset {at})");
            prop_assert!(decoded.remarks[0].contains(&offset), "{:?}", decoded.remarks);
        }
    }

    #[test]
    fn pages_agree_with_encoding_rs(bytes: Vec<u8>, label in "shift_jis|gb18030|euc-kr|big5|windows-1253|iso-2022-jp") {
        let page = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        prop_assume!(byte_order_mark(&bytes).is_none());
        let (expected, _) = page.decode_without_bom_handling(&bytes);
        prop_assert_eq!(decode(bytes.clone(), Some(&label)).text, expected);
    }
}
