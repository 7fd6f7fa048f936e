use cmlint_lint::prelude::*;
use cmlint_model::proof::merge;
use cmlint_model::views::{AskedRight, Guarded, adds_workstations, dn_of_path, domain_dn, domain_of_dn};
use cmlint_winsec::{Tri, object_types};

/// Asks for the account of each step that joins a domain whether it may make the computer's object where the step puts
/// it.
pub(super) struct This;

const CREATE_CHILD: AccessMask = AccessMask(1);
/// Names of the variables that say whether a domain or a workgroup is joined: 1 is a workgroup.
const KIND: [&str; 2] = ["OSDJoinType", "OSDNetworkJoinType"];
const DOMAIN: [&str; 2] = ["OSDJoinDomainName", "OSDDomainName"];
const UNIT: [&str; 2] = ["OSDJoinDomainOUName", "OSDDomainOUName"];

impl Lint for This {
    const META: Meta = Meta {
        title: "the account of a step that joins a domain may not join computers there",
        severity: Severity::Medium,
        tags: &["accounts", "task-sequences", "directory", "function"],
        noun: "task sequence steps that join a domain with an account",
        subjects: &["Task Sequence Editor Domain Joining Account"],
        requirements: &["A24.2"],
        references: &[
            Reference::Section("Task Sequence Editor Domain Joining Account"),
            Reference::Document("Microsoft, Task sequence steps", "Join Domain or Workgroup"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::DomainJoin>;
    /// Permissions of the container show the right, or else the rights on domain controllers do.
    type Evidence<'s> = (
        Each<'s, rows::TaskSequence<'s>>,
        AnyOf<(DomainPrincipals<'s>, Via<'s, Rights<'s>>)>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (sequences, AnyOf((_, rights)), principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in accounts.iter() {
            let Some(step) = step_of(account, sequences) else { continue };
            if value(step, &KIND).is_some_and(|kind| kind.value == "1") {
                continue;
            }
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // That the account does not exist is another fault than that it lacks a right.
            let Some(sid) = sid else { continue };
            let Some(target) = subject.require(target(account, step, principals)) else { continue };
            judge(account, &sid, &target, rights, principals, &mut subject);
        }
    }
}

/// Where a step puts the computer.
struct Target {
    domain: String,
    /// The organizational unit, or the container that is used where the step names none.
    container: String,
    /// The place of the unit's name in the step.
    named: Option<Span>,
}

fn step_of<'s>(
    account: &Account<'s>,
    sequences: &Each<'s, rows::TaskSequence<'s>>,
) -> Option<&'s rows::Step<'s>> {
    let (package, path) = account.step.as_ref()?;
    let same = |row: &rows::TaskSequence<'_>| row.package_id.as_ref().map_or("", |id| &*id.value) == package;
    let of_sequence = sequences.iter().filter(|(_, row)| same(&row.data));
    of_sequence.flat_map(|(_, row)| &row.data.steps).find(|step| {
        step.path == *path && step.variables.iter().any(|variable| variable.value.span == account.name.span)
    })
}

/// The value of the first of several variables that is filled in.
fn value<'s>(step: &'s rows::Step<'s>, names: &[&str]) -> Option<Spanned<&'s str>> {
    let variables = names.iter().filter_map(|name| step.variable(name));
    let mut values = variables.map(|variable| Spanned::new(variable.value.trim(), variable.value.span));
    values.find(|value| !value.value.is_empty())
}

fn target(account: &Account<'_>, step: &rows::Step<'_>, principals: &Principals<'_>) -> Judged<Target> {
    let doubt =
        |why: String| Err(vec![Gap::new(Dataset::TaskSequence, account.scope.clone(), Status::Partial, why)]);
    let set_later = |text: &str| text.contains('%');
    if let Some(unit) = value(step, &UNIT) {
        let text = unit.value;
        if set_later(text) {
            return doubt(format!("`{text}` is set by a variable when the step runs"));
        }
        let dn = dn_of_path(text).unwrap_or(text);
        let domain = domain_of_dn(dn);
        if domain.is_empty() {
            return doubt(format!("`{text}` is no organizational unit"));
        }
        return Ok(Target { domain, container: dn.to_owned(), named: Some(unit.span) });
    }
    let Some(name) = value(step, &DOMAIN) else {
        return doubt(format!("the step {} names no domain", step.path));
    };
    if set_later(name.value) {
        return doubt(format!("`{}` is set by a variable when the step runs", name.value));
    }
    match principals.dns_name_of(name.value) {
        Some(domain) => {
            let container = format!("CN=Computers,{}", domain_dn(domain));
            Ok(Target { domain: domain.to_owned(), container, named: None })
        }
        None => Err(principals.unresolved(&format!("{}\\", name.value))),
    }
}

fn judge<'s>(
    account: &Account<'_>,
    sid: &Sid,
    target: &Target,
    rights: &Rights<'s>,
    principals: &Principals<'s>,
    subject: &mut Subject<'_>,
) {
    let mut gaps = Vec::new();
    let mut place = None;
    match principals.at_dn(&target.container) {
        Err(holes) => merge(&mut gaps, holes),
        Ok((dns, object)) => match Guarded::in_directory(principals, dns, &object.data) {
            Err(holes) => merge(&mut gaps, holes),
            Ok(guarded) => {
                let asked = AskedRight { mask: CREATE_CHILD, object_type: Some(object_types::COMPUTER) };
                let ruling = guarded.allows(sid, asked, principals);
                match ruling.verdict {
                    Tri::Yes => return,
                    Tri::Unknown => merge(&mut gaps, ruling.holes),
                    Tri::No => place = Some((guarded.span(), ruling.proof)),
                }
            }
        },
    }
    // The right to add workstations is enough as long as the quota is not used up.
    let quota = principals.machine_account_quota(&target.domain);
    if !matches!(quota, Ok((0, _))) {
        let (grants, holes) = adds_workstations(sid, &target.domain, rights, principals);
        match (grants.is_empty(), quota.as_ref().err()) {
            (false, None) => return,
            (false, Some(holes)) => merge(&mut gaps, holes.iter().cloned()),
            (true, _) => merge(&mut gaps, holes),
        }
    }
    match place {
        Some((span, proof)) if gaps.is_empty() => {
            report(account, target, span, &proof, quota.ok(), subject);
        }
        _ => subject.unknown(gaps),
    }
}

fn report(
    account: &Account<'_>,
    target: &Target,
    span: Span,
    proof: &Proof,
    quota: Option<(i64, Span)>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let step = object(account.step.as_ref().map_or("", |(_, path)| path.as_str()));
    let mut report = subject
        .fail(
            text!("`{}` may not join computers in `{}`, where the step {} puts them", name, path(&target.container), step),
            account.span(),
            text!("the account that the step joins the domain with"),
        )
        .proof(&account.via())
        .proof(proof)
        .label(span, text!("these are the permissions of the container"))
        .help(text!("let {} create computer objects there, and reset their passwords", name))
        .fix(
            text!(
                "in Active Directory Users and Computers: {} > Delegate Control > {} > Create a custom task > Computer \
                 objects: create in this folder; Reset password, Read and write account restrictions, Validated writes",
                path(&target.container),
                name
            ),
            Some(text!("dsacls \"{}\" /I:T /G \"{}:CC;computer\"", path(&target.container), name)),
            Some(text!("dsacls \"{}\" /R \"{}\"", path(&target.container), name)),
        );
    match target.named {
        Some(unit) => report = report.label(unit, text!("where the step puts the computer")),
        // New computers may have been led to another container, which the domain alone knows.
        None => report = report.confidence(Confidence::Medium),
    }
    if let Some((0, at)) = quota {
        report.label(at, text!("with a quota of 0 the right to add workstations joins nothing"));
    }
}
