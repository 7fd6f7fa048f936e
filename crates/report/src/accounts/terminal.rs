use cmlint_model::purpose::Empty;

use super::{Entry, Identity, Inventory, Line, Password, Shared};
use crate::human::holes;
use crate::paint::{self, Paint};
use crate::{Style, escape};

/// Under each purpose its accounts, or what is used without one.
pub(super) fn draw(inventory: &Inventory, style: &Style) -> String {
    let list = List { style, paint: Paint::of(style) };
    let mut out = String::new();
    let shown = |entry: &&Entry| style.verbose || !entry.accounts.is_empty();
    for entry in inventory.purposes.iter().filter(shown) {
        list.purpose(&mut out, entry);
    }
    let bare = |seen: bool| {
        let hidden = inventory.purposes.iter().filter(|e| !shown(e) && e.holes.is_empty() == seen);
        hidden.map(|e| e.purpose.title()).collect::<Vec<_>>()
    };
    list.titles(&mut out, "no account is named for", &bare(true));
    list.titles(&mut out, "cannot be seen here", &bare(false));
    let all: Vec<_> = inventory.purposes.iter().flat_map(|e| e.holes.iter().cloned()).collect();
    if !all.is_empty() {
        out.push_str(&holes::missing(&all, style));
    }
    let named: usize = inventory.purposes.iter().map(|e| e.accounts.len()).sum();
    let used = inventory.purposes.iter().filter(|e| !e.accounts.is_empty()).count();
    out.push_str(&format!("{} for {}\n", paint::count(named, "account"), paint::count(used, "purpose")));
    out
}

struct List<'l> {
    style: &'l Style,
    paint: Paint,
}

impl List<'_> {
    fn purpose(&self, out: &mut String, entry: &Entry) {
        out.push_str(&self.paint.bold(entry.purpose.title()));
        out.push('\n');
        for line in &entry.accounts {
            self.account(out, line);
        }
        if entry.accounts.is_empty() {
            self.line(out, "  ", if entry.holes.is_empty() { unnamed(entry) } else { "cannot be seen here" });
        } else if !entry.holes.is_empty() {
            self.line(out, "  ", "there may be more: not all of it was collected");
        }
        out.push('\n');
    }

    fn account(&self, out: &mut String, account: &Line) {
        let text = |words: &str| escape::line(words, self.style.unicode);
        let head = format!("  {}  ", self.paint.title(text(&account.name)));
        self.line(out, &head, &text(&account.used));
        let place = &account.place;
        self.line(out, "      ", &format!("{}:{}:{}", text(&place.path), place.line, place.column));
        self.line(out, "      ", &self.standing(account).join(self.dot()));
        if !account.shared.is_empty() {
            let shared: Vec<&str> = account.shared.iter().map(Shared::word).collect();
            self.line(out, "      also: ", &shared.join(", "));
        }
        let mut kinds: Vec<(&str, &str, usize)> = Vec::new();
        for finding in &account.findings {
            match kinds.iter_mut().find(|k| (k.0, k.1) == (finding.severity, finding.lint)) {
                Some(kind) => kind.2 += 1,
                None => kinds.push((finding.severity, finding.lint, 1)),
            }
        }
        for (severity, lint, count) in kinds {
            let times = if count == 1 { String::new() } else { format!(" ({count})") };
            self.line(out, "      ", &format!("{severity}: {lint}{times}"));
        }
    }

    fn standing(&self, account: &Line) -> Vec<String> {
        let mut words = vec![match &account.stands_for {
            Identity::Sid(sid) => sid.clone(),
            Identity::Missing => self.paint.bad("does not exist"),
            Identity::Unknown => "whom it stands for is not known".to_owned(),
            Identity::Several(count) => format!("stands for {count} principals"),
            Identity::Variable(variable) => {
                format!("set by the variable {}", escape::line(variable, self.style.unicode))
            }
        }];
        words.extend(account.kind.map(str::to_owned));
        words.extend(account.enabled.map(|enabled| match enabled {
            true => "enabled".to_owned(),
            false => self.paint.careful("disabled"),
        }));
        words.extend(account.password.as_ref().map(|password| match password {
            Password::Set(day, Some(age)) => {
                format!("password of {day}, {} old", paint::count(*age as usize, "day"))
            }
            Password::Set(day, None) => format!("password of {day}"),
            Password::MustChange => "password must be changed".to_owned(),
        }));
        words
    }

    fn titles(&self, out: &mut String, head: &str, titles: &[&str]) {
        if titles.is_empty() {
            return;
        }
        out.push_str(head);
        out.push('\n');
        for title in titles {
            self.line(out, "  ", title);
        }
        out.push('\n');
    }

    fn line(&self, out: &mut String, head: &str, words: &str) {
        out.push_str(paint::hang(head, words, self.style.columns(), false).trim_end());
        out.push('\n');
    }

    fn dot(&self) -> &'static str {
        if self.style.unicode { " · " } else { " - " }
    }
}

impl Shared {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Shared::Purpose(purpose) => purpose.title(),
            Shared::Administrator => "administrative user",
        }
    }
}

/// What the product does where no account is named.
fn unnamed(entry: &Entry) -> &'static str {
    match entry.purpose.info().empty {
        Empty::SiteServer => "none is named: the computer account of the site server is used",
        Empty::RoleHost => "none is named: the computer account of the computer that holds the role is used",
        Empty::None => "none is named",
    }
}
