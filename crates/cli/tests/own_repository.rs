//! The example of the README, as it stands there but for the path.

#[test]
fn our_accounts_stay_as_they_are() -> Result<(), Box<dyn std::error::Error>> {
    let snapshot = cmlint::open("../../snapshots/contoso")?;
    let outcomes = snapshot.check_only(&["too-many-network-access-accounts"])?;
    insta::assert_snapshot!(outcomes.to_string(), @r"
    too-many-network-access-accounts: fail, 1 checked
      high site:PS1/account:network-access -- site `PS1` has 12 network access accounts; 10 is the most it may have
    ");
    Ok(())
}

#[test]
fn the_readme_shows_this_file() {
    let readme = std::fs::read_to_string("../../README.md").unwrap().replace("\r\n", "\n");
    let begin = readme.find("```rust\n").unwrap() + "```rust\n".len();
    let shown = &readme[begin..begin + readme[begin..].find("```").unwrap()];
    let here = include_str!("own_repository.rs")
        .replace("\r\n", "\n")
        .replace("../../snapshots/contoso", "snapshots/site");
    assert!(here.contains(shown), "{shown}");
}
