//! Following L1 by block hashes: what was seen is extended, or rolled back to the common ancestor.

use alloy::eips::BlockNumHash;
use alloy_primitives::{B256, Bloom};
use thiserror::Error;

/// An L1 block of the canonical chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockRef {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// Hash of the block before.
    pub parent: B256,
    /// Time, seconds.
    pub timestamp: u64,
    /// Root of its receipts.
    pub receipts_root: B256,
    /// Filter of its logs.
    pub logs_bloom: Bloom,
}

impl BlockRef {
    /// What is remembered of it.
    #[must_use]
    pub const fn id(&self) -> BlockNumHash {
        BlockNumHash { number: self.number, hash: self.hash }
    }
}

/// The headers of an L1 node's canonical chain.
#[allow(async_fn_in_trait, reason = "implemented and used inside the workspace")]
pub trait Headers {
    /// Why a header could not be read.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The newest block.
    async fn head(&self) -> Result<BlockRef, Self::Error>;

    /// The block of this number, if the chain is that long.
    async fn at(&self, number: u64) -> Result<Option<BlockRef>, Self::Error>;
}

/// What following found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advance {
    /// Nothing new, or the node is behind what was already seen on the same chain.
    Unchanged,
    /// These blocks follow the newest one known, parents first.
    Extend(Vec<BlockRef>),
    /// Known blocks above this number are no longer canonical.
    RollBack(u64),
}

/// Why following cannot go on.
#[derive(Debug, Error)]
pub enum FollowError<E: std::error::Error + 'static> {
    /// The headers could not be read.
    #[error(transparent)]
    Headers(#[from] E),
    /// None of the remembered blocks is canonical: the reorganisation is deeper than the memory.
    #[error("L1 reorganised below block {oldest}, the oldest remembered")]
    TooDeep {
        /// Number of the oldest remembered block.
        oldest: u64,
    },
    /// The chain changed while it was read; the next tick starts over.
    #[error("L1 changed while block {number} was read")]
    Moving {
        /// Where the parent link broke.
        number: u64,
    },
}

/// Compares what is `known` (oldest first, at least one block) with the node's chain and reads at most `limit` new blocks.
///
/// # Errors
/// [`FollowError`]: all of them mean *unknown*.
pub async fn advance<H: Headers>(
    headers: &H,
    known: &[BlockNumHash],
    limit: u64,
) -> Result<Advance, FollowError<H::Error>> {
    let Some(newest) = known.last() else { return Ok(Advance::Unchanged) };
    let head = headers.head().await?;
    if head.hash == newest.hash {
        return Ok(Advance::Unchanged);
    }
    for block in known.iter().rev() {
        // A node that is behind knows nothing above its head: judge by what it has.
        let Some(theirs) = headers.at(block.number).await? else { continue };
        if theirs.hash != block.hash {
            continue;
        }
        if block.hash == newest.hash {
            return extend(headers, *newest, head.number.min(newest.number.saturating_add(limit)))
                .await;
        }
        // Shorter but not different: the node lags, and what was seen may still be canonical.
        let lagging = head.number == block.number;
        return Ok(if lagging { Advance::Unchanged } else { Advance::RollBack(block.number) });
    }
    Err(FollowError::TooDeep { oldest: known.first().map_or(0, |block| block.number) })
}

async fn extend<H: Headers>(
    headers: &H,
    mut tip: BlockNumHash,
    to: u64,
) -> Result<Advance, FollowError<H::Error>> {
    let mut blocks = Vec::new();
    while tip.number < to {
        let number = tip.number + 1;
        let next = headers.at(number).await?.filter(|next| next.parent == tip.hash);
        let next = next.ok_or(FollowError::Moving { number })?;
        tip = next.id();
        blocks.push(next);
    }
    Ok(if blocks.is_empty() { Advance::Unchanged } else { Advance::Extend(blocks) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::convert::Infallible;

    use alloy_primitives::keccak256;
    use proptest::prelude::*;

    use super::*;

    struct Chain(Vec<BlockRef>);

    impl Headers for Chain {
        type Error = Infallible;

        async fn head(&self) -> Result<BlockRef, Infallible> {
            Ok(*self.0.last().unwrap())
        }

        async fn at(&self, number: u64) -> Result<Option<BlockRef>, Infallible> {
            Ok(self.0.get(usize::try_from(number).unwrap()).copied())
        }
    }

    /// A chain whose block `i` is of fork `forks[i]`; blocks with equal history have equal hashes.
    fn chain(forks: &[u8]) -> Vec<BlockRef> {
        let mut parent = B256::ZERO;
        let mut blocks = Vec::new();
        for (number, fork) in forks.iter().enumerate() {
            let hash = keccak256([parent.as_slice(), &[*fork]].concat());
            let number = number as u64;
            let timestamp = number * 12;
            blocks.push(BlockRef { number, hash, parent, timestamp, ..BlockRef::default() });
            parent = hash;
        }
        blocks
    }

    fn run(
        theirs: &[u8],
        known: &[BlockRef],
        limit: u64,
    ) -> Result<Advance, FollowError<Infallible>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let known: Vec<_> = known.iter().map(BlockRef::id).collect();
        runtime.block_on(advance(&Chain(chain(theirs)), &known, limit))
    }

    #[test]
    fn extends_in_order_up_to_the_limit() {
        let all = chain(&[0; 10]);
        assert_eq!(run(&[0; 10], &all[..4], 3).unwrap(), Advance::Extend(all[4..7].to_vec()));
        assert_eq!(run(&[0; 10], &all, 3).unwrap(), Advance::Unchanged);
    }

    #[test]
    fn rolls_back_to_the_common_ancestor() {
        let ours = chain(&[0, 0, 0, 1, 1]);
        assert_eq!(run(&[0, 0, 0, 2, 2, 2], &ours, 9).unwrap(), Advance::RollBack(2));
        assert_eq!(run(&[0, 0, 0, 2], &ours, 9).unwrap(), Advance::RollBack(2));
    }

    #[test]
    fn a_node_that_lags_changes_nothing() {
        let ours = chain(&[0; 6]);
        assert_eq!(run(&[0; 4], &ours, 9).unwrap(), Advance::Unchanged);
    }

    #[test]
    fn t40_a_reorg_below_what_is_remembered_is_unknown() {
        let ours = chain(&[0; 6]);
        assert!(matches!(run(&[9; 6], &ours[3..], 9), Err(FollowError::TooDeep { oldest: 3 })));
    }

    proptest! {
        #[test]
        fn following_always_arrives_at_the_nodes_chain(
            common in 1_usize..6, ours in 0_usize..6, theirs in 1_usize..9, limit in 1_u64..4,
        ) {
            let fork = |tail: usize, id: u8| {
                let mut forks = vec![0; common];
                forks.extend(std::iter::repeat_n(id, tail));
                forks
            };
            let target = fork(ours.max(theirs) + 1, 2);
            let mut known = chain(&fork(ours, 1));
            for _ in 0..32 {
                match run(&target, &known, limit).unwrap() {
                    Advance::Unchanged => break,
                    Advance::Extend(blocks) => known.extend(blocks),
                    Advance::RollBack(to) => known.retain(|block| block.number <= to),
                }
            }
            prop_assert_eq!(known, chain(&target));
        }
    }
}
