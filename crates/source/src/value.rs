//! Values as exports write them: absent, null, of another type than expected, a number as a string, one
//! object where a list of one is meant. A row never fails because of one of its properties.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::{FileId, Span, Spanned};

/// A property of a row. "Absent" may mean the product's default; "unreadable" never does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Field<T> {
    /// The row has no such property.
    #[default]
    Absent,
    /// The property is there and is null.
    Null(Span),
    /// The property has a value.
    Present(Spanned<T>),
    /// The property has a value of another type than expected.
    Unreadable(Span),
}

impl<T> Field<T> {
    /// The value, if the property has one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Field::Present(v) => Some(&v.value),
            _ => None,
        }
    }

    /// The value with its place, if the property has one.
    pub fn spanned(&self) -> Option<&Spanned<T>> {
        match self {
            Field::Present(v) => Some(v),
            _ => None,
        }
    }

    /// Where the property's value stands, whatever it is.
    pub fn span(&self) -> Option<Span> {
        match self {
            Field::Absent => None,
            Field::Null(span) | Field::Unreadable(span) => Some(*span),
            Field::Present(v) => Some(v.span),
        }
    }

    /// Whether a value is there that could not be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Field::Unreadable(_))
    }
}

impl<'a> Field<Str<'a>> {
    /// The text, if it is there and not empty: exports write "unset" as absent, null or `""`.
    pub fn filled(&self) -> Option<Spanned<&str>> {
        self.spanned().filter(|s| !s.value.trim().is_empty()).map(|s| Spanned::new(&*s.value, s.span))
    }
}

/// Name of the newtype by which [`Field`] asks a deserializer to go on after a value of another type. The
/// answer is the sequence (file root, file child, start, value, length); when reading the value fails, the
/// deserializer skips it before it reports the length.
pub const FIELD_NEWTYPE: &str = "$cmlint::Field";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldVisitor<T> {
            type Value = Field<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property with its position")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("the deserializer does not report positions");
                let root = seq.next_element()?.ok_or_else(missing)?;
                let child = seq.next_element()?.ok_or_else(missing)?;
                let start = seq.next_element()?.ok_or_else(missing)?;
                let value = seq.next_element::<Option<T>>();
                let len = seq.next_element()?.ok_or_else(missing)?;
                let span = Span { file: FileId { root, child }, start, len };
                Ok(match value {
                    Ok(Some(Some(value))) => Field::Present(Spanned { value, span }),
                    Ok(Some(None)) => Field::Null(span),
                    Ok(None) | Err(_) => Field::Unreadable(span),
                })
            }
        }
        deserializer.deserialize_newtype_struct(FIELD_NEWTYPE, FieldVisitor(PhantomData))
    }
}

/// A text, borrowed from the file where it stands there without escapes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Str<'a>(pub Cow<'a, str>);

impl Deref for Str<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StrVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for StrVisitor<'a> {
            type Value = Str<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Borrowed(v)))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Owned(v.to_owned())))
            }
        }
        deserializer.deserialize_str(StrVisitor(PhantomData))
    }
}

/// An integer, which some exports write as a string (`"8530"`), as a float or as a truth value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Int(pub i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntVisitor;
        impl Visitor<'_> for IntVisitor {
            type Value = Int;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Int, E> {
                Ok(Int(v))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Int, E> {
                i64::try_from(v).map(Int).map_err(|_| E::custom("number too large"))
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Int, E> {
                // Both bounds are exact as floats; a number between them that is whole fits.
                let range = i64::MIN as f64..i64::MAX as f64;
                let whole = v.fract() == 0.0 && range.contains(&v);
                whole.then_some(Int(v as i64)).ok_or_else(|| E::custom("expected a whole number"))
            }
            fn visit_bool<E: de::Error>(self, v: bool) -> Result<Int, E> {
                Ok(Int(v.into()))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Int, E> {
                let v = v.trim();
                let hex = v.strip_prefix("0x").or_else(|| v.strip_prefix("0X"));
                match hex {
                    Some(hex) => i64::from_str_radix(hex, 16).map(Int),
                    None => v.parse().map(Int),
                }
                .map_err(|_| E::custom("expected a whole number"))
            }
        }
        deserializer.deserialize_any(IntVisitor)
    }
}

/// A truth value, which some exports write as 0 and 1 or as a string.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bool(pub bool);

impl<'de> Deserialize<'de> for Bool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BoolVisitor;
        impl Visitor<'_> for BoolVisitor {
            type Value = Bool;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: de::Error>(self, v: bool) -> Result<Bool, E> {
                Ok(Bool(v))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Bool, E> {
                match v {
                    0 => Ok(Bool(false)),
                    1 => Ok(Bool(true)),
                    _ => Err(E::custom("expected 0 or 1")),
                }
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Bool, E> {
                match v.trim().to_ascii_lowercase().as_str() {
                    "true" | "1" => Ok(Bool(true)),
                    "false" | "0" => Ok(Bool(false)),
                    _ => Err(E::custom("expected true or false")),
                }
            }
        }
        deserializer.deserialize_any(BoolVisitor)
    }
}

/// A list. One object or one text stands for a list of one, as PowerShell's `ConvertTo-Json` writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Many(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// Name of the newtype by which [`Many`] asks a deserializer for a list. The answer is always a sequence:
/// the elements of an array, or the one value that stands in its place.
pub const MANY_NEWTYPE: &str = "$cmlint::Many";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ManyVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
            type Value = Many<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Many(all))
            }
        }
        deserializer.deserialize_newtype_struct(MANY_NEWTYPE, ManyVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, F64Deserializer};

    use super::*;

    #[test]
    fn a_whole_float_is_an_integer_and_no_other_is() {
        let read = |n: f64| -> Option<i64> {
            let deserializer: F64Deserializer<Error> = n.into_deserializer();
            Int::deserialize(deserializer).ok().map(|n| n.0)
        };
        assert_eq!(
            [read(3.0), read(-0.0), read(-9.007_199_254_740_992e15)],
            [Some(3), Some(0), Some(-9_007_199_254_740_992)]
        );
        assert_eq!([read(i64::MIN as f64), read(i64::MAX as f64)], [Some(i64::MIN), None]);
        assert_eq!([read(0.5), read(f64::NAN), read(f64::INFINITY)], [None; 3]);
    }
}
