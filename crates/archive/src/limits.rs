/// How much is read of an input that may be hostile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of one file. At most 2 GiB, because a span has 32 bits.
    pub file: u64,
    /// Bytes of all files together.
    pub total: u64,
    /// Number of files.
    pub files: usize,
    /// Folders inside each other.
    pub depth: usize,
    /// Bytes unpacked for one byte packed.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file: 2 << 30, total: 8 << 30, files: 1_000_000, depth: 128, ratio: 200 }
    }
}
