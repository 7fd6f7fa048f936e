//! `cmlint why` and `cmlint who-can`.

use std::collections::BTreeSet;

use cmlint_model::proof::Proof;
use cmlint_model::views::{
    Acls, Grantee, Holders, Home, Permissions, Principal, Principals, Sql, View, ViewId, Views,
};
use cmlint_model::words::{Name, principal};
use cmlint_model::{Gap, Snapshot};
use cmlint_report::answer::{self, Holder, Question, Verdict, WhoCan, Why};
use cmlint_source::{Encoding, Sources, Spanned};
use cmlint_winsec::{Sid, Tri};

use crate::Exit;
use crate::args::{Cli, Format, WhoCanArgs, WhyArgs};
use crate::asked::{self, Object};
use crate::check::{TOOL, in_pool};
use crate::io::{answers, deliver, say, style};
use crate::open::{open, visible};
use crate::show::distance;
use crate::target::{self, Found, World};

pub(crate) fn why(cli: &Cli, args: &WhyArgs) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    in_pool(cli, || {
        let archive = open(&args.input, &style(cli, true))?;
        let snapshot = archive.read();
        let views = views(&snapshot, archive.sources());
        let principals = Principals::get(&views);
        let who = somebody(&args.who, principals)?;
        let name = principals.label(&who);
        let world = world(&snapshot, &views);
        let (label, verdict, proof, gaps) = match object(&args.on, world)? {
            Ok(object) => {
                let label = object.label(world.views);
                let ruling = object.allows(&who, &args.can, world.views);
                let ruling = ruling.map_err(|near| no_right(&args.can, &label, &near))?;
                (label, verdict(ruling.verdict), ruling.proof, ruling.holes)
            }
            Err((label, gaps)) => (label, Verdict::Unknown, Default::default(), gaps),
        };
        let question = Question { who: Some(&name), can: &args.can, on: &label };
        let answer = Why { question, verdict, proof: &proof, gaps: &gaps };
        for output in &outputs {
            let text = match output.format {
                Format::Json => answer::why_json(&answer, archive.sources(), TOOL),
                _ => answer::why(&answer, archive.sources(), &style(cli, output.file.is_some())),
            };
            deliver(&text, output)?;
        }
        // Yes is 0, no is 1, unknown is 3: a question has an answer, not findings.
        Ok(match verdict {
            Verdict::Yes => Exit::Clean,
            Verdict::No => Exit::Findings,
            Verdict::Unknown => Exit::Incomplete,
        })
    })
}

pub(crate) fn who_can(cli: &Cli, args: &WhoCanArgs) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    in_pool(cli, || {
        let archive = open(&args.input, &style(cli, true))?;
        let snapshot = archive.read();
        let views = views(&snapshot, archive.sources());
        let principals = Principals::get(&views);
        let world = world(&snapshot, &views);
        let (label, found) = match object(&args.on, world)? {
            Ok(object) => {
                let label = object.label(world.views);
                let found = object.holders(&args.right, world.views);
                (label.clone(), found.map_err(|near| no_right(&args.right, &label, &near))?)
            }
            Err((label, holes)) => (label, Holders { holes, ..Holders::default() }),
        };
        let sid = |who: &Grantee| match who {
            Grantee::Windows(sid) => Some(sid.to_string()),
            Grantee::Named(_) => None,
        };
        let holder =
            |(who, proof): (Grantee, Proof)| Holder { name: who.label(principals), sid: sid(&who), proof };
        let granted = found.granted.into_iter().map(holder).collect();
        let unknown = found.unknown.into_iter().map(|(who, gaps)| (who.label(principals), gaps)).collect();
        let gaps = found.holes;
        let question = Question { who: None, can: &args.right, on: &label };
        let incomplete = !gaps.is_empty();
        let answer = WhoCan { question, granted, unknown, gaps };
        for output in &outputs {
            let text = match output.format {
                Format::Json => answer::who_can_json(&answer, archive.sources(), TOOL),
                _ => answer::who_can(&answer, archive.sources(), &style(cli, output.file.is_some())),
            };
            deliver(&text, output)?;
        }
        let doubts = incomplete || !answer.unknown.is_empty();
        Ok(if doubts { Exit::Incomplete } else { Exit::Clean })
    })
}

fn views<'s>(snapshot: &'s Snapshot<'s>, sources: &'s Sources) -> Views<'s> {
    let wanted = [ViewId::Principals, ViewId::Acls, ViewId::Sql, ViewId::Permissions];
    Views::build(snapshot, sources, &BTreeSet::from(wanted))
}

fn world<'w, 's>(snapshot: &'s Snapshot<'s>, views: &'s Views<'s>) -> World<'w, 's>
where
    's: 'w,
{
    let answering = asked::Views {
        principals: Principals::get(views),
        sql: Sql::get(views),
        permissions: Permissions::get(views),
    };
    World { snapshot, acls: Acls::get(views), views: answering }
}

fn verdict(tri: Tri) -> Verdict {
    match tri {
        Tri::Yes => Verdict::Yes,
        Tri::No => Verdict::No,
        Tri::Unknown => Verdict::Unknown,
    }
}

fn no_right(name: &str, on: &str, near: &[String]) -> Exit {
    say(&format!("cmlint: there is no right `{}` on {}", visible(name), visible(on)));
    if !near.is_empty() {
        say(&format!("  did you mean {}?", near.iter().map(|n| visible(n)).collect::<Vec<_>>().join(", ")));
    }
    Exit::Usage
}

/// The object, or its name with what keeps its descriptor from being known.
fn object<'q>(text: &'q str, world: World<'_, '_>) -> Result<Result<Object<'q>, (String, Vec<Gap>)>, Exit> {
    match target::find(text, world) {
        Found::Object(object) => Ok(Ok(object)),
        Found::Missing { label, gaps } => Ok(Err((label, gaps))),
        Found::Unknown(near) => {
            say(&format!("cmlint: the snapshot has no object `{}`", visible(text)));
            suggest(&near);
            Err(Exit::Usage)
        }
        Found::Ambiguous(all) => {
            say(&format!("cmlint: several objects are called `{}`; name one of them", visible(text)));
            for one in all.iter().take(10) {
                say(&format!("  {}", visible(one)));
            }
            Err(Exit::Usage)
        }
    }
}

fn suggest(near: &[String]) {
    if !near.is_empty() {
        say("  did you mean one of these?");
    }
    for one in near {
        say(&format!("  {}", visible(one)));
    }
}

/// The SID of a name that a user typed.
fn somebody(text: &str, principals: &Principals<'_>) -> Result<Sid, Exit> {
    // A typed name stands in no file; its place is never shown.
    let mut nowhere = Sources::new();
    let file = nowhere.add("command line", text.to_owned(), Encoding::Utf8);
    let name = Spanned::new(text, file.span(0, 0));
    match principals.resolve(name, &Home::default()) {
        Principal::Resolved { sid, .. } => Ok(sid),
        _ => by_label(text, principals),
    }
}

/// A principal whose name, with or without its domain, is the text.
fn by_label(text: &str, principals: &Principals<'_>) -> Result<Sid, Exit> {
    let lower = text.trim().to_lowercase();
    let mut near: Vec<(usize, Name)> = Vec::new();
    let mut same = Vec::new();
    for sid in principals.known() {
        let label = principals.label(&sid);
        let whole = label.text.to_lowercase();
        let bare = whole.rsplit('\\').next().unwrap_or(&whole).to_owned();
        if whole == lower || bare == lower {
            same.push((sid, label.clone()));
        }
        near.push((distance(&lower, &whole).min(distance(&lower, &bare)), label));
    }
    match same.as_slice() {
        [(sid, _)] => Ok(*sid),
        [] => {
            near.sort();
            say(&format!("cmlint: the snapshot knows no principal `{}`", visible(text)));
            let close: Vec<String> = near
                .into_iter()
                .filter(|(d, _)| *d <= 1 + text.len() / 3)
                .take(5)
                .map(|(_, n)| n.text)
                .collect();
            suggest(&close);
            Err(Exit::Usage)
        }
        several => {
            say(&format!("cmlint: several principals are called `{}`; name one of them", visible(text)));
            for (sid, label) in several {
                say(&format!("  {} ({sid})", visible(&principal(&label.text).text)));
            }
            Err(Exit::Usage)
        }
    }
}
