//! Inputs that precompiles take, and inputs that they just do not take.

use alloy::{
    eips::eip4844::kzg_to_versioned_hash,
    signers::{SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, B256, U256, hex};

use super::{
    dice::Dice,
    vectors::{BLS_G1, BLS_G2, BN254_G2, P256},
};

/// BN254's modulus.
const BN254: U256 =
    U256::from_be_bytes(hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47"));

/// A precompile with an input for it.
pub(super) fn input(dice: &mut Dice) -> (Address, Vec<u8>) {
    let number = dice.below(18);
    let mut input = right(dice, number);
    match dice.below(12) {
        0 => input.push(dice.byte()),
        1 => input.truncate(dice.index(input.len())),
        2 | 3 => {
            let at = dice.index(input.len());
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        _ => {}
    }
    (address(number), input)
}

fn address(number: u64) -> Address {
    let address = if number == 0 { 0x100 } else { number };
    Address::from_word(U256::from(address).into())
}

/// An input that precompile `number` takes, mostly; 0 stands for 0x100.
fn right(dice: &mut Dice, number: u64) -> Vec<u8> {
    match number {
        0 => P256.to_vec(),
        1 => recovery(dice),
        5 => exponentiation(dice),
        6 => [bn254(dice), bn254(dice)].concat(),
        7 => [bn254(dice), scalar(dice)].concat(),
        8 => pairs(dice, |dice| [bn254(dice), pick(dice, &BN254_G2)].concat()),
        9 => compression(dice),
        10 => evaluation(dice),
        11 => [pick(dice, &BLS_G1), pick(dice, &BLS_G1)].concat(),
        12 => pairs(dice, |dice| [pick(dice, &BLS_G1), scalar(dice)].concat()),
        13 => [pick(dice, &BLS_G2), pick(dice, &BLS_G2)].concat(),
        14 => pairs(dice, |dice| [pick(dice, &BLS_G2), scalar(dice)].concat()),
        15 => pairs(dice, |dice| [pick(dice, &BLS_G1), pick(dice, &BLS_G2)].concat()),
        16 => field(dice),
        17 => [field(dice), field(dice)].concat(),
        _ => {
            let length = dice.index(300);
            dice.bytes(length)
        }
    }
}

/// `point`, or the one at infinity.
fn pick(dice: &mut Dice, point: &[u8]) -> Vec<u8> {
    if dice.one_in(2) { vec![0; point.len()] } else { point.to_vec() }
}

fn pairs(dice: &mut Dice, mut pair: impl FnMut(&mut Dice) -> Vec<u8>) -> Vec<u8> {
    (0..1 + dice.below(3)).flat_map(|_| pair(dice)).collect()
}

fn scalar(dice: &mut Dice) -> Vec<u8> {
    dice.word().to_be_bytes_vec()
}

fn bn254(dice: &mut Dice) -> Vec<u8> {
    let (x, y) = match dice.below(4) {
        0 => (U256::ZERO, U256::ZERO),
        1 => (U256::ONE, BN254 - U256::from(2)),
        _ => (U256::ONE, U256::from(2)),
    };
    [x.to_be_bytes::<32>(), y.to_be_bytes::<32>()].concat()
}

/// An element of BLS12-381's field, padded.
fn field(dice: &mut Dice) -> Vec<u8> {
    [vec![0; 17], dice.bytes(47)].concat()
}

fn recovery(dice: &mut Dice) -> Vec<u8> {
    let digest = dice.hash();
    let signature = PrivateKeySigner::from_bytes(&B256::repeat_byte(1))
        .ok()
        .and_then(|signer| signer.sign_hash_sync(&digest).ok());
    let Some(signature) = signature else { return dice.bytes(128) };
    let v = U256::from(27 + u8::from(signature.v()));
    let words = [digest.into(), v, signature.r(), signature.s()];
    words.iter().flat_map(|word: &U256| word.to_be_bytes::<32>()).collect()
}

fn exponentiation(dice: &mut Dice) -> Vec<u8> {
    let lengths: [U256; 3] = std::array::from_fn(|_| match dice.below(20) {
        0 => dice.word(),
        1 => U256::from(1_023 + dice.below(3)),
        _ => U256::from(dice.below(70)),
    });
    let mut input: Vec<u8> = lengths.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    for length in lengths {
        input.extend(dice.bytes(usize::try_from(length).unwrap_or_default().min(1_100)));
    }
    input
}

fn compression(dice: &mut Dice) -> Vec<u8> {
    let rounds = if dice.one_in(8) { dice.next() as u32 } else { dice.below(20) as u32 };
    let mut input = rounds.to_be_bytes().to_vec();
    input.extend(dice.bytes(208));
    input.push(dice.below(3) as u8);
    input
}

/// The zero polynomial is zero everywhere.
fn evaluation(dice: &mut Dice) -> Vec<u8> {
    let mut infinity = [0; 48];
    infinity[0] = 0xc0;
    let z = U256::from(dice.next()).to_be_bytes::<32>();
    [kzg_to_versioned_hash(&infinity).as_slice(), &z, &[0; 32], &infinity, &infinity].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use revm::precompile::Precompiles;

    use super::*;

    #[test]
    fn precompiles_take_what_is_right() {
        let mut dice = Dice::new(1);
        for number in 0..18 {
            let precompile = Precompiles::osaka().get(&address(number)).unwrap();
            let taken = (0..40)
                .filter(|_| {
                    let input = right(&mut dice, number);
                    precompile
                        .execute(&input, 100_000_000, 0)
                        .is_ok_and(|output| output.is_success())
                })
                .count();
            assert!(taken > 10, "{number:#x}: {taken}");
        }
    }
}
