//! The genesis file, in [geth's format](https://geth.ethereum.org/docs/fundamentals/private-network).

use alloy::genesis::Genesis as GethGenesis;
use alloy_primitives::U256;
use serde::Serialize;

use super::{Alloc, GenesisError, config};

/// A chain's first state and the values its first block continues.
///
/// Geth makes the same state root of the file. Its block hash differs: the header of Surety's genesis is that of section 4 of
/// `docs/protocol.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct GenesisFile(GethGenesis);

impl GenesisFile {
    /// A chain that starts at `timestamp` (seconds) with a base fee in wei and this gas limit for every block.
    #[must_use]
    pub fn new(
        chain_id: u64,
        timestamp: u64,
        base_fee: u128,
        gas_limit: u64,
        alloc: Alloc,
    ) -> Self {
        Self(GethGenesis {
            config: config::osaka(chain_id),
            timestamp,
            gas_limit,
            base_fee_per_gas: Some(base_fee),
            alloc,
            ..GethGenesis::default()
        })
    }

    /// Decodes the JSON.
    ///
    /// # Errors
    /// [`GenesisError::Json`], and what is not a genesis of ours: [`GenesisError::Rules`], [`GenesisError::NoBaseFee`],
    /// [`GenesisError::Header`].
    pub fn from_json(json: &[u8]) -> Result<Self, GenesisError> {
        let genesis: GethGenesis = serde_json::from_slice(json)?;
        if !config::is_osaka(&genesis.config) {
            return Err(GenesisError::Rules);
        }
        genesis.base_fee_per_gas.ok_or(GenesisError::NoBaseFee)?;
        for (field, is_zero) in [
            ("nonce", genesis.nonce == 0),
            ("difficulty", genesis.difficulty.is_zero()),
            ("mixHash", genesis.mix_hash.is_zero()),
            ("coinbase", genesis.coinbase.is_zero()),
            ("extraData", genesis.extra_data.is_empty()),
            ("number", genesis.number.unwrap_or_default() == 0),
            ("parentHash", genesis.parent_hash.unwrap_or_default().is_zero()),
            ("blobGasUsed", genesis.blob_gas_used.unwrap_or_default() == 0),
            ("excessBlobGas", genesis.excess_blob_gas.unwrap_or_default() == 0),
        ] {
            if !is_zero {
                return Err(GenesisError::Header(field));
            }
        }
        Ok(Self(genesis))
    }

    /// The JSON, for people to read.
    ///
    /// # Errors
    /// [`GenesisError::Json`].
    pub fn to_json(&self) -> Result<String, GenesisError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The accounts.
    #[must_use]
    pub const fn alloc(&self) -> &Alloc {
        &self.0.alloc
    }

    /// L2 chain id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.0.config.chain_id
    }

    /// L2 time, seconds.
    #[must_use]
    pub const fn timestamp(&self) -> u64 {
        self.0.timestamp
    }

    /// Gas limit of every block.
    #[must_use]
    pub const fn gas_limit(&self) -> u64 {
        self.0.gas_limit
    }

    /// Base fee, wei per gas.
    #[must_use]
    pub fn base_fee(&self) -> U256 {
        U256::from(self.0.base_fee_per_gas.unwrap_or_default())
    }

    /// Refuses ether: on a rollup with a Bridge whoever has it could withdraw what others have deposited.
    ///
    /// # Errors
    /// [`GenesisError::Ether`].
    pub fn check_no_ether(&self) -> Result<(), GenesisError> {
        match self.0.alloc.iter().find(|(_, account)| !account.balance.is_zero()) {
            Some((address, _)) => Err(GenesisError::Ether(*address)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy::genesis::GenesisAccount;
    use alloy_primitives::{Address, B256, Bytes};
    use serde_json::{Value, json};

    use super::*;

    fn file() -> GenesisFile {
        let storage = [(B256::repeat_byte(2), B256::with_last_byte(3))];
        let account = GenesisAccount {
            nonce: Some(1),
            balance: U256::from(5),
            code: Some(Bytes::from_static(&[0])),
            storage: Some(storage.into()),
            ..GenesisAccount::default()
        };
        let alloc = Alloc::from([(Address::repeat_byte(1), account)]);
        GenesisFile::new(7, 1_800_000_000, 1_000_000_000, 12_000_000, alloc)
    }

    fn with(field: &str, value: Value) -> Result<GenesisFile, GenesisError> {
        let mut json: Value = serde_json::from_str(&file().to_json().unwrap()).unwrap();
        *json.pointer_mut(field).unwrap() = value;
        GenesisFile::from_json(json.to_string().as_bytes())
    }

    #[test]
    fn json_comes_back() {
        assert_eq!(GenesisFile::from_json(file().to_json().unwrap().as_bytes()).unwrap(), file());
        assert!(matches!(GenesisFile::from_json(b"{"), Err(GenesisError::Json(_))));
        assert!(matches!(GenesisFile::from_json(b"{}"), Err(GenesisError::Rules)));
    }

    #[test]
    fn geth_reads_the_names_it_knows() {
        let json: Value = serde_json::from_str(&file().to_json().unwrap()).unwrap();
        for (pointer, expected) in [
            ("/config/chainId", json!(7)),
            ("/config/osakaTime", json!(0)),
            ("/config/terminalTotalDifficulty", json!(0)),
            ("/config/blobSchedule/osaka/max", json!(9)),
            ("/difficulty", json!("0x0")),
            ("/gasLimit", json!("0xb71b00")),
            ("/baseFeePerGas", json!("0x3b9aca00")),
            ("/timestamp", json!("0x6b49d200")),
        ] {
            assert_eq!(json.pointer(pointer), Some(&expected), "{pointer}");
        }
    }

    #[test]
    fn what_no_genesis_of_ours_has_is_refused() {
        assert!(matches!(with("/config/osakaTime", json!(1)), Err(GenesisError::Rules)));
        assert!(matches!(with("/baseFeePerGas", Value::Null), Err(GenesisError::NoBaseFee)));
        for (field, value) in [
            ("nonce", json!("0x1")),
            ("difficulty", json!("0x1")),
            ("extraData", json!("0x00")),
            ("mixHash", json!(B256::repeat_byte(1))),
            ("coinbase", json!(Address::repeat_byte(1))),
        ] {
            let refused = with(&format!("/{field}"), value);
            assert!(matches!(refused, Err(GenesisError::Header(named)) if named == field));
        }
    }

    #[test]
    fn ether_is_found() {
        let at = Address::repeat_byte(1);
        assert!(matches!(file().check_no_ether(), Err(GenesisError::Ether(found)) if found == at));
        let mut without = file();
        without.0.alloc.get_mut(&at).unwrap().balance = U256::ZERO;
        assert!(without.check_no_ether().is_ok());
    }
}
