//! Lies for tests and for the demo's dishonest proposer: what a claim can get wrong, and commitments that do.
//!
//! Compiled only with the feature `test-utils`. A [`Lie`] names the place and the kind; [`Liar`] turns honest
//! commitments into the ones a liar defends, consistent between the two levels, so that a dispute finds exactly the lie.

mod execution;
mod kind;
mod liar;
mod lie;

pub use execution::{LyingError, LyingExecution};
pub use kind::LieKind;
pub use liar::Liar;
pub use lie::{Lie, LieError};
