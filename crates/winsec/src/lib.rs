//! SIDs, access masks, security descriptors as text and bytes, the access check; no OS call.
#![forbid(unsafe_code)]
