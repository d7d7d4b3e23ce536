//! Why a transaction is not taken, in the words that geth has for it: wallets and libraries look for these.

use alloy::primitives::{Address, U256};
use surety_engine::execute::skip::Skip;
use thiserror::Error;

/// The rule that a transaction breaks. Nothing has changed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// Its bytes are not one transaction in its canonical encoding.
    #[error("rlp: {0}")]
    Encoding(Skip),
    /// Of a type that the rollup does not execute; blobs are L1's.
    #[error("transaction type not supported")]
    Type,
    /// More bytes than an entry of a batch can have.
    #[error("oversized data: transaction size {size}, limit {limit}")]
    Size {
        /// Bytes.
        size: usize,
        /// Bytes at most.
        limit: usize,
    },
    /// Signed for another chain.
    #[error("invalid chain id for signer: want {0}")]
    ChainId(u64),
    /// Signed for every chain.
    #[error("only replay-protected (EIP-155) transactions allowed over RPC")]
    Unprotected,
    /// The signature's numbers are out of range.
    #[error("invalid transaction v, r, s values")]
    Signature,
    /// The signature is nobody's.
    #[error("invalid sender")]
    Sender,
    /// More gas than a transaction may have.
    #[error("transaction gas limit too high (cap: {cap}, tx: {gas})")]
    TransactionGas {
        /// Gas at most.
        cap: u64,
        /// Its gas limit.
        gas: u64,
    },
    /// More gas than a block has.
    #[error("exceeds block gas limit")]
    BlockGas,
    /// Initcode over the limit.
    #[error("max initcode size exceeded: code size {size}, limit {limit}")]
    Initcode {
        /// Bytes.
        size: usize,
        /// Bytes at most.
        limit: usize,
    },
    /// Less gas than it owes whatever it does.
    #[error("intrinsic gas too low: gas {gas}, minimum needed {minimum}")]
    IntrinsicGas {
        /// Its gas limit.
        gas: u64,
        /// What it owes.
        minimum: u64,
    },
    /// Less gas than its data costs at least.
    #[error("insufficient gas for floor data gas cost: gas {gas}, minimum needed {minimum}")]
    FloorGas {
        /// Its gas limit.
        gas: u64,
        /// What it owes.
        minimum: u64,
    },
    /// It would not pay the next block's base fee.
    #[error(
        "max fee per gas less than block base fee: address {sender}, maxFeePerGas: {max_fee}, baseFee: {base_fee}"
    )]
    FeeCap {
        /// Who signed it.
        sender: Address,
        /// Wei per gas.
        max_fee: u128,
        /// Wei per gas.
        base_fee: U256,
    },
    /// Its fees contradict each other.
    #[error(
        "max priority fee per gas higher than max fee per gas: address {sender}, maxPriorityFeePerGas: {priority}, maxFeePerGas: {max_fee}"
    )]
    PriorityFee {
        /// Who signed it.
        sender: Address,
        /// Wei per gas.
        priority: u128,
        /// Wei per gas.
        max_fee: u128,
    },
    /// The sender is a contract.
    #[error("sender not an eoa: address {0}")]
    SenderCode(Address),
    /// The nonce is used.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// The account's nonce.
        next: u64,
        /// Its own.
        nonce: u64,
    },
    /// The nonce is the last one, or does not fit.
    #[error("nonce has max value")]
    NonceRange,
    /// The account cannot pay for it.
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}", cost.saturating_sub(*balance))]
    Funds {
        /// The account's balance, wei.
        balance: U256,
        /// What it may cost, wei.
        cost: U256,
    },
    /// The account cannot pay for it beside what it has here already.
    #[error("insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, tx cost {cost}, overshot {}", queued.saturating_add(*cost).saturating_sub(*balance))]
    QueuedFunds {
        /// The account's balance, wei.
        balance: U256,
        /// What the account's other transactions may cost, wei.
        queued: U256,
        /// What it may cost, wei.
        cost: U256,
    },
    /// The pool has it.
    #[error("already known")]
    AlreadyKnown,
    /// The pool has another with its nonce, and it does not pay a tenth more.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    /// It offers less to the fee recipient than the configuration asks.
    #[error("transaction underpriced: gas tip cap {tip}, minimum needed {least}")]
    Tip {
        /// What it offers at most, wei per gas.
        tip: u128,
        /// Wei per gas.
        least: u128,
    },
    /// The pool is full of what pays more.
    #[error("transaction underpriced")]
    Underpriced,
    /// The sender has as many here as one may have.
    #[error("account limit exceeded")]
    AccountLimit,
}

impl Rejection {
    /// Its name among the reasons that are counted.
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::Encoding(_) | Self::Type | Self::Size { .. } => "malformed",
            Self::ChainId(_) | Self::Unprotected => "chain_id",
            Self::Signature | Self::Sender => "signature",
            Self::TransactionGas { .. } | Self::BlockGas => "gas_limit",
            Self::Initcode { .. } => "initcode",
            Self::IntrinsicGas { .. } | Self::FloorGas { .. } => "intrinsic_gas",
            Self::FeeCap { .. } | Self::PriorityFee { .. } => "fee",
            Self::SenderCode(_) => "sender_code",
            Self::NonceTooLow { .. } | Self::NonceRange => "nonce",
            Self::Funds { .. } | Self::QueuedFunds { .. } => "funds",
            Self::AlreadyKnown => "known",
            Self::ReplacementUnderpriced => "replacement_underpriced",
            Self::Tip { .. } | Self::Underpriced => "underpriced",
            Self::AccountLimit => "account_limit",
        }
    }
}
