// error: error[E0433]
use cmlint_lint::prelude::*;

pub struct This;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(sites: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let _ = (&sites, &evidence, &out);
        let _ = cmlint_engine::Options::default();
    }
}
