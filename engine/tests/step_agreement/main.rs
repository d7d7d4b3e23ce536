//! Whether Rust and Solidity agree: programs of every kind, each step of which the compiled verifier repeats in revm.
//! Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod authorizations;
mod blobs;
mod calls;
mod creations;
mod empty;
mod long_data;
mod opcodes;
mod precompiles;
mod program;
mod scenario;
mod tampering;
mod transactions;
