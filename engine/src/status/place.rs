//! Places in the work of a claim, in words: which L2 block, which slot of it, which step of that, which opcode.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::units::l2_blocks;
use crate::{
    commitment::SLOTS_PER_BLOCK,
    dispute::{
        domain::{Contested, Domain, Level},
        honest::Transition,
    },
    machine::{StepInfo, opcode},
};

/// What our own execution can tell of places at once. Everything here may be unknown.
pub trait Places {
    /// What slot `slot` of L2 block `block` does.
    fn slot(&self, block: u64, slot: u16) -> Option<SlotKind>;

    /// What the step at `transition` does, if it begins in the machine of hash `agreed`.
    fn step(&self, transition: Transition, agreed: B256) -> Option<StepFact>;
}

/// What a slot does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", rename_all_fields = "camelCase")]
pub enum SlotKind {
    /// Begins the block.
    Begin,
    /// Executes a transaction.
    Transaction {
        /// Its hash.
        transaction_hash: B256,
    },
    /// Skips an entry that is no valid transaction there.
    Skipped,
    /// Nothing: the batch has fewer entries, or the claim fewer blocks.
    Idle,
    /// Credits the deposits and seals the block.
    Seal,
    /// Not known yet.
    Unknown,
}

/// A step by our own execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepFact {
    /// What it does.
    pub info: StepInfo,
    /// Hash of the machine after it.
    pub post: B256,
}

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotView {
    /// The L2 block; beyond the claim's last one the slot is idle.
    pub l2_block: u64,
    /// The slot in the block, 0 to 1023.
    pub slot: u16,
    /// What it does.
    #[serde(flatten)]
    pub what: SlotKind,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its index in the slot.
    pub step: u32,
    /// The machine's phase before it.
    pub phase: String,
    /// The opcode that it executes, by name.
    pub opcode: Option<String>,
    /// The program counter.
    pub pc: u32,
    /// Whose code runs.
    pub contract: Option<Address>,
    /// How many calls deep.
    pub call_depth: u16,
    /// The L2 transaction.
    pub transaction_hash: Option<B256>,
}

/// What is in question: a range of leaves, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// The first L2 block.
    pub first_block: u64,
    /// The last L2 block.
    pub last_block: u64,
    /// First and last slot, when all is in one block.
    pub slots: Option<(u16, u16)>,
    /// The slot, when it is one.
    pub slot: Option<SlotView>,
    /// First and last step of that slot, at the step level.
    pub steps: Option<(u32, u32)>,
    /// The step, when it is one and known.
    pub step: Option<StepView>,
    /// All that in words.
    pub text: String,
}

/// Where a match is played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Board {
    pub(super) level: Level,
    pub(super) domain: Domain,
    /// The slot in contest, at the step level.
    pub(super) slot: Option<u32>,
}

/// The slot at `position` of a claim over `domain`.
pub(super) fn slot_view(domain: Domain, position: u32, places: &dyn Places) -> SlotView {
    let l2_block = domain.first.saturating_add(u64::from(position / SLOTS_PER_BLOCK));
    let slot = u16::try_from(position % SLOTS_PER_BLOCK).unwrap_or_default();
    let what = if l2_block > domain.last() {
        SlotKind::Idle
    } else {
        places.slot(l2_block, slot).unwrap_or(SlotKind::Unknown)
    };
    SlotView { l2_block, slot, what }
}

impl Board {
    /// The leaves `first` to `last`.
    pub(super) fn range(&self, first: u32, last: u32, places: &dyn Places) -> PlaceView {
        match (self.level, self.slot) {
            (Level::Steps, Some(slot)) => {
                let slot = slot_view(self.domain, slot, places);
                let steps = if first == last {
                    format!("step {first}")
                } else {
                    format!("steps {first} to {last}")
                };
                PlaceView {
                    steps: Some((first, last)),
                    text: format!("{steps} of {}", slot.text()),
                    ..one_slot(slot)
                }
            }
            (Level::Slots, _) | (Level::Steps, None) => self.slots(first, last, places),
        }
    }

    fn slots(&self, first: u32, last: u32, places: &dyn Places) -> PlaceView {
        if first == last {
            return one_slot(slot_view(self.domain, first, places));
        }
        let block = |slot: u32| self.domain.first.saturating_add(u64::from(slot / SLOTS_PER_BLOCK));
        let in_block = |slot: u32| u16::try_from(slot % SLOTS_PER_BLOCK).unwrap_or_default();
        let (first_block, last_block) = (block(first), block(last));
        let end = self.domain.last();
        let slots = (first_block == last_block).then(|| (in_block(first), in_block(last)));
        let text = match slots {
            _ if first_block > end => "nothing: places after the claim's last block".to_owned(),
            Some((0, 1023)) => l2_blocks(first_block, first_block),
            Some((a, b)) => format!("slots {a} to {b} of L2 block {first_block}"),
            None => l2_blocks(first_block, last_block.min(end)),
        };
        let last_block = last_block.min(end.max(first_block));
        PlaceView { first_block, last_block, slots, slot: None, steps: None, step: None, text }
    }

    /// The leaf that a match came down to, and at the step level which of its two successors is right.
    pub(super) fn leaf(
        &self,
        contested: &Contested,
        places: &dyn Places,
    ) -> (PlaceView, Option<StepFact>) {
        let mut place = self.range(contested.position, contested.position, places);
        let (Level::Steps, Some(slot)) = (self.level, self.slot) else { return (place, None) };
        let transition = Transition { domain: self.domain, slot, step: contested.position };
        let fact = places.step(transition, contested.agreed);
        if let Some(fact) = fact {
            let step = StepView::new(&fact.info);
            place.text = format!("{}: {}", place.text, step.text());
            place.step = Some(step);
        }
        (place, fact)
    }
}

fn one_slot(slot: SlotView) -> PlaceView {
    PlaceView {
        first_block: slot.l2_block,
        last_block: slot.l2_block,
        slots: Some((slot.slot, slot.slot)),
        slot: Some(slot),
        steps: None,
        step: None,
        text: slot.text(),
    }
}

impl SlotView {
    /// The slot in words.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { l2_block, slot, what } = self;
        match what {
            SlotKind::Begin => format!("the begin of L2 block {l2_block}"),
            SlotKind::Transaction { transaction_hash } => {
                format!("transaction {slot} of L2 block {l2_block}, {transaction_hash}")
            }
            SlotKind::Skipped => format!("skipped entry {slot} of L2 block {l2_block}"),
            SlotKind::Idle => format!("idle slot {slot} of L2 block {l2_block}"),
            SlotKind::Seal => format!("the end of L2 block {l2_block}"),
            SlotKind::Unknown => format!("slot {slot} of L2 block {l2_block}"),
        }
    }
}

impl StepView {
    /// What a step does.
    #[must_use]
    pub fn new(info: &StepInfo) -> Self {
        let framed = info.phase.has_frame();
        Self {
            step: info.index,
            phase: info.phase.name().to_owned(),
            opcode: info.opcode.map(|code| opcode::name(code).to_owned()),
            pc: info.pc,
            contract: framed.then_some(info.contract),
            call_depth: info.depth,
            transaction_hash: (!info.transaction.is_zero()).then_some(info.transaction),
        }
    }

    /// The step in words.
    #[must_use]
    pub fn text(&self) -> String {
        let what = self.opcode.as_ref().unwrap_or(&self.phase);
        match self.contract {
            Some(contract) => {
                format!("{what} at pc {} of {contract}, call depth {}", self.pc, self.call_depth)
            }
            None => what.clone(),
        }
    }
}
