use super::*;
use crate::need::{Context, Need};
use crate::views::Views;
use crate::views::testing::{DOMAIN, Made};

const OWN: FirewallStore = FirewallStore::Own;
const POLICY: FirewallStore = FirewallStore::Policy;
const WMI: &str =
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|";

struct Case {
    made: Made,
    scope: Scope,
}

impl Case {
    fn new() -> Case {
        Case { made: Made::new(), scope: Scope::host(&format!("cm01.{DOMAIN}")) }
    }

    /// A computer whose firewall is on and blocks what no rule allows.
    fn on() -> Case {
        Case::new().set(OWN, "EnableFirewall", 1).set(OWN, "DefaultInboundAction", 1)
    }

    fn set(mut self, store: FirewallStore, name: &str, value: u64) -> Case {
        let value = Spanned::new(value, self.made.at());
        let holds = FirewallHolds::Setting(FirewallProfile::Domain, value);
        let row = FirewallValue { store, name: self.made.text(name), holds };
        self.made.put(&self.scope, row);
        self
    }

    fn rule(self, text: &str) -> Case {
        self.rule_of(OWN, text)
    }

    fn rule_of(mut self, store: FirewallStore, text: &str) -> Case {
        let holds = FirewallHolds::Rule(self.made.text(text));
        let row = FirewallValue { store, name: self.made.text("{1}"), holds };
        self.made.put(&self.scope, row);
        self
    }

    /// `open`, `blocked`, `shut` with the names of rules that are off, or `unknown`.
    fn of(mut self, asked: Asked) -> String {
        self.made.close();
        let views = Views::default();
        let values = Whole::resolve(Context::new(&self.made.snapshot, &views));
        let gate = Firewall::of(&values, &self.scope).and_then(|firewall| firewall.lets_in(asked));
        match gate {
            Ok(Gate::Open) => "open".to_owned(),
            Ok(Gate::Blocked(rule)) => format!("blocked by {}", rule.value),
            Ok(Gate::Shut { off, .. }) if off.is_empty() => "shut".to_owned(),
            Ok(Gate::Shut { off, .. }) => format!("shut, off: {}", off[0].value),
            Err(_) => "unknown".to_owned(),
        }
    }
}

fn wmi(rule: &str) -> String {
    Case::on().rule(rule).of(Asked::WMI)
}

#[test]
fn the_rules_that_came_with_windows_let_wmi_in() {
    assert_eq!(wmi(WMI), "open");
    let mapper = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC-EPMap|App=%SystemRoot%\\System32\\svchost.exe|Svc=rpcss|Name=@FirewallAPI.dll,-34253|";
    assert_eq!(Case::on().rule(mapper).of(Asked::ENDPOINT_MAPPER), "open");
    assert_eq!(wmi(mapper), "shut");
    assert_eq!(
        wmi(
            "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|Svc=*|Profile=Domain|Profile=Private|"
        ),
        "open"
    );
}

#[test]
fn ports_may_stand_as_numbers_and_in_several_rules() {
    let rule = |ports: &str| format!("v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{ports}|Name=RPC|");
    assert_eq!(wmi(&rule("LPort2_10=49152-65535")), "open");
    assert_eq!(wmi(&rule("LPort=1024-65535")), "open");
    let two = Case::on().rule(&rule("LPort=49152-60000")).rule(&rule("LPort=60001-65535"));
    assert_eq!(two.of(Asked::WMI), "open");
    assert_eq!(wmi(&rule("LPort=49152-60000|LPort=60001-65535")), "open");
    // RPC may be kept to these ports by a setting that is not collected.
    assert_eq!(wmi(&rule("LPort=50000-50100")), "unknown");
    assert_eq!(wmi(&rule("LPort=5985")), "shut");
}

#[test]
fn a_rule_for_something_else_opens_nothing() {
    let allow = "v2.30|Action=Allow|Active=TRUE";
    for rest in [
        "Dir=Out|Protocol=6",
        "Dir=In|Protocol=17",
        "Dir=In|Protocol=6|Profile=Public",
        "Dir=In|Protocol=6|App=C:\\tool.exe",
        "Dir=In|Protocol=6|App=System",
        "Dir=In|Protocol=6|LPort=RPC|App=%SystemRoot%\\system32\\svchost.exe|Svc=Eventlog",
    ] {
        assert_eq!(wmi(&format!("{allow}|{rest}|")), "shut", "{rest}");
    }
}

#[test]
fn what_depends_on_more_than_ports_is_unknown() {
    for more in
        ["RA4=LocalSubnet", "LA4=10.0.0.5", "Security=Authenticate", "IFType=RemoteAccess", "Novelty=1"]
    {
        assert_eq!(wmi(&format!("{WMI}{more}|")), "unknown", "{more}");
    }
    assert_eq!(wmi(&WMI.replace("Allow", "ByPass")), "unknown");
    assert_eq!(wmi("no rule"), "unknown");
}

#[test]
fn a_rule_that_is_off_is_named() {
    assert_eq!(wmi(&WMI.replace("TRUE", "FALSE")), "shut, off: {1}");
    assert_eq!(wmi(&(WMI.replace("TRUE", "FALSE") + "Name=WMI (in)|")), "shut, off: WMI (in)");
}

#[test]
fn what_blocks_wins() {
    let block = "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|";
    let with = |more: &str| Case::on().rule(WMI).rule(&format!("{block}{more}|Name=stop|")).of(Asked::WMI);
    assert_eq!(with("LPort=RPC"), "blocked by stop");
    assert_eq!(with("LPort=135"), "open");
    assert_eq!(with("LPort=50000"), "unknown");
    assert_eq!(with("RA4=10.1.0.0/16"), "unknown");
    assert_eq!(Case::new().set(OWN, "EnableFirewall", 0).rule(block).of(Asked::WMI), "open");
}

#[test]
fn settings_of_the_profile_decide_where_no_rule_does() {
    assert_eq!(Case::on().of(Asked::WMI), "shut");
    assert_eq!(Case::new().set(OWN, "EnableFirewall", 1).of(Asked::WMI), "shut", "blocking is the default");
    assert_eq!(
        Case::new().set(OWN, "EnableFirewall", 1).set(OWN, "DefaultInboundAction", 0).of(Asked::WMI),
        "open"
    );
    assert_eq!(Case::on().rule(WMI).set(OWN, "DoNotAllowExceptions", 1).of(Asked::WMI), "shut");
    assert_eq!(Case::new().rule(WMI).of(Asked::WMI), "unknown");
    assert_eq!(Case::new().of(Asked::WMI), "unknown", "not collected");
}

#[test]
fn policy_wins_over_the_computer() {
    assert_eq!(Case::on().set(POLICY, "EnableFirewall", 0).of(Asked::WMI), "open");
    assert_eq!(Case::on().rule_of(POLICY, WMI).of(Asked::WMI), "open");
    let alone = |case: Case| case.set(POLICY, "AllowLocalPolicyMerge", 0).of(Asked::WMI);
    assert_eq!(alone(Case::on().rule(WMI)), "shut");
    assert_eq!(alone(Case::on().rule_of(POLICY, WMI)), "open");
}
