//! The scratch trie of one transaction: what Ethereum keeps for a transaction's length only, so that a snapshot of it is
//! one root. Implicitly warm addresses are not in it (`docs/protocol.md` section 2).

use alloy_primitives::{Address, B256, U256, keccak256};

use super::{
    mpt::MptError,
    source::{NodeSource, NodeStore},
    storage::{read_integer, write_integer},
};

/// What a scratch entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The address was accessed ([EIP-2929](https://eips.ethereum.org/EIPS/eip-2929)).
    WarmAddress(Address),
    /// The storage slot was accessed (EIP-2929).
    WarmSlot(Address, U256),
    /// A transient storage slot ([EIP-1153](https://eips.ethereum.org/EIPS/eip-1153)).
    Transient(Address, U256),
    /// The account was created in this transaction ([EIP-6780](https://eips.ethereum.org/EIPS/eip-6780)).
    Created(Address),
}

impl Key {
    /// Where the scratch trie keeps it: keccak256(tag ‖ address ‖ slot).
    #[must_use]
    pub fn path(self) -> B256 {
        let (tag, address, slot) = match self {
            Self::WarmAddress(address) => (1, address, U256::ZERO),
            Self::WarmSlot(address, slot) => (2, address, slot),
            Self::Transient(address, slot) => (3, address, slot),
            Self::Created(address) => (4, address, U256::ZERO),
        };
        keccak256([&[tag], address.as_slice(), &slot.to_be_bytes::<32>()].concat())
    }
}

/// Whether the mark `key` is set.
///
/// # Errors
/// [`MptError`].
pub fn is_marked(source: &impl NodeSource, scratch_root: B256, key: Key) -> Result<bool, MptError> {
    Ok(!read(source, scratch_root, key)?.is_zero())
}

/// Sets the mark `key` and gives the new scratch root.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then.
pub fn mark(store: &mut impl NodeStore, scratch_root: B256, key: Key) -> Result<B256, MptError> {
    write(store, scratch_root, key, U256::from(1))
}

/// The value under `key`; 0 when there is none.
///
/// # Errors
/// [`MptError`].
pub fn read(source: &impl NodeSource, scratch_root: B256, key: Key) -> Result<U256, MptError> {
    read_integer(source, scratch_root, key.path())
}

/// Sets the value under `key`, 0 removing it, and gives the new scratch root.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then.
pub fn write(
    store: &mut impl NodeStore,
    scratch_root: B256,
    key: Key,
    value: U256,
) -> Result<B256, MptError> {
    write_integer(store, scratch_root, key.path(), value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use alloy_primitives::{Bytes, hex, map::B256Map};

    use super::*;
    use crate::authenticated::mpt::{self, EMPTY_ROOT};

    const ADDRESS: Address = Address::repeat_byte(0xaa);

    #[test]
    fn paths_are_those_of_the_protocol() {
        let packed = |tag: &str, slot: u8| {
            let zeros = "00".repeat(31);
            let address = "aa".repeat(20);
            keccak256(hex::decode(format!("{tag}{address}{zeros}{slot:02x}")).unwrap())
        };
        assert_eq!(Key::WarmAddress(ADDRESS).path(), packed("01", 0));
        assert_eq!(Key::WarmSlot(ADDRESS, U256::from(7)).path(), packed("02", 7));
        assert_eq!(Key::Transient(ADDRESS, U256::from(7)).path(), packed("03", 7));
        assert_eq!(Key::Created(ADDRESS).path(), packed("04", 0));
    }

    #[test]
    fn marks_are_one_and_transient_zero_removes() {
        let mut nodes = B256Map::<Bytes>::default();
        let created = Key::Created(ADDRESS);
        assert!(!is_marked(&nodes, EMPTY_ROOT, created).unwrap());
        let root = mark(&mut nodes, EMPTY_ROOT, created).unwrap();
        assert!(is_marked(&nodes, root, created).unwrap());
        assert!(!is_marked(&nodes, root, Key::WarmAddress(ADDRESS)).unwrap());
        assert_eq!(mpt::get(&nodes, root, created.path()).unwrap(), Some(vec![1]));
        assert_eq!(mark(&mut nodes, root, created).unwrap(), root);

        let transient = Key::Transient(ADDRESS, U256::from(1));
        let set = write(&mut nodes, root, transient, U256::from(300)).unwrap();
        assert_eq!(read(&nodes, set, transient).unwrap(), U256::from(300));
        assert_eq!(write(&mut nodes, set, transient, U256::ZERO).unwrap(), root);
    }
}
