// error: error[E0639]
use cmlint_lint::prelude::*;

pub struct This;

impl Lint for This {
    const META: Meta = Meta { title: "made up", ..Meta::BASE };
    type Subjects<'s> = Each<'s, rows::Site<'s>>;
    type Evidence<'s> = ();
    fn check<'s>(sites: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink) {
        let _ = (&sites, &evidence, &out);
        let _ = cmlint_lint::Finding { object: unreachable!(), message: text!("x"), severity: Severity::Low, confidence: Confidence::High, requirements: vec![], labels: vec![], proof: vec![], help: text!("x"), fix: None, evidence: vec![], discriminator: String::new() };
    }
}
