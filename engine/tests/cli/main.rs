//! The `surety` program, as an operator and a user run it. Needs `forge build`; some tests need the daemons' programs, too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod deploy;
mod desk;
mod genesis;
mod newcomer;
mod reference;
#[path = "../support/mod.rs"]
mod support;
mod views;
