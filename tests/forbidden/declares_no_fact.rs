// error: error[E0599]
use cmlint_lint::prelude::*;
type Odd<'s> = Each<'s, String>;
pub fn odd(need: Odd<'static>) { let _ = need.iter(); }
pub struct This;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(sites: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let _ = (&sites, &evidence, &out);

    }
}
