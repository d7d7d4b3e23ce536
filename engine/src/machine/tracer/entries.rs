//! Slots 1 to 1022: an entry of the batch is skipped, or executed as a transaction.

use std::rc::Rc;

use alloy_primitives::{Address, B256, U256};
use revm::{Inspector, handler::MainnetContext};

use super::{
    ActiveJob,
    drive::{Driver, Executed},
    transaction::ActiveTx,
};
use crate::{
    authenticated::{
        account::Account,
        scratch::Key,
        source::{CodeSource, NodeSource},
        word_tree::WordTree,
    },
    derive::{BlockInput, batch::entry_at},
    execute::{
        database::TrieDatabase,
        decode::decode_entry,
        environment::tx_env,
        pending::Pending,
        receipts::push_receipt,
        skip::Skip,
        transaction::Transaction,
        validate::{OwedGas, Sender, check_sender, check_static},
    },
    machine::{
        error::{Divergence, TraceError},
        groups::{Job, Tx},
        job_kind::JobKind,
        outcome::Outcome,
        phase::Phase,
        step::StepSink,
        view::View,
    },
    rules::limits::Limits,
};

/// EIP-3529: at most this part of the gas used is refunded.
const REFUND_QUOTIENT: u64 = 5;
/// Bytes that a step of phase AccessList reads.
const ACCESS_LIST_WINDOW: u64 = 64;
/// Bytes of a storage key in an access list: its RLP header and 32 bytes.
const KEY_BYTES: u32 = 33;

impl<S, K, I> Driver<S, K, I>
where
    S: NodeSource + CodeSource + Clone,
    K: StepSink,
    I: for<'a> Inspector<MainnetContext<TrieDatabase<&'a Pending<S>>>>,
{
    /// A slot of the block's batch.
    pub(super) fn take_entry(
        &mut self,
        input: &BlockInput,
        limits: &Limits,
    ) -> Result<(), TraceError> {
        let tracer = &mut self.tracer;
        let cursor = tracer.block.cursor;
        if !tracer.block.open || tracer.block.batch != input.slice() {
            return Err(TraceError::Inputs("batch"));
        }
        let tree = Rc::new(WordTree::from_bytes(input.batch())?);
        let batch = View::of(tree, 0, input.slice().length);
        tracer.begin(None)?;
        let length = batch.part(cursor.into(), 2);
        if length.len() == 2 {
            tracer.show_range(&length)?;
        }
        let Some(entry) = entry_at(input.batch(), cursor) else {
            tracer.ends(Outcome::Idle);
            return tracer.finish();
        };
        let bytes = batch.part(entry.range.start.into(), entry.bytes.len() as u64);
        tracer.show_range(&bytes)?;
        let valid = tracer.validate(entry.bytes, limits)?;
        tracer.edit_block(|block| block.cursor = entry.range.end);
        let (transaction, owed, sender) = match valid {
            Ok(valid) => valid,
            Err(skip) => {
                tracer.ends(Outcome::Skipped(skip));
                return tracer.finish();
            }
        };
        let state_root = tracer.tries.state_root;
        tracer.begin_transaction(&transaction, owed, sender, &bytes)?;
        tracer.finish()?;

        tracer.warm_access_list()?;
        tracer.apply_authorizations(&transaction.authorizations)?;
        let executed = self.transact(state_root, tx_env(&transaction), false)?;
        self.settle(&executed)?;
        self.tracer.destruct_accounts()?;
        self.check_root(state_root, executed.changes)
    }

    fn settle(&mut self, executed: &Executed) -> Result<(), TraceError> {
        let tracer = &mut self.tracer;
        tracer.begin(None)?;
        let tx = tracer.tx()?.group().clone();
        let spent = tx.gas_limit - tx.gas_left;
        let used = (spent - tx.refund.min(spent / REFUND_QUOTIENT)).max(tx.floor_gas);
        tracer.tries.credit(tx.sender, tx.gas_price * U256::from(tx.gas_limit - used))?;
        tracer.tries.credit(tracer.block.fee_recipient, tx.priority_fee * U256::from(used))?;
        tracer.edit_block(|block| {
            block.gas_used += used;
            block.receipts_hash =
                push_receipt(block.receipts_hash, tx.hash, tx.status, block.gas_used, tx.logs_hash);
        });
        if tx.destruct_count > 0 {
            tracer.phase = Phase::Destruct;
        } else {
            tracer.close_transaction();
        }
        tracer.finish()?;
        let result = &executed.result;
        let logs = result.logs().iter().fold(B256::ZERO, crate::execute::receipts::push_log);
        self.check(result.tx_gas_used() == used, Divergence::GasUsed)?;
        self.check(result.is_success() == tx.status, Divergence::Status)?;
        self.check(logs == tx.logs_hash, Divergence::Logs)
    }
}

impl<S: NodeSource + CodeSource + Clone, K: StepSink> super::Tracer<S, K> {
    fn validate(
        &mut self,
        entry: &[u8],
        limits: &Limits,
    ) -> Result<Result<(Transaction, OwedGas, Account), Skip>, TraceError> {
        let decoded = decode_entry(entry, self.block.chain_id).and_then(|transaction| {
            let owed = check_static(&transaction, &self.block, limits)?;
            Ok((transaction, owed))
        });
        let (transaction, owed) = match decoded {
            Ok(decoded) => decoded,
            Err(skip) => return Ok(Err(skip)),
        };
        let account = self.tries.account(transaction.sender)?;
        self.show_code(account.code_hash)?;
        let code = self.codes.get(account.code_hash)?;
        let sender = Sender { nonce: account.nonce, balance: account.balance, code: &code };
        Ok(check_sender(&transaction, &sender).map(|()| (transaction, owed, account)))
    }

    fn begin_transaction(
        &mut self,
        transaction: &Transaction,
        owed: OwedGas,
        sender: Account,
        entry: &View,
    ) -> Result<(), TraceError> {
        let gas_price = transaction.gas_price(self.block.base_fee);
        let group = Tx {
            kind: transaction.kind as u8,
            create: transaction.to.is_create(),
            hash: transaction.hash,
            sender: transaction.sender,
            to: transaction.target(),
            value: transaction.value,
            gas_limit: transaction.gas_limit,
            gas_price,
            priority_fee: gas_price - self.block.base_fee,
            floor_gas: owed.floor,
            gas_left: transaction.gas_limit - owed.intrinsic,
            start_state_root: self.tries.state_root,
            ..Tx::default()
        };
        let fee = gas_price * U256::from(transaction.gas_limit);
        let paid = Account { nonce: sender.nonce + 1, balance: sender.balance - fee, ..sender };
        self.tries.set_account(transaction.sender, &paid)?;
        let part =
            |range: &std::ops::Range<usize>| entry.part(range.start as u64, range.len() as u64);
        let (data, authorizations) =
            (part(&transaction.data_range), part(&transaction.authorizations_range));
        self.tx = Some(ActiveTx::new(group, data, authorizations));
        self.tries.open_scratch();
        let access_list = part(&transaction.access_list_range);
        if access_list.len() > 0 {
            self.start_list(Phase::AccessList, JobKind::AccessList, access_list);
            Ok(())
        } else {
            self.start_authorizations()
        }
    }

    /// The next step takes what `source`, which is not empty, begins with.
    pub(super) fn start_list(&mut self, phase: Phase, kind: JobKind, source: View) {
        self.job = Some(ActiveJob::new(kind, source));
        self.phase = phase;
    }

    /// Phase AccessList: one address or one key a step.
    fn warm_access_list(&mut self) -> Result<(), TraceError> {
        while self.phase == Phase::AccessList
            && let Some(ActiveJob { group, source, .. }) = &self.job
        {
            let mut job = group.clone();
            let window = source.part(job.done.into(), ACCESS_LIST_WINDOW);
            let bytes = window.bytes();
            self.begin(None)?;
            self.show_range(&window)?;
            let cold = if job.destination == 0 {
                let address = next_address(&mut job, &bytes)?;
                self.cold_address(address)?
            } else {
                let key = bytes.get(1..33).map(U256::from_be_slice).ok_or(MALFORMED)?;
                let address = Address::from_word(job.accumulator);
                job.done += KEY_BYTES;
                if job.done == job.destination {
                    job.destination = 0;
                }
                self.cold(Key::WarmSlot(address, key))?
            };
            self.warm([cold, None])?;
            if job.done == job.total {
                self.start_authorizations()?;
            } else if let Some(active) = &mut self.job {
                active.group = job;
            }
            self.finish()?;
        }
        Ok(())
    }

    /// Phase Destruct: one account a step.
    fn destruct_accounts(&mut self) -> Result<(), TraceError> {
        while self.phase == Phase::Destruct {
            self.begin(None)?;
            let error = self.diverged(Divergence::Control);
            let last = self.tx()?.pop_destruct().ok_or(error)?;
            self.show_record([last.below.as_slice(), last.address.as_slice()].concat());
            if self.tries.exists(last.address)? {
                self.tries.set_account(last.address, &Account::default())?;
            }
            if self.tx()?.group().destruct_count == 0 {
                self.close_transaction();
            }
            self.finish()?;
        }
        Ok(())
    }
}

/// The decoder has accepted the list, so this cannot happen.
const MALFORMED: TraceError = TraceError::Inputs("access list");

/// Goes from the start of an entry of the access list to its first key, or behind it when it has none.
fn next_address(job: &mut Job, bytes: &[u8]) -> Result<Address, TraceError> {
    let mut rest = bytes;
    list_header(&mut rest)?;
    let (address, keys) =
        rest.get(1..).and_then(<[u8]>::split_first_chunk::<20>).ok_or(MALFORMED)?;
    rest = keys;
    let length = list_header(&mut rest)?;
    job.done += (bytes.len() - rest.len()) as u32;
    job.destination = if length == 0 { 0 } else { job.done + length };
    job.accumulator = Address::from(address).into_word();
    Ok(Address::from(address))
}

/// Reads an RLP list header, whose payload may end beyond `bytes`; gives the payload's length.
fn list_header(bytes: &mut &[u8]) -> Result<u32, TraceError> {
    let (first, rest) = bytes.split_first().ok_or(MALFORMED)?;
    let (length, rest) = match first {
        0xc0..=0xf7 => (u32::from(first - 0xc0), rest),
        0xf8.. => {
            let (length, rest) =
                rest.split_at_checked(usize::from(first - 0xf7)).ok_or(MALFORMED)?;
            let length = length.iter().fold(0, |length, byte| length << 8 | u32::from(*byte));
            (length, rest)
        }
        _ => return Err(MALFORMED),
    };
    *bytes = rest;
    Ok(length)
}
