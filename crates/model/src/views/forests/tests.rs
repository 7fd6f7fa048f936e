use cmlint_source::Field;

use super::*;
use crate::need::{Context, Need};
use crate::rows::Domain;
use crate::views::Views;
use crate::views::testing::Made;

fn forest(made: &mut Made, path: &str) -> Forest<'static> {
    Forest {
        forest_fqdn: made.field("Corp.example"),
        forest_id: made.number(7),
        publishing_path: made.field(path),
        ..Forest::default()
    }
}

#[test]
fn a_site_publishes_where_its_row_says_so() {
    let mut made = Made::new();
    let forest = forest(&mut made, "");
    for (site, id, publishes) in [
        ("P02", 7, Some(true)),
        ("P01", 7, Some(true)),
        ("P03", 7, Some(false)),
        ("P04", 8, Some(true)),
        ("P05", 7, None),
    ] {
        let status = ForestStatus {
            forest_id: made.number(id),
            site_code: made.field(site),
            publishing_enabled: publishes.map_or(Field::Absent, |on| made.truth(on)),
            ..ForestStatus::default()
        };
        made.put(&Scope::site(site), status);
    }
    made.snapshot.seal();
    let snapshot: &'static crate::Snapshot<'static> = Box::leak(Box::new(made.snapshot));
    let views: &'static Views<'static> = Box::leak(Box::new(Views::default()));
    let statuses = Each::<ForestStatus<'static>>::resolve(Context::new(snapshot, views));
    let (sites, holes) = publishing_sites(&forest, &statuses);
    assert_eq!(sites, [&Scope::site("P01"), &Scope::site("P02")]);
    assert!(holes.iter().any(|gap| gap.scope == Scope::site("P05")), "{holes:?}");
}

#[test]
fn it_publishes_into_its_own_domain_else_the_root_else_where_the_path_says() {
    let mut made = Made::new();
    for (dns, root) in
        [("corp.example", "corp.example"), ("eu.corp.example", "corp.example"), ("b.net", "b.net")]
    {
        let (dns, forest) = (made.field(dns), made.field(root));
        made.put(&Scope::Hierarchy, Domain { dns, forest, netbios: Field::Absent, sid: Field::Absent });
    }
    let (plain, with_path, elsewhere) =
        (forest(&mut made, ""), forest(&mut made, "EU.corp.example"), forest(&mut made, "dc7"));
    made.snapshot.seal();
    let principals = Principals::build(&made.snapshot);
    let domain = |forest, home| publishing_domain(forest, home, &principals);
    assert_eq!(domain(&plain, "eu.corp.example"), Ok("eu.corp.example".to_owned()));
    assert_eq!(domain(&plain, "b.net"), Ok("corp.example".to_owned()));
    assert_eq!(domain(&with_path, "b.net"), Ok("eu.corp.example".to_owned()));
    assert!(domain(&elsewhere, "b.net").is_err());
    assert!(domain(&plain, "unknown.net").is_err());
    assert_eq!(
        system_management("eu.corp.example"),
        "CN=System Management,CN=System,DC=eu,DC=corp,DC=example"
    );
}
