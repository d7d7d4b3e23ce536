//! A header against what its block gives, and against its parent.

use std::fmt::Debug;

use alloy::{consensus::Header, eips::eip1559::GAS_LIMIT_BOUND_DIVISOR};
use alloy_primitives::U256;

use super::error::NotProven;
use crate::execute::base_fee::next_base_fee;

/// Least gas limit of a block.
const LEAST_GAS_LIMIT: u64 = 5_000;

/// Whether each field of `stated` is that of `computed`.
///
/// # Errors
/// [`NotProven::Header`] with the first that is not.
pub(super) fn check_fields(stated: &Header, computed: &Header) -> Result<(), NotProven> {
    macro_rules! check {
        ($($field:ident),*) => {
            $(field(stringify!($field), &stated.$field, &computed.$field)?;)*
        };
    }
    check!(
        gas_used,
        receipts_root,
        logs_bloom,
        state_root,
        transactions_root,
        withdrawals_root,
        requests_hash,
        blob_gas_used,
        excess_blob_gas,
        parent_beacon_block_root,
        base_fee_per_gas,
        parent_hash,
        ommers_hash,
        beneficiary,
        difficulty,
        number,
        gas_limit,
        timestamp,
        extra_data,
        mix_hash,
        nonce,
        block_access_list_hash,
        slot_number
    );
    Ok(())
}

/// Whether `stated` is `computed`.
///
/// # Errors
/// [`NotProven::Header`].
pub(super) fn field<T: Debug + PartialEq>(
    field: &'static str,
    stated: &T,
    computed: &T,
) -> Result<(), NotProven> {
    if stated == computed {
        return Ok(());
    }
    let (stated, computed) = (format!("{stated:?}"), format!("{computed:?}"));
    Err(NotProven::Header { field, stated, computed })
}

/// What both schemes ask of a header under its parent's.
///
/// # Errors
/// [`NotProven::Header`], [`NotProven::Rule`].
pub(super) fn check_parent(header: &Header, parent: &Header) -> Result<(), NotProven> {
    field("number", &Some(header.number), &parent.number.checked_add(1))?;
    if header.timestamp <= parent.timestamp {
        return Err(NotProven::Rule { field: "timestamp", rule: "later than the parent's" });
    }
    let parent_fee = U256::from(parent.base_fee_per_gas.unwrap_or_default());
    let base_fee = next_base_fee(parent.gas_used, parent.gas_limit, parent_fee);
    field("base_fee_per_gas", &header.base_fee_per_gas.map(U256::from), &Some(base_fee))
}

/// How far Ethereum lets the gas limit move.
///
/// # Errors
/// [`NotProven::Rule`].
pub(super) fn check_gas_limit(header: &Header, parent: &Header) -> Result<(), NotProven> {
    let distance = header.gas_limit.abs_diff(parent.gas_limit);
    if distance >= parent.gas_limit / GAS_LIMIT_BOUND_DIVISOR || header.gas_limit < LEAST_GAS_LIMIT
    {
        return Err(NotProven::Rule {
            field: "gas_limit",
            rule: "5000 at least, and less than 1/1024 from the parent's",
        });
    }
    Ok(())
}
