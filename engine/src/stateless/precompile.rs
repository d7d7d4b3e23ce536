//! EXECUTE as a precompile of revm, beside Ethereum's own.
//!
//! Input: the ABI encoding of `(bytes32 preStateRoot, bytes32 postStateRoot, bytes trace, uint256 gasUsed)`, without a selector.
//! Output: one word, 1 when the trace proves it and 0 when it does not. It fails for want of gas alone.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use revm::{
    context::{Cfg, ContextTr},
    handler::{EthPrecompiles, PrecompileProvider, precompile_output_to_interpreter_result},
    interpreter::{CallInputs, InterpreterResult},
    precompile::{PrecompileHalt, PrecompileOutput},
    primitives::{AddressSet, hardfork::SpecId},
};

use super::{encoding::rlp, execute, trace::Trace};

/// Gas of a call, before its input is looked at.
pub const CALL_GAS: u64 = 3_000;
/// Gas of a byte of input: it is decoded and hashed.
pub const BYTE_GAS: u64 = 1;

type Call = (B256, B256, Bytes, U256);

/// What a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it is proven.
    pub proven: bool,
    /// Gas it takes.
    pub gas: u64,
}

/// Answers a call that may take `gas_limit`; `None` when that is too little, before any work is done that it does not cover.
///
/// The input is paid for by its bytes, and refused for that when it is malformed or its header is not the one asked about. Then
/// there must be gas for all that the block's transactions may use. What is proven takes what they did use.
#[must_use]
pub fn answer(input: &[u8], gas_limit: u64) -> Option<Answer> {
    let bytes = u64::try_from(input.len()).ok()?;
    let reading = bytes.saturating_mul(BYTE_GAS).saturating_add(CALL_GAS);
    if reading > gas_limit {
        return None;
    }
    let Some((pre, post, trace, gas_used)) = decode(input) else {
        return Some(Answer { proven: false, gas: reading });
    };
    if trace.header.state_root != post || U256::from(trace.header.gas_used) != gas_used {
        return Some(Answer { proven: false, gas: reading });
    }
    let most = reading.saturating_add(trace.gas_limits());
    if most > gas_limit {
        return None;
    }
    Some(match execute(pre, post, &trace, gas_used) {
        Ok(proven) => Answer { proven: true, gas: reading.saturating_add(proven.header.gas_used) },
        Err(_) => Answer { proven: false, gas: most },
    })
}

/// The arguments, when `input` is exactly their encoding.
fn decode(input: &[u8]) -> Option<(B256, B256, Trace, U256)> {
    let call = Call::abi_decode_params(input).ok()?;
    if call.abi_encode_params() != input {
        return None;
    }
    let (pre, post, trace, gas_used) = call;
    Some((pre, post, rlp::decode(&trace).ok()?, gas_used))
}

/// Ethereum's precompiles, and EXECUTE at an address of one's choice.
#[derive(Clone, Debug)]
pub struct ExecutePrecompiles {
    ethereum: EthPrecompiles,
    address: Address,
    warm: AddressSet,
}

impl ExecutePrecompiles {
    /// EXECUTE at `address`, beside the precompiles of `spec`.
    #[must_use]
    pub fn new(spec: SpecId, address: Address) -> Self {
        let ethereum = EthPrecompiles::new(spec);
        let warm = warm(&ethereum, address);
        Self { ethereum, address, warm }
    }
}

fn warm(ethereum: &EthPrecompiles, address: Address) -> AddressSet {
    let mut warm = ethereum.warm_addresses().clone();
    warm.insert(address);
    warm
}

impl<CTX: ContextTr<Cfg: Cfg<Spec = SpecId>>> PrecompileProvider<CTX> for ExecutePrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        let changed = PrecompileProvider::<CTX>::set_spec(&mut self.ethereum, spec);
        self.warm = warm(&self.ethereum, self.address);
        changed
    }

    fn run(
        &mut self,
        context: &mut CTX,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        if inputs.bytecode_address != self.address {
            return self.ethereum.run(context, inputs);
        }
        let input = inputs.input.as_bytes(context).to_vec();
        let output = match answer(&input, inputs.gas_limit) {
            Some(Answer { proven, gas }) => {
                let word = U256::from(u8::from(proven)).to_be_bytes::<32>();
                PrecompileOutput::new(gas, Bytes::from(word), inputs.reservoir)
            }
            None => PrecompileOutput::halt(PrecompileHalt::OutOfGas, inputs.reservoir),
        };
        Ok(Some(precompile_output_to_interpreter_result(output, inputs.gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.warm
    }
}
