//! State tests as execution-spec-tests and ethereum/tests write them.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use serde::{Deserialize, Deserializer, de};
use xz2::read::XzDecoder;

/// A file that holds no state tests.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// It cannot be read.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Its failure.
        source: io::Error,
    },
    /// It is not in the format.
    #[error("{}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
}

/// An integer; `None` when it takes more than 256 bits, which a test may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(pub Option<U256>);

impl Default for Quantity {
    fn default() -> Self {
        Self(Some(U256::ZERO))
    }
}

impl Quantity {
    /// It as a narrower integer, if it fits.
    #[must_use]
    pub fn narrow<T: TryFrom<U256>>(self) -> Option<T> {
        T::try_from(self.0?).ok()
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // ethereum/tests marks what is too large
        let digits = text.strip_prefix("0x:bigint ").unwrap_or(&text);
        let digits = digits.strip_prefix("0x").unwrap_or(digits).trim_start_matches('0');
        if digits.len() > 64 {
            return Ok(Self(None));
        }
        let value =
            if digits.is_empty() { Ok(U256::ZERO) } else { U256::from_str_radix(digits, 16) };
        value.map(|value| Self(Some(value))).map_err(de::Error::custom)
    }
}

/// A test: one transaction with alternatives for its data, gas limit and value, over one state.
#[derive(Clone, Debug, Deserialize)]
pub struct Test {
    /// The block.
    pub env: Environment,
    /// The state before.
    pub pre: BTreeMap<Address, FixtureAccount>,
    /// The transaction.
    pub transaction: TestTransaction,
    /// What each fork makes of each alternative.
    pub post: BTreeMap<String, Vec<Post>>,
}

/// The block of a test.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Fee recipient.
    pub current_coinbase: Address,
    /// Block gas limit.
    pub current_gas_limit: Quantity,
    /// Block number.
    pub current_number: Quantity,
    /// Time, seconds.
    pub current_timestamp: Quantity,
    /// Randomness of the beacon chain.
    pub current_random: Option<Quantity>,
    /// Base fee, wei per gas.
    pub current_base_fee: Option<Quantity>,
    /// Excess blob gas ([EIP-4844](https://eips.ethereum.org/EIPS/eip-4844)).
    pub current_excess_blob_gas: Option<Quantity>,
}

/// An account.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct FixtureAccount {
    /// Nonce.
    pub nonce: Quantity,
    /// Wei.
    pub balance: U256,
    /// Code.
    pub code: Bytes,
    /// Storage, zeros included.
    pub storage: BTreeMap<U256, U256>,
}

/// The transaction of a test with its alternatives.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestTransaction {
    /// Sender's nonce.
    pub nonce: Quantity,
    /// Gas price, of types 0 and 1.
    pub gas_price: Option<Quantity>,
    /// Fee cap.
    pub max_fee_per_gas: Option<Quantity>,
    /// Priority fee cap.
    pub max_priority_fee_per_gas: Option<Quantity>,
    /// Blob fee cap.
    pub max_fee_per_blob_gas: Option<Quantity>,
    /// Blob hashes.
    pub blob_versioned_hashes: Option<Vec<B256>>,
    /// Gas limits.
    pub gas_limit: Vec<Quantity>,
    /// Callee, or creation.
    #[serde(deserialize_with = "callee")]
    pub to: TxKind,
    /// Values, wei.
    pub value: Vec<Quantity>,
    /// Calldata or initcode.
    pub data: Vec<Bytes>,
    /// Access lists, one for each element of `data`.
    pub access_lists: Option<Vec<Option<Vec<AccessListItem>>>>,
    /// Authorizations ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
    pub authorization_list: Option<Vec<FixtureAuthorization>>,
    /// Who sends it.
    pub sender: Address,
    /// The sender's key.
    pub secret_key: B256,
}

/// An entry of an access list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessListItem {
    /// The address.
    pub address: Address,
    /// Its keys.
    pub storage_keys: Vec<U256>,
}

/// A signed authorization.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixtureAuthorization {
    /// The chain it is for; 0 for all.
    pub chain_id: U256,
    /// The address whose code the authority takes.
    pub address: Address,
    /// The authority's nonce.
    pub nonce: Quantity,
    /// Parity of the signature's point.
    pub v: Quantity,
    /// The signature's r.
    pub r: U256,
    /// The signature's s.
    pub s: U256,
}

/// What a fork makes of one alternative.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// State root after it.
    pub hash: B256,
    /// keccak256 of the RLP of its logs.
    pub logs: B256,
    /// The signed transaction.
    pub txbytes: Option<Bytes>,
    /// Which alternative.
    pub indexes: Indexes,
    /// That the transaction is invalid, and why.
    pub expect_exception: Option<String>,
}

/// Which alternatives a subcase takes.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Indexes {
    /// Of data and access list.
    pub data: usize,
    /// Of the gas limit.
    pub gas: usize,
    /// Of the value.
    pub value: usize,
}

impl fmt::Display for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{} g{} v{}", self.data, self.gas, self.value)
    }
}

fn callee<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TxKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || text == "0x" {
        return Ok(TxKind::Create);
    }
    text.parse().map(TxKind::Call).map_err(de::Error::custom)
}

/// The tests of the file at `path`, by name; it is compressed if its name ends in `.xz`.
///
/// # Errors
/// [`FixtureError`].
pub fn read(path: &Path) -> Result<BTreeMap<String, Test>, FixtureError> {
    let io = |source| FixtureError::Io { path: path.to_owned(), source };
    let mut json = fs::read(path).map_err(io)?;
    if path.extension().is_some_and(|extension| extension == "xz") {
        let mut plain = Vec::new();
        XzDecoder::new(json.as_slice()).read_to_end(&mut plain).map_err(io)?;
        json = plain;
    }
    serde_json::from_slice(&json)
        .map_err(|source| FixtureError::Json { path: path.to_owned(), source })
}

/// The files of state tests at and below `path`, in order of their names.
///
/// # Errors
/// [`FixtureError::Io`].
pub fn files(path: &Path) -> Result<Vec<PathBuf>, FixtureError> {
    let io = |source| FixtureError::Io { path: path.to_owned(), source };
    if !fs::metadata(path).map_err(io)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(io)? {
        entries.push(entry.map_err(io)?.path());
    }
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.to_string_lossy();
        if entry.is_dir() || name.ends_with(".json") || name.ends_with(".json.xz") {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::*;

    fn quantity(text: &str) -> Result<Quantity, serde_json::Error> {
        serde_json::from_str(&format!("\"{text}\""))
    }

    #[test]
    fn quantities_may_be_padded_and_too_large() {
        assert_eq!(quantity("0x0010").unwrap().narrow(), Some(16_u64));
        assert_eq!(quantity("0x").unwrap(), Quantity::default());
        assert_eq!(quantity("0x010000000000000000").unwrap().narrow::<u64>(), None);
        let large = format!("0x:bigint 0x1{}", "0".repeat(64));
        assert_eq!(quantity(&large).unwrap(), Quantity(None));
        assert_eq!(quantity(&format!("0x{}", "f".repeat(64))).unwrap(), Quantity(Some(U256::MAX)));
        assert!(quantity("0xg").is_err());
    }

    #[test]
    fn only_state_tests_are_found_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["a/1.json", "2.json.xz", "README.md"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names = ["2.json.xz", "a/1.json"].map(|name| folder.path().join(name));
        assert_eq!(files(folder.path()).unwrap(), names);
        let file = folder.path().join("README.md");
        assert_eq!(files(&file).unwrap().len(), 1);
        assert!(matches!(read(&file), Err(FixtureError::Json { path, .. }) if path == file));
        assert!(matches!(files(Path::new("/nowhere")), Err(FixtureError::Io { .. })));
    }
}
