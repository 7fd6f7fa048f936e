use cmlint_lint::prelude::*;

/// Looks for permitted viewers who are administrative users and may not remote control in the product.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "a permitted viewer is an administrative user and may not remote control any collection",
        severity: Severity::Low,
        tags: &["rbac", "clients", "remote-control"],
        noun: "permitted viewers who are administrative users",
        subjects: &["ConfigMgr Remote Control Users"],
        requirements: &["G3.3"],
        references: &[
            Reference::Section("ConfigMgr Remote Control Users"),
            Reference::Section("Remote Tools Permitted Viewer Accounts"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::PermittedViewer>;
    type Evidence<'s> = (Via<'s, Administrators<'s>>, Via<'s, Permissions<'s>>, DomainPrincipals<'s>);

    fn check<'s>(
        viewers: Self::Subjects<'s>,
        (administrators, permissions, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        for viewer in viewers.iter() {
            let name = viewer.name.value.trim();
            let proof = match administrators.is_administrator(&viewer.principal, name, principals) {
                Answer::No => continue,
                Answer::Unknown(holes) => {
                    out.subject(Object::account(viewer), viewer.span()).unknown(holes);
                    continue;
                }
                Answer::Yes(proof) => proof,
            };
            let mut subject = out.subject(Object::account(viewer), viewer.span());
            let Some(Some(sid)) = subject.require(viewer.sid(principals)) else { continue };
            match permissions.can(&sid, COLLECTION, REMOTE_CONTROL, principals) {
                Answer::Yes(_) => {}
                Answer::Unknown(holes) => subject.unknown(holes),
                Answer::No => {
                    let own = administrators.by_sid(&sid).is_some();
                    report(viewer, own, &proof, &mut subject);
                }
            }
        }
    }
}

/// Type of objects: collections.
const COLLECTION: i64 = 1;
/// "Remote Control" on a collection.
const REMOTE_CONTROL: i64 = 1 << 5;

fn report(viewer: &Account<'_>, own: bool, proof: &Proof, subject: &mut Subject<'_>) {
    let name = principal(viewer.name.value.trim());
    // The administrative user may be a group that the viewer is in, which the proof names.
    let user = if own { text!("{}", name) } else { text!("<group that the proof names>") };
    subject
        .fail(
            text!("`{}` is a permitted viewer and an administrative user, and no role lets it remote control", name),
            viewer.span(),
            text!("clients let this account control them, and the console does not"),
        )
        .proof(&viewer.via())
        .proof(proof)
        .help(text!(
            "add a role with Remote Control on collections, for example Remote Tools Operator, in Administration > \
             Security > Administrative Users, or take `{}` out of the permitted viewers",
            name
        ))
        .fix(
        text!("in the Configuration Manager console's PowerShell, for the administrative user"),
        Some(text!(
            "Add-CMSecurityRoleToAdministrativeUser -AdministrativeUserName \"{}\" -RoleName \"Remote Tools Operator\"",
            user
        )),
        Some(text!(
            "Remove-CMSecurityRoleFromAdministrativeUser -AdministrativeUserName \"{}\" -RoleName \"Remote Tools Operator\"",
            user
        )),
    );
}
