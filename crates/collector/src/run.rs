use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use crate::Failure;
use crate::adopt;
use crate::args::{Args, Command, OutArgs};
use crate::commands;
use crate::directory::DirectoryPlace;
use crate::host::HostPlace;
use crate::out::{Done, Out, State, closing_table};
use crate::place::{Ask, Place, Run};
use crate::progress::Progress;
use crate::site::Site;
use crate::sql;
use crate::verify;

/// Everything that was asked for is there.
const COMPLETE: u8 = 0;
/// Nothing was collected, or the call was wrong.
const NOTHING: u8 = 2;
/// Some of it is there.
const PARTIAL: u8 = 3;

/// Runs the program and gives its exit code.
pub fn main(args: Args) -> ExitCode {
    command(args.command).map_or_else(
        |failure| {
            let _ = writeln!(io::stderr().lock(), "cmlint-collect: {failure}");
            ExitCode::from(NOTHING)
        },
        ExitCode::from,
    )
}

fn command(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Adopt(args) => adopt::adopt(&args).map(|adopted| {
            print(&closing_table(&adopted.done));
            print(&adopted.remarks);
            exit_code(&adopted.done)
        }),
        Command::Commands(args) => commands::text(&args).map(|text| {
            print(&text);
            COMPLETE
        }),
        Command::Sql(args) if args.results.is_none() => args.script().map(|text| {
            print(&text);
            COMPLETE
        }),
        Command::Sql(args) => sql::take_in(&args).map(|done| {
            print(&closing_table(&done));
            exit_code(&done)
        }),
        Command::Verify(args) => verify::verify(&args).map(|verdict| {
            print(&verdict.text);
            if verdict.agrees { COMPLETE } else { PARTIAL }
        }),
        Command::Site(args) => collect(&Site::new(args.site, std::thread::sleep)?, &args.out),
        Command::Directory(args) => collect(&DirectoryPlace::new(&args)?, &args.out),
        Command::Host(args) => collect(&HostPlace::new(&args)?, &args.out),
    }
}

/// Collects from one place into the output folder, or says what would be asked.
pub(crate) fn collect(place: &dyn Place, args: &OutArgs) -> Result<u8, Failure> {
    if args.dry_run {
        print(&asks(&place.asks()));
        return Ok(COMPLETE);
    }
    let out = Arc::new(Out::open(&args.out, &args.allow)?);
    let progress = Progress::new(args.quiet);
    end_on_interrupt(out.clone());
    let outcome = place.collect(&Run { out: &out, progress: &progress });
    let done = out.done();
    drop(progress);
    print(&closing_table(&done));
    outcome?;
    Ok(exit_code(&done))
}

/// Writes to standard output. When nobody reads it there is nobody to tell.
pub(crate) fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

pub(crate) fn exit_code(done: &[Done]) -> u8 {
    if !done.iter().any(|d| d.part.state.has_data()) {
        NOTHING
    } else if done.iter().all(|d| d.part.state == State::Complete) {
        COMPLETE
    } else {
        PARTIAL
    }
}

/// A call that waits for a server cannot be waited for, so the run ends here and now: the snapshot is whole after
/// each part, and what is being written has another name.
#[allow(clippy::exit, reason = "an interrupted program ends wherever it is")]
fn end_on_interrupt(out: Arc<Out>) {
    // A second handler in one process is an error, and does not occur: one run, one place.
    let _ = ctrlc::set_handler(move || {
        let done = out.interrupt();
        let code = match &done {
            Ok(done) => {
                print(&closing_table(done));
                exit_code(done)
            }
            Err(_) => NOTHING,
        };
        let _ =
            writeln!(io::stderr().lock(), "cmlint-collect: interrupted; the snapshot holds what was done");
        std::process::exit(i32::from(if code == COMPLETE { PARTIAL } else { code }));
    });
}

fn asks(asks: &[Ask]) -> String {
    let mut text = String::from("nothing is asked of anybody; without --dry-run it would be:\n");
    let mut whom = "";
    for ask in asks {
        if ask.whom != whom {
            whom = &ask.whom;
            text.push_str(&format!("\n{whom}\n"));
        }
        text.push_str(&format!("  {}\n    into {}\n    needs: {}\n", ask.what, ask.file, ask.right));
    }
    text
}
