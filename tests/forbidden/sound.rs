use cmlint_lint::prelude::*;

/// A lint that does nothing it must not.
pub struct This;

pub const SECRET: u32 = 1;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = Whole<'s, rows::Admin<'s>>;
    fn check<'s>(sites: Self::Subjects<'s>, admins: &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, site) in sites.iter() {
            let object = Object::new(Key::scope(scope), text!("a site"), scope.clone());
            let mut subject = out.subject(object, site.span);
            let _ = subject.require(admins.at(&Scope::Hierarchy));
        }
    }
}
