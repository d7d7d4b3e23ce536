//! Whether a decoded transaction is valid here: first without any state, then against its sender's account.

use alloy_primitives::{Address, Bytes, TxKind, U256, U512};

use super::{skip::Skip, transaction::Transaction};
use crate::{
    machine::groups::Block,
    rules::{
        gas,
        limits::{INITCODE_BYTES, Limits},
    },
};

/// What a delegation begins with; the delegate's address follows
/// ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

/// Gas a transaction owes whatever its execution does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwedGas {
    /// Charged before the first step.
    pub intrinsic: u64,
    /// The least that the transaction uses
    /// ([EIP-7623](https://eips.ethereum.org/EIPS/eip-7623)).
    pub floor: u64,
}

/// What the sender check reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender<'a> {
    /// The account's nonce.
    pub nonce: u64,
    /// The account's balance, wei.
    pub balance: U256,
    /// The account's code.
    pub code: &'a [u8],
}

/// Whether `code` delegates to another account's, and to which
/// ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
#[must_use]
pub fn delegate(code: &[u8]) -> Option<Address> {
    let delegate = code.strip_prefix(DELEGATION.as_slice())?;
    Address::try_from(delegate).ok()
}

/// The code that delegates to `delegate`; none to the zero address (EIP-7702).
#[must_use]
pub fn delegation(delegate: Address) -> Bytes {
    if delegate.is_zero() {
        Bytes::new()
    } else {
        [DELEGATION.as_slice(), delegate.as_slice()].concat().into()
    }
}

/// Whether an account with `code` is still its key's: it may send transactions
/// ([EIP-3607](https://eips.ethereum.org/EIPS/eip-3607)) and delegate.
#[must_use]
pub fn can_delegate(code: &[u8]) -> bool {
    code.is_empty() || delegate(code).is_some()
}

/// Intrinsic and floor gas of `transaction`.
#[must_use]
pub fn owed_gas(transaction: &Transaction) -> OwedGas {
    let length = count(transaction.data.len());
    let zeros = count(transaction.data.iter().filter(|byte| **byte == 0).count());
    let tokens = zeros + gas::TOKENS_PER_NON_ZERO_BYTE * (length - zeros);
    let creation = match transaction.to {
        TxKind::Create => gas::TRANSACTION_CREATE + gas::INITCODE_WORD * length.div_ceil(32),
        TxKind::Call(_) => 0,
    };
    let addresses = count(transaction.access_list.len());
    let keys = count(transaction.access_list.iter().map(|item| item.storage_keys.len()).sum());
    OwedGas {
        intrinsic: gas::TRANSACTION
            + gas::TOKEN * tokens
            + creation
            + gas::ACCESS_LIST_ADDRESS * addresses
            + gas::ACCESS_LIST_KEY * keys
            + gas::AUTHORIZATION * count(transaction.authorizations.len()),
        floor: gas::TRANSACTION + gas::FLOOR_TOKEN * tokens,
    }
}

/// The checks that read no state.
///
/// # Errors
/// The first one that fails.
pub fn check_static(
    transaction: &Transaction,
    block: &Block,
    limits: &Limits,
) -> Result<OwedGas, Skip> {
    if transaction.gas_limit > limits.transaction_gas {
        return Err(Skip::TransactionGas);
    }
    if transaction.gas_limit > block.gas_limit.saturating_sub(block.gas_used) {
        return Err(Skip::BlockGas);
    }
    if transaction.to.is_create() && transaction.data.len() > INITCODE_BYTES {
        return Err(Skip::InitcodeSize);
    }
    let owed = owed_gas(transaction);
    if transaction.gas_limit < owed.intrinsic {
        return Err(Skip::IntrinsicGas);
    }
    if transaction.gas_limit < owed.floor {
        return Err(Skip::FloorGas);
    }
    if U256::from(transaction.max_fee) < block.base_fee {
        return Err(Skip::FeeCap);
    }
    if transaction.max_priority_fee > transaction.max_fee {
        return Err(Skip::PriorityFee);
    }
    Ok(owed)
}

/// The checks of the sender's account.
///
/// # Errors
/// The first one that fails.
pub fn check_sender(transaction: &Transaction, sender: &Sender<'_>) -> Result<(), Skip> {
    if !can_delegate(sender.code) {
        return Err(Skip::SenderCode);
    }
    if sender.nonce != transaction.nonce {
        return Err(Skip::Nonce);
    }
    let most: U512 =
        U256::from(transaction.gas_limit).widening_mul(U256::from(transaction.max_fee));
    if U512::from(sender.balance) < most.saturating_add(U512::from(transaction.value)) {
        return Err(Skip::Funds);
    }
    Ok(())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
