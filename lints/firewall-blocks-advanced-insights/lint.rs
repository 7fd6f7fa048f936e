use cmlint_lint::prelude::*;

/// Asks the firewall of each SMS Provider whether it lets RPC and WMI in.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the firewall of an SMS Provider does not let Advanced Insights in",
        severity: Severity::Medium,
        tags: &["firewall", "rpc", "advanced-insights"],
        noun: "SMS Providers that Advanced Insights reaches over the network",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.7"],
        references: &[
            Reference::Document(
                "Patch My PC, Insights Configuration Manager Permission requirements",
                "Allow RPC traffic (If using remote server)",
            ),
            Reference::Document("Microsoft, Setting up a Remote WMI Connection", "Windows Firewall Settings"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (Via<'s, SmsProviders<'s>>, Whole<'s, rows::FirewallValue<'s>>);

    fn check<'s>(insights: Self::Subjects<'s>, (providers, values): &Self::Evidence<'s>, out: &mut Sink) {
        let remote = match insights.remote(providers) {
            Ok(remote) => remote,
            Err(holes) => return out.hole(holes),
        };
        let Some(pool) = remote.first() else {
            return out
                .not_applicable(text!("no Advanced Insights reaches an SMS Provider over the network"));
        };
        for (key, at) in providers.hosts() {
            let scope = Scope::host(key);
            let object = Object::new(
                Key::host(key).name("firewall", "domain"),
                text!("firewall of {}", host(key)),
                scope.clone(),
            );
            let mut subject = out.subject(object, at);
            let Some(firewall) = subject.require(Firewall::of(values, &scope)) else { continue };
            for way in WAYS {
                if let Some(gate) = subject.require(firewall.lets_in(way.asked)) {
                    report(key, way, &gate, firewall.has_policy(), pool, &mut subject);
                }
            }
        }
    }
}

/// One of the connections.
struct Way {
    asked: Asked,
    what: &'static str,
    discriminator: &'static str,
    /// The rule that came with Windows.
    rule: &'static str,
}

const WAYS: &[Way] = &[
    Way {
        asked: Asked::ENDPOINT_MAPPER,
        what: "the endpoint mapper of RPC (TCP 135)",
        discriminator: "endpoint-mapper",
        rule: "WMI-RPCSS-In-TCP",
    },
    Way {
        asked: Asked::WMI,
        what: "WMI on the dynamic ports of RPC (TCP 49152 to 65535)",
        discriminator: "dynamic-ports",
        rule: "WMI-WINMGMT-In-TCP",
    },
];

fn report(
    key: &str,
    way: &Way,
    gate: &Gate,
    has_policy: bool,
    pool: &InsightsPool<'_>,
    subject: &mut Subject<'_>,
) {
    let what = way.what;
    let (message, at, label) = match gate {
        Gate::Open => return,
        Gate::Blocked(rule) => (
            text!("the firewall rule `{}` on {} blocks {}", object(&rule.value), host(key), what),
            rule.span,
            text!("a rule that blocks wins over those that allow"),
        ),
        Gate::Shut { at, .. } => (
            text!("the firewall of `{}` does not let {} in", host(key), what),
            *at,
            text!("the firewall is on, and no active rule allows it on the network of the domain"),
        ),
    };
    let mut report = subject
        .fail(message, at, label)
        .label(pool.row.at, text!("Advanced Insights on {} connects from here", host(pool.host)))
        .discriminator(way.discriminator);
    match gate {
        Gate::Shut { off, .. } => {
            for rule in off.iter().take(3) {
                let words = text!("this rule would do, but is off");
                report = report.label(rule.span, words);
            }
            report = report
                .help(text!("turn on the rules for WMI that came with Windows, or allow the ports for the web server alone"))
                .fix(
                    text!("on {}, elevated; a policy may set rules as well", host(key)),
                    Some(text!("Enable-NetFirewallRule -Name {}", way.rule)),
                    Some(text!("Disable-NetFirewallRule -Name {}", way.rule)),
                );
        }
        Gate::Open => {}
        Gate::Blocked(rule) => {
            let name = &rule.value;
            report = report
                .help(text!(
                    "restrict the rule, so that it does not meet the web server of Advanced Insights"
                ))
                .fix(
                    text!("on {}, elevated; a rule of a policy is changed in the policy", host(key)),
                    Some(text!("Disable-NetFirewallRule -DisplayName \"{}\"", object(name))),
                    Some(text!("Enable-NetFirewallRule -DisplayName \"{}\"", object(name))),
                );
        }
    }
    if !has_policy {
        // Rules of a policy have a key of their own, which the export may have left out.
        report.confidence(Confidence::Medium);
    }
}
