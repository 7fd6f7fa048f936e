use std::collections::BTreeMap;

use cmlint_lint::prelude::*;

/// Looks whether RPC is there on both ends of the connection from the web page to the SMS Provider.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "the Remote Procedure Call service does not run where Advanced Insights needs it",
        severity: Severity::Medium,
        tags: &["services", "rpc", "advanced-insights"],
        noun: "computers between which Advanced Insights uses RPC",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.6"],
        references: &[Reference::Document(
            "Patch My PC, Insights Configuration Manager Permission requirements",
            "Allow RPC traffic (If using remote server)",
        )],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (Via<'s, SmsProviders<'s>>, Whole<'s, rows::Service<'s>>);

    fn check<'s>(insights: Self::Subjects<'s>, (providers, services): &Self::Evidence<'s>, out: &mut Sink) {
        let remote = match insights.remote(providers) {
            Ok(remote) => remote,
            Err(holes) => return out.hole(holes),
        };
        if remote.is_empty() {
            return out
                .not_applicable(text!("no Advanced Insights reaches an SMS Provider over the network"));
        }
        let mut computers: BTreeMap<&str, (Span, Text)> = BTreeMap::new();
        for (key, at) in providers.hosts() {
            computers.insert(key, (at, text!("has an SMS Provider, which Advanced Insights asks over RPC")));
        }
        for pool in remote {
            let words = text!("Advanced Insights runs here and asks SMS Providers over RPC");
            computers.entry(pool.host).or_insert((pool.row.at, words));
        }
        for (key, (at, why)) in computers {
            let scope = Scope::host(key);
            let label = text!("{} of {}", object(SERVICE), host(key));
            let object = Object::new(Key::host(key).name("service", SERVICE), label, scope.clone());
            let mut subject = out.subject(object, at);
            let Some(services) = subject.require(services.at(&scope)) else { continue };
            let named = |row: &&Row<rows::Service<'_>>| {
                row.name.get().is_some_and(|name| name.trim().eq_ignore_ascii_case(SERVICE))
            };
            let Some(service) = services.iter().find(named) else {
                let gap = format!("the list has no {SERVICE}, which every Windows has");
                subject.unknown([Gap::new(Dataset::Service, scope, Status::Partial, gap)]);
                continue;
            };
            judge(service, key, (at, why), &mut subject);
        }
    }
}

const SERVICE: &str = "RpcSs";

fn judge(service: &Row<rows::Service<'_>>, key: &str, (at, why): (Span, Text), subject: &mut Subject<'_>) {
    let is = |field: &Field<Str<'_>>, word: &str| {
        field.get().is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
    };
    let name = object(SERVICE);
    let (message, field, label) = if is(&service.start_mode, "Disabled") {
        (
            text!("service `{}` on {} is disabled", name, host(key)),
            &service.start_mode,
            text!("it does not start with Windows"),
        )
    } else if let Some(state) = service.state.filled() {
        if state.value.trim().eq_ignore_ascii_case("Running") {
            return;
        }
        let message = text!("service `{}` on {} is not running", name, host(key));
        (message, &service.state, text!("without it nothing answers on TCP 135"))
    } else {
        let gap = format!("the list does not say whether {SERVICE} runs");
        subject.unknown([Gap::new(Dataset::Service, Scope::host(key), Status::Partial, gap)]);
        return;
    };
    subject
        .fail(message, rows::place_of(field, service.span), label)
        .label(at, why)
        .help(text!("set the service to start automatically, and restart the computer: Windows does not let it be started by hand"))
        .fix(
            text!("on {}, elevated; then restart the computer", host(key)),
            Some(text!("reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\RpcSs /v Start /t REG_DWORD /d 2 /f")),
            Some(text!("the same with /d 4 disables it again")),
        );
}
