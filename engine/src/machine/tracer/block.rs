//! Slots 0 and 1023: a block begins with two system calls and ends with deposits and its header.

use alloy_primitives::{B256, Bytes, TxKind, U256};
use revm::{Inspector, context::TxEnv, handler::MainnetContext};

use super::{drive::Driver, transaction::ActiveTx};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, deposits::pack},
    execute::{block::open, database::TrieDatabase, header::seal, pending::Pending},
    machine::{
        error::TraceError,
        groups::{Block, Tx},
        outcome::Outcome,
        phase::Phase,
        step::StepSink,
        view::View,
    },
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES, SYSTEM},
        gas::SYSTEM_CALL,
    },
};

/// `Tx.kind` of the EIP-4788 system call.
pub(super) const BEACON_ROOTS_CALL: u8 = 0x80;
/// `Tx.kind` of the EIP-2935 system call.
pub(super) const BLOCK_HASHES_CALL: u8 = 0x81;

impl<S, K, I> Driver<S, K, I>
where
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
    I: for<'a> Inspector<MainnetContext<TrieDatabase<&'a Pending<S>>>>,
{
    /// A slot with nothing to do.
    pub(super) fn stand_still(&mut self) -> Result<(), TraceError> {
        self.tracer.begin(None)?;
        self.tracer.ends(Outcome::Idle);
        self.tracer.finish()
    }

    /// Slot 0.
    pub(super) fn begin_block(&mut self, input: &BlockInput) -> Result<(), TraceError> {
        let tracer = &mut self.tracer;
        let block = open(&tracer.block, input)?;
        let (message_root, parent_hash) = (block.l1_message_root, block.head_hash);
        tracer.begin(None)?;
        tracer.show_record(input.record().encode());
        tracer.edit_block(|it| *it = block);
        if let Some(blob) = input.blob() {
            tracer.copy_blob(blob)?;
        }
        tracer.begin_system_call(BEACON_ROOTS_CALL, message_root)?;
        tracer.finish()?;
        self.run_system_call(message_root)?;

        self.tracer.begin(None)?;
        self.tracer.begin_system_call(BLOCK_HASHES_CALL, parent_hash)?;
        self.tracer.finish()?;
        self.run_system_call(parent_hash)?;

        self.tracer.begin(None)?;
        self.tracer.close_transaction();
        self.tracer.finish()
    }

    fn run_system_call(&mut self, input: B256) -> Result<(), TraceError> {
        let state_root = self.tracer.tries.state_root;
        let transaction = TxEnv {
            caller: SYSTEM,
            kind: TxKind::Call(self.tracer.tx()?.group().to),
            data: Bytes::from(input),
            gas_limit: SYSTEM_CALL,
            ..TxEnv::default()
        };
        let executed = self.transact(state_root, transaction, true)?;
        self.check_root(state_root, executed.changes)
    }

    /// Slot 1023.
    pub(super) fn end_block(&mut self, input: &BlockInput) -> Result<(), TraceError> {
        let tracer = &mut self.tracer;
        let deposits = pack(input.deposits());
        tracer.begin(None)?;
        tracer.phase = Phase::Deposits;
        tracer.finish()?;
        for deposit in input.deposits() {
            tracer.begin(None)?;
            tracer.show_record(&deposits);
            tracer.tries.credit(deposit.account, deposit.wei())?;
            tracer.edit_block(|block| block.deposits_done += 1);
            tracer.finish()?;
        }
        tracer.begin(None)?;
        let head_hash = seal(&tracer.block, tracer.tries.state_root)?.hash_slow();
        tracer.edit_block(|block| {
            *block = Block {
                number: block.number,
                timestamp: block.timestamp,
                base_fee: block.base_fee,
                gas_limit: block.gas_limit,
                chain_id: block.chain_id,
                gas_used: block.gas_used,
                head_hash,
                ..Block::default()
            };
        });
        tracer.phase = Phase::Boundary;
        tracer.finish()
    }
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> super::Tracer<S, K> {
    fn begin_system_call(&mut self, kind: u8, input: B256) -> Result<(), TraceError> {
        let group = Tx {
            kind,
            sender: SYSTEM,
            to: if kind == BEACON_ROOTS_CALL { BEACON_ROOTS } else { BLOCK_HASHES },
            gas_limit: SYSTEM_CALL,
            gas_left: SYSTEM_CALL,
            start_state_root: self.tries.state_root,
            value: U256::ZERO,
            ..Tx::default()
        };
        self.tx = Some(ActiveTx::new(group, View::fresh(input.as_slice())?, View::default()));
        self.tries.open_scratch();
        self.phase = Phase::Enter;
        Ok(())
    }

    /// The transaction or system call is over.
    pub(super) fn close_transaction(&mut self) {
        self.tx = None;
        self.tries.scratch_root = B256::ZERO;
        self.phase = Phase::Boundary;
    }

    pub(super) fn show_record(&mut self, record: impl AsRef<[u8]>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.record(Bytes::copy_from_slice(record.as_ref()));
        }
    }
}
