use cmlint_engine::Selector;

use crate::support::lints;

#[test]
fn lints_are_named_by_what_they_are_and_what_they_are_about() {
    let names = |word: &str| -> Vec<&str> {
        let selector = Selector::read(word, &lints()).unwrap();
        lints().iter().filter(|def| selector.fits(def)).map(|def| def.id).collect()
    };
    let both = ["site-is-bad", "site-is-very-bad"];
    for word in ["all", "site-*", "tag:sites", "TAG:Sites", "subject:site server", "mm:cred-1", "CRED-1"] {
        assert_eq!(names(word), both, "{word}");
    }
    assert_eq!(names("site-is-bad"), ["site-is-bad"]);
    assert_eq!(names("site-is-v*"), ["site-is-very-bad"]);
}

#[test]
fn a_word_that_names_none_is_an_error_with_a_suggestion() {
    let near = |word: &str| Selector::read(word, &lints()).unwrap_err().near;
    for (word, meant) in [
        ("site-is-bda", "site-is-bad"),
        ("tag:site", "tag:sites"),
        ("sites", "tag:sites"),
        ("mm:CRED-2", "mm:CRED-1"),
        ("subject:Sites server", "subject:Site server"),
    ] {
        assert_eq!(near(word).as_deref(), Some(meant), "{word}");
    }
    assert_eq!(near("xyz-*"), None);
}
