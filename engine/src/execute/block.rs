//! Executes a block slot by slot: 0 begins it, 1..=1022 take an entry each, 1023 credits deposits and seals it.

use alloy::consensus::Header;
use alloy_primitives::B256;

use super::{
    apply::credit,
    base_fee::next_base_fee,
    boundary::Boundary,
    database::TrieDatabase,
    decode::decode_entry,
    environment::tx_env,
    error::ExecuteError,
    evm::{system_call, transact},
    header::seal,
    pending::Pending,
    receipts::Executed,
    skip::Skip,
    transaction::Transaction,
    validate::{Sender, check_sender, check_static},
};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    derive::{BlockInput, batch::entry_at},
    machine::groups::Block,
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
        parameters::SLOTS_PER_BLOCK,
    },
};

/// The slot that begins a block.
pub const FIRST_SLOT: u16 = 0;
/// The slot that seals a block.
pub const LAST_SLOT: u16 = 1023;
const _: () = assert!(LAST_SLOT as u64 + 1 == SLOTS_PER_BLOCK);

/// What a slot did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Began the block.
    Begun,
    /// Executed an entry.
    Executed(Box<Executed>),
    /// Skipped an entry.
    Skipped(Skip),
    /// Found no entry: a fixed point, and so are the slots up to the last.
    Idle,
    /// Credited the deposits and sealed the block.
    Sealed(Box<Header>),
}

/// A slot and the boundary after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOutcome {
    /// Its number in the block.
    pub slot: u16,
    /// What it did.
    pub effect: Effect,
    /// The boundary after it.
    pub boundary: Boundary,
}

/// An executed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOutcome {
    /// The slots that did something, in order; the first is slot 0, the last slot 1023.
    pub slots: Vec<SlotOutcome>,
    /// The sealed header.
    pub header: Header,
    /// The boundary after the block.
    pub boundary: Boundary,
}

impl BlockOutcome {
    /// The leaves of a slot commitment for this block, in runs of equal ones that add up to 1024.
    pub fn leaves(&self) -> impl Iterator<Item = (B256, u32)> {
        let next = self.slots.iter().skip(1).map(|next| u32::from(next.slot)).chain([1024]);
        self.slots
            .iter()
            .zip(next)
            .map(|(slot, next)| (slot.boundary.hash(), next.saturating_sub(u32::from(slot.slot))))
    }

    /// The transactions that were executed.
    pub fn executed(&self) -> impl Iterator<Item = &Executed> {
        self.slots.iter().filter_map(|slot| match &slot.effect {
            Effect::Executed(executed) => Some(&**executed),
            _ => None,
        })
    }

    /// The entries that were skipped: slot and reason.
    pub fn skipped(&self) -> impl Iterator<Item = (u16, Skip)> {
        self.slots.iter().filter_map(|slot| match slot.effect {
            Effect::Skipped(reason) => Some((slot.slot, reason)),
            _ => None,
        })
    }
}

/// Executes the block of `input` after `parent`.
///
/// # Errors
/// [`ExecuteError`]; what `pending` then holds beyond its base is of no use, and of no harm.
pub fn execute_block<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    parent: &Boundary,
    input: &BlockInput,
    limits: &Limits,
) -> Result<BlockOutcome, ExecuteError> {
    let mut boundary = parent.clone();
    let mut slots = Vec::new();
    for slot in FIRST_SLOT..LAST_SLOT {
        let outcome = execute_slot(pending, &boundary, slot, input, limits)?;
        if outcome.effect == Effect::Idle {
            break;
        }
        boundary = outcome.boundary.clone();
        slots.push(outcome);
    }
    let (header, boundary) = end(pending, &boundary, input)?;
    slots.push(SlotOutcome {
        slot: LAST_SLOT,
        effect: Effect::Sealed(Box::new(header.clone())),
        boundary: boundary.clone(),
    });
    Ok(BlockOutcome { slots, header, boundary })
}

/// Executes one slot of the block of `input` after `boundary`.
///
/// # Errors
/// [`ExecuteError`]; [`ExecuteError::Slot`] when `boundary` is not one that the slot can follow.
pub fn execute_slot<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    boundary: &Boundary,
    slot: u16,
    input: &BlockInput,
    limits: &Limits,
) -> Result<SlotOutcome, ExecuteError> {
    let (effect, boundary) = match slot {
        FIRST_SLOT => (Effect::Begun, begin(pending, boundary, input)?),
        LAST_SLOT => {
            let (header, boundary) = end(pending, boundary, input)?;
            (Effect::Sealed(Box::new(header)), boundary)
        }
        _ if slot < LAST_SLOT => entry(pending, boundary, slot, input, limits)?,
        _ => return Err(ExecuteError::Slot(slot)),
    };
    Ok(SlotOutcome { slot, effect, boundary })
}

/// The Block group of the block that `input` opens after `parent`, before its system calls.
///
/// # Errors
/// [`ExecuteError::Slot`] when a block is open, [`ExecuteError::Number`] when the record is not the next block's.
pub fn open(parent: &Block, input: &BlockInput) -> Result<Block, ExecuteError> {
    if parent.open {
        return Err(ExecuteError::Slot(FIRST_SLOT));
    }
    let record = input.record();
    let number = parent.number.checked_add(1).ok_or(ExecuteError::Range("block number"))?;
    if record.number != number {
        return Err(ExecuteError::Number { record: record.number, expected: number });
    }
    Ok(Block {
        number,
        timestamp: record.timestamp,
        prev_randao: record.prev_randao,
        fee_recipient: record.fee_recipient,
        base_fee: next_base_fee(parent.gas_used, parent.gas_limit, parent.base_fee),
        gas_limit: parent.gas_limit,
        chain_id: parent.chain_id,
        head_hash: parent.head_hash,
        l1_message_root: record.l1_message_root,
        batch: input.slice(),
        cursor: 0,
        gas_used: 0,
        receipts_hash: B256::ZERO,
        deposits_hash: record.deposits_hash,
        deposit_count: record.deposit_count,
        deposits_done: 0,
        open: true,
    })
}

fn begin<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    parent: &Boundary,
    input: &BlockInput,
) -> Result<Boundary, ExecuteError> {
    let block = open(&parent.block, input)?;
    let (message_root, parent_hash) = (block.l1_message_root, block.head_hash);
    let mut boundary = Boundary { state_root: parent.state_root, block };
    boundary.state_root = system_call(pending, &boundary, BEACON_ROOTS, message_root)?;
    boundary.state_root = system_call(pending, &boundary, BLOCK_HASHES, parent_hash)?;
    Ok(boundary)
}

fn entry<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    before: &Boundary,
    slot: u16,
    input: &BlockInput,
    limits: &Limits,
) -> Result<(Effect, Boundary), ExecuteError> {
    check_under_way(before, slot, input)?;
    let Some(entry) = entry_at(input.batch(), before.block.cursor) else {
        return Ok((Effect::Idle, before.clone()));
    };
    let (effect, mut after) = match execute_entry(pending, before, entry.bytes, limits)? {
        Ok((executed, after)) => (Effect::Executed(Box::new(executed)), after),
        Err(reason) => (Effect::Skipped(reason), before.clone()),
    };
    after.block.cursor = entry.range.end;
    Ok((effect, after))
}

/// What the bytes of an entry do in the open block of `before`, wherever a batch may have them: the boundary after them still
/// has the cursor of the one before. Or why they would be skipped.
///
/// # Errors
/// [`ExecuteError`].
pub fn execute_entry<S: NodeSource + CodeSource>(
    pending: &mut Pending<S>,
    before: &Boundary,
    entry: &[u8],
    limits: &Limits,
) -> Result<Result<(Executed, Boundary), Skip>, ExecuteError> {
    let transaction = match validate(pending, before, entry, limits)? {
        Ok(transaction) => transaction,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut after = before.clone();
    let (result, state_root) = transact(pending, before, tx_env(&transaction))?;
    let executed = Executed::new(transaction, &before.block, result)?;
    after.state_root = state_root;
    after.block.gas_used = executed.cumulative_gas_used;
    after.block.receipts_hash = executed.push_to(before.block.receipts_hash);
    Ok(Ok((executed, after)))
}

/// The transaction that `entry` is after `boundary`, or why it is none.
///
/// # Errors
/// [`ExecuteError::State`] when the sender's account or code cannot be read.
pub fn validate<S: NodeSource + CodeSource>(
    source: &S,
    boundary: &Boundary,
    entry: &[u8],
    limits: &Limits,
) -> Result<Result<Transaction, Skip>, ExecuteError> {
    let block = &boundary.block;
    let decoded = decode_entry(entry, block.chain_id)
        .and_then(|transaction| check_static(&transaction, block, limits).map(|_| transaction));
    let transaction = match decoded {
        Ok(transaction) => transaction,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut state = TrieDatabase::new(source, boundary.state_root);
    let account = state.account(transaction.sender)?;
    let code = state.code(account.code_hash)?;
    let sender = Sender { nonce: account.nonce, balance: account.balance, code: &code };
    Ok(check_sender(&transaction, &sender).map(|()| transaction))
}

fn end<S: NodeSource>(
    pending: &mut Pending<S>,
    before: &Boundary,
    input: &BlockInput,
) -> Result<(Header, Boundary), ExecuteError> {
    check_under_way(before, LAST_SLOT, input)?;
    let mut state_root = before.state_root;
    for deposit in input.deposits() {
        state_root = credit(pending, state_root, deposit.account, deposit.wei())?;
    }
    let open = &before.block;
    let header = seal(open, state_root)?;
    let block = Block {
        number: open.number,
        timestamp: open.timestamp,
        base_fee: open.base_fee,
        gas_limit: open.gas_limit,
        chain_id: open.chain_id,
        head_hash: header.hash_slow(),
        gas_used: open.gas_used,
        ..Block::default()
    };
    Ok((header, Boundary { state_root, block }))
}

fn check_under_way(boundary: &Boundary, slot: u16, input: &BlockInput) -> Result<(), ExecuteError> {
    let block = &boundary.block;
    if block.open && block.number == input.record().number && block.batch == input.slice() {
        Ok(())
    } else {
        Err(ExecuteError::Slot(slot))
    }
}
