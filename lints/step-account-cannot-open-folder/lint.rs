use cmlint_lint::prelude::*;
use cmlint_model::need::{Purposes, Several};
use cmlint_model::views::{AskedRight, Guarded, Ruling};
use cmlint_winsec::Tri;

/// Asks for the account of each step that uses a shared folder what it may do through the share and in the folder.
pub(super) struct This;

/// What one purpose needs.
struct Clause {
    purpose: Purpose,
    requirement: &'static str,
    /// The variable of the step that holds the path, under both its names.
    path: [&'static str; 2],
    /// What the account must be allowed, in the folder and through the share.
    needs: AccessMask,
    words: &'static str,
}

/// Read: data, attributes, extended attributes, permissions.
const READ: AccessMask = AccessMask(0x12_0089);
/// Read and Write: the same and make files and folders, write attributes.
const READ_AND_WRITE: AccessMask = AccessMask(0x12_019F);

static CLAUSES: [Clause; 2] = [
    Clause {
        purpose: Purpose::CaptureImage,
        requirement: "A7.2",
        path: ["OSDCaptureDestination", "CaptureDestination"],
        needs: READ_AND_WRITE,
        words: "read and write",
    },
    Clause {
        purpose: Purpose::NetworkFolder,
        requirement: "A25.2",
        path: ["SMSConnectNetworkFolderPath", "Path"],
        needs: READ,
        words: "read",
    },
];

pub(super) struct Folders;

impl Purposes for Folders {
    const PURPOSES: &'static [Purpose] = &[Purpose::CaptureImage, Purpose::NetworkFolder];
}

impl Lint for This {
    const META: Meta = Meta {
        title: "the account of a step may not use the shared folder that the step names",
        severity: Severity::Medium,
        tags: &["accounts", "task-sequences", "acl", "function"],
        noun: "task sequence steps that use a shared folder with an account",
        subjects: &[
            "Capture Operating System Image Account",
            "Task Sequence Editor Network Folder Connection Account",
        ],
        requirements: &["A7.2", "A25.2"],
        references: &[
            Reference::Section("Capture Operating System Image Account"),
            Reference::Section("Task Sequence Editor Network Folder Connection Account"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Several<'s, Folders>;
    type Evidence<'s> = (
        Each<'s, rows::TaskSequence<'s>>,
        Via<'s, Acls<'s>>,
        Each<'s, rows::ShareFolder<'s>>,
        Via<'s, Principals<'s>>,
    );

    fn check<'s>(
        accounts: Self::Subjects<'s>,
        (sequences, acls, shares, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for account in accounts.iter() {
            let Some(clause) = CLAUSES.iter().find(|clause| clause.purpose == account.purpose) else {
                continue;
            };
            let mut subject = out.subject(Object::account(account), account.span());
            let Some(sid) = subject.require(account.sid(principals)) else { continue };
            // That the account does not exist is another fault than that it lacks a right.
            let Some(sid) = sid else { continue };
            let Some(folder) = subject.require(folder(account, clause, sequences, principals)) else {
                continue;
            };
            let world = World { acls, shares, principals };
            world.judge(account, clause, &sid, &folder, &mut subject);
        }
    }
}

/// A folder as a step names it: `\\dp01.contoso.com\Captures$\W10\W10.wim`.
struct Folder<'s> {
    path: Spanned<&'s str>,
    host: Scope,
    share: &'s str,
    /// Below the share; empty for the share itself.
    below: &'s str,
}

fn folder<'s>(
    account: &Account<'s>,
    clause: &Clause,
    sequences: &Each<'s, rows::TaskSequence<'s>>,
    principals: &Principals<'s>,
) -> Judged<Folder<'s>> {
    let doubt =
        |why: String| Err(vec![Gap::new(Dataset::TaskSequence, account.scope.clone(), Status::Partial, why)]);
    let Some((package, step)) = &account.step else {
        return doubt("the account belongs to no step".to_owned());
    };
    let same = |row: &rows::TaskSequence<'_>| row.package_id.as_ref().map_or("", |id| &*id.value) == package;
    let steps = sequences.iter().filter(|(_, row)| same(&row.data)).flat_map(|(_, row)| &row.data.steps);
    let variables = steps.filter(|known| known.path == *step);
    let found = variables.flat_map(|step| clause.path.iter().find_map(|name| step.variable(name))).next();
    let Some(path) = found.map(|variable| Spanned::new(variable.value.trim(), variable.value.span)) else {
        return doubt(format!("the step {step} names no folder"));
    };
    if path.value.contains('%') {
        return doubt(format!("`{}` is set by a variable when the step runs", path.value));
    }
    let Some((server, rest)) = path.value.strip_prefix(r"\\").and_then(|rest| rest.split_once('\\')) else {
        return doubt(format!("`{}` is no shared folder", path.value));
    };
    let (share, below) = rest.split_once('\\').unwrap_or((rest, ""));
    let host = Scope::host(&principals.host_key(server));
    // The file is made by the step; the folder around it has to be there.
    let below = match account.purpose {
        Purpose::CaptureImage => below.rsplit_once('\\').map_or("", |(folder, _)| folder),
        _ => below,
    };
    Ok(Folder { path, host, share, below: below.trim_matches('\\') })
}

struct World<'w, 's> {
    acls: &'w Acls<'s>,
    shares: &'w Each<'s, rows::ShareFolder<'s>>,
    principals: &'w Principals<'s>,
}

impl World<'_, '_> {
    fn judge(
        &self,
        account: &Account<'_>,
        clause: &'static Clause,
        sid: &Sid,
        folder: &Folder<'_>,
        subject: &mut Subject<'_>,
    ) {
        let mut gaps = Vec::new();
        if let Some(refusal) = self.refusal(Kind::Share, folder.share, clause, sid, &folder.host, &mut gaps) {
            return report(account, clause, folder, &refusal, None, subject);
        }
        match self.behind(folder) {
            Err(holes) => gaps.extend(holes),
            Ok((root, at)) => {
                let path = match folder.below {
                    "" => root,
                    below => format!("{}\\{below}", root.trim_end_matches('\\')),
                };
                let refusal = self.refusal(Kind::Directory, &path, clause, sid, &folder.host, &mut gaps);
                if let Some(refusal) = refusal {
                    return report(account, clause, folder, &refusal, Some(at), subject);
                }
            }
        }
        subject.holes(gaps);
    }

    /// What refuses the account; none where nothing does, or where holes keep it from being known.
    fn refusal(
        &self,
        kind: Kind,
        path: &str,
        clause: &Clause,
        sid: &Sid,
        host: &Scope,
        gaps: &mut Vec<Gap>,
    ) -> Option<(Guarded, Ruling)> {
        let guarded = match Guarded::on_host(self.acls, self.principals, host, kind, path) {
            Ok(guarded) => guarded,
            Err(holes) => {
                gaps.extend(holes);
                return None;
            }
        };
        let right = AskedRight { mask: clause.needs, object_type: None };
        let ruling = guarded.allows(sid, right, self.principals);
        if ruling.verdict == Tri::Unknown {
            gaps.extend(ruling.holes.iter().cloned());
        }
        (ruling.verdict == Tri::No).then_some((guarded, ruling))
    }

    /// The local folder behind the share, and where that is said.
    fn behind(&self, folder: &Folder<'_>) -> Judged<(String, Span)> {
        let (rows, hole) = self.shares.at(&folder.host);
        let same = |row: &&cmlint_model::Row<rows::ShareFolder<'_>>| {
            row.data.share.value.eq_ignore_ascii_case(folder.share)
        };
        match rows.iter().find(same) {
            Some(row) => Ok((row.data.path.value.to_string(), row.data.path.span)),
            None => Err(vec![hole.unwrap_or_else(|| {
                let why = format!("nothing says which folder the share {} is", folder.share);
                Gap::new(Dataset::Registry, folder.host.clone(), Status::Partial, why)
            })]),
        }
    }
}

fn report(
    account: &Account<'_>,
    clause: &'static Clause,
    folder: &Folder<'_>,
    (guarded, ruling): &(Guarded, Ruling),
    behind: Option<Span>,
    subject: &mut Subject<'_>,
) {
    let name = principal(account.name.value.trim());
    let step = object(account.step.as_ref().map_or("", |(_, path)| path.as_str()));
    let computer = host(folder.host.key());
    let is_share = guarded.kind == Kind::Share;
    let (place, what) = match is_share {
        true => (text!("share {}", path(folder.share)), text!("the permissions of the share")),
        false => (text!("folder {}", path(&guarded.label)), text!("the permissions of the folder")),
    };
    let writes = clause.needs == READ_AND_WRITE;
    let command = match (is_share, writes) {
        (true, true) => text!(
            "Grant-SmbShareAccess -Name \"{}\" -AccountName \"{}\" -AccessRight Change",
            path(folder.share),
            name
        ),
        (true, false) => text!(
            "Grant-SmbShareAccess -Name \"{}\" -AccountName \"{}\" -AccessRight Read",
            path(folder.share),
            name
        ),
        (false, true) => text!("icacls \"{}\" /grant \"{}:(OI)(CI)M\"", path(&guarded.label), name),
        (false, false) => text!("icacls \"{}\" /grant \"{}:(OI)(CI)RX\"", path(&guarded.label), name),
    };
    let revert = match is_share {
        true => text!("Revoke-SmbShareAccess -Name \"{}\" -AccountName \"{}\"", path(folder.share), name),
        false => text!("icacls \"{}\" /remove:g \"{}\"", path(&guarded.label), name),
    };
    let mut report = subject
        .fail(
            text!(
                "`{}` may not {} in {} of {}, which the step {} uses",
                name,
                Text::prose(clause.words),
                place,
                computer,
                step
            ),
            account.span(),
            text!("the account that the step opens the folder with"),
        )
        .requirements(&[clause.requirement])
        .proof(&account.via())
        .proof(&ruling.proof)
        .label(folder.path.span, text!("the folder of the step"))
        .help(text!("let {} {} there, through the share and in the folder", name, Text::prose(clause.words)))
        .fix(text!("on {}, in a PowerShell session as administrator", computer), Some(command), Some(revert));
    report = report.label(guarded.span(), what);
    if let Some(at) = behind {
        report.label(at, text!("which folder the share is"));
    }
}
