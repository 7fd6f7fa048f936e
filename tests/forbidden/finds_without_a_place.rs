// error: error[E0061]
use cmlint_lint::prelude::*;

pub struct This;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(sites: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let _ = (&sites, &evidence, &out);
        for (scope, site) in sites.iter() {
            let object = Object::new(Key::scope(scope), text!("a site"), scope.clone());
            out.subject(object, site.span).fail(text!("wrong"));
        }
    }
}
