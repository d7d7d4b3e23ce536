//! The bridge end to end: L1 is anvil, and the daemons, the relayer and the commands are the programs themselves.
//!
//! Needs `forge build` and the daemons' programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod disputed;
mod genesis;
#[allow(unreachable_pub)]
mod observatory;
mod passage;
mod reorg;
mod round_trip;
mod sequencer;
#[path = "../../src/bin/surety/stage/mod.rs"]
mod stage;
#[path = "../support/mod.rs"]
mod support;
#[allow(unreachable_pub)]
mod town;
