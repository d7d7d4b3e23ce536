//! Trace commitments: the Merkle roots that claims stake a bond on, and the openings by which they are disputed.
//!
//! Mirrors `contracts/src/commitment`; both read `fixtures/commitment/*.json`. Leaf i is the hash of the machine state
//! *after* transition i, an inner node is keccak256(left, right), heights are fixed, so a proof's length says what it proves.

mod fold;
mod opening;
mod slots;
mod steps;

pub use fold::{Fold, FoldBuilder, FoldError, Height};
pub use opening::{Opening, fold_proof};
pub use slots::{SLOTS_PER_BLOCK, Slots, SlotsBuilder};
pub use steps::{Steps, StepsBuilder};

#[cfg(test)]
mod tests;
