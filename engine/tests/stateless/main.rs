//! Traces of real blocks: proven, refused with anything missing or changed, and the same in both encodings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../support/mod.rs"]
mod support;

mod commands;
mod encodings;
mod mainnet;
mod precompile;
mod proofs;
mod rpc;
mod surety;
mod tampering;
mod traces;
mod witness;

use alloy_primitives::{B256, U256};
use surety_engine::stateless::{NotProven, Proven, execute, trace::Trace};

/// Executes `trace` from `pre`, claiming what its header says.
fn run(pre: B256, trace: &Trace) -> Result<Proven, NotProven> {
    execute(pre, trace.header.state_root, trace, U256::from(trace.header.gas_used))
}
