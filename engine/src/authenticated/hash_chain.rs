//! Hash chains: one word commits to a sequence that grows and shrinks at its end. Mirrors
//! `contracts/src/authenticated/HashChain.sol`.

use alloy_primitives::{B256, keccak256};

/// The chain without items.
pub const EMPTY: B256 = B256::ZERO;

/// `chain` with `item` at its end: keccak256(chain ‖ item).
#[must_use]
#[inline]
pub fn push(chain: B256, item: B256) -> B256 {
    keccak256([chain.0, item.0].as_flattened())
}

/// `chain` with all of `items` at its end, first to last.
pub fn extend(chain: B256, items: impl IntoIterator<Item = B256>) -> B256 {
    items.into_iter().fold(chain, push)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushes_in_order() {
        let (a, b) = (B256::repeat_byte(1), B256::repeat_byte(2));
        assert_eq!(push(EMPTY, a), keccak256([EMPTY, a].concat()));
        assert_eq!(extend(EMPTY, [a, b]), push(push(EMPTY, a), b));
        assert_ne!(extend(EMPTY, [a, b]), extend(EMPTY, [b, a]));
        assert_eq!(extend(a, []), a);
    }
}
