use cmlint_lint::prelude::*;

/// Looks for enabled steps that must name an account and name none.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a task sequence step that needs an account names none",
        severity: Severity::Medium,
        tags: &["accounts", "task-sequences"],
        noun: "task sequence steps that need an account",
        subjects: &[
            "Capture Operating System Image Account",
            "Task Sequence Editor Domain Joining Account",
            "Task Sequence Editor Network Folder Connection Account",
            "Task Sequence Run As Account",
        ],
        requirements: &["A7.1", "A24.1", "A25.1", "A26.1"],
        references: &[
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
            Reference::Section("Task Sequence Run As Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::TaskSequence<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(sequences: Self::Subjects<'s>, _: &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, sequence) in sequences.iter() {
            for step in sequence.data.steps.iter().filter(|step| !step.disabled) {
                let Some(need) = NEEDS.iter().find(|need| need.is_needed_by(step, &sequence.data)) else {
                    continue;
                };
                let package = sequence.data.package_id.as_ref().map_or("", |id| &*id.value);
                let key = Key::new("ts", package).then("step", &step.path);
                let label = text!("step `{}` of {}", object(&step.path), object(package));
                let target = Object::new(key, label, scope.clone()).purpose(need.purpose);
                let mut subject = out.subject(target, step.span);
                if !need.is_met_by(step, &sequence.data) {
                    report(need, step, package, &mut subject);
                }
            }
        }
    }
}

/// A kind of step, the account it needs, and the variables that hold its name.
struct Needed {
    kind: &'static str,
    /// A variable that says whether the account is used, and the value with which it is.
    when: Option<(&'static [&'static str], &'static str)>,
    account: &'static [&'static str],
    purpose: Purpose,
    requirement: &'static str,
    does: &'static str,
}

const NEEDS: &[Needed] = &[
    Needed {
        kind: "SMS_TaskSequence_CaptureSystemImageAction",
        when: None,
        account: &["OSDCaptureAccount", "CaptureUsername"],
        purpose: Purpose::CaptureImage,
        requirement: "A7.1",
        does: "writes an image to a network share",
    },
    Needed {
        kind: "SMS_TaskSequence_JoinDomainWorkgroupAction",
        when: Some((&["OSDJoinType", "Type"], "0")),
        account: &["OSDJoinAccount", "DomainUsername"],
        purpose: Purpose::DomainJoin,
        requirement: "A24.1",
        does: "joins a domain",
    },
    Needed {
        kind: "SMS_TaskSequence_ConnectNetworkFolderAction",
        when: None,
        account: &["SMSConnectNetworkFolderAccount", "Username"],
        purpose: Purpose::NetworkFolder,
        requirement: "A25.1",
        does: "connects to a network folder",
    },
    Needed {
        kind: "SMS_TaskSequence_RunCommandLineAction",
        when: Some((&["_SMSTSRunCommandLineAsUser", "SMSTSRunCommandLineAsUser", "RunAsUser"], "true")),
        account: &["SMSTSRunCommandLineUserName"],
        purpose: Purpose::RunAs,
        requirement: "A26.1",
        does: "runs a command as another user",
    },
    Needed {
        kind: "SMS_TaskSequence_RunPowerShellScriptAction",
        when: Some((&["_SMSTSRunPowerShellAsUser", "SMSTSRunPowerShellAsUser", "RunAsUser"], "true")),
        account: &["SMSTSRunPowerShellUserName", "UserName"],
        purpose: Purpose::RunAs,
        requirement: "A26.1",
        does: "runs a script as another user",
    },
];

impl Needed {
    fn is_needed_by(&self, step: &rows::Step<'_>, sequence: &rows::TaskSequence<'_>) -> bool {
        step.kind.eq_ignore_ascii_case(self.kind)
            && self.when.is_none_or(|(names, value)| {
                let said = names.iter().find_map(|name| step.variable(name)).map(|v| v.value.trim());
                let said = said.or_else(|| for_all(sequence, names));
                said.is_some_and(|said| said.eq_ignore_ascii_case(value))
            })
    }

    /// The step names it, or the sequence sets the variable for all of its steps or in a step of its own.
    fn is_met_by(&self, step: &rows::Step<'_>, sequence: &rows::TaskSequence<'_>) -> bool {
        let own = self.account.iter().find_map(|name| step.variable(name)).map(|v| v.value.trim());
        own.is_some_and(|name| !name.is_empty())
            || for_all(sequence, self.account).is_some()
            || sequence.steps.iter().any(|other| {
                let sets = other.variable("VariableName").map(|v| v.value.trim());
                other.kind.eq_ignore_ascii_case("SMS_TaskSequence_SetVariableAction")
                    && sets.is_some_and(|set| self.account.iter().any(|name| name.eq_ignore_ascii_case(set)))
            })
    }
}

/// The value of a variable that is set for the whole sequence.
fn for_all<'v>(sequence: &'v rows::TaskSequence<'_>, names: &[&str]) -> Option<&'v str> {
    let set = sequence.variables.iter().find(|v| names.iter().any(|n| v.name.eq_ignore_ascii_case(n)));
    set.map(|v| v.value.trim()).filter(|value| !value.is_empty())
}

fn report(need: &Needed, step: &rows::Step<'_>, package: &str, subject: &mut Subject<'_>) {
    let variable = need.account[0];
    subject
        .fail(
            text!(
                "step `{}` of task sequence `{}` {} and names no account",
                object(&step.path),
                object(package),
                Text::prose(need.does)
            ),
            step.span,
            text!("the step sets no `{}`", term(variable)),
        )
        .requirements(&[need.requirement])
        // A collection or a computer may set the variable, whose value no snapshot holds.
        .confidence(Confidence::Medium)
        .help(text!(
            "set the account in the step, unless the variable `{}` is set for the collection or the computer; then \
             suppress this with that reason",
            term(variable)
        ))
        .fix(
            text!(
                "Software Library > Operating Systems > Task Sequences > {} > Edit > {}: set the account",
                object(package),
                object(&step.path)
            ),
            None,
            Some(text!("clear the account in the step again")),
        );
}
