//! Atomic swaps between two rollups of one L1: the terms, what is due, and who drives both legs to their end.
//!
//! Everything is planned from the chains: a driver that is killed and starts again, or several at once, do the same.
//! [`plan`] is pure.

pub mod bindings;
pub mod contracts;
pub mod driver;
mod error;
pub mod lock;
pub mod observe;
pub mod plan;
pub mod terms;

pub use error::SwapError;
