use cmlint_source::{Field, Many, Spanned};

use super::*;
use crate::need::{Context, Need};
use crate::rows::{ComponentItem, Prop, PropList};
use crate::views::Views;
use crate::views::testing::Made;

fn list(made: &mut Made, name: &str, values: &[&str]) -> PropList<'static> {
    let values = values.iter().map(|value| made.text(value)).collect();
    let at = made.at();
    PropList { property_list_name: made.field(name), values: Field::Present(Spanned::new(Many(values), at)) }
}

/// The bases as "purpose dn account on".
fn bases(component: &str, setting: &str, lists: &[(&str, &[&str])]) -> Vec<String> {
    let mut made = Made::new();
    let lists = lists.iter().map(|(name, values)| list(&mut made, name, values)).collect();
    let property =
        Prop { property_name: made.field("SETTINGS"), value1: made.field(setting), ..Prop::default() };
    let at = made.at();
    let item = ComponentItem {
        item_name: made.field(&format!("{component}|SMS Site Server")),
        site_code: made.field("P01"),
        props: Field::Present(Spanned::new(Many(vec![property]), at)),
        prop_lists: Field::Present(Spanned::new(Many(lists), at)),
        ..ComponentItem::default()
    };
    made.put(&Scope::site("P01"), Component(item));
    made.snapshot.seal();
    let snapshot: &'static crate::Snapshot<'static> = Box::leak(Box::new(made.snapshot));
    let views: &'static Views<'static> = Box::leak(Box::new(Views::default()));
    let components = Each::<Component<'static>>::resolve(Context::new(snapshot, views));
    let (found, holes) = SearchBase::all(&components);
    assert_eq!(holes, []);
    let words = |base: &SearchBase<'_>| {
        let account = base.account.map_or("-", |account| account.value);
        format!("{} {} {account} {}", base.purpose.info().word, base.dn, base.active)
    };
    found.iter().map(words).collect()
}

#[test]
fn flags_between_containers_are_passed_over() {
    let lists: [(&str, &[&str]); 2] = [
        (
            "AD Containers",
            &["LDAP://OU=A,DC=x,DC=com", "0", "1", "LDAP://dc1.x.com/OU=B,DC=x,DC=com", "0", "1"],
        ),
        ("AD Accounts:LDAP://OU=A,DC=x,DC=com", &[r"X\svc"]),
    ];
    assert_eq!(
        bases("SMS_AD_SYSTEM_DISCOVERY_AGENT", "ACTIVE", &lists),
        [r"system-discovery OU=A,DC=x,DC=com X\svc true", "system-discovery OU=B,DC=x,DC=com - true"]
    );
    assert_eq!(bases("SMS_DISCOVERY_DATA_MANAGER", "ACTIVE", &lists), [""; 0]);
}

#[test]
fn group_discovery_names_its_containers_by_a_scope_of_its_own() {
    let lists: [(&str, &[&str]); 3] = [
        ("AD Containers", &["Sales groups", "0", "0", "1"]),
        ("Search Bases:Sales groups", &["LDAP://OU=G,DC=x,DC=com"]),
        ("AD Accounts:Sales groups", &[r"X\svc"]),
    ];
    assert_eq!(
        bases("SMS_AD_SECURITY_GROUP_DISCOVERY_AGENT", "Inactive", &lists),
        [r"group-discovery OU=G,DC=x,DC=com X\svc false"]
    );
}
