//! Phase Precompile: what a step reveals of the input, and inputs too long for one step.

use alloy_primitives::{Address, Bytes};
use revm::{
    interpreter::{InstructionResult, InterpreterResult},
    precompile::{
        bls12_381_const::{
            DISCOUNT_TABLE_G1_MSM, DISCOUNT_TABLE_G2_MSM, G1_MSM_BASE_GAS_FEE, G1_MSM_INPUT_LENGTH,
            G2_MSM_BASE_GAS_FEE, G2_MSM_INPUT_LENGTH,
        },
        bls12_381_utils::msm_required_gas,
        calc_linear_cost,
    },
};
use ripemd::Ripemd160;
use sha2::Sha256;

use super::{Tracer, end::Ending};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    machine::{
        absorb::{Absorb, G1, G2, Msm},
        error::{Divergence, TraceError},
        job_kind::JobKind,
        step::StepSink,
        view::View,
    },
    rules::limits::DATA_BYTES,
};

const ECRECOVER: u16 = 0x01;
const SHA256: u16 = 0x02;
const RIPEMD160: u16 = 0x03;
const IDENTITY: u16 = 0x04;
const MODEXP: u16 = 0x05;
const BN254_ADD: u16 = 0x06;
const BN254_MUL: u16 = 0x07;
const BN254_PAIRING: u16 = 0x08;
const BLAKE2F: u16 = 0x09;
const POINT_EVALUATION: u16 = 0x0a;
const BLS12_G1ADD: u16 = 0x0b;
const BLS12_G1MSM: u16 = 0x0c;
const BLS12_G2ADD: u16 = 0x0d;
const BLS12_G2MSM: u16 = 0x0e;
const BLS12_PAIRING: u16 = 0x0f;
const BLS12_MAP_FP_TO_G1: u16 = 0x10;
const BLS12_MAP_FP2_TO_G2: u16 = 0x11;
const P256VERIFY: u16 = 0x100;
/// Bytes that P256VERIFY takes; of other inputs it says nothing.
const P256VERIFY_BYTES: u32 = 160;

/// Whether an input of `length` bytes has the right shape; a wrong one fails whatever it says.
const fn has_right_shape(precompile: u16, length: u32) -> bool {
    match precompile {
        BN254_PAIRING => length.is_multiple_of(192),
        BLAKE2F => length == 213,
        POINT_EVALUATION => length == 192,
        BLS12_G1ADD => length == 256,
        BLS12_G2ADD => length == 512,
        BLS12_G1MSM => length > 0 && length.is_multiple_of(160),
        BLS12_G2MSM => length > 0 && length.is_multiple_of(288),
        BLS12_PAIRING => length > 0 && length.is_multiple_of(384),
        BLS12_MAP_FP_TO_G1 => length == 64,
        BLS12_MAP_FP2_TO_G2 => length == 128,
        _ => true,
    }
}

/// Whether the price depends on more than the input's length.
const fn is_priced_by_content(precompile: u16) -> bool {
    matches!(precompile, MODEXP | BLAKE2F)
}

/// How much of its input the precompile looks at, bytes.
const fn window(precompile: u16) -> u64 {
    match precompile {
        ECRECOVER | BN254_ADD => 128,
        BN254_MUL => 96,
        // three lengths and, by EIP-7823, at most three numbers of 1024 bytes
        MODEXP => 96 + 3 * 1024,
        _ => u64::MAX,
    }
}

/// The last two bytes of its address.
const fn number(precompile: Address) -> u16 {
    let [.., high, low] = precompile.0.0;
    u16::from_be_bytes([high, low])
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// The precompile that the frame calls, of which revm says `result`.
    pub(super) fn run_precompile(&mut self, result: &InterpreterResult) -> Result<(), TraceError> {
        self.begin(None)?;
        let frame = self.frame()?;
        let (precompile, input) = (number(frame.call.code_address), frame.calldata.clone());
        let length = input.len();
        let is_too_dear = result.result == InstructionResult::PrecompileOOG;
        let output = match precompile {
            _ if !has_right_shape(precompile, length) => View::default(),
            _ if is_too_dear && !is_priced_by_content(precompile) => View::default(),
            IDENTITY => input,
            P256VERIFY if length != P256VERIFY_BYTES => View::default(),
            SHA256 if length > DATA_BYTES => {
                let price = calc_linear_cost(length as usize, 60, 12);
                self.absorb_input(price, Sha256::default(), result)?
            }
            RIPEMD160 if length > DATA_BYTES => {
                let price = calc_linear_cost(length as usize, 600, 120);
                self.absorb_input(price, Ripemd160::default(), result)?
            }
            BLS12_G1MSM if length > DATA_BYTES => {
                let pairs = length as usize / G1_MSM_INPUT_LENGTH;
                let price = msm_required_gas(pairs, &DISCOUNT_TABLE_G1_MSM, G1_MSM_BASE_GAS_FEE);
                self.absorb_input(price, Msm::new(&G1), result)?
            }
            BLS12_G2MSM if length > DATA_BYTES => {
                let pairs = length as usize / G2_MSM_INPUT_LENGTH;
                let price = msm_required_gas(pairs, &DISCOUNT_TABLE_G2_MSM, G2_MSM_BASE_GAS_FEE);
                self.absorb_input(price, Msm::new(&G2), result)?
            }
            _ => {
                self.show_range(&input.part(0, window(precompile)))?;
                View::fresh(&result.output)?
            }
        };
        self.ending = Some(Ending { returned: result.result, output });
        self.end_frame(result)
    }

    /// Ends the step and takes the input into `state`, all but the end of the last step; gives the output.
    fn absorb_input(
        &mut self,
        price: u64,
        mut state: impl Absorb,
        result: &InterpreterResult,
    ) -> Result<View, TraceError> {
        let error = self.diverged(Divergence::LongData);
        let frame = self.frame()?;
        let input = frame.calldata.clone();
        let Some(gas) = frame.group.gas.checked_sub(price) else { return Err(error) };
        frame.group.gas = gas;
        let is_valid = self.absorb(JobKind::Precompile, input, &mut state)?;
        let output = if is_valid { state.result() } else { Bytes::new() };
        let agrees = is_valid == result.result.is_ok()
            && output == result.output
            && (!is_valid || gas == result.gas.remaining());
        if agrees { Ok(View::fresh(&output)?) } else { Err(self.diverged(Divergence::LongData)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_right_at_one_length_or_at_multiples() {
        for (precompile, length) in [
            (BLAKE2F, 213),
            (POINT_EVALUATION, 192),
            (BLS12_G1ADD, 256),
            (BLS12_G2ADD, 512),
            (BLS12_MAP_FP_TO_G1, 64),
            (BLS12_MAP_FP2_TO_G2, 128),
        ] {
            let right: Vec<u32> =
                (0..2000).filter(|length| has_right_shape(precompile, *length)).collect();
            assert_eq!(right, [length], "precompile {precompile:#x}");
        }
        for (precompile, unit) in [(BLS12_G1MSM, 160), (BLS12_G2MSM, 288), (BLS12_PAIRING, 384)] {
            let right: Vec<u32> =
                (0..1000).filter(|length| has_right_shape(precompile, *length)).collect();
            let expected: Vec<u32> = (1..).map(|count| count * unit).take(right.len()).collect();
            assert_eq!(right, expected, "precompile {precompile:#x}");
        }
        assert!(has_right_shape(BN254_PAIRING, 0) && !has_right_shape(BN254_PAIRING, 191));
        for precompile in [ECRECOVER, SHA256, IDENTITY, MODEXP, BN254_ADD, BN254_MUL, P256VERIFY] {
            assert!((0..300).all(|length| has_right_shape(precompile, length)));
        }
    }

    #[test]
    fn a_precompile_is_known_by_the_end_of_its_address() {
        assert_eq!(number(Address::with_last_byte(0x11)), BLS12_MAP_FP2_TO_G2);
        assert_eq!(number(Address::left_padding_from(&[1, 0])), P256VERIFY);
    }
}
