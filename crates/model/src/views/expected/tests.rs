//! A hierarchy: CAS (cas01, database on sqlcas) over PS1 (cm01 active, cm02 passive, database on sql01), with
//! a provider on cm03, a management point on mp01 and a site system dp01.

use super::*;
use crate::rows::*;
use crate::views::testing::{DOMAIN, Made, datasets, sid};
use crate::{Snapshot, Status};

fn at(host: &str) -> String {
    format!("{host}.{DOMAIN}")
}

struct World(Made);

impl World {
    fn new() -> World {
        let mut made = Made::new();
        let hierarchy = Scope::Hierarchy;
        made.state::<SiteSystemRole<'static>>(&hierarchy, Status::Complete);
        made.state::<Address<'static>>(&hierarchy, Status::Complete);
        made.state::<Admin<'static>>(&hierarchy, Status::Complete);
        for (rid, name) in [
            (1001, "CAS01$"),
            (1002, "SQLCAS$"),
            (1011, "CM01$"),
            (1012, "CM02$"),
            (1013, "CM03$"),
            (1014, "MP01$"),
        ] {
            made = made.object("computer", rid, name, &[]);
        }
        made.user(1101, "anna", &[])
            .user(1102, "svc-inst", &[])
            .user(1103, "svc-repl", &[])
            .into_world()
            .site("CAS", 4, "cas01", "sqlcas", "")
            .site("PS1", 2, "cm01", "sql01", "CAS")
            .role("cm02", "PS1", "SMS Site Server")
            .role("cm03", "PS1", "SMS Provider")
            .role("cm01", "PS1", "SMS Provider")
            .role("MP01", "PS1", "SMS Management Point")
            .role("cm01", "PS1", "SMS Management Point")
            .system("cm01", None)
            .system("mp01", None)
            .system("dp01", Some(r"CORP\svc-inst"))
    }

    fn site(mut self, code: &str, kind: i64, server: &str, sql: &str, parent: &str) -> World {
        let site = Site {
            site_code: self.0.field(code),
            server_name: self.0.field(&at(server)),
            r#type: self.0.number(kind),
            reporting_site_code: self.0.field(parent),
            ..Site::default()
        };
        self.0.put(&Scope::Hierarchy, site);
        let definition = SiteDefinition {
            site_code: self.0.field(code),
            sql_server_name: self.0.field(&at(sql)),
            sql_database_name: self.0.field(&format!("CM_{code}")),
            ..SiteDefinition::default()
        };
        self.0.put(&Scope::Hierarchy, definition);
        self.role(server, code, "SMS Site Server")
    }

    fn role_row(&mut self, host: &str, site: &str, role: &str, props: Vec<Prop<'static>>) {
        let row = SiteSystemRole {
            network_os_path: self.0.field(&format!(r"\\{}", at(host))),
            role_name: self.0.field(role),
            site_code: self.0.field(site),
            props: cmlint_source::Field::Present(Spanned::new(cmlint_source::Many(props), self.0.at())),
            ..SiteSystemRole::default()
        };
        self.0.put(&Scope::Hierarchy, row);
    }

    fn role(mut self, host: &str, site: &str, role: &str) -> World {
        self.role_row(host, site, role, Vec::new());
        self
    }

    fn prop(&mut self, name: &str, number: i64, text: &str) -> Prop<'static> {
        Prop {
            property_name: self.0.field(name),
            value: self.0.number(number),
            value1: self.0.field(""),
            value2: self.0.field(text),
        }
    }

    fn system(mut self, host: &str, account: Option<&str>) -> World {
        let machine = i64::from(account.is_none());
        let props = vec![
            self.prop("UseMachineAccount", machine, ""),
            self.prop("UserName", 0, account.unwrap_or("")),
        ];
        self.role_row(host, "PS1", "SMS Site System", props);
        self
    }

    fn route(mut self, from: &str, to: &str, login: &str) -> World {
        let props = vec![self.prop("LAN Login", 0, login)];
        let row = Address {
            item_name: self.0.field(&format!("{to}|MS_LAN")),
            des_site_code: self.0.field(to),
            site_code: self.0.field(from),
            props: cmlint_source::Field::Present(Spanned::new(cmlint_source::Many(props), self.0.at())),
            ..Address::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    fn admin(mut self, rid: u32, name: &str, kind: i64) -> World {
        let row = Admin {
            account_type: self.0.number(kind),
            admin_sid: self.0.field(&sid(rid).to_string()),
            logon_name: self.0.field(name),
            ..Admin::default()
        };
        self.0.put(&Scope::Hierarchy, row);
        self
    }

    fn without(mut self, dataset: Dataset) -> World {
        self.0 = self.0.without(dataset);
        self
    }

    fn close(mut self) -> Snapshot<'static> {
        self.0.close();
        self.0.snapshot
    }

    /// Those who belong in a group; a `?` stands behind those who may be there and need not, and a `|` before
    /// one who can take the place of the one before.
    fn expects(self, host: &str, group: &str) -> Result<String, std::collections::BTreeSet<Dataset>> {
        let snapshot = self.close();
        let principals = Principals::build(&snapshot);
        let members = build(&snapshot, &principals);
        let group = ConfigMgrGroup::parse(group).unwrap();
        let expected = members.for_group(&at(host), &group).map_err(|gaps| datasets(&gaps))?;
        let mut last = "";
        let mut told = Vec::new();
        for one in &expected {
            let or = if one.of == last { "|" } else { "" };
            let may = if one.required { "" } else { "?" };
            let name = one.name.rsplit('\\').next().unwrap_or_default().to_lowercase();
            told.push(format!("{or}{name}{may}"));
            last = &one.of;
        }
        Ok(told.join(" "))
    }
}

trait IntoWorld {
    fn into_world(self) -> World;
}

impl IntoWorld for Made {
    fn into_world(self) -> World {
        World(self)
    }
}

fn expects(host: &str, group: &str) -> String {
    World::new().expects(host, group).unwrap()
}

const TO_SERVER: &str = "SMS_SiteSystemToSiteServerConnection";

#[test]
fn sms_admins_holds_administrative_users_and_the_servers_of_all_sites() {
    let world = || World::new().admin(1101, r"CORP\anna", 0).admin(1199, "anna@contoso.example", 128);
    // Those of the other site are seen there and are not promised; Entra ID has no local members.
    assert_eq!(world().expects("cm03", "SMS Admins"), Ok("anna cas01$? cm01$ cm02$".to_owned()));
    assert_eq!(world().expects("mp01", "SMS Admins"), Ok(String::new()), "no provider there");
    let missing = world().without(Dataset::Admin).expects("cm03", "SMS Admins");
    assert_eq!(missing, Err([Dataset::Admin].into()));
}

#[test]
fn connecting_groups_hold_the_remote_computers_of_their_role() {
    assert_eq!(expects("cm01", &format!("{TO_SERVER}_MP_PS1")), "mp01$");
    assert_eq!(expects("CM01", &format!("{TO_SERVER}_SMSProv_ps1")), "cm03$");
    // On the passive server the active one is remote too.
    assert_eq!(expects("cm02", &format!("{TO_SERVER}_MP_PS1")), "cm01$? mp01$");
    // The page puts this group on providers, where nothing needs it.
    assert_eq!(expects("cm03", &format!("{TO_SERVER}_MP_PS1")), "mp01$?");
    assert_eq!(expects("mp01", &format!("{TO_SERVER}_MP_PS1")), "");
    assert_eq!(expects("cm01", &format!("{TO_SERVER}_MP_S01")), "", "there is no such site");
}

#[test]
fn a_site_system_connects_with_its_own_account_or_the_one_that_was_typed() {
    assert_eq!(expects("cm01", &format!("{TO_SERVER}_Stat_PS1")), r"dp01$ |svc-inst mp01$");
}

#[test]
fn a_site_system_whose_properties_were_left_out_is_a_hole() {
    let mut world = World::new();
    let row = SiteSystemRole {
        network_os_path: world.0.field(&format!(r"\\{}", at("rs01"))),
        role_name: world.0.field("SMS Site System"),
        site_code: world.0.field("PS1"),
        ..SiteSystemRole::default()
    };
    world.0.put(&Scope::Hierarchy, row);
    let missing = world.expects("cm01", &format!("{TO_SERVER}_Stat_PS1"));
    assert_eq!(missing, Err([Dataset::SiteSystemRole].into()));
}

#[test]
fn sites_connect_with_the_accounts_of_their_servers_or_of_the_route() {
    assert_eq!(expects("cm01", "SMS_SiteToSiteConnection_PS1"), "cas01$");
    assert_eq!(expects("cas01", "SMS_SiteToSiteConnection_CAS"), "cm01$ cm02$?");
    // The account of a route belongs in the group on its destination.
    let routed = || World::new().route("PS1", "CAS", r"CORP\svc-repl").route("CAS", "PS1", "");
    assert_eq!(
        routed().expects("cas01", "SMS_SiteToSiteConnection_CAS"),
        Ok("cm01$? cm02$? svc-repl".to_owned())
    );
    assert_eq!(routed().expects("cm01", "SMS_SiteToSiteConnection_PS1"), Ok("cas01$".to_owned()));
    assert_eq!(routed().expects("cm03", "SMS_SiteToSiteConnection_PS1"), Ok(String::new()));
    let missing = routed().without(Dataset::Address).expects("cm01", "SMS_SiteToSiteConnection_PS1");
    assert_eq!(missing, Err([Dataset::Address].into()));
}

#[test]
fn distributed_views_let_the_parent_into_the_database_of_a_child() {
    assert_eq!(expects("sql01", "ConfigMgr_DViewAccess"), "cas01$? sqlcas$?");
    assert_eq!(expects("sqlcas", "ConfigMgr_DViewAccess"), "");
    let mut replica = World::new();
    let props = vec![replica.prop("UseSiteDatabase", 0, ""), replica.prop("SQLServerName", 0, &at("rep01"))];
    replica.role_row("mp02", "PS1", "SMS Management Point", props);
    assert_eq!(replica.expects("rep01", "ConfigMgr_DViewAccess"), Ok("cas01$? sqlcas$?".to_owned()));
}

#[test]
fn holes_in_the_roles_are_holes_in_every_group_of_computers() {
    let missing =
        World::new().without(Dataset::SiteSystemRole).expects("cm01", "SMS_SiteToSiteConnection_PS1");
    assert_eq!(missing, Err([Dataset::SiteSystemRole].into()));
}

#[test]
fn a_computer_is_known_by_its_sid_where_the_directory_has_it() {
    let snapshot = World::new().close();
    let principals = Principals::build(&snapshot);
    let members = build(&snapshot, &principals);
    let group = ConfigMgrGroup::SiteSystems { site: "PS1".to_owned() };
    let expected = members.for_group("cm01", &group).unwrap();
    let told: Vec<_> = expected.iter().map(|e| (e.name.as_str(), e.sid)).collect();
    // Nothing names the account of dp01, but its name follows.
    assert_eq!(
        told,
        [(r"CORP\DP01$", None), (r"CORP\svc-inst", Some(sid(1102))), (r"CORP\MP01$", Some(sid(1014)))]
    );
    assert_eq!(
        expected[2].why.text.to_string(),
        "mp01.corp.example has the role `SMS Site System` at the site PS1"
    );
}

#[test]
fn permitted_viewers_are_known_where_all_clients_have_the_same_settings() {
    let settings = |mut world: World, kind: i64| {
        let agent = AgentConfiguration {
            permitted_viewers: world.0.texts(&[r"CORP\anna"]),
            ..AgentConfiguration::default()
        };
        let row = ClientSettings {
            r#type: world.0.number(kind),
            agent_configurations: world.0.list(vec![agent]),
            ..ClientSettings::default()
        };
        world.0.put(&Scope::Hierarchy, row);
        world
    };
    let group = "ConfigMgr Remote Control Users";
    let default = || settings(World::new(), 0);
    assert_eq!(default().expects("wks-1", group), Ok("anna".to_owned()));
    assert_eq!(settings(default(), 1).expects("wks-1", group), Err([Dataset::ClientSettings].into()));
    assert_eq!(World::new().expects("wks-1", group), Err([Dataset::ClientSettings].into()));
}

#[test]
fn collected_files_are_for_those_who_may_view_them() {
    let group = "ConfigMgr_CollectedFilesAccess";
    let mut world = World::new();
    let permission = Permission {
        category_id: world.0.field("SMS00001"),
        category_type_id: world.0.number(1),
        role_id: world.0.field("SMS0001R"),
        ..Permission::default()
    };
    let row = Admin {
        admin_sid: world.0.field(&sid(1101).to_string()),
        logon_name: world.0.field(r"CORP\anna"),
        permissions: world.0.list(vec![permission]),
        ..Admin::default()
    };
    world.0.put(&Scope::Hierarchy, row);
    // On the server of the primary site; the central one has no clients.
    let snapshot = world.close();
    let principals = Principals::build(&snapshot);
    let members = build(&snapshot, &principals);
    let on = |host: &str| {
        let expected = members.for_group(&at(host), &ConfigMgrGroup::parse(group).unwrap()).unwrap();
        expected.into_iter().map(|e| (e.name, e.why.confidence)).collect::<Vec<_>>()
    };
    assert_eq!(on("cm01"), [(r"CORP\anna".to_owned(), Confidence::Medium)]);
    assert_eq!(on("cas01"), []);
}

#[test]
fn loose_files_without_a_list_of_administrative_users_hide_who_belongs_in_sms_admins() {
    let loose = || {
        let mut world = World::new();
        world.0.snapshot.about.has_manifest = false;
        world
    };
    assert!(loose().expects("cm03", "SMS Admins").is_ok());
    assert_eq!(loose().without(Dataset::Admin).expects("cm03", "SMS Admins"), Err([Dataset::Admin].into()));
    let routes = "SMS_SiteToSiteConnection_PS1";
    assert_eq!(loose().without(Dataset::Address).expects("cm01", routes), Err([Dataset::Address].into()));
}

#[test]
fn names_of_hosts_meet_names_of_accounts_in_any_case() {
    // The role is written MP01, its account MP01$, and the computer is asked about as CM01.
    let group = format!("{TO_SERVER}_mp_ps1");
    assert_eq!(expects("CM01", &group), expects("cm01", &format!("{TO_SERVER}_MP_PS1")));
    assert!(expects("CM01", &group).contains("mp01$"));
}

fn build<'s>(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> ExpectedMembers<'s> {
    ExpectedMembers::build(snapshot, principals, Arc::new(Permissions::build(snapshot, principals)))
}
