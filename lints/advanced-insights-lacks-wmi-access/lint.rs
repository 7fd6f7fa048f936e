use cmlint_lint::prelude::*;
use cmlint_winsec::Tri;

/// Asks the descriptors of each SMS Provider whether they let the web page's account connect from elsewhere.
pub(super) struct This;

impl Lint for This {
    const META: Meta = Meta {
        title: "COM or WMI of an SMS Provider keeps Advanced Insights from connecting",
        severity: Severity::Low,
        tags: &["dcom", "wmi", "advanced-insights"],
        noun: "administrative users that Advanced Insights connects to SMS Providers as",
        subjects: &["Patch My PC Advanced Insights"],
        requirements: &["P.9"],
        references: &[
            Reference::Document(
                "Patch My PC, Insights Configuration Manager Permission requirements",
                "Allow RPC traffic (If using remote server)",
            ),
            Reference::Document("Microsoft, Setting up a Remote WMI Connection", "DCOM Settings"),
            Reference::Section("SMS Admins"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Via<'s, AdvancedInsights<'s>>;
    type Evidence<'s> = (
        Via<'s, SmsProviders<'s>>,
        Via<'s, Administrators<'s>>,
        Via<'s, Acls<'s>>,
        Each<'s, rows::LocalGroup<'s>>,
        DomainPrincipals<'s>,
    );

    fn check<'s>(
        insights: Self::Subjects<'s>,
        (providers, administrators, acls, groups, principals): &Self::Evidence<'s>,
        out: &mut Sink,
    ) {
        let remote = match insights.remote(providers) {
            Ok(remote) => remote,
            Err(holes) => return out.hole(holes),
        };
        let connects = |identity: &InsightsIdentity<'_, '_>| {
            identity.pools.iter().any(|pool| remote.iter().any(|other| other.host == pool.host))
        };
        for identity in insights.identities().iter().filter(|identity| connects(identity)) {
            let (entries, holes) = administrators.that_are(identity.principal, identity.name, principals);
            let Some((entry, _)) = entries.first() else {
                // Who is no administrative user is in no group that may connect: another lint says so.
                out.hole(holes);
                continue;
            };
            for (key, at) in providers.hosts() {
                let scope = Scope::host(key);
                let object = Object::new(
                    Key::host(key).name("connects-as", identity.name),
                    text!("{} on {}", principal(identity.name), host(key)),
                    scope.clone(),
                );
                let mut subject = out.subject(object, at);
                let Some(sid) = identity.principal.sid().or(entry.sid) else {
                    subject.unknown(principals.unresolved(identity.name));
                    continue;
                };
                // Nearly everybody connects as a member of a group of the computer.
                subject.holes(groups.at(&scope).1);
                let mut lacks = Vec::new();
                for need in NEEDS {
                    let asked = AskedRight { mask: need.mask(), object_type: None };
                    let guarded = Guarded::on_host(acls, principals, &scope, need.kind, need.path);
                    let Some(guarded) = subject.require(guarded) else { continue };
                    let ruling = guarded.allows(&sid, asked, principals);
                    match ruling.verdict {
                        Tri::Yes => {}
                        Tri::Unknown => subject.unknown(ruling.holes),
                        Tri::No => lacks.push(need),
                    }
                }
                if !lacks.is_empty() {
                    report(key, identity, &lacks, acls, &mut subject);
                }
            }
        }
    }
}

/// A right without which nobody connects from elsewhere.
struct Needed {
    kind: Kind,
    path: &'static str,
    right: &'static str,
    /// Where it is given.
    place: &'static str,
}

impl Needed {
    fn mask(&self) -> AccessMask {
        self.kind.right(self.right).unwrap_or_default()
    }
}

const NEEDS: &[Needed] = &[
    Needed {
        kind: Kind::ComLaunch,
        path: "MachineLaunchRestriction",
        right: "Remote Activation",
        place: "Component Services > Computers > My Computer > Properties > COM Security > Launch and Activation Permissions > Edit Limits",
    },
    Needed {
        kind: Kind::ComAccess,
        path: "MachineAccessRestriction",
        right: "Remote Access",
        place: "Component Services > Computers > My Computer > Properties > COM Security > Access Permissions > Edit Limits",
    },
    Needed {
        kind: Kind::WmiNamespace,
        path: r"root\SMS",
        right: "Enable Account",
        place: r"wmimgmt.msc > Properties > Security > root\SMS > Security",
    },
    Needed {
        kind: Kind::WmiNamespace,
        path: r"root\SMS",
        right: "Remote Enable",
        place: r"wmimgmt.msc > Properties > Security > root\SMS > Security",
    },
];

fn report(
    key: &str,
    identity: &InsightsIdentity<'_, '_>,
    lacks: &[&Needed],
    acls: &Acls<'_>,
    subject: &mut Subject<'_>,
) {
    let who = principal(identity.name);
    let scope = Scope::host(key);
    let list = |words: fn(&Needed) -> Text| Text::join(lacks.iter().map(|need| words(need)), ", ");
    let mut places = lacks.iter().filter_map(|need| {
        let object = acls.object(&scope, need.kind, need.path).ok()?;
        Some((object.sddl_span(), text!("no entry here gives `{}` {}", who, need.right)))
    });
    let Some((at, label)) = places.next() else { return };
    let message = text!(
        "`{}`, which Advanced Insights connects as, lacks {} on {}",
        who,
        list(|need| text!("{} of {}", need.right, path(need.path))),
        host(key)
    );
    let mut report = subject.fail(message, at, label).label(identity.at(), identity.pool());
    for (at, label) in places {
        report = report.label(at, label);
    }
    for need in lacks {
        report = report.evidence(Key::new("right", &need.right.to_lowercase()).name("on", need.path));
    }
    report
        // A policy may set other limits of COM, which win and are not part of what was read.
        .confidence(if lacks.iter().any(|need| need.kind != Kind::WmiNamespace) {
            Confidence::Medium
        } else {
            Confidence::High
        })
        .help(text!("see that `{}` is in SMS Admins on {}, and give that group the rights", who, host(key)))
        .fix(
            list(|need| text!("{}: {}", need.place, need.right)),
            Some(text!(
                "{}",
                if lacks.iter().any(|need| need.kind != Kind::WmiNamespace) {
                    "dcomcnfg.exe"
                } else {
                    "wmimgmt.msc"
                }
            )),
            Some(text!("take the entries out again in the same places")),
        );
}
