//! `cmlint check`.

use std::mem::ManuallyDrop;

use cmlint_engine::{Options, Run, Selection, run, select};
use cmlint_lints::LINTS;
use cmlint_report::outward::{GroupBy, Outside, Shown};
use cmlint_report::{Input, Tool, about, github, html, human, json, junit, markdown, sarif};
use cmlint_source::Source;

use crate::Exit;
use crate::args::{self, Check, Cli, Format};
use crate::given;
use crate::io::{deliver, outputs, say, style};
use crate::open::{open, visible};
use crate::own::Own;
use crate::repository;
use crate::review::{lay_over, narrow, redact};

pub(crate) const TOOL: Tool<'static> = Tool { name: "cmlint", version: env!("CARGO_PKG_VERSION") };

pub(crate) fn check(cli: &Cli, args: &Check) -> Result<Exit, Exit> {
    let outputs = outputs(&args.output)?;
    let mut own = Own::load(&args.settings, &args.baselined, Some(&args.input.path), &style(cli, true))?;
    let lints = own.lints()?;
    let key = redact::key(&args.redact)?;
    if cli.verbose {
        own.tell();
    }
    in_pool(cli, || {
        // The program ends behind this: the system takes a large snapshot back at once, and giving it back piece by
        // piece costs as much as judging it.
        let mut archive = ManuallyDrop::new(open(&args.input, &style(cli, true))?);
        archive.adopt(own.take_sources());
        lay_over(&mut archive, &args.review, &args.input, &style(cli, true))?;
        let mut snapshot = ManuallyDrop::new(archive.read());
        snapshot.policy = own.policy();
        let selection: Selection = select(&lints, &snapshot, args.require_all);
        let min_confidence = own.effective().min_confidence.value;
        let options = Options { min_confidence, hide: cmlint_text::secrets::last_net };
        let mut run: Run = run(selection, &snapshot, archive.sources(), options);
        own.settle(&mut run, &snapshot, archive.sources());
        let redactor = key.as_ref().map(|key| redact::redactor(&[(&snapshot, archive.sources())], key));
        let again = redactor.as_ref().map(|r| redact::rewritten(&archive, r)).transpose();
        let again = again.map_err(|why| redact::refuse(&why))?;
        let names = redactor.as_ref().zip(again.as_ref());
        let mut review = args.review.clone();
        let mut path = args.input.path.display().to_string();
        let mut root = repository::root(&args.input.path, archive.sources().files().map(Source::path));
        let (mut shown_snapshot, sources, shown_run) = match names {
            None => (snapshot, archive.sources(), run.clone()),
            Some((redactor, again)) => {
                let mut with = again.read();
                with.policy = redact::policy(&snapshot.policy, redactor);
                let before = redact::Judged { run: &run, sources: archive.sources() };
                let after = (&with, again.sources());
                let all = args.require_all;
                let shown = redact::judge_again(&lints, all, options, &before, after, redactor)
                    .map_err(|why| redact::refuse(&why))?;
                for text in [&mut path, &mut root] {
                    *text = redactor.line(text);
                }
                review.host = review.host.map(|host| redactor.line(&host));
                (ManuallyDrop::new(with), again.sources(), shown)
            }
        };
        let narrowed = narrow(&shown_run, &shown_snapshot, &review)?;
        shown_snapshot.about.narrowed = narrowed.as_ref().map(|(_, narrowed)| narrowed.clone());
        let snapshot = shown_snapshot;
        if outputs.iter().all(|o| o.format != Format::Human || o.file.is_some()) {
            about::laid(&snapshot.about).iter().for_each(|words| say(&format!("cmlint: {}", visible(words))));
            about::narrowed(&snapshot.about).iter().for_each(|words| say(&format!("cmlint: {words}")));
        }
        let input = Input {
            run: narrowed.as_ref().map_or(&shown_run, |(shown, _)| shown),
            snapshot: &snapshot,
            sources,
            tool: TOOL,
            path: &path,
        };
        let outside = Outside { root: &root, lints: LINTS, last_net: cmlint_text::secrets::last_net };
        let shown = Shown { group_by: args.group_by.map(group), most: args.max_findings };
        for output in &outputs {
            let text = match output.format {
                Format::Human => {
                    let style = style(cli, output.file.is_some());
                    given::roles(&snapshot, sources, &style) + &human::report_shown(&input, &style, &shown)
                }
                Format::Json => json::report(&input),
                Format::Sarif => sarif::report(&input, &outside),
                Format::SarifFull => sarif::full(&input, &outside),
                Format::Junit => junit::report(&input, &outside),
                Format::Github => github::report(&input, &outside, shown.most.unwrap_or(github::SHOWN)),
                Format::Markdown => markdown::report_shown(&input, &outside, &shown),
                Format::Html => html::report(&input, &outside),
            };
            deliver(&text, output)?;
        }
        if cli.verbose {
            for (file, why) in again.as_ref().unwrap_or(&archive).ignored() {
                say(&format!("cmlint: {} was ignored: {}", visible(file), visible(why)));
            }
        }
        let exit = Exit::of(&run, own.effective().fail_on.value, own.effective().allow_incomplete.value);
        if exit == Exit::Incomplete {
            tell_incomplete(&run);
        }
        Ok(exit)
    })
}

fn group(by: args::GroupBy) -> GroupBy {
    match by {
        args::GroupBy::Lint => GroupBy::Lint,
        args::GroupBy::Object => GroupBy::Object,
        args::GroupBy::Host => GroupBy::Host,
        args::GroupBy::Site => GroupBy::Site,
    }
}

/// Why the exit code is neither that of findings nor 0, and what changes it: a pipeline shows no more than this.
fn tell_incomplete(run: &Run) {
    let count = run.lints.iter().filter(|lint| lint.is_incomplete()).count();
    let lints = if count == 1 { "1 lint".to_owned() } else { format!("{count} lints") };
    say(&format!(
        "cmlint: exit code 3: nothing at or above the threshold, but {lints} could not see everything"
    ));
    say("  collect what is missing, or list it under not-collected-on-purpose in cmlint.toml;");
    say("  --allow-incomplete, or allow-incomplete = true there, makes it 0 whatever is missing");
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
