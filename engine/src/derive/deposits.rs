//! Deposits: ether sent to the Bridge, credited at the end of a block like
//! [EIP-4895](https://eips.ethereum.org/EIPS/eip-4895) withdrawals.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::rules::limits::WEI_PER_GWEI;

/// One deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deposit {
    /// Its number in the queue.
    pub index: u64,
    /// Whom it credits.
    pub account: Address,
    /// How much, gwei.
    pub amount: u64,
}

impl Deposit {
    /// Bytes of a packed deposit.
    pub const SIZE: usize = 36;

    /// How much, wei.
    #[must_use]
    pub fn wei(&self) -> U256 {
        U256::from(self.amount) * U256::from(WEI_PER_GWEI)
    }
}

/// Index, account and amount of each, big-endian, without padding: what a record's `depositsHash` is the hash of.
#[must_use]
pub fn pack(deposits: &[Deposit]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(deposits.len() * Deposit::SIZE);
    for deposit in deposits {
        packed.extend_from_slice(&deposit.index.to_be_bytes());
        packed.extend_from_slice(deposit.account.as_slice());
        packed.extend_from_slice(&deposit.amount.to_be_bytes());
    }
    packed
}

/// Undoes [`pack`]; `None` for bytes that are no packed deposits.
#[must_use]
pub fn unpack(packed: &[u8]) -> Option<Vec<Deposit>> {
    let (deposits, []) = packed.as_chunks::<{ Deposit::SIZE }>() else { return None };
    deposits.iter().map(unpack_one).collect()
}

fn unpack_one(packed: &[u8; Deposit::SIZE]) -> Option<Deposit> {
    let (index, rest) = packed.split_first_chunk()?;
    let (account, rest) = rest.split_first_chunk()?;
    Some(Deposit {
        index: u64::from_be_bytes(*index),
        account: Address::from(*account),
        amount: u64::from_be_bytes(*rest.first_chunk()?),
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    #[test]
    fn packs_without_padding() {
        let deposit = Deposit { index: 1, account: Address::repeat_byte(0xaa), amount: 0x0203 };
        let one = hex!("0000000000000001aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0000000000000203");
        assert_eq!(pack(&[deposit]), one);
        assert_eq!(pack(&[deposit, deposit]), [one, one].concat());
        assert_eq!(one.len(), Deposit::SIZE);
        assert_eq!(unpack(&pack(&[deposit, deposit])), Some(vec![deposit, deposit]));
        assert_eq!(unpack(&[]), Some(Vec::new()));
        assert_eq!(unpack(&[0; 35]), None);
        assert_eq!(unpack(&[0; 37]), None);
        assert_eq!(deposit.wei(), U256::from(515_000_000_000_u64));
    }
}
