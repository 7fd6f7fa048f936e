//! Who may do what in the product.

use cmlint_model::catalogue::{ADMINISTRATIVE_USERS, COLLECTION, CREATE, MODIFY};
use cmlint_model::proof::Confidence;
use cmlint_model::views::{Extent, On, Permissions, Principals, Within};

use super::*;

const REMOTE: i64 = 1 << 5;
const VIEW_FILES: i64 = 1 << 11;
const DEPLOY: i64 = 1 << 20;

#[test]
fn the_service_desk_controls_workstations_through_its_group() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let answer = permissions.can(&sid(JREUTER), COLLECTION, REMOTE, principals);
    assert_eq!(
        proved(&answer),
        [
            r"CONTOSO\jreuter is a member of CONTOSO\CM-ServiceDesk",
            r"CONTOSO\CM-ServiceDesk is an administrative user",
            r"CONTOSO\CM-ServiceDesk holds the role Remote Tools Operator on the collection All Workstations",
            "the role Remote Tools Operator grants Remote Control on Collection",
        ]
    );
    let Answer::Yes(proof) = answer else { panic!() };
    assert_eq!(proof.confidence(), Confidence::High);
    let at = places(&archive, &proof);
    assert!(at[0].starts_with("directory/contoso.com.ldf: CN=CM-ServiceDesk"), "{at:?}");
    assert!(at[1].starts_with("site/SMS_Admin.json: \"CONTOSO"), "{at:?}");
    assert!(at[2].contains("\"PS100012\"") && at[2].contains("\"SMS0003R\""), "{at:?}");
    assert_eq!(at[3], "site/SMS_Role.json: 4129");
    // Pilots are limited to All Workstations; servers are not.
    let on = |id| permissions.can_on(&sid(JREUTER), COLLECTION, REMOTE, On::Collection(id), principals);
    assert_eq!(
        proved(&on("Pilot Workstations")).last().map(String::as_str),
        Some("the collection Pilot Workstations is limited to All Workstations")
    );
    assert_eq!(on("SMSDM003"), Answer::No);
    assert_eq!(permissions.can(&sid(JREUTER), COLLECTION, DEPLOY, principals), Answer::No);
    // The custom role of the team lead opens the security of the product.
    let create = permissions.can(&sid(JREUTER), ADMINISTRATIVE_USERS, CREATE, principals);
    assert_eq!(proved(&create)[3], "the role Service Desk Lead grants Add on Users");
}

#[test]
fn a_packager_changes_what_is_limited_to_its_collection_and_not_that_itself() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let on = |id| permissions.can_on(&sid(MOKAFOR), COLLECTION, MODIFY, On::Collection(id), principals);
    assert_eq!(on("PS100012"), Answer::No);
    assert!(matches!(on("PS100013"), Answer::Yes(_)));
    // Held by groups twice over: a packager and an engineer.
    let (grants, holes) = permissions.grants(&sid(MOKAFOR), principals);
    assert_eq!(holes, []);
    let roles: BTreeSet<&str> = grants.iter().map(|g| g.role.as_str()).collect();
    assert_eq!(roles, ["Application Administrator", "Packaging Desk", "Read-only Analyst"].into());
    assert!(grants.iter().all(|g| g.extent == Extent::Exactly));
}

#[test]
fn holders_of_a_right_on_collections() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let permissions = view::<Permissions<'_>>(&views);
    let told = |mask| {
        let (found, holes) = permissions.holders(COLLECTION, mask);
        assert_eq!(holes, []);
        let told = found.iter().map(|(entry, grant)| {
            let Within::Collection { id, .. } = &grant.within else { panic!() };
            format!("{}: {} on {}", entry.name.value, grant.role, id.as_deref().unwrap_or_default())
        });
        told.collect::<Vec<_>>()
    };
    let pmpc = "Patch My PC Advanced Insights Client Actions and Collections";
    assert_eq!(
        told(DEPLOY),
        [
            r"CONTOSO\adm-hoffmann: Full Administrator on SMS00001".to_owned(),
            r"CONTOSO\adm-hoffmann: Full Administrator on SMS00004".to_owned(),
            r"CONTOSO\CM-Admins: Full Administrator on SMS00001".to_owned(),
            r"CONTOSO\CM-Admins: Full Administrator on SMS00004".to_owned(),
            r"CONTOSO\CM-Packagers: Application Administrator on PS100012".to_owned(),
            format!(r"CONTOSO\svc-insights: {pmpc} on SMS00001"),
            format!(r"CONTOSO\svc-insights: {pmpc} on SMS00004"),
            r"CONTOSO\svc-insights: Full Administrator on SMS00001".to_owned(),
            r"CONTOSO\svc-insights: Full Administrator on SMS00004".to_owned(),
        ]
    );
    let viewers: BTreeSet<String> =
        told(VIEW_FILES).iter().filter_map(|t| Some(t.split_once(':')?.0.to_owned())).collect();
    assert_eq!(
        viewers,
        [r"CONTOSO\adm-hoffmann", r"CONTOSO\CM-Admins", r"CONTOSO\svc-insights"].map(str::to_owned).into()
    );
}

#[test]
fn a_network_access_account_with_a_role_may_deploy_task_sequences() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let deploy = permissions.operation_by_name(COLLECTION, "Deploy Task Sequences").unwrap();
    assert_eq!(deploy, 1 << 23);
    assert!(matches!(permissions.can(&sid(SVC_OSD), COLLECTION, deploy, principals), Answer::Yes(_)));
    assert_eq!(permissions.can(&sid(SVC_OSD), COLLECTION, DEPLOY, principals), Answer::No);
}

#[test]
fn without_the_directory_groups_leave_it_open_and_without_the_roles_documents_speak() {
    let archive = sample("contoso");
    let mut snapshot = archive.read();
    snapshot.forget(Dataset::Directory);
    let views = self::views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let ask = |rid| permissions.can(&sid(rid), COLLECTION, REMOTE, principals);
    assert_eq!(missed(&ask(JREUTER)), [Dataset::Directory].into());
    assert!(matches!(ask(SVC_INSIGHTS), Answer::Yes(_)), "an administrative user itself");

    let mut snapshot = archive.read();
    snapshot.forget(Dataset::Role);
    let views = self::views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let Answer::Yes(proof) = permissions.can(&sid(JREUTER), COLLECTION, REMOTE, principals) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Medium);
    // No document says all that these roles grant, and the exported ones are known by name.
    assert_eq!(
        missed(&permissions.can(&sid(JREUTER), COLLECTION, DEPLOY, principals)),
        [Dataset::Role].into()
    );
    let create = permissions.can(&sid(JREUTER), ADMINISTRATIVE_USERS, CREATE, principals);
    let Answer::Yes(proof) = create else { panic!() };
    let at = places(&archive, &proof);
    assert_eq!(at.last().map(String::as_str), Some("roles/Service Desk Lead.xml: 1027"));
}

#[test]
fn what_a_user_without_rights_collected_says_nothing() {
    let archive = sample("low-privilege");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (permissions, principals) = (view::<Permissions<'_>>(&views), view::<Principals<'_>>(&views));
    let answer = permissions.can(&sid(JREUTER), COLLECTION, REMOTE, principals);
    assert_eq!(missed(&answer), [Dataset::Admin].into());
}
