//! What revm is told about the chain, the block and the transaction: Osaka's rules, and nothing left to a default.

use alloy_primitives::U256;
use revm::{
    context::{BlockEnv, CfgEnv, TxEnv},
    context_interface::{block::BlobExcessGasAndPrice, either::Either},
    primitives::{eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE, hardfork::SpecId},
};

use super::{
    error::ExecuteError,
    transaction::{Transaction, TransactionType},
};
use crate::machine::groups::Block;

/// The rules a deployment is pinned to.
pub const SPEC: SpecId = SpecId::OSAKA;

/// Osaka's configuration for chain `chain_id`.
#[must_use]
pub fn cfg_env(chain_id: u64) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(SPEC);
    cfg.set_spec_and_mainnet_gas_params(SPEC);
    cfg.chain_id = chain_id;
    // a deployment's own limit decides, before revm sees a transaction
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    cfg
}

/// The environment of an open block.
///
/// # Errors
/// [`ExecuteError::BaseFee`] when its base fee is above what revm can represent.
pub fn block_env(block: &Block) -> Result<BlockEnv, ExecuteError> {
    let basefee =
        u64::try_from(block.base_fee).map_err(|_| ExecuteError::BaseFee(block.base_fee))?;
    Ok(BlockEnv {
        number: U256::from(block.number),
        beneficiary: block.fee_recipient,
        timestamp: U256::from(block.timestamp),
        gas_limit: block.gas_limit,
        basefee,
        difficulty: U256::ZERO,
        prevrandao: Some(block.prev_randao),
        // the header's blob fields are 0, so BLOBBASEFEE is its minimum
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice::new(
            0,
            BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE,
        )),
        slot_num: 0,
    })
}

/// The environment of a transaction that passed every check.
#[must_use]
pub fn tx_env(transaction: &Transaction) -> TxEnv {
    TxEnv {
        tx_type: transaction.kind as u8,
        caller: transaction.sender,
        gas_limit: transaction.gas_limit,
        gas_price: transaction.max_fee,
        kind: transaction.to,
        value: transaction.value,
        data: transaction.data.clone(),
        nonce: transaction.nonce,
        chain_id: transaction.chain_id,
        access_list: transaction.access_list.clone(),
        gas_priority_fee: match transaction.kind {
            TransactionType::Legacy | TransactionType::AccessList => None,
            TransactionType::DynamicFee | TransactionType::SetCode => {
                Some(transaction.max_priority_fee)
            }
        },
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        // unrecovered: revm finds out by itself who signed them
        authorization_list: transaction.authorizations.iter().cloned().map(Either::Left).collect(),
    }
}
