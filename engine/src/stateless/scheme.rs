//! Which commitments a header makes, and under which rules its block ran.

use std::{fmt, str::FromStr};

use alloy::eips::eip7840::BlobParams;
use revm::primitives::hardfork::SpecId;
use thiserror::Error;

/// Chain id of Ethereum's mainnet.
pub const MAINNET: u64 = 1;

/// Rules of Ethereum since it has had blocks without ommers and rewards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fork {
    /// Proof of stake.
    Paris = 1,
    /// Withdrawals ([EIP-4895](https://eips.ethereum.org/EIPS/eip-4895)).
    Shanghai = 2,
    /// Blobs and beacon roots ([EIP-4844](https://eips.ethereum.org/EIPS/eip-4844),
    /// [EIP-4788](https://eips.ethereum.org/EIPS/eip-4788)).
    Cancun = 3,
    /// Requests and block hashes in the state ([EIP-7685](https://eips.ethereum.org/EIPS/eip-7685),
    /// [EIP-2935](https://eips.ethereum.org/EIPS/eip-2935)).
    Prague = 4,
    /// The rules that a Surety deployment is pinned to.
    Osaka = 5,
    /// Osaka with up to 15 blobs ([EIP-7892](https://eips.ethereum.org/EIPS/eip-7892)).
    Bpo1 = 6,
    /// Osaka with up to 21 blobs (EIP-7892).
    Bpo2 = 7,
}

impl Fork {
    /// All of them, the oldest first.
    pub const ALL: [Self; 7] = [
        Self::Paris,
        Self::Shanghai,
        Self::Cancun,
        Self::Prague,
        Self::Osaka,
        Self::Bpo1,
        Self::Bpo2,
    ];

    /// revm's name for its rules.
    #[must_use]
    pub const fn spec(self) -> SpecId {
        match self {
            Self::Paris => SpecId::MERGE,
            Self::Shanghai => SpecId::SHANGHAI,
            Self::Cancun => SpecId::CANCUN,
            Self::Prague => SpecId::PRAGUE,
            Self::Osaka | Self::Bpo1 | Self::Bpo2 => SpecId::OSAKA,
        }
    }

    /// Its blob schedule; none before Cancun.
    #[must_use]
    pub const fn blobs(self) -> Option<BlobParams> {
        match self {
            Self::Paris | Self::Shanghai => None,
            Self::Cancun => Some(BlobParams::cancun()),
            Self::Prague => Some(BlobParams::prague()),
            Self::Osaka => Some(BlobParams::osaka()),
            Self::Bpo1 => Some(BlobParams::bpo1()),
            Self::Bpo2 => Some(BlobParams::bpo2()),
        }
    }

    /// The rules of mainnet's block of time `timestamp`, seconds; `None` before proof of stake.
    #[must_use]
    pub fn mainnet(timestamp: u64) -> Option<Self> {
        // activation times of https://github.com/ethereum/go-ethereum/blob/master/params/config.go
        [
            (1_663_224_179, Self::Paris),
            (1_681_338_455, Self::Shanghai),
            (1_710_338_135, Self::Cancun),
            (1_746_612_311, Self::Prague),
            (1_764_798_551, Self::Osaka),
            (1_765_290_071, Self::Bpo1),
            (1_767_747_671, Self::Bpo2),
        ]
        .into_iter()
        .rev()
        .find_map(|(start, fork)| (timestamp >= start).then_some(fork))
    }
}

/// The commitments that a header makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Batch root, receipts hash and deposits hash (`docs/protocol.md` section 4), under Osaka's rules.
    Surety,
    /// Ethereum's ordered tries, bloom and requests.
    Ethereum(Fork),
}

impl Scheme {
    /// Its number in a trace.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Surety => 0,
            Self::Ethereum(fork) => fork as u8,
        }
    }

    /// The scheme of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        let fork = || Fork::ALL.into_iter().find(|fork| *fork as u8 == number);
        if number == 0 { Some(Self::Surety) } else { fork().map(Self::Ethereum) }
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paris => "paris",
            Self::Shanghai => "shanghai",
            Self::Cancun => "cancun",
            Self::Prague => "prague",
            Self::Osaka => "osaka",
            Self::Bpo1 => "bpo1",
            Self::Bpo2 => "bpo2",
        })
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Surety => f.write_str("surety"),
            Self::Ethereum(fork) => fork.fmt(f),
        }
    }
}

/// A name that no fork has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no fork is called {0:?}; there are paris, shanghai, cancun, prague, osaka, bpo1 and bpo2")]
pub struct UnknownFork(String);

impl FromStr for Fork {
    type Err = UnknownFork;

    fn from_str(name: &str) -> Result<Self, UnknownFork> {
        let found = Self::ALL.into_iter().find(|fork| fork.to_string() == name);
        found.ok_or_else(|| UnknownFork(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for number in 0..=u8::MAX {
            match Scheme::from_number(number) {
                Some(scheme) => assert_eq!(scheme.number(), number),
                None => assert!(number > 7),
            }
        }
        for fork in Fork::ALL {
            assert_eq!(fork.to_string().parse(), Ok(fork));
        }
        assert!("amsterdam".parse::<Fork>().is_err());
    }

    #[test]
    fn mainnets_forks_by_time() {
        assert_eq!(Fork::mainnet(1_663_224_178), None);
        // blocks 18884864 and 23587691
        assert_eq!(Fork::mainnet(1_703_775_659), Some(Fork::Shanghai));
        assert_eq!(Fork::mainnet(1_760_586_995), Some(Fork::Prague));
        assert_eq!(Fork::mainnet(u64::MAX), Some(Fork::Bpo2));
    }
}
