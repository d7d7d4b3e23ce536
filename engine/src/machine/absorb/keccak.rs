//! keccak256 from chunk to chunk. A library that hashes in one go does not show its state in between.

use alloy_primitives::Bytes;

use super::{Absorb, Invalid};

/// Bytes of a block.
const RATE: usize = 136;
/// Blocks that one step takes in.
const BLOCKS: u32 = 64;
/// Bytes of a digest.
const DIGEST: usize = 32;

/// The sponge, and what does not fill a block: only the last chunk has any.
#[derive(Clone, Debug, Default)]
pub(in crate::machine) struct Keccak {
    lanes: [u64; 25],
    rest: Vec<u8>,
}

impl Keccak {
    fn block(&mut self, block: &[u8; RATE]) {
        for (lane, word) in self.lanes.iter_mut().zip(block.as_chunks().0) {
            *lane ^= u64::from_le_bytes(*word);
        }
        keccak::f1600(&mut self.lanes);
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.lanes.iter().flat_map(|lane| lane.to_le_bytes())
    }
}

impl Absorb for Keccak {
    fn chunk(&self) -> u32 {
        BLOCKS * RATE as u32
    }

    fn state(&self) -> Bytes {
        self.bytes().collect()
    }

    fn absorb(&mut self, chunk: &[u8]) -> Result<(), Invalid> {
        let (blocks, rest) = chunk.as_chunks();
        for block in blocks {
            self.block(block);
        }
        self.rest = rest.to_vec();
        Ok(())
    }

    fn result(&self) -> Bytes {
        let mut padded = [0; RATE];
        for (slot, byte) in padded.iter_mut().zip(self.rest.iter().chain([&0x01])) {
            *slot = *byte;
        }
        let [.., last] = &mut padded;
        *last |= 0x80;
        let mut sponge = self.clone();
        sponge.block(&padded);
        sponge.bytes().take(DIGEST).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use alloy_primitives::keccak256;
    use proptest::prelude::*;

    use super::*;

    fn by_chunks(data: &[u8]) -> (Bytes, Vec<Bytes>) {
        let mut sponge = Keccak::default();
        let mut states = Vec::new();
        for chunk in data.chunks(sponge.chunk() as usize) {
            sponge.absorb(chunk).unwrap();
            states.push(sponge.state());
        }
        (sponge.result(), states)
    }

    proptest! {
        #[test]
        fn chunks_give_the_hash_of_the_whole(data in prop::collection::vec(any::<u8>(), 1..40_000)) {
            prop_assert_eq!(by_chunks(&data).0, Bytes::from(keccak256(&data)));
        }

        #[test]
        fn blocks_come_in_any_portion(data in prop::collection::vec(any::<u8>(), 1..4_000), blocks in 1usize..9) {
            let mut sponge = Keccak::default();
            for chunk in data.chunks(blocks * RATE) {
                sponge.absorb(chunk).unwrap();
            }
            prop_assert_eq!(sponge.result(), Bytes::from(keccak256(&data)));
        }
    }

    #[test]
    fn padding_takes_a_block_of_its_own_after_a_full_one() {
        for length in [RATE - 2, RATE - 1, RATE, RATE + 1, 64 * RATE - 1, 64 * RATE, 64 * RATE + 1]
        {
            let data = vec![0xa5; length];
            assert_eq!(by_chunks(&data).0, Bytes::from(keccak256(&data)), "{length} bytes");
        }
    }

    #[test]
    fn states_are_lanes_in_little_endian() {
        let (_, states) = by_chunks(&[0; 2 * 64 * RATE]);
        assert_eq!(states.len(), 2);
        let mut lanes = [0_u64; 25];
        for _ in 0..64 {
            keccak::f1600(&mut lanes);
        }
        let expected: Bytes = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
        assert_eq!(states.first(), Some(&expected));
        assert_eq!(expected.len(), 200);
    }
}
