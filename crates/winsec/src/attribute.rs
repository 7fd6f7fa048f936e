use crate::Trustee;

/// The attribute of a resource attribute ACE: CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1 (MS-DTYP 2.4.10.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResourceAttribute {
    /// The name, escapes undone.
    pub name: String,
    /// Flags: 1 not inherited, 2 compared with case, 4 for deny only, 8 disabled by default, 0x10 disabled,
    /// 0x20 mandatory; the upper 16 bits belong to the application.
    pub flags: u32,
    /// The values.
    pub values: Values,
}

/// The values of a resource attribute, all of one type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Values {
    /// `TI`: signed 64-bit numbers.
    Int(Vec<i64>),
    /// `TU`: unsigned 64-bit numbers.
    Uint(Vec<u64>),
    /// `TS`: texts.
    String(Vec<String>),
    /// `TD`: SIDs.
    Sid(Vec<Trustee>),
    /// `TB`: truth values; kept as numbers, since bytes may hold others than 0 and 1.
    Bool(Vec<u64>),
    /// `TX`: octet strings.
    Octets(Vec<Vec<u8>>),
}
