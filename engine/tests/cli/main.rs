//! The `surety` program, as an operator and a user run it. Needs `forge build`; some tests need the daemons' programs, too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod bridge;
mod deploy;
mod desk;
mod failures;
mod genesis;
mod newcomer;
#[path = "../node/proxy.rs"]
#[allow(dead_code, reason = "shared with the node's tests")]
mod proxy;
mod reference;
mod relayer;
#[path = "../support/mod.rs"]
mod support;
mod views;
