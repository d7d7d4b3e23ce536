//! Why an entry is not a transaction here: its slot only moves the cursor.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The first rule of `docs/protocol.md` section 5 that an entry breaks.
#[derive(
    Clone, Copy, Debug, Error, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Skip {
    /// The first byte is neither a legacy list's nor a known type.
    #[error("unknown transaction type")]
    Type,
    /// Not strict canonical RLP of the wanted shape, or not exactly as long as it says.
    #[error("not the canonical encoding of a transaction")]
    Encoding,
    /// The nonce does not fit 64 bits or is their largest value.
    #[error("nonce out of range")]
    NonceRange,
    /// The gas limit does not fit 64 bits.
    #[error("gas limit out of range")]
    GasLimitRange,
    /// A fee does not fit 128 bits.
    #[error("fee out of range")]
    FeeRange,
    /// The value does not fit 256 bits.
    #[error("value out of range")]
    ValueRange,
    /// The callee has neither 20 bytes nor none.
    #[error("callee is not an address")]
    Callee,
    /// An access list that is not a list of addresses with their lists of keys.
    #[error("malformed access list")]
    AccessList,
    /// An authorization list that is empty or not a list of tuples within their bounds.
    #[error("malformed authorization list")]
    AuthorizationList,
    /// Signed for another chain.
    #[error("wrong chain id")]
    ChainId,
    /// Parity, r or s out of range; s must be in the lower half.
    #[error("signature out of range")]
    SignatureRange,
    /// No address signed this.
    #[error("signature recovers no address")]
    Signer,
    /// The gas limit is above the deployment's cap.
    #[error("gas limit above the transaction cap")]
    TransactionGas,
    /// The gas limit is above what the block has left.
    #[error("gas limit above what the block has left")]
    BlockGas,
    /// Initcode over the limit ([EIP-3860](https://eips.ethereum.org/EIPS/eip-3860)).
    #[error("initcode too long")]
    InitcodeSize,
    /// The gas limit is below the intrinsic gas.
    #[error("gas limit below intrinsic gas")]
    IntrinsicGas,
    /// The gas limit is below the floor
    /// ([EIP-7623](https://eips.ethereum.org/EIPS/eip-7623)).
    #[error("gas limit below the calldata floor")]
    FloorGas,
    /// The fee cap is below the base fee.
    #[error("fee cap below base fee")]
    FeeCap,
    /// The priority fee is above the fee cap.
    #[error("priority fee above fee cap")]
    PriorityFee,
    /// The sender has code that is not a delegation
    /// ([EIP-3607](https://eips.ethereum.org/EIPS/eip-3607)).
    #[error("sender is a contract")]
    SenderCode,
    /// Not the sender's next nonce.
    #[error("wrong nonce")]
    Nonce,
    /// The sender cannot pay gas limit × fee cap + value.
    #[error("insufficient funds")]
    Funds,
}
