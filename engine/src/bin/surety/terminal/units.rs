//! Amounts and times, as arguments and as text.

use std::str::FromStr;

use alloy::primitives::{
    U256,
    utils::{format_ether, parse_ether, parse_units},
};
use serde::Deserialize;

/// Seconds of an L1 block.
pub(crate) const L1_BLOCK_SECONDS: u64 = 12;

/// An amount of ETH, written with a decimal point; wei inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Ether(pub(crate) U256);

/// An amount of gwei, written with a decimal point; wei inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Gwei(pub(crate) U256);

impl FromStr for Ether {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ether(text).map(Self)
    }
}

impl FromStr for Gwei {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        gwei(text).map(Self)
    }
}

impl TryFrom<String> for Ether {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl TryFrom<String> for Gwei {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// An amount of ETH, with a decimal point.
pub(crate) fn ether(text: &str) -> Result<U256, String> {
    parse_ether(text).map_err(|error| format!("{error}: give ETH, such as 1.5"))
}

/// An amount of gwei, with a decimal point.
fn gwei(text: &str) -> Result<U256, String> {
    let parsed = parse_units(text, "gwei").map_err(|error| error.to_string())?;
    if parsed.is_negative() { Err("below 0".to_owned()) } else { Ok(parsed.get_absolute()) }
}

/// Wei as ETH: six decimals at most, unless there is less, and no zeros at the end.
pub(crate) fn eth(wei: U256) -> String {
    let exact = format_ether(wei);
    let point = exact.find('.').map_or(exact.len(), |point| point + 7);
    let short = exact.get(..point).unwrap_or(&exact);
    let nothing = short.chars().all(|digit| matches!(digit, '0' | '.'));
    let text = if nothing { exact.as_str() } else { short };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} ETH")
}

/// Wei per gas as gwei, with three decimals at most.
pub(crate) fn gwei_text(wei: u128) -> String {
    let (whole, milli) = (wei / 1_000_000_000, wei % 1_000_000_000 / 1_000_000);
    match milli {
        0 if whole == 0 && wei > 0 => format!("{wei} wei"),
        0 => format!("{whole} gwei"),
        _ => format!("{whole}.{milli:03} gwei"),
    }
}

/// How long so many L1 blocks take, when no slot is missed.
pub(crate) fn span(blocks: u64) -> String {
    seconds(blocks.saturating_mul(L1_BLOCK_SECONDS))
}

/// A time span in its two largest units.
pub(crate) fn seconds(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min"),
        3_600..86_400 if minutes % 60 == 0 => format!("{hours} h"),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ if hours % 24 == 0 => format!("{days} d"),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_short_and_exact() {
        assert_eq!(eth(U256::from(2_025_000_000_000_000_000_u64)), "2.025 ETH");
        assert_eq!(eth(U256::ZERO), "0 ETH");
        assert_eq!(eth(U256::from(248_203_148_124_101_574_u64)), "0.248203 ETH");
        assert_eq!(eth(U256::from(7_000_000_000_u64)), "0.000000007 ETH");
        assert_eq!(eth(U256::from(3_000_000_000_000_000_000_u64)), "3 ETH");
        assert_eq!(span(25_200), "3 d 12 h");
        assert_eq!(span(60), "12 min");
        assert_eq!(span(300), "1 h");
        assert_eq!(gwei_text(1_500_000_000), "1.500 gwei");
        assert_eq!(gwei_text(7), "7 wei");
        assert_eq!(gwei("0.5"), Ok(U256::from(500_000_000)));
        assert!(ether("one").is_err() && gwei("-1").is_err());
    }
}
