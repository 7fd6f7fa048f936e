use cmlint_engine::{Accepted, LintResult, Notice, Reported, Verdict};
use cmlint_lint::Fix;
use cmlint_model::{FileProblem, Gap, Scope, Text};
use cmlint_source::{Place, Span};

use super::v1;
use crate::{Input, Tool, command, excerpt};

pub(super) fn report(input: &Input<'_>) -> v1::Report {
    let about = &input.snapshot.about;
    let summary = input.run.summary();
    v1::Report {
        schema: v1::SCHEMA,
        tool: tool(input.tool),
        snapshot: v1::Snapshot {
            path: input.path.to_owned(),
            collected_at: about.collected_at.clone(),
            collector: about.collector.clone(),
            manifest: about.has_manifest,
            laid_over: about
                .laid
                .iter()
                .map(|laid| v1::Laid {
                    path: laid.path.clone(),
                    dataset: laid.dataset.name().to_owned(),
                    scope: scope(&laid.scope),
                    replaced: laid.replaced.clone(),
                    added: laid.added.clone(),
                })
                .collect(),
            narrowed: about
                .narrowed
                .as_ref()
                .map(|n| v1::Narrowed { to: n.to.clone(), left_out: n.left_out }),
        },
        summary: v1::Summary {
            fail: summary.fail,
            pass: summary.pass,
            not_applicable: summary.not_applicable,
            not_evaluated: summary.not_evaluated,
            crashed: summary.crashed,
            not_selected: summary.not_selected,
        },
        lints: input.run.lints.iter().map(|l| lint(input, l)).collect(),
        problems: problems(input),
        notices: input.run.notices.iter().map(|n| notice(input, n)).collect(),
    }
}

pub(crate) fn tool(tool: Tool<'_>) -> v1::Tool {
    v1::Tool { name: tool.name.to_owned(), version: tool.version.to_owned() }
}

pub(crate) fn scope(scope: &Scope) -> v1::Scope {
    v1::Scope { kind: scope.kind().word().to_owned(), key: scope.key() }
}

pub(crate) fn gap(gap: &Gap) -> v1::Gap {
    v1::Gap {
        dataset: gap.dataset.name().to_owned(),
        property: gap.property.map(str::to_owned),
        scope: scope(&gap.scope),
        status: gap.status.word().to_owned(),
        why: gap.why.clone(),
        collect: gap.collect().to_owned(),
    }
}

fn lint(input: &Input<'_>, lint: &LintResult) -> v1::Lint {
    let why = match &lint.verdict {
        Verdict::NotApplicable(why) => Some(why.to_string()),
        Verdict::NotEvaluated if lint.hidden > 0 => Some("findings are less sure than asked for".to_owned()),
        Verdict::NotEvaluated if lint.gaps.is_empty() => {
            Some("some of what the lint judges is unknown".to_owned())
        }
        _ => None,
    };
    let message = match &lint.verdict {
        Verdict::Crashed(message) => Some(message.clone()),
        _ => None,
    };
    v1::Lint {
        id: lint.def.id.to_owned(),
        outcome: lint.verdict.word().to_owned(),
        why,
        message,
        checked: lint.checked,
        severity: input.run.severity_of(&lint.def).word().to_owned(),
        requirements: owned(lint.def.meta.requirements),
        hidden: lint.hidden,
        findings: lint.findings.iter().map(|f| finding(input, f)).collect(),
        gaps: lint.gaps.iter().map(gap).collect(),
    }
}

fn finding(input: &Input<'_>, reported: &Reported) -> v1::Finding {
    let finding = &reported.finding;
    let object = &finding.object;
    v1::Finding {
        key: object.key.to_string(),
        object: object.label.to_string(),
        aliases: object.aliases.iter().map(ToString::to_string).collect(),
        scope: scope(&object.scope),
        purpose: object.purpose.map(|p| p.info().word.to_owned()),
        message: finding.message.to_string(),
        severity: finding.severity.word().to_owned(),
        confidence: finding.confidence.word().to_owned(),
        requirements: owned(&finding.requirements),
        fingerprint: reported.fingerprint.clone(),
        state: reported.state.word().to_owned(),
        suppression: reported.accepted.as_ref().map(|a| suppression(input, a)),
        reopened: reported.reopened.as_ref().map(ToString::to_string),
        evidence: finding.evidence.iter().map(ToString::to_string).collect(),
        labels: finding.labels.iter().map(|l| label(input, l.span, l.text.to_string(), l.primary)).collect(),
        proof: finding
            .proof
            .iter()
            .map(|step| v1::Step {
                text: step.text.to_string(),
                label: step.span.map(|span| label(input, span, String::new(), false)),
            })
            .collect(),
        help: words(&finding.help),
        fix: finding.fix.as_ref().map(fix),
    }
}

fn suppression(input: &Input<'_>, accepted: &Accepted) -> v1::Suppression {
    v1::Suppression {
        status: accepted.grounds.word().to_owned(),
        reason: accepted.reason.clone(),
        expires: accepted.expires.map(|day| day.to_string()),
        owner: accepted.owner.clone(),
        ticket: accepted.ticket.clone(),
        label: label(input, accepted.span, String::new(), true),
    }
}

fn notice(input: &Input<'_>, notice: &Notice) -> v1::Notice {
    v1::Notice {
        id: notice.kind.id().to_owned(),
        severity: notice.severity().map(|s| s.word().to_owned()),
        message: notice.message.to_string(),
        help: words(&notice.help),
        label: label(input, notice.span, String::new(), true),
    }
}

fn fix(fix: &Fix) -> v1::Fix {
    v1::Fix {
        text: fix.text.to_string(),
        command: fix.command.as_ref().filter(|c| !c.is_empty()).and_then(command::text),
        revert: fix.revert.as_ref().filter(|r| !r.is_empty()).and_then(command::text),
    }
}

fn label(input: &Input<'_>, span: Span, text: String, primary: bool) -> v1::Label {
    let Place { path, start, end, bytes, within } = excerpt::place(input.sources, span);
    v1::Label {
        path: path.to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        offset: bytes.map(|b| b.0),
        length: bytes.map(|b| b.1),
        text,
        primary,
        within: within.map(str::to_owned),
    }
}

fn problems(input: &Input<'_>) -> Vec<v1::Problem> {
    let mut all: Vec<&FileProblem> = input.snapshot.problems.iter().collect();
    all.sort_by_key(|p| {
        let (start, len, words) = match &p.problem {
            Ok(problem) => (problem.span.start, problem.span.len, problem.message.as_str()),
            Err(words) => (0, 0, words.as_str()),
        };
        (p.path.as_str(), start, len, words)
    });
    all.dedup_by(|a, b| a.path == b.path && a.problem == b.problem);
    all.into_iter().map(|p| problem(input, p)).collect()
}

fn problem(input: &Input<'_>, file: &FileProblem) -> v1::Problem {
    let path = file.path.clone();
    let dataset = file.dataset.map(|d| d.name().to_owned());
    match &file.problem {
        Ok(problem) => v1::Problem {
            path,
            dataset,
            message: problem.message.clone(),
            help: problem.help.clone(),
            lossy: problem.lossy,
            label: Some(label(input, problem.span, String::new(), true)),
        },
        Err(words) => {
            v1::Problem { path, dataset, message: words.clone(), help: None, lossy: true, label: None }
        }
    }
}

fn words(text: &Text) -> Option<String> {
    (!text.is_empty()).then(|| text.to_string())
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}
