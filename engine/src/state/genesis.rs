//! A genesis state of our own, from JSON like geth's `alloc`.

use std::collections::BTreeMap;

use alloy::eips::{eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256, keccak256, map::B256Map};
use serde::{Deserialize, Serialize};

use crate::{
    authenticated::{
        account::{self, Account},
        mpt::{EMPTY_ROOT, MptError},
        source::NodeStore,
        storage,
    },
    execute::{boundary::Genesis, error::ExecuteError},
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::CODE_BYTES,
    },
};

/// A chain's first state and the values its first block continues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisState {
    /// L2 chain id.
    pub chain_id: u64,
    /// L2 time, seconds.
    pub timestamp: u64,
    /// Base fee, wei per gas.
    pub base_fee_per_gas: U256,
    /// Gas limit of every block.
    pub gas_limit: u64,
    /// The accounts.
    pub alloc: BTreeMap<Address, Allocation>,
}

/// An account of the genesis state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocation {
    /// Its nonce.
    #[serde(default, skip_serializing_if = "U64::is_zero")]
    pub nonce: U64,
    /// Its balance, wei.
    #[serde(default)]
    pub balance: U256,
    /// Its code.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub code: Bytes,
    /// Its storage.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub storage: BTreeMap<B256, B256>,
}

fn is_empty(code: &Bytes) -> bool {
    code.is_empty()
}

/// A genesis that no chain may start from.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// Not a genesis in JSON.
    #[error("not a genesis state")]
    Json(#[from] serde_json::Error),
    /// An account that Ethereum's rules would not keep
    /// ([EIP-161](https://eips.ethereum.org/EIPS/eip-161)).
    #[error("account {0} is empty")]
    EmptyAccount(Address),
    /// Storage without code or nonce: a contract could be created over it
    /// ([EIP-7610](https://eips.ethereum.org/EIPS/eip-7610)).
    #[error("account {0} has storage but neither code nor nonce")]
    StrayStorage(Address),
    /// A code that could not have been deployed.
    #[error("code of {account} has {length} bytes")]
    CodeLength {
        /// Whose code.
        account: Address,
        /// Its length.
        length: usize,
    },
    /// A system contract is missing or is another contract.
    #[error("account {0} is not the system contract")]
    SystemContract(Address),
    /// The trie could not be built.
    #[error(transparent)]
    Trie(#[from] MptError),
    /// The genesis header could not be made.
    #[error(transparent)]
    Header(#[from] ExecuteError),
}

impl GenesisState {
    /// Decodes the JSON.
    ///
    /// # Errors
    /// [`GenesisError::Json`].
    pub fn from_json(json: &[u8]) -> Result<Self, GenesisError> {
        Ok(serde_json::from_slice(json)?)
    }

    /// Writes the state's trie nodes into `store`; gives what the chain starts from, and the codes by hash.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn build(
        &self,
        store: &mut impl NodeStore,
    ) -> Result<(Genesis, B256Map<Bytes>), GenesisError> {
        self.check_system_contract(BEACON_ROOTS, &BEACON_ROOTS_CODE)?;
        self.check_system_contract(BLOCK_HASHES, &HISTORY_STORAGE_CODE)?;
        let mut codes = B256Map::default();
        let mut state_root = EMPTY_ROOT;
        for (address, allocation) in &self.alloc {
            let account = allocation.build(*address, store)?;
            if !allocation.code.is_empty() {
                codes.insert(account.code_hash, allocation.code.clone());
            }
            state_root = account::write(store, state_root, *address, &account)?;
        }
        let genesis = Genesis::new_chain(
            self.chain_id,
            state_root,
            self.timestamp,
            self.base_fee_per_gas,
            self.gas_limit,
        )?;
        Ok((genesis, codes))
    }

    fn check_system_contract(&self, address: Address, code: &Bytes) -> Result<(), GenesisError> {
        match self.alloc.get(&address) {
            Some(allocation) if allocation.code == *code => Ok(()),
            _ => Err(GenesisError::SystemContract(address)),
        }
    }
}

impl Allocation {
    fn build(&self, address: Address, store: &mut impl NodeStore) -> Result<Account, GenesisError> {
        let length = self.code.len();
        if length > CODE_BYTES {
            return Err(GenesisError::CodeLength { account: address, length });
        }
        let mut account = Account {
            nonce: self.nonce.to(),
            balance: self.balance,
            storage_root: EMPTY_ROOT,
            code_hash: keccak256(&self.code),
        };
        if account.is_empty() {
            return Err(GenesisError::EmptyAccount(address));
        }
        for (key, value) in &self.storage {
            let (key, value) = (U256::from_be_bytes(key.0), U256::from_be_bytes(value.0));
            account.storage_root = storage::write(store, account.storage_root, key, value)?;
        }
        let stray = account.nonce == 0 && account.code_hash == KECCAK256_EMPTY;
        if stray && account.storage_root != EMPTY_ROOT {
            return Err(GenesisError::StrayStorage(address));
        }
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn allocation(code: &Bytes) -> Allocation {
        Allocation { nonce: U64::from(1), code: code.clone(), ..Allocation::default() }
    }

    fn genesis() -> GenesisState {
        let alloc = [
            (BEACON_ROOTS, allocation(&BEACON_ROOTS_CODE)),
            (BLOCK_HASHES, allocation(&HISTORY_STORAGE_CODE)),
        ];
        GenesisState {
            chain_id: 7,
            gas_limit: 12_000_000,
            alloc: alloc.into(),
            ..GenesisState::default()
        }
    }

    fn build(state: &GenesisState) -> Result<(Genesis, B256Map<Bytes>), GenesisError> {
        state.build(&mut B256Map::<Bytes>::default())
    }

    #[test]
    fn what_is_built_can_be_read() {
        let mut state = genesis();
        let address = Address::repeat_byte(1);
        let storage = BTreeMap::from([(B256::repeat_byte(2), B256::with_last_byte(3))]);
        let code = Bytes::from_static(&[0x60, 0x01]);
        let contract =
            Allocation { code, storage, balance: U256::from(5), ..Allocation::default() };
        state.alloc.insert(address, contract);
        let mut nodes = B256Map::<Bytes>::default();
        let (genesis, codes) = state.build(&mut nodes).unwrap();
        assert_eq!((genesis.chain_id, genesis.number, genesis.gas_used), (7, 0, 6_000_000));
        let account = account::read(&nodes, genesis.state_root, address).unwrap().unwrap();
        assert_eq!(account.balance, U256::from(5));
        assert_eq!(codes.len(), 3);
        assert!(codes.contains_key(&account.code_hash));
        let key = U256::from_be_bytes(B256::repeat_byte(2).0);
        assert_eq!(storage::read(&nodes, account.storage_root, key).unwrap(), U256::from(3));
    }

    #[test]
    fn json_comes_back() {
        let json = serde_json::to_vec(&genesis()).unwrap();
        assert_eq!(GenesisState::from_json(&json).unwrap(), genesis());
        assert!(matches!(GenesisState::from_json(b"{}"), Err(GenesisError::Json(_))));
    }

    #[test]
    fn accounts_that_break_the_rules_are_refused() {
        let with = |allocation| {
            let mut state = genesis();
            state.alloc.insert(Address::repeat_byte(9), allocation);
            build(&state)
        };
        assert!(matches!(with(Allocation::default()), Err(GenesisError::EmptyAccount(_))));
        let storage = BTreeMap::from([(B256::ZERO, B256::with_last_byte(1))]);
        let stray = Allocation { balance: U256::ONE, storage, ..Allocation::default() };
        assert!(matches!(with(stray), Err(GenesisError::StrayStorage(_))));
        let long = Bytes::from(vec![0; CODE_BYTES + 1]);
        assert!(matches!(with(allocation(&long)), Err(GenesisError::CodeLength { .. })));
    }

    #[test]
    fn both_system_contracts_are_demanded() {
        for address in [BEACON_ROOTS, BLOCK_HASHES] {
            let mut state = genesis();
            state.alloc.insert(address, allocation(&Bytes::from_static(&[0])));
            assert!(
                matches!(build(&state), Err(GenesisError::SystemContract(at)) if at == address)
            );
            state.alloc.remove(&address);
            assert!(
                matches!(build(&state), Err(GenesisError::SystemContract(at)) if at == address)
            );
        }
    }
}
