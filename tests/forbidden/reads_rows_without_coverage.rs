// error: error[E0624]
use cmlint_lint::prelude::*;

pub struct This;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(sites: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let _ = (&sites, &evidence, &out);
        let snapshot: &cmlint_model::Snapshot<'_> = unreachable!();
        let _ = cmlint_model::Fact::table(snapshot) as &cmlint_model::Table<rows::Admin<'_>>;
        let _ = (cmlint_model::Fact::table(snapshot) as &cmlint_model::Table<rows::Admin<'_>>).part(&Scope::Hierarchy);
    }
}
