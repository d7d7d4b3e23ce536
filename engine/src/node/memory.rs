//! Which L1 blocks are remembered, so that a reorganisation shows where it began.

use crate::{l1::follow::BlockRef, state::L1Block};

/// The newest blocks, all of which are remembered: two epochs to finality, and a margin.
const DENSE: u64 = 128;

/// Adds the blocks that are newer than what is remembered. Of older blocks the fewer stay the older they are: 64 to 128 for
/// each doubling of the distance, so that however deep a reorganisation is, little more than twice of it is read again.
pub(super) fn remember<'a>(known: &mut Vec<L1Block>, blocks: impl Iterator<Item = &'a BlockRef>) {
    let newest = known.last().map(|block| block.number);
    known.extend(
        blocks
            .filter(|block| newest.is_none_or(|newest| block.number > newest))
            .map(|block| L1Block { number: block.number, hash: block.hash }),
    );
    let Some(newest) = known.last().map(|block| block.number) else { return };
    let first = known.first().map(|block| block.number);
    known.retain(|block| {
        let distance = newest.saturating_sub(block.number);
        let spacing = 1_u64 << (distance / DENSE).checked_ilog2().map_or(0, |log| log + 1);
        // the first stays: before it nothing was followed
        Some(block.number) == first || block.number % spacing == 0
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn blocks(first: u64, count: u64) -> Vec<BlockRef> {
        (first..first + count).map(|number| BlockRef { number, ..BlockRef::default() }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_depth_has_a_remembered_block_nearby(
            first in 0..1_000_u64, steps in proptest::collection::vec(1..600_u64, 1..40), depth in 0..20_000_u64,
        ) {
            let mut known = Vec::new();
            remember(&mut known, blocks(first, 1).iter());
            let mut newest = first;
            for step in steps {
                remember(&mut known, blocks(newest + 1, step).iter());
                newest += step;
            }
            prop_assert!(known.is_sorted_by_key(|block| block.number));
            prop_assert!(known.len() < 1_200, "{}", known.len());
            let fork = newest.saturating_sub(depth).max(first);
            let found = known.iter().rfind(|block| block.number <= fork).unwrap().number;
            let depth = newest - fork;
            prop_assert!(newest - found <= 2 * depth + 1, "{newest} {fork} {found}");
            if depth < DENSE {
                prop_assert_eq!(found, fork);
            }
        }
    }
}
