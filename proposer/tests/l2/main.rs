//! The L2 as its users meet it: the proposer daemon itself, on an L1 of its own, asked over JSON-RPC.
//!
//! Needs `forge build`'s artifacts and what `npm ci` installs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod beeper;
mod documented;
mod executes;
mod fees;
mod hostile;
mod http;
mod reads;
mod reorgs;
mod rollup;
mod tools;
