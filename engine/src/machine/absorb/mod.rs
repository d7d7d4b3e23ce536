//! Long data taken into a hash or a sum, one bounded chunk a step (`docs/protocol.md` section 6, "Absorb").

mod digest;
mod keccak;
mod msm;

use alloy_primitives::Bytes;

pub(super) use keccak::Keccak;
pub(super) use msm::{G1, G2, Msm};

/// A chunk holds a point that is on no curve or in no group of the right order, or a number outside its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalid;

/// What long data is taken into. Chunks come in order, all but the last one of full size.
pub(super) trait Absorb {
    /// Bytes that one step takes in.
    fn chunk(&self) -> u32;

    /// The state between two steps, as the witness shows it.
    fn state(&self) -> Bytes;

    /// Takes in a chunk.
    ///
    /// # Errors
    /// [`Invalid`]; only sums refuse anything.
    fn absorb(&mut self, chunk: &[u8]) -> Result<(), Invalid>;

    /// What the data comes to.
    fn result(&self) -> Bytes;
}
