//! Text with typed names.
//!
//! A message is prose by us and names from the snapshot. Keeping the two apart means that redaction
//! replaces names by their kind, HTML escapes them, and control or bidirectional characters in them are
//! made visible, all without searching text.

use std::borrow::Cow;
use std::fmt;

/// What a name in a text names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NameKind {
    /// A user, group or computer account by name.
    Principal,
    /// A security identifier.
    Sid,
    /// A computer.
    Host,
    /// A site code.
    Site,
    /// A DNS or NetBIOS domain name, or a forest.
    Domain,
    /// A server and database, or one of its roles.
    Database,
    /// A path: folder, share, registry key, namespace, distinguished name.
    Path,
    /// A security role, security scope or collection, by name or identifier.
    Role,
    /// A task sequence, package or step.
    Object,
    /// A product constant that names nothing of the organisation: a user right, a permission, a property.
    Term,
}

/// A name from the snapshot, with its kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name {
    /// What it names.
    pub kind: NameKind,
    /// The name as the snapshot writes it; hostile until a reporter has escaped it.
    pub text: String,
}

/// A sentence or part of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Text {
    parts: Vec<Part>,
}

/// A piece of a [`Text`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// Our own words.
    Prose(Cow<'static, str>),
    /// A name.
    Name(Name),
}

impl Text {
    /// Our own words, without names.
    pub fn prose(words: impl Into<Cow<'static, str>>) -> Text {
        Text { parts: vec![Part::Prose(words.into())] }
    }

    /// The pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|p| match p {
            Part::Prose(s) => s.is_empty(),
            Part::Name(n) => n.text.is_empty(),
        })
    }

    /// Appends another text.
    #[must_use]
    pub fn and(mut self, other: Text) -> Text {
        self.parts.extend(other.parts);
        self
    }

    /// Texts with a separator between them.
    pub fn join(texts: impl IntoIterator<Item = Text>, separator: &'static str) -> Text {
        let mut parts = Vec::new();
        for (index, text) in texts.into_iter().enumerate() {
            if index > 0 {
                parts.push(Part::Prose(Cow::Borrowed(separator)));
            }
            parts.extend(text.parts);
        }
        Text { parts }
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.parts.iter().filter_map(|p| match p {
            Part::Name(n) => Some(n),
            Part::Prose(_) => None,
        })
    }

    /// Puts another text in the place of each name for which there is one.
    pub fn replace_names(&mut self, other: impl Fn(&str) -> Option<String>) {
        for part in &mut self.parts {
            if let Part::Name(name) = part
                && let Some(other) = other(&name.text)
            {
                name.text = other;
            }
        }
    }

    #[doc(hidden)]
    pub fn format(template: &'static str, arguments: &[&dyn Speak]) -> Text {
        let mut parts = Vec::new();
        let mut rest = template;
        let mut arguments = arguments.iter();
        while let Some(at) = rest.find("{}") {
            if at > 0 {
                parts.push(Part::Prose(Cow::Borrowed(&rest[..at])));
            }
            if let Some(argument) = arguments.next() {
                argument.speak(&mut parts);
            }
            rest = &rest[at + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Prose(Cow::Borrowed(rest)));
        }
        Text { parts }
    }
}

/// The words as they are, with names unescaped: for tests and keys, not for a terminal.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Prose(words) => f.write_str(words)?,
                Part::Name(name) => f.write_str(&name.text)?,
            }
        }
        Ok(())
    }
}

/// What may stand in the braces of [`text!`](crate::text!): names, numbers, our own words. A `String` or a
/// borrowed text of the snapshot may not: it must say what it names.
pub trait Speak {
    #[doc(hidden)]
    fn speak(&self, parts: &mut Vec<Part>);
}

impl Speak for Name {
    fn speak(&self, parts: &mut Vec<Part>) {
        parts.push(Part::Name(self.clone()));
    }
}

impl Speak for Text {
    fn speak(&self, parts: &mut Vec<Part>) {
        parts.extend(self.parts.iter().cloned());
    }
}

impl Speak for &'static str {
    fn speak(&self, parts: &mut Vec<Part>) {
        parts.push(Part::Prose(Cow::Borrowed(self)));
    }
}

impl<T: Speak + ?Sized> Speak for &T {
    fn speak(&self, parts: &mut Vec<Part>) {
        (**self).speak(parts);
    }
}

macro_rules! speak_numbers {
    ($($t:ty),*) => {$(
        impl Speak for $t {
            fn speak(&self, parts: &mut Vec<Part>) {
                parts.push(Part::Prose(Cow::Owned(self.to_string())));
            }
        }
    )*};
}
speak_numbers!(u32, u64, usize, i64);

macro_rules! namers {
    ($($(#[$doc:meta])* $f:ident => $kind:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $f(text: impl ToString) -> Name {
            Name { kind: NameKind::$kind, text: text.to_string() }
        }
    )*};
}

namers! {
    /// Names a user, group or computer account.
    principal => Principal,
    /// Names a security identifier.
    sid => Sid,
    /// Names a computer.
    host => Host,
    /// Names a site by its code.
    site => Site,
    /// Names a domain or forest.
    domain => Domain,
    /// Names a database, a server with a database, or a role in one.
    database => Database,
    /// Names a folder, share, registry key, namespace or directory object.
    path => Path,
    /// Names a security role, security scope or collection.
    role => Role,
    /// Names a task sequence, package or step.
    object => Object,
    /// Names a product constant: a user right, a permission, a property.
    term => Term,
}

/// Number of `{}` in a template; used by [`text!`](crate::text!) at compile time.
#[doc(hidden)]
pub const fn holes(template: &str) -> usize {
    let bytes = template.as_bytes();
    let mut count = 0;
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && bytes[at + 1] == b'}' {
            count += 1;
            at += 1;
        }
        at += 1;
    }
    count
}

/// Makes a [`Text`](crate::words::Text) from a template and typed names:
/// `text!("{} may sign in on {}", principal(name), host(key))`.
///
/// The number of `{}` is checked against the arguments when the lint is compiled.
#[macro_export]
macro_rules! text {
    ($template:literal $(, $argument:expr)* $(,)?) => {{
        const _: () = assert!(
            $crate::words::holes($template) == 0usize $(+ { let _ = stringify!($argument); 1usize })*,
            "a template and its arguments differ in number"
        );
        $crate::words::Text::format($template, &[$(&$argument as &dyn $crate::words::Speak),*])
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_from_prose() {
        let text = text!("`{}` may sign in on {} hosts", principal(r"CONTOSO\x"), 3usize);
        assert_eq!(text.to_string(), r"`CONTOSO\x` may sign in on 3 hosts");
        assert_eq!(text.names().map(|n| n.kind).collect::<Vec<_>>(), [NameKind::Principal]);
    }

    #[test]
    fn a_name_may_be_replaced_and_prose_may_not() {
        let mut text = text!("`{}` on {} holds a key", principal("key"), host("other"));
        text.replace_names(|name| (name == "key").then(|| "***".to_owned()));
        assert_eq!(text.to_string(), "`***` on other holds a key");
    }
}
