//! Paths as URIs.

use std::fmt::Write as _;

/// A relative path with `/` as a URI reference: everything but unreserved characters is percent-encoded, so
/// that no name in it is a scheme, a query or a fragment.
pub(super) fn of(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into())
            }
            // Writing into a text does not fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn names_are_encoded_and_folders_are_not() {
        assert_eq!(of("a b/c:d#e?f%.json"), "a%20b/c%3Ad%23e%3Ff%25.json");
        assert_eq!(of("Büro/\u{202e}"), "B%C3%BCro/%E2%80%AE");
    }
}
