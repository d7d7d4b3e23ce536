//! A decoded transaction, with where in its entry the bytes lie that the machine refers to by slices.

use std::ops::Range;

use alloy::eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};

/// The EIP-2718 type of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TransactionType {
    /// Before [EIP-2718](https://eips.ethereum.org/EIPS/eip-2718).
    Legacy = 0,
    /// With an access list ([EIP-2930](https://eips.ethereum.org/EIPS/eip-2930)).
    AccessList = 1,
    /// With fee cap and priority fee ([EIP-1559](https://eips.ethereum.org/EIPS/eip-1559)).
    DynamicFee = 2,
    /// With authorizations to delegate, too ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
    SetCode = 4,
}

/// A well-formed and correctly signed transaction for this chain; not yet checked against any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its type.
    pub kind: TransactionType,
    /// keccak256 of the entry.
    pub hash: B256,
    /// Who signed it.
    pub sender: Address,
    /// The chain id it was signed for; a legacy transaction may have none.
    pub chain_id: Option<u64>,
    /// The sender's transactions before this one.
    pub nonce: u64,
    /// Gas paid for in advance.
    pub gas_limit: u64,
    /// Fee cap, wei per gas; the gas price for legacy and access-list transactions.
    pub max_fee: u128,
    /// Priority fee cap, wei per gas; equals `max_fee` for legacy and access-list transactions.
    pub max_priority_fee: u128,
    /// Callee, or creation.
    pub to: TxKind,
    /// Wei sent.
    pub value: U256,
    /// Calldata or initcode.
    pub data: Bytes,
    /// Where in the entry `data` lies.
    pub data_range: Range<usize>,
    /// What is warm from the start.
    pub access_list: AccessList,
    /// Where in the entry the payload of the access list lies; empty without one.
    pub access_list_range: Range<usize>,
    /// The authorizations, whoever signed them; none unless it is of type 4.
    pub authorizations: Vec<SignedAuthorization>,
    /// Where in the entry the payload of the authorization list lies; empty without one.
    pub authorizations_range: Range<usize>,
}

impl Transaction {
    /// What the sender pays for a unit of gas, wei; `base_fee` must not be above `max_fee`.
    #[must_use]
    pub fn gas_price(&self, base_fee: U256) -> U256 {
        let cap = U256::from(self.max_fee);
        match self.kind {
            TransactionType::Legacy | TransactionType::AccessList => cap,
            TransactionType::DynamicFee | TransactionType::SetCode => {
                cap.min(base_fee.saturating_add(U256::from(self.max_priority_fee)))
            }
        }
    }

    /// The callee, or the address of the contract that it creates.
    #[must_use]
    pub fn target(&self) -> Address {
        match self.to {
            TxKind::Call(callee) => callee,
            TxKind::Create => self.sender.create(self.nonce),
        }
    }
}
