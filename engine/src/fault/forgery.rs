//! Lies that revm cannot be made to tell, since they are about entries and steps and not about what an opcode does: the
//! states are forged, and whatever comes after the slot is executed from where they lead.

use alloy_primitives::{B256, U256};

use super::{Corrupted, Lie, LieKind, LyingError};
use crate::{
    authenticated::{
        account::{self, Account},
        blob::Blob,
        source::{CodeSource, NodeSource, NodeStore},
    },
    commitment::SLOTS_PER_BLOCK,
    derive::{
        BlockInput,
        batch::{Entry, entry_at},
    },
    execute::{
        apply::credit,
        block::{LAST_SLOT, validate},
        boundary::Boundary,
        decode::decode_entry,
        error::ExecuteError,
        pending::Pending,
        skip::Skip,
    },
    machine::{Leaves, SlotInput, Traced, groups::Machine, prove_step, trace_slot},
};

/// Traces a slot as a forger of `lie` tells it; `None` when that step leaves nothing of the kind to lie about.
///
/// # Errors
/// [`LyingError`] as honest tracing has.
pub(super) fn forge<S>(
    source: S,
    input: &SlotInput<'_>,
    lie: Lie,
) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    match lie.kind {
        LieKind::SkippedStep | LieKind::ExtraStep => miscount(source, input, lie),
        LieKind::Deposit => credit_twice(source, input, lie),
        // the block says otherwise what was copied
        LieKind::Element => trace(source, input).map(Some),
        // what becomes of an entry is decided in its slot's first step
        _ if lie.step != 0 => Ok(None),
        LieKind::Nonce => keep_nonce(source, input),
        LieKind::WrongOrder => overtake(source, input),
        LieKind::ValidSkipped => skip(source, input),
        LieKind::InvalidExecuted => execute_invalid(source, input),
        _ => Ok(None),
    }
}

/// `block` as somebody has it who copies an element of its blob wrongly in the step of the lie; `None` if that step copies
/// none.
pub(super) fn miscopied(block: &BlockInput, lie: Lie) -> Option<BlockInput> {
    let blob = block.blob().filter(|_| lie.slot.is_multiple_of(SLOTS_PER_BLOCK))?;
    // step 0 opens the block
    let element = lie.step.checked_sub(1)?;
    let mut bytes = blob.bytes().to_vec();
    let lowest = bytes.chunks_exact_mut(32).nth(element as usize)?.last_mut()?;
    *lowest ^= 1;
    // the commitment stays, and with it the record
    let blob = Blob::kept(&bytes, *blob.commitment()).ok()?;
    BlockInput::new(block.record().clone(), blob, block.deposits().to_vec()).ok()
}

/// All states from the lie's on come a step too early or too late, and the block's gas is off by one.
fn miscount<S>(source: S, input: &SlotInput<'_>, lie: Lie) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let mut honest = Leaves::default();
    let mut traced = trace_slot(source, input, &mut honest)?;
    let mut leaves = honest.0;
    let at = lie.step as usize;
    if at >= leaves.len() {
        return Ok(None);
    }
    traced.boundary.block.gas_used ^= 1;
    // the last state is the boundary, which is forged anyway
    leaves.pop();
    if lie.kind == LieKind::ExtraStep {
        let before = at.checked_sub(1).and_then(|before| leaves.get(before));
        let before = before.copied().unwrap_or_else(|| input.boundary.hash());
        leaves.insert(at, before);
    } else if at < leaves.len() {
        leaves.remove(at);
    }
    leaves.push(traced.boundary.hash());
    Ok(Some(Corrupted { leaves, traced }))
}

/// The transaction begins without being counted: its sender could send it again.
fn keep_nonce<S>(source: S, input: &SlotInput<'_>) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let (_, second) = prove_step(source.clone(), input, 1)?;
    let Some(tx) = second.witness.tx.filter(|tx| !tx.hash.is_zero()) else { return Ok(None) };
    let mut honest = Leaves::default();
    let mut traced = trace_slot(source.clone(), input, &mut honest)?;

    let mut pending = made(source, &traced);
    let old_root = input.boundary.state_root;
    let sender = account::read(&pending, old_root, tx.sender)?.unwrap_or_default();
    let price = tx.gas_price.wrapping_mul(U256::from(tx.gas_limit));
    let paid = Account { balance: sender.balance.wrapping_sub(price), ..sender };
    let state_root = account::write(&mut pending, old_root, tx.sender, &paid)?;
    let told = Machine { state_root, ..second.witness.machine }.hash();

    let end = &mut traced.boundary.state_root;
    let settled = account::read(&pending, *end, tx.sender)?.unwrap_or_default();
    let uncounted = Account { nonce: settled.nonce.wrapping_sub(1), ..settled };
    *end = account::write(&mut pending, *end, tx.sender, &uncounted)?;
    (traced.nodes, traced.codes) = pending.take();

    let mut leaves = vec![told; honest.0.len().saturating_sub(1)];
    leaves.push(traced.boundary.hash());
    Ok(Some(Corrupted { leaves, traced }))
}

/// The next entry is taken instead of this one, which comes after it.
fn overtake<S>(source: S, input: &SlotInput<'_>) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let Some(entry) = entry(input) else { return Ok(None) };
    let mut later = input.boundary.clone();
    later.block.cursor = entry.range.end;
    let mut corrupted = trace(source, &SlotInput { boundary: &later, ..*input })?;
    corrupted.traced.boundary.block.cursor = input.boundary.block.cursor;
    corrupted.leaves.pop();
    corrupted.leaves.push(corrupted.traced.boundary.hash());
    Ok(Some(corrupted))
}

/// The entry is passed over, though it is a valid transaction.
fn skip<S>(source: S, input: &SlotInput<'_>) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let Some(entry) = entry(input) else { return Ok(None) };
    if validate(&source, input.boundary, entry.bytes, input.limits)?.is_err() {
        return Ok(None);
    }
    let mut boundary = input.boundary.clone();
    boundary.block.cursor = entry.range.end;
    let leaves = vec![boundary.hash()];
    let traced =
        Traced { boundary, steps: 1, nodes: Default::default(), codes: Default::default() };
    Ok(Some(Corrupted { leaves, traced }))
}

/// The entry is executed as if its sender had the nonce or the funds that it lacks.
fn execute_invalid<S>(source: S, input: &SlotInput<'_>) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let Some(entry) = entry(input) else { return Ok(None) };
    let Err(reason) = validate(&source, input.boundary, entry.bytes, input.limits)? else {
        return Ok(None);
    };
    let Ok(transaction) = decode_entry(entry.bytes, input.boundary.block.chain_id) else {
        return Ok(None);
    };
    let mut pending = Pending::new(source);
    let Boundary { state_root, block } = input.boundary.clone();
    let sender = account::read(&pending, state_root, transaction.sender)?.unwrap_or_default();
    let sender = match reason {
        Skip::Nonce => Account { nonce: transaction.nonce, ..sender },
        Skip::Funds => Account { balance: U256::MAX >> 1, ..sender },
        _ => return Ok(None),
    };
    let state_root = account::write(&mut pending, state_root, transaction.sender, &sender)?;
    trace_from(pending, &Boundary { state_root, block }, input).map(Some)
}

/// The deposit that step `lie.step` credits is credited before, too: step 0 of the block's end credits none, each later one the
/// next, the last one seals.
fn credit_twice<S>(
    source: S,
    input: &SlotInput<'_>,
    lie: Lie,
) -> Result<Option<Corrupted>, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let is_end = input.slot % SLOTS_PER_BLOCK == u32::from(LAST_SLOT);
    let deposits = input.block.filter(|_| is_end).map_or(&[][..], BlockInput::deposits);
    let at = lie.step as usize;
    let Some(deposit) = at.checked_sub(1).and_then(|index| deposits.get(index)) else {
        return Ok(None);
    };
    let mut honest = Leaves::default();
    trace_slot(source.clone(), input, &mut honest)?;

    let mut pending = Pending::new(source);
    let state_root = input.boundary.state_root;
    let state_root = credit(&mut pending, state_root, deposit.account, deposit.wei())
        .map_err(ExecuteError::from)?;
    let pretended = Boundary { state_root, block: input.boundary.block.clone() };
    let mut corrupted = trace_from(pending, &pretended, input)?;
    for (told, right) in corrupted.leaves.iter_mut().zip(honest.0).take(at) {
        *told = right;
    }
    Ok(Some(corrupted))
}

/// What the slot would do from another boundary, whose state `pending` has.
fn trace_from<S>(
    mut pending: Pending<S>,
    pretended: &Boundary,
    input: &SlotInput<'_>,
) -> Result<Corrupted, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let mut corrupted = trace(&pending, &SlotInput { boundary: pretended, ..*input })?;
    corrupted.traced.nodes.extend(pending.take().0);
    Ok(corrupted)
}

fn trace<S>(source: S, input: &SlotInput<'_>) -> Result<Corrupted, LyingError>
where
    S: NodeSource + CodeSource + Clone,
{
    let mut leaves = Leaves::default();
    let traced = trace_slot(source, input, &mut leaves)?;
    let leaves: Vec<B256> = leaves.0;
    Ok(Corrupted { leaves, traced })
}

/// The entry that the slot takes.
fn entry<'a>(input: &SlotInput<'a>) -> Option<Entry<'a>> {
    let block = input.block.filter(|_| input.boundary.block.open)?;
    entry_at(block.batch(), input.boundary.block.cursor)
}

/// What tracing made, over what it was traced from.
pub(super) fn made<S: NodeSource>(source: S, traced: &Traced) -> Pending<S> {
    let mut pending = Pending::new(source);
    for (hash, node) in &traced.nodes {
        pending.insert(*hash, node.clone());
    }
    for code in traced.codes.values() {
        pending.insert_code(code.clone());
    }
    pending
}
