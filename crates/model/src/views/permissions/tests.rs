//! A made-up site with the collections All Systems > Workstations > Pilots and All Systems > Servers; Anna is
//! in Team, and Team is in Desk.

mod world;

use world::{ANNA, DESK, Site, TEAM};

use super::*;
use crate::catalogue::{ADMINISTRATIVE_USERS, COLLECTION, CREATE, MODIFY, SECURITY_ROLES};
use crate::views::testing::{datasets, missed, proved, sid, steps};
use crate::{Dataset, Status};

const READ: i64 = 1;
const REMOTE: i64 = 32;
const DEPLOY: i64 = 1 << 20;
const APPLICATION: i64 = 31;
/// "Client Settings", of which no page says whether scopes divide them.
const CLIENT_SETTINGS: i64 = 38;

fn yes(answer: &Answer) -> bool {
    matches!(answer, Answer::Yes(_))
}

#[test]
fn a_member_of_a_group_of_a_group_holds_what_the_group_holds() {
    let answer = Site::new()
        .role("PS100100", "Helper", &[(COLLECTION, READ | REMOTE)])
        .admin(DESK, "Desk", &[("PS100100", "collection", "PS100001")])
        .can(COLLECTION, REMOTE);
    assert_eq!(
        proved(&answer),
        [
            r"CORP\anna is a member of CORP\Team",
            r"CORP\Team is a member of CORP\Desk",
            r"CORP\Desk is an administrative user",
            r"CORP\Desk holds the role Helper on the collection Workstations",
            "the role Helper grants Remote Control on Collection",
        ]
    );
    let Answer::Yes(proof) = answer else { panic!() };
    assert_eq!(proof.confidence(), Confidence::High);
}

#[test]
fn collections_bound_collections_scopes_bound_what_they_divide_and_nothing_bounds_the_rest() {
    let both = [(COLLECTION, READ), (APPLICATION, MODIFY), (SECURITY_ROLES, MODIFY)];
    let held = |what, id| Site::new().role("R1", "Both", &both).admin(ANNA, "anna", &[("R1", what, id)]);
    let on = |what, id| {
        [COLLECTION, APPLICATION, SECURITY_ROLES].map(|t| {
            let mask = if t == COLLECTION { READ } else { MODIFY };
            yes(&held(what, id).can(t, mask))
        })
    };
    assert_eq!(on("collection", "PS100001"), [true, false, true]);
    assert_eq!(on("scope", "SMS00UNA"), [false, true, true]);
}

#[test]
fn a_permission_on_a_collection_extends_to_those_limited_to_it() {
    let held = || {
        Site::new().role("R1", "Deployer", &[(COLLECTION, READ | MODIFY | DEPLOY)]).admin(
            ANNA,
            "anna",
            &[("R1", "collection", "PS100001")],
        )
    };
    let on = |id| On::Collection(id);
    let answer = held().can_on(COLLECTION, DEPLOY, on("Pilots"));
    assert_eq!(
        proved(&answer).last().map(String::as_str),
        Some("the collection Pilots is limited to Workstations")
    );
    assert_eq!(held().can_on(COLLECTION, DEPLOY, on("PS100003")), Answer::No);
    assert_eq!(held().can_on(COLLECTION, DEPLOY, on("All Systems")), Answer::No);
    // Nobody modifies the collection that is assigned to them.
    assert_eq!(held().can_on(COLLECTION, MODIFY, on("PS100001")), Answer::No);
    assert!(yes(&held().can_on(COLLECTION, MODIFY, on("PS100002"))));
    let above = held().admin(DESK, "Desk", &[("R1", "collection", "SMS00001")]);
    assert!(yes(&above.can_on(COLLECTION, MODIFY, on("PS100001"))), "through what lies above it they do");
}

#[test]
fn without_the_collections_only_the_assigned_one_itself_is_known() {
    let held = || {
        Site::new()
            .role("R1", "Deployer", &[(COLLECTION, DEPLOY)])
            .admin(ANNA, "anna", &[("R1", "collection", "PS100001")])
            .without(Dataset::Collection)
    };
    assert!(yes(&held().can_on(COLLECTION, DEPLOY, On::Collection("ps100001"))));
    assert_eq!(
        missed(&held().can_on(COLLECTION, DEPLOY, On::Collection("PS100002"))),
        [Dataset::Collection].into()
    );
    assert_eq!(
        held().can_on(COLLECTION, DEPLOY, On::Collection("SMS00001")),
        Answer::No,
        "nothing is above it"
    );
}

#[test]
fn security_scopes_are_not_nested_but_for_all() {
    let held = |scope| {
        Site::new().role("R1", "Author", &[(APPLICATION, MODIFY)]).admin(
            ANNA,
            "anna",
            &[("R1", "scope", scope)],
        )
    };
    assert!(yes(&held("SMS00ALL").can_on(APPLICATION, MODIFY, On::Scope("PS100007"))));
    assert!(yes(&held("PS100007").can_on(APPLICATION, MODIFY, On::Scope("ps100007"))));
    assert_eq!(held("SMS00UNA").can_on(APPLICATION, MODIFY, On::Scope("PS100007")), Answer::No);
    // Of this type no page says whether scopes divide it.
    let settings = Site::new().role("R1", "Setter", &[(CLIENT_SETTINGS, MODIFY)]).admin(
        ANNA,
        "anna",
        &[("R1", "scope", "SMS00UNA")],
    );
    let answer = settings.can_on(CLIENT_SETTINGS, MODIFY, On::Scope("PS100007"));
    assert_eq!(missed(&answer), [Dataset::SecuredObject].into());
}

#[test]
fn lists_of_names_say_at_most_where_several_roles_may_be_held_in_several_places() {
    let site = || {
        Site::new()
            .role("R1", "Helper", &[(COLLECTION, REMOTE), (ADMINISTRATIVE_USERS, READ)])
            .role("R2", "Author", &[(APPLICATION, MODIFY)])
            .listed(ANNA, "anna", [&["Helper", "Author"], &["Default"], &["Workstations"]])
    };
    let Answer::Unknown(gaps) = site().can(COLLECTION, REMOTE) else { panic!() };
    assert_eq!((gaps[0].dataset, gaps[0].property), (Dataset::Admin, Some("Permissions")));
    assert_eq!(site().can(COLLECTION, DEPLOY), Answer::No, "not even at most");
    // What nothing divides, the list of roles tells as well as the triples.
    assert_eq!(proved(&site().can(ADMINISTRATIVE_USERS, READ))[1], r"CORP\anna holds the role Helper");
    let snapshot = site().close();
    let principals = Principals::build(&snapshot);
    let permissions = Permissions::build(&snapshot, &principals);
    let (grants, holes) = permissions.grants(&sid(ANNA), &principals);
    let told: Vec<_> = grants.iter().map(|g| (g.role.as_str(), g.object_type, g.mask, g.extent)).collect();
    assert_eq!(
        told,
        [
            ("Helper", COLLECTION, REMOTE, Extent::AtMost),
            ("Helper", ADMINISTRATIVE_USERS, READ, Extent::Exactly),
            ("Author", APPLICATION, MODIFY, Extent::AtMost),
        ]
    );
    assert_eq!(holes, []);
    assert_eq!(
        steps(&grants[0].proof)[1],
        r"CORP\anna holds the role Helper, at most on the collection Workstations"
    );
    let (found, holes) = permissions.holders(COLLECTION, REMOTE);
    assert_eq!((found.len(), holes[0].property), (0, Some("Permissions")));
}

#[test]
fn lists_of_names_with_one_role_or_one_place_leave_no_choice() {
    let site = |lists| {
        Site::new()
            .role("R1", "Helper", &[(COLLECTION, REMOTE)])
            .role("R2", "Author", &[(APPLICATION, MODIFY)])
            .listed(ANNA, "anna", lists)
    };
    let one_role = site([&["Helper"], &["Default"], &["Workstations", "Servers"]]);
    let Answer::Yes(proof) = one_role.can_on(COLLECTION, REMOTE, On::Collection("PS100003")) else {
        panic!()
    };
    assert_eq!(proof.confidence(), Confidence::Medium);
    assert_eq!(steps(&proof)[1], r"CORP\anna holds the role Helper on the collection Servers");
    let one_place = site([&["Helper", "Author"], &[], &["Workstations"]]);
    assert!(yes(&one_place.can(COLLECTION, REMOTE)));
}

#[test]
fn an_administrative_user_without_any_list_holds_what_nobody_knows() {
    let mut site = Site::new().role("R1", "Helper", &[(COLLECTION, REMOTE)]);
    let row = crate::rows::Admin {
        admin_sid: site.0.field(&sid(ANNA).to_string()),
        logon_name: site.0.field(r"CORP\anna"),
        ..crate::rows::Admin::default()
    };
    site.0.put(&crate::Scope::Hierarchy, row);
    let answer = site.can(COLLECTION, REMOTE);
    let Answer::Unknown(gaps) = answer else { panic!() };
    assert_eq!(gaps[0].property, Some("Permissions"));
}

#[test]
fn roles_add_up_on_what_both_reach() {
    let site = |second| {
        Site::new()
            .role("R1", "Reader", &[(COLLECTION, READ)])
            .role("R2", "Deployer", &[(COLLECTION, DEPLOY)])
            .admin(ANNA, "anna", &[("R1", "collection", "PS100001")])
            .admin(DESK, "Desk", &[("R2", "collection", second)])
    };
    let answer = site("PS100002").can(COLLECTION, READ | DEPLOY);
    let told = proved(&answer);
    assert!(told.contains(&"the collection Pilots is limited to Workstations".to_owned()), "{told:?}");
    assert_eq!(site("PS100003").can(COLLECTION, READ | DEPLOY), Answer::No, "no collection has both");
}

#[test]
fn an_exported_role_speaks_for_the_custom_role_of_its_name() {
    let site = || {
        Site::new().bare_role("PS100100", "Helper").admin(
            ANNA,
            "anna",
            &[("PS100100", "collection", "SMS00001")],
        )
    };
    let Answer::Unknown(gaps) = site().can(COLLECTION, REMOTE) else { panic!() };
    assert_eq!((gaps[0].dataset, gaps[0].property), (Dataset::Role, Some("Operations")));
    let exported = || site().exported("helper", &[(COLLECTION, REMOTE)]);
    let Answer::Yes(proof) = exported().can(COLLECTION, REMOTE) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Medium);
    assert_eq!(exported().can(COLLECTION, DEPLOY), Answer::No);
    // Two exports of one name, and one that names a type twice, leave open what they differ in.
    let twice = || exported().exported("Helper", &[(COLLECTION, REMOTE | DEPLOY)]);
    assert!(yes(&twice().can(COLLECTION, REMOTE)));
    assert_eq!(missed(&twice().can(COLLECTION, DEPLOY)), [Dataset::RoleXml].into());
    // The provider's own row goes before any file.
    let own = exported().role("PS100100", "Helper", &[]);
    assert!(!yes(&own.can(COLLECTION, DEPLOY)));
}

#[test]
fn built_in_roles_without_operations_grant_what_is_documented_and_the_rest_is_unknown() {
    let site = |role| {
        Site::new().without(Dataset::Role).admin(
            ANNA,
            "anna",
            &[(role, "collection", "SMS00001"), (role, "scope", "SMS00ALL")],
        )
    };
    let remote = || site("SMS0003R");
    let Answer::Yes(proof) = remote().can(COLLECTION, REMOTE) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Medium);
    assert_eq!(
        steps(&proof).last().map(String::as_str),
        Some("as documented, the built-in role Remote Tools Operator grants Remote Control on Collection")
    );
    assert_eq!(missed(&remote().can(COLLECTION, DEPLOY)), [Dataset::Role].into());
    // Everything but the security of the product itself; whether it may look at that, no page says.
    let operations = || site("SMS000ER");
    assert!(yes(&operations().can(APPLICATION, DEPLOY)));
    assert_eq!(operations().can(ADMINISTRATIVE_USERS, CREATE), Answer::No);
    assert_eq!(missed(&operations().can(ADMINISTRATIVE_USERS, READ)), [Dataset::Role].into());
    // A bit whose name is inferred is less sure.
    let Answer::Yes(proof) = site("SMS000IR").can(COLLECTION, 64) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Low);
}

#[test]
fn a_full_administrator_holds_what_the_site_says_exists() {
    let site = || {
        Site::new()
            .without(Dataset::Role)
            .secured(APPLICATION, "Applications", &[(1, "Read"), (2, "Modify")])
            .admin(ANNA, "anna", &[("SMS0001R", "scope", "SMS00ALL")])
    };
    assert!(yes(&site().can(APPLICATION, MODIFY)));
    assert_eq!(site().can(APPLICATION, DEPLOY), Answer::No, "there is no such operation");
    assert!(yes(&site().can(CLIENT_SETTINGS, CREATE)), "of types that the site does not list, all");
}

#[test]
fn memberships_matter_only_where_a_group_is_an_administrative_user() {
    let site = || Site::new().role("R1", "Helper", &[(COLLECTION, REMOTE)]).without(Dataset::Directory);
    let one = [("R1", "collection", "SMS00001")];
    assert_eq!(site().admin(1199, "boris", &one).can(COLLECTION, REMOTE), Answer::No);
    let group = site().admin(DESK, "Desk", &one);
    assert_eq!(missed(&group.can(COLLECTION, REMOTE)), [Dataset::Directory].into());
    let powerless = site().admin(DESK, "Desk", &one);
    assert_eq!(powerless.can(COLLECTION, DEPLOY), Answer::No, "its role does not grant it to anybody");
}

#[test]
fn a_list_that_is_not_complete_is_never_a_no() {
    let site = Site::new().role("R1", "Helper", &[(COLLECTION, REMOTE)]).without(Dataset::Admin);
    assert_eq!(missed(&site.can(COLLECTION, REMOTE)), [Dataset::Admin].into());
}

#[test]
fn holders_are_the_administrative_users_themselves() {
    let snapshot = Site::new()
        .role("R1", "Helper", &[(COLLECTION, READ | REMOTE)])
        .role("R2", "Reader", &[(COLLECTION, READ)])
        .admin(ANNA, "anna", &[("R2", "collection", "SMS00001")])
        .admin(DESK, "Desk", &[("R1", "collection", "PS100001"), ("R1", "collection", "PS100003")])
        .admin(TEAM, "Team", &[("R9", "collection", "PS100001")])
        .close();
    let principals = Principals::build(&snapshot);
    let permissions = Permissions::build(&snapshot, &principals);
    let told = |on| {
        let (found, holes) = permissions.holders_on(COLLECTION, REMOTE, on);
        let found: Vec<_> = found
            .iter()
            .map(|(entry, grant)| {
                let Within::Collection { name, .. } = &grant.within else { panic!() };
                (entry.name.value.to_owned(), name.clone())
            })
            .collect();
        (found, datasets(&holes))
    };
    let desk = |name: &str| (r"CORP\Desk".to_owned(), name.to_owned());
    // Nothing says what the role R9 grants.
    assert_eq!(told(On::Anything), (vec![desk("Workstations"), desk("Servers")], [Dataset::Role].into()));
    assert_eq!(told(On::Collection("Pilots")).0, [desk("Workstations")]);
}

#[test]
fn the_sites_own_names_go_before_the_catalogue() {
    let snapshot = Site::new().secured(COLLECTION, "Collections", &[(1 << 40, "Fly")]).close();
    let principals = Principals::build(&snapshot);
    let permissions = Permissions::build(&snapshot, &principals);
    for name in ["Collection", "collections", "SMS_Collection"] {
        assert_eq!(permissions.object_type_by_name(name), Some(COLLECTION), "{name}");
    }
    assert_eq!(permissions.object_type_by_name("Security Role"), Some(SECURITY_ROLES));
    assert_eq!(permissions.object_type_by_name("Administrative Users"), Some(ADMINISTRATIVE_USERS));
    assert_eq!(permissions.object_type_by_name("SMS Scripts"), Some(213));
    assert_eq!(permissions.object_type_by_name("Planet"), None);
    assert_eq!(permissions.operation_by_name(COLLECTION, "fly"), Some(1 << 40));
    assert_eq!(permissions.operation_by_name(COLLECTION, "deploy applications"), Some(DEPLOY));
    assert_eq!(permissions.operation_by_name(COLLECTION, "Modify Folder"), Some(1 << 17));
    assert_eq!(permissions.operation_by_name(ADMINISTRATIVE_USERS, "Create"), Some(CREATE));
    assert_eq!(permissions.operation_by_name(APPLICATION, "Remote Control"), None);
}

#[test]
fn a_loose_list_is_enough_for_a_yes_and_not_for_a_no() {
    let loose = || {
        let mut site = Site::new().role("R1", "Helper", &[(COLLECTION, REMOTE)]);
        site.0.state::<crate::rows::Admin<'static>>(&crate::Scope::Hierarchy, Status::Given);
        site.0.snapshot.about.has_manifest = false;
        site
    };
    let site = loose().admin(ANNA, "anna", &[("R1", "collection", "SMS00001")]);
    assert!(yes(&site.can(COLLECTION, REMOTE)));
    // Nobody says whether the list is whole.
    assert_eq!(missed(&loose().can(COLLECTION, REMOTE)), [Dataset::Admin].into());
    // Without any list there is nothing that could speak against it.
    assert_eq!(missed(&loose().without(Dataset::Admin).can(COLLECTION, REMOTE)), [Dataset::Admin].into());
}

#[test]
fn everybody_is_named_with_the_way_through_groups_direct_ones_first() {
    let site = || {
        Site::new()
            .role("R1", "Helper", &[(COLLECTION, REMOTE)])
            .role("R2", "Reader", &[(COLLECTION, READ)])
            .admin(DESK, "Desk", &[("R1", "collection", "PS100001")])
            .admin(1199, "gone", &[("R2", "collection", "SMS00001")])
    };
    let ask = |site: Site, on| {
        let snapshot = site.close();
        let principals = Principals::build(&snapshot);
        let found = Permissions::build(&snapshot, &principals).everybody(COLLECTION, REMOTE, on, &principals);
        let granted = found
            .granted
            .iter()
            .map(|(who, proof)| format!("{} {}", proof.steps.len(), who.label(&principals).text));
        let unknown = found.unknown.iter().map(|(who, gaps)| (who.label(&principals).text, datasets(gaps)));
        (granted.collect::<Vec<_>>(), unknown.collect::<Vec<_>>(), datasets(&found.holes))
    };
    let all = [r"3 CORP\Desk", r"4 CORP\Team", r"5 CORP\anna"].map(str::to_owned).to_vec();
    assert_eq!(ask(site(), On::Anything), (all, vec![], [].into()));
    assert_eq!(ask(site(), On::Collection("Servers")), (vec![], vec![], [].into()));
    // Without the directory the group is known and its members are not.
    let (granted, unknown, holes) = ask(site().without(Dataset::Directory), On::Anything);
    assert_eq!((granted.len(), holes), (1, [Dataset::Directory].into()));
    assert!(unknown.iter().all(|(_, gaps)| *gaps == [Dataset::Directory].into()), "{unknown:?}");
    // Of whom a name has no SID, the name is told, and that it may be a group.
    let mut site = site();
    let row = crate::rows::Admin {
        account_type: site.0.number(0),
        logon_name: site.0.field(r"OTHER\boris"),
        role_names: site.0.texts(&["Helper"]),
        collection_names: site.0.texts(&["All Systems"]),
        category_names: site.0.texts(&[]),
        ..crate::rows::Admin::default()
    };
    site.0.put(&crate::Scope::Hierarchy, row);
    let (granted, unknown, holes) = ask(site, On::Anything);
    assert!(granted.contains(&r"3 OTHER\boris".to_owned()), "{granted:?}");
    assert_eq!((unknown, holes), (vec![], [Dataset::Domain].into()));
}

#[test]
fn a_name_beside_a_type_is_a_collection_or_a_security_scope() {
    let snapshot = Site::new().close();
    let principals = Principals::build(&snapshot);
    let permissions = Permissions::build(&snapshot, &principals);
    assert_eq!(permissions.on_named(COLLECTION, "pilots"), Ok(On::Collection("pilots")));
    assert_eq!(permissions.on_named(COLLECTION, "sms00001"), Ok(On::Collection("sms00001")));
    assert!(permissions.on_named(COLLECTION, "Pilot").unwrap_err().contains("Pilots"));
    // No list of security scopes was collected: what somebody names may be one.
    assert_eq!(permissions.on_named(APPLICATION, "Berlin"), Ok(On::Scope("Berlin")));
}
