//! What a snapshot says: datasets, scopes and coverage; typed rows with their places; the needs by which
//! lints receive them; views, which are computations that many lints share.
//!
//! Nothing here reads files or knows a file format: `cmlint-archive` fills a [`Snapshot`].
#![forbid(unsafe_code)]

pub mod catalogue;
mod coverage;
mod dataset;
mod inventory;
mod key;
pub mod moment;
pub mod need;
mod policy;
pub mod proof;
pub mod purpose;
pub mod rows;
mod scope;
mod snapshot;
mod table;
pub mod views;
pub mod words;

pub use coverage::{Cover, Gap, Judged, Statement, Status};
pub use dataset::{DATASETS, Dataset, DatasetInfo, FileKind, Lazy};
pub use inventory::{HostEntry, HostRole, Inventory, SiteEntry};
pub use key::Key;
pub use policy::{Exception, Policy};
pub use purpose::Purpose;
pub use scope::{Scope, ScopeKind, host_key};
pub use snapshot::{About, FileProblem, Insert, Laid, Narrowed, Snapshot};
pub use table::{Fact, Row, Table};
pub use views::path_key;
pub use words::Text;
