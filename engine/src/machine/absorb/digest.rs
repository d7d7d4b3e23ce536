//! SHA-256 and RIPEMD-160 from chunk to chunk. Chunks are whole blocks, so a hasher's state between two of them is its
//! chaining value alone.

use alloy_primitives::{B256, Bytes};
use ripemd::Ripemd160;
use sha2::{
    Sha256,
    digest::{Digest, common::hazmat::SerializableState},
};

use super::{Absorb, Invalid};

/// Bytes that one step takes in: 128 blocks.
const CHUNK: u32 = 128 * 64;

/// The first `words` words of what a hasher serializes to: its chaining value, each word little-endian.
fn chaining_value(hasher: &impl SerializableState, words: usize) -> Vec<[u8; 4]> {
    hasher.serialize().as_chunks().0.iter().take(words).copied().collect()
}

impl Absorb for Sha256 {
    fn chunk(&self) -> u32 {
        CHUNK
    }

    fn state(&self) -> Bytes {
        let words = chaining_value(self, 8).into_iter();
        words.flat_map(|word| u32::from_le_bytes(word).to_be_bytes()).collect()
    }

    fn absorb(&mut self, chunk: &[u8]) -> Result<(), Invalid> {
        self.update(chunk);
        Ok(())
    }

    fn result(&self) -> Bytes {
        Bytes::copy_from_slice(&self.clone().finalize())
    }
}

impl Absorb for Ripemd160 {
    fn chunk(&self) -> u32 {
        CHUNK
    }

    fn state(&self) -> Bytes {
        chaining_value(self, 5).into_iter().flatten().collect()
    }

    fn absorb(&mut self, chunk: &[u8]) -> Result<(), Invalid> {
        self.update(chunk);
        Ok(())
    }

    fn result(&self) -> Bytes {
        B256::left_padding_from(&self.clone().finalize()).into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use alloy_primitives::hex;
    use proptest::prelude::*;
    use revm::precompile::hash::{ripemd160_run, sha256_run};

    use super::*;

    fn by_chunks(mut hasher: impl Absorb, data: &[u8]) -> Bytes {
        for chunk in data.chunks(hasher.chunk() as usize) {
            hasher.absorb(chunk).unwrap();
        }
        hasher.result()
    }

    proptest! {
        #[test]
        fn chunks_give_the_hash_of_the_whole(data in prop::collection::vec(any::<u8>(), 1..40_000)) {
            let expected = sha256_run(&data, u64::MAX).unwrap().bytes;
            prop_assert_eq!(by_chunks(Sha256::new(), &data), expected);
            let expected = ripemd160_run(&data, u64::MAX).unwrap().bytes;
            prop_assert_eq!(by_chunks(Ripemd160::new(), &data), expected);
        }
    }

    #[test]
    fn states_begin_as_specified() {
        let sha256 = hex!("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19");
        assert_eq!(Sha256::new().state(), Bytes::from(sha256));
        let ripemd160 = hex!("0123456789abcdeffedcba9876543210f0e1d2c3");
        assert_eq!(Ripemd160::new().state(), Bytes::from(ripemd160));
    }

    #[test]
    fn the_last_state_with_the_padding_block_gives_the_digest() {
        // a digest is the chaining value after the padding, so that feeding the padding by hand must show it
        let data = vec![7; CHUNK as usize];
        let bits = u64::from(CHUNK) * 8;
        let mut padding = [0; 64];
        let [first, ..] = &mut padding;
        *first = 0x80;
        let mut big_endian = padding;
        big_endian.last_chunk_mut::<8>().unwrap().copy_from_slice(&bits.to_be_bytes());
        let mut sha256 = Sha256::new();
        for chunk in [&data[..], &big_endian] {
            Absorb::absorb(&mut sha256, chunk).unwrap();
        }
        assert_eq!(sha256.state(), by_chunks(Sha256::new(), &data));
        let mut little_endian = padding;
        little_endian.last_chunk_mut::<8>().unwrap().copy_from_slice(&bits.to_le_bytes());
        let mut ripemd160 = Ripemd160::new();
        for chunk in [&data[..], &little_endian] {
            Absorb::absorb(&mut ripemd160, chunk).unwrap();
        }
        assert_eq!(ripemd160.state().len(), 20);
        let padded = B256::left_padding_from(&ripemd160.state());
        assert_eq!(by_chunks(Ripemd160::new(), &data), Bytes::from(padded));
    }
}
