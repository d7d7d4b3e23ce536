//! Executed blocks in the form that `eth_*` gives them.

use alloy::{
    consensus::{
        Block as ConsensusBlock, BlockBody, Header as ConsensusHeader, Sealed, Transaction as _,
        transaction::Recovered,
    },
    eips::eip4895::Withdrawals,
    primitives::{B256, Log as LogOfReceipt, U256},
    rpc::types::{Block, BlockTransactions, Header, Log, Transaction, TransactionReceipt},
};
use surety_engine::chain::{self, Receipt, TransactionAt};

/// Which block something is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Number.
    pub(crate) number: u64,
    /// Hash.
    pub(crate) hash: B256,
    /// L2 time, seconds.
    pub(crate) timestamp: u64,
}

impl From<&chain::Block> for Place {
    fn from(block: &chain::Block) -> Self {
        let (number, timestamp) = (block.header.number, block.header.timestamp);
        Self { number, hash: block.hash, timestamp }
    }
}

/// A header, without the block's size.
pub(crate) fn header(hash: B256, header: ConsensusHeader) -> Header {
    Header::from_sealed(Sealed::new_unchecked(header, hash))
}

/// A block, with its transactions or their hashes alone.
pub(crate) fn block(block: chain::Block, full: bool) -> Block {
    let place = Place::from(&block);
    let chain::Block { hash, header: inner, transactions, withdrawals } = block;
    let withdrawals = Withdrawals::new(withdrawals);
    let base_fee = inner.base_fee_per_gas;
    let body = BlockBody {
        transactions: transactions.iter().map(|it| it.envelope.clone()).collect(),
        ommers: Vec::new(),
        withdrawals: Some(withdrawals.clone()),
    };
    let size = ConsensusBlock::rlp_length_for(&inner, &body);
    let transactions = if full {
        let of = |(index, it)| transaction(place, base_fee, index, it);
        BlockTransactions::Full((0..).zip(transactions).map(of).collect())
    } else {
        BlockTransactions::Hashes(transactions.iter().map(|it| *it.envelope.hash()).collect())
    };
    Block {
        header: header(hash, inner).with_size(Some(U256::from(size))),
        uncles: Vec::new(),
        transactions,
        withdrawals: Some(withdrawals),
    }
}

/// A transaction of a block.
pub(crate) fn transaction(
    place: Place,
    base_fee: Option<u64>,
    index: u64,
    transaction: TransactionAt,
) -> Transaction {
    let TransactionAt { sender, envelope, .. } = transaction;
    Transaction {
        block_hash: Some(place.hash),
        block_number: Some(place.number),
        transaction_index: Some(index),
        effective_gas_price: Some(envelope.effective_gas_price(base_fee)),
        block_timestamp: Some(place.timestamp),
        inner: Recovered::new_unchecked(envelope, sender),
    }
}

/// A block's logs, in order.
pub(crate) fn logs(place: Place, receipts: Vec<Receipt>) -> impl Iterator<Item = Log> {
    (0..).zip(receipts).flat_map(move |(transaction, receipt)| {
        let (hash, first) = (receipt.transaction, receipt.first_log);
        let logs = (first..).zip(receipt.envelope.into_logs());
        logs.map(move |(index, inner)| log(place, hash, transaction, index, inner))
    })
}

const fn log(
    place: Place,
    transaction: B256,
    transaction_index: u64,
    index: u64,
    inner: LogOfReceipt,
) -> Log {
    Log {
        inner,
        block_hash: Some(place.hash),
        block_number: Some(place.number),
        block_timestamp: Some(place.timestamp),
        transaction_hash: Some(transaction),
        transaction_index: Some(transaction_index),
        log_index: Some(index),
        removed: false,
    }
}

/// The receipts of a block.
pub(crate) fn receipts(block: &chain::Block, receipts: Vec<Receipt>) -> Vec<TransactionReceipt> {
    let of = |((index, transaction), it)| receipt(block, index, transaction, it);
    (0..).zip(&block.transactions).zip(receipts).map(of).collect()
}

/// The receipt of the transaction at `index`.
pub(crate) fn receipt(
    block: &chain::Block,
    index: u64,
    transaction: &TransactionAt,
    receipt: Receipt,
) -> TransactionReceipt {
    let place = Place::from(block);
    let Receipt { transaction: hash, envelope, gas_used, first_log } = receipt;
    let mut at = first_log;
    let inner = envelope.map_logs(|inner| {
        let log = log(place, hash, index, at, inner);
        at = at.saturating_add(1);
        log
    });
    TransactionReceipt {
        inner,
        transaction_hash: hash,
        transaction_index: Some(index),
        block_hash: Some(place.hash),
        block_number: Some(place.number),
        gas_used,
        effective_gas_price: transaction.gas_price(&block.header),
        blob_gas_used: None,
        blob_gas_price: None,
        from: transaction.sender,
        to: transaction.envelope.to(),
        contract_address: transaction.created(),
    }
}
