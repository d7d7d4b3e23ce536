//! What a transaction must be before the pool's own rules are asked: the rollup's validity, as of the next block, and that
//! its sender can pay for it.

use std::{sync::Arc, time::Instant};

use alloy::primitives::{Bytes, U256};
use surety_engine::{
    execute::{
        decode::decode_entry,
        skip::Skip,
        transaction::Transaction,
        validate::{check_static, owed_gas},
    },
    rules::limits::{INITCODE_BYTES, Limits},
};

use super::{
    MempoolSettings, Pooled, Rejection, SenderState, Tip,
    queue::{Queue, cost},
};

/// Bytes of a batch's entry at most: its length has two.
const ENTRY_BYTES: usize = 65_535;

/// The transaction that `raw` is on this chain; of no account anything is known yet.
pub(super) fn decode(
    raw: Bytes,
    tip: &Tip,
    limits: &Limits,
    settings: &MempoolSettings,
) -> Result<Arc<Pooled>, Rejection> {
    let (size, limit) = (raw.len(), ENTRY_BYTES);
    if size > limit {
        return Err(Rejection::Size { size, limit });
    }
    let chain_id = tip.next.chain_id;
    let transaction = decode_entry(&raw, chain_id).map_err(|skip| undecodable(skip, chain_id))?;
    if transaction.chain_id.is_none() && !settings.allow_unprotected {
        return Err(Rejection::Unprotected);
    }
    if let Err(skip) = check_static(&transaction, &tip.next, limits) {
        return Err(invalid(skip, &transaction, tip, limits));
    }
    let (tip, least) = (transaction.max_priority_fee, settings.least_tip());
    if tip < least {
        return Err(Rejection::Tip { tip, least });
    }
    Ok(Arc::new(Pooled { transaction, raw, since: Instant::now() }))
}

/// Whether the sender's account allows the transaction, with what the sender has in the pool already.
pub(super) fn check_sender(
    transaction: &Transaction,
    account: SenderState,
    queue: Option<&Queue>,
) -> Result<(), Rejection> {
    let Transaction { sender, nonce, .. } = *transaction;
    let SenderState { nonce: next, balance, is_contract } = account;
    if is_contract {
        return Err(Rejection::SenderCode(sender));
    }
    if nonce < next {
        return Err(Rejection::NonceTooLow { next, nonce });
    }
    let cost = cost(transaction);
    if cost > balance {
        return Err(Rejection::Funds { balance, cost });
    }
    let queued = queue.map_or(U256::ZERO, |queue| queue.cost_beside(nonce));
    if queued.saturating_add(cost) > balance {
        return Err(Rejection::QueuedFunds { balance, queued, cost });
    }
    Ok(())
}

fn undecodable(skip: Skip, chain_id: u64) -> Rejection {
    match skip {
        Skip::Type => Rejection::Type,
        Skip::ChainId => Rejection::ChainId(chain_id),
        Skip::SignatureRange => Rejection::Signature,
        Skip::Signer => Rejection::Sender,
        Skip::NonceRange => Rejection::NonceRange,
        other => Rejection::Encoding(other),
    }
}

fn invalid(skip: Skip, transaction: &Transaction, tip: &Tip, limits: &Limits) -> Rejection {
    let Transaction { sender, gas_limit: gas, max_fee, .. } = *transaction;
    let owed = owed_gas(transaction);
    match skip {
        Skip::TransactionGas => Rejection::TransactionGas { cap: limits.transaction_gas, gas },
        Skip::BlockGas => Rejection::BlockGas,
        Skip::InitcodeSize => {
            Rejection::Initcode { size: transaction.data.len(), limit: INITCODE_BYTES }
        }
        Skip::IntrinsicGas => Rejection::IntrinsicGas { gas, minimum: owed.intrinsic },
        Skip::FloorGas => Rejection::FloorGas { gas, minimum: owed.floor },
        Skip::FeeCap => Rejection::FeeCap { sender, max_fee, base_fee: tip.next.base_fee },
        Skip::PriorityFee => {
            let priority = transaction.max_priority_fee;
            Rejection::PriorityFee { sender, priority, max_fee }
        }
        other => Rejection::Encoding(other),
    }
}
