//! Swaps between two rollups, end to end: L1 is anvil, the daemons and the commands are the programs themselves.
//!
//! Needs `forge build` and the daemons' programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod failures;
#[allow(unreachable_pub)]
mod fair;
#[path = "../../src/bin/surety/stage/mod.rs"]
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod void;

use tokio::sync::{Mutex, MutexGuard};

/// The stages share two cores: one at a time.
async fn turn() -> MutexGuard<'static, ()> {
    static STAGE: Mutex<()> = Mutex::const_new(());
    STAGE.lock().await
}
