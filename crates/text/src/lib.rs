//! Span-keeping readers: JSON, XML, CSV, INF, LDIF, .reg; no ConfigMgr knowledge.
#![forbid(unsafe_code)]

pub mod csv;
pub mod decode;
pub mod inf;
pub mod json;
pub mod ldif;
pub mod reg;
pub mod secrets;
pub mod xml;

mod support;
