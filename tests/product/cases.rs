//! `cmlint test`: snapshots beside what is expected of them.

use crate::own_files::House;

#[test]
fn what_is_expected_is_written_held_and_told_apart() {
    let house = House::new("cases");
    let role = house.read("snap/roles/Packaging Desk.xml");
    house.write("cases/packagers/snapshot", &role);
    house.write(
        "cases/packagers/expected.txt",
        "select: role-export-is-irregular, custom-role-edits-security\n",
    );
    house.write("cases/site/expected.txt", "select: too-many-network-access-accounts\n");
    crate::own_files::copy(&house.path("snap"), &house.path("cases/site/snapshot"));
    let run = |args: &[&str]| house.run(&[&["test", "cases"], args].concat());
    // Nothing is expected yet.
    let first = run(&[]);
    assert_eq!(first.code, 1, "{}", first.all());
    assert!(first.out.ends_with("0 pass, 2 fail of 2 tests\n"), "{}", first.out);
    let written = run(&["--update"]);
    assert_eq!(written.code, 0, "{}", written.all());
    assert!(written.out.ends_with("0 pass, 0 fail, 2 written of 2 tests\n"), "{}", written.out);
    let expected = house.read("cases/packagers/expected.txt");
    assert!(
        expected.starts_with("select: role-export-is-irregular, custom-role-edits-security\n"),
        "{expected}"
    );
    assert!(expected.contains("role-export-is-irregular: fail") && !expected.contains("naa-"), "{expected}");
    assert_eq!(run(&[]).code, 0);
    // A place is no part of what is expected: a line more changes nothing.
    house.write("cases/packagers/snapshot", &role.replacen("<Operations>", "\n<Operations>", 1));
    assert_eq!(run(&[]).code, 0);
    // What is said is: the difference names the lint and both lines.
    let from = r#"<Operation GrantedOperations="142359" ObjectTypeID="31" />"#;
    assert!(role.contains(from));
    house.write("cases/packagers/snapshot", &role.replace(from, ""));
    let other = run(&[]);
    assert_eq!(other.code, 1);
    assert!(
        other.out.contains("pass cases/site") && other.out.contains("fail cases/packagers"),
        "{}",
        other.out
    );
    assert!(
        other.out.contains("    role-export-is-irregular") && other.out.contains("  - "),
        "{}",
        other.out
    );
    assert_eq!(house.read("cases/packagers/expected.txt"), expected, "nothing is written without --update");
}

#[test]
fn a_test_without_a_snapshot_does_not_pass() {
    let house = House::new("cases-gone");
    house.write("cases/gone/expected.txt", "too-many-network-access-accounts: pass, 1 checked\n");
    let said = house.run(&["test", "cases"]);
    assert!(said.code == 2 && said.err.contains("no snapshot"), "{}", said.all());
    std::fs::create_dir(house.path("empty")).unwrap();
    let said = house.run(&["test", "empty"]);
    assert!(said.code == 4 && said.err.contains("no test"), "{}", said.all());
}
