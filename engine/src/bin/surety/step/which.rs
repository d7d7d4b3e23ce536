//! Which step of which transaction.

use std::str::FromStr;

use alloy::primitives::B256;
use clap::Args;
use eyre::OptionExt as _;
use surety_engine::{dispute::domain::Domain, rules::parameters::SLOTS_PER_BLOCK};

use crate::{
    blocks::Blocks,
    terminal::failure::{Advise as _, Usage},
};

/// Which slot of which block.
#[derive(Clone, Debug, Args)]
pub(crate) struct Which {
    /// The L2 block's number; a transaction's hash says it, too.
    #[arg(long, value_name = "NUMBER")]
    block: Option<u64>,
    /// The transaction: its hash, or its number among those that the block executed, from 0.
    #[arg(long, value_name = "HASH|NUMBER", required_unless_present = "slot")]
    transaction: Option<TransactionName>,
    /// The slot of the block instead: 0 begins it, 1 to 1022 take the batch's entries, 1023 seals it.
    #[arg(long, conflicts_with = "transaction", requires = "block")]
    slot: Option<u16>,
    /// The first L2 block of the claim in which the step is disputed. Default: the block itself.
    #[arg(long, value_name = "NUMBER")]
    claim_first: Option<u64>,
}

/// How a transaction is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionName {
    Hash(B256),
    Number(u64),
}

impl FromStr for TransactionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("0x") {
            return text.parse().map(Self::Hash).map_err(|_| "a hash has 32 bytes".to_owned());
        }
        text.parse().map(Self::Number).map_err(|_| "a hash or a number is expected".to_owned())
    }
}

/// A slot as a claim counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) domain: Domain,
    pub(crate) slot: u32,
}

impl Which {
    /// Where it is among the executed blocks.
    pub(crate) fn find(&self, blocks: &Blocks) -> eyre::Result<Found> {
        let (number, slot) = self.place(blocks)?;
        blocks.row(number)?;
        let first = self.claim_first.unwrap_or(number);
        let before = number.checked_sub(first);
        let before = before.filter(|before| *before < 1024).ok_or_else(|| {
            Usage(format!("block {number} is in no claim that begins with block {first}"))
        })?;
        let domain = Domain { first, blocks: u16::try_from(before + 1)? };
        let slot = u32::try_from(before * SLOTS_PER_BLOCK + u64::from(slot))?;
        Ok(Found { domain, slot })
    }

    fn place(&self, blocks: &Blocks) -> eyre::Result<(u64, u16)> {
        match (self.transaction, self.slot, self.block) {
            (Some(TransactionName::Hash(hash)), ..) => {
                let place = blocks.store().transaction_place(hash)?;
                let place = place
                    .ok_or_else(|| eyre::eyre!("no executed block has transaction {hash}"))
                    .advise(|| "it may wait for a batch, or have been skipped: --block and --slot name any entry")?;
                Ok((place.number, slot(blocks, place.number, place.index)?))
            }
            (Some(TransactionName::Number(index)), _, Some(number)) => {
                Ok((number, slot(blocks, number, index)?))
            }
            (None, Some(slot), Some(number)) => Ok((number, slot)),
            _ => Err(Usage("which block?".to_owned()))
                .advise(|| "give --block, or the transaction's hash"),
        }
    }
}

/// The slot of a block's transaction.
fn slot(blocks: &Blocks, number: u64, index: u64) -> eyre::Result<u16> {
    let row = blocks.row(number)?;
    let found = usize::try_from(index).ok().and_then(|index| row.transactions.get(index));
    Ok(found
        .ok_or_eyre(format!("block {number} has {} transactions", row.transactions.len()))?
        .slot)
}
