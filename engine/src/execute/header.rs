//! The header that seals a block: Ethereum's, with Surety's commitments in the roots.

use alloy::consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy::eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy_primitives::B256;

use super::error::ExecuteError;
use crate::machine::groups::Block;

/// The header of `block` when all of it is done and the state is `state_root`.
///
/// # Errors
/// [`ExecuteError::BaseFee`] above 64 bits.
pub fn seal(block: &Block, state_root: B256) -> Result<Header, ExecuteError> {
    let base_fee =
        u64::try_from(block.base_fee).map_err(|_| ExecuteError::BaseFee(block.base_fee))?;
    Ok(Header {
        parent_hash: block.head_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: block.fee_recipient,
        state_root,
        transactions_root: block.batch.root,
        receipts_root: block.receipts_hash,
        number: block.number,
        gas_limit: block.gas_limit,
        gas_used: block.gas_used,
        timestamp: block.timestamp,
        mix_hash: block.prev_randao,
        base_fee_per_gas: Some(base_fee),
        withdrawals_root: Some(block.deposits_hash),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(block.l1_message_root),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    })
}
