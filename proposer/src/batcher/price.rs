//! What a batch costs on L1 in each form.

use alloy::{eips::eip4844::DATA_GAS_PER_BLOB, primitives::U256};

/// What L1 asks now, wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prices {
    /// A unit of gas.
    pub(super) gas: u128,
    /// A unit of blob gas.
    pub(super) blob_gas: u128,
}

impl Prices {
    /// Wei for a transaction of so much gas with the batch in calldata. L1 counts the gas, so the calldata floor of
    /// [EIP-7623](https://eips.ethereum.org/EIPS/eip-7623) is in it.
    pub(super) fn calldata(self, gas: u64) -> U256 {
        cost(gas, self.gas)
    }

    /// Wei for one with the batch in a blob, whose own gas is not in `gas`.
    pub(super) fn blob(self, gas: u64) -> U256 {
        cost(gas, self.gas).saturating_add(cost(DATA_GAS_PER_BLOB, self.blob_gas))
    }
}

fn cost(gas: u64, price: u128) -> U256 {
    U256::from(gas).saturating_mul(U256::from(price))
}
