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
    /// Nothing new.
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
    /// The node has not come as far as L1 was followed; nothing shows that what was seen is not canonical any more.
    #[error(
        "L1 was followed to block {followed}, and the node does not know it: its newest is {head}"
    )]
    Lagging {
        /// Number of the newest block that was followed.
        followed: u64,
        /// Number of the node's newest block, as it says.
        head: u64,
    },
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
    let lagging = FollowError::Lagging { followed: newest.number, head: head.number };
    // Only another block at the same height shows that one is gone. A node that is behind knows of none; and of several
    // behind one address each question may come to another, so that the newest is asked for whatever the head is.
    let mut replaced = false;
    let asked = |block: &&BlockNumHash| block.number <= head.number || block.hash == newest.hash;
    for block in known.iter().rev().filter(asked) {
        let Some(theirs) = headers.at(block.number).await? else { continue };
        if theirs.hash != block.hash {
            replaced = true;
        } else if block.hash == newest.hash {
            return extend(headers, *newest, head.number.min(newest.number.saturating_add(limit)))
                .await;
        } else {
            return if replaced { Ok(Advance::RollBack(block.number)) } else { Err(lagging) };
        }
    }
    let oldest = known.first().map_or(0, |block| block.number);
    Err(if replaced { FollowError::TooDeep { oldest } } else { lagging })
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

    /// A node; `served` of its blocks are known to whoever answers about numbers.
    struct Chain {
        blocks: Vec<BlockRef>,
        served: usize,
    }

    impl Headers for Chain {
        type Error = Infallible;

        async fn head(&self) -> Result<BlockRef, Infallible> {
            Ok(*self.blocks.last().unwrap())
        }

        async fn at(&self, number: u64) -> Result<Option<BlockRef>, Infallible> {
            Ok(self.blocks[..self.served].get(usize::try_from(number).unwrap()).copied())
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
        follow(&Chain { blocks: chain(theirs), served: theirs.len() }, known, limit)
    }

    fn follow(
        node: &Chain,
        known: &[BlockRef],
        limit: u64,
    ) -> Result<Advance, FollowError<Infallible>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let known: Vec<_> = known.iter().map(BlockRef::id).collect();
        runtime.block_on(advance(node, &known, limit))
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
    fn t40_a_node_that_lags_is_no_reorganisation() {
        let ours = chain(&[0; 9]);
        let lags =
            |result| matches!(result, Err(FollowError::Lagging { followed: 8, head }) if head <= 9);
        assert!(lags(run(&[0; 4], &ours, 9)));
        // its head is a block that is not remembered any more, or one before all that was followed
        let thinned = [ours[0], ours[2], ours[6], ours[7], ours[8]];
        assert!(lags(run(&[0; 4], &thinned, 9)));
        assert!(lags(run(&[0; 4], &ours[5..], 9)));
        // one of several nodes behind an address says what the newest block is, and one that lags what is at a height
        for served in 0..9 {
            for newest in [9, 10] {
                let mixed = Chain { blocks: chain(&vec![0; newest]), served };
                let known = if newest == 9 { &ours[..] } else { &thinned[..] };
                let found = follow(&mixed, known, 9);
                assert!(newest == 9 && found.is_ok() || lags(found), "{served} {newest}");
            }
        }
        // of a node that lags on another chain what it knows counts
        assert_eq!(run(&[0, 0, 0, 0, 2], &ours, 9).unwrap(), Advance::RollBack(3));
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
