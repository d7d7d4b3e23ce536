//! A part of a word tree's bytes. Mirrors `contracts/src/authenticated/Slice.sol`.

use alloy_primitives::B256;

use super::word_tree::{WordTreeError, root_of, words_for};

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

    /// All of `bytes`, in a tree of their own.
    ///
    /// # Errors
    /// [`WordTreeError::OutOfRange`] when a length of 32 bits cannot count them.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, WordTreeError> {
        let Ok(length) = u32::try_from(bytes.len()) else {
            let count = bytes.len() as u64 / 32;
            return Err(WordTreeError::OutOfRange { start: 0, count, words: u32::MAX.into() });
        };
        Ok(Self { root: root_of(bytes), words: words_for(length), offset: 0, length })
    }

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use alloy_primitives::hex;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn t41_a_part_is_what_lies_inside(
            outer_offset in 0u32..1000, length in 1u32..1000, offset in 0u64..2000, count in 0u64..2000,
        ) {
            let whole = Slice { root: B256::repeat_byte(1), words: 64, offset: outer_offset, length };
            let part = whole.part(offset, count);
            // byte by byte: those of the part are those of the whole, shifted
            let inside = (offset..offset + count).filter(|i| *i < u64::from(length)).count() as u64;
            prop_assert_eq!(u64::from(part.length), inside);
            if inside == 0 {
                prop_assert_eq!(part, Slice::default());
            } else {
                prop_assert_eq!(u64::from(part.offset), u64::from(outer_offset) + offset);
                prop_assert_eq!((part.root, part.words), (whole.root, whole.words));
            }
        }
    }

    #[test]
    fn t41_offsets_beyond_32_bits_are_beyond_the_end() {
        let whole = Slice::of_bytes(&[7; 33]).unwrap();
        assert_eq!((whole.words, whole.offset, whole.length), (2, 0, 33));
        for offset in [33, 1 << 32, u64::MAX] {
            assert_eq!(whole.part(offset, u64::MAX), Slice::default());
        }
        assert_eq!(whole.part(0, u64::MAX), whole);
        assert_eq!(whole.part(32, 1 << 32), Slice { offset: 32, length: 1, ..whole });
        assert_eq!(Slice::of_bytes(&[]).unwrap(), Slice::default());
    }

    #[test]
    fn fields_are_packed_big_endian() {
        let slice = Slice { root: B256::repeat_byte(0xab), words: 1, offset: 2, length: 3 };
        let expected = format!("{}000000010000000200000003", "ab".repeat(32));
        assert_eq!(hex::encode(slice.encode()), expected);
    }
}
