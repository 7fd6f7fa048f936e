//! Application pools of `applicationHost.config`, with identities after inheritance.

use cmlint_model::rows::{AppPool, PoolIdentity};
use cmlint_source::{Problem, Secret, Span, Spanned, Str};
use cmlint_text::xml::{self, Node};

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    let (document, mut problems) = xml::parse(reader.source);
    let mut rows = Vec::new();
    match document.root().and_then(|r| if r.is("configuration") { Some(r) } else { None }) {
        Some(root) => {
            if let Some(host) = root.child("system.applicationHost") {
                rows = pools(host);
            } else {
                problems.push(Problem::lost(root.start_span(), "expected an element system.applicationHost"));
            }
        }
        None => {
            let place = document.root().map_or(reader.source.id().span(0, 0), |r| r.name_span());
            problems.push(
                Problem::lost(place, "expected an element configuration")
                    .help(r"copy %windir%\System32\inetsrv\config\applicationHost.config"),
            );
        }
    }
    reader.problems(problems);
    // A manifest counts the file as one.
    reader.put(rows, 1);
}

fn pools<'a>(host: Node<'_, 'a>) -> Vec<Spanned<AppPool<'a>>> {
    let Some(list) = host.child("applicationPools") else { return Vec::new() };
    let defaults = list.child("applicationPoolDefaults").and_then(|d| d.child("processModel"));
    let sites = host.child("sites");
    let mut rows = Vec::new();
    for pool in list.children().filter(|c| c.is("add")) {
        let Some(name) = pool.attribute_any_case("name") else { continue };
        let model = pool.child("processModel");
        let (identity, at) = identity(model, defaults, pool.start_span());
        let used = sites.map(|s| applications(s, &name.value)).unwrap_or_default();
        rows.push(Spanned::new(AppPool { name, identity, at, applications: used }, pool.span()));
    }
    rows
}

/// The identity of a pool: its own, else the defaults', else the schema's.
fn identity<'a>(
    model: Option<Node<'_, 'a>>,
    defaults: Option<Node<'_, 'a>>,
    pool: Span,
) -> (PoolIdentity<'a>, Span) {
    for node in [model, defaults].into_iter().flatten() {
        let Some(kind) = node.attribute_any_case("identityType") else { continue };
        let at = node.start_span();
        let identity = match kind.value.to_ascii_lowercase().as_str() {
            "localsystem" => PoolIdentity::Computer("LocalSystem"),
            "networkservice" => PoolIdentity::Computer("NetworkService"),
            "applicationpoolidentity" => PoolIdentity::Computer("ApplicationPoolIdentity"),
            "localservice" => PoolIdentity::LocalService,
            "specificuser" => match node.attribute_any_case("userName") {
                Some(name) => {
                    let password = node.attribute_any_case("password").filter(|p| !p.value.trim().is_empty());
                    let password =
                        password.map(|p| Secret { span: p.span, kind: "password of an application pool" });
                    PoolIdentity::User { name, password }
                }
                None => PoolIdentity::Unknown(kind),
            },
            _ => PoolIdentity::Unknown(kind),
        };
        return (identity, at);
    }
    (PoolIdentity::Computer("ApplicationPoolIdentity"), model.map_or(pool, |m| m.start_span()))
}

fn applications<'a>(sites: Node<'_, 'a>, pool: &str) -> Vec<Spanned<Str<'a>>> {
    let mut used = Vec::new();
    let site_default =
        sites.child("applicationDefaults").and_then(|d| d.attribute_any_case("applicationPool"));
    for site in sites.children().filter(|c| c.is("site")) {
        let own = site.child("applicationDefaults").and_then(|d| d.attribute_any_case("applicationPool"));
        for application in site.children().filter(|c| c.is("application")) {
            let named = application
                .attribute_any_case("applicationPool")
                .or_else(|| own.clone())
                .or_else(|| site_default.clone());
            if named.is_some_and(|n| n.value.eq_ignore_ascii_case(pool))
                && let Some(path) = application.attribute_any_case("path")
            {
                used.push(path);
            }
        }
    }
    used
}
