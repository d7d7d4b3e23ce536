//! Calls of each precompile that cost the whole budget, or as much as one can cost, valid and failing.

use alloy_primitives::{Address, U256, hex};
use revm::bytecode::opcode as op;
use surety_engine::{
    conformance::fuzz::vectors::{BLS_G1, BLS_G2, BN254_G2, P256},
    machine::{Phase, StepInfo},
};

use crate::{
    measure::{Case, End},
    program::Program,
    world::World,
};

const GAS: u64 = 8_000_000;
/// What the caller spends beside its memory, at most.
const OTHER: u64 = 30_000;

/// An input: one element or many.
struct Input {
    name: &'static str,
    precompile: u16,
    element: Vec<u8>,
    count: usize,
    /// From here 32 bytes of the last element are spoilt.
    spoilt: Option<usize>,
}

pub fn cases() -> Vec<Case> {
    inputs().into_iter().map(case).collect()
}

fn case(input: Input) -> Case {
    let Input { name, precompile, element, count, spoilt } = input;
    let mut world = World::new();
    world.vacant(Address::left_padding_from(&precompile.to_be_bytes()));
    let code = calling(precompile, element.len(), count, spoilt);
    let caller = world.contract(Address::repeat_byte(0xca), &code);
    let mut scenario = world.into_scenario();
    scenario.send_legacy(1, caller.into(), GAS, &element);
    let focus = |step: &StepInfo| matches!(step.phase, Phase::Precompile | Phase::Absorb);
    Case { focus, ..Case::new(name, scenario, End::Success) }
}

/// A program that fills memory with copies of its calldata and calls with all gas; it halts unless the call ends as it
/// should.
fn calling(precompile: u16, element: usize, count: usize, spoilt: Option<usize>) -> Vec<u8> {
    let (element, total) = (element as u64, (element * count) as u64);
    let mut program = Program::new().with_numbers(op::CALLDATACOPY, &[0, 0, element]);
    let mut filled = element;
    while filled < total {
        let length = filled.min(total - filled);
        program = program.with_numbers(op::MCOPY, &[filled, 0, length]);
        filled += length;
    }
    if let Some(spoilt) = spoilt {
        let at = U256::from(total - element + spoilt as u64);
        program = program.with(op::MSTORE, &[at, U256::MAX]);
    }
    program = program.with_numbers(op::STATICCALL, &[GAS, precompile.into(), 0, total, 0, 0]);
    if spoilt.is_some() {
        program = program.op(op::ISZERO);
    }
    let end = program.0.len() as u64 + 5;
    program
        .ops(&[op::PUSH2])
        .ops(&(end as u16).to_be_bytes())
        .ops(&[op::JUMPI, op::INVALID, op::JUMPDEST])
        .0
}

/// What is left for the precompile when its input has so many bytes, `element` of them from calldata.
fn budget(element: usize, total: usize) -> u64 {
    let words = total.div_ceil(32) as u64;
    let filling = 6 * words + words * words / 512;
    let left = GAS - 21_000 - OTHER - 16 * element as u64 - filling;
    left - left / 64
}

/// The most elements that can be paid for.
fn most(element: usize, price: impl Fn(u64) -> u64) -> usize {
    let fits = |count: &usize| {
        let total = element * count;
        total < 2_100_000 && price(*count as u64) <= budget(element, total)
    };
    (1..).take_while(fits).last().unwrap_or(1)
}

fn inputs() -> Vec<Input> {
    let one = |name, precompile, element: &[u8], spoilt| Input {
        name,
        precompile,
        element: element.to_vec(),
        count: 1,
        spoilt,
    };
    let many = |name, precompile, element: &[u8], spoilt, count| Input {
        count,
        ..one(name, precompile, element, spoilt)
    };
    let bls_pair = [&BLS_G1[..], &BLS_G2].concat();
    let bls_pairs = most(bls_pair.len(), |count| 37_700 + 32_600 * count);
    let [g1_term, g2_term] = [&BLS_G1[..], &BLS_G2].map(|point| [point, &[0xff; 32]].concat());
    // discounts of the longest sums, EIP-2537
    let g1_terms = most(g1_term.len(), |count| count * 12_000 * 519 / 1000);
    let g2_terms = most(g2_term.len(), |count| count * 22_500 * 524 / 1000);
    let [sha256, ripemd160] =
        [(60, 12), (600, 120)].map(|(base, each)| most(32, |words| base + each * words));
    let bn_pair = [&BN_G1[..], &BN254_G2].concat();
    let bn_pairs = most(bn_pair.len(), |count| 45_000 + 34_000 * count);
    vec![
        one("ECRECOVER", 1, &ECRECOVER, None),
        many("SHA256 of 1.8 MB", 2, &[0xab; 32], None, sha256),
        many("RIPEMD160 of 1.2 MB", 3, &[0xab; 32], None, ripemd160),
        many("RIPEMD160 of 49,152 bytes", 3, &[0xab; 32], None, 1_536),
        many("IDENTITY of 2 MB", 4, &[0xab; 32], None, most(32, |words| 15 + 3 * words)),
        one("MODEXP of 1,024-byte numbers", 5, &modexp(1024, 30), None),
        one("MODEXP with a 1,024-byte exponent", 5, &modexp(120, 1024), None),
        one("MODEXP, failing", 5, &modexp(1024, 30), Some(0)),
        one("BN254_ADD", 6, &[BN_G1, BN_G1].concat(), None),
        one("BN254_ADD, failing", 6, &[BN_G1, BN_G1].concat(), Some(64)),
        one("BN254_MUL", 7, &[&BN_G1[..], &[0xff; 32]].concat(), None),
        one("BN254_MUL, failing", 7, &[&BN_G1[..], &[0xff; 32]].concat(), Some(0)),
        many("BN254_PAIRING of the most pairs", 8, &bn_pair, None, bn_pairs),
        many("BN254_PAIRING, the last of the most pairs failing", 8, &bn_pair, Some(0), bn_pairs),
        one("BLAKE2F of the most rounds", 9, &blake2f(budget(213, 213) as u32), None),
        one("BLAKE2F, failing", 9, &blake2f(budget(213, 213) as u32), Some(181)),
        one("KZG_POINT_EVALUATION", 10, &kzg(), None),
        one("KZG_POINT_EVALUATION, failing", 10, &kzg(), Some(0)),
        one("BLS12_G1ADD", 11, &[BLS_G1, BLS_G1].concat(), None),
        one("BLS12_G1ADD, failing", 11, &[BLS_G1, BLS_G1].concat(), Some(0)),
        many("BLS12_G1MSM of the most terms", 12, &g1_term, None, g1_terms),
        many("BLS12_G1MSM, the last of the most terms failing", 12, &g1_term, Some(0), g1_terms),
        one("BLS12_G2ADD", 13, &[BLS_G2, BLS_G2].concat(), None),
        one("BLS12_G2ADD, failing", 13, &[BLS_G2, BLS_G2].concat(), Some(0)),
        many("BLS12_G2MSM of the most terms", 14, &g2_term, None, g2_terms),
        many("BLS12_G2MSM, the last of the most terms failing", 14, &g2_term, Some(0), g2_terms),
        many("BLS12_PAIRING of the most pairs", 15, &bls_pair, None, bls_pairs),
        many(
            "BLS12_PAIRING, the last of the most pairs failing",
            15,
            &bls_pair,
            Some(0),
            bls_pairs,
        ),
        one("BLS12_MAP_FP_TO_G1", 16, &BLS_G1[..64], None),
        one("BLS12_MAP_FP_TO_G1, failing", 16, &BLS_G1[..64], Some(0)),
        one("BLS12_MAP_FP2_TO_G2", 17, &BLS_G2[..128], None),
        one("BLS12_MAP_FP2_TO_G2, failing", 17, &BLS_G2[..128], Some(0)),
        one("P256VERIFY", 0x100, &P256, None),
    ]
}

/// An exponent of so many bytes, all ones but the first two bits; base and modulus of `size`. Costs 7,766,016 gas with
/// 1,024 and 30 bytes (EIP-7883).
fn modexp(size: usize, exponent: usize) -> Vec<u8> {
    let mut input = Vec::new();
    for length in [size, exponent, size] {
        input.extend(U256::from(length).to_be_bytes::<32>());
    }
    input.extend(vec![0xf7; size]);
    input.extend(vec![0xff; exponent]);
    input[96 + size] = 0x3f;
    input.extend(vec![0xfd; size]);
    input
}

fn blake2f(rounds: u32) -> Vec<u8> {
    let mut input = rounds.to_be_bytes().to_vec();
    input.extend([0xab; 208]);
    input.push(1);
    input
}

/// The zero polynomial is zero everywhere.
fn kzg() -> Vec<u8> {
    let mut infinity = [0; 48];
    infinity[0] = 0xc0;
    let versioned_hash = hex!("010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
    let point = U256::from(7).to_be_bytes::<32>();
    [&versioned_hash[..], &point, &[0; 32], &infinity, &infinity].concat()
}

const ECRECOVER: [u8; 128] = hex!(
    "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3"
    "000000000000000000000000000000000000000000000000000000000000001c"
    "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608"
    "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada"
);
/// Twice the generator: no zero bytes.
const BN_G1: [u8; 64] = hex!(
    "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
    "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4"
);
