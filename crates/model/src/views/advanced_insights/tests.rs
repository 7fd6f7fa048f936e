use super::*;
use crate::Status;
use crate::rows::SiteSystemRole;
use crate::views::testing::{DOMAIN, Made, sid};

fn pool(made: &mut Made, host: &str, name: &str, path: &str, identity: PoolIdentity<'static>) {
    let row = AppPool { name: made.text(name), identity, at: made.at(), applications: vec![made.text(path)] };
    made.put(&Scope::host(&format!("{host}.{DOMAIN}")), row);
}

fn world() -> Made {
    Made::new().object("computer", 1101, "WEB01$", &[]).user(1201, "svc-web", &[])
}

fn told(made: &mut Made) -> Vec<(String, String, Option<Sid>)> {
    made.close();
    let principals = Principals::build(&made.snapshot);
    let insights = AdvancedInsights::build(&made.snapshot, &principals);
    let words = |pool: &InsightsPool<'_>| match &pool.identity {
        OnNetwork::Account { name, principal, .. } => (name.clone(), principal.sid()),
        OnNetwork::Anonymous => ("anonymous".to_owned(), None),
        OnNetwork::Unclear(_) => ("unclear".to_owned(), None),
    };
    let one = |pool: &InsightsPool<'_>| {
        let (name, sid) = words(pool);
        (pool.row.name.value.to_string(), name, sid)
    };
    insights.pools().map(one).collect()
}

#[test]
fn a_pool_is_known_by_its_name_or_by_the_path_of_an_application() {
    let mut made = world();
    for (name, path) in [
        ("Advanced Insights Api", "/"),
        ("PatchPortal", "/AdvancedInsights"),
        ("Sales Insights", "/insights"),
    ] {
        pool(&mut made, "web01", name, path, PoolIdentity::LocalService);
    }
    let names: Vec<String> = told(&mut made).into_iter().map(|(pool, ..)| pool).collect();
    assert_eq!(names, ["Advanced Insights Api", "PatchPortal"]);
}

#[test]
fn identities_of_the_computer_are_its_account_on_the_network() {
    let mut made = world();
    let system = made.text("NT AUTHORITY\\SYSTEM");
    let user = PoolIdentity::User { name: system, password: None };
    let kinds =
        [PoolIdentity::Computer("ApplicationPoolIdentity"), PoolIdentity::Computer("LocalSystem"), user];
    for kind in kinds {
        pool(&mut made, "web01", "Advanced Insights", "/", kind);
    }
    for (_, name, account) in told(&mut made) {
        assert_eq!((name.as_str(), account), ("CORP\\WEB01$", Some(sid(1101))));
    }
}

#[test]
fn a_user_is_itself_and_local_service_is_nobody() {
    let mut made = world();
    let name = made.text("CORP\\svc-web");
    pool(&mut made, "web01", "Advanced Insights Api", "/", PoolIdentity::User { name, password: None });
    let name = made.text("NT AUTHORITY\\LOCAL SERVICE");
    pool(&mut made, "web01", "Advanced Insights Frontend", "/", PoolIdentity::User { name, password: None });
    let told = told(&mut made);
    assert_eq!((told[0].1.as_str(), told[0].2), ("CORP\\svc-web", Some(sid(1201))));
    assert_eq!(told[1].1, "anonymous");
}

#[test]
fn computers_with_an_sms_provider_are_found_by_short_names_too() {
    let mut made = world();
    let role = SiteSystemRole {
        network_os_path: made.field("\\\\web01"),
        role_name: made.field("SMS Provider"),
        site_code: made.field("PS1"),
        ..SiteSystemRole::default()
    };
    made.put(&Scope::Hierarchy, role);
    made.close();
    let providers = SmsProviders::build(&made.snapshot);
    assert!(providers.at("web01.corp.example").is_some());
    assert!(providers.at("web02.corp.example").is_none());
    assert!(providers.holes().is_empty());
}

#[test]
fn without_site_system_roles_there_may_be_more_sms_providers() {
    let mut made = world();
    made.state::<SiteSystemRole<'static>>(&Scope::Hierarchy, Status::Failed);
    made.close();
    assert!(!SmsProviders::build(&made.snapshot).holes().is_empty());
}
