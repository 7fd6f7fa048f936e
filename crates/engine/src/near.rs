//! Which word somebody meant who misspelt one.

/// The nearest of some words, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let near = words.into_iter().map(|known| (distance(&lower, &known.to_lowercase()), known)).min();
    near.filter(|(d, _)| *d <= 1 + word.len() / 3).map(|(_, known)| known)
}

/// Number of insertions, deletions and replacements between two words (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let next = (diagonal + usize::from(ca != *cb)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_what_it_looks_like() {
        assert_eq!(distance("naa", "naa"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("Fail_on", ["fail-on", "select"]), Some("fail-on"));
        assert_eq!(nearest("xyz", ["fail-on", "select"]), None);
    }
}
