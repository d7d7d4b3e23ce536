//! A block, with what is computed from what is stored of it.

use alloy::{
    consensus::{Header, ReceiptEnvelope, Transaction as _, TxEnvelope},
    eips::{Decodable2718 as _, eip4895::Withdrawal},
};
use alloy_primitives::{Address, B256, Bytes, Log};
use alloy_rlp::Decodable as _;

use super::ChainError;
use crate::{
    derive::{batch::entry_at, deposits},
    execute::block::FIRST_SLOT,
    state::{BlockRow, ExecutedBlock, TransactionRow},
};

/// An executed block: its header and its transactions. Skipped entries are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its hash.
    pub hash: B256,
    /// Its header. The roots of transactions and receipts are Surety's commitments, and its bloom filter is empty.
    pub header: Header,
    /// The transactions that were executed, in order.
    pub transactions: Vec<TransactionAt>,
    /// The deposits that it credits.
    pub withdrawals: Vec<Withdrawal>,
}

/// A transaction in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionAt {
    /// Its slot in the block.
    pub slot: u16,
    /// Who signed it.
    pub sender: Address,
    /// EIP-2718 bytes, as in the batch.
    pub raw: Bytes,
    /// The transaction.
    pub envelope: TxEnvelope,
}

/// A receipt, with what only its place in the block tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's hash.
    pub transaction: B256,
    /// What the execution left.
    pub envelope: ReceiptEnvelope,
    /// Gas that the transaction used.
    pub gas_used: u64,
    /// Logs of the block before its own.
    pub first_log: u64,
}

impl Receipt {
    /// Its logs, each with its index in the block.
    pub fn logs(&self) -> impl Iterator<Item = (u64, &Log)> {
        (self.first_log..).zip(self.envelope.logs())
    }
}

impl TransactionAt {
    /// What the sender paid for a unit of gas, wei.
    #[must_use]
    pub fn gas_price(&self, header: &Header) -> u128 {
        self.envelope.effective_gas_price(header.base_fee_per_gas)
    }

    /// The contract that it creates, if it creates one.
    #[must_use]
    pub fn created(&self) -> Option<Address> {
        self.envelope.is_create().then(|| self.sender.create(self.envelope.nonce()))
    }
}

impl Block {
    /// The block whose batch is `batch`.
    ///
    /// # Errors
    /// [`ChainError::Unreadable`].
    pub fn read(block: &ExecutedBlock, batch: &[u8]) -> Result<Self, ChainError> {
        let ExecutedBlock { number, row } = block;
        let unreadable = |what| ChainError::Unreadable { number: *number, what };
        let deposits = deposits::unpack(&row.deposits).ok_or(unreadable("deposits"))?;
        let withdrawals = deposits.iter().map(|deposit| Withdrawal {
            index: deposit.index,
            validator_index: 0,
            address: deposit.account,
            amount: deposit.amount,
        });
        Ok(Self {
            hash: row.hash,
            header: block.header()?,
            transactions: transactions(batch, row).ok_or(unreadable("transactions"))?,
            withdrawals: withdrawals.collect(),
        })
    }
}

impl ExecutedBlock {
    /// Its header.
    ///
    /// # Errors
    /// [`ChainError::Unreadable`].
    pub fn header(&self) -> Result<Header, ChainError> {
        let unreadable = ChainError::Unreadable { number: self.number, what: "header" };
        Header::decode(&mut self.row.header.as_ref()).map_err(|_| unreadable)
    }

    /// Its receipts, one a transaction.
    ///
    /// # Errors
    /// [`ChainError::Unreadable`].
    pub fn receipts(&self) -> Result<Vec<Receipt>, ChainError> {
        let unreadable = || ChainError::Unreadable { number: self.number, what: "receipts" };
        let envelopes = Vec::<ReceiptEnvelope>::decode(&mut self.row.receipts.as_ref());
        let envelopes = envelopes.map_err(|_| unreadable())?;
        if envelopes.len() != self.row.transactions.len() {
            return Err(unreadable());
        }
        let (mut gas_before, mut first_log) = (0, 0);
        let mut receipts = Vec::with_capacity(envelopes.len());
        for (envelope, transaction) in envelopes.into_iter().zip(&self.row.transactions) {
            let cumulative = envelope.cumulative_gas_used();
            let gas_used = cumulative.checked_sub(gas_before).ok_or_else(unreadable)?;
            let logs = envelope.logs().len() as u64;
            receipts.push(Receipt { transaction: transaction.hash, envelope, gas_used, first_log });
            gas_before = cumulative;
            first_log = first_log.saturating_add(logs);
        }
        Ok(receipts)
    }
}

/// The entries that were executed, decoded; `None` when the batch has others.
fn transactions(batch: &[u8], row: &BlockRow) -> Option<Vec<TransactionAt>> {
    let (mut cursor, mut slot) = (0, FIRST_SLOT);
    let mut next = || {
        let entry = entry_at(batch, cursor)?;
        (cursor, slot) = (entry.range.end, slot.checked_add(1)?);
        Some((slot, entry.bytes))
    };
    let executed = row.transactions.iter().map(|&TransactionRow { slot, hash, sender }| {
        let bytes = loop {
            let (at, bytes) = next()?;
            if at == slot {
                break bytes;
            }
        };
        let envelope = TxEnvelope::decode_2718_exact(bytes).ok()?;
        let raw = Bytes::copy_from_slice(bytes);
        (*envelope.hash() == hash).then_some(TransactionAt { slot, sender, raw, envelope })
    });
    executed.collect()
}
