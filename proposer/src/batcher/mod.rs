//! The batcher: makes L2 blocks out of what waits in the pool, and posts them to L1.
//!
//! Nothing of its own is kept: before each batch it asks L1 whether the node has executed all that was appended, and then
//! takes from the pool, which holds exactly what was not. The block of L1 that is asked also gives the nonce. A batch that a crash
//! left in L1's pool, that gave way, or that a reorganisation threw out, is therefore either executed or made anew: it holds the
//! nonce that its successor needs.
//!
//! [`due`] decides when, [`build`] what, [`price`] in which form, and [`post`] does it.

mod build;
mod due;
mod post;
mod price;
mod settings;

#[cfg(test)]
mod tests;

pub(crate) use post::Batcher;
pub(crate) use settings::{BatcherConfig, DataForm};
