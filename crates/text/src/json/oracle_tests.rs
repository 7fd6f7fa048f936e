//! serde_json as the oracle: the same texts accepted and refused, the same values.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::document_as;
use crate::support::source;

/// The two differences on purpose, where `serde_json` refuses what we read.
fn is_known_difference(text: &str) -> bool {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => false,
        Err(error) => {
            let error = error.to_string();
            error.contains("surrogate")
                || error.contains("unexpected end of hex escape")
                || error.contains("number out of range")
        }
    }
}

/// Equal but for the last bit of a float, which serde_json rounds by a faster way.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
            a == b && a.is_sign_negative() == b.is_sign_negative() || (a - b).abs() <= a.abs() * 1e-15
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
        }
        _ => ours == theirs,
    }
}

/// Reads a text in both ways; `Err` says how they differ.
fn compare(text: &str) -> Result<bool, String> {
    let (sources, id) = source(text);
    let source = sources.get(id);
    let skipped = document_as::<IgnoredAny>(source);
    let theirs = serde_json::from_str::<IgnoredAny>(text);
    if skipped.is_ok() != theirs.is_ok() {
        return Err(format!("skipped: ours {skipped:?}, serde_json {theirs:?}"));
    }
    let ours = document_as::<Value>(source);
    let theirs = serde_json::from_str::<Value>(text);
    if let Err(problem) = &ours {
        let range = problem.span.range();
        if text.get(range).is_none() {
            return Err(format!("a place outside of the text: {problem:?}"));
        }
    }
    match (&ours, &theirs) {
        (Ok(a), Ok(b)) if same(a, b) => Ok(true),
        (Err(_), Err(_)) => Ok(false),
        (Ok(_), Err(_)) if is_known_difference(text) => Ok(true),
        _ => Err(format!("read: ours {ours:?}, serde_json {theirs:?}")),
    }
}

const SEEDS: [&str; 7] = [
    r#"{"a":1,"b":[true,false,null,"x\"y\\z\u00e9\ud83d\ude00"],"c":{"d":-1.5e+1,"e":0,"f":""}}"#,
    r#"[[],{},[{}],"",0,-7,1E5,1234567,1.0,"\b\f\n\r\t\/",-0,-0.0,18446744073709551615]"#,
    r#"  {"k" : [ 1 , 2 , { "z" : "t" } ] , "u":"日本"}  "#,
    r#"{"value":[{"Id":"P01","N":3,"R":[]},{"Id":"P02","N":4,"R":[{"Q":"select * from x where a like \"b%\""}]}]}"#,
    r#"[9223372036854775807,-9223372036854775808,-9223372036854775809,18446744073709551616,0.1,1e-320,5e-324]"#,
    r#""\u0041\ud800\u0041\udc00\ud83d\ude00\uD83D x""#,
    r#"[1e308,1e309,-1e999,123456789012345678901234567890,0.000000000000000000001,1e0,1E-0]"#,
];

#[test]
fn the_seeds_agree() {
    for seed in SEEDS {
        assert_eq!(compare(seed), Ok(true), "{seed}");
    }
    for text in [
        "",
        " ",
        "nul",
        "tru",
        "-",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "[1,]",
        "{,}",
        "{\"a\":}",
        "\"\u{1}\"",
    ] {
        assert_eq!(compare(text), Ok(false), "{text}");
    }
    for text in [
        "\"\\u+123\"",
        "\"\\u12g4\"",
        "\"\\",
        "\"\\u00",
        "\"\\ud83d\\u\"",
        "[\u{a0}1]",
        "\u{feff}1",
        "1\u{0}",
    ] {
        assert_eq!(compare(text), Ok(false), "{text:?}");
    }
}

#[test]
fn lone_surrogates_and_huge_numbers_are_read() {
    let (sources, id) = source(r#"["a\ud800b","\udc00","\ud800\ud83d\ude00"]"#);
    let texts: Vec<String> = document_as(sources.get(id)).unwrap();
    assert_eq!(texts, ["a\u{fffd}b", "\u{fffd}", "\u{fffd}😀"]);
    let (sources, id) = source("[1e400,-1e400]");
    let numbers: Vec<f64> = document_as(sources.get(id)).unwrap();
    assert_eq!(numbers, [f64::INFINITY, f64::NEG_INFINITY]);
}

/// Small, quick random numbers: millions of inputs in a second are worth more than shrinking.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn mutated_documents_are_accepted_and_refused_alike() {
    let alphabet: Vec<char> = "{}[]\",:\\0123456789.eE+-tfnrulabd \n\t\u{1}aZ€".chars().collect();
    let mut random = Random(88_172_645_463_325_252);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..60_000 {
        let mut text: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(text.len());
            match random.below(4) {
                0 => text[at] = alphabet[random.below(alphabet.len())],
                1 if text.len() > 1 => drop(text.remove(at)),
                2 => text.insert(at, alphabet[random.below(alphabet.len())]),
                _ => {
                    let other = random.below(text.len());
                    text.swap(at, other);
                }
            }
        }
        let text: String = text.into_iter().collect();
        match compare(&text) {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(difference) => panic!("{text:?}: {difference}"),
        }
    }
    assert!(accepted > 5_000 && refused > 5_000, "{accepted} accepted, {refused} refused");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_serde_json_writes_is_read_back(value in any_json()) {
        for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(compare(&text), Ok(true), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_alike(text in "[\\[\\]{}\",:\\\\0-9.eE+tfn \\n€-]{0,24}") {
        prop_assert!(compare(&text).is_ok(), "{:?}", compare(&text));
    }

    #[test]
    fn a_string_is_decoded_as_it_is_read(value in any::<String>()) {
        let text = serde_json::to_string(&value).unwrap();
        let (sources, id) = source(&text);
        let (decoded, map) = super::decode_string(sources.get(id), id.span(0, text.len())).unwrap();
        prop_assert_eq!(&decoded, &value);
        // Each character maps to its own, non-empty place, in order.
        let mut end = 1;
        for (at, c) in decoded.char_indices() {
            let (start, stop) = map.outer(at as u32, (at + c.len_utf8()) as u32);
            prop_assert!(start == end && stop > start);
            end = stop;
        }
        prop_assert_eq!(end as usize, text.len() - 1);
    }
}
