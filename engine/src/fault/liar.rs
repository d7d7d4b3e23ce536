//! The commitments of somebody who lies at one step and is consistent ever after.

use alloy_primitives::{B256, keccak256};

use super::kind::LieKind;
use super::lie::Lie;
use crate::commitment::{Fold, FoldBuilder, FoldError, Height, Slots, Steps};
use crate::machine::groups::Machine;

/// Defends one [`Lie`] on top of honest commitments.
///
/// What follows a lie are hashes of no machine at all: nobody can prove a step from them, which is how a real liar
/// stands too. A lie that revm itself is made to tell is the tracer's to alter.
#[derive(Clone, Debug)]
pub struct Liar {
    lie: Lie,
    /// The machine at the end of the claim.
    honest: Machine,
    /// What the liar says it is: one must be able to open it.
    claimed: Machine,
}

impl Liar {
    /// Tells `lie` in a claim that honestly ends in the machine `end`.
    #[must_use]
    pub fn new(lie: Lie, end: Machine) -> Self {
        let claimed = Machine { state_root: keccak256(end.state_root), ..end.clone() };
        Self { lie, honest: end, claimed }
    }

    /// What the liar claims in place of the state `honest`.
    fn state(&self, honest: B256) -> B256 {
        if honest == self.honest.hash() {
            return self.claimed.hash();
        }
        keccak256([self.lie.kind.name().as_bytes(), honest.as_slice()].concat())
    }

    /// The boundary that the liar claims.
    #[must_use]
    pub fn boundary(&self) -> Machine {
        match self.lie.kind {
            LieKind::GarbageTrace => self.honest.clone(),
            _ => self.claimed.clone(),
        }
    }

    /// The slot commitment of the liar.
    ///
    /// # Errors
    /// [`FoldError`] as the tree reports it.
    pub fn slots(&self, honest: &Slots) -> Result<Slots, FoldError> {
        let last = Height::SLOTS.leaves() - 1;
        let lies = match self.lie.kind {
            LieKind::WrongBoundary => 0..0,
            LieKind::GarbageTrace => self.lie.slot..last,
            _ => self.lie.slot..last + 1,
        };
        Ok(Slots::new(honest.start(), self.replace(honest.tree(), &lies)?))
    }

    /// The liar's step commitment of slot `slot`, whose honest one is `honest`.
    ///
    /// # Errors
    /// [`FoldError`] as the tree reports it.
    pub fn steps(&self, slot: u32, honest: &Steps) -> Result<Steps, FoldError> {
        let end = Height::STEPS.leaves();
        if slot < self.lie.slot || self.lie.kind == LieKind::WrongBoundary {
            return Ok(honest.clone());
        }
        if slot > self.lie.slot {
            let tree = self.replace(honest.tree(), &(0..end))?;
            return Ok(Steps::new(self.state(honest.start()), honest.taken(), tree));
        }
        let step = self.lie.step;
        let tree = match self.lie.kind {
            LieKind::SkippedStep => {
                let next = honest.tree().leaf(step.saturating_add(1).min(end - 1))?;
                self.instead(honest.tree(), step, next)?
            }
            LieKind::ExtraStep => self.instead(honest.tree(), step, honest.before(step)?)?,
            _ => self.replace(honest.tree(), &(step..end))?,
        };
        Ok(Steps::new(honest.start(), honest.taken(), tree))
    }

    /// `honest` with lies for the leaves in `places`.
    fn replace(&self, honest: &Fold, places: &std::ops::Range<u32>) -> Result<Fold, FoldError> {
        let mut builder = FoldBuilder::new(honest.height());
        for (leaf, count) in honest.runs() {
            let start = builder.len();
            let end = start + count;
            let (first, last) = (places.start.clamp(start, end), places.end.clamp(start, end));
            builder.repeat(leaf, first - start)?;
            builder.repeat(self.state(leaf), last.saturating_sub(first))?;
            builder.repeat(leaf, end - builder.len())?;
        }
        builder.finish()
    }

    /// `honest` up to `place`, there `leaf`, and lies after it.
    fn instead(&self, honest: &Fold, place: u32, leaf: B256) -> Result<Fold, FoldError> {
        let lies = self.replace(honest, &(place..honest.height().leaves()))?;
        let mut builder = FoldBuilder::new(honest.height());
        for (other, count) in lies.runs() {
            let (start, end) = (builder.len(), builder.len() + count);
            if (start..end).contains(&place) {
                builder.repeat(other, place - start)?;
                builder.push(leaf)?;
            }
            builder.repeat(other, end - builder.len())?;
        }
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::commitment::{SlotsBuilder, StepsBuilder};

    fn machine(slot: u32, step: u32) -> Machine {
        let state_root = keccak256([slot.to_be_bytes(), step.to_be_bytes()].concat());
        Machine { state_root, ..Machine::default() }
    }

    fn state(slot: u32, step: u32) -> B256 {
        machine(slot, step).hash()
    }

    fn steps(slot: u32) -> Steps {
        let mut builder = StepsBuilder::new(state(slot, 0));
        for step in 1..50 {
            builder.push(state(slot, step)).unwrap();
        }
        builder.push(state(slot + 1, 0)).unwrap();
        builder.finish().unwrap()
    }

    fn slots() -> Slots {
        let mut builder = SlotsBuilder::new(state(0, 0));
        let entries: Vec<_> = (2..6).map(|slot| state(slot, 0)).collect();
        builder.push_block(state(1, 0), &entries, state(1024, 0)).unwrap();
        builder.finish().unwrap()
    }

    fn first_difference(ours: &Fold, theirs: &Fold) -> Option<u32> {
        (0..100).find(|&place| ours.leaf(place) != theirs.leaf(place))
    }

    #[test]
    fn every_lie_is_where_it_says_and_both_levels_agree() {
        for &kind in LieKind::ALL {
            for (slot, step) in [(0, 0), (3, 17), (4, 48)] {
                let liar = Liar::new(Lie { slot, step, kind }, machine(1024, 0));
                let (honest, lies) = (slots(), liar.slots(&slots()).unwrap());
                let mine = liar.steps(slot, &steps(slot)).unwrap();
                if kind == LieKind::WrongBoundary {
                    assert_eq!(lies.tree().root(), honest.tree().root());
                    assert_ne!(liar.boundary().hash(), honest.boundary());
                    continue;
                }
                assert_eq!(first_difference(honest.tree(), lies.tree()), Some(slot), "{kind}");
                assert_eq!(first_difference(steps(slot).tree(), mine.tree()), Some(step), "{kind}");
                assert_eq!(mine.start(), lies.before(slot).unwrap(), "{kind}");
                assert_eq!(mine.boundary(), lies.tree().leaf(slot).unwrap(), "{kind}");
                assert_eq!(lies.boundary(), liar.boundary().hash(), "{kind}");
                assert_eq!(lies.boundary() == honest.boundary(), kind == LieKind::GarbageTrace);
                let later = liar.steps(slot + 1, &steps(slot + 1)).unwrap();
                assert_eq!(later.start(), mine.boundary(), "{kind}");
            }
        }
    }
}
