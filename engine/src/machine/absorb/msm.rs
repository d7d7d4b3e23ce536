//! Multiples of points of BLS12-381, summed chunk by chunk with the precompiles of
//! [EIP-2537](https://eips.ethereum.org/EIPS/eip-2537) themselves.

use alloy_primitives::Bytes;
use revm::precompile::{
    EthPrecompileResult,
    bls12_381::{g1_add::g1_add, g1_msm::g1_msm, g2_add::g2_add, g2_msm::g2_msm},
    bls12_381_const::{
        G1_MSM_INPUT_LENGTH, G2_MSM_INPUT_LENGTH, PADDED_G1_LENGTH, PADDED_G2_LENGTH,
    },
};

use super::{Absorb, Invalid};

/// Pairs of a point and a scalar that one step takes in.
const PAIRS: u32 = 128;

/// One of the curve's two groups.
#[derive(Debug)]
pub(in crate::machine) struct Group {
    point: usize,
    pair: usize,
    multiply: fn(&[u8], u64) -> EthPrecompileResult,
    add: fn(&[u8], u64) -> EthPrecompileResult,
}

/// The group over the base field.
pub(in crate::machine) const G1: Group =
    Group { point: PADDED_G1_LENGTH, pair: G1_MSM_INPUT_LENGTH, multiply: g1_msm, add: g1_add };
/// The group over its extension.
pub(in crate::machine) const G2: Group =
    Group { point: PADDED_G2_LENGTH, pair: G2_MSM_INPUT_LENGTH, multiply: g2_msm, add: g2_add };

/// The sum so far; at first infinity, which is all zeros.
#[derive(Clone, Debug)]
pub(in crate::machine) struct Msm {
    group: &'static Group,
    sum: Bytes,
}

impl Msm {
    pub(in crate::machine) fn new(group: &'static Group) -> Self {
        Self { group, sum: vec![0; group.point].into() }
    }
}

impl Absorb for Msm {
    fn chunk(&self) -> u32 {
        PAIRS * self.group.pair as u32
    }

    fn state(&self) -> Bytes {
        self.sum.clone()
    }

    fn absorb(&mut self, chunk: &[u8]) -> Result<(), Invalid> {
        let Group { multiply, add, .. } = self.group;
        let sum = multiply(chunk, u64::MAX).map_err(|_| Invalid)?.bytes;
        self.sum = add(&[self.sum.as_ref(), &sum].concat(), u64::MAX).map_err(|_| Invalid)?.bytes;
        Ok(())
    }

    fn result(&self) -> Bytes {
        self.sum.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use revm::precompile::bls12_381::{map_fp_to_g1::map_fp_to_g1, map_fp2_to_g2::map_fp2_to_g2};

    use super::*;

    /// A point of the group, of the right order, for each number.
    fn pair(group: &Group, number: u8) -> Vec<u8> {
        let mut field = vec![0; group.point / 2];
        *field.last_mut().unwrap() = number;
        let map = if group.point == G1.point { map_fp_to_g1 } else { map_fp2_to_g2 };
        let point = map(&field, u64::MAX).unwrap().bytes;
        [&point[..], &[0; 31], &[number]].concat()
    }

    fn by_chunks(group: &'static Group, data: &[u8]) -> Result<Bytes, Invalid> {
        let mut sum = Msm::new(group);
        for chunk in data.chunks(sum.chunk() as usize) {
            sum.absorb(chunk)?;
        }
        Ok(sum.result())
    }

    #[test]
    fn chunks_give_the_sum_of_the_whole() {
        for group in [&G1, &G2] {
            let few: Vec<Vec<u8>> = (1..8).map(|number| pair(group, number)).collect();
            for pairs in [1, 127, 128, 129, 256, 300] {
                let data = few.iter().cycle().take(pairs).flatten().copied().collect::<Vec<u8>>();
                let whole = (group.multiply)(&data, u64::MAX).unwrap().bytes;
                assert_eq!(by_chunks(group, &data), Ok(whole), "{pairs} pairs");
            }
        }
    }

    #[test]
    fn a_wrong_point_anywhere_is_invalid() {
        for group in [&G1, &G2] {
            let good = pair(group, 3).repeat(300);
            for place in [0, 127, 128, 299] {
                let mut data = good.clone();
                *data.get_mut(place * group.pair + 70).unwrap() ^= 1;
                assert_eq!(by_chunks(group, &data), Err(Invalid), "pair {place}");
            }
        }
    }

    #[test]
    fn a_sum_may_come_back_to_infinity() {
        let infinity = vec![0; 300 * G1.pair];
        assert_eq!(by_chunks(&G1, &infinity).unwrap(), Bytes::from(vec![0; G1.point]));
    }
}
