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

/// Gas that the transaction uses, by form; the append fee is the same in both. L1 counts it, so the calldata floor of
/// [EIP-7623](https://eips.ethereum.org/EIPS/eip-7623) is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gas {
    /// With the batch in calldata.
    pub(super) calldata: u64,
    /// With the batch in a blob, whose own gas is not in it.
    pub(super) blob: u64,
}

impl Gas {
    /// Whether a blob is cheaper; on a draw calldata, which needs no beacon node.
    pub(super) fn prefers_blob(&self, prices: Prices) -> bool {
        let cost = |gas: u64, price: u128| U256::from(gas) * U256::from(price);
        let blob = cost(self.blob, prices.gas) + cost(DATA_GAS_PER_BLOB, prices.blob_gas);
        blob < cost(self.calldata, prices.gas)
    }
}
