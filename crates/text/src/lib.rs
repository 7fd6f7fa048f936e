//! Span-keeping readers: JSON, XML, CSV, INF, LDIF, .reg; no ConfigMgr knowledge.
#![forbid(unsafe_code)]

pub mod decode;
pub mod json;

pub mod xml;

mod support;
