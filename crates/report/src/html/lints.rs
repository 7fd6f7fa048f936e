//! How every lint ended, what is missing for those that did not judge, and files with problems.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cmlint_engine::Verdict;
use cmlint_model::FileProblem;

use super::findings::Page;
use super::write::{code, lines, plain, tag, text, words};
use crate::human::collect::scope_names;
use crate::{outward, paint};

/// One line for each lint.
pub(super) fn outcomes(page: &Page<'_>, out: &mut String) {
    out.push_str(
        "<section id=\"lints\" aria-labelledby=\"h-lints\"><h2 id=\"h-lints\">Lints</h2>\n\
         <div class=\"wide\" role=\"region\" aria-labelledby=\"h-lints\" tabindex=\"0\"><table class=\"lints\">\n\
         <thead><tr><th scope=\"col\">lint</th><th scope=\"col\">outcome</th><th scope=\"col\">findings</th>\
         <th scope=\"col\">checked</th><th scope=\"col\">why</th></tr></thead><tbody>\n",
    );
    // What needs attention first.
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Crashed(_) => 0,
        Verdict::Fail => 1,
        Verdict::NotEvaluated => 2,
        Verdict::Pass => 3,
        Verdict::NotApplicable(_) => 4,
    };
    let mut all: Vec<_> = page.input.run.lints.iter().collect();
    all.sort_by_key(|lint| (rank(&lint.verdict), lint.def.id));
    for lint in all {
        let id = text(lint.def.id);
        let name = match lint.findings.is_empty() {
            true => format!("<code>{id}</code>"),
            false => format!("<a href=\"#lint-{id}\"><code>{id}</code></a>"),
        };
        let word = lint.verdict.word();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{name}<small>{}</small></th><td class=\"{word}\">{}</td><td>{}</td><td>{} {}</td><td>{}</td></tr>",
            plain(lint.def.meta.title),
            word.replace('_', " "),
            lint.findings.len(),
            lint.checked,
            text(lint.def.meta.noun),
            plain(&outward::doubt(lint).unwrap_or_default())
        );
    }
    out.push_str("</tbody></table></div></section>\n");
}

/// What to collect.
pub(super) fn missing(page: &Page<'_>, out: &mut String) {
    let missing = outward::missing(page.input.run);
    if missing.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<section id=\"missing\" aria-labelledby=\"h-missing\"><h2 id=\"h-missing\">What is missing</h2>\n<p>{} could not \
         be judged, or not wholly, for want of this.</p>\n",
        paint::count(page.input.run.lints.iter().filter(|l| !l.gaps.is_empty()).count(), "lint")
    );
    for part in &missing {
        let lints = paint::count(part.lints.len(), "lint");
        let _ = write!(
            out,
            "<details class=\"gap\"><summary>{} <span class=\"count\">{lints}</span></summary><ul>",
            code(&part.name)
        );
        for ((status, why), scopes) in &part.states {
            let scopes: Vec<_> = scopes.iter().copied().collect();
            let mut words = format!("{status}: {}", scope_names(&scopes, 12, true));
            if !why.is_empty() {
                let _ = write!(words, " ({why})");
            }
            tag(out, "li", "", &plain(&words));
        }
        let ids: Vec<String> = part.lints.iter().map(|id| code(id)).collect();
        let _ =
            write!(out, "<li>missed by {}</li><li>right: {}</li></ul>", ids.join(", "), plain(part.right));
        tag(out, "pre", "command", &format!("<code>{}</code>", lines(part.command)));
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
}

/// What is to be said about suppressions and baseline.
pub(super) fn notices(page: &Page<'_>, out: &mut String) {
    let notices = &page.input.run.notices;
    if notices.is_empty() {
        return;
    }
    out.push_str(
        "<section id=\"notices\" aria-labelledby=\"h-notices\"><h2 id=\"h-notices\">Suppressions and baseline</h2>\n",
    );
    for notice in notices {
        let weight = outward::weight(notice);
        let _ =
            write!(out, "<h3><span class=\"badge {weight}\">{weight}</span> {}</h3>", words(&notice.message));
        tag(out, "p", "meta", &code(notice.kind.id()));
        if !notice.help.is_empty() {
            tag(out, "p", "help", &format!("<strong>Help:</strong> {}", words(&notice.help)));
        }
        page.excerpts(out, &[(notice.span, String::new())]);
        out.push('\n');
    }
    out.push_str("</section>\n");
}

/// Files that could not be read, or not wholly.
pub(super) fn problems(page: &Page<'_>, out: &mut String) {
    let problems = &page.input.snapshot.problems;
    if problems.is_empty() {
        return;
    }
    let mut files: BTreeMap<&str, Vec<&FileProblem>> = BTreeMap::new();
    for problem in problems {
        files.entry(problem.path.as_str()).or_default().push(problem);
    }
    out.push_str(
        "<section id=\"files\" aria-labelledby=\"h-files\"><h2 id=\"h-files\">Files with problems</h2>\n",
    );
    for (path, mut problems) in files {
        problems
            .sort_by_key(|p| p.problem.as_ref().ok().map(|p| (p.span.start, p.span.len, p.message.as_str())));
        let _ = writeln!(out, "<h3>{}</h3>", code(path));
        for problem in problems {
            match &problem.problem {
                Err(words) => tag(out, "p", "", &plain(words)),
                Ok(problem) => {
                    tag(out, "p", "", &plain(&outward::sentence(&problem.message)));
                    if let Some(help) = &problem.help {
                        tag(out, "p", "help", &format!("<strong>Help:</strong> {}", plain(help)));
                    }
                    page.excerpts(out, &[(problem.span, String::new())]);
                }
            }
            out.push('\n');
        }
    }
    out.push_str("</section>\n");
}
