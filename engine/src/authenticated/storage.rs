//! An account's storage trie: slot `key` at the path keccak256(key), its value as an RLP integer, 0 absent.

use alloy_primitives::{B256, U256, keccak256};
use alloy_rlp::Decodable;

use super::{
    mpt::{self, MptError},
    source::{NodeSource, NodeStore},
};

/// Where a storage trie keeps slot `key`.
#[must_use]
pub fn path(key: U256) -> B256 {
    keccak256(key.to_be_bytes::<32>())
}

/// The value of slot `key`.
///
/// # Errors
/// [`MptError`].
pub fn read(source: &impl NodeSource, storage_root: B256, key: U256) -> Result<U256, MptError> {
    read_integer(source, storage_root, path(key))
}

/// Sets slot `key` and gives the new storage root.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then.
pub fn write(
    store: &mut impl NodeStore,
    storage_root: B256,
    key: U256,
    value: U256,
) -> Result<B256, MptError> {
    write_integer(store, storage_root, path(key), value)
}

/// The integer at `path`; 0 when there is none.
pub(super) fn read_integer(
    source: &impl NodeSource,
    root: B256,
    path: B256,
) -> Result<U256, MptError> {
    let Some(value) = mpt::get(source, root, path)? else { return Ok(U256::ZERO) };
    let mut rest = value.as_slice();
    match U256::decode(&mut rest) {
        Ok(integer) if rest.is_empty() && !integer.is_zero() => Ok(integer),
        Ok(_) => Err(MptError::MalformedValue { path, reason: alloy_rlp::Error::UnexpectedLength }),
        Err(reason) => Err(MptError::MalformedValue { path, reason }),
    }
}

/// Puts an integer at `path`; 0 removes.
pub(super) fn write_integer(
    store: &mut impl NodeStore,
    root: B256,
    path: B256,
    value: U256,
) -> Result<B256, MptError> {
    if value.is_zero() {
        mpt::remove(store, root, path)
    } else {
        mpt::put(store, root, path, &alloy_rlp::encode(value))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use alloy_primitives::{Bytes, map::B256Map};
    use alloy_trie::root::storage_root_unhashed;

    use super::*;
    use crate::authenticated::mpt::EMPTY_ROOT;

    #[test]
    fn roots_are_ethereums() {
        let slots = [(0u64, 1u64), (1, 0x7f), (2, 0x80), (3, u64::MAX), (1 << 40, 5)];
        let mut nodes = B256Map::<Bytes>::default();
        let mut root = EMPTY_ROOT;
        for (key, value) in slots {
            root = write(&mut nodes, root, U256::from(key), U256::from(value)).unwrap();
        }
        let expected = storage_root_unhashed(
            slots.map(|(key, value)| (B256::from(U256::from(key)), U256::from(value))),
        );
        assert_eq!(root, expected);
        for (key, value) in slots {
            assert_eq!(read(&nodes, root, U256::from(key)).unwrap(), U256::from(value));
        }
        assert_eq!(read(&nodes, root, U256::from(9)).unwrap(), U256::ZERO);
    }

    #[test]
    fn t42_zero_removes_and_the_storage_of_nobody_is_zero() {
        let mut nodes = B256Map::<Bytes>::default();
        let root = write(&mut nodes, EMPTY_ROOT, U256::from(1), U256::MAX).unwrap();
        assert_eq!(write(&mut nodes, root, U256::from(1), U256::ZERO).unwrap(), EMPTY_ROOT);
        assert_eq!(write(&mut nodes, root, U256::from(2), U256::ZERO).unwrap(), root);
        assert_eq!(read(&nodes, EMPTY_ROOT, U256::from(1)).unwrap(), U256::ZERO);
    }

    #[test]
    fn t42_a_value_that_is_no_integer_is_refused() {
        let mut nodes = B256Map::<Bytes>::default();
        // zero, a leading zero, a single byte in long form, trailing bytes, a list
        let values: [&[u8]; 5] = [&[0x80], &[0x82, 0, 1], &[0x81, 1], &[1, 1], &[0xc0]];
        for value in values {
            let root = mpt::put(&mut nodes, EMPTY_ROOT, path(U256::ZERO), value).unwrap();
            let result = read(&nodes, root, U256::ZERO);
            assert!(matches!(result, Err(MptError::MalformedValue { .. })), "{value:?}");
        }
    }
}
