//! Numbers as people read them.

use alloy::primitives::{U256, utils::format_ether};

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Wei as ETH, to six places.
pub(crate) fn ether(wei: U256) -> String {
    format!("{} ETH", decimal(wei))
}

/// Wei, or the smallest units of a token with as many decimals, to six places.
pub(crate) fn decimal(units: U256) -> String {
    let text = format_ether(units);
    let digits = text.find('.').map_or(text.len(), |point| (point + 7).min(text.len()));
    text.get(..digits).unwrap_or(&text).to_owned()
}
