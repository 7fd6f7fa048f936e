use std::collections::BTreeMap;

use cmlint_archive::{Options, open};
use cmlint_model::{Dataset, Status};

use super::*;

const SMALL: Sizes = Sizes { seed: 7, odata_mb: 1, aces: 2_000, principals: 1_000, depth: 20 };

/// An empty folder for one test.
fn scratch(name: &str) -> PathBuf {
    let folder = crate::process::target().join("tmp").join("gen").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|e| e.unwrap().into_path());
    entries
        .filter(|path| path.is_file())
        .map(|path| (path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn what_is_generated_is_a_whole_snapshot_of_the_wanted_size() {
    let folder = scratch("whole");
    let bytes = generate(&folder, SMALL).unwrap();
    let files = files(&folder);
    assert_eq!(files.values().map(|f| f.len() as u64).sum::<u64>(), bytes);

    let archive = open(&folder, Options { verify: true, ..Options::default() }).unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty(), "{:#?}", snapshot.problems);
    assert!(archive.ignored().is_empty(), "{:?}", archive.ignored());
    for (dataset, scope, statement) in snapshot.statements() {
        assert_eq!(statement.status, Status::Complete, "{} of {scope}: {}", dataset.name(), statement.why);
    }
    for dataset in Dataset::all().filter(|d| d.info().typed) {
        // Nothing that the inventory expects is missing, but for what only newer exports have.
        let optional = [Dataset::SecuredObject, Dataset::Policy].contains(&dataset);
        let holes = snapshot.holes(dataset, false);
        assert!(optional || holes.is_empty(), "{}: {holes:?}", dataset.name());
        assert!(snapshot.lazy_holes(dataset).is_empty(), "{}", dataset.name());
    }

    let rows =
        files[Path::new("site/SMS_Collection.json")].len() + files[Path::new("site/SMS_Admin.json")].len();
    assert!((990_000..1_010_000).contains(&rows), "{rows}");
    let acls = files.iter().filter(|(path, _)| path.ends_with("acl.csv"));
    let aces: usize = acls.map(|(_, text)| text.iter().filter(|b| **b == b'(').count()).sum();
    assert_eq!(aces, SMALL.aces);
    // Domain head, organizational units and built-in groups come on top.
    assert_eq!(snapshot.count(Dataset::Directory), SMALL.principals + 10);
}

#[test]
fn groups_are_as_deep_in_each_other_as_was_asked_for() {
    let world = World::new(SMALL);
    let mut depth = vec![0; world.groups];
    // Parents come after their members.
    for (index, group) in world.members[..world.groups].iter().enumerate() {
        for parent in &group.groups {
            depth[*parent as usize] = depth[*parent as usize].max(depth[index] + 1);
        }
    }
    assert_eq!(depth.iter().max(), Some(&(SMALL.depth - 1)));
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_others() {
    let [first, again, other] = ["first", "again", "other"].map(scratch);
    generate(&first, SMALL).unwrap();
    generate(&again, SMALL).unwrap();
    generate(&other, Sizes { seed: 8, ..SMALL }).unwrap();
    assert!(files(&first) == files(&again));
    assert!(files(&first) != files(&other));
}

#[test]
fn the_size_of_one_part_changes_no_byte_of_another() {
    let [whole, part] = ["all", "part"].map(scratch);
    generate(&whole, SMALL).unwrap();
    generate(&part, Sizes { aces: 0, ..SMALL }).unwrap();
    let (whole, part) = (files(&whole), files(&part));
    for (path, text) in &part {
        let same = whole.get(path) == Some(text);
        assert!(same || path.ends_with("acl.csv") || path.ends_with("manifest.json"), "{}", path.display());
    }
}

#[test]
fn the_smallest_is_a_snapshot_too() {
    let folder = scratch("smallest");
    generate(&folder, Sizes { seed: 1, odata_mb: 0, aces: 0, principals: 0, depth: 0 }).unwrap();
    let archive = open(&folder, Options::default()).unwrap();
    let snapshot = archive.read();
    assert!(snapshot.problems.is_empty(), "{:#?}", snapshot.problems);
}

#[test]
fn what_is_there_is_not_written_over() {
    let folder = scratch("full");
    std::fs::write(folder.join("mine"), "").unwrap();
    assert!(generate(&folder, SMALL).is_err());
    assert_eq!(files(&folder).len(), 1);
}
