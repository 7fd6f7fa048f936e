use cmlint_archive::own_file;
use cmlint_model::{Dataset, Scope};

use super::script::{BEGIN, END, HEAD};
use super::{SqlArgs, is_of_server, views};
use crate::Failure;
use crate::out::{Done, Out, Part, State, Why, path_of};

/// What the first line says.
struct Head {
    machine: String,
    database: String,
    account: String,
    /// VIEW ANY DEFINITION, VIEW SERVER STATE, VIEW DEFINITION in the database.
    rights: [bool; 3],
}

/// One view between its two lines.
#[derive(Default)]
struct View {
    header: Option<String>,
    rows: Vec<String>,
    /// The number of rows that the server counted.
    counted: Option<u64>,
    /// What the server said in between.
    error: Option<String>,
    broken: usize,
}

/// Takes the results of the script into a snapshot.
///
/// # Errors
/// When the file is none of the script's, or of another server or database.
pub(crate) fn take_in(args: &SqlArgs) -> Result<Vec<Done>, Failure> {
    args.check()?;
    let (Some(file), Some(folder)) = (&args.results, &args.out) else {
        return Err(Failure::Usage("--results and --out go together".to_owned()));
    };
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let text = own_file(file).map_err(wrong)?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = lines.iter().find_map(|line| head(line)).ok_or_else(|| {
        wrong(format!("expected a line that begins with `{HEAD}`: these are no results of the script"))
    })?;
    let short = args.server.split('.').next().unwrap_or_default();
    if !head.machine.eq_ignore_ascii_case(short) || !head.database.eq_ignore_ascii_case(&args.database) {
        let text = format!(
            "these are results of the database {} on {}, not of {} on {}",
            head.database, head.machine, args.database, args.server
        );
        return Err(wrong(text));
    }
    let out = Out::open(folder, &args.allow)?;
    for dataset in views() {
        let view = view(dataset, &lines);
        let scope =
            Scope::database(&args.server, if is_of_server(dataset) { "master" } else { &args.database });
        let state = view.state(dataset, &head);
        let source = format!("script of cmlint-collect sql, run on {} as {}", head.machine, head.account);
        let mut part = Part::new(dataset, scope, state, source);
        if part.state.has_data() {
            let path = path_of(dataset, &part.scope);
            part.files.push(out.write(&path, view.text().as_bytes(), view.rows.len() as u64)?);
        }
        out.record(part)?;
    }
    Ok(out.done())
}

fn head(line: &str) -> Option<Head> {
    let fields = fields(line.strip_prefix(HEAD)?.trim())?;
    let [machine, database, account, any, state, definition] = <[String; 6]>::try_from(fields).ok()?;
    let rights = [any, state, definition].map(|right| right == "1");
    Some(Head { machine, database, account, rights })
}

fn view(dataset: Dataset, lines: &[&str]) -> View {
    let name = dataset.name();
    let mut view = View::default();
    let of_it = |line: &str, word: &str| {
        let rest = line.strip_prefix(word)?.trim().strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim().to_owned())
    };
    let begin = lines.iter().position(|line| of_it(line, BEGIN).is_some());
    for line in begin.map_or(&[][..], |at| &lines[at + 1..]) {
        if let Some(count) = of_it(line, END) {
            view.counted = count.parse().ok();
            break;
        }
        if line.starts_with('#') {
            break;
        }
        view.line(line);
    }
    view
}

impl View {
    fn line(&mut self, line: &str) {
        if line.starts_with('"') {
            match &self.header {
                None => self.header = Some(line.to_owned()),
                Some(header) => match (fields(line), fields(header)) {
                    (Some(row), Some(names)) if row.len() == names.len() => self.rows.push(line.to_owned()),
                    _ => self.broken += 1,
                },
            }
        } else if self.error.is_none() && (line.starts_with("Msg ") || line.contains("permission was denied"))
        {
            self.error = Some(line.chars().take(200).collect());
        }
        // Anything else is a title and its underline, which one of the two tools writes.
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for line in self.header.iter().chain(&self.rows) {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text
    }

    fn state(&self, dataset: Dataset, head: &Head) -> State {
        let right = dataset.info().right;
        let rows = self.rows.len();
        if let Some(error) = &self.error {
            return State::Failed(Why::new(format!("the server answered: {error}")).needs_right(right));
        }
        if self.header.is_none() {
            return State::Failed(Why::new("the results hold nothing of this view"));
        }
        let cut = match self.counted {
            None => Some(format!("the results end after {rows} rows of this view")),
            Some(counted) if counted != rows as u64 => {
                Some(format!("the results hold {rows} rows of this view, and the server counted {counted}"))
            }
            Some(_) => None,
        };
        if let Some(what) = cut {
            let broken =
                if self.broken > 0 { format!("; {} lines were cut", self.broken) } else { String::new() };
            return State::Partial(Why::new(format!("{what}{broken}")));
        }
        let [any, server_state, definition] = head.rights;
        let sees = if is_of_server(dataset) { any && server_state } else { any || definition };
        match sees {
            true => State::Complete,
            false => {
                let what = format!("the server shows `{}` only what concerns it", head.account);
                State::Partial(Why::new(what).needs_right(right))
            }
        }
    }
}

/// The fields of a line of which each is quoted.
fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.strip_prefix('"')?;
        let mut field = String::new();
        loop {
            let at = rest.find('"')?;
            field.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.strip_prefix('"') {
                Some(behind) => {
                    field.push('"');
                    rest = behind;
                }
                None => break,
            }
        }
        fields.push(field);
        if rest.is_empty() {
            return Some(fields);
        }
        rest = rest.strip_prefix(',')?;
    }
}
