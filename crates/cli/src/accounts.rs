//! `cmlint accounts`.

use cmlint_engine::{Options, run, select};
use cmlint_lints::LINTS;
use cmlint_report::accounts::Inventory;

use crate::Exit;
use crate::args::{Accounts, Cli, Format};
use crate::check::{TOOL, in_pool};
use crate::io::{answers, deliver, style};
use crate::open::open;

pub(crate) fn accounts(cli: &Cli, args: &Accounts) -> Result<Exit, Exit> {
    let outputs = answers(&args.output)?;
    in_pool(cli, || {
        let archive = open(&args.input, &style(cli, true))?;
        let snapshot = archive.read();
        let options = Options { hide: cmlint_text::secrets::last_net, ..Options::default() };
        let run = run(select(LINTS, &snapshot, false), &snapshot, archive.sources(), options);
        let inventory = Inventory::of(&snapshot, archive.sources(), &run);
        for output in &outputs {
            let text = match output.format {
                Format::Json => inventory.json(TOOL),
                _ => inventory.human(&style(cli, output.file.is_some())),
            };
            deliver(&text, output)?;
        }
        // An inventory is an answer and no judgement: what is wrong decides nothing here.
        Ok(Exit::Clean)
    })
}
