//! Lies for tests and for the demo's dishonest proposer: what a claim can get wrong, and commitments that do.
//!
//! Compiled only with the feature `test-utils`. A [`Lie`] names the place and the kind. Where revm can be made to tell it,
//! [`trace_lie`] does, and what follows is consistent; else [`Liar`] turns honest commitments into those of a liar, so that
//! either way a dispute finds exactly the lie.

mod corruption;
mod execution;
mod kind;
mod liar;
mod lie;

pub use corruption::{Corrupted, trace_lie};
pub use execution::{LyingError, LyingExecution};
pub use kind::LieKind;
pub use liar::Liar;
pub use lie::{Lie, LieError};
