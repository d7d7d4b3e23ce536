//! What executing a block takes of its parent's state, as `debug_executionWitness` tells it.

use std::collections::BTreeSet;

use alloy::rpc::types::debug::ExecutionWitness;
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    InspectEvm as _, Inspector, MainBuilder as _, SystemCallEvm as _,
    bytecode::opcode,
    context_interface::{Block as _, ContextTr},
    interpreter::{Interpreter, interpreter_types::Jumps as _},
    state::EvmState,
};

use super::SimulateError;
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, Effect, LAST_SLOT, execute_block},
        boundary::Boundary,
        environment::tx_env,
        evm::context,
        pending::Pending,
    },
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::{BLOCK_HASH_WINDOW, BLOCK_HASHES_KEPT, Limits},
    },
    stateless::witness::Recorder,
};

/// The witness of the block that `input` makes after `parent`, and that ended in `sealed`: the nodes and codes that execution
/// reads from `source`, the addresses and slots behind them, and `headers`, which a reader needs to know the parent's state root.
///
/// # Errors
/// [`SimulateError::Differs`] when the block does not end in `sealed`; [`SimulateError::Execute`].
pub fn of_block<S: NodeSource + CodeSource>(
    source: S,
    parent: &Boundary,
    input: &BlockInput,
    limits: &Limits,
    sealed: &Boundary,
    headers: Vec<Bytes>,
) -> Result<ExecutionWitness, SimulateError> {
    let recorder = Recorder::new(source);
    let mut pending = Pending::new(&recorder);
    let outcome = execute_block(&mut pending, parent, input, limits)?;
    if outcome.boundary != *sealed {
        return Err(SimulateError::Differs { slot: LAST_SLOT });
    }
    let keys = keys(&pending, parent, input, &outcome)?;
    drop(pending);
    let witness = recorder.into_witness();
    Ok(ExecutionWitness {
        state: witness.nodes.into_values().collect(),
        codes: witness.codes.into_values().collect(),
        keys: keys.into_iter().map(Bytes::from).collect(),
        headers,
    })
}

/// The addresses and slots that a block touches.
fn keys<S: NodeSource + CodeSource>(
    source: &Pending<S>,
    parent: &Boundary,
    input: &BlockInput,
    outcome: &BlockOutcome,
) -> Result<BTreeSet<Vec<u8>>, SimulateError> {
    let mut keys = Keys::default();
    let mut before = parent;
    for slot in &outcome.slots {
        match &slot.effect {
            Effect::Begun => {
                let opened = Boundary { state_root: before.state_root, ..slot.boundary.clone() };
                let block = &opened.block;
                let calls =
                    [(BEACON_ROOTS, block.l1_message_root), (BLOCK_HASHES, block.head_hash)];
                for (callee, word) in calls {
                    let mut evm = context(source, &opened)?.build_mainnet();
                    keys.add(&evm.system_call(callee, Bytes::from(word))?.state);
                }
            }
            Effect::Executed(executed) => {
                let mut evm = context(source, before)?.build_mainnet_with_inspector(keys);
                let state = evm.inspect_tx(tx_env(&executed.transaction))?.state;
                keys = evm.inspector;
                keys.add(&state);
            }
            Effect::Sealed(_) => {
                // a deposit of nothing touches nobody
                let deposits = input.deposits().iter().filter(|deposit| deposit.amount > 0);
                deposits.for_each(|deposit| keys.account(deposit.account));
            }
            Effect::Skipped(_) | Effect::Idle => {}
        }
        before = &slot.boundary;
    }
    Ok(keys.0)
}

/// Addresses, and slots of any account, in bytes.
#[derive(Debug, Default)]
struct Keys(BTreeSet<Vec<u8>>);

impl Keys {
    fn account(&mut self, address: Address) {
        self.0.insert(address.to_vec());
    }

    fn slot(&mut self, key: U256) {
        self.0.insert(B256::from(key).to_vec());
    }

    /// All that a transaction has loaded.
    fn add(&mut self, state: &EvmState) {
        for (address, account) in state {
            self.account(*address);
            account.storage.keys().for_each(|key| self.slot(*key));
        }
    }
}

/// BLOCKHASH reads a slot that no account's changes show.
impl<CTX: ContextTr> Inspector<CTX> for Keys {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if interpreter.bytecode.opcode() != opcode::BLOCKHASH {
            return;
        }
        let Ok(number) = interpreter.stack.peek(0) else { return };
        let current = context.block().number();
        if number < current && current - number <= U256::from(BLOCK_HASH_WINDOW) {
            self.account(BLOCK_HASHES);
            self.slot(number % U256::from(BLOCK_HASHES_KEPT));
        }
    }
}
