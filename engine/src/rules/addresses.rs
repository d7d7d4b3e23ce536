//! Addresses that Ethereum's rules name.

use alloy_primitives::{Address, address};

/// Caller of the system calls ([EIP-4788](https://eips.ethereum.org/EIPS/eip-4788)).
pub const SYSTEM: Address = address!("0xfffffffffffffffffffffffffffffffffffffffe");
/// The contract that keeps beacon block roots, on this L2 the Inbox's message roots (EIP-4788).
pub const BEACON_ROOTS: Address = address!("0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// The contract that keeps block hashes ([EIP-2935](https://eips.ethereum.org/EIPS/eip-2935)).
pub const BLOCK_HASHES: Address = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
