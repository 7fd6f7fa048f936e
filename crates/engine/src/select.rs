use cmlint_lint::LintDef;
use cmlint_model::{Dataset, Snapshot};

/// The lints that run, and those that were left out.
#[derive(Debug, Default)]
pub struct Selection {
    /// Lints that run, by id.
    pub lints: Vec<LintDef>,
    /// Lints whose subjects were not given.
    pub not_selected: Vec<NotSelected>,
}

/// A lint that does not run because nothing it is about was given.
#[derive(Clone, Debug)]
pub struct NotSelected {
    /// The lint.
    pub def: LintDef,
    /// What would have to be given: one of each group.
    pub missing: Vec<Vec<Dataset>>,
}

/// Leaves out lints whose subjects were not given, where the input is loose files. A snapshot with a
/// manifest is judged by all lints, because what it lacks is a hole and not a choice; so are loose files
/// with `all`.
pub fn select(lints: &[LintDef], snapshot: &Snapshot<'_>, all: bool) -> Selection {
    let mut selection = Selection::default();
    for def in lints {
        let groups = def.subject_declaration().groups;
        let missing: Vec<Vec<Dataset>> =
            groups.into_iter().filter(|g| !g.iter().any(|d| snapshot.is_stated(*d))).collect();
        if missing.is_empty() || all || snapshot.about.has_manifest {
            selection.lints.push(*def);
        } else {
            selection.not_selected.push(NotSelected { def: *def, missing });
        }
    }
    selection.lints.sort_by_key(|d| d.id);
    selection.not_selected.sort_by_key(|n| n.def.id);
    selection
}
