//! Accounts in the state trie, at the path keccak256(address).

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::{Decodable, RlpDecodable, RlpEncodable};

use super::{
    mpt::{self, EMPTY_ROOT, MptError},
    source::{NodeSource, NodeStore},
};

/// An account as the state trie keeps it. The default is the account that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, RlpEncodable, RlpDecodable)]
pub struct Account {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Root of its storage trie.
    pub storage_root: B256,
    /// keccak256 of its code.
    pub code_hash: B256,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, storage_root: EMPTY_ROOT, code_hash: KECCAK256_EMPTY }
    }
}

impl Account {
    /// [EIP-161](https://eips.ethereum.org/EIPS/eip-161): no nonce, no balance, no code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }
}

/// Where the state trie keeps `address`.
#[must_use]
pub fn path(address: Address) -> B256 {
    keccak256(address)
}

/// The account at `address`, or `None` when it does not exist.
///
/// # Errors
/// [`MptError`].
pub fn read(
    source: &impl NodeSource,
    state_root: B256,
    address: Address,
) -> Result<Option<Account>, MptError> {
    let path = path(address);
    mpt::get(source, state_root, path)?.map(|value| decode(path, &value)).transpose()
}

/// Writes `account`, or removes it when it is empty, and gives the new state root.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then.
pub fn write(
    store: &mut impl NodeStore,
    state_root: B256,
    address: Address,
    account: &Account,
) -> Result<B256, MptError> {
    if account.is_empty() {
        mpt::remove(store, state_root, path(address))
    } else {
        mpt::put(store, state_root, path(address), &alloy_rlp::encode(account))
    }
}

fn decode(path: B256, value: &[u8]) -> Result<Account, MptError> {
    let mut rest = value;
    match Account::decode(&mut rest) {
        Ok(account) if rest.is_empty() => Ok(account),
        Ok(_) => Err(MptError::MalformedValue { path, reason: alloy_rlp::Error::UnexpectedLength }),
        Err(reason) => Err(MptError::MalformedValue { path, reason }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use alloy_primitives::{Bytes, map::B256Map};
    use alloy_trie::TrieAccount;

    use super::*;

    const ADDRESS: Address = Address::repeat_byte(0xaa);

    #[test]
    fn is_encoded_as_ethereum_does() {
        let account = Account { nonce: 300, balance: U256::from(1u64 << 40), ..Account::default() };
        let theirs = TrieAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root: account.storage_root,
            code_hash: account.code_hash,
        };
        assert_eq!(alloy_rlp::encode(account), alloy_rlp::encode(theirs));
    }

    #[test]
    fn t42_an_account_that_becomes_empty_is_removed() {
        let mut nodes = B256Map::<Bytes>::default();
        let rich = Account { balance: U256::from(1), ..Account::default() };
        let coded = Account { code_hash: B256::repeat_byte(1), ..Account::default() };
        let used = Account { nonce: 1, ..Account::default() };
        for account in [rich, coded, used] {
            let root = write(&mut nodes, EMPTY_ROOT, ADDRESS, &account).unwrap();
            assert_eq!(read(&nodes, root, ADDRESS).unwrap(), Some(account));
            assert_eq!(write(&mut nodes, root, ADDRESS, &Account::default()).unwrap(), EMPTY_ROOT);
        }
        assert_eq!(read(&nodes, EMPTY_ROOT, ADDRESS).unwrap(), None);
        let emptied = Account { storage_root: B256::repeat_byte(2), ..Account::default() };
        assert!(emptied.is_empty(), "EIP-161 does not look at storage");
    }

    #[test]
    fn t42_a_value_that_is_no_account_is_refused() {
        let mut nodes = B256Map::<Bytes>::default();
        let padded = [alloy_rlp::encode(Account::default()), vec![0]].concat();
        for value in [padded.as_slice(), &[0xc0], &[0x01]] {
            let root = mpt::put(&mut nodes, EMPTY_ROOT, path(ADDRESS), value).unwrap();
            assert!(matches!(read(&nodes, root, ADDRESS), Err(MptError::MalformedValue { .. })));
        }
    }
}
