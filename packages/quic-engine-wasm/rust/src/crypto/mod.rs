//! The cryptography that rustls and quinn are given: wired together here, written elsewhere.

mod hashes;
mod key_exchange;
pub mod packets;
pub mod signatures;
pub mod suites;
pub mod tokens;
