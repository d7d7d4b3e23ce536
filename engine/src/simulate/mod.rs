//! What calls would do, and what executed transactions did: run again in memory, and nothing is changed by it.
//!
//! A [`Scene`] is a state and the block that calls believe to be in; [`call()`], [`estimate()`] and [`access_list()`] run in
//! one. [`replay`] runs executed transactions again by the rules that a block is executed by, [`trace`] with one of geth's
//! tracers watching, and [`witness`] tells what a block needs of its parent's state. Whatever runs here stays within a
//! [`Quota`].

mod access_list;
mod call;
mod error;
mod estimate;
mod fees;
mod quota;
mod replay;
mod request;
mod rules;
mod scene;
mod trace;
mod watch;
pub mod witness;
mod world;

#[cfg(test)]
mod tests;

pub use access_list::access_list;
pub use call::{Called, End, call};
pub use error::SimulateError;
pub use estimate::estimate;
pub use fees::{BlockFees, PERCENTILES, Paid, fee_history, suggested_tip};
pub use quota::Quota;
pub use replay::{Place, Replay, replay};
pub use scene::Scene;
pub use trace::{Tracer, listed, trace_call};
pub use world::World;
