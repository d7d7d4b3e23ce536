//! What every story is told on: an L1 of its own with the contracts and one batch, the daemons as processes, and the ledger
//! of what was sent.

#![allow(dead_code, reason = "tests tell their stories here, too")]

pub(crate) mod amounts;
pub(crate) mod books;
pub(crate) mod chaos;
pub(crate) mod daemons;
pub(crate) mod devnet;
pub(crate) mod ledger;
pub(crate) mod mainnet;
pub(crate) mod market;
pub(crate) mod places;
pub(crate) mod rollups;
pub(crate) mod scene;
pub(crate) mod user;
