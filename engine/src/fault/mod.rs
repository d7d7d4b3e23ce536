//! Lies for tests, for the demo's dishonest proposer and for simulated attacks: what a claim can get wrong, and who claims it.
//!
//! The daemons never use it: their evidence is [`Execution`](crate::node::evidence::Execution) alone. A [`Lie`] names the
//! place and the kind; [`LyingExecution`] is the evidence of somebody who tells it. Where revm can be made to, [`trace_lie`]
//! does; else the slot's states are forged. Either way everything before the lie's step is right, so that a dispute finds
//! exactly that step. A [`leap`] is the rival of a step tournament that has executed nothing.

mod corruption;
mod execution;
mod forgery;
mod kind;
mod lie;

pub use corruption::{Corrupted, trace_lie};
pub use execution::{LyingError, LyingExecution, leap};
pub use kind::LieKind;
pub use lie::{Lie, LieError};
