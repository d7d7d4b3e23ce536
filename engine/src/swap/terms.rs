//! What both sides of a swap agree on, and the states it goes through.

use std::{fmt, str::FromStr, sync::LazyLock};

use alloy_primitives::{B256, keccak256};
use alloy_sol_types::SolValue as _;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use super::bindings::{Leg, Terms};

/// Keeps ids of swaps apart from all other hashes.
static TAG: LazyLock<B256> = LazyLock::new(|| keccak256("surety.swap"));

/// One of a swap's two legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum LegNumber {
    /// The first.
    One = 0,
    /// The second.
    Two = 1,
}

/// A swap as the arbiter on L1 knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SwapState {
    /// No lock is known on L1.
    Open,
    /// The first leg's lock is.
    OneLocked,
    /// The second leg's lock is.
    TwoLocked,
    /// Both were before the deadline: both legs are paid.
    Settled,
    /// The deadline came first: both legs are paid back.
    Cancelled,
}

/// A leg as its vault on L2 knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LegState {
    /// Not locked.
    Open,
    /// Locked.
    Locked,
    /// Paid.
    Settled,
    /// Paid back, or never to be locked.
    Cancelled,
}

impl LegNumber {
    /// Both.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];
}

/// A word that names no leg.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a swap's legs are `one` and `two`, not `{0}`")]
pub struct NoSuchLeg(String);

impl FromStr for LegNumber {
    type Err = NoSuchLeg;

    fn from_str(word: &str) -> Result<Self, NoSuchLeg> {
        let found = Self::ALL.into_iter().find(|number| number.to_string() == word);
        found.ok_or_else(|| NoSuchLeg(word.to_owned()))
    }
}

impl fmt::Display for LegNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one",
            Self::Two => "two",
        })
    }
}

impl fmt::Display for SwapState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::OneLocked => "locked by leg one",
            Self::TwoLocked => "locked by leg two",
            Self::Settled => "settled",
            Self::Cancelled => "cancelled",
        })
    }
}

impl fmt::Display for LegState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Locked => "locked",
            Self::Settled => "paid",
            Self::Cancelled => "paid back",
        })
    }
}

impl SwapState {
    /// The state that the arbiter's number means.
    #[must_use]
    pub const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::OneLocked,
            2 => Self::TwoLocked,
            3 => Self::Settled,
            4 => Self::Cancelled,
            _ => return None,
        })
    }

    /// Whether the arbiter knows of this leg's lock.
    #[must_use]
    pub const fn knows(self, number: LegNumber) -> bool {
        match self {
            Self::Open | Self::Cancelled => false,
            Self::OneLocked => matches!(number, LegNumber::One),
            Self::TwoLocked => matches!(number, LegNumber::Two),
            Self::Settled => true,
        }
    }
}

impl LegState {
    /// The state that the vault's number means.
    #[must_use]
    pub const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::Locked,
            2 => Self::Settled,
            3 => Self::Cancelled,
            _ => return None,
        })
    }
}

impl Terms {
    /// The swap with these terms: keccak256 of the tag and all fields, in words.
    #[must_use]
    pub fn id(&self) -> B256 {
        keccak256([TAG.to_vec(), self.abi_encode()].concat())
    }

    /// The leg of this number.
    #[must_use]
    pub const fn leg(&self, number: LegNumber) -> &Leg {
        match number {
            LegNumber::One => &self.one,
            LegNumber::Two => &self.two,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy_primitives::{Address, U256, b256};

    use super::*;

    fn leg(first: u64) -> Leg {
        let address = |number: u64| Address::from_word(U256::from(number).into());
        Leg {
            bridge: address(first),
            vault: address(first + 1),
            token: address(first + 2),
            from: address(first + 3),
            to: address(first + 4),
            amount: U256::from(first + 5),
        }
    }

    fn terms() -> Terms {
        Terms {
            arbiter: Address::with_last_byte(1),
            one: leg(2),
            two: leg(8),
            deadline: 14,
            salt: B256::with_last_byte(15),
        }
    }

    #[test]
    fn the_id_is_the_contracts() {
        // contracts/test/types/Swap.t.sol
        let expected = b256!("18e275cb676fca90b680cd80875754d8c52fcbb79654edddfb223be6cb624b8f");
        assert_eq!(terms().id(), expected);
    }

    #[test]
    fn terms_are_a_file() {
        let text = serde_json::to_string(&terms()).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&text).unwrap(), terms());
        let more = text.replacen('{', r#"{"more":1,"#, 1);
        assert!(serde_json::from_str::<Terms>(&more).is_err());
    }

    #[test]
    fn a_state_is_a_number_of_the_contracts() {
        use SwapState::{Cancelled, OneLocked, Open, Settled, TwoLocked};
        let states: Vec<_> = (0..6).map(SwapState::of).collect();
        let [open, one, two, settled, cancelled] =
            [Open, OneLocked, TwoLocked, Settled, Cancelled].map(Some);
        assert_eq!(states, [open, one, two, settled, cancelled, None]);
        assert_eq!(LegState::of(3), Some(LegState::Cancelled));
        assert_eq!(LegState::of(4), None);
        assert!(OneLocked.knows(LegNumber::One) && !OneLocked.knows(LegNumber::Two));
        assert!(TwoLocked.knows(LegNumber::Two) && !TwoLocked.knows(LegNumber::One));
    }
}
