use crate::Trustee;

/// The condition of a conditional ACE (MS-DTYP 2.4.4.17, 2.5.1.1).
///
/// It is read and printed, never evaluated: a snapshot does not hold the claims of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expression {
    /// An attribute as a truth value: `@User.Cleared`.
    Attribute(Attribute),
    /// `Exists @User.Title`.
    Exists(Attribute),
    /// `Not_Exists @User.Title`.
    NotExists(Attribute),
    /// `Member_of {SID(BA)}` and its kin.
    Member(MemberTest, Operand),
    /// `@User.Title == "PM"`.
    Compare(Comparison, Attribute, Operand),
    /// `!(…)`.
    Not(Box<Expression>),
    /// `(…) && (…)`.
    And(Box<Expression>, Box<Expression>),
    /// `(…) || (…)`.
    Or(Box<Expression>, Box<Expression>),
}

/// A name whose value comes from the token or the object (MS-DTYP 2.4.4.17.8).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Attribute {
    /// Where the value comes from.
    pub source: Source,
    /// The name, escapes undone.
    pub name: String,
}

/// Where the value of an attribute comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// A name without prefix: supplied by the application.
    Local,
    /// `@User.`: claims of the user.
    User,
    /// `@Resource.`: resource attributes of the object.
    Resource,
    /// `@Device.`: claims of the device.
    Device,
}

/// What a comparison has on its right side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Another attribute.
    Attribute(Attribute),
    /// A whole number.
    Integer(Integer),
    /// A text.
    String(String),
    /// `SID(BA)`.
    Sid(Trustee),
    /// `#0102`.
    Octets(Vec<u8>),
    /// `{1, 2}`.
    Composite(Vec<Operand>),
}

/// A whole number together with the way it is written, which the bytes keep (MS-DTYP 2.4.4.17.5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Integer {
    /// The 64 bits; negative where a minus sign was written.
    pub value: i64,
    /// The sign as written.
    pub sign: Sign,
    /// The base as written.
    pub radix: Radix,
    /// The width that the bytes name; text has no such mark and means 64 bits.
    pub width: Width,
}

/// The sign of a number as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sign {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// None.
    Absent,
}

/// The base in which a number was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Radix {
    /// A leading `0`.
    Octal,
    /// Plain.
    Decimal,
    /// A leading `0x`.
    Hexadecimal,
}

/// The width of a number as the bytes name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Width {
    /// Signed int8.
    Bits8,
    /// Signed int16.
    Bits16,
    /// Signed int32.
    Bits32,
    /// Signed int64.
    Bits64,
}

/// Operators between an attribute and an operand (MS-DTYP 2.4.4.17.6, 2.4.4.17.7).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `Contains`.
    Contains,
    /// `Not_Contains`.
    NotContains,
    /// `Any_of`.
    AnyOf,
    /// `Not_Any_of`.
    NotAnyOf,
}

/// Operators that ask for group membership (MS-DTYP 2.4.4.17.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MemberTest {
    /// `Member_of`: in all of them.
    MemberOf,
    /// `Device_Member_of`.
    DeviceMemberOf,
    /// `Member_of_Any`.
    MemberOfAny,
    /// `Device_Member_of_Any`.
    DeviceMemberOfAny,
    /// `Not_Member_of`.
    NotMemberOf,
    /// `Not_Device_Member_of`.
    NotDeviceMemberOf,
    /// `Not_Member_of_Any`.
    NotMemberOfAny,
    /// `Not_Device_Member_of_Any`.
    NotDeviceMemberOfAny,
}
