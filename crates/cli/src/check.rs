//! `cmlint check`.

use cmlint_engine::{Options, Run, Selection, run, select};
use cmlint_lint::LintDef;
use cmlint_lints::LINTS;
use cmlint_report::outward::Outside;
use cmlint_report::{Input, Tool, github, html, human, json, junit, markdown, sarif};
use cmlint_source::Source;

use crate::Exit;
use crate::args::{Check, Cli, Format};
use crate::given;
use crate::io::{deliver, outputs, say, style};
use crate::open::{open, visible};
use crate::repository;
use crate::show::suggest;

pub(crate) const TOOL: Tool<'static> = Tool { name: "cmlint", version: env!("CARGO_PKG_VERSION") };

pub(crate) fn check(cli: &Cli, args: &Check) -> Result<Exit, Exit> {
    let outputs = outputs(&args.output)?;
    let lints = chosen(args)?;
    in_pool(cli, || {
        let archive = open(&args.input, &style(cli, true))?;
        let snapshot = archive.read();
        let selection: Selection = select(&lints, &snapshot, args.require_all);
        let run: Run = run(
            selection,
            &snapshot,
            archive.sources(),
            Options { min_confidence: args.min_confidence, hide: cmlint_text::secrets::last_net },
        );
        let path = args.input.path.display().to_string();
        let input =
            Input { run: &run, snapshot: &snapshot, sources: archive.sources(), tool: TOOL, path: &path };
        let root = repository::root(&args.input.path, archive.sources().files().map(Source::path));
        let outside = Outside { root: &root, lints: LINTS, last_net: cmlint_text::secrets::last_net };
        for output in &outputs {
            let text = match output.format {
                Format::Human => {
                    let style = style(cli, output.file.is_some());
                    given::roles(&snapshot, archive.sources(), &style) + &human::report(&input, &style)
                }
                Format::Json => json::report(&input),
                Format::Sarif => sarif::report(&input, &outside),
                Format::Junit => junit::report(&input, &outside),
                Format::Github => github::report(&input, &outside, github::SHOWN),
                Format::Markdown => markdown::report(&input, &outside),
                Format::Html => html::report(&input, &outside),
            };
            deliver(&text, output)?;
        }
        if cli.verbose {
            for (file, why) in archive.ignored() {
                say(&format!("cmlint: {} was ignored: {}", visible(file), visible(why)));
            }
        }
        Ok(Exit::of(&run, args.fail_on, args.allow_incomplete))
    })
}

/// Runs `work` on the number of threads that was asked for.
pub(crate) fn in_pool<T: Send>(cli: &Cli, work: impl FnOnce() -> Result<T, Exit> + Send) -> Result<T, Exit> {
    let Some(threads) = cli.threads else { return work() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(error) => {
            say(&format!("cmlint: {threads} threads cannot be started: {error}"));
            Err(Exit::Usage)
        }
    }
}

fn chosen(args: &Check) -> Result<Vec<LintDef>, Exit> {
    let mut unknown = false;
    for id in args.select.iter().chain(&args.ignore) {
        if cmlint_lints::find(id).is_none() {
            unknown = true;
            say(&format!("cmlint: there is no lint `{}`{}", visible(id), suggest(id)));
        }
    }
    if unknown {
        return Err(Exit::Usage);
    }
    let wanted = |def: &&LintDef| {
        (args.select.is_empty() || args.select.iter().any(|id| id == def.id))
            && !args.ignore.iter().any(|id| id == def.id)
    };
    Ok(LINTS.iter().filter(wanted).copied().collect())
}
