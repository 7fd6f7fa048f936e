//! The last net: what looks like a secret in the few lines that are about to be shown.

use std::borrow::Cow;
use std::ops::Range;

use super::found::Found;
use super::patterns;

/// Ranges of an excerpt that are better not shown, ascending and apart from each other, whatever the scan
/// of the file has found.
///
/// Long runs of hexadecimal digits (32 and more) and of base64 characters (40 and more), passwords in
/// command lines and addresses, `password=…`. SIDs, GUIDs, security descriptors, binary SIDs, paths, long
/// words and fingerprints that are called so stay visible. So does less than one in 500 of the base64 runs of
/// 40 characters, which chance has made look like words, and fewer of the longer ones.
pub fn last_net(text: &str) -> Vec<Range<usize>> {
    let mut found = Found::default();
    patterns::scan(text, &mut found);
    addresses(text, &mut found);
    runs(text, &mut found);
    let mut ranges: Vec<_> = found.ranges().collect();
    ranges.sort_by_key(|r| (r.start, r.end));
    ranges.dedup_by(|next, kept| {
        let touches = next.start <= kept.end;
        if touches {
            kept.end = kept.end.max(next.end);
        }
        touches
    });
    ranges
}

/// A text without what [`last_net`] finds in it: for words of a snapshot that are repeated outside of an
/// excerpt.
pub fn hushed(text: &str) -> Cow<'_, str> {
    let ranges = last_net(text);
    if ranges.is_empty() {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        kept.push_str(&text[at..range.start]);
        kept.push_str("***");
        at = range.end;
    }
    kept.push_str(&text[at..]);
    kept.into()
}

const HEX: usize = 32;
const BASE64: usize = 40;

/// Long runs of letters and digits that no person wrote.
fn runs(text: &str, found: &mut Found) {
    let bytes = text.as_bytes();
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    for Range { start: at, end } in long_runs(bytes, HEX, part) {
        let len = end - at;
        let padding = bytes[at + len..].iter().take(2).take_while(|&&b| b == b'=').count();
        let range = at..at + len + padding;
        let run = &text[range.start..range.end - padding];
        // `0x`, as SQL Server writes binary values.
        let digits = run.strip_prefix("0x").or(run.strip_prefix("0X")).unwrap_or(run);
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let suspect = if hex {
            digits.len() >= HEX && !is_binary_sid(digits)
        } else {
            run.len() >= BASE64 && !is_wordy(run)
        };
        if suspect && !is_fingerprint(&text[..range.start]) {
            found.secret(range, "");
        }
    }
    hex_inside(text, found);
}

/// Hexadecimal digits behind a path or a word that the run above took them for a part of.
fn hex_inside(text: &str, found: &mut Found) {
    for run in long_runs(text.as_bytes(), HEX, |b| b.is_ascii_hexdigit()) {
        if !is_binary_sid(&text[run.clone()]) && !is_fingerprint(&text[..run.start]) {
            found.secret(run, "");
        }
    }
}

/// The runs of `min` bytes and more that are all of a kind, each as long as it goes. Where one could lie, its last
/// byte is looked at first: most of a text is passed over.
fn long_runs(bytes: &[u8], min: usize, kind: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let first = bytes.get(at..at + min)?;
            match first.iter().rposition(|&b| !kind(b)) {
                Some(other) => at += other + 1,
                None => {
                    let more = bytes[at + min..].iter().take_while(|&&b| kind(b)).count();
                    let run = at..at + min + more;
                    at = run.end;
                    return Some(run);
                }
            }
        }
    })
}

/// Whether digits are a SID in its binary form: revision 1, a count of parts, an authority below 256.
fn is_binary_sid(digits: &str) -> bool {
    let count = digits.get(2..4).and_then(|count| usize::from_str_radix(count, 16).ok());
    let len = count.map(|count| 16 + count * 8);
    digits.starts_with("01") && digits.get(4..14) == Some("0000000000") && len == Some(digits.len())
}

/// Whether a run is a path or a long word: its letters change between large, small and digits about as
/// often as in a name, where chance changes them at every other letter.
fn is_wordy(run: &str) -> bool {
    let class = |b: u8| match b {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        b'/' => 0,
        _ => 4,
    };
    let changes = run.as_bytes().windows(2).filter(|pair| {
        let (from, to) = (class(pair[0]), class(pair[1]));
        // A capital at the start of a word is none, nor is the end of a path's part.
        from != to && from != 0 && to != 0 && (from, to) != (2, 1)
    });
    changes.count() * 5 <= run.len() && !run.contains('+')
}

/// Whether the text before a run calls it a fingerprint.
fn is_fingerprint(before: &str) -> bool {
    let label = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start =
        (0..=label.len().saturating_sub(16)).rev().find(|&at| label.is_char_boundary(at)).unwrap_or(0);
    // Anything between the label and the run is at most `": "`.
    if before.len() - label.len() > 6 {
        return false;
    }
    let label = label[start..].to_ascii_lowercase();
    ["sha256", "sha-256", "sha1", "sha-1", "fingerprint", "thumbprint", "checksum"]
        .iter()
        .any(|l| label.ends_with(l))
}

/// The password in an address: `https://user:password@host`.
fn addresses(text: &str, found: &mut Found) {
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let len = text[start..].find(|c: char| c.is_whitespace() || "/\"'<>".contains(c));
        let authority = &text[start..len.map_or(text.len(), |len| start + len)];
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((name, password)) = user.split_once(':')
        {
            let start = start + name.len() + 1;
            found.secret(start..start + password.len(), "");
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use proptest::prelude::*;

    use super::*;

    fn hidden(text: &str) -> Vec<&str> {
        last_net(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn long_runs_and_passwords_are_blanked() {
        let hex = "0000000001000000280000001000000000AB4C310334B1";
        let base64 = "9mM2ovvK6I1KeNdmNtr4fftObncukaJ9aSnxtLV4ZJs0aQ==";
        for (text, value) in [
            (format!("\"x\": \"{hex}\""), hex),
            (format!("x={hex}"), hex),
            (format!("/files/{hex}"), hex),
            (format!("x\":\"{base64}\""), base64),
            (format!("hash {hex}"), hex),
            ("password=hunter2".to_owned(), "hunter2"),
            ("\"AdminPassword\": \"hunter2\",".to_owned(), "hunter2"),
            ("ftp://svc:hun:ter2@host/path".to_owned(), "hun:ter2"),
        ] {
            assert_eq!(hidden(&text), [value], "{text}");
        }
        let sql = "0x0200F4A6D9B1C0E7A5D1F00112233445566778899AABBCCDDEEFF";
        assert_eq!(hidden(sql), [sql]);
    }

    #[test]
    fn words_are_repeated_without_their_secrets() {
        assert_eq!(
            hushed("sqlcmd -P hunter2 -Q x: password=hunter2; é"),
            "sqlcmd -P *** -Q x: password=***; é"
        );
        assert!(matches!(hushed("access is denied"), Cow::Borrowed("access is denied")));
    }

    #[test]
    fn what_a_finding_is_about_stays_visible() {
        for text in [
            "S-1-5-21-1004336348-1177238915-682003330-1104",
            "{5C4EC85A-3D7A-4F0E-9C8A-1B2C3D4E5F60}",
            "O:BAG:SYD:PAI(A;OICI;0x1301bf;;;S-1-5-21-1004336348-1177238915-682003330-512)(OA;CIIO;CCDCLCSWRPWPDTLOCRSDRCWDWO;4828cc14-1437-45bc-9b07-ad6f015e5f28;bf967a86-0de6-11d0-a285-00aa003049e2;AO)",
            "0x010500000000000515000000DCF4DC3B833D2B46828BA62800020000",
            "\\\\CM01\\SMS_PS1\\inboxes\\auth\\ddm.box",
            "https://cm01.contoso.com/AdminService/wmi/$metadata#SMS_SCI_SiteDefinition",
            "/usr/share/ConfigurationManager/TaskSequences/WindowsDeployment2022/Autounattend",
            "SMSTaskSequenceRunCommandLineActionWithAVeryLongNameOfItsOwn",
            "smstasksequenceruncommandlineactionwithaverylongnameofitsown",
            "CN=svc-naa,OU=Service Accounts,DC=contoso,DC=com",
            "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "\"Thumbprint\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\"",
            "20230828055956.247000+000",
            "PasswordLastSet = 2025-01-01",
        ] {
            assert_eq!(hidden(text), [""; 0], "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn any_excerpt_gives_ranges_inside_it(text in "\\PC{0,60}|[a-f0-9+/=:@ ]{0,90}|.*(password|pwd)[=: ].*") {
            let mut end = 0;
            for range in last_net(&text) {
                prop_assert!(text.get(range.clone()).is_some_and(|t| !t.is_empty()));
                prop_assert!(range.start >= end);
                end = range.end;
            }
        }
    }

    /// Chance can look like words: the net is the last one and not the only one. What it misses is bounded
    /// for runs of the shortest length that it looks at; longer ones look like words less often still.
    #[test]
    fn of_random_base64_less_than_one_run_in_five_hundred_passes_for_words() {
        const RUNS: usize = 20_000;
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        let missed = (0..RUNS)
            .filter(|_| {
                let bytes: Vec<u8> = (0..BASE64 * 3 / 4).map(|_| byte()).collect();
                last_net(&base64::engine::general_purpose::STANDARD.encode(bytes)).is_empty()
            })
            .count();
        assert!(missed * 500 < RUNS, "{missed} of {RUNS}");
    }
}
