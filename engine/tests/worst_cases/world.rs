//! A state in which everything that a case touches lies as deep as can be.

use std::collections::BTreeMap;

use alloy::eips::{eip2935::HISTORY_STORAGE_CODE, eip4788::BEACON_ROOTS_CODE};
use alloy_primitives::{Address, Bytes, U256, keccak256};
use surety_engine::{
    authenticated::{
        account::{self, Account},
        storage,
    },
    execute::pending::Pending,
    rules::addresses::{BEACON_ROOTS, BLOCK_HASHES},
};

use crate::{
    deep::{self, Place},
    empty::Empty,
    scenario::{ETHER, FEE_RECIPIENT, Scenario, address},
};

/// Accounts, and places for accounts to come; what is not here is not known.
pub struct World {
    accounts: BTreeMap<Address, Option<Account>>,
    pending: Pending<Empty>,
}

impl World {
    /// The system contracts, a rich sender and the fee recipient.
    pub fn new() -> Self {
        let mut world = Self { accounts: BTreeMap::new(), pending: Pending::default() };
        world.contract(BEACON_ROOTS, &BEACON_ROOTS_CODE);
        world.contract(BLOCK_HASHES, &HISTORY_STORAGE_CODE);
        world.fund(address(1));
        world.fund(FEE_RECIPIENT);
        world
    }

    /// An account with ether.
    pub fn fund(&mut self, address: Address) -> Address {
        let account = Account { balance: U256::from(1000 * ETHER), ..Account::default() };
        self.accounts.insert(address, Some(account));
        address
    }

    /// An account that is not there, but may be made.
    pub fn vacant(&mut self, address: Address) -> Address {
        self.accounts.insert(address, None);
        address
    }

    /// A contract with ether.
    pub fn contract(&mut self, address: Address, code: &[u8]) -> Address {
        self.fund(address);
        self.code(address, code);
        address
    }

    /// The code of an account that is there.
    pub fn code(&mut self, address: Address, code: &[u8]) {
        self.pending.insert_code(Bytes::copy_from_slice(code));
        if let Some(Some(account)) = self.accounts.get_mut(&address) {
            account.nonce = 1;
            account.code_hash = keccak256(code);
        }
    }

    /// The storage of a contract: keys with the values that are there, or places for them.
    pub fn storage(&mut self, address: Address, slots: &[(u64, Option<u64>)]) {
        let places: Vec<Place> = slots
            .iter()
            .map(|(key, value)| Place {
                path: storage::path(U256::from(*key)),
                value: value.map(alloy_rlp::encode),
            })
            .collect();
        let root = deep::build(&mut self.pending, &places, &alloy_rlp::encode(U256::MAX));
        if let Some(Some(account)) = self.accounts.get_mut(&address) {
            account.storage_root = root;
        }
    }

    /// A block over this state.
    pub fn into_scenario(mut self) -> Scenario {
        let places: Vec<Place> = self
            .accounts
            .iter()
            .map(|(address, account)| Place {
                path: account::path(*address),
                value: account.map(alloy_rlp::encode),
            })
            .collect();
        let rich = Account { nonce: 1, balance: U256::MAX, ..Account::default() };
        let root = deep::build(&mut self.pending, &places, &alloy_rlp::encode(rich));
        Scenario::over(self.pending, root)
    }
}
