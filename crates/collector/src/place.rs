use crate::Failure;
use crate::out::Out;
use crate::progress::Progress;

/// Something that can be collected from: an SMS Provider, a directory, computers.
pub trait Place {
    /// What would be asked of whom. Asks nobody.
    fn asks(&self) -> Vec<Ask>;

    /// Collects. One part that fails never stops the others: it is recorded as failed.
    ///
    /// # Errors
    /// When nothing more can be recorded (the disk is full), when the snapshot is of something else, or when the
    /// credentials cannot be had.
    fn collect(&self, run: &Run<'_>) -> Result<(), Failure>;
}

/// Where a place puts what it collects, and how it says how far it is.
#[derive(Debug)]
pub struct Run<'r> {
    /// The snapshot.
    pub out: &'r Out,
    /// How far it is.
    pub progress: &'r Progress,
}

/// One thing that is asked, as `--dry-run` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Whom: `https://cm02.contoso.com/AdminService`.
    pub whom: String,
    /// What: `GET wmi/SMS_Admin, then each by its key`.
    pub what: String,
    /// The right that it needs.
    pub right: String,
    /// The file that it fills, relative to the folder.
    pub file: String,
}
