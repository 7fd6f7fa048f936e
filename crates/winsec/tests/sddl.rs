//! SDDL and self-relative descriptors on worked examples.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use cmlint_source::{Encoding, FileId, Sources, Span};
use cmlint_winsec::{
    AceData, AceFlags, AceKind, Acl, AclSide, Base, Context, Control, Sid, Trustee, Values, binary,
    object_types, sddl, well_known as wk,
};

/// MS-DTYP 2.5.1.4: a text and its bytes, in both directions.
#[test]
fn the_example_of_ms_dtyp() {
    let text =
        "O:BAG:BAD:P(A;CIOI;GRGX;;;BU)(A;CIOI;GA;;;BA)(A;CIOI;GA;;;SY)(A;CIOI;GA;;;CO)S:P(AU;FA;GR;;;WD)";
    let bytes = hex(
        "010014b090000000a000000014000000 300000000200 1c0001000000 02801400 00000080 010100000000000100000000
         02006000 04000000 00031800 000000a0 01020000000000052000000021020000
         00031800 00000010 01020000000000052000000020020000
         00031400 00000010 010100000000000512000000
         00031400 00000010 010100000000000300000000
         01020000000000052000000020020000 01020000000000052000000020020000",
    );
    let parsed = sddl::parse(text).unwrap().descriptor;
    assert_eq!(binary::write(&parsed, &Context::default()).unwrap(), bytes);
    let read = binary::read(&bytes).unwrap();
    assert_eq!(read, parsed);
    assert_eq!(sddl::write(&read).unwrap(), text.replace("CIOI", "OICI").replace("GRGX", "GXGR"));
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: String = digits.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

/// Texts as Windows writes them for objects of each kind: they come back unchanged.
#[test]
fn texts_of_windows_come_back_unchanged() {
    for text in [
        "O:BAG:SYD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICIIO;FA;;;CO)(A;OICI;0x1200a9;;;BU)",
        "D:AI(A;OICIID;FA;;;BA)(A;ID;0x1301bf;;;S-1-5-21-1004336348-1177238915-682003330-512)",
        "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:PAI(A;CIIO;GA;;;AC)",
        "O:BAG:BAD:(A;CIID;CCDCLCSWRPWPRCWD;;;BA)(A;CIID;CCDCRP;;;NS)(A;CIID;CCDCRP;;;LS)",
        "O:BAG:BAD:(A;;CCDCLCSWRP;;;BA)(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;S-1-5-32-562)",
        "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCLCSWLOCRRC;;;IU)S:(AU;FA;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)",
        "D:PAI(A;CI;KR;;;BU)(A;CI;KA;;;BA)(A;CIIO;KA;;;CO)",
        "O:DAG:DAD:AI(A;;LCRPRC;;;AU)(OA;;CCDC;bf967aba-0de6-11d0-a285-00aa003049e2;;AO)",
        "D:(OA;CIIO;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;PS)",
        "D:(OD;;CR;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)",
        "S:AI(AU;OICISAFA;SDWDWO;;;WD)(ML;;NWNRNX;;;HI)(SP;;;;;S-1-17-1)",
        "S:(RA;CI;;;;WD;(\"Project\",TS,0x0,\"Windows\",\"SQL\"))(RA;;;;;WD;(\"Secrecy\",TU,0x2,3))",
        "S:(RA;;;;;WD;(\"Sids\",TD,0x0,BA,S-1-5-21-1-2-3-4))(RA;;;;;WD;(\"a%0020b\",TX,0x0,0102,))",
        "D:(XA;;FX;;;WD;((@USER.Title == \"PM\") && ((@USER.Division == \"Finance\") || (Title == 1))))",
        "D:(ZA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD;(@USER.x Contains {1, -2, 0x3, 04, +5}))",
        "D:(XD;;FX;;;WD;(!(@USER.clearance >= @RESOURCE.level)))S:(XU;SAFA;FA;;;WD;(@USER.a != @USER.b))",
        "D:(XA;;FA;;;AU;((Exists WIN://SYSAPPID) && (Not_Member_of {SID(BG)})))",
        "D:(XA;;FA;;;AU;(Not_Exists @DEVICE.managed))(XA;;FA;;;AU;(a Not_Any_of #0102ff))",
        "D:(XA;;FX;;;WD;(Title == \"a;b)(c\"))",
        "D:NO_ACCESS_CONTROL",
        "D:P",
        "D:S:",
        "O:BA",
        "",
    ] {
        let parsed = sddl::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(sddl::write(&parsed.descriptor).unwrap(), text);
        let context = Context { domain: Some(wk::NULL_SID), ..Context::default() };
        let bytes = binary::write(&parsed.descriptor, &context).unwrap();
        assert_eq!(binary::read(&bytes).unwrap(), parsed.descriptor.resolve(&context), "{text}");
    }
}

/// Case, blanks and the order of parts, as Windows takes them.
#[test]
fn other_spellings_of_the_same() {
    for (text, canonical) in [
        ("D:(a;oici;fa;;;ba)", "D:(A;OICI;FA;;;BA)"),
        (" O:ba G:sy D:ai (A;;ga;;;wd) (A;;GX;;;BU) ", "O:BAG:SYD:AI(A;;GA;;;WD)(A;;GX;;;BU)"),
        ("D: (A; OICI; FA; ; ; BA)", "D:(A;OICI;FA;;;BA)"),
        ("S:AI(AU;SA;WP;;;WD)D:(A;;GA;;;SY)G:DAO:BA", "O:BAG:DAD:(A;;GA;;;SY)S:AI(AU;SA;WP;;;WD)"),
        ("D:(A;;2032127;;;S-1-5-32-544)", "D:(A;;FA;;;BA)"),
        ("D:(A;;07600777;;;S-1-0x5-0x20-0x220)", "D:(A;;FA;;;BA)"),
        ("D:(A;;0XFFFFFFFF;;;BA)", "D:(A;;0xffffffff;;;BA)"),
        ("D:(A;;GRGW0x20;;;BA)", "D:(A;;WPGWGR;;;BA)"),
        (
            "D:(OA;;CR;1131F6AA-9C07-11D1-F79F-00C04FC2DCD2;;ED)",
            "D:(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;ED)",
        ),
        (
            "D:(XA;;FX;;;WD;(@user.a&&@device.b||@resource.c))",
            "D:(XA;;FX;;;WD;(((@USER.a) && (@DEVICE.b)) || (@RESOURCE.c)))",
        ),
        ("D:(XA;;FX;;;WD;(a==1||b==2&&c==3))", "D:(XA;;FX;;;WD;((a == 1) || ((b == 2) && (c == 3))))"),
        (
            "D:(XA;;FX;;;WD;( ( member_of { sid(BA) , SID(BO) } ) ))",
            "D:(XA;;FX;;;WD;(Member_of {SID(BA), SID(BO)}))",
        ),
        ("S:(RA;;;;;WD; ( \"a\" , ts , 0 , \"b\" , \"c\" ) )", "S:(RA;;;;;WD;(\"a\",TS,0x0,\"b\",\"c\"))"),
        ("D:(TL)", ""),
    ] {
        if canonical.is_empty() {
            assert!(sddl::parse(text).is_err());
            continue;
        }
        let parsed = sddl::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(sddl::write(&parsed.descriptor).unwrap(), canonical);
    }
}

/// Each error names the part that is wrong and what should stand there.
#[test]
fn errors_point_at_the_part_that_is_wrong() {
    for (text, at, expected) in [
        ("X:(A;;FA;;;BA)", "X", "O:, G:, D: or S:"),
        ("d:(A;;FA;;;BA)", "d", "upper case"),
        ("D:(A;;FA;;;BA)D:", "D:", "once"),
        ("D:(A;;FA;;BA)", ")", "a semicolon"),
        ("D:(A;;FA;;;ZZ)", "ZZ", "a SID"),
        ("D:(A;;QQ;;;BA)", "QQ", "rights such as"),
        ("D:(A;;FAQ;;;BA)", "Q", "rights such as"),
        ("D:(A;;0x1ffffffff;;;BA)", "0x1ffffffff", "a number of at most 32 bits"),
        ("D:(A;OICX;FA;;;BA)", "CX", "ACE flags"),
        ("D:(B;;FA;;;BA)", "B", "an ACE type of a DACL"),
        ("D:(AU;;FA;;;BA)", "AU", "an ACE type of a DACL"),
        ("S:(A;;FA;;;BA)", "A", "an ACE type of a SACL"),
        ("D:(OA;;CR;1131f6aa-9c07;;BA)", "1131f6aa-9c07", "a GUID"),
        (
            "D:(A;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;BA)",
            "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",
            "no GUID",
        ),
        ("D:(A;;FA;;;S-1-5-21-99999999999-1)", "S-1-5-21-99999999999-1", "a SID"),
        ("D:(A;;FA;;;BA", "", "the closing parenthesis of the ACE"),
        ("D:AI(A;;FA;;;BA)garbage", "g", "O:, G:, D: or S:"),
        ("D:(A;;FA;;;BA;(x))", ";", "the end of the ACE"),
        ("D:NO_ACCESS_CONTROL(A;;FA;;;BA)", "(", "no ACE after"),
        ("D:Q(A;;FA;;;BA)", "Q", "flags P, AR, AI"),
        ("D:(\u{100};;GA;;;BA)", "\u{100}", "an ACE type"),
        ("O:", "", "a SID"),
        ("D:(XA;;FX;;;WD;(a == b))", "b", "a value"),
        ("D:(XA;;FX;;;WD;(a == \"b))", "\"", "a closing quotation mark"),
        ("D:(XA;;FX;;;WD;(! a))", "a", "an opening parenthesis"),
        ("D:(XA;;FX;;;WD;(a &&))", ")", "an attribute"),
        ("D:(XA;;FX;;;WD;(@Foo.a))", "@", "@User."),
        (
            "D:(XA;;FX;;;WD;(a == 99999999999999999999))",
            "99999999999999999999",
            "a number of at most 64 bits",
        ),
        ("S:(RA;;;;;WD;(\"a\",TQ,0))", "TQ", "a type"),
        ("S:(RA;;;;;WD;(\"\",TS,0))", "\"\"", "the name"),
    ] {
        let error = sddl::parse(text).unwrap_err();
        assert_eq!(&text[error.at.range()], at, "{text}: {error}");
        assert!(error.expected.contains(expected), "{text}: {error}");
    }
}

/// A text that stands verbatim in a file: places are spans of the file, an error is a problem of it.
#[test]
fn places_in_a_file() {
    let line = "path,\"D:(A;;FA;;;BA)(A;OICI;KR;;;S-1-5-21-1-2-3-4)\"";
    let origin = file(line).span(6, line.len() - 7);
    let text = &line[origin.range()];
    let (descriptor, places) = sddl::parse_at(text, origin).unwrap();
    assert_eq!(descriptor.dacl.entries().len(), 2);
    let second = places.ace(AclSide::Dacl, 1).unwrap();
    assert_eq!(&line[second.trustee.range()], "S-1-5-21-1-2-3-4");
    assert_eq!(&line[second.flags.range()], "OICI");
    assert_eq!(&line[second.rights.range()], "KR");
    assert_eq!(second.object_type.len, 0);
    assert_eq!(&line[places.dacl.as_ref().unwrap().whole.range()], text);

    let problem = sddl::parse_at("D:(A;;secret;;;BA)", origin).unwrap_err();
    assert_eq!((problem.span.start, problem.span.len), (origin.start + 6, 6));
    assert!(!problem.message.contains("secret"), "a problem repeats nothing of the file");
}

fn file(text: &str) -> FileId {
    Sources::new().add("acl.csv", text.to_owned(), Encoding::Utf8)
}

/// Aliases whose SID depends on the domain stay symbolic until somebody says which domain it is.
#[test]
fn domain_aliases_are_symbolic() {
    let parsed = sddl::parse("O:DAG:EAD:(A;;FA;;;LA)(XA;;FA;;;WD;(Member_of {SID(DU)}))").unwrap().descriptor;
    let Some(Trustee::DomainRelative(owner)) = parsed.owner else { panic!("DA has no SID of its own") };
    assert_eq!((owner.alias, owner.rid, owner.base), ("DA", 512, Base::Domain));
    assert!(binary::write(&parsed, &Context::default()).is_err());
    let domain: Sid = "S-1-5-21-1-2-3".parse().unwrap();
    let context = Context { domain: Some(domain), root_domain: Some(domain), machine: domain.child(9) };
    let resolved = sddl::write(&parsed.resolve(&context)).unwrap();
    assert!(!resolved.contains("DA") && resolved.contains("S-1-5-21-1-2-3-519"), "{resolved}");
    assert!(resolved.contains("S-1-5-21-1-2-3-9-500") && resolved.contains("SID(S-1-5-21-1-2-3-513)"));
    assert!(binary::write(&parsed, &context).is_ok());
}

#[test]
fn parts_of_an_object_ace() {
    let text = "D:(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967a86-0de6-11d0-a285-00aa003049e2;BA)";
    let parsed = sddl::parse(text).unwrap().descriptor;
    let ace = &parsed.dacl.entries()[0];
    assert_eq!(ace.kind, AceKind::AllowedObject);
    assert_eq!(ace.flags, AceFlags::CONTAINER_INHERIT | AceFlags::INHERIT_ONLY);
    assert_eq!(ace.object_type, Some(object_types::RESET_PASSWORD));
    assert_eq!(ace.inherited_object_type, Some(object_types::COMPUTER));
}

#[test]
fn control_flags_and_attributes() {
    let parsed = sddl::parse("D:PARAIS:AI(RA;;;;;WD;(\"n\",TB,0x0,1,0))").unwrap().descriptor;
    let expected = Control::DACL_PROTECTED
        .union(Control::DACL_AUTO_INHERIT_REQUIRED)
        .union(Control::DACL_AUTO_INHERITED)
        .union(Control::SACL_AUTO_INHERITED);
    assert_eq!(parsed.control, expected);
    let attribute = parsed.sacl.entries()[0].attribute().unwrap();
    assert_eq!(attribute.values, Values::Bool(vec![1, 0]));
    assert_eq!(attribute.to_string(), "(\"n\",TB,0x0,1,0)");
}

/// A quotation mark inside a text is doubled; MS-DTYP has no way to write one.
#[test]
fn quotation_marks_inside_a_text() {
    let text = "D:(XA;;FX;;;WD;(x == \"say \"\"hi\"\"\"))";
    let parsed = sddl::parse(text).unwrap().descriptor;
    assert_eq!(sddl::write(&parsed).unwrap(), text);
}

#[test]
fn nesting_has_a_limit_and_no_stack_is_exhausted() {
    let nested = |n: usize| format!("D:(XA;;FX;;;WD;{}(a){})", "(!".repeat(n), ")".repeat(n));
    assert!(sddl::parse(&nested(100)).is_ok());
    for n in [200, 100_000] {
        let error = sddl::parse(&nested(n)).unwrap_err();
        assert!(error.expected.contains("nested"), "{error}");
    }
    let chain = format!("D:(XA;;FX;;;WD;(a{}))", " && a".repeat(100_000));
    assert!(sddl::parse(&chain).is_err());
    let open = format!("D:(XA;;FX;;;WD;(a == {}", "(".repeat(1_000_000));
    assert!(sddl::parse(&open).is_err());
}

/// ACE types without letters exist in bytes only.
#[test]
fn aces_without_a_text() {
    let mut descriptor = sddl::parse("D:(XD;;FX;;;WD;(a))").unwrap().descriptor;
    let Acl::Entries(entries) = &mut descriptor.dacl else { panic!("a list") };
    entries[0].kind = AceKind::DeniedCallbackObject;
    let bytes = binary::write(&descriptor, &Context::default()).unwrap();
    assert_eq!(binary::read(&bytes).unwrap(), descriptor);
    let error = sddl::write(&descriptor).unwrap_err();
    assert_eq!((error.side, error.index), (AclSide::Dacl, 0));
}

/// Bytes that are wrong in one place each.
#[test]
fn damaged_bytes_are_refused_where_they_are_wrong() {
    let good =
        binary::write(&sddl::parse("O:BAD:(A;;FA;;;WD)").unwrap().descriptor, &Context::default()).unwrap();
    for (at, value, offset) in
        [(0, 2, 0), (3, 0, 2), (16, 250, 250), (20, 9, 20), (22, 255, 22), (24, 9, 48), (30, 3, 30)]
    {
        let mut bad = good.clone();
        bad[at] = value;
        let error = binary::read(&bad).unwrap_err();
        assert_eq!(error.offset, offset, "byte {at}: {error}");
    }
    assert!(binary::read(&good[..19]).is_err() && binary::read(&[]).is_err());
}

/// A condition that cannot be read stays as bytes, and so does an ACE of an unknown type.
#[test]
fn what_cannot_be_read_is_kept() {
    let descriptor = sddl::parse("D:(XA;;FX;;;WD;(a))").unwrap().descriptor;
    let mut bytes = binary::write(&descriptor, &Context::default()).unwrap();
    let token = bytes.len() - 8;
    bytes[token] = 0xEE;
    let read = binary::read(&bytes).unwrap();
    assert!(matches!(&read.dacl.entries()[0].data, AceData::Bytes(data) if data.starts_with(b"artx")));
    assert_eq!(binary::write(&read, &Context::default()).unwrap(), bytes);
    bytes[28] = 0x66;
    let read = binary::read(&bytes).unwrap();
    assert_eq!(read.dacl.entries()[0].kind, AceKind::Other(0x66));
    assert_eq!(binary::write(&read, &Context::default()).unwrap(), bytes);
}

/// The places of a text that does not stand verbatim in its file are turned by its reader.
#[test]
fn places_can_be_mapped() {
    let parsed = sddl::parse("O:BAD:(A;;FA;;;WD)").unwrap();
    let origin = file("0123456789").span(0, 10);
    let coarse: cmlint_winsec::Places<Span> = parsed.places.map(&mut |_| origin);
    assert_eq!(coarse.owner, Some(origin));
    assert_eq!(coarse.ace(AclSide::Dacl, 0).unwrap().trustee, origin);
}
