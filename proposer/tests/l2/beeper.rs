//! A contract that keeps the word it is called with in slot 0 and logs it, as topic and as data.

use alloy::primitives::{B256, Bytes, bytes};

/// Its code: `SSTORE(0, word); MSTORE(0, word); LOG1(0, 32, word)`.
pub const CODE: Bytes = bytes!("5f35805f55805f5260205fa100");
/// What creates it.
pub const INITCODE: Bytes = bytes!("600d600a5f39600d5ff35f35805f55805f5260205fa100");

/// The word of a number.
pub const fn word(number: u8) -> B256 {
    B256::with_last_byte(number)
}
