use cmlint_lint::Severity;
use cmlint_model::Text;
use cmlint_source::Span;

/// Something to be said about the user's own files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What it is.
    pub kind: NoticeKind,
    /// Where, in a file of the user's own.
    pub span: Span,
    /// What is wrong, lower case, no full stop.
    pub message: Text,
    /// What to do.
    pub help: Text,
}

/// The kinds of [`Notice`]; each has an identifier like a lint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoticeKind {
    /// A suppression names a lint that does not exist.
    UnknownLint,
    /// A suppression is about a lint that may not be suppressed.
    Forbidden,
    /// A suppression would cover more than one should accept in one line.
    TooBroad,
    /// A suppression is over.
    Expired,
    /// The finding rests on more than was accepted.
    Outgrown,
    /// A suppression covers no finding.
    Unused,
    /// Nobody says which day it is.
    Undated,
    /// A finding of the baseline is there no more.
    Stale,
    /// A finding of the baseline is there again, and rests on more than before.
    Grown,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [NoticeKind; 9] = [
        NoticeKind::UnknownLint,
        NoticeKind::Forbidden,
        NoticeKind::TooBroad,
        NoticeKind::Expired,
        NoticeKind::Outgrown,
        NoticeKind::Unused,
        NoticeKind::Undated,
        NoticeKind::Stale,
        NoticeKind::Grown,
    ];

    /// The identifier.
    pub fn id(self) -> &'static str {
        match self {
            NoticeKind::UnknownLint => "suppression-unknown-lint",
            NoticeKind::Forbidden => "suppression-forbidden",
            NoticeKind::TooBroad => "suppression-too-broad",
            NoticeKind::Expired => "suppression-expired",
            NoticeKind::Outgrown => "suppression-outgrown",
            NoticeKind::Unused => "suppression-unused",
            NoticeKind::Undated => "suppression-undated",
            NoticeKind::Stale => "baseline-stale",
            NoticeKind::Grown => "baseline-outgrown",
        }
    }

    /// What it means, as a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            NoticeKind::UnknownLint => "A suppression names a lint that does not exist.",
            NoticeKind::Forbidden => "A suppression is about a lint that may not be suppressed.",
            NoticeKind::TooBroad => "A suppression would cover more than one line should accept.",
            NoticeKind::Expired => "A suppression is over; what it covered is open again.",
            NoticeKind::Outgrown => "A finding rests on more than was accepted, and is open again.",
            NoticeKind::Unused => "A suppression covers no finding.",
            NoticeKind::Undated => "A suppression has an end, and nobody says which day it is.",
            NoticeKind::Stale => "A finding of the baseline is there no more.",
            NoticeKind::Grown => "A finding of the baseline rests on more than before, and is open again.",
        }
    }

    /// How bad it is, as a finding about the user's own files; `None` where it is only good to know. What
    /// somebody takes for suppressed and is not is medium; what is left over is low.
    pub fn severity(self) -> Option<Severity> {
        match self {
            NoticeKind::UnknownLint | NoticeKind::Forbidden | NoticeKind::TooBroad => Some(Severity::Medium),
            NoticeKind::Expired | NoticeKind::Unused => Some(Severity::Low),
            // The finding that is open again counts by itself.
            NoticeKind::Outgrown | NoticeKind::Grown => None,
            NoticeKind::Undated | NoticeKind::Stale => None,
        }
    }
}

impl Notice {
    /// See [`NoticeKind::severity`].
    pub fn severity(&self) -> Option<Severity> {
        self.kind.severity()
    }
}
