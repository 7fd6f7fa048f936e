//! Feeds damaged and random input to the readers of text and bytes, and what they accept to everything
//! else: writers, words, access check. A panic ends it.
//!
//! ```text
//! fuzz SECONDS SEED
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]
#![allow(clippy::unwrap_used, reason = "a panic is what it looks for")]

#[allow(dead_code, reason = "only the random numbers are used")]
#[path = "oracle/cases.rs"]
mod cases;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use cases::Random;
use cmlint_winsec::{
    AccessMask, Acl, Context, Kind, Request, SecurityDescriptor, Sid, Tri, access_check, binary, reach, sddl,
};

/// One text for each construct; the bytes are made from them.
const SEEDS: &[&str] = &[
    "O:BAG:SYD:PAI(A;OICI;FA;;;BA)(D;OICIIO;0x1301bf;;;S-1-5-21-1004336348-1177238915-682003330-512)",
    "O:DAG:DUD:AI(OA;CIIO;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;PS)",
    "D:PARAI(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)(A;;017700777;;;S-1-0x12345678901-4-0xff)",
    "S:PAI(AU;OICISAFA;SDWDWO;;;WD)(ML;;NWNRNX;;;HI)(SP;;;;;S-1-17-1)(TL;;0x1;;;S-1-19-512-4096)",
    "S:(RA;CI;;;;WD;(\"Pro%0020ject\",TS,0x2,\"Win\",\"S\"\"QL\"))(RA;;;;;WD;(\"n\",TI,0,-5,+7,0x10))",
    "S:(RA;;;;;WD;(\"s\",TD,0x0,BA,SID(BO)))(RA;;;;;WD;(\"x\",TX,0x0,0102,#a))(RA;;;;;WD;(\"b\",TB,0,1))",
    "D:(XA;;FX;;;WD;((@USER.Title == \"PM\") && ((@User.D == {\"a\", 1, #01, SID(BA)}) || (Title < -07))))",
    "D:(XD;;FX;;;WD;(!(@Device.c >= @RESOURCE.le%0041vel)))S:(XU;SAFA;FA;;;WD;(@USER.a Not_Any_of @USER.b))",
    "D:(ZA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD;(Not_Device_Member_of_any {SID(BG), SID(S-1-5-2)}))",
    "D:(XA;;FA;;;AU;((Exists WIN://SYSAPPID) && (Member_of(SID(BA)) || Not_Exists @User.a)))S:(FL;TPCR;0x1;;;WD;(a))",
    "D:NO_ACCESS_CONTROLS:(AL;;GA;;;OW)(OL;;GA;;;CO)",
];

fn main() -> ExitCode {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let [seconds, seed] = args[..] else {
        eprintln!("usage: fuzz SECONDS SEED");
        return ExitCode::from(2);
    };
    let context = Context { domain: Some(Sid::new(5, [21, 1, 2, 3])), ..Context::default() };
    let bytes: Vec<Vec<u8>> = SEEDS
        .iter()
        .filter_map(|text| binary::write(&sddl::parse(text).unwrap().descriptor, &context).ok())
        .collect();
    assert_eq!(bytes.len(), SEEDS.len());
    let mut random = Random::new(seed);
    let (mut texts, mut texts_read, mut blobs, mut blobs_read) = (0u64, 0u64, 0u64, 0u64);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        for _ in 0..500 {
            let text = text(&mut random);
            texts += 1;
            match sddl::parse(&text) {
                Ok(parsed) => {
                    texts_read += 1;
                    use_it(&parsed.descriptor, &mut random);
                    let written = sddl::write(&parsed.descriptor).expect("what was read has a text");
                    let again = sddl::parse(&written).unwrap_or_else(|e| panic!("{written}: {e}"));
                    assert_eq!(again.descriptor, parsed.descriptor, "{text}");
                }
                Err(error) => assert!(text.get(error.at.range()).is_some(), "{text} {error:?}"),
            }
            let blob = blob(&mut random, &bytes);
            blobs += 1;
            if let Ok(descriptor) = binary::read(&blob) {
                blobs_read += 1;
                use_it(&descriptor, &mut random);
                if let Ok(written) = sddl::write(&descriptor)
                    && fits_text(&descriptor)
                {
                    let again = sddl::parse(&written).unwrap_or_else(|e| panic!("{written}: {e}"));
                    assert_eq!(again.descriptor.owner, descriptor.owner);
                }
                if let Ok(written) = binary::write(&descriptor, &Context::default()) {
                    assert_eq!(binary::read(&written).unwrap(), descriptor);
                }
            }
        }
    }
    println!(
        "{texts} texts, {texts_read} of them read; {blobs} byte strings, {blobs_read} of them read; 0 panics"
    );
    ExitCode::SUCCESS
}

/// Bytes may hold what text cannot: a SID without subauthority, an ACE in the wrong list.
fn fits_text(descriptor: &SecurityDescriptor) -> bool {
    let sids = [descriptor.owner, descriptor.group].into_iter().flatten().filter_map(|t| t.sid());
    let lists = [(&descriptor.dacl, true), (&descriptor.sacl, false)];
    let fits = |acl: &Acl, dacl: bool| {
        acl.entries().iter().all(|ace| {
            ace.kind.effect().is_some() == dacl && ace.trustee.sid().is_some_and(|sid| sid.rid().is_some())
        })
    };
    sids.into_iter().all(|sid| sid.rid().is_some())
        && lists.into_iter().all(|(acl, dacl)| fits(acl, dacl))
        && !sddl::write(descriptor).is_ok_and(|text| text.contains("SID(S-1-") || text.contains("TD,"))
}

fn text(random: &mut Random) -> String {
    let mut text: Vec<char> = random.pick(SEEDS).chars().collect();
    match random.below(8) {
        0 => (0..random.below(60)).map(|_| any_char(random)).collect(),
        1 => {
            let other: Vec<char> = random.pick(SEEDS).chars().collect();
            let (cut, join) = (random.below(text.len() as u64), random.below(other.len() as u64));
            text.truncate(cut as usize);
            text.extend(&other[join as usize..]);
            text.into_iter().collect()
        }
        _ => {
            for _ in 0..=random.below(3) / 2 {
                let at = random.below(text.len() as u64 + 1) as usize;
                match random.below(4) {
                    0 if at < text.len() => {
                        text.remove(at);
                    }
                    1 if at < text.len() => text[at] = any_char(random),
                    2 => {
                        let len = random.below(20) as usize;
                        let part = text[at..(at + len).min(text.len())].to_vec();
                        let to = random.below(text.len() as u64 + 1) as usize;
                        text.splice(to..to, part);
                    }
                    _ => text.insert(at, any_char(random)),
                }
            }
            text.into_iter().collect()
        }
    }
}

fn any_char(random: &mut Random) -> char {
    let usual = "();:,\"#@!&|=<>{}%-+ \t0123456789abcdefxABCDEFGIOPRSTWX_.";
    match random.below(12) {
        0 => char::from_u32(random.below(0x3000) as u32).unwrap_or('\0'),
        _ => *random.pick(&usual.chars().collect::<Vec<_>>()),
    }
}

fn blob(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).clone();
    match random.below(10) {
        0 => (0..random.below(200)).map(|_| random.next() as u8).collect(),
        1 => {
            bytes.truncate(random.below(bytes.len() as u64) as usize);
            bytes
        }
        _ => {
            for _ in 0..=random.below(5) {
                let at = random.below(bytes.len() as u64) as usize;
                bytes[at] = match random.below(3) {
                    0 => random.next() as u8,
                    1 => *random.pick(&[0, 1, 4, 0x7F, 0x80, 0xFF]),
                    _ => bytes[at] ^ 1 << random.below(8),
                };
            }
            bytes
        }
    }
}

/// Everything that a caller does with a descriptor.
fn use_it(descriptor: &SecurityDescriptor, random: &mut Random) {
    let kind = *random.pick(&Kind::ALL);
    let answers = [Tri::Yes, Tri::No, Tri::Unknown];
    let holds = |_: &_| answers[descriptor.dacl.entries().len() % 3];
    let request = Request::new(kind, AccessMask(random.next() as u32));
    let access = access_check(descriptor, holds, &request);
    assert!(access.aces().iter().all(|i| *i < descriptor.dacl.entries().len()));
    for ace in descriptor.dacl.entries().iter().chain(descriptor.sacl.entries()) {
        let words = format!("{} {}", kind.describe_ace(ace), reach(ace).words(kind));
        assert!(!words.is_empty());
    }
    let _ = descriptor.resolve(&Context::default());
}
