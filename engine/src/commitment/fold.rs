//! A tree of fixed height over leaves that mostly repeat: equal neighbours fold into runs, so it costs what it contains.
//!
//! Only every fourth level is kept, since moves open four levels at a time; what lies between is hashed again when a
//! proof asks for it. A level of r runs gives at most 2r - 1 above it: one for each run's inside, one for each border.

use alloy_primitives::B256;

use super::opening::{LEVELS, Opening};

/// Why leaves do not make a tree, or a tree has no such node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A tree needs at least one leaf to repeat.
    #[error("no leaves")]
    Empty,
    /// More leaves than the height has places.
    #[error("more than {capacity} leaves")]
    Full {
        /// Leaves of a tree of this height.
        capacity: u32,
    },
    /// The tree has no node there, or it cannot be opened.
    #[error("no node to open at level {level}, index {index}")]
    NoSuchNode {
        /// Levels above the leaves.
        level: u8,
        /// Place in the level, from the left.
        index: u32,
    },
}

/// Levels of a tree between its leaves and its root: a multiple of four, at most 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height(u8);

impl Height {
    /// Of a slot commitment: 1024 blocks of 1024 slots.
    pub const SLOTS: Self = Self(20);
    /// Of a step commitment: a slot takes fewer than 2^24 steps.
    pub const STEPS: Self = Self(24);

    /// The height that takes `levels` levels; `None` unless it is a multiple of four from 4 to 28.
    #[must_use]
    pub const fn new(levels: u8) -> Option<Self> {
        if levels == 0 || levels > 28 || !levels.is_multiple_of(LEVELS) {
            None
        } else {
            Some(Self(levels))
        }
    }

    /// Levels between leaves and root.
    #[must_use]
    pub const fn levels(self) -> u8 {
        self.0
    }

    /// Leaves of a tree of this height.
    #[must_use]
    pub const fn leaves(self) -> u32 {
        1 << self.0
    }
}

/// Equal nodes side by side in a level, up to but not including place `end`.
#[derive(Clone, Copy, Debug)]
struct Run {
    end: u32,
    node: B256,
}

#[derive(Clone, Debug, Default)]
struct Level(Vec<Run>);

impl Level {
    fn width(&self) -> u32 {
        self.0.last().map_or(0, |run| run.end)
    }

    fn append(&mut self, node: B256, count: u32) {
        let end = self.width().saturating_add(count);
        match self.0.last_mut() {
            Some(run) if run.node == node => run.end = end,
            _ => self.0.push(Run { end, node }),
        }
    }

    fn node(&self, index: u32) -> Option<B256> {
        self.0.get(self.0.partition_point(|run| run.end <= index)).map(|run| run.node)
    }

    /// The level four above: a node for each sixteen of this one.
    fn above(&self) -> Self {
        let group = Opening::WIDTH as u32;
        let mut above = Self::default();
        let mut pending = [B256::ZERO; Opening::WIDTH];
        let mut filled = 0;
        let mut start = 0;
        for run in &self.0 {
            let mut left = run.end - start;
            start = run.end;
            while left > 0 {
                if filled == 0 && left >= group {
                    above.append(Opening::uniform_root(run.node), left / group);
                    left %= group;
                    continue;
                }
                if let Some(place) = pending.get_mut(filled) {
                    *place = run.node;
                }
                filled += 1;
                left -= 1;
                if filled == Opening::WIDTH {
                    above.append(Opening(pending).root(), 1);
                    filled = 0;
                }
            }
        }
        above.0.shrink_to_fit();
        above
    }
}

/// Takes leaves from left to right.
#[derive(Clone, Debug)]
pub struct FoldBuilder {
    height: Height,
    leaves: Level,
}

impl FoldBuilder {
    /// A tree of `height` without leaves yet.
    #[must_use]
    pub fn new(height: Height) -> Self {
        Self { height, leaves: Level::default() }
    }

    /// Leaves taken so far.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.leaves.width()
    }

    /// Whether no leaf was taken yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaves.0.is_empty()
    }

    /// Takes `leaf` `count` times.
    ///
    /// # Errors
    /// [`FoldError::Full`] when there is no place for them; then nothing was taken.
    pub fn repeat(&mut self, leaf: B256, count: u32) -> Result<(), FoldError> {
        let capacity = self.height.leaves();
        if count > capacity - self.len() {
            return Err(FoldError::Full { capacity });
        }
        if count > 0 {
            self.leaves.append(leaf, count);
        }
        Ok(())
    }

    /// Takes one leaf.
    ///
    /// # Errors
    /// [`FoldError::Full`] when every place is taken.
    pub fn push(&mut self, leaf: B256) -> Result<(), FoldError> {
        self.repeat(leaf, 1)
    }

    /// The tree, whose last leaf fills the places that are left.
    ///
    /// # Errors
    /// [`FoldError::Empty`] without a leaf.
    pub fn finish(mut self) -> Result<Fold, FoldError> {
        let last = self.leaves.0.last().ok_or(FoldError::Empty)?.node;
        self.leaves.append(last, self.height.leaves() - self.len());
        self.leaves.0.shrink_to_fit();
        let mut levels = vec![self.leaves];
        for _ in 0..self.height.levels() / LEVELS {
            let above = levels.last().ok_or(FoldError::Empty)?.above();
            levels.push(above);
        }
        Ok(Fold { height: self.height, levels })
    }
}

/// A tree of fixed height over runs of equal leaves.
#[derive(Clone, Debug)]
pub struct Fold {
    height: Height,
    /// Levels 0, 4, 8, ... up to the root's.
    levels: Vec<Level>,
}

impl Fold {
    /// Levels between leaves and root.
    #[must_use]
    pub fn height(&self) -> Height {
        self.height
    }

    /// The commitment.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.levels.last().and_then(|level| level.node(0)).unwrap_or_default()
    }

    /// The leaf at `index`.
    ///
    /// # Errors
    /// [`FoldError::NoSuchNode`] beyond the last place.
    pub fn leaf(&self, index: u32) -> Result<B256, FoldError> {
        self.levels
            .first()
            .and_then(|level| level.node(index))
            .ok_or(FoldError::NoSuchNode { level: 0, index })
    }

    /// The leaf in the last place.
    #[must_use]
    pub fn last_leaf(&self) -> B256 {
        self.levels.first().and_then(|level| level.0.last()).map(|run| run.node).unwrap_or_default()
    }

    /// The leaves from left to right, each with how often it repeats: what the tree costs.
    pub fn runs(&self) -> impl Iterator<Item = (B256, u32)> + '_ {
        let runs = self.levels.first().map_or(&[][..], |level| &level.0);
        let starts = std::iter::once(0).chain(runs.iter().map(|run| run.end));
        runs.iter().zip(starts).map(|(run, start)| (run.node, run.end - start))
    }

    /// Bytes of memory that the tree takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let runs: usize = self.levels.iter().map(|level| level.0.capacity()).sum();
        runs.saturating_mul(size_of::<Run>())
    }

    /// The sixteen nodes four levels below the node at (`level`, `index`).
    ///
    /// # Errors
    /// [`FoldError::NoSuchNode`] unless the level is a multiple of four above the leaves and the tree has the node.
    pub fn open(&self, level: u8, index: u32) -> Result<Opening, FoldError> {
        let missing = FoldError::NoSuchNode { level, index };
        if !level.is_multiple_of(LEVELS) || usize::from(level / LEVELS) >= self.levels.len() {
            return Err(missing);
        }
        let below = (level / LEVELS)
            .checked_sub(1)
            .and_then(|at| self.levels.get(usize::from(at)))
            .ok_or(missing)?;
        let first = index.checked_mul(Opening::WIDTH as u32).ok_or(missing)?;
        let mut nodes = [B256::ZERO; Opening::WIDTH];
        for (place, node) in (first..).zip(&mut nodes) {
            *node = below.node(place).ok_or(missing)?;
        }
        Ok(Opening(nodes))
    }

    /// The siblings of leaf `index`, from the leaf up, below its ancestor at `level`: exactly `level` of them.
    ///
    /// # Errors
    /// [`FoldError::NoSuchNode`] when the tree has no such leaf, or `level` is above the root.
    pub fn prove(&self, index: u32, level: u8) -> Result<Vec<B256>, FoldError> {
        let missing = FoldError::NoSuchNode { level, index };
        if level > self.height.levels() || index >= self.height.leaves() {
            return Err(missing);
        }
        let mut siblings =
            Vec::with_capacity(usize::from(level).next_multiple_of(usize::from(LEVELS)));
        for below in (0..level).step_by(usize::from(LEVELS)) {
            let place = index >> below;
            let opening = self.open(below + LEVELS, place / Opening::WIDTH as u32)?;
            siblings.extend(opening.siblings(place as usize % Opening::WIDTH).ok_or(missing)?);
        }
        siblings.truncate(usize::from(level));
        Ok(siblings)
    }
}
