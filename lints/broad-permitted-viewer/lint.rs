use cmlint_lint::prelude::*;

/// Looks for everybody, or everybody of a domain, among the permitted viewers.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "everybody, or everybody of a domain, may control clients",
        severity: Severity::High,
        tags: &["accounts", "clients", "remote-control"],
        noun: "permitted viewers",
        subjects: &["Remote Tools Permitted Viewer Accounts"],
        requirements: &["A17.2"],
        references: &[
            Reference::Section("Remote Tools Permitted Viewer Accounts"),
            Reference::Attack("T1021"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Stored<'s, one::PermittedViewer>;
    type Evidence<'s> = DomainPrincipals<'s>;

    fn check<'s>(viewers: Self::Subjects<'s>, principals: &Self::Evidence<'s>, out: &mut Sink) {
        for viewer in viewers.iter() {
            let mut subject = out.subject(Object::account(viewer), viewer.span());
            // A viewer who was looked up and does not exist is nobody.
            let Some(Some(sid)) = subject.require(viewer.sid(principals)) else { continue };
            let (crowd, holes) = principals.crowd_in(&sid);
            subject.holes(holes);
            if let Some((crowd, path)) = crowd {
                report(viewer, sid, crowd, &path, principals, &mut subject);
            }
        }
    }
}

fn report(
    viewer: &Account<'_>,
    sid: Sid,
    crowd: Sid,
    path: &Proof,
    principals: &Principals<'_>,
    subject: &mut Subject<'_>,
) {
    let (name, everybody) = (principal(viewer.name.value.trim()), principals.label(&crowd));
    let message = if crowd == sid {
        text!("`{}` is a permitted viewer", name)
    } else {
        text!("the permitted viewer `{}` holds `{}`", name, everybody)
    };
    let label = text!("everybody in `{}` may view and control the clients with these settings", everybody);
    subject
        .fail(message, viewer.span(), label)
        .proof(&viewer.via())
        .proof(path)
        .evidence(Key::new("sid", &crowd.to_string()))
        .help(text!(
            "name the group of those who support users in Client Settings > Remote Tools > Permitted viewers, and take \
             `{}` out",
            name
        ))
        .fix(
            text!("in Administration > Client Settings > Remote Tools > Permitted viewers; from PowerShell, with the whole new list"),
            Some(text!(
                "Set-CMClientSettingRemoteTool -DefaultSetting -PermittedViewer @(\"<group of those who support users>\")"
            )),
            Some(text!("add `{}` to the list again", name)),
        );
}
