//! A part of a word tree's bytes. Mirrors `contracts/src/authenticated/Slice.sol`.

use alloy_primitives::B256;

/// A part of a word tree's bytes: byte `i` reads 0 iff `i >= length`; length 0 is the all-zero slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slice {
    /// Root of the word tree.
    pub root: B256,
    /// Its size in 32-byte words.
    pub words: u32,
    /// First byte of the slice.
    pub offset: u32,
    /// Bytes in the slice.
    pub length: u32,
}

impl Slice {
    /// Bytes of the encoding.
    pub const SIZE: usize = 44;

    /// The fields, big-endian, without padding.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let mut out = [0; Self::SIZE];
        let fields: [&[u8]; 4] = [
            self.root.as_slice(),
            &self.words.to_be_bytes(),
            &self.offset.to_be_bytes(),
            &self.length.to_be_bytes(),
        ];
        for (slot, byte) in out.iter_mut().zip(fields.into_iter().flatten()) {
            *slot = *byte;
        }
        out
    }

    /// The part `[offset, offset + length)` of this slice; what lies beyond its end is cut off.
    #[must_use]
    pub fn part(&self, offset: u64, length: u64) -> Self {
        let left = u64::from(self.length).saturating_sub(offset);
        let kept = left.min(length);
        match (u32::try_from(offset), u32::try_from(kept)) {
            (Ok(offset), Ok(kept)) if kept > 0 => {
                Self { offset: self.offset + offset, length: kept, ..*self }
            }
            _ => Self::default(),
        }
    }
}
