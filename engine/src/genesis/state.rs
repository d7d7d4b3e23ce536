//! The state that a genesis file makes.

use std::collections::BTreeMap;

use alloy::{
    eips::{eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE},
    genesis::GenesisAccount,
};
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256, keccak256, map::B256Map};

use super::{GenesisError, GenesisFile};
use crate::{
    authenticated::{
        account::{self, Account},
        mpt::{self, EMPTY_ROOT},
        source::NodeStore,
        storage,
    },
    execute::boundary::Genesis,
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::CODE_BYTES,
    },
};

impl GenesisFile {
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
        let mut accounts = BTreeMap::new();
        for (address, allocation) in self.alloc() {
            let account = build(*address, allocation, store)?;
            if let Some(code) = allocation.code.as_ref().filter(|code| !code.is_empty()) {
                codes.insert(account.code_hash, code.clone());
            }
            accounts.insert(account::path(*address), alloy_rlp::encode(account));
        }
        let state_root = mpt::build(store, accounts)?;
        let genesis = Genesis::new_chain(
            self.chain_id(),
            state_root,
            self.timestamp(),
            self.base_fee(),
            self.gas_limit(),
        )?;
        Ok((genesis, codes))
    }

    fn check_system_contract(&self, address: Address, code: &Bytes) -> Result<(), GenesisError> {
        match self.alloc().get(&address) {
            Some(allocation) if allocation.code.as_ref() == Some(code) => Ok(()),
            _ => Err(GenesisError::SystemContract(address)),
        }
    }
}

fn build(
    address: Address,
    allocation: &GenesisAccount,
    store: &mut impl NodeStore,
) -> Result<Account, GenesisError> {
    let code = allocation.code.clone().unwrap_or_default();
    if code.len() > CODE_BYTES {
        return Err(GenesisError::CodeLength { account: address, length: code.len() });
    }
    let mut account = Account {
        nonce: allocation.nonce.unwrap_or_default(),
        balance: allocation.balance,
        storage_root: EMPTY_ROOT,
        code_hash: keccak256(&code),
    };
    if account.is_empty() {
        return Err(GenesisError::EmptyAccount(address));
    }
    let slots = allocation.storage.iter().flatten().filter(|(_, value)| !value.is_zero());
    let slots = slots.map(|(key, value)| {
        (storage::path((*key).into()), alloy_rlp::encode(U256::from_be_bytes(value.0)))
    });
    account.storage_root = mpt::build(store, slots.collect())?;
    let stray = account.nonce == 0 && account.code_hash == KECCAK256_EMPTY;
    if stray && account.storage_root != EMPTY_ROOT {
        return Err(GenesisError::StrayStorage(address));
    }
    Ok(account)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy_primitives::B256;

    use super::*;
    use crate::genesis::Alloc;

    fn contract(code: &Bytes) -> GenesisAccount {
        GenesisAccount::default().with_nonce(Some(1)).with_code(Some(code.clone()))
    }

    fn system_contracts() -> Alloc {
        Alloc::from([
            (BEACON_ROOTS, contract(&BEACON_ROOTS_CODE)),
            (BLOCK_HASHES, contract(&HISTORY_STORAGE_CODE)),
        ])
    }

    fn file(alloc: Alloc) -> GenesisFile {
        GenesisFile::new(7, 0, 1_000_000_000, 12_000_000, alloc)
    }

    fn with(address: Address, account: GenesisAccount) -> GenesisFile {
        let mut alloc = system_contracts();
        alloc.insert(address, account);
        file(alloc)
    }

    fn refusal(file: &GenesisFile) -> GenesisError {
        file.build(&mut B256Map::<Bytes>::default()).unwrap_err()
    }

    #[test]
    fn what_is_built_can_be_read() {
        let address = Address::repeat_byte(1);
        let storage = BTreeMap::from([(B256::repeat_byte(2), B256::with_last_byte(3))]);
        let account = GenesisAccount {
            code: Some(Bytes::from_static(&[0x60, 0x01])),
            storage: Some(storage),
            balance: U256::from(5),
            ..GenesisAccount::default()
        };
        let mut nodes = B256Map::<Bytes>::default();
        let (genesis, codes) = with(address, account).build(&mut nodes).unwrap();
        assert_eq!((genesis.chain_id, genesis.number, genesis.gas_used), (7, 0, 6_000_000));
        let account = account::read(&nodes, genesis.state_root, address).unwrap().unwrap();
        assert_eq!(account.balance, U256::from(5));
        assert_eq!(codes.len(), 3);
        assert!(codes.contains_key(&account.code_hash));
        let key = U256::from_be_bytes(B256::repeat_byte(2).0);
        assert_eq!(storage::read(&nodes, account.storage_root, key).unwrap(), U256::from(3));
    }

    #[test]
    fn the_state_root_is_what_alloy_computes() {
        let contract = contract(&Bytes::from_static(&[0]));
        let storage = BTreeMap::from([(B256::ZERO, B256::with_last_byte(1))]);
        let file = with(
            Address::repeat_byte(9),
            GenesisAccount { storage: Some(storage), ..contract.with_balance(U256::from(7)) },
        );
        let (genesis, _) = file.build(&mut B256Map::<Bytes>::default()).unwrap();
        let expected = alloy_trie::root::state_root_unhashed(file.alloc().clone());
        assert_eq!(genesis.state_root, expected);
    }

    #[test]
    fn accounts_that_break_the_rules_are_refused() {
        let with = |account| refusal(&with(Address::repeat_byte(9), account));
        assert!(matches!(with(GenesisAccount::default()), GenesisError::EmptyAccount(_)));
        let storage = BTreeMap::from([(B256::ZERO, B256::with_last_byte(1))]);
        let stray = GenesisAccount {
            storage: Some(storage),
            ..GenesisAccount::default().with_balance(U256::ONE)
        };
        assert!(matches!(with(stray), GenesisError::StrayStorage(_)));
        let long = Bytes::from(vec![0; CODE_BYTES + 1]);
        assert!(matches!(with(contract(&long)), GenesisError::CodeLength { .. }));
    }

    #[test]
    fn both_system_contracts_are_demanded() {
        for address in [BEACON_ROOTS, BLOCK_HASHES] {
            let other = with(address, contract(&Bytes::from_static(&[0])));
            assert!(matches!(refusal(&other), GenesisError::SystemContract(at) if at == address));
            let mut alloc = system_contracts();
            alloc.remove(&address);
            let missing = refusal(&file(alloc));
            assert!(matches!(missing, GenesisError::SystemContract(at) if at == address));
        }
    }
}
