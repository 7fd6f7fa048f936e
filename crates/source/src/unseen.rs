/// Whether a character does something other than being seen: control characters, line ends that only some
/// programs know, marks that turn the order of a text round, and what has no width. Reports and keys write
/// its number instead.
pub fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(c,
        // Control characters of the upper half, of which U+009B begins a terminal command.
        '\u{80}'..='\u{9f}'
        // What turns the order of a text round.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // Line ends that only some programs know.
        | '\u{2028}' | '\u{2029}'
        // What has no width: two names that look the same must not.
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::is_unseen;

    #[test]
    fn letters_of_any_script_are_seen() {
        assert!("aZ 1é東ש😀".chars().all(|c| !is_unseen(c)));
        assert!("\u{0}\n\u{7f}\u{85}\u{200b}\u{202e}\u{2028}\u{2066}\u{e0041}".chars().all(is_unseen));
    }
}
