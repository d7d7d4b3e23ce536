//! Contracts that are in the genesis of every L2 with a Bridge.

use alloy_primitives::{Address, address};

/// Delivers messages from L1.
pub const L1_MESSENGER: Address = address!("5375726574790000000000000000000000000001");
/// Takes messages for L1.
pub const OUTBOX: Address = address!("5375726574790000000000000000000000000002");
/// Mints and burns what stands for tokens in L1's escrow.
pub const TOKEN_BRIDGE: Address = address!("5375726574790000000000000000000000000003");
