//! The tries and codes that an opcode reads, all before any charge (`docs/protocol.md` section 6).

use alloy_primitives::{Address, KECCAK256_EMPTY, U256};
use revm::bytecode::opcode as op;

use super::{Tracer, entry::Callee, is_precompile};
use crate::{
    authenticated::{
        account::Account,
        scratch::Key,
        source::{CodeSource, NodeSource},
    },
    execute::validate::delegate,
    machine::{error::TraceError, step::StepSink},
    rules::{
        addresses::BLOCK_HASHES,
        limits::{BLOCK_HASH_WINDOW, BLOCK_HASHES_KEPT},
    },
};

/// What an opcode has read and its writes need.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Marks to be set for what was cold.
    pub(super) cold: [Option<Key>; 2],
    /// The account of the running contract.
    pub(super) running: Account,
    /// The storage slot.
    pub(super) slot: U256,
    /// What a call runs.
    pub(super) callee: Option<Callee>,
    /// Whether the running contract was created in this transaction.
    pub(super) created: bool,
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> Tracer<S, K> {
    /// Does the reads of `opcode`, whose arguments are there.
    pub(super) fn read(&mut self, opcode: u8) -> Result<Reads, TraceError> {
        let frame = self.frame()?;
        let running = frame.call.address;
        let key = frame.stack.peek(0);
        let mut reads = Reads::default();
        match opcode {
            op::BALANCE | op::EXTCODEHASH | op::EXTCODESIZE | op::EXTCODECOPY => {
                let address = frame.address_argument(0);
                reads.cold[0] = self.cold_address(address)?;
                let account = self.tries.account(address)?;
                if matches!(opcode, op::EXTCODESIZE | op::EXTCODECOPY) {
                    self.show_code(account.code_hash)?;
                }
            }
            op::SELFBALANCE => {
                reads.running = self.tries.account(running)?;
            }
            op::BLOCKHASH => self.read_block_hash(key)?,
            op::SLOAD | op::SSTORE => {
                reads.cold[0] = self.cold(Key::WarmSlot(running, key))?;
                reads.running = self.tries.account(running)?;
                reads.slot = self.tries.slot(&reads.running, key)?;
                if opcode == op::SSTORE {
                    let start = self.tx()?.group().start_state_root;
                    let original = self.tries.account_at(start, running)?;
                    self.tries.slot(&original, key)?;
                }
            }
            op::TLOAD => {
                self.tries.scratch(Key::Transient(running, key))?;
            }
            op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL => {
                let address = frame.address_argument(1);
                let has_value = !frame.stack.peek(2).is_zero();
                let (callee, cold) = self.read_callee(address)?;
                reads.cold = cold;
                reads.callee = Some(callee);
                if matches!(opcode, op::CALL | op::CALLCODE) && has_value {
                    reads.running = self.tries.account(running)?;
                }
            }
            op::SELFDESTRUCT => {
                let beneficiary = frame.address_argument(0);
                reads.cold[0] = self.cold_address(beneficiary)?;
                reads.running = self.tries.account(running)?;
                self.tries.account(beneficiary)?;
                reads.created = self.tries.is_marked(Key::Created(running))?;
            }
            _ => {}
        }
        Ok(reads)
    }

    /// Sets the marks of what was cold.
    pub(super) fn warm(&mut self, cold: [Option<Key>; 2]) -> Result<(), TraceError> {
        for key in cold.into_iter().flatten() {
            self.tries.mark(key)?;
        }
        Ok(())
    }

    fn read_callee(&mut self, address: Address) -> Result<(Callee, [Option<Key>; 2]), TraceError> {
        let cold = self.cold_address(address)?;
        let account = self.tries.account(address)?;
        let own = Callee {
            code_address: address,
            code_hash: account.code_hash,
            is_precompile: is_precompile(address),
        };
        if own.is_precompile {
            return Ok((Callee { code_hash: KECCAK256_EMPTY, ..own }, [cold, None]));
        }
        let code = self.codes.get(account.code_hash)?;
        self.show_code(account.code_hash)?;
        let Some(delegate) = delegate(&code) else { return Ok((own, [cold, None])) };
        let (code_hash, cold_delegate) = self.read_delegate(delegate)?;
        // the called address is not in the trie yet, so that its delegate may be the same
        let cold_delegate = if cold_delegate == cold { None } else { cold_delegate };
        Ok((Callee { code_address: delegate, code_hash, ..own }, [cold, cold_delegate]))
    }

    /// The hash of the code at `delegate`, and the mark to be set when it is cold.
    pub(super) fn read_delegate(
        &mut self,
        delegate: Address,
    ) -> Result<(alloy_primitives::B256, Option<Key>), TraceError> {
        let cold = self.cold_address(delegate)?;
        Ok((self.tries.account(delegate)?.code_hash, cold))
    }

    fn read_block_hash(&mut self, number: U256) -> Result<(), TraceError> {
        let current = self.block.number;
        let first = current.saturating_sub(BLOCK_HASH_WINDOW);
        if let Ok(number) = u64::try_from(number)
            && (first..current).contains(&number)
        {
            let history = self.tries.account(BLOCK_HASHES)?;
            self.tries.slot(&history, U256::from(number % BLOCK_HASHES_KEPT))?;
        }
        Ok(())
    }
}
