//! What a header must keep to before anything is executed.

use alloy::eips::eip7840::BlobParams;
use alloy_rlp::Encodable;

use super::EthereumBlock;
use crate::stateless::{
    error::NotProven,
    header::{check_gas_limit, check_parent, field},
    scheme::{Fork, MAINNET},
};

/// Longest extra data, bytes.
const EXTRA_DATA_BYTES: usize = 32;
/// Longest block, bytes of RLP ([EIP-7934](https://eips.ethereum.org/EIPS/eip-7934)): 10 MiB less 2 MiB for the beacon block.
const BLOCK_BYTES: usize = 8 << 20;
/// At this many update fractions of excess a blob gas costs e^40 wei, all ether there is for a few blocks: beyond is no header.
const MOST_EXCESS: u128 = 40;

impl EthereumBlock<'_> {
    /// # Errors
    /// [`NotProven`].
    pub(super) fn check_rules(&self) -> Result<(), NotProven> {
        let header = self.header;
        let broken = |field, rule| Err(NotProven::Rule { field, rule });
        if self.chain_id == MAINNET && Fork::mainnet(header.timestamp) != Some(self.fork) {
            return broken("timestamp", "a time of the fork that the trace names");
        }
        if header.extra_data.len() > EXTRA_DATA_BYTES {
            return broken("extra_data", "at most 32 bytes");
        }
        if header.gas_used > header.gas_limit {
            return broken("gas_used", "at most the gas limit");
        }
        if self.fork < Fork::Shanghai && !self.withdrawals.is_empty() {
            return broken("withdrawals_root", "no withdrawals before Shanghai");
        }
        if self.fork >= Fork::Osaka && self.length() > BLOCK_BYTES {
            return broken("transactions_root", "a block of at most 8 MiB");
        }
        if let Some(blobs) = self.fork.blobs() {
            self.check_blobs(&blobs)?;
        }
        if let Some(parent) = self.ancestors.first() {
            check_parent(header, parent)?;
            check_gas_limit(header, parent)?;
        }
        Ok(())
    }

    fn check_blobs(&self, blobs: &BlobParams) -> Result<(), NotProven> {
        let broken = |field, rule| Err(NotProven::Rule { field, rule });
        let most = blobs.update_fraction.saturating_mul(MOST_EXCESS);
        if u128::from(self.header.excess_blob_gas.unwrap_or_default()) > most {
            return broken("excess_blob_gas", "at most 40 update fractions");
        }
        if self.header.blob_gas_used.unwrap_or_default() > blobs.max_blob_gas_per_block() {
            return broken("blob_gas_used", "at most the blobs of a block");
        }
        let Some(parent) = self.ancestors.first() else { return Ok(()) };
        // the parent of a fork's first block may have another schedule, and none before Cancun
        let (excess, used) =
            (parent.excess_blob_gas.unwrap_or_default(), parent.blob_gas_used.unwrap_or_default());
        if u128::from(excess) > most || used > BlobParams::bpo2().max_blob_gas_per_block() {
            return broken("excess_blob_gas", "a parent that can be");
        }
        let fee = parent.base_fee_per_gas.unwrap_or_default();
        let next = blobs.next_block_excess_blob_gas_osaka(excess, used, fee);
        field("excess_blob_gas", &self.header.excess_blob_gas, &Some(next))
    }

    /// Bytes of the block's RLP: a list of header, transactions, ommers and withdrawals.
    fn length(&self) -> usize {
        let list =
            |payload| alloy_rlp::Header { list: true, payload_length: payload }.length() + payload;
        // a typed transaction is a string in the block, a legacy one a list
        let transactions = self.transactions.iter().map(|it| {
            let is_list = it.first().is_some_and(|first| *first >= 0xc0);
            if is_list { it.len() } else { it.length() }
        });
        let withdrawals = self.withdrawals.iter().map(Encodable::length).sum();
        list(self.header.length() + list(transactions.sum()) + list(0) + list(withdrawals))
    }
}
