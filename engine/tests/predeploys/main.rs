//! What lives on the L2 from its genesis: the file, and deposits, messages and tokens on it, every step of which the compiled
//! verifier repeats. Needs `forge build`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod contracts;
mod flows;
mod genesis;
mod rollup;
#[path = "../support/mod.rs"]
mod support;
