//! Inputs that precompiles take, and inputs that they just do not take.

use alloy::{
    eips::eip4844::kzg_to_versioned_hash,
    signers::{SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, B256, U256, hex};

use super::dice::Dice;

/// BN254's modulus.
const BN254: U256 =
    U256::from_be_bytes(hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47"));
/// BN254's second generator.
const BN254_G2: [u8; 128] = hex!(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
);
/// BLS12-381's first generator.
const BLS_G1: [u8; 128] = hex!(
    "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
    "6c55e83ff97a1aeffb3af00adb22c6bb"
    "0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3ed"
    "d03cc744a2888ae40caa232946c5e7e1"
);
/// BLS12-381's second generator.
const BLS_G2: [u8; 256] = hex!(
    "00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d177"
    "0bac0326a805bbefd48056c8c121bdb8"
    "0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
    "334cf11213945d57e5ac7d055d042b7e"
    "000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c"
    "923ac9cc3baca289e193548608b82801"
    "000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab"
    "3f370d275cec1da1aaa9075ff05f79be"
);
/// A signature on P-256 that holds: digest, r, s, x, y (Wycheproof).
const P256: [u8; 160] = hex!(
    "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
    "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
    "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
    "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
    "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e"
);

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
